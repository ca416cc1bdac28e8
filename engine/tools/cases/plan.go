package cases

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/flow"
	"passerelle/engine/host"
	"passerelle/engine/lang"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
)

// Became is what a plan would do with one record.
type Became struct {
	ID        string
	Operation string          // none where nothing is done
	Outcome   string          // why; "" where something is
	Output    json.RawMessage // what is sent, of both operations where there are two; nil: nothing
	Held      *plan.Held
	Waiting   *plan.Waiting
}

// plan plans a case: what was sent before, and then what is given. failed is why
// nothing could be planned, which a case may expect; found is what is wrong with
// the case.
func (r *runner) plan(ctx context.Context, m *compile.Mapping, c *lang.Case) (became []*Became, failed, found diag.Diagnostics) {
	t := &trial{runner: r, case_: c, tenant: "case-" + strconv.Itoa(r.number), fault: faultOf(c)}
	cover := r.cover(m)
	t.mapping = m.Given(nil) // what was sent before shows nothing of the mapping as it is
	t.scopes = t.scopesOf(m)
	if found = t.others(ctx, m); !found.HasErrors() {
		var own []ledger.Applied
		own, found = t.own(ctx, m)
		found = append(found, diag.From(t.link(ctx, t.scopes[m], own), "linking what the test says is linked")...)
	}
	if found.HasErrors() {
		return nil, nil, found
	}
	given, found := records(m, c.Given, t.fault)
	if found.HasErrors() {
		return nil, nil, found
	}
	if len(given[m.Source.Name]) == 0 {
		at := c.Block
		return nil, nil, diag.Diagnostics{{
			Code: "missing-given", Subject: &at, Summary: "The test gives no record of source " + strconv.Quote(m.Source.Name),
			Detail: "Without one nothing is planned.", Remedy: "Add given = { " + m.Source.Name + " = { … } }.",
		}}
	}
	t.mapping, t.existing = m.Given(cover.watch(m)), existingJSON(c)
	became, failed = t.make(ctx, given, cover.outcome)
	return became, failed, nil
}

// trial is one case on its way.
type trial struct {
	*runner
	case_    *lang.Case
	mapping  *compile.Mapping // as Given
	tenant   string
	fault    string
	existing [][]byte
	scopes   map[*compile.Mapping]ledger.Scope // its own, and those that it refers to
}

// scopesOf are what links belong to: the mapping's own, and those of the mappings
// whose records it refers to.
func (t *trial) scopesOf(m *compile.Mapping) map[*compile.Mapping]ledger.Scope {
	scope := func(of *compile.Mapping) ledger.Scope {
		return ledger.Scope{
			SourceTenant: t.tenant, SourceResource: of.Identifies(), TargetTenant: t.tenant, TargetResource: of.Target.Resource.GetName(),
		}
	}
	out := map[*compile.Mapping]ledger.Scope{m: scope(t.mapping)}
	for i := range m.Target.Fields {
		if to := m.Target.Fields[i].Linked; to != nil && to != m {
			out[to] = scope(to)
		}
	}
	return out
}

func faultOf(c *lang.Case) string {
	for _, e := range c.Expects {
		if e.Held.Name != "" {
			return e.Held.Name
		}
	}
	return ""
}

func existingJSON(c *lang.Case) [][]byte {
	var out [][]byte
	for _, r := range c.Existing {
		fields := map[string]json.RawMessage{}
		for _, f := range r.Fields {
			fields[f.Name] = jsonOf(f.Value)
		}
		if text, err := json.Marshal(fields); err == nil {
			out = append(out, text)
		}
	}
	return out
}

// entries plans records, and gives the operations.
func (t *trial) entries(ctx context.Context, given map[string][][]byte, became func(id, what string)) (*plan.Plan, []plan.Entry, diag.Diagnostics) {
	// What is joined and not given has records of somebody else: that it came empty
	// would be an accident.
	others := flow.Connections{}
	for _, j := range t.mapping.Joined {
		if len(given[j.Name]) == 0 {
			given[j.Name] = [][]byte{[]byte("{}")}
		}
	}
	from := host.Given("given", t.tenant, given)
	for _, s := range t.mapping.Sources() {
		others[s.Connection] = from
	}
	made, found := plan.Make(ctx, plan.Input{
		Mapping: t.mapping,
		Source:  from, Others: others,
		Target: host.Given("existing", t.tenant, map[string][][]byte{t.mapping.Target.Resource.GetName(): t.existing}),
		Ledger: t.ledger,
		Basis:  func() (string, error) { return "test", nil },
		Now:    t.now, Zone: t.mapping.Zone, Dir: t.dir,
		Became: became, Scopes: t.scopes, Example: true,
	})
	if made == nil || found.HasErrors() {
		return nil, nil, found
	}
	defer made.Discard()
	if !made.Summary.Stands() {
		for _, b := range made.Summary.Blocked {
			found = append(found, diag.Diagnostic{Code: b.Code, Summary: b.Say.EN, Remedy: b.Do.EN})
		}
		return nil, nil, found
	}
	var out []plan.Entry
	err := made.Batches(func(_ int64, entries []plan.Entry) error {
		out = append(out, entries...)
		return nil
	})
	return made, out, append(found, diag.From(err, "reading the plan back")...)
}

// make plans what is given and says what became of each record, in order.
func (t *trial) make(ctx context.Context, given map[string][][]byte, tell func(*Became)) ([]*Became, diag.Diagnostics) {
	var out []*Became
	made, entries, failed := t.entries(ctx, given, func(id, what string) {
		b := &Became{ID: id, Operation: "none", Outcome: what}
		if slices.Contains(operations, what) {
			b.Operation, b.Outcome = what, ""
		}
		out = append(out, b)
	})
	if failed.HasErrors() {
		return nil, failed.Errors()
	}
	taken := map[string]int{}
	for _, b := range out { // two with one id are both held
		for i, h := range made.Summary.Held {
			if h.SourceID == b.ID && i >= taken[b.ID] {
				b.Operation, b.Outcome, b.Held, taken[b.ID] = "none", "held", &made.Summary.Held[i], i+1
				break
			}
		}
		for i, w := range made.Summary.Waiting {
			if w.SourceID == b.ID && b.Held == nil {
				b.Waiting = &made.Summary.Waiting[i]
			}
		}
		if b.Held == nil {
			if err := t.sends(ctx, b, made, entries); err != nil {
				return nil, diag.From(err, "reading what would be sent")
			}
		}
		tell(b)
	}
	return out, nil
}

// operations are the outcomes for which something is done.
var operations = []string{"create", "update", "link", "deactivate", "reactivate", "delete"}
