package apply

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"passerelle/engine/compile"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
	"passerelle/plugins/protocol"
)

// referrer puts, when entries are about to be sent, the target's ids in the place
// of what they refer to. The mapping is the present one; of an older plan the
// fields are known by name. Nil where the plan refers to nothing.
type referrer struct {
	mapping *compile.Mapping
	plan    *plan.Plan
	ledger  *ledger.Ledger
	own     ledger.ScopeID
	scopes  []ledger.ScopeID    // by Reference.To
	fields  []int               // by field of the plan: the mapping's; -1 where it has it no more
	linked  []map[string]string // by Reference.To, of the batch: source id → target id
	left    map[string]int64    // by field: who goes without it, besides those the plan knew of
}

func newReferrer(ctx context.Context, m *compile.Mapping, p *plan.Plan, l *ledger.Ledger) (*referrer, error) {
	if len(p.Summary.References) == 0 {
		return nil, nil
	}
	r := &referrer{mapping: m, plan: p, ledger: l, fields: make([]int, len(p.Summary.Fields)), left: map[string]int64{}}
	var err error
	if r.own, err = l.Scope(ctx, p.Summary.Scope); err != nil {
		return nil, err
	}
	for _, to := range p.Summary.References {
		id, err := l.Scope(ctx, to.Scope)
		if err != nil {
			return nil, err
		}
		r.scopes = append(r.scopes, id)
		r.linked = append(r.linked, map[string]string{})
	}
	for i, f := range p.Summary.Fields {
		r.fields[i] = slices.IndexFunc(m.Target.Fields, func(has compile.TargetField) bool { return has.Name == f.Name })
	}
	return r, nil
}

// unsent are the entries of a batch that are not sent, for want of a record that
// they refer to.
type unsent struct {
	held []result // by entry of entries
	who  []plan.Entry
	idle []result // nothing was left to send
}

func (u *unsent) results() []result {
	if u == nil {
		return nil
	}
	return append(slices.Clone(u.held), u.idle...)
}

// fill gives a batch as it is sent. What refers to somebody who is not linked goes
// without that field, or is not sent where it can't.
func (r *referrer) fill(ctx context.Context, entries []plan.Entry) ([]plan.Entry, *unsent, error) {
	if r == nil {
		return entries, nil, nil
	}
	if err := r.look(ctx, entries); err != nil {
		return nil, nil, err
	}
	own, err := r.ownTargets(ctx, entries)
	if err != nil {
		return nil, nil, err
	}
	out := &unsent{}
	ready := make([]plan.Entry, 0, len(entries))
	for _, e := range entries {
		if e.Operation != plan.Create && e.TargetID == "" {
			if e.TargetID = own[e.SourceID]; e.TargetID == "" {
				continue // its create did not come about: the next plan begins with that
			}
		}
		had := len(e.Changed) > 0
		switch failure := r.entry(&e); {
		case failure != nil:
			out.held, out.who = append(out.held, heldBack(&e, failure)), append(out.who, e)
		case had && len(e.Changed) == 0 && e.Operation == plan.Update:
			out.idle = append(out.idle, r.idle(&e))
		default:
			if had && len(e.Changed) == 0 && e.Operation == plan.Link {
				e.Body = nil
			}
			ready = append(ready, e)
		}
	}
	return ready, out, nil
}

// look finds out who of those referred to is linked.
func (r *referrer) look(ctx context.Context, entries []plan.Entry) error {
	ids := make([][]string, len(r.scopes))
	for _, e := range entries {
		for _, ref := range e.References {
			ids[ref.To] = append(ids[ref.To], ref.SourceID)
		}
	}
	for to := range r.scopes {
		links, err := r.ledger.Links(ctx, r.scopes[to], ids[to], nil)
		if err != nil {
			return err
		}
		clear(r.linked[to])
		for _, link := range links {
			if link.Row != 0 && link.TargetID != "" {
				r.linked[to][link.SourceID] = link.TargetID
			}
		}
	}
	return nil
}

