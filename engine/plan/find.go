package plan

import (
	"context"
	"errors"
	"io"
	"strconv"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/flow"
	"passerelle/engine/host"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// keysAtOnce bounds one look-up. The connector splits it further where its API
// takes fewer.
const keysAtOnce = 500

// Finder looks records of the target up by key: for adoption, and to learn what
// became of a write that was never answered. Not for concurrent use.
type Finder struct {
	mapping *compile.Mapping
	target  *host.Connection
	scanner *record.Scanner
	row     []record.Value
}

// Found is a record of the target.
type Found struct {
	ID     string
	Values []record.Value // of the target's fields, in order
	Times  int            // more than one: the key is not unique there
}

// NewFinder prepares look-ups at a mapping's target.
func NewFinder(m *compile.Mapping, target *host.Connection) (*Finder, error) {
	slots := m.Target.FoundSlots()
	scanner, err := record.NewScanner(slots)
	if err != nil {
		return nil, err
	}
	return &Finder{mapping: m, target: target, scanner: scanner, row: make([]record.Value, len(slots))}, nil
}

// Find answers for each key (JSON of the key's fields) with what the target has
// under it, nil where it has nothing.
func (f *Finder) Find(ctx context.Context, keys [][]byte) ([]*Found, diag.Diagnostics) {
	out := make([]*Found, len(keys))
	for start := 0; start < len(keys); start += keysAtOnce {
		end := min(start+keysAtOnce, len(keys))
		if found := f.some(ctx, keys[start:end], out[start:end]); found.HasErrors() {
			return nil, found
		}
	}
	return out, nil
}

func (f *Finder) some(ctx context.Context, keys [][]byte, out []*Found) diag.Diagnostics {
	request := &protocol.ReadRequest{
		Resource:  f.mapping.Target.Resource.GetName(),
		Endpoints: f.mapping.Target.Endpoints,
	}
	for _, slot := range f.mapping.Target.FoundSlots() {
		request.Projection = append(request.Projection, slot.Path.String())
	}
	for i, key := range keys {
		request.Keys = append(request.Keys, &protocol.LookUpKey{Ref: strconv.Itoa(i), FieldsJson: key})
	}
	stream, found := f.target.Read(ctx, request)
	if found.HasErrors() {
		return found
	}
	defer stream.Close()
	for {
		response, err := stream.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return append(stream.Diagnostics(), diag.From(err, "looking up records at the target")...)
		}
		for _, r := range response.GetBatch().GetRecords() {
			if err := f.record(r, out); err != nil {
				return diag.From(err, "looking up records at the target")
			}
		}
	}
	if found := stream.Diagnostics(); found.HasErrors() {
		return found
	}
	if done := stream.Done(); done == nil || !done.GetComplete() {
		return diag.Diagnostics{f.cut(done)}
	}
	return nil
}

func (f *Finder) record(r *protocol.Record, out []*Found) error {
	ref, err := strconv.Atoi(r.GetKey())
	if err != nil || ref < 0 || ref >= len(out) {
		return f.strange("It answered a look-up that was not asked.")
	}
	if err := f.scan(r); err != nil {
		return err
	}
	last := len(f.row) - 1
	if out[ref] == nil {
		out[ref] = &Found{ID: f.row[last].Text(), Values: append([]record.Value(nil), f.row[:last]...)}
	}
	out[ref].Times++
	return nil
}

// scan reads one record of the target into the row: its fields, then its id.
func (f *Finder) scan(r *protocol.Record) error {
	faults, err := f.scanner.Scan(r.GetData(), f.row)
	if err != nil {
		return f.strange("It gave a record that is not a JSON object.")
	}
	last := len(f.row) - 1
	for _, fault := range faults {
		if fault.Slot == last {
			return f.strange("It gave a record whose id can't be read.")
		}
	}
	if f.row[last].IsEmpty() {
		return f.strange("It gave a record without an id.")
	}
	return nil
}

