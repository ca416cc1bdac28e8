package flow

import (
	"bytes"
	"strconv"
	"strings"

	"passerelle/engine/compile"
	"passerelle/engine/flow/spill"
	"passerelle/plugins/record"
)

// groups finds the records of the first source that belong together. In memory
// it holds 32 bytes a record: 16 by group, and 16 by own id, where the resource
// states one, because two records with one id hold their groups.
type groups struct {
	read, scanned int64 // records of the first source
	index         spill.Index
	own           spill.Index
	loose         []loose // records that belong to no group
	twins         map[spill.Ref]bool
}

// loose is a record that can't say to which group it belongs.
type loose struct {
	ref spill.Ref
	at  int64
}

// scanned reads one record into the mapper's row. False: it lies outside of the
// window.
func (g *gatherer) scanned(at int64, data []byte) (bool, error) {
	faults, err := g.p.scanner.Scan(data, g.p.row)
	if err != nil {
		return false, g.p.unreadable(at, err)
	}
	if len(g.m.Source.Identity) > 0 && g.p.identity(faults) == "" {
		return false, g.p.nameless(at)
	}
	w := g.days[0]
	return w == nil || g.p.row[w.field].IsEmpty() || w.hold(g.p.row[w.field]), nil
}

// place notes to which group the record in the mapper's row belongs.
func (g *gatherer) place(at int64, ref spill.Ref) {
	row := g.p.row
	if len(g.m.Source.Identity) > 0 {
		g.groups.own.Add(g.hash(record.NewString(identityOf(row, g.m.Source.Identity))), ref)
	}
	key := g.groupKey(row)
	if w := g.days[0]; key == nil || w != nil && row[w.field].IsEmpty() {
		g.groups.loose = append(g.groups.loose, loose{ref, at})
		return
	}
	g.groups.index.Add(g.hash(key...), ref)
}

// groupKey are the grouping values of a row; nil when one is empty, or can't be
// read.
func (g *gatherer) groupKey(row []record.Value) []record.Value {
	key := make([]record.Value, len(g.m.Source.Group))
	for i, at := range g.m.Source.Group {
		if key[i] = row[at]; key[i].IsEmpty() {
			return nil
		}
	}
	return key
}

// emitGroups hands on the groups in the order of their first records, then the
// records that belong to none.
func (g *gatherer) emitGroups() error {
	g.groups.index.Sort()
	g.groups.own.Sort()
	if err := g.findTwins(); err != nil {
		return err
	}
	var open [][]member
	size := 0
	for run := range g.groups.index.Runs() {
		split, err := g.members(run)
		if err != nil {
			return err
		}
		open = append(open, split...)
		if size += len(run); size >= chunk {
			if err := g.emitSome(open); err != nil {
				return err
			}
			open, size = nil, 0
		}
	}
	if err := g.emitSome(open); err != nil {
		return err
	}
	return g.emitLoose()
}

// findTwins finds records that share their own id.
func (g *gatherer) findTwins() error {
	g.groups.twins = map[spill.Ref]bool{}
	for run := range g.groups.own.Shared() {
		first := map[string]spill.Ref{}
		for _, entry := range run {
			_, id, _, err := g.again(entry.Ref)
			if err != nil {
				return err
			}
			if before, seen := first[id]; seen {
				g.groups.twins[before], g.groups.twins[entry.Ref] = true, true
				continue
			}
			first[id] = entry.Ref
		}
	}
	return nil
}

// again reads a record that was set aside.
func (g *gatherer) again(ref spill.Ref) (row []record.Value, id string, faults []record.Fault, err error) {
	data, err := g.store.Get(ref)
	if err != nil {
		return nil, "", nil, err
	}
	row = make([]record.Value, len(g.m.Source.Slots))
	if faults, err = g.p.scanner.Scan(data, row); err != nil {
		return nil, "", nil, g.p.unreadable(0, err)
	}
	if len(g.m.Source.Identity) > 0 {
		id = identityOf(row, g.m.Source.Identity)
	}
	return row, id, faults, nil
}

// member is one record of a group.
type member struct {
	walked
	twin bool
}

