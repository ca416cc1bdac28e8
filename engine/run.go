package engine

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"

	"passerelle/engine/apply"
	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
)

// RunOptions choose what is run.
type RunOptions struct {
	Only []string // addresses of mappings; empty: all
}

// Ran is one mapping's run.
type Ran struct {
	Mapping  string
	From, To string
	RunID    string
	Status   string // succeeded, partial, blocked, failed; skipped without a run of its own
	Plan     plan.Summary
	Outcome  apply.Outcome
	Settled  int64 // operations of an interrupted run whose fate was learnt
	Found    diag.Diagnostics
}

// Status of a run.
const (
	Succeeded = ledger.RunSucceeded
	Partial   = ledger.RunPartial // somebody is held, or was not taken by the target
	Blocked   = ledger.RunBlocked
	Failed    = ledger.RunFailed
	Skipped   = "skipped" // it comes after one that did not end well, and has no run of its own
)

// Run plans and applies every mapping, in order. It asks nothing.
func (w *Workspace) Run(ctx context.Context, o RunOptions) ([]*Ran, diag.Diagnostics) {
	mappings, found := w.prepare(ctx, o.Only)
	if found.HasErrors() {
		return nil, found
	}
	if ds := w.openLedger(ctx); ds.HasErrors() {
		return nil, append(found, ds...)
	}
	var out []*Ran
	stopped := map[string]bool{} // by module and name: nobody may build on these
	for _, m := range ordered(mappings) {
		ran := w.ran(m)
		if before := stoppedBefore(m, stopped); before != "" {
			ran.Status = Skipped
			ran.Found = diag.Diagnostics{skippedAfter(before)}
		} else {
			w.run(ctx, m, ran)
		}
		if ran.Status != Succeeded && ran.Status != Partial {
			stopped[m.Decl.Module.Name+"."+m.Decl.Name] = true
		}
		out = append(out, ran)
	}
	return out, found
}

// Apply applies a saved plan. The source isn't read again.
func (w *Workspace) Apply(ctx context.Context, path string) (*Ran, diag.Diagnostics) {
	mappings, found := w.prepare(ctx, nil)
	if found.HasErrors() {
		return nil, found
	}
	if ds := w.openLedger(ctx); ds.HasErrors() {
		return nil, append(found, ds...)
	}
	saved, err := plan.Open(path, w.ledger)
	if err != nil {
		return nil, append(found, diag.From(err, "reading the plan")...)
	}
	at := slices.IndexFunc(mappings, func(m *compile.Mapping) bool { return m.Address == saved.Summary.Mapping })
	if at < 0 {
		return nil, append(found, diag.Diagnostic{
			Code: "plan-of-another", Summary: "The plan is for a mapping that is not here",
			Detail: "It was made for " + saved.Summary.Mapping + ".",
			Remedy: "Apply it in the workspace that it was made in.",
		})
	}
	m := mappings[at]
	ran := w.ran(m)
	p, err := w.open1(ctx, m)
	if err == nil {
		err = saved.Stale(ctx, w.ledger, p.basis, w.options.Now())
	}
	if err != nil {
		return nil, append(found, diag.From(err, "checking the plan")...)
	}
	run, err := w.ledger.BeginRun(ctx, m.Address, zoneOf(m))
	if err != nil {
		return nil, append(found, diag.From(err, "beginning the run")...)
	}
	ran.RunID = run.ID
	// The journal needs the plan until all is settled, wherever the file was.
	kept := filepath.Join(w.stateDir(), "plans", saved.Summary.ID+".plan")
	if err := keep(path, kept); err != nil {
		ran.Found = diag.From(err, "keeping the plan")
	} else if saved, err = plan.Open(kept, w.ledger); err != nil {
		ran.Found = diag.From(err, "reading the plan")
	} else if w.settle(ctx, p, ran); !ran.Found.HasErrors() {
		if ran.Settled > 0 {
			ran.Found = diag.From(saved.Stale(ctx, w.ledger, p.basis, w.options.Now()), "checking the plan")
		}
		if !ran.Found.HasErrors() {
			w.carryOut(ctx, p, saved, ran)
		}
	}
	w.end(ctx, run, ran)
	return ran, found
}

func (w *Workspace) ran(m *compile.Mapping) *Ran {
	p := w.planned(m)
	return &Ran{Mapping: p.Mapping, From: p.From, To: p.To}
}

