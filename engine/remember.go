package engine

import (
	"context"
	"path/filepath"
	"slices"

	"passerelle/engine/compile"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
)

// remember writes into the ledger what a plan says besides its operations: the
// plan itself, who is held and why, who is gone, and who is held no longer.
func (w *Workspace) remember(ctx context.Context, p *pair, made *plan.Plan, runID string) error {
	scope, err := w.ledger.Scope(ctx, made.Summary.Scope)
	if err != nil {
		return err
	}
	if err := w.startsAnew(ctx, p, scope, made); err != nil {
		return err
	}
	path, err := filepath.Abs(made.Path)
	if err != nil {
		return err
	}
	err = w.ledger.SavePlan(ctx, ledger.Plan{
		ID: made.Summary.ID, RunID: runID, Scope: scope, SpoolPath: path,
		MappingHash: made.Summary.Basis, Created: made.Summary.Created, Batches: made.Summary.Batches,
		State: ledger.PlanApplying,
	})
	if err != nil {
		return err
	}
	if made.Summary.MoveConfirmed {
		if err := w.ledger.ConfirmMoves(ctx, scope); err != nil {
			return err
		}
	}
	if !made.Summary.Pilot { // of people whom a pilot doesn't name nothing is known
		if err := w.forgetFields(ctx, p, scope); err != nil {
			return err
		}
		if err := w.ledger.KeepDefinitions(ctx, made.Summary.Definitions); err != nil {
			return err
		}
		if err := w.clearHeld(ctx, p.mapping.Address, made); err != nil {
			return err
		}
	}
	var results []ledger.Applied
	for _, h := range made.Summary.Held {
		if h.Code == plan.ChangedSince {
			continue // an undo that is refused says nothing of the record
		}
		results = append(results, ledger.Applied{
			SourceID: h.SourceID, Outcome: outcomeOf(h), ShownName: h.Shown,
			Code: h.Code, Field: h.Field, Summary: h.Summary, Remedy: h.Remedy, Attempts: 1, Place: placeText(h.Place),
		})
	}
	for _, wait := range made.Summary.Waiting {
		results = append(results, ledger.Applied{
			SourceID: wait.SourceID, Outcome: ledger.Waiting, ShownName: wait.Shown,
			Code: "waiting", Field: wait.Require, Summary: wait.SayEN, Attempts: 1,
		})
	}
	results = append(results, stoppedResults(made)...)
	for _, b := range made.Summary.ByHand {
		results = append(results, ledger.Applied{
			SourceID: b.SourceID, Outcome: ledger.Unchanged, ShownName: b.Shown, Code: ledger.CodeByHand, Field: b.Field,
			Summary: "It changed at the source, and is sent at creation and return only", Remedy: "Copy it at the target by hand, if it should be the same there.",
		})
	}
	for _, g := range made.Summary.Gone {
		results = append(results, ledger.Applied{SourceID: g.SourceID, Outcome: ledger.Gone})
	}
	if len(results) == 0 {
		return nil
	}
	return w.ledger.Record(ctx, runID, results)
}

// stoppedResults are those whom guards stopped, also where nothing of the plan is
// done: somebody may agree to it.
func stoppedResults(made *plan.Plan) []ledger.Applied {
	var results []ledger.Applied
	for _, stopped := range made.Summary.Stopped {
		results = append(results, ledger.Applied{
			SourceID: stopped.SourceID, Outcome: ledger.Blocked, Operation: stopped.Operation, ShownName: stopped.Shown,
			Code: "blocked", Field: stopped.Part,
		})
	}
	return results
}

func outcomeOf(h plan.Held) string {
	if h.Code == "ambiguous" {
		return ledger.Ambiguous
	}
	return ledger.Held
}

// forgetFields: a field taken out of the mapping is forgotten, never cleared.
// Mappings that carry the same people to the same place share what is
// remembered of them.
func (w *Workspace) forgetFields(ctx context.Context, p *pair, scope ledger.ScopeID) error {
	known, err := w.ledger.FieldNames(ctx, scope)
	if err != nil {
		return err
	}
	mapped := map[string]bool{}
	for _, m := range w.mappings {
		if sameWay(m, p.mapping) {
			for i := range m.Target.Fields {
				mapped[m.Target.Fields[i].Name] = true
			}
			for _, name := range plan.FactNames(w.ledger, m) {
				mapped[name] = true
			}
		}
	}
	out := slices.DeleteFunc(known, func(name string) bool { return mapped[name] })
	if len(out) == 0 {
		return nil
	}
	return w.ledger.ForgetFields(ctx, scope, out)
}

func sameWay(a, b *compile.Mapping) bool {
	return a.Source.Connection == b.Source.Connection && a.Identifies() == b.Identifies() &&
		a.Target.Connection == b.Target.Connection && a.Target.Resource.GetName() == b.Target.Resource.GetName()
}

// clearHeld takes those off the list who were held before and neither are held
// now nor about to be sent: applying clears the others once they succeed.
func (w *Workspace) clearHeld(ctx context.Context, mapping string, made *plan.Plan) error {
	before, err := w.ledger.HeldNow(ctx, mapping)
	if err != nil || len(before) == 0 {
		return err
	}
	stays := map[string]bool{}
	for _, h := range made.Summary.Held {
		stays[h.SourceID] = true
	}
	for _, wait := range made.Summary.Waiting {
		stays[wait.SourceID] = true
	}
	for _, id := range made.Summary.Unread {
		stays[id] = true
	}
	err = made.Batches(func(_ int64, entries []plan.Entry) error {
		for _, e := range entries {
			if e.Operation != plan.Note {
				stays[e.SourceID] = true
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	var cleared []string
	for _, h := range before {
		if !stays[h.SourceID] && h.Outcome != ledger.Ambiguous {
			cleared = append(cleared, h.SourceID)
		}
	}
	return w.ledger.ClearHeld(ctx, mapping, cleared)
}
