package plan

import (
	"context"
	"path/filepath"
	"slices"

	"passerelle/engine/compile"
	"passerelle/engine/flow"
	"passerelle/engine/ledger"
	"passerelle/plugins/record"
)

// references is what planning needs of fields that hold the target's id of
// another record. A mapping without such a field has none: every method takes a
// nil receiver, and does nothing then.
//
// A reference is resolved when it is sent. What is looked up here only decides
// the order and what can be sent at all: who is linked already is there; who is
// created or adopted by this very plan will be, so that who refers goes after;
// anybody else is missing.
type references struct {
	target    *compile.Target
	of        []int // by target field: index of referred, -1 for an ordinary field
	referred  []referred
	expected  func(ledger.Scope, string) bool
	inKey     bool
	later     *spoolWriter // entries that refer to somebody who is not linked
	waiting   []waiter     // those entries, in the order of later
	openEdges []openEdge
	found     *foundRecord // whom the next entry adopts
}

// referred is one mapping whose records are referred to.
type referred struct {
	Referred
	id     ledger.ScopeID
	own    bool   // its links are those of this plan
	prefix []byte // what the fingerprints of its references begin with
	ids    []string
	links  []ledger.Link     // reused from batch to batch
	linked map[string]string // source id → target id, of the batch
}

func newReferences(ctx context.Context, p *planner, own ledger.Scope) (*references, error) {
	target := &p.Mapping.Target
	if !target.HasReferences() || p.Scopes == nil { // an undo sends no fields
		return nil, nil
	}
	r := &references{target: target, of: make([]int, len(target.Fields)), expected: p.Expected}
	known := map[*compile.Mapping]int{}
	for i := range target.Fields {
		to := target.Fields[i].Linked
		if r.of[i] = -1; to == nil {
			continue
		}
		at, seen := known[to]
		if !seen {
			scope := p.Scopes[to]
			id, err := p.Ledger.Scope(ctx, scope)
			if err != nil {
				return nil, err
			}
			at, known[to] = len(r.referred), len(r.referred)
			r.referred = append(r.referred, referred{
				Referred: Referred{Mapping: to.Address, Scope: scope}, id: id, own: scope == own,
				prefix: []byte(scope.SourceResource + "\x00" + scope.TargetResource + "\x00"), linked: map[string]string{},
			})
			p.summary.References = append(p.summary.References, r.referred[at].Referred)
		}
		r.of[i] = at
		p.summary.Fields[i].Refers = to.Address
	}
	for _, at := range target.FindBy() {
		r.inKey = r.inKey || r.of[at] >= 0
	}
	var err error
	// In the folder of spools, whose leftovers are swept.
	r.later, err = createSpool(filepath.Join(p.Dir, p.summary.ID+".later.plan"), p.summary.ID+"/later", p.Ledger.Sealer())
	return r, err
}

// look finds out, for a batch, who of those referred to is linked. An id that the
// field can't hold holds the record.
func (r *references) look(ctx context.Context, p *planner, items []flow.Item) error {
	if r == nil {
		return nil
	}
	for at := range r.referred {
		to := &r.referred[at]
		to.ids = to.ids[:0]
		clear(to.linked)
		for i := range items {
			for field, of := range r.of {
				if of == at && items[i].Values != nil && !items[i].Values[field].IsEmpty() {
					to.ids = append(to.ids, items[i].Values[field].Text())
				}
			}
		}
		if err := r.linkedOf(ctx, p, to); err != nil {
			return err
		}
	}
	for i := range items {
		for field, of := range r.of {
			if of < 0 || items[i].Values == nil || items[i].Held != nil {
				continue
			}
			if id, ok := r.referred[of].linked[items[i].Values[field].Text()]; ok {
				if _, fits := r.target.Fields[field].ReferenceValue(id); !fits {
					failure := Unfit(&r.target.Fields[field])
					items[i].Held = &failure
				}
			}
		}
	}
	return nil
}

// lookAgain finds out who of those that entries refer to is linked, long after
// their batch.
func (r *references) lookAgain(ctx context.Context, p *planner, entries []Entry) error {
	if r == nil {
		return nil
	}
	for at := range r.referred {
		to := &r.referred[at]
		to.ids = to.ids[:0]
		clear(to.linked)
		for i := range entries {
			for _, ref := range entries[i].References {
				if ref.To == at {
					to.ids = append(to.ids, ref.SourceID)
				}
			}
		}
		if err := r.linkedOf(ctx, p, to); err != nil {
			return err
		}
	}
	return nil
}

// linkedOf looks the ids up that were gathered.
func (r *references) linkedOf(ctx context.Context, p *planner, to *referred) error {
	var err error
	if to.links, err = p.Ledger.Links(ctx, to.id, to.ids, to.links); err != nil {
		return err
	}
	for _, link := range to.links {
		if link.Row != 0 && link.TargetID != "" {
			to.linked[link.SourceID] = link.TargetID
		}
	}
	return nil
}

