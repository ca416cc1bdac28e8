package apply

import (
	"context"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/host"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// resolver learns what became of operations that were sent and never answered.
// The mapping is the present one; the plan may be older, so that its fields are
// known by name alone. Not for concurrent use.
type resolver struct {
	mapping *compile.Mapping
	target  *host.Connection
	plan    *plan.Plan
	finder  *plan.Finder
	scanner *record.Scanner
	row     []record.Value
}

func newResolver(m *compile.Mapping, target *host.Connection, p *plan.Plan) (*resolver, error) {
	finder, err := plan.NewFinder(m, target)
	if err != nil {
		return nil, err
	}
	slots := m.Target.FoundSlots()
	scanner, err := record.NewScanner(slots)
	if err != nil {
		return nil, err
	}
	return &resolver{mapping: m, target: target, plan: p, finder: finder, scanner: scanner, row: make([]record.Value, len(slots))}, nil
}

// resolve gives one result an entry. Diagnostics with errors mean that nothing
// could be learnt now.
func (r *resolver) resolve(ctx context.Context, entries []plan.Entry) ([]result, diag.Diagnostics) {
	var lookUp, again []plan.Entry
	var results []result
	for _, e := range entries {
		if e.Operation == plan.Deactivate || e.Operation == plan.Reactivate || e.Operation == plan.Delete {
			results = append(results, sendAgainNextTime(&e)) // done twice, it is done
			continue
		}
		switch r.reconcile(&e) {
		case protocol.Reconcile_RECONCILE_IDEMPOTENCY_KEY, protocol.Reconcile_RECONCILE_UPSERT:
			again = append(again, e)
		case protocol.Reconcile_RECONCILE_LOOK_UP:
			if e.Operation == plan.Create {
				lookUp = append(lookUp, e)
			} else {
				results = append(results, sendAgainNextTime(&e))
			}
		default:
			results = append(results, ambiguous(&e))
		}
	}
	found, ds := r.lookUp(ctx, lookUp)
	if ds.HasErrors() {
		return nil, ds
	}
	repeated, ds := r.repeat(ctx, again)
	if ds.HasErrors() {
		return nil, ds
	}
	return append(append(results, found...), repeated...), nil
}

func (r *resolver) reconcile(e *plan.Entry) protocol.Reconcile {
	abilities := &r.mapping.Target.Abilities
	if e.Operation != plan.Create {
		return abilities.UpdateReconciled
	}
	return createReconciled(abilities)
}

// createReconciled: what can't be found can't be looked up.
func createReconciled(abilities *compile.Abilities) protocol.Reconcile {
	if abilities.CreateReconciled == protocol.Reconcile_RECONCILE_LOOK_UP && !abilities.FindByKey {
		return protocol.Reconcile_RECONCILE_NONE
	}
	return abilities.CreateReconciled
}

// lookUp finds creates by their key. One that is there is linked, and of its
// fields those are remembered that hold what was sent.
func (r *resolver) lookUp(ctx context.Context, entries []plan.Entry) ([]result, diag.Diagnostics) {
	if len(entries) == 0 {
		return nil, nil
	}
	keys := make([][]byte, len(entries))
	for i, e := range entries {
		keys[i] = e.Key
	}
	answers, ds := r.finder.Find(ctx, keys)
	if ds.HasErrors() {
		return nil, ds
	}
	results := make([]result, len(entries))
	for i := range entries {
		e := &entries[i]
		switch {
		case answers[i] == nil:
			results[i] = neverArrived(e)
		case answers[i].Times > 1:
			results[i] = ambiguous(e)
		default:
			results[i] = applied(e)
			results[i].TargetID = answers[i].ID
			results[i].Prints = sorted(r.agreeing(e, answers[i].Values), e.Facts)
		}
	}
	return results, nil
}

// agreeing are the prints of the fields that the target holds as they were sent.
// The next plan sends the others again.
func (r *resolver) agreeing(e *plan.Entry, held []record.Value) []ledger.Print {
	if _, err := r.scanner.Scan(e.Body, r.row); err != nil {
		return nil
	}
	var out []ledger.Print
	for i, sent := range e.Changed {
		at := r.field(sent)
		if at >= 0 && record.Equal(r.row[at], held[at]) {
			out = append(out, e.Prints[i])
		}
	}
	return out
}

// field is where the mapping has a field of the plan now; -1 where it has it no
// more.
func (r *resolver) field(planned int) int {
	if planned >= len(r.plan.Summary.Fields) {
		return -1
	}
	for i := range r.mapping.Target.Fields {
		if r.mapping.Target.Fields[i].Name == r.plan.Summary.Fields[planned].Name {
			return i
		}
	}
	return -1
}

// repeat sends again what may be sent again: the same key, or an upsert, makes
// it take effect once.
func (r *resolver) repeat(ctx context.Context, entries []plan.Entry) ([]result, diag.Diagnostics) {
	if len(entries) == 0 {
		return nil, nil
	}
	stream, ds := openWrite(ctx, r.target, r.mapping, r.plan)
	if ds.HasErrors() {
		return nil, ds
	}
	defer stream.Finish()
	answers, err := converse(stream, outgoing(r.plan, entries))
	if err != nil {
		return nil, diag.From(err, "sending again what was not answered")
	}
	results := make([]result, len(entries))
	for i := range entries {
		answer := answers[entries[i].Position]
		if lost(&entries[i], answer) || neverLeft(answer) {
			return nil, diag.Diagnostics{stillUnanswered()}
		}
		results[i] = answered(r.target.Plugin(), &entries[i], answer)
		if r.reconcile(&entries[i]) == protocol.Reconcile_RECONCILE_IDEMPOTENCY_KEY {
			doubtReferences(&entries[i], &results[i])
		}
		results[i].leftOut(r.target.Plugin(), r.plan, &entries[i], answer)
	}
	return results, nil
}

// sendAgainNextTime: what may or may not have arrived. What the target
// holds in those fields isn't known, so they get a fingerprint that no value
// has: the next plan sends them again, also where the source has gone back to
// what it was. A second time changes nothing.
func sendAgainNextTime(e *plan.Entry) result {
	out := refused(e)
	for _, p := range e.Prints {
		out.Prints = append(out.Prints, ledger.Print{Field: p.Field, Sum: noValue(p.Sum)})
	}
	out.Prints = sorted(out.Prints)
	out.Code = "unanswered"
	out.Summary = "It was sent, and the target never answered"
	out.Remedy = "Nothing to do: the next run sends it again."
	out.Retry = protocol.Retry_RETRY_LATER.String()
	return out
}

// noValue is a fingerprint other than that of the value that was sent, and by
// chance alone (1 in 2^64) that of another one.
func noValue(sent uint64) uint64 { return max(1, ^sent) }

func neverArrived(e *plan.Entry) result {
	out := refused(e)
	out.Code = "unanswered"
	out.Summary = "It was sent and never answered, and the target does not have it"
	out.Remedy = "Nothing to do: the next run sends it again."
	out.Retry = protocol.Retry_RETRY_LATER.String()
	return out
}

func stillUnanswered() diag.Diagnostic {
	return diag.Diagnostic{
		Code: "unanswered", Class: diag.Unavailable,
		Summary: "The target does not answer",
		Detail:  "Records were sent, and what became of them can't be learnt now.",
		Remedy:  "Run again when the target is back: they are settled first.",
	}
}
