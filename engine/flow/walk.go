package flow

import (
	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/flow/spill"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// table holds the records that paths lead into, found by id.
type table struct {
	*compile.Table
	scanner *record.Scanner
	index   spill.Index
	looked  map[string]spill.Ref // who was looked up by id; absent who is not there
	cache   map[string]*referred
	row     []record.Value // scratch
}

const (
	absent = spill.Ref(-1)
	// cachedRecords is how many records of a table stay decoded: most paths lead to
	// few records, a department or a manager.
	cachedRecords = 4096
	idsAtOnce     = 500 // the connector splits it further where its API takes fewer
)

// referred is a record that an id leads to.
type referred struct {
	row    []record.Value
	faults []record.Fault
	twice  bool // two records have the id
}

func newTable(decl *compile.Table) (*table, error) {
	scanner, err := record.NewScanner(decl.Slots)
	if err != nil {
		return nil, err
	}
	return &table{
		Table: decl, scanner: scanner, row: make([]record.Value, len(decl.Slots)),
		looked: map[string]spill.Ref{}, cache: map[string]*referred{},
	}, nil
}

func (t *table) request() *protocol.ReadRequest {
	return &protocol.ReadRequest{Resource: t.Resource.GetName(), Projection: t.Projection, SettingsJson: t.Settings}
}

// take puts a record in. Nobody refers to one without an id.
func (t *table) take(g *gatherer, at int64, data []byte, ref spill.Ref) error {
	if _, err := t.scanner.Scan(data, t.row); err != nil {
		return badRecord(t.Resource.GetName(), t.Connection.Plugin, at, err)
	}
	if id := t.row[compile.TableID]; !id.IsEmpty() {
		t.index.Add(g.hash(record.NewString(scalar(id))), ref)
	}
	return nil
}

// find gives the record that an id leads to; nil where there is none.
func (t *table) find(g *gatherer, id string) (*referred, error) {
	if r, known := t.cache[id]; known {
		return r, nil
	}
	var out *referred
	refs := t.index.Find(g.hash(record.NewString(id)))
	if ref, looked := t.looked[id]; looked && ref != absent {
		refs = []spill.Entry{{Ref: ref}}
	}
	for _, entry := range refs {
		data, err := g.store.Get(entry.Ref)
		if err != nil {
			return nil, err
		}
		row := make([]record.Value, len(t.Slots))
		faults, err := t.scanner.Scan(data, row)
		switch {
		case err != nil:
			return nil, badRecord(t.Resource.GetName(), t.Connection.Plugin, 0, err)
		case scalar(row[compile.TableID]) != id:
		case out != nil:
			out.twice = true
		default:
			out = &referred{row: row, faults: faults}
		}
	}
	if len(t.cache) >= cachedRecords {
		clear(t.cache)
	}
	t.cache[id] = out
	return out, nil
}

// walked is a row whose paths are followed: its values are at first the ids that
// the paths begin with.
type walked struct {
	row    []record.Value
	faulty []*compile.Failure
}

func walkedOf(list []*gathered) []walked {
	out := make([]walked, len(list))
	for i, r := range list {
		out[i] = walked{r.rows[0], r.faulty[0]}
	}
	return out
}

// walk follows the paths of some rows, one hop of all of them after the other,
// so that those who must be looked up are looked up together.
func (g *gatherer) walk(s *compile.Source, rows []walked) error {
	for at := range s.Fields {
		field := &s.Fields[at]
		for _, hop := range field.Walk {
			t := g.tables[hop.Table]
			if err := g.lookUp(t, rows, at); err != nil {
				return err
			}
			for _, w := range rows {
				value, failure, err := g.follow(t, hop, field, w.row[at])
				if err != nil {
					return err
				}
				if failure != nil && w.faulty[at] == nil {
					w.faulty[at] = failure
				}
				w.row[at] = value
			}
		}
	}
	return nil
}

// follow is one hop of one value.
func (g *gatherer) follow(t *table, hop compile.Hop, field *compile.SourceField, id record.Value) (record.Value, *compile.Failure, error) {
	if id.IsEmpty() {
		return record.Value{}, nil, nil
	}
	if id.Kind() == record.List {
		values := make([]record.Value, len(id.Items()))
		var first *compile.Failure
		for i, one := range id.Items() {
			value, failure, err := g.follow(t, hop, field, one)
			if err != nil {
				return record.Value{}, nil, err
			}
			if first == nil {
				first = failure
			}
			values[i] = value
		}
		return record.NewList(values), first, nil
	}
	r, err := t.find(g, scalar(id))
	if err != nil || r == nil {
		return record.Value{}, nil, err
	}
	if r.twice {
		return record.Value{}, t.ambiguous(field), nil
	}
	for _, f := range r.faults {
		if f.Slot == hop.Slot {
			return record.Value{}, unreadableField(field, f), nil
		}
	}
	return r.row[hop.Slot], nil, nil
}

func (t *table) ambiguous(field *compile.SourceField) *compile.Failure {
	return &compile.Failure{
		Code:    "ambiguous-join",
		Field:   field.Name,
		Summary: "The source field " + quote(field.Name) + " leads to a record whose id two records of " + t.Resource.GetName() + " have",
		Detail:  "Which of them is meant can't be told.",
		Remedy:  "Correct the source, or look why its list holds the same record twice.",
		Place:   &field.Decl.PathR,
	}
}

// lookUp asks for those whom the values name and the read did not give, such as
// a manager who has left. Where the connector can't look up, they stay empty.
func (g *gatherer) lookUp(t *table, rows []walked, at int) error {
	if !t.ByIDs {
		return nil
	}
	var ids []string
	var collect func(v record.Value) error
	collect = func(v record.Value) error {
		if v.Kind() == record.List {
			for _, one := range v.Items() {
				if err := collect(one); err != nil {
					return err
				}
			}
			return nil
		}
		id := ""
		if !v.IsEmpty() {
			id = scalar(v)
		}
		if _, asked := t.looked[id]; asked || id == "" {
			return nil
		}
		r, err := t.find(g, id)
		if r == nil && err == nil {
			t.looked[id] = absent // until it is found
			ids = append(ids, id)
		}
		return err
	}
	for _, w := range rows {
		if err := collect(w.row[at]); err != nil {
			return err
		}
	}
	for start := 0; start < len(ids); start += idsAtOnce {
		if err := g.ask(t, ids[start:min(start+idsAtOnce, len(ids))]); err != nil {
			return err
		}
	}
	return nil
}

// ask looks up some ids.
func (g *gatherer) ask(t *table, ids []string) error {
	request := t.request()
	request.Ids = ids
	end, found := stream(g.ctx, g.from[t.Connection], request, func(batch *protocol.Batch) error {
		for i, r := range batch.GetRecords() {
			if _, err := t.scanner.Scan(r.GetData(), t.row); err != nil {
				return badRecord(t.Resource.GetName(), t.Connection.Plugin, int64(i), err)
			}
			id := scalar(t.row[compile.TableID])
			if ref, asked := t.looked[id]; !asked || ref != absent {
				return strangeAnswer(t)
			}
			ref, err := g.store.Add(r.GetData())
			if err != nil {
				return err
			}
			t.looked[id] = ref
			delete(t.cache, id)
		}
		return nil
	}, nil)
	g.end.Calls += end.Calls
	switch {
	case found.HasErrors():
		return found.Err()
	case !end.Complete:
		return diag.Diagnostic{
			Code: "look-up-cut", Class: diag.Unavailable,
			Summary: "The look-up of " + t.Resource.GetName() + " that records refer to was cut short",
			Detail:  "Without its whole answer, fields would be taken for empty that are not: " + end.Reason + ".",
			Remedy:  "Nothing was planned. Run again.",
		}
	}
	return nil
}

func strangeAnswer(t *table) error {
	return diag.Diagnostic{
		Code: "bad-record", Class: diag.Fault,
		Summary: "The connector " + quote(t.Connection.Plugin) + " answered a look-up wrongly",
		Detail:  "It gave a record of " + t.Resource.GetName() + " that was not asked for, or one twice.",
		Remedy:  "Nothing was planned. Tell the connector's author.",
	}
}