// atTarget is what the target would hold for a value: the id that a reference
// stands for, empty where there is none yet; any other value as it is.
func (r *references) atTarget(field int, value record.Value) record.Value {
	if r == nil || r.of[field] < 0 {
		return value
	}
	id, linked := r.referred[r.of[field]].linked[value.Text()]
	if !linked {
		return record.Value{}
	}
	out, _ := r.target.Fields[field].ReferenceValue(id)
	return out
}

// agrees reports whether the target holds what a value stands for. Of whom this
// plan links that shows only at the end.
func (r *references) agrees(field int, value, holds record.Value) bool {
	now := r.atTarget(field, value)
	return !now.IsEmpty() && record.Equal(now, holds)
}

// holds notes what the target has of the record that the next entry adopts.
func (r *references) holds(found *foundRecord) {
	if r != nil {
		r.found = found
	}
}

// canonical is what the canonical form of a field's values begins with.
func (r *references) canonical(dst []byte, field int) []byte {
	if r == nil || r.of[field] < 0 {
		return dst
	}
	return append(dst, r.referred[r.of[field]].prefix...)
}

// key takes references out of a record's key, whose hash keeps the ids at the
// source: they say who is meant before and after anybody is linked.
func (r *references) key(p *planner, item *flow.Item, bits record.Bits, key *keyOf) {
	if r == nil || !r.inKey {
		return
	}
	values := make([]record.Value, len(item.Values))
	copy(values, item.Values)
	complete := true
	for _, at := range r.target.FindBy() {
		if r.of[at] >= 0 {
			values[at] = r.atTarget(at, item.Values[at])
			complete = complete && !values[at].IsEmpty()
		}
	}
	if key.find = nil; complete {
		key.find = p.encoder.Append(nil, values, bits, record.OmitEmpty)
	}
	for _, at := range r.target.FindBy() {
		if r.of[at] >= 0 {
			bits.Clear(at)
		}
	}
	key.json = p.encoder.Append(nil, values, bits, record.OmitEmpty)
}

// refer takes the references out of what is sent and writes them down beside it.
func (r *references) refer(item *flow.Item, e *Entry, sent record.Bits) {
	if r == nil {
		return
	}
	for field, of := range r.of {
		if of < 0 || !sent.Has(field) || item.Values[field].IsEmpty() { // an empty one is emptied like any other
			continue
		}
		sent.Clear(field)
		e.References = append(e.References, Reference{
			Field: field, To: of, SourceID: item.Values[field].Text(),
			InKey: slices.Contains(r.target.FindBy(), field), Must: r.must(e, field),
		})
	}
}

// must: the record can't be sent without the field. An update that replaces the
// whole record would empty one that the target has.
func (r *references) must(e *Entry, field int) bool {
	return r.target.MustResolve(field) ||
		e.Operation == Update && !r.target.Abilities.ChangedOnly && !slices.Contains(e.Added, field)
}

// open reports whether a reference is to somebody who is not linked.
func (r *references) open(ref Reference) bool {
	_, linked := r.referred[ref.To].linked[ref.SourceID]
	return !linked
}

// onlyOpen: all these fields refer to somebody who is not linked.
func (r *references) onlyOpen(item *flow.Item, fields []int) bool {
	if r == nil {
		return false
	}
	for _, field := range fields {
		if r.of[field] < 0 || !r.open(Reference{To: r.of[field], SourceID: item.Values[field].Text()}) {
			return false
		}
	}
	return true
}

// pendingOnly: nothing can be sent for an item but what refers to somebody who is
// not linked.
func (p *planner) pendingOnly(item *flow.Item, fields []int) {
	for _, field := range fields {
		p.summary.Fields[field].Pending++
	}
	p.goesWithout(item.ID)
	p.became(item, unchanged)
}

// add writes an entry down, or sets it aside until it is known who else will be
// linked by this plan.
func (p *planner) add(e *Entry) error {
	for _, ref := range e.References {
		if p.refs.open(ref) {
			return p.refs.setAside(p, e)
		}
	}
	return p.out.add(e)
}

// readBack calls each with every entry written down so far.
func (p *planner) readBack(each func([]Entry) error) error {
	err := p.out.readBack(each)
	if err == nil && p.refs != nil {
		err = p.refs.later.readBack(each)
	}
	return err
}

// discard forgets a plan that came to nothing.
func (p *planner) discard() {
	p.out.discard()
	if p.refs != nil && p.refs.later != nil {
		p.refs.later.discard()
	}
}

// Unfit: the target's id of another record is none that the field can hold.
func Unfit(field *compile.TargetField) compile.Failure {
	return compile.Failure{
		Code: "reference-unfit", Field: field.Name, Place: &field.Place,
		Summary: "The id of the record that \"" + field.Name + "\" refers to does not fit the field",
		Detail:  "The target gave that record an id which is no " + field.Type.String() + ".",
		Remedy:  "Check which field of the target takes such an id, or the type that is declared for this one.",
	}
}
