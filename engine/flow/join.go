package flow

import (
	"bytes"

	"passerelle/engine/compile"
	"passerelle/engine/expr"
	"passerelle/engine/flow/spill"
	"passerelle/plugins/record"
)

// join is a joined source: its records, found by key.
type join struct {
	*compile.Joined
	place   int // among the sources
	scanner *record.Scanner
	index   spill.Index
	row     []record.Value // scratch
}

func newJoin(decl *compile.Joined, place int) (*join, error) {
	scanner, err := record.NewScanner(decl.Slots)
	if err != nil {
		return nil, err
	}
	return &join{Joined: decl, place: place, scanner: scanner, row: make([]record.Value, len(decl.Slots))}, nil
}

// takeJoined keeps one record of a joined source. What lies outside of its window
// is not there; one without a key belongs to nobody, but others may refer to it.
func (g *gatherer) takeJoined(j *join, at int64, data []byte) error {
	if _, err := j.scanner.Scan(data, j.row); err != nil {
		return badRecord(j.Resource.GetName(), j.Connection.Plugin, at, err)
	}
	if w := g.days[j.place]; w != nil {
		if v := j.row[w.field]; !v.IsEmpty() && !w.hold(v) {
			return nil
		}
	}
	ref, err := g.store.Add(data)
	if err != nil {
		return err
	}
	if key, ok := j.key(j.row); ok {
		j.index.Add(g.hash(key...), ref)
	}
	return g.feed(j.place, at, data, ref)
}

// key are the values by which a record of the joined source is found; an empty
// one matches nothing.
func (j *join) key(row []record.Value) ([]record.Value, bool) {
	key := make([]record.Value, len(j.On))
	for i, on := range j.On {
		if key[i] = row[on.Field]; key[i].IsEmpty() {
			return nil, false
		}
	}
	return key, true
}

// wanted is the key that the current record looks for. A value that can't become
// one of the field's type equals none of them.
func (g *gatherer) wanted(j *join) ([]record.Value, bool, *compile.Failure) {
	key := make([]record.Value, len(j.On))
	for i, on := range j.On {
		if failure := g.p.untold(on.Value); failure != nil {
			return nil, false, failure
		}
		value, failure := on.Value.Eval(g.p.in)
		if failure != nil {
			return nil, false, compile.FailureOf(failure, "on", on.CEL)
		}
		var ok bool
		if value.IsEmpty() {
			return nil, false, nil
		}
		if key[i], ok = record.Coerce(value, j.Fields[on.Field].Type, j.Slots[on.Field].Zone); !ok {
			return nil, false, nil
		}
	}
	return key, true, nil
}

// candidate is a record of a joined source beside the one that it belongs to.
type candidate struct {
	of     *gathered
	row    []record.Value
	faulty []*compile.Failure
}

// join finds what belongs to each record.
func (g *gatherer) join(j *join, list []*gathered) error {
	var candidates []candidate
	for _, r := range list {
		if (r.out || r.item.Held != nil) && g.m.Each == nil {
			continue // nothing else is needed of it
		}
		g.use(r)
		key, ok, failure := g.wanted(j)
		r.broken[j.place] = failure
		if !ok {
			continue
		}
		var err error
		if candidates, err = g.matching(j, r, key, candidates); err != nil {
			return err
		}
	}
	walked := make([]walked, len(candidates))
	for i, c := range candidates {
		walked[i] = c.walked()
	}
	if err := g.walk(&j.Source, walked); err != nil {
		return err
	}
	matches := map[*gathered][]candidate{}
	for _, c := range candidates {
		switch selected, failure := g.selected(j, c); {
		case failure != nil && c.of.broken[j.place] == nil:
			c.of.broken[j.place] = failure
		case selected:
			matches[c.of] = append(matches[c.of], c)
		}
	}
	for r, found := range matches {
		j.attach(r, found)
	}
	return nil
}

func (c candidate) walked() walked { return walked{c.row, c.faulty} }

