package view

import (
	"strings"

	"passerelle/engine"
	"passerelle/engine/apply"
	"passerelle/engine/diag"
	"passerelle/engine/plan"
	"passerelle/engine/report"
)

func (h *human) Run(r *engine.Ran) {
	h.clear()
	status, color := statusWords(r.Status)
	h.printf("%s    %s\n\n", h.paint(bold, r.From+" → "+r.To+"    "+r.Mapping), h.paint(color+bold, status))
	if !r.Plan.Stands() || r.RunID == "" {
		h.blocked(&r.Plan, r.RunID)
		if r.RunID != "" {
			h.printf("  Run %s.\n\n", r.RunID)
		}
		return
	}
	one, many := folk(r.Plan.Records)
	if r.Settled > 0 {
		h.printf("  An earlier run was interrupted: what it had sent for %s was looked up and recorded first.\n\n", counted(r.Settled, one, many))
	}
	h.done(r)
	h.snapshot(r.Plan.Snapshot, !r.Found.HasErrors(), false)
	h.failed("Not taken by the target, and why", r.Outcome.Failed)
	h.failed("Sent, and never answered", r.Outcome.Ambiguous)
	h.failed("Not sent, for want of a record that they refer to", r.Outcome.Missing)
	h.failed("Sent without a field that the target did not take", r.Outcome.LeftOut)
	h.blocked(&r.Plan, r.RunID)
	h.held(r.Plan.Held, false)
	if r.Known > 0 {
		h.printf("  Of these, somebody has acknowledged %d: they don't make the run partial.\n\n", r.Known)
	}
	h.waiting(r.Plan.Waiting, false)
	h.unfilled(&r.Plan)
	h.byHand(r.Plan.ByHand, false)
	h.gone(r.Plan.Gone)
	if r.Plan.ID != "" {
		h.read(&r.Plan)
		h.calls(report.English, report.CallsIn(r.Calls), r.From, r.To, r.Plan.Read.Received)
	}
	h.printf("  Run %s.\n\n", r.RunID)
}

func (h *human) NothingDue() {
	h.clear()
	h.printf("Nothing is due.\n")
}

func statusWords(status string) (words, color string) {
	switch status {
	case engine.Succeeded:
		return "Succeeded", green
	case engine.Partial:
		return "Done in part", yellow
	case engine.Blocked:
		return "Blocked", red
	case engine.Skipped:
		return "Skipped", yellow
	}
	return "Failed", red
}

func (h *human) done(r *engine.Ran) {
	o := &r.Outcome
	if o.Done() == 0 && len(o.Failed)+len(o.Ambiguous)+len(o.Missing) == 0 && o.Unsettled+o.Unsent == 0 {
		words := "  Nothing to do: " + asTheyShouldBe(r.Plan.Counts.Unchanged, r.Plan.Records) + "."
		if !r.Plan.Read.Since.IsZero() {
			words = "  " + nothingToDo(&r.Plan)
		}
		if r.Status != engine.Failed && r.Plan.Counts.Blocked == 0 && !r.Plan.Snapshot.IsBlocked() {
			h.printf("%s\n\n", words)
		}
		h.pending(&r.Plan, r.Pending())
		return
	}
	for _, line := range []struct {
		n     int64
		words string
	}{
		{o.Created, "created"},
		{o.Updated, "updated"},
		{o.Linked, "linked to a record that was already there"},
		{o.Deactivated, "deactivated" + saidOf(&r.Plan, ": they have left")},
		{o.Reactivated, "reactivated" + saidOf(&r.Plan, ": they are back")},
		{o.Deleted, "deleted"},
		{o.Unlinked, "unlinked: their records stay at the target as they are"},
		{r.Plan.Counts.Unchanged, "unchanged"},
		{int64(len(o.Failed)), "not taken by the target"},
		{int64(len(o.Ambiguous)), "sent and never answered"},
		{o.Unsettled, "perhaps sent when the run had to stop: the next run looks first what became of them"},
		{o.Unsent, "not sent, because the run had to stop"},
		{r.Plan.Counts.Blocked, "waiting for somebody's word"},
		{r.Plan.Counts.Held, "held back"},
		{r.Missing(), "not sent, because a record that they refer to is not linked"},
		{r.Plan.Counts.Waiting, "waiting to be ready"},
	} {
		if line.n > 0 {
			h.printf("  %6d %s\n", line.n, line.words)
		}
	}
	h.printf("\n")
	h.fields(&r.Plan)
	h.pending(&r.Plan, r.Pending())
}

// saidOf is what is said of people alone.
func saidOf(s *plan.Summary, words string) string {
	if s.Records {
		return ""
	}
	return words
}

// byHand lists whose fields changed at the source and are no longer sent.
func (h *human) byHand(list []plan.ByHand, everybody bool) {
	if len(list) == 0 {
		return
	}
	h.printf("  %s\n", h.paint(bold, "To copy by hand, if it should be the same at the target"))
	for i, who := range list {
		if i == firstOfEach && !everybody {
			h.printf("    and %d more\n", len(list)-i)
			break
		}
		h.printf("    %s %s\n", pad(Name(who.Shown, who.SourceID), 28), diag.VisibleLine(who.Field))
	}
	h.printf("\n")
}

func (h *human) failed(title string, list []apply.Failed) {
	if len(list) == 0 {
		return
	}
	h.printf("  %s\n", h.paint(bold, title))
	for i, who := range list {
		if i == firstOfEach {
			h.printf("    and %d more\n", len(list)-i)
			break
		}
		h.reason(Name(who.Shown, who.SourceID), who.Code, who.Summary, strings.TrimSpace(diag.VisibleLine(who.Remedy)))
	}
	h.printf("\n")
}
