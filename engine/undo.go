package engine

import (
	"context"
	"slices"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
	"passerelle/engine/report"
)

// UndoOptions say which run is undone.
type UndoOptions struct {
	RunID string
	// Confirm is shown what would be done, and what can't be, before anything is.
	Confirm func(*Undoing) bool
}

// Undoing is what undoing a run would do.
type Undoing struct {
	Planned
	RunID string
	// What the run did besides, and no undo takes back.
	Created, Updated, Deleted int64
}

// Undo reverses the deactivations and the links of a run, as a run of its own.
// What was done with somebody since is refused. A nil Ran without errors means
// that there was nothing to do or that it was not confirmed.
func (w *Workspace) Undo(ctx context.Context, o UndoOptions) (*Ran, diag.Diagnostics) {
	mappings, found := w.prepare(ctx, nil)
	if found.HasErrors() {
		return nil, found
	}
	if ds := w.openLedger(ctx); ds.HasErrors() {
		return nil, append(found, ds...)
	}
	p, undoing, reversals, err := w.reversals(ctx, o.RunID, mappings)
	if err != nil {
		return nil, append(found, diag.From(err, "looking what the run did")...)
	}
	made, ds := plan.Undo(ctx, w.planInput(ctx, p, ""), reversals)
	if ds.HasErrors() {
		return nil, append(found, ds...)
	}
	undoing.Plan = made
	if !o.Confirm(undoing) {
		made.Discard()
		return nil, found
	}
	run, err := w.begin(ctx, p, undone)
	if err != nil {
		made.Discard()
		return nil, append(found, diag.From(err, "beginning the run")...)
	}
	ran := w.ran(p.mapping)
	ran.RunID = run.ID
	w.carryOut(ctx, p, made, ran)
	w.end(ctx, p, run, ran)
	return ran, found
}

// reversals are the operations of a run that can be reversed, its mapping with
// its connections open, and what else it did.
func (w *Workspace) reversals(ctx context.Context, runID string, mappings []*compile.Mapping) (*pair, *Undoing, []plan.Reversal, error) {
	run, err := report.RunOf(ctx, w.ledger, runID)
	if err != nil {
		return nil, nil, nil, err
	}
	at := slices.IndexFunc(mappings, func(m *compile.Mapping) bool { return m.Address == run.Mapping })
	if at < 0 {
		return nil, nil, nil, diag.Diagnostic{
			Code: "plan-of-another", Summary: "The run is of a mapping that is not here",
			Detail: "It was of " + run.Mapping + ".", Remedy: "Undo it in the workspace that it was made in.",
		}
	}
	p, err := w.openPair(ctx, mappings[at])
	if err != nil {
		return nil, nil, nil, err
	}
	unsettled, err := w.unsettled(ctx, p)
	if err == nil && unsettled {
		err = diag.Diagnostic{
			Code: "unsettled", Summary: "An earlier run was interrupted, and what it had sent is not settled yet",
			Detail: "Until then nobody knows what there is to undo.", Remedy: "Run engine run first: it settles that before it plans.",
		}
	}
	if err != nil {
		return nil, nil, nil, err
	}
	undoing := &Undoing{Planned: *w.planned(mappings[at]), RunID: run.ID}
	var out []plan.Reversal
	for r, err := range w.ledger.Results(ctx, run.ID) {
		if err != nil {
			return nil, nil, nil, err
		}
		if r.Outcome != ledger.Succeeded {
			continue
		}
		if r.Why == plan.WhyReturned { // under which id it was before is not kept
			undoing.Updated++
			continue
		}
		switch r.Operation {
		case plan.Deactivate.String(), plan.Link.String():
			out = append(out, plan.Reversal{
				Person: plan.Person{SourceID: r.SourceID, Shown: r.ShownName}, Operation: r.Operation, TargetID: r.TargetID, At: r.At,
			})
		case plan.Create.String():
			undoing.Created++
		case plan.Update.String(), plan.Reactivate.String():
			undoing.Updated++
		case plan.Delete.String():
			undoing.Deleted++
		}
	}
	if len(out) == 0 {
		err = diag.Diagnostic{
			Code: "nothing-to-undo", Summary: "Run " + run.ID + " deactivated and linked nobody",
			Detail: "Deactivations and links can be undone. What was created, updated or deleted can't: what was there before is not kept.",
			Remedy: "Correct the source, or the target by hand.",
		}
	}
	return p, undoing, out, err
}
