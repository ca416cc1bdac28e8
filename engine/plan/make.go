package plan

import (
	"context"

	"passerelle/engine/diag"
	"passerelle/engine/flow"
	"passerelle/engine/ledger"
)

// Make reads everything, compares it with the ledger and writes the plan down.
// Nothing is written to the target. Diagnostics with errors mean that there is
// no plan; a plan that a guard blocked is a plan.
func Make(ctx context.Context, in Input) (*Plan, diag.Diagnostics) {
	scope := ledger.Scope{
		SourceTenant: in.Source.Tenant().GetId(), SourceResource: in.Mapping.Identifies(),
		TargetTenant: in.Target.Tenant().GetId(), TargetResource: in.Mapping.Target.Resource.GetName(),
	}
	if err := otherTenant(ctx, in, scope); err != nil {
		return nil, diag.From(err, "looking up whom the ledger belongs to")
	}
	made, found, whole := attempt(ctx, in, scope, everybody{})
	if whole.why != "" {
		made, found, _ = attempt(ctx, in, scope, whole)
	}
	return made, found
}

// attempt makes the plan from one read. Where that was of what changed alone and
// did not do, it gives no plan but why everybody is to be read.
func attempt(ctx context.Context, in Input, scope ledger.Scope, must everybody) (*Plan, diag.Diagnostics, everybody) {
	p, err := newPlanner(ctx, in, scope)
	if err != nil {
		return nil, diag.From(err, "preparing the plan"), everybody{}
	}
	defer p.close()
	if err := p.goOn(ctx, must); err != nil {
		p.discard()
		return nil, diag.From(err, "looking up where the last read ended"), everybody{}
	}
	watch := func(progress flow.Progress) {
		p.calls = progress.Calls
		if in.Watch != nil {
			in.Watch(progress)
		}
	}
	end, found := flow.ReadSince(ctx, in.connections(), in.Mapping, p.today, p.since.from(), func(items []flow.Item) error {
		return p.batch(ctx, items)
	}, watch)
	if p.since.refused(found) {
		p.since.must = WholeRefused
	}
	var made *Plan
	if !found.HasErrors() {
		if made, err = p.finish(ctx, end); err != nil {
			found = append(found, diag.From(err, "finishing the plan")...)
		}
	}
	if !found.HasErrors() {
		return made, found, everybody{}
	}
	p.discard()
	if must := p.since.mustBe(); must != "" {
		return nil, nil, everybody{why: must, calls: max(p.calls, end.Calls)}
	}
	return nil, found, everybody{}
}
