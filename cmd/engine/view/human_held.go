package view

import (
	"strings"

	"passerelle/engine/diag"
	"passerelle/engine/plan"
)

// blocked says what a guard stopped, whom, and how to agree; run is "" where
// there is none to agree to.
func (h *human) blocked(s *plan.Summary, run string) {
	for _, b := range s.Blocked {
		h.printf("  %s\n", h.paint(red+bold, "Blocked: "+b.Part))
		h.printf("%s", wrap(diag.VisibleLine(b.Say.EN), h.width, "  "))
		var names []string
		for _, who := range s.Stopped {
			if who.Part == b.Part && who.Field == b.Field {
				names = append(names, Name(who.Shown, who.SourceID))
			}
		}
		if more := len(names) - firstOfEach; more > 0 {
			names = append(names[:firstOfEach], "and "+counted(int64(more), "other", "others"))
		}
		if len(names) > 0 {
			h.printf("%s", wrap(strings.Join(names, ", "), h.width, "    "))
		}
		h.printf("%s", wrap(diag.VisibleLine(b.Do.EN), h.width, "  "))
		if run != "" && b.Ask {
			h.printf("    engine approve %s --part %s%s\n", run, b.Part, h.elsewhere)
		}
		h.printf("\n")
	}
}

// waiting names who is wanted and not ready: no error, and nothing to hurry for.
func (h *human) waiting(list []plan.Waiting, all bool) {
	if len(list) == 0 {
		return
	}
	h.printf("  %s\n", h.paint(bold, "Waiting to be ready"))
	for i, who := range list {
		if i == firstOfEach && !all {
			h.printf("    and %d more; --all lists everybody\n", len(list)-i)
			break
		}
		why := who.SayEN
		if why == "" {
			why = who.Require
		}
		h.printf("    %s %s  %s\n", h.paint(yellow, "…"), pad(Name(who.Shown, who.SourceID), 28), diag.VisibleLine(why))
	}
	h.printf("\n")
}

func (h *human) held(list []plan.Held, all bool) {
	if len(list) == 0 {
		return
	}
	h.printf("  %s\n", h.paint(bold, "Held back, and why"))
	for i, who := range list {
		if i == firstOfEach && !all {
			h.printf("    and %d more; --all lists everybody\n", len(list)-i)
			break
		}
		h.reason(Name(who.Shown, who.SourceID), who.Code, who.Summary, who.Remedy)
	}
	h.printf("\n")
}

// reason says why one person was not written, and what to do.
func (h *human) reason(who, code, summary, remedy string) {
	h.printf("    %s %s  %s\n", h.paint(red, "!"), pad(who, 28), diag.VisibleLine(summary)+h.paint(faint, "  ["+code+"]"))
	if remedy != "" {
		h.printf("%s", wrap(diag.VisibleLine(remedy), h.width, strings.Repeat(" ", 36)))
	}
}

// unfilled says which source fields are less full than declared.
func (h *human) unfilled(s *plan.Summary) {
	_, many := folk(s.Records)
	for _, f := range s.Unfilled {
		h.printf("  The field %s is filled for %d of %d %s; %s is declared.\n", diag.VisibleLine(f.Field), f.Filled, f.Of, many, diag.VisibleLine(f.Declared))
	}
	if len(s.Unfilled) > 0 {
		h.printf("\n")
	}
}

func (h *human) gone(list []plan.Person) {
	if len(list) == 0 {
		return
	}
	h.printf("  %s\n", h.paint(bold, "No longer read, and left as they are at the target"))
	for i, who := range list {
		if i == firstOfEach {
			h.printf("    and %d more\n", len(list)-i)
			break
		}
		h.printf("    ? %s\n", Name(who.Shown, who.SourceID))
	}
	h.printf("\n")
}
