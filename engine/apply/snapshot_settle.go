package apply

import (
	"context"

	"passerelle/engine/diag"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
)

// snapshotAgain repeats a whole of which nobody knows whether it was put in
// place, as it was planned then: who was new in it is linked before anybody asks
// whether he is held now.
func (in Settling) snapshotAgain(ctx context.Context, p *plan.Plan, batch ledger.Batch) (settled int64, _ diag.Diagnostics) {
	w := &whole{target: in.Target, ledger: in.Ledger, plan: p, scope: in.Scope, runID: in.RunID, refused: map[string]refusal{}}
	_, err := w.put(ctx, ctx)
	if err != nil {
		if found := diag.From(err, "repeating what an interrupted run had written"); found[0].Class != diag.Refused {
			return 0, found
		}
		// The same was refused then, or would have been: it is not in place.
		err = in.forgetContent(ctx, p)
		if err == nil {
			err = settleOpen(ctx, in, batch)
		}
		return 0, diag.From(err, "dropping what an interrupted run could not write")
	}
	err = w.record(ctx, func(entries []plan.Entry, _ []result) { settled += int64(len(entries)) })
	return settled, diag.From(err, "recording what an interrupted run had written")
}

// forgetContent makes the next plan write, whatever it finds.
func (in Settling) forgetContent(ctx context.Context, p *plan.Plan) error {
	before, err := in.Ledger.Snapshot(ctx, in.Scope)
	if err != nil {
		return err
	}
	return in.Ledger.SaveSnapshot(ctx, in.Scope, ledger.Snapshot{Fresh: before.Fresh}, p.Summary.Snapshot.Stale, plan.KeepFor)
}

// settleOpen answers a batch for which nothing is to be recorded; put may have
// done so already.
func settleOpen(ctx context.Context, in Settling, batch ledger.Batch) error {
	open, err := in.Ledger.Unanswered(ctx, in.Scope)
	if err != nil {
		return err
	}
	for _, b := range open {
		if b.PlanID == batch.PlanID && b.Batch == batch.Batch {
			return in.Ledger.Settle(ctx, in.RunID, batch.PlanID, batch.Batch, nil)
		}
	}
	return nil
}
