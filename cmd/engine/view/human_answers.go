package view

import (
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"passerelle/engine"
	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/engine/plan"
	"passerelle/engine/report"
)

func moment(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

func (h *human) Told(t Told) {
	h.clear()
	h.printf("%s", diag.Visible(t.Text))
}

func (h *human) Undoing(u *engine.Undoing) diag.Diagnostics {
	one, many := folk(u.Plan.Summary.Records)
	for _, line := range []struct {
		n     int64
		words string
	}{{u.Created, "created"}, {u.Updated, "updated"}, {u.Deleted, "deleted"}} {
		if line.n > 0 {
			h.printf("Run %s also %s %s: that can't be undone.\n", u.RunID, line.words, counted(line.n, one, many))
		}
	}
	return h.Plan(&u.Planned, PlanOptions{})
}

func (h *human) Runs(runs []report.Run) {
	if len(runs) == 0 {
		h.printf("No run has been made with this ledger.\n")
		return
	}
	for i := range runs {
		r := &runs[i]
		status, color := runStatus(r)
		h.printf("%s  %s  %s  %s\n", pad(r.ID, 18), pad(diag.VisibleLine(r.Mapping), 20), h.paint(color, pad(status, 12)), runCounts(r))
	}
}

func runStatus(r *report.Run) (words, color string) {
	if r.Status == report.Running {
		return "Running", yellow
	}
	return statusWords(r.Status)
}

// runCounts is what a run did, in one line.
func runCounts(r *report.Run) string {
	n := report.Operations(r)
	var parts []string
	for _, part := range []struct {
		n    int64
		word string
	}{
		{n.Provisioning, "created"}, {n.Update, "updated"}, {n.Link, "linked"}, {n.Deprovisioning, "deactivated or deleted"}, {n.Reactivation, "reactivated"},
		{r.Counts["unlink"], "unlinked"}, {r.Counts["blocked"], "blocked"}, {r.Counts["failed"], "refused by the target"}, {r.Counts["ambiguous"], "never answered"},
		{r.Counts["held"], "held"}, {r.Counts["waiting"], "waiting"}, {r.Counts["unchanged"], "unchanged"},
	} {
		if part.n > 0 {
			parts = append(parts, strconv.FormatInt(part.n, 10)+" "+part.word)
		}
	}
	if r.Trigger == "undo" {
		parts = append(parts, "an undo")
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

func (h *human) RunResults(run *report.Run, lines []report.Line, lang report.Language, everybody bool) {
	status, color := runStatus(run)
	h.printf("%s    %s\n\n", h.paint(bold, "Run "+run.ID+"    "+diag.VisibleLine(run.Mapping)), h.paint(color+bold, status))
	h.printf("  Began %s", moment(run.Started))
	if !run.Ended.IsZero() {
		h.printf(", ended %s", moment(run.Ended))
	}
	h.printf(". %s.\n", runCounts(run))
	h.calls(report.CallsOf(run), "the source", "the target", run.Counts[plan.CountReceived])
	h.printf("\n")
	shown := map[string]int{}
	left := 0
	for i := range lines {
		r := &lines[i]
		kind := r.Outcome + r.Operation
		if shown[kind]++; shown[kind] > firstOfEach && !everybody {
			left++
			continue
		}
		h.line(r, lang)
	}
	if left > 0 {
		h.printf("  and %d more; --all lists everybody\n", left)
	}
	if len(lines) == 0 {
		h.printf("  No single result is kept: nothing was written, held or blocked, or it was too long ago.\n")
	}
}

func (h *human) coded(code string) string {
	if code == "" {
		return ""
	}
	return h.paint(faint, "  ["+code+"]")
}

// line is one result: date, who, ids, operation, result, message.
func (h *human) line(r *report.Line, lang report.Language) {
	told := r.In(lang)
	h.printf("  %s  %s  %s  %s %s  %s%s\n", moment(r.At), pad(Name(r.ShownName, r.SourceID), 24), h.ids(r), pad(told.Case, 17), pad(told.Verdict, 7),
		diag.VisibleLine(told.Message), h.coded(r.Code))
	if r.Answer != "" {
		h.printf("%s", wrap("The target said: "+diag.VisibleLine(r.Answer), h.width, "      "))
	}
	for _, at := range []struct{ id, address string }{{r.SourceID, r.SourceURL}, {r.TargetID, r.TargetURL}} {
		if at.address != "" && !h.outColor { // otherwise the id leads there
			h.printf("      %s  %s\n", diag.VisibleLine(at.id), at.address)
		}
	}
}

// ids are a person's at both sides, each leading to its page where a terminal can
// follow links.
func (h *human) ids(r *report.Line) string {
	source, target, between := diag.VisibleLine(r.SourceID), diag.VisibleLine(r.TargetID), ""
	if target != "" {
		between = " → "
	}
	room := strings.Repeat(" ", max(0, 16-runewidth.StringWidth(source+between+target)))
	return h.linked(source, r.SourceURL) + between + h.linked(target, r.TargetURL) + room
}

// linked makes text lead to an address, on terminals (OSC 8). The address is one
// that protocol.ProfileURL let through: it holds no control characters.
func (h *human) linked(text, address string) string {
	if address == "" || !h.outColor {
		return text
	}
	return "\x1b]8;;" + address + "\x1b\\" + text + "\x1b]8;;\x1b\\"
}

func (h *human) profiles(indent, source, target string) {
	if source != "" {
		h.printf("%sAt the source: %s\n", indent, source)
	}
	if target != "" {
		h.printf("%sAt the target: %s\n", indent, target)
	}
}

// calls is how many requests were made to both sides, as far as it was said, and
// how many of them nothing could do without.
func (h *human) calls(of [2]report.Calls, source, target string, read int64) {
	var parts []string
	for i, name := range []string{source, target} {
		c := of[i]
		part := strconv.FormatInt(c.Made, 10) + " to " + name
		switch {
		case c.Made < 0:
			part = "to " + name + ": not said"
		case c.Made == 0:
		case c.Least == c.Made:
			part += " (the least possible)"
		case c.Least >= 0:
			part += " (the least possible is " + strconv.FormatInt(c.Least, 10) + ")"
		}
		parts = append(parts, part)
	}
	if of[0].Made < 0 && of[1].Made < 0 {
		parts = []string{"not said"}
	}
	text := "Calls: " + strings.Join(parts, ", ") + "."
	if per := report.PerThousand(of, read); per.Made >= 0 && per.Least >= 0 {
		text += " For 1,000 people read that is " + strconv.FormatInt(per.Made, 10) + " against " + strconv.FormatInt(per.Least, 10) + "."
	}
	h.printf("%s", wrap(text, h.width, "  "))
}

// did is what became of a person, in a few words.
func did(r *report.Result) string {
	if r.Operation == "" {
		return r.Outcome
	}
	return r.Operation + ": " + r.Outcome
}

func (h *human) HeldNow(held []report.HeldRecord, keep lang.Span, whole bool) {
	if len(held) == 0 {
		h.printf("Nothing is held, waiting, refused or ambiguous.\n")
		return
	}
	for i := range held {
		r := &held[i]
		h.printf("%s  %s  %s%s\n", pad(Name(r.ShownName, r.SourceID), 28), pad(r.Outcome, 10), diag.VisibleLine(r.Summary), h.coded(r.Code))
		if !r.KnownUntil.IsZero() {
			h.printf("      Acknowledged by %s until %s.\n", diag.VisibleLine(r.KnownBy), moment(r.KnownUntil))
		}
		if whole {
			h.heldWhole(r, keep)
		}
	}
}

func (h *human) heldWhole(r *report.HeldRecord, keep lang.Span) {
	h.printf("      id %s, in %s, since %s; last met %s by run %s, after %s.\n", diag.VisibleLine(r.SourceID), diag.VisibleLine(r.Mapping),
		moment(r.FirstSeen), moment(r.LastSeen), r.LastRun, counted(int64(r.Attempts), "attempt", "attempts"))
	if r.Field != "" {
		h.printf("      Field %s%s\n", diag.VisibleLine(r.Field), at(r.Place))
	} else if r.Place != "" {
		h.printf("      %s\n", strings.TrimPrefix(at(r.Place), ", "))
	}
	if r.Answer != "" {
		h.printf("%s", wrap("The target said: "+diag.VisibleLine(r.Answer), h.width, "      "))
	}
	if r.Remedy != "" {
		h.printf("%s", wrap(diag.VisibleLine(r.Remedy), h.width, "      "))
	}
	if r.Outcome == report.Ambiguous {
		h.printf("      It stays until somebody decides: engine held drop, with --target ID or --send-again.\n")
		return
	}
	h.printf("      Forgotten on %s unless a run meets it again.\n", keep.After(r.LastSeen).Local().Format(time.DateOnly))
}

func at(place string) string {
	if place == "" {
		return ""
	}
	return ", at " + diag.VisibleLine(place)
}

func (h *human) Ledger(l *Ledger) {
	h.printf("%s\n  %s, %s\n\n", h.paint(bold, "Ledger "+l.ID), diag.VisibleLine(l.Path), size(l.Bytes))
	for _, s := range l.Scopes {
		h.printf("  %s\n    %d active, %d deactivated\n", between(s.Scope), s.Active, s.Deactivated)
	}
	for _, m := range l.Moves {
		looked := ""
		if !m.Confirmed && m.Side == "target" {
			looked = "; no run has looked yet whether they are right there"
		}
		h.printf("  Moved on %s by %s: %d links, %s %s → %s%s\n", m.At.Local().Format("2006-01-02 15:04"), diag.VisibleLine(m.Who), m.Links,
			m.Side, diag.VisibleLine(m.Before), diag.VisibleLine(m.After), looked)
	}
	if len(l.Scopes)+len(l.Moves) > 0 {
		h.printf("\n")
	}
	h.Runs(l.Runs)
}

func between(s report.Between) string {
	return diag.VisibleLine(s.SourceResource) + " at " + diag.VisibleLine(s.SourceTenant) + " → " +
		diag.VisibleLine(s.TargetResource) + " at " + diag.VisibleLine(s.TargetTenant)
}

func (h *human) Moving(r report.Rename, moving []report.Moving, done bool) {
	if !done {
		h.printf("From %s to %s:\n\n", diag.VisibleLine(r.From), diag.VisibleLine(r.To))
		for _, m := range moving {
			h.printf("  %s\n    %d active, %d deactivated, become links of\n  %s\n\n", between(m.Before), m.Active, m.Deactivated, between(m.After))
		}
		h.printf("This is right only if it is the same system under a new name, where people keep their ids. Neither system is touched.\n")
		return
	}
	n := int64(0)
	for _, m := range moving {
		n += m.Active + m.Deactivated
	}
	h.printf("Moved: %d links are of %s now. Nothing was sent; plans that were saved before are stale.\n"+
		"The next run looks people up at the target, where it can be asked, before it plans.\n", n, diag.VisibleLine(r.To))
}

func size(bytes int64) string {
	switch {
	case bytes >= 10<<20:
		return strconv.FormatInt(bytes>>20, 10) + " MiB"
	case bytes >= 10<<10:
		return strconv.FormatInt(bytes>>10, 10) + " KiB"
	}
	return strconv.FormatInt(bytes, 10) + " bytes"
}
