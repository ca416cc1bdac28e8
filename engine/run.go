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
	"passerelle/engine/host"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
)

// RunOptions choose what is run.
type RunOptions struct {
	Only []string // addresses of mappings; empty: all
	Who  []string // a pilot: these people alone, by source id or shown name; nothing is inferred of the others
	Due  bool     // of these only those whose trigger says that they are due
}

// Ran is one mapping's run.
type Ran struct {
	Mapping  string
	From, To string
	RunID    string
	Status   string // succeeded, partial, blocked, failed; skipped without a run of its own
	Plan     plan.Summary
	Outcome  apply.Outcome
	Known    int64            // of those held, refused or ambiguous: how many somebody acknowledged
	Settled  int64            // operations of an interrupted run whose fate was learnt
	Calls    map[string]int64 // requests made, as the ledger keeps them: ledger.CallsSource…
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

// Run plans and applies every mapping, in order. It asks nothing. Once ctx ends,
// no further mapping is begun.
func (w *Workspace) Run(ctx context.Context, o RunOptions) ([]*Ran, diag.Diagnostics) {
	mappings, found := w.prepare(ctx, o.Only)
	if found.HasErrors() {
		return nil, found
	}
	if ds := oneMapping(o.Who, mappings); ds.HasErrors() {
		return nil, append(found, ds...)
	}
	if ds := w.openLedger(ctx); ds.HasErrors() {
		return nil, append(found, ds...)
	}
	if o.Due {
		var err error
		if mappings, err = w.due(ctx, mappings); err != nil {
			return nil, append(found, diag.From(err, "looking what is due")...)
		}
	}
	var out []*Ran
	stopped := map[*compile.Mapping]bool{} // nobody may build on these
	for _, m := range compile.Ordered(mappings) {
		if ctx.Err() != nil && len(out) > 0 {
			break // the one that was under way has said so
		}
		ran := w.ran(m)
		if before := stoppedBefore(m, stopped); before != "" {
			ran.Status = Skipped
			ran.Found = diag.Diagnostics{skippedAfter(before)}
		} else {
			w.run(ctx, m, o, ran)
		}
		if ran.Status != Succeeded && ran.Status != Partial {
			stopped[m] = true
		}
		out = append(out, ran)
	}
	return out, found
}

// Apply applies a saved plan. The source isn't read again. What an interrupted
// run left unanswered is settled first, and may make the plan stale.
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
	p, err := w.openPair(ctx, m)
	if err != nil {
		return nil, append(found, diag.From(err, "opening the connections of "+m.Address)...)
	}
	unsettled, err := w.unsettled(ctx, p)
	if err == nil && !unsettled {
		err = w.fresh(ctx, p, saved)
	}
	if err != nil {
		return nil, append(found, diag.From(err, "checking the plan")...)
	}
	run, err := w.begin(ctx, p, savedTrigger(saved))
	if err != nil {
		return nil, append(found, diag.From(err, "beginning the run")...)
	}
	ran := w.ran(m)
	ran.RunID = run.ID
	if w.settle(ctx, p, ran); !ran.Found.HasErrors() {
		w.applySaved(ctx, p, saved, ran)
	}
	w.end(ctx, p, run, ran)
	return ran, found
}

// applySaved applies a plan from where the journal finds it again, until all is
// settled, wherever the file was.
func (w *Workspace) applySaved(ctx context.Context, p *pair, saved *plan.Plan, ran *Ran) {
	err := w.fresh(ctx, p, saved)
	kept := filepath.Join(w.plansDir(), saved.Summary.ID+planSuffix)
	if err == nil {
		err = keep(saved.Path, kept)
	}
	if err == nil {
		saved, err = plan.Open(kept, w.ledger)
	}
	if err != nil {
		ran.Found = append(ran.Found, diag.From(err, "checking the plan")...)
		return
	}
	w.carryOut(ctx, p, saved, ran)
}

// fresh fails with why a saved plan may no longer be applied.
func (w *Workspace) fresh(ctx context.Context, p *pair, saved *plan.Plan) error {
	basis, err := w.basis(ctx, p.mapping)
	if err != nil {
		return err
	}
	return saved.Stale(ctx, w.ledger, scopeOf(p), basis, w.options.Now())
}

func (w *Workspace) begin(ctx context.Context, p *pair, trigger string) (*ledger.Run, error) {
	_ = p.takeRequests() // what a preview made before is not this run's
	run, err := w.ledger.BeginRun(ctx, p.mapping.Address, zoneOf(p.mapping))
	if err != nil {
		return nil, err
	}
	run.Trigger, run.Profiles = trigger, p.profiles()
	return run, w.ledger.KeepProfiles(ctx, run.ID, run.Profiles)
}

func (w *Workspace) ran(m *compile.Mapping) *Ran {
	p := w.planned(m)
	return &Ran{Mapping: p.Mapping, From: p.From, To: p.To}
}