// members reads a run of records that share a hash: nearly always one group. Two
// that share it by chance are told apart by their fields, and come one after the
// other.
func (g *gatherer) members(run []spill.Entry) ([][]member, error) {
	var out [][]member
	var keys [][]byte
	for _, entry := range run {
		row, _, faults, err := g.again(entry.Ref)
		if err != nil {
			return nil, err
		}
		m := member{walked{row, make([]*compile.Failure, len(g.m.Source.Fields))}, g.groups.twins[entry.Ref]}
		note(&g.m.Source, faults, m.faulty)
		g.hash(g.groupKey(row)...)
		at := 0
		for at < len(keys) && !bytes.Equal(keys[at], g.key) {
			at++
		}
		if at == len(keys) {
			keys, out = append(keys, bytes.Clone(g.key)), append(out, nil)
		}
		out[at] = append(out[at], m)
	}
	return out, nil
}

// emitSome makes one record of each group.
func (g *gatherer) emitSome(open [][]member) error {
	if err := g.ctx.Err(); err != nil {
		return err
	}
	var rows []walked
	for _, members := range open {
		for _, m := range members {
			rows = append(rows, m.walked)
		}
	}
	if err := g.walk(&g.m.Source, rows); err != nil {
		return err
	}
	list := make([]*gathered, len(open))
	for i, members := range open {
		list[i] = g.fold(members)
	}
	return g.finish(list)
}

// fold makes a record of a group: its own fields, and lists of the others with
// empties in their place.
func (g *gatherer) fold(members []member) *gathered {
	row := make([]record.Value, len(g.m.Source.Slots))
	r := g.newGathered(row)
	for at := range g.m.Source.Fields {
		list := make([]record.Value, len(members))
		for i, m := range members {
			list[i] = m.row[at]
			if r.faulty[0][at] == nil {
				r.faulty[0][at] = m.faulty[at]
			}
		}
		row[at] = record.NewList(list)
	}
	for _, at := range g.m.Source.Group {
		row[at] = members[0].row[at]
	}
	r.item.ID = identityOf(row, g.m.Source.Group)
	for _, m := range members {
		if m.twin {
			r.item.Held = sharedID(&g.m.Source)
		}
		// The last day: while it lies inside, the group must be there.
		if w := g.days[0]; w != nil && (r.item.Day.IsEmpty() || m.row[w.field].Days() > r.item.Day.Days()) {
			r.item.Day = m.row[w.field]
		}
	}
	return r
}

func sharedID(s *compile.Source) *compile.Failure {
	return &compile.Failure{
		Code:    "duplicate-key",
		Summary: "Two records of this group have one id",
		Detail:  "One id is one record; which of the two is right can't be told.",
		Remedy:  "Correct the source, or look why its list holds the same record twice.",
		Place:   &s.Decl.Range,
	}
}

// emitLoose holds the records that belong to no group, each by its own id, which
// the resource's name tells from the id of a group.
func (g *gatherer) emitLoose() error {
	var list []*gathered
	for _, l := range g.groups.loose {
		row, id, faults, err := g.again(l.ref)
		if err != nil {
			return err
		}
		if id == "" {
			id = strconv.FormatInt(l.at+1, 10)
		}
		r := g.newGathered(make([]record.Value, len(row)))
		note(&g.m.Source, faults, r.faulty[0])
		r.item.ID = g.m.Source.Resource.GetName() + " " + id
		hides := g.known(row)
		r.item.Hides = &hides
		r.item.Held = g.whyLoose(row, r.faulty[0])
		if list = append(list, r); len(list) == chunk {
			if err := g.finish(list); err != nil {
				return err
			}
			list = nil
		}
	}
	return g.finish(list)
}

// known is how the ids of the groups begin to which a record may belong.
func (g *gatherer) known(row []record.Value) string {
	var id strings.Builder
	for _, at := range g.m.Source.Group {
		if row[at].IsEmpty() {
			break
		}
		if len(g.m.Source.Group) == 1 {
			return scalar(row[at])
		}
		prefixed(&id, scalar(row[at]))
	}
	return id.String()
}

func (g *gatherer) whyLoose(row []record.Value, faulty []*compile.Failure) *compile.Failure {
	for _, at := range g.m.Source.Group {
		switch field := &g.m.Source.Fields[at]; {
		case faulty[at] != nil:
			return faulty[at]
		case row[at].IsEmpty():
			return &compile.Failure{
				Code:    "empty-group",
				Field:   field.Name,
				Summary: "The source field " + quote(field.Name) + " is empty, and records are grouped by it",
				Detail:  "Without it, nobody can tell which group the record belongs to.",
				Remedy:  "Fill it at the source.",
				Place:   &field.Decl.Range,
			}
		}
	}
	w := g.days[0]
	if faulty[w.field] != nil {
		return faulty[w.field]
	}
	return w.empty(&g.m.Source)
}
