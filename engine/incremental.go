package engine

import (
	"context"

	"passerelle/engine/ledger"
	"passerelle/engine/plan"
)

// goesOn is where the next read of a run's mapping goes on, to be kept with the
// end of the run; nil leaves it where it was. It moves only once everything that
// was read is at the target, or among those who are read again: after a run that
// failed or was killed the next one reads the same again.
func (w *Workspace) goesOn(ctx context.Context, ran *Ran) (*ledger.Reading, error) {
	resume := ran.Plan.Resume
	if resume == nil {
		return nil, nil
	}
	scope, err := w.ledger.Scope(ctx, ran.Plan.Scope)
	if err != nil {
		return nil, err
	}
	if resume.Cursor == "" {
		return &ledger.Reading{Scope: scope}, nil
	}
	if ran.Found.HasErrors() || !ran.Plan.Stands() || ran.Outcome.Unsettled+ran.Outcome.Unsent > 0 {
		return nil, nil
	}
	out := &ledger.Reading{
		Scope: scope, Cursor: resume.Cursor, Basis: resume.Basis, Read: resume.Read, Whole: resume.Whole, Unfinished: resume.Unfinished,
	}
	for _, left := range ran.Outcome.LeftOut { // their results are successes
		out.Unfinished = append(out.Unfinished, left.SourceID)
	}
	return out, nil
}

// startsAnew drops the place from which a mapping would go on, before a plan is
// carried out that was made by another mapping, input, key or connector: a pilot
// of it, a run of it that fails, or one of everybody. Put back as it was, the
// mapping would go on from there, and leave with whoever did not change what the
// other one has sent. What an undo does is not looked at from there either.
func (w *Workspace) startsAnew(ctx context.Context, p *pair, scope ledger.ScopeID, made *plan.Plan) error {
	last, ok, err := w.ledger.LastReading(ctx, scope, p.mapping.Address)
	if err != nil || !ok {
		return err
	}
	basis, err := w.reads(ctx, p.mapping)
	if err != nil {
		return err
	}
	resume := made.Summary.Resume
	if basis == last.Basis && (resume == nil || resume.Cursor != "") {
		return nil
	}
	return w.ledger.DropReadings(ctx, scope)
}