// run is one mapping's: settle, plan, judge, apply, remember.
func (w *Workspace) run(ctx context.Context, m *compile.Mapping, o RunOptions, ran *Ran) {
	p, err := w.openPair(ctx, m)
	if err != nil {
		ran.Found, ran.Status = diag.From(err, "opening the connections of "+m.Address), Failed
		return
	}
	run, err := w.begin(ctx, p, triggerOf(m, o))
	if err != nil {
		ran.Found, ran.Status = diag.From(err, "beginning the run"), Failed
		return
	}
	ran.RunID = run.ID
	if w.settle(ctx, p, ran); !ran.Found.HasErrors() {
		made, ds := w.make(ctx, p, "", o.Who, nil)
		ran.Found = append(ran.Found, ds...)
		if made != nil {
			w.carryOut(ctx, p, made, ran)
		}
	}
	w.end(ctx, p, run, ran)
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

// carryOut applies what the guards let through of a plan, and records everybody
// whom it holds or they stopped.
func (w *Workspace) carryOut(ctx context.Context, p *pair, made *plan.Plan, ran *Ran) {
	ran.Plan = made.Summary
	if !made.Summary.Stands() {
		err := w.ledger.Record(ctx, ran.RunID, stoppedResults(made))
		ran.Found = append(ran.Found, diag.From(err, "recording whom the plan is about")...)
		return
	}
	if err := w.remember(ctx, p, made, ran.RunID); err != nil {
		ran.Found = append(ran.Found, diag.From(err, "recording the plan")...)
		return
	}
	outcome, ds := apply.Apply(ctx, apply.Input{
		Mapping: p.mapping, Target: p.target, Ledger: w.ledger, RunID: ran.RunID, Plan: made,
		Watch: func(progress apply.Progress) {
			w.tell(Event{Mapping: p.mapping.Address, Phase: "applying", Done: progress.Done, Expected: progress.Total})
		},
	})
	ran.Outcome, ran.Found = outcome, append(ran.Found, ds...)
	if err := made.NoteDays(context.WithoutCancel(ctx), w.ledger); err != nil {
		ran.Found = append(ran.Found, diag.From(err, "noting the days of records")...)
	}
	if !ds.HasErrors() {
		made.Discard() // otherwise the next run settles it, and then removes it
	}
}

// end records how a run ended.
func (w *Workspace) end(ctx context.Context, p *pair, run *ledger.Run, ran *Ran) {
	ctx = context.WithoutCancel(ctx)
	ran.Found = append(ran.Found, diag.From(w.countKnown(ctx, ran), "reading who is acknowledged")...)
	ran.Status = statusOf(ran)
	run.Status = ran.Status
	run.PlanID = ran.Plan.ID
	counts := ran.Plan.Counts
	run.Counts = map[string]int64{
		"create": ran.Outcome.Created, "update": ran.Outcome.Updated, "link": ran.Outcome.Linked,
		"deactivate": ran.Outcome.Deactivated, "reactivate": ran.Outcome.Reactivated, "delete": ran.Outcome.Deleted,
		"unlink": ran.Outcome.Unlinked, "acknowledged": ran.Known,
		"failed": int64(len(ran.Outcome.Failed)), "ambiguous": int64(len(ran.Outcome.Ambiguous)),
		"unsettled": ran.Outcome.Unsettled, "unsent": ran.Outcome.Unsent,
		"unchanged": counts.Unchanged, "held": counts.Held, "out of scope": counts.Out, "gone": counts.Gone,
		"reference missing": ran.Missing(), "waiting": counts.Waiting, "skipped": counts.Skipped, "left": counts.Left, "blocked": counts.Blocked,
	}
	countForGuards(run.Counts, ran)
	ran.Calls = p.takeRequests()
	run.Calls = ran.Calls
	ran.Found = append(ran.Found, diag.From(w.keepStory(ctx, ran), "keeping what the run says")...)
	ran.Found = append(ran.Found, diag.From(w.prune(ctx), "removing what was kept long enough")...)
	reading, err := w.goesOn(ctx, ran)
	ran.Found = append(ran.Found, diag.From(err, "looking up where the next read goes on")...)
	run.Reading = reading
	if err := w.ledger.EndRun(ctx, run); err != nil {
		ran.Found = append(ran.Found, diag.From(err, "ending the run")...)
		ran.Status = Failed
	}
	ran.Found = host.Unique(ran.Found) // a full disk refuses each of these steps
}

func statusOf(ran *Ran) string {
	switch {
	case ran.Found.HasErrors():
		return Failed
	case !ran.Plan.Stands() || ran.Plan.Snapshot.IsBlocked():
		return Blocked
	case len(ran.Plan.Blocked) > 0 || len(ran.Plan.Unfilled) > 0 || ran.Open() > 0:
		return Partial
	}
	return Succeeded
}

func stoppedBefore(m *compile.Mapping, stopped map[*compile.Mapping]bool) string {
	for _, before := range m.After {
		if stopped[before.Mapping] {
			return before.Mapping.Address
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
		SourceTenant: p.source.Tenant().GetId(), SourceResource: p.mapping.Identifies(),
		TargetTenant: p.target.Tenant().GetId(), TargetResource: p.mapping.Target.Resource.GetName(),
	}
}

// keep copies a saved plan to where the journal finds it again. A copy that was
// cut off never has the name: the journal would take it for the plan.
func keep(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return notKept(err)
	}
	defer in.Close()
	out, err := os.CreateTemp(filepath.Dir(to), ".copy-*"+planSuffix) // mode 0600; swept like a spool
	if err != nil {
		return notKept(err)
	}
	_, err = io.Copy(out, in)
	if err == nil {
		err = out.Sync()
	}
	if closed := out.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(out.Name(), to)
	}
	if err != nil {
		_ = os.Remove(out.Name())
		return notKept(err)
	}
	return nil
}

func notKept(err error) error {
	return diag.Diagnostic{
		Code: "plan-file", Class: diag.Fault,
		Summary: "The plan can't be copied beside the ledger",
		Detail:  "Until all of it is settled the journal needs it. The system says: " + systemSays(err) + ".",
		Remedy:  "Check that the disk has room and that the ledger's folder may be written to. Nothing was sent.",
	}
}
