package flow

import (
	"slices"
	"strconv"
	"strings"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// mapper turns records into items. One stream, one mapper: it keeps the
// scanner's hints and counts positions.
type mapper struct {
	m        *compile.Mapping
	scanner  *record.Scanner
	position int64
	fill     fillCounts
	items    []Item         // of the current batch, as what follows: used again for the next
	valuesOf []record.Value // record after record
	factsOf  []record.Value // as well

	// Of the current record.
	row    []record.Value       // of the first source
	faulty [][]*compile.Failure // by source and field
	broken []*compile.Failure   // by source: why its record, or records, can't be told; nil without joins
	in     *expr.Input          // the rows of all sources, for expressions
}

func newMapper(m *compile.Mapping, today record.Value) (*mapper, error) {
	scanner, err := record.NewScanner(m.Source.Slots)
	if err != nil {
		return nil, err
	}
	row := make([]record.Value, len(m.Source.Slots))
	return &mapper{
		m: m, scanner: scanner, row: row,
		faulty: [][]*compile.Failure{make([]*compile.Failure, len(m.Source.Fields))},
		in:     &expr.Input{Rows: [][]record.Value{row[:len(m.Source.Fields)]}, Today: today, Room: &expr.Room{}},
		fill:   newFillCounts(m.Source.Fields),
	}, nil
}

func (p *mapper) batch(batch *protocol.Batch) ([]Item, error) {
	records := batch.GetRecords()
	width := len(p.m.Target.Fields)
	items, values := blank(&p.items, len(records)), blank(&p.valuesOf, len(records)*width)
	p.roomForFacts(len(records))
	for i, r := range records {
		if err := p.item(&items[i], r.GetData(), values[i*width:(i+1)*width:(i+1)*width]); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// blank gives n elements of what was made for another batch, or anew.
func blank[T any](room *[]T, n int) []T {
	*room = slices.Grow((*room)[:0], n)[:n]
	clear(*room)
	return *room
}

// item follows the order of the design: identity, where, leavers, require, map.
func (p *mapper) item(item *Item, data []byte, values []record.Value) error {
	item.Position = p.position
	p.position++
	faults, err := p.scanner.Scan(data, p.row)
	if err != nil {
		return p.unreadable(item.Position, err)
	}
	if item.ID = p.identity(faults); item.ID == "" {
		return p.nameless(item.Position)
	}
	note(&p.m.Source, faults, p.faulty[0])
	item.Shown = p.shown()
	if p.selects(item) {
		p.judge(item, values)
	} else {
		p.departs(item, values)
	}
	return nil
}

// selects says whether where wants the record, and otherwise marks the item.
func (p *mapper) selects(item *Item) bool {
	item.Person = p.person()
	switch inScope, failure := p.where(); {
	case failure != nil:
		item.Held = failure
		return false
	case !inScope:
		item.Out = true
		return false
	}
	return true
}

// person copies what same_person names of the row: the row is used again.
func (p *mapper) person() []record.Value {
	if len(p.m.SamePerson) == 0 {
		return nil
	}
	out := make([]record.Value, len(p.m.SamePerson))
	for i, f := range p.m.SamePerson {
		out[i] = p.in.Rows[0][f.Field]
	}
	return out
}

// judge goes on from where.
func (p *mapper) judge(item *Item, values []record.Value) {
	switch left, failure := p.left(); {
	case failure != nil:
		item.Held = failure
		return
	case left:
		item.Left, item.Facts = true, p.facts()
		if !p.m.Leavers.Stays {
			item.Values, item.Held = p.some(values, p.m.Leavers.Names)
			return
		}
	}
	if !item.Left {
		item.Facts = p.facts()
		p.fill.present(p.row)
	}
	if item.Unmet, item.Held = p.unmet(); item.Held != nil {
		return
	}
	if item.Held = p.unusable(); item.Held != nil {
		return
	}
	item.Values, item.Held = p.all(values)
}

// all maps every field of the target.
func (p *mapper) all(values []record.Value) ([]record.Value, *compile.Failure) {
	for i := range p.m.Target.Fields {
		field := &p.m.Target.Fields[i]
		value, failure := field.Evaluate(p.in)
		if failure != nil {
			return nil, failure
		}
		if value.IsEmpty() && field.Required {
			return nil, missing(field)
		}
		values[i] = value
	}
	return values, nil
}

// some maps the fields that a departure's endpoint names, and nothing else.
func (p *mapper) some(values []record.Value, fields []int) ([]record.Value, *compile.Failure) {
	for _, i := range fields {
		value, failure := p.m.Target.Fields[i].Evaluate(p.in)
		if failure != nil {
			return nil, failure
		}
		values[i] = value
	}
	return values, nil
}

// identity is the text of the slots that identify a record; "" when one of them
// is empty or unreadable. Parts are length-prefixed, so that ("a","bc") and
// ("ab","c") stay two people.
func (p *mapper) identity(faults []record.Fault) string {
	slots := p.m.Source.Identity
	for _, f := range faults {
		for _, slot := range slots {
			if f.Slot == slot {
				return ""
			}
		}
	}
	return identityOf(p.row, slots)
}

func identityOf(row []record.Value, slots []int) string {
	if len(slots) == 1 {
		return scalar(row[slots[0]])
	}
	var id strings.Builder
	for _, slot := range slots {
		part := scalar(row[slot])
		if part == "" {
			return ""
		}
		prefixed(&id, part)
	}
	return id.String()
}

func prefixed(id *strings.Builder, part string) {
	id.WriteString(strconv.Itoa(len(part)))
	id.WriteByte(':')
	id.WriteString(part)
}

// scalar writes an identity's value. Strings are copied: those of a row alias
// the batch, and an id outlives it.
func scalar(v record.Value) string {
	text, ok := record.Coerce(v, record.Basic(record.String), nil)
	if !ok {
		return strings.Trim(string(v.AppendJSON(nil)), `"`)
	}
	return strings.Clone(text.Text())
}

// note keeps the faults of a source's row by field.
func note(s *compile.Source, faults []record.Fault, faulty []*compile.Failure) {
	clear(faulty)
	for _, f := range faults {
		if f.Slot < len(s.Fields) {
			faulty[f.Slot] = unreadableField(&s.Fields[f.Slot], f)
		}
	}
}

func unreadableField(field *compile.SourceField, f record.Fault) *compile.Failure {
	return &compile.Failure{
		Code:    f.Code,
		Field:   field.Name,
		Summary: "The source field " + quote(field.Name) + " can't be read as " + field.Type.String(),
		Detail:  sentence(f.Error()),
		Remedy:  f.Remedy(),
		Place:   &field.Decl.PathR,
	}
}

func (p *mapper) shown() string {
	if p.m.ShownAs == nil {
		return ""
	}
	name, failure := p.m.ShownAs.Eval(p.in)
	if failure != nil || name.Kind() != record.String {
		return ""
	}
	return strings.Clone(name.Text())
}

// unusable is the first reason why the record can't be mapped at all.
func (p *mapper) unusable() *compile.Failure {
	if failure := unusable(&p.m.Source, p.row, p.faulty[0]); failure != nil {
		return failure
	}
	for i, j := range p.m.Joined {
		if p.broken[i+1] != nil {
			return p.broken[i+1]
		}
		row := p.in.Rows[i+1]
		if j.Many { // attachAll has looked at each
			continue
		}
		if row == nil { // all its fields are empty
			row = make([]record.Value, len(j.Fields))
		}
		if failure := unusable(&j.Source, row, p.faulty[i+1]); failure != nil {
			return failure
		}
	}
	return nil
}

// unusable looks at one row.
func unusable(s *compile.Source, row []record.Value, faulty []*compile.Failure) *compile.Failure {
	for i := range s.Fields {
		field := &s.Fields[i]
		if faulty != nil && faulty[i] != nil {
			return faulty[i]
		}
		if field.Required && row[i].IsEmpty() {
			return &compile.Failure{
				Code:    "missing-required",
				Field:   field.Name,
				Summary: "The source field " + quote(field.Name) + " is empty, and the mapping requires it",
				Detail:  "It says required = true.",
				Remedy:  "Fill it at the source.",
				Place:   &field.Decl.Range,
			}
		}
	}
	return nil
}

func missing(field *compile.TargetField) *compile.Failure {
	return &compile.Failure{
		Code:    "missing-required",
		Field:   field.Name,
		Summary: "The target field " + quote(field.Name) + " would be empty, and it is required",
		Detail:  "The target, or the mapping, takes no record without it.",
		Remedy:  "Fill what it comes from at the source.",
		Place:   &field.Place,
	}
}

func (p *mapper) unreadable(position int64, err error) error {
	return badRecord(p.m.Source.Resource.GetName(), p.m.Source.Connection.Plugin, position, err)
}

// nameless ends the read: whoever can't be told from another can't be told from
// one who is no longer there either.
func (p *mapper) nameless(position int64) error {
	d := diag.Diagnostic{
		Code:    "missing-id",
		Class:   diag.Fault,
		Summary: "Record " + strconv.FormatInt(position+1, 10) + " of " + p.m.Source.Resource.GetName() + " has no id",
		Detail:  "Its identity is empty or can't be read. Links are kept on it; a record without one can't be told from a person who has left.",
		Remedy:  "Nothing was planned. Check what the resource's identity is, and tell the connector's author.",
	}
	if decl := p.m.Decl.Sources[0]; len(decl.ID) > 0 { // the mapping's own choice
		d.Class, d.Subject = diag.Refused, &decl.IDR
		d.Remedy = "Nothing was planned. Fill " + quotedAll(decl.ID) + " at the source, or choose an id that every record has."
	}
	return d
}

func quotedAll(names []string) string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = quote(name)
	}
	return strings.Join(out, ", ")
}

// quote writes a name as the mapping file does.
func quote(name string) string { return `"` + name + `"` }

// sentence begins with a capital and ends with a full stop.
func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] + "." }