// matching adds the records with a key to out, in the order in which they were
// read.
func (g *gatherer) matching(j *join, r *gathered, key []record.Value, out []candidate) ([]candidate, error) {
	hash := g.hash(key...)
	canonical := bytes.Clone(g.key)
	for _, entry := range j.index.Find(hash) {
		data, err := g.store.Get(entry.Ref)
		if err != nil {
			return nil, err
		}
		c := candidate{of: r, row: make([]record.Value, len(j.Slots)), faulty: make([]*compile.Failure, len(j.Fields))}
		faults, err := j.scanner.Scan(data, c.row)
		if err != nil {
			return nil, badRecord(j.Resource.GetName(), j.Connection.Plugin, 0, err)
		}
		own, _ := j.key(c.row)
		if g.hash(own...); !bytes.Equal(g.key, canonical) {
			continue // another key with the same hash
		}
		note(&j.Source, faults, c.faulty)
		out = append(out, c)
	}
	return out, nil
}

// selected asks the joined source's own window and where about a record.
func (g *gatherer) selected(j *join, c candidate) (bool, *compile.Failure) {
	if w := g.days[j.place]; w != nil && c.row[w.field].IsEmpty() {
		if failure := c.faulty[w.field]; failure != nil {
			return false, failure
		}
		return false, w.empty(&j.Source)
	}
	if j.Where == nil {
		return true, nil
	}
	for _, ref := range j.Where.Reads() {
		if failure := c.faulty[ref.Field]; failure != nil {
			return false, failure
		}
	}
	what := "where of source " + quote(j.Name)
	answer, failure := j.Where.Eval(&expr.Input{Rows: [][]record.Value{c.row[:len(j.Fields)]}, Today: g.p.in.Today})
	switch {
	case failure != nil:
		return false, compile.FailureOf(failure, what, j.Decl.Where)
	case answer.IsEmpty():
		return false, &compile.Failure{
			Code:    "empty-condition",
			Field:   what,
			Summary: what + " has no answer for a record that belongs to this one",
			Detail:  "Something that it reads is empty, and empty is neither true nor false.",
			Remedy:  "Say what an empty field means, with filled(…), empty(…) or coalesce(…), or fill the field at the source.",
			Place:   &j.Decl.Where.Range,
		}
	}
	return answer.Bool(), nil
}

// attach puts what matched beside a record.
func (j *join) attach(r *gathered, found []candidate) {
	if j.Many {
		j.attachAll(r, found)
		return
	}
	if len(found) > 1 {
		if r.broken[j.place] == nil {
			r.broken[j.place] = j.ambiguous()
		}
		return
	}
	r.rows[j.place], r.faulty[j.place] = found[0].row[:len(j.Fields)], found[0].faulty
}

// attachAll makes a list. What is wrong with one of its records is wrong with the
// list.
func (j *join) attachAll(r *gathered, found []candidate) {
	names := make([]string, len(j.Fields))
	for i, f := range j.Fields {
		names[i] = f.Name
	}
	list := make([]record.Value, len(found))
	faulty := make([]*compile.Failure, len(j.Fields))
	for i, c := range found {
		list[i] = record.NewObject(names, c.row[:len(j.Fields):len(j.Fields)])
		for at := range j.Fields {
			if faulty[at] == nil {
				faulty[at] = c.faulty[at]
			}
		}
		if r.broken[j.place] == nil {
			r.broken[j.place] = unusable(&j.Source, c.row, c.faulty)
		}
	}
	r.rows[j.place], r.faulty[j.place] = list, faulty
}

// ambiguous: which of several is meant can't be told.
func (j *join) ambiguous() *compile.Failure {
	var keys []string
	for _, on := range j.On {
		keys = append(keys, j.Fields[on.Field].Name)
	}
	return &compile.Failure{
		Code:    "ambiguous-join",
		Field:   j.Name,
		Summary: "More than one record of source " + quote(j.Name) + " belongs to this record",
		Detail:  "They have the same " + quotedAll(keys) + ", and without many there is one or none.",
		Remedy:  "Correct the source, select one of them with where, or say many = true and choose in map.",
		Place:   &j.Decl.OnR,
	}
}
