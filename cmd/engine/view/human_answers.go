package view

import (
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"passerelle/engine"
	"passerelle/engine/diag"
	"passerelle/engine/lang"
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
		h.printf("%s  %s  %s  %s\n", pad(r.ID, 18), pad(diag.VisibleLine(r.Mapping), 20), h.paint(color, pad(status, 12)), inEnglish.counts(r))
	}
}

func runStatus(r *report.Run) (words, color string) {
	if r.Status == report.Running {
		return "Running", yellow
	}
	return statusWords(r.Status)
}

func (h *human) coded(code string) string {
	if code == "" {
		return ""
	}
	return h.paint(faint, "  ["+code+"]")
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