// run is one mapping's: settle, plan, judge, apply, remember.
func (w *Workspace) run(ctx context.Context, m *compile.Mapping, ran *Ran) {
	p, err := w.open1(ctx, m)
	if err != nil {
		ran.Found, ran.Status = diag.From(err, "opening the connections of "+m.Address), Failed
		return
	}
	run, err := w.ledger.BeginRun(ctx, m.Address, zoneOf(m))
	if err != nil {
		ran.Found, ran.Status = diag.From(err, "beginning the run"), Failed
		return
	}
	run.Trigger = "manual"
	ran.RunID = run.ID
	if w.settle(ctx, p, ran); !ran.Found.HasErrors() {
		made, ds := w.make(ctx, p, "")
		ran.Found = append(ran.Found, ds...)
		if made != nil {
			w.carryOut(ctx, p, made, ran)
		}
	}
	w.end(ctx, run, ran)
}

func (w *Workspace) settle(ctx context.Context, p *pair, ran *Ran) {
	scope, err := w.ledger.Scope(ctx, scopeOf(p))
	if err != nil {
		ran.Found = diag.From(err, "reading the ledger")
		return
	}
	settled, ds := apply.Settle(ctx, apply.Settling{
		Mapping: p.mapping, Target: p.target, Ledger: w.ledger, Scope: scope, RunID: ran.RunID,
	})
	ran.Settled, ran.Found = settled, append(ran.Found, ds...)
}

// carryOut applies a plan that no guard blocked, and records everybody it holds.
func (w *Workspace) carryOut(ctx context.Context, p *pair, made *plan.Plan, ran *Ran) {
	ran.Plan = made.Summary
	if len(made.Summary.Blocked) > 0 {
		return
	}
	if err := w.remember(ctx, p, made, ran.RunID); err != nil {
		ran.Found = append(ran.Found, diag.From(err, "recording who is held")...)
		return
	}
	outcome, ds := apply.Apply(ctx, apply.Input{
		Mapping: p.mapping, Target: p.target, Ledger: w.ledger, RunID: ran.RunID, Plan: made,
		Watch: func(progress apply.Progress) {
			w.tell(Event{Mapping: p.mapping.Address, Phase: "applying", Done: progress.Done, Expected: progress.Total})
		},
	})
	ran.Outcome, ran.Found = outcome, append(ran.Found, ds...)
	if !ds.HasErrors() && len(outcome.Ambiguous) == 0 {
		made.Discard()
	}
}

// end records how a run ended.
func (w *Workspace) end(ctx context.Context, run *ledger.Run, ran *Ran) {
	ran.Status = statusOf(ran)
	run.Status = ran.Status
	run.PlanID = ran.Plan.ID
	counts := ran.Plan.Counts
	run.Counts = map[string]int64{
		"create": ran.Outcome.Created, "update": ran.Outcome.Updated, "link": ran.Outcome.Linked,
		"failed": int64(len(ran.Outcome.Failed)), "ambiguous": int64(len(ran.Outcome.Ambiguous)),
		"unchanged": counts.Unchanged, "held": counts.Held, "out of scope": counts.Out, "gone": counts.Gone,
	}
	run.Calls = map[string]int64{"source": ran.Plan.Read.Calls}
	if err := w.ledger.EndRun(context.WithoutCancel(ctx), run); err != nil {
		ran.Found = append(ran.Found, diag.From(err, "ending the run")...)
		ran.Status = Failed
	}
}

func statusOf(ran *Ran) string {
	switch {
	case ran.Found.HasErrors():
		return Failed
	case len(ran.Plan.Blocked) > 0:
		return Blocked
	case ran.Plan.Counts.Held > 0 || len(ran.Outcome.Failed) > 0 || len(ran.Outcome.Ambiguous) > 0:
		return Partial
	}
	return Succeeded
}

func stoppedBefore(m *compile.Mapping, stopped map[string]bool) string {
	for _, before := range m.Decl.After {
		if stopped[m.Decl.Module.Name+"."+before.Name] {
			return before.Name
		}
	}
	return ""
}

func skippedAfter(before string) diag.Diagnostic {
	return diag.Diagnostic{
		Severity: diag.Warning, Code: "skipped-after",
		Summary: "It was not run, because it comes after " + before + ", which did not end well",
		Detail:  "What it would refer to may not be there yet.",
		Remedy:  "Mend " + before + " and run again.",
	}
}

func scopeOf(p *pair) ledger.Scope {
	return ledger.Scope{
		SourceTenant: p.source.Tenant().GetId(), SourceResource: p.mapping.Source.Resource.GetName(),
		TargetTenant: p.target.Tenant().GetId(), TargetResource: p.mapping.Target.Resource.GetName(),
	}
}

// keep copies a saved plan to where the journal finds it again.
func keep(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	if err := out.Sync(); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