// ownTargets are the target ids of those whom an earlier batch of this plan
// created and whose second entry is in this one.
func (r *referrer) ownTargets(ctx context.Context, entries []plan.Entry) (map[string]string, error) {
	var ids []string
	for _, e := range entries {
		if e.Operation != plan.Create && e.TargetID == "" {
			ids = append(ids, e.SourceID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	links, err := r.ledger.Links(ctx, r.own, ids, nil)
	out := make(map[string]string, len(links))
	for _, link := range links {
		out[link.SourceID] = link.TargetID
	}
	return out, err
}

// entry fills in one entry; the failure says why it can't be sent.
func (r *referrer) entry(e *plan.Entry) *compile.Failure {
	if len(e.References) == 0 {
		return nil
	}
	for _, ref := range slices.Clone(e.References) {
		at := r.fields[ref.Field]
		if at < 0 {
			e.LeaveOut(ref.Field) // the mapping has it no more
			continue
		}
		field := &r.mapping.Target.Fields[at]
		id, linked := r.linked[ref.To][ref.SourceID]
		switch value, fits := field.ReferenceValue(id); {
		case linked && !fits:
			failure := plan.Unfit(field)
			return &failure
		case linked:
			text := value.AppendJSON(nil)
			e.Body = insert(e.Body, field.Path, text)
			if ref.InKey {
				e.Key = insert(e.Key, field.Path, text)
			}
		case ref.Must:
			failure := plan.MissingReference(field, r.plan.Summary.References[ref.To].Mapping)
			return &failure
		default:
			if slices.Contains(e.Changed, ref.Field) {
				e.Pending = append(slices.Clip(e.Pending), ref.Field)
				r.left[r.plan.Summary.Fields[ref.Field].Name]++
			}
			e.LeaveOut(ref.Field)
		}
	}
	return nil
}

// insert puts a member into a JSON object, at a path that may lead through
// objects which aren't there yet.
func insert(object []byte, path []string, value []byte) []byte {
	name, _ := json.Marshal(path[0]) // of a text it can't fail
	if len(path) == 1 {
		return appendMember(object, name, value)
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(object, &members) != nil {
		members = nil // our own encoder wrote it: it is an object
	}
	inner, there := members[path[0]]
	if !there {
		return appendMember(object, name, insert([]byte("{}"), path[1:], value))
	}
	members[path[0]] = insert(inner, path[1:], value)
	out, _ := json.Marshal(members)
	return out
}

func appendMember(object, name, value []byte) []byte {
	body := bytes.TrimSuffix(object, []byte("}"))
	out := make([]byte, 0, len(object)+len(name)+len(value)+2)
	out = append(out, body...)
	if len(body) > 1 {
		out = append(out, ',')
	}
	out = append(append(append(out, name...), ':'), value...)
	return append(out, '}')
}

// heldBack is an entry that is not sent. Who was adopted stays linked.
func heldBack(e *plan.Entry, why *compile.Failure) result {
	out := refused(e)
	out.Outcome = ledger.Held
	out.Code, out.Field, out.Summary, out.detail, out.Remedy = why.Code, why.Field, why.Summary, why.Detail, why.Remedy
	return out
}

// idle is an entry of which nothing was left to send.
func (r *referrer) idle(e *plan.Entry) result {
	out := refused(e)
	out.Outcome = ledger.Unchanged
	r.pending(e, &out)
	return out
}

// sayPending says in the results of a batch what their records were sent without.
func (r *referrer) sayPending(entries []plan.Entry, results []result) {
	if r == nil {
		return
	}
	for i := range entries {
		if len(entries[i].Pending) == 0 {
			continue
		}
		at := slices.IndexFunc(results, func(x result) bool { return x.Position == entries[i].Position })
		if at >= 0 && results[at].Outcome == ledger.Succeeded {
			r.pending(&entries[i], &results[at])
		}
	}
}

func (r *referrer) pending(e *plan.Entry, out *result) {
	if len(e.Pending) == 0 {
		return
	}
	out.Code = "reference-pending"
	out.Field = r.plan.Summary.Fields[e.Pending[0]].Name
	out.Summary = "It was sent without a field, because the record that the field refers to is not linked yet"
	out.Remedy = "Nothing to do: it is sent once that record is linked."
}

// countUnsent adds what was not sent, and what was sent in part, to the outcome.
func (a *applier) countUnsent(u *unsent) {
	if u == nil {
		return
	}
	a.outcome.Pending = a.referrer.left
	for i := range u.held {
		a.outcome.Missing = append(a.outcome.Missing, u.held[i].failed(&u.who[i]))
	}
	a.outcome.Idle += int64(len(u.idle))
	a.tried += int64(len(u.held) + len(u.idle))
}

// perhapsSent are those of a batch to be settled whose references are not there.
// They were not sent, unless the record that they refer to was linked then and is
// no more. A create that nothing could recognise again is then a person's to
// judge.
func (r *resolver) perhapsSent(u *unsent) []result {
	if u == nil {
		return nil
	}
	out := u.results()
	for i := range u.who {
		if e := &u.who[i]; e.Operation == plan.Create {
			switch r.reconcile(e) {
			case protocol.Reconcile_RECONCILE_LOOK_UP, protocol.Reconcile_RECONCILE_UPSERT:
			default:
				out[i] = ambiguous(e)
			}
		}
	}
	return out
}

// doubtReferences: what was sent under the same key may have lacked a reference
// that is resolved now, and the target then answered for that. The next plan sends
// these fields again.
func doubtReferences(e *plan.Entry, out *result) {
	if out.Outcome != ledger.Succeeded {
		return
	}
	out.Prints = slices.Clone(out.Prints) // perhaps the entry's own
	for _, ref := range e.References {
		at := slices.Index(e.Changed, ref.Field)
		if at < 0 {
			continue
		}
		for i := range out.Prints {
			if out.Prints[i].Field == e.Prints[at].Field {
				out.Prints[i].Sum = noValue(out.Prints[i].Sum)
			}
		}
	}
}
