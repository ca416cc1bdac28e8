package view

import (
	"strconv"

	"passerelle/engine/plan"
)

// snapshot says what becomes of a target that is written as a whole, and whose
// last line stands in it. done: it was, rather than would be.
func (h *human) snapshot(s *plan.Snapshot, done, all bool) {
	if s == nil {
		return
	}
	h.printf("%s\n", wrap(snapshotWords(s, done), h.width, "  "))
	if len(s.Kept) == 0 {
		return
	}
	h.printf("  %s\n", h.paint(bold, "Their last line stands in for them, for 7 days at most"))
	for i, who := range s.Kept {
		if i == firstOfEach && !all {
			h.printf("    and %d more; --all lists everybody\n", len(s.Kept)-i)
			break
		}
		h.printf("    %s %s  %s, last true on %s\n", h.paint(yellow, "="), pad(Name(who.Shown, who.SourceID), 28), who.Why, who.Since.Format("2006-01-02"))
	}
	h.printf("\n")
}

func snapshotWords(s *plan.Snapshot, done bool) string {
	verb := "would be"
	if done {
		verb = "was"
	}
	whole := "The list (" + counted(s.Lines, "line", "lines") + ") " + verb + " written"
	switch {
	case s.Blocked && s.Pending > 0:
		return "The list is not written, and stays as it is at the target: " + counted(s.Pending, "change waits", "changes wait") + " for it."
	case s.Blocked:
		return "The list is not written, and stays as it is at the target."
	case s.Why == "form":
		return whole + " anew: its order or its form is another."
	case s.Why == "always":
		return whole + ", as the mapping says, though nothing changed."
	case s.Why != "":
		return whole + "."
	}
	return "The list is unchanged (" + strconv.FormatInt(s.Lines, 10) + " lines), and is not written."
}
