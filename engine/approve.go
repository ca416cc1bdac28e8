package engine

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"passerelle/engine/diag"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
	"passerelle/engine/report"
)

// ApproveOptions say what is agreed to.
type ApproveOptions struct {
	RunID  string
	Part   string   // removals
	People []string // ids, or names as shown; empty: everybody in that part
	Who    string   // who agrees, for the journal
}

// Approved is what was signed.
type Approved struct {
	Mapping string
	RunID   string
	Part    string
	People  []plan.Person
	Until   time.Time
}

// Approve signs, for 72 hours, that the operations a guard blocked in a run be
// done with those people. The next run reads and plans again: signed operations
// that are still right are done, and new ones are judged without them.
func (w *Workspace) Approve(ctx context.Context, o ApproveOptions) (*Approved, diag.Diagnostics) {
	if !slices.Contains(plan.Parts(), o.Part) {
		d := diag.Diagnostic{
			Code: "unknown-part", Summary: "There is no part " + strconv.Quote(o.Part) + " to approve",
			Detail: "A blocked run names the part that waits for somebody's word.",
			Remedy: "Parts are " + strings.Join(plan.Parts(), ", ") + ".",
		}
		return nil, diag.Diagnostics{d}
	}
	if found := w.openLedger(ctx); found.HasErrors() {
		return nil, found
	}
	run, err := report.RunOf(ctx, w.ledger, o.RunID)
	if err != nil {
		return nil, diag.From(err, "looking for the run")
	}
	o.RunID = run.ID
	signed, people, found := w.toSign(ctx, o, run)
	if found.HasErrors() {
		return nil, found
	}
	if err := w.ledger.Approve(ctx, run.Mapping, signed); err != nil {
		return nil, diag.From(err, "recording the approval")
	}
	until := w.options.Now()
	standing, err := w.ledger.Approvals(ctx, run.Mapping)
	if err == nil && len(standing) > 0 {
		until = standing[0].Expires
	}
	return &Approved{Mapping: run.Mapping, RunID: o.RunID, Part: o.Part, People: people, Until: until}, diag.From(err, "reading the approval back")
}

// toSign is what an approval signs. That of a read is about its size, and about
// no person.
func (w *Workspace) toSign(ctx context.Context, o ApproveOptions, run *ledger.Run) ([]ledger.Approval, []plan.Person, diag.Diagnostics) {
	if o.Part != plan.PartRead {
		signed, people, err := w.blockedIn(ctx, o)
		if err != nil {
			return nil, nil, diag.From(err, "reading the run")
		}
		return signed, people, nobodyToApprove(o, people)
	}
	if run.Status != ledger.RunBlocked || run.Counts[plan.CountHigh] == 0 || len(o.People) > 0 {
		return nil, nil, diag.Diagnostics{{
			Code: "nothing-blocked", Summary: "No read can be approved in run " + o.RunID,
			Detail: "Only a read that was whole, and far smaller than those of the last month, can be agreed to, for the company and for no single person. " +
				"An empty one, or one that was cut, never is.",
			Remedy: "Look at what the run said; name the run that was blocked for it, without --person.",
		}}
	}
	return []ledger.Approval{{Operation: plan.SignRead(run.Counts[plan.CountReceived]), RunID: o.RunID, Who: o.Who}}, nil, nil
}

// blockedIn are those of a run's blocked people whom the options name.
func (w *Workspace) blockedIn(ctx context.Context, o ApproveOptions) ([]ledger.Approval, []plan.Person, error) {
	var signed []ledger.Approval
	var people []plan.Person
	for result, err := range w.ledger.Results(ctx, o.RunID) {
		if err != nil {
			return nil, nil, err
		}
		if result.Outcome != ledger.Blocked || result.Field != o.Part {
			continue
		}
		if len(o.People) > 0 && !slices.Contains(o.People, result.SourceID) && !slices.Contains(o.People, result.ShownName) {
			continue
		}
		signed = append(signed, ledger.Approval{SourceID: result.SourceID, Operation: result.Operation, RunID: o.RunID, Who: o.Who})
		if who := (plan.Person{SourceID: result.SourceID, Shown: result.ShownName}); !slices.Contains(people, who) {
			people = append(people, who) // one person may wait with several fields
		}
	}
	return signed, people, nil
}

// nobodyToApprove: a name that fits nobody must not look like an agreement, and
// one that fits two people is none.
func nobodyToApprove(o ApproveOptions, people []plan.Person) diag.Diagnostics {
	if len(people) == 0 && len(o.People) == 0 {
		return diag.Diagnostics{{
			Code: "nothing-blocked", Summary: "Nothing in run " + o.RunID + " waits for an approval of " + o.Part,
			Detail: "Nobody was blocked there under that part.",
			Remedy: "Look at what the run said, and name the run and the part as it did.",
		}}
	}
	var found diag.Diagnostics
	for _, wanted := range o.People {
		fits := 0
		for _, p := range people {
			if p.SourceID == wanted || p.Shown == wanted {
				fits++
			}
		}
		switch {
		case fits == 0:
			found = append(found, diag.Diagnostic{
				Code: "unknown-person", Summary: "Nobody called " + strconv.Quote(wanted) + " was blocked in run " + o.RunID,
				Detail: "A person is named as the run names them, or by the source's id. Nothing was approved.",
				Remedy: "Copy the name from what the run said.",
			})
		case fits > 1:
			found = append(found, diag.Diagnostic{
				Code: "ambiguous-person", Summary: "Several people called " + strconv.Quote(wanted) + " were blocked in run " + o.RunID,
				Detail: "Which of them is meant can't be told. Nothing was approved.",
				Remedy: "Name them by the source's id.",
			})
		}
	}
	return found
}
