package engine

import (
	"context"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
)

// scopes says in which links a mapping finds those whom it refers to. Tenants are
// known once a connection is open, so that those of the mappings referred to are
// opened too.
func (w *Workspace) scopes(ctx context.Context, p *pair) (map[*compile.Mapping]ledger.Scope, diag.Diagnostics) {
	out := map[*compile.Mapping]ledger.Scope{}
	for i := range p.mapping.Target.Fields {
		field := &p.mapping.Target.Fields[i]
		to := field.Linked
		if _, known := out[to]; known || to == nil {
			continue
		}
		other, err := w.openPair(ctx, to)
		if err != nil {
			return nil, diag.From(err, "opening the connections of "+to.Address)
		}
		if out[to] = scopeOf(other); out[to].TargetTenant != p.target.Tenant().GetId() {
			return nil, diag.Diagnostics{{
				Code: "linked-elsewhere", Subject: &field.Place,
				Summary: "Mapping " + to.Address + " writes to another account than this one",
				Detail:  "Its records get their ids there; here they would point at strangers. Nothing was planned.",
				Remedy:  "Refer to a mapping with the same target, or give both connections the same account.",
			}}
		}
	}
	return out, nil
}

// expecting is, in a preview of several mappings, whom those planned so far would
// link: what refers to them is no mistake, only early.
type expecting map[ledger.Scope]map[string]bool

func (e expecting) expected(scope ledger.Scope, sourceID string) bool { return e[scope][sourceID] }

// note keeps whom a plan would link, where another mapping refers to its records.
func (e expecting) note(mappings []*compile.Mapping, m *compile.Mapping, made *plan.Plan) error {
	if made == nil || !made.Summary.Stands() || !referredTo(mappings, m) {
		return nil
	}
	ids := e[made.Summary.Scope]
	if ids == nil {
		ids = map[string]bool{}
		e[made.Summary.Scope] = ids
	}
	return made.Batches(func(_ int64, entries []plan.Entry) error {
		for i := range entries {
			if o := entries[i].Operation; o == plan.Create || o == plan.Link {
				ids[entries[i].SourceID] = true
			}
		}
		return nil
	})
}

func referredTo(mappings []*compile.Mapping, m *compile.Mapping) bool {
	for _, other := range mappings {
		for i := range other.Target.Fields {
			if other != m && other.Target.Fields[i].Linked == m {
				return true
			}
		}
	}
	return false
}

// Missing is how many records were not sent because they refer to one that is not
// linked.
func (r *Ran) Missing() int64 { return r.Plan.Counts.Missing + int64(len(r.Outcome.Missing)) }

// Pending is, for each field that refers to other records, how many went without
// it.
func (r *Ran) Pending() map[string]int64 {
	out := map[string]int64{}
	for _, f := range r.Plan.Fields {
		if n := f.Pending + r.Outcome.Pending[f.Name]; n > 0 {
			out[f.Name] = n
		}
	}
	return out
}