func (f *Finder) strange(what string) error {
	return diag.Diagnostic{
		Code: "bad-record", Class: diag.Fault,
		Summary: "The connector " + strconv.Quote(f.mapping.Target.Connection.Plugin) + " answered a look-up wrongly",
		Detail:  what,
		Remedy:  "Nothing was sent. Tell the connector's author.",
	}
}

func (f *Finder) cut(done *protocol.Done) diag.Diagnostic {
	why := done.GetIncompleteReason()
	if why == "" {
		why = "it stopped before it had answered"
	}
	return diag.Diagnostic{
		Code: "look-up-cut", Class: diag.Unavailable,
		Summary: "The look-up at the target was cut short",
		Detail:  "Without its whole answer, what is already there might be created a second time: " + why + ".",
		Remedy:  "Nothing was planned. Run again.",
	}
}

// foundRecord is what adoption found for an item: a record, or why it can't be
// taken.
type foundRecord struct {
	id      string
	values  []record.Value
	failure *compile.Failure
}

// adoptable looks up, for a batch, everybody who is neither linked nor held, nor
// known under another id.
func (p *planner) adoptable(ctx context.Context, items []flow.Item, keys []keyOf) ([]*foundRecord, error) {
	out := make([]*foundRecord, len(items))
	target := &p.Mapping.Target
	if !target.Abilities.FindByKey && target.Match == nil {
		return out, nil
	}
	var asked [][]byte
	var who []int
	for i := range items {
		if items[i].Values != nil && !items[i].Left && !items[i].Out && p.links[i].Row == 0 && keys[i].find != nil && len(p.persons.known[i]) == 0 {
			asked = append(asked, keys[i].find)
			who = append(who, i)
		}
	}
	if len(asked) == 0 {
		return out, nil
	}
	answers, err := p.ask(ctx, items, who, asked)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(answers))
	for i, answer := range answers {
		if answer != nil {
			ids[i] = answer.ID
		}
	}
	holders, err := p.Ledger.LinkedTargets(ctx, p.scope, ids)
	if err != nil {
		return nil, err
	}
	for i, answer := range answers {
		if answer != nil {
			out[who[i]] = p.judgeFound(items[who[i]].Values, answer, holders[i])
		}
	}
	return out, nil
}

// ask looks people up one by one where the target can, else in the whole of it.
func (p *planner) ask(ctx context.Context, items []flow.Item, who []int, asked [][]byte) ([]*Found, error) {
	if !p.Mapping.Target.Abilities.FindByKey {
		return p.lookUpAll(ctx, items, who)
	}
	answers, found := p.finder.Find(ctx, asked)
	if found.HasErrors() {
		return nil, found.Err()
	}
	return answers, nil
}

func (p *planner) judgeFound(values []record.Value, answer *Found, holder string) *foundRecord {
	target := &p.Mapping.Target
	field, by := &target.Fields[target.FindBy()[0]], keyNames(target)
	differ := p.unconfirmed(values, answer)
	switch {
	case answer.Times > 1:
		return &foundRecord{failure: &compile.Failure{
			Code: "ambiguous-match", Field: field.Name, Place: &field.Place,
			Summary: "The target has more than one record with the same " + by,
			Detail:  "Which of them is this record can't be told.",
			Remedy:  "Merge them at the target, or look up by what is unique there.",
		}}
	case holder != "":
		return &foundRecord{failure: &compile.Failure{
			Code: "already-linked", Field: field.Name, Place: &field.Place,
			Summary: "The target's record with the same " + by + " belongs to another record of the source",
			Detail:  "It is linked to the source's id " + holder + ".",
			Remedy:  "Check both at the source; one of them has changed or is wrong. A person who came back under a new id is recognised by same_person.",
		}}
	case len(differ) > 0:
		return &foundRecord{failure: notConfirmed(target, differ)}
	}
	return &foundRecord{id: answer.ID, values: answer.Values}
}
