package apply

import (
	"context"
	"os"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/host"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
)

// Settling is what a run has to settle before it plans.
type Settling struct {
	Mapping *compile.Mapping
	Target  *host.Connection
	Ledger  *ledger.Ledger
	Scope   ledger.ScopeID
	RunID   string
}

// Settle learns what became of everything that an earlier run sent and had no
// answer for, records it, and drops the rest of those plans: a new plan will be
// made from what is true now. It reports how many operations it settled.
func Settle(ctx context.Context, in Settling) (int64, diag.Diagnostics) {
	batches, err := in.Ledger.Unanswered(ctx, in.Scope)
	if err != nil {
		return 0, diag.From(err, "reading the journal")
	}
	var settled int64
	for _, batch := range batches {
		n, ds := in.batch(ctx, batch)
		settled += n
		if ds.HasErrors() {
			return settled, ds
		}
	}
	plans, err := in.Ledger.OpenPlans(ctx, in.Scope)
	if err != nil {
		return settled, diag.From(err, "reading the journal")
	}
	for _, p := range plans {
		if err := in.Ledger.SetPlanState(ctx, p.ID, ledger.PlanDropped); err != nil {
			return settled, diag.From(err, "dropping what is left of an earlier plan")
		}
		_ = os.Remove(p.SpoolPath) // the journal no longer needs it
	}
	return settled, nil
}

func (in Settling) batch(ctx context.Context, batch ledger.Batch) (int64, diag.Diagnostics) {
	p, err := plan.Open(batch.SpoolPath, in.Ledger)
	if err != nil {
		return 0, diag.Diagnostics{spoolLost(batch.SpoolPath)}
	}
	if p.Summary.Snapshot != nil {
		return in.snapshotAgain(ctx, p, batch)
	}
	entries, err := p.Batch(batch.Batch)
	if err != nil {
		return 0, diag.Diagnostics{spoolLost(batch.SpoolPath)}
	}
	r, err := newResolver(in.Mapping, in.Target, p)
	if err != nil {
		return 0, diag.From(err, "settling what was not answered")
	}
	referrer, err := newReferrer(ctx, in.Mapping, p, in.Ledger)
	if err != nil {
		return 0, diag.From(err, "settling what was not answered")
	}
	entries, unsent, err := referrer.fill(ctx, entries)
	if err != nil {
		return 0, diag.From(err, "settling what was not answered")
	}
	results, ds := r.resolve(ctx, sending(entries))
	if ds.HasErrors() {
		return 0, ds
	}
	for i := range entries {
		if len(entries[i].Body) == 0 {
			results = append(results, nothingSent(&entries[i]))
		}
	}
	results = append(results, r.perhapsSent(unsent)...)
	if err := in.Ledger.Settle(ctx, in.RunID, batch.PlanID, batch.Batch, remembered(results)); err != nil {
		return 0, diag.From(err, "recording what an interrupted run had sent")
	}
	return int64(len(results)), nil
}

// sending are the entries that have something to send.
func sending(entries []plan.Entry) []plan.Entry {
	var out []plan.Entry
	for _, e := range entries {
		if len(e.Body) > 0 {
			out = append(out, e)
		}
	}
	return out
}

// spoolLost: without the spool nobody knows who was in the batch, and to go on
// might create them twice.
func spoolLost(path string) diag.Diagnostic {
	return diag.Diagnostic{
		Code: "spool-missing", Class: diag.Fault,
		Summary: "What an interrupted run was sending can't be read any more",
		Detail:  "The file " + path + " is missing, damaged or closed to this user, so that nobody knows whom the target was sent and never answered for. Nothing more is sent.",
		Remedy:  "Put the file back. If it is lost, start a new ledger with --ledger: its first run adopts what is already in the target.",
	}
}
