package flow

import (
	"context"
	"hash/maphash"
	"slices"
	"strconv"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/flow/spill"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// gatherer reads a mapping whose records are more than one record of one source:
// what is joined to them, what their paths lead to, the group they are part of.
// Everything beside the first source is read before it, whole. The first source
// streams unless its own records must all be known first.
type gatherer struct {
	ctx    context.Context
	from   Connections
	p      *mapper
	m      *compile.Mapping
	store  *spill.Store
	seed   maphash.Seed
	joins  []*join
	tables []*table
	days   []*days // by source; nil: no window
	sink   func([]Item) error

	groups groups
	begin  spill.Ref // where the first source's records begin in the store
	end    End
	key    []byte // scratch
}

// chunk is how many records are put together at a time.
const chunk = 1024

func gather(ctx context.Context, from Connections, p *mapper, sink func([]Item) error, watch func(Progress)) (End, diag.Diagnostics) {
	g, err := newGatherer(ctx, from, p, sink)
	if err != nil {
		return End{Expected: -1}, diag.From(err, "preparing to read "+p.m.Source.Resource.GetName())
	}
	defer g.store.Close()
	found := g.others()
	if found.HasErrors() || !g.end.Complete {
		return g.end, found // nothing would be planned: the first source is left alone
	}
	return g.first(watch, found)
}

func newGatherer(ctx context.Context, from Connections, p *mapper, sink func([]Item) error) (*gatherer, error) {
	g := &gatherer{
		ctx: ctx, from: from, p: p, m: p.m, store: spill.New(spill.Budget), seed: maphash.MakeSeed(), sink: sink,
		end: End{Complete: true, Expected: -1},
	}
	for _, s := range g.sources() {
		days, err := daysOf(s, p.in.Today)
		if err != nil {
			return nil, err
		}
		g.days = append(g.days, days)
	}
	for i, decl := range g.m.Joined {
		j, err := newJoin(decl, i+1)
		if err != nil {
			return nil, err
		}
		g.joins = append(g.joins, j)
	}
	for _, decl := range g.m.Tables {
		t, err := newTable(decl)
		if err != nil {
			return nil, err
		}
		g.tables = append(g.tables, t)
	}
	return g, nil
}

func (g *gatherer) sources() []*compile.Source {
	out := []*compile.Source{&g.m.Source}
	for _, j := range g.m.Joined {
		out = append(out, &j.Source)
	}
	return out
}

// others reads the joined sources, then the resources that only paths lead to.
// It stops at the first that is not whole.
func (g *gatherer) others() diag.Diagnostics {
	var found diag.Diagnostics
	for _, j := range g.joins {
		ds := g.other(j.Name, g.days[j.place] != nil, j.Connection, requestOf(&j.Source, g.days[j.place]), func(at int64, data []byte) error {
			return g.takeJoined(j, at, data)
		})
		j.index.Sort()
		if found = append(found, ds...); ds.HasErrors() || !g.end.Complete {
			return found
		}
	}
	for _, t := range g.tables {
		if t.Fed >= 0 {
			continue
		}
		ds := g.other(t.Resource.GetName(), false, t.Connection, t.request(), func(at int64, data []byte) error {
			ref, err := g.store.Add(data)
			if err != nil {
				return err
			}
			return t.take(g, at, data, ref)
		})
		if found = append(found, ds...); ds.HasErrors() || !g.end.Complete {
			return found
		}
	}
	g.sorted(false)
	return found
}

// sorted makes the tables ready that are complete: those that the first source
// feeds once it has been read, the others before.
func (g *gatherer) sorted(first bool) {
	for _, t := range g.tables {
		if (t.Fed == 0) == first {
			t.index.Sort()
		}
	}
}

// other reads one resource beside the first source.
func (g *gatherer) other(name string, windowed bool, of *lang.Connection, request *protocol.ReadRequest, take func(int64, []byte) error) diag.Diagnostics {
	at := int64(0)
	end, found := stream(g.ctx, g.from[of], request, func(batch *protocol.Batch) error {
		for _, r := range batch.GetRecords() {
			if err := take(at, r.GetData()); err != nil {
				return err
			}
			at++
		}
		return nil
	}, nil)
	g.end.Calls += end.Calls
	g.end.Others = append(g.end.Others, Other{Name: name, Windowed: windowed, Expected: end.Expected, Received: end.Received})
	if !end.Complete {
		g.end.Complete, g.end.Short, g.end.Reason = false, name, end.Reason
	}
	return found
}

func requestOf(s *compile.Source, window *days) *protocol.ReadRequest {
	return &protocol.ReadRequest{
		Resource: s.Resource.GetName(), Projection: s.Projection, SettingsJson: s.Settings, Window: window.request(s),
	}
}

// first reads the first source and puts its records together.
func (g *gatherer) first(watch func(Progress), found diag.Diagnostics) (End, diag.Diagnostics) {
	aside := len(g.m.Source.Group) > 0 || slices.ContainsFunc(g.tables, func(t *table) bool { return t.Fed == 0 })
	take := g.batch
	if aside {
		g.begin = g.store.End()
		take = g.setAside
	}
	end, ds := stream(g.ctx, g.from[g.m.Source.Connection], requestOf(&g.m.Source, g.days[0]), take, watch)
	found = append(found, ds...)
	end.Calls += g.end.Calls
	end.Others = g.end.Others
	if ds.HasErrors() || !end.Complete || !aside {
		return end, found
	}
	before := g.end.Calls
	g.sorted(true)
	err := g.emit()
	if err == nil {
		err = g.ctx.Err()
	}
	end.Calls += g.end.Calls - before // look-ups
	return end, append(found, failed(err, "reading "+g.m.Source.Resource.GetName())...)
}

// setAside keeps the records of a batch until all are known.
func (g *gatherer) setAside(batch *protocol.Batch) error {
	for _, r := range batch.GetRecords() {
		at := g.groups.read
		g.groups.read++
		if len(g.m.Source.Group) > 0 {
			wanted, err := g.scanned(at, r.GetData())
			if err != nil {
				return err
			}
			if !wanted {
				continue
			}
		}
		ref, err := g.store.Add(r.GetData())
		if err != nil {
			return err
		}
		if len(g.m.Source.Group) > 0 {
			g.place(at, ref)
		}
		if err := g.feed(0, at, r.GetData(), ref); err != nil {
			return err
		}
	}
	return nil
}

// feed puts a record of a source into the tables that its read fills.
func (g *gatherer) feed(source int, at int64, data []byte, ref spill.Ref) error {
	for _, t := range g.tables {
		if t.Fed == source {
			if err := t.take(g, at, data, ref); err != nil {
				return err
			}
		}
	}
	return nil
}

// emit puts together what was set aside.
func (g *gatherer) emit() error {
	if len(g.m.Source.Group) > 0 {
		return g.emitGroups()
	}
	var datas [][]byte
	err := g.store.Each(g.begin, g.store.End(), func(_ spill.Ref, data []byte) error {
		if datas = append(datas, data); len(datas) < chunk {
			return nil
		}
		err := g.records(datas)
		datas = datas[:0]
		return err
	})
	if err != nil || len(datas) == 0 {
		return err
	}
	return g.records(datas)
}

// batch puts the records of a batch together as they come.
func (g *gatherer) batch(batch *protocol.Batch) error {
	datas := make([][]byte, len(batch.GetRecords()))
	for i, r := range batch.GetRecords() {
		datas[i] = r.GetData()
	}
	return g.records(datas)
}

// gathered is one record on its way to an item, with what belongs to it.
type gathered struct {
	item   Item
	rows   [][]record.Value     // by source; the element of each at last
	faulty [][]*compile.Failure // by source and field
	broken []*compile.Failure   // by source
	out    bool                 // held by where, or out of scope: nothing else is needed of it
}

func (g *gatherer) newGathered(row []record.Value) *gathered {
	n := 1 + len(g.joins)
	r := &gathered{rows: make([][]record.Value, n, n+1), faulty: make([][]*compile.Failure, n), broken: make([]*compile.Failure, n)}
	r.rows[0] = row
	r.faulty[0] = make([]*compile.Failure, len(g.m.Source.Fields))
	return r
}

// use makes a record the mapper's current one.
func (g *gatherer) use(r *gathered) {
	g.p.row, g.p.faulty, g.p.broken = r.rows[0], r.faulty, r.broken
	g.p.in.Rows = append(g.p.in.Rows[:0], r.rows...)
	g.p.in.Rows[0] = r.rows[0][:len(g.m.Source.Fields)]
}

// records puts single records of the first source together.
func (g *gatherer) records(datas [][]byte) error {
	if err := g.ctx.Err(); err != nil {
		return err
	}
	list := make([]*gathered, 0, len(datas))
	for _, data := range datas {
		at := g.groups.scanned
		g.groups.scanned++
		r := g.newGathered(make([]record.Value, len(g.m.Source.Slots)))
		faults, err := g.p.scanner.Scan(data, r.rows[0])
		if err != nil {
			return g.p.unreadable(at, err)
		}
		g.use(r)
		if r.item.ID = g.p.identity(faults); r.item.ID == "" {
			return g.p.nameless(at)
		}
		note(&g.m.Source, faults, r.faulty[0])
		if !g.inWindow(r) {
			continue
		}
		list = append(list, r)
	}
	if err := g.walk(&g.m.Source, walkedOf(list)); err != nil {
		return err
	}
	return g.finish(list)
}

// inWindow: what lies outside is not there. What can't say where it lies is held.
func (g *gatherer) inWindow(r *gathered) bool {
	w := g.days[0]
	if w == nil {
		return true
	}
	r.item.Day = r.rows[0][w.field]
	switch {
	case r.faulty[0][w.field] != nil: // it is held for that
		return true
	case r.item.Day.IsEmpty():
		r.item.Held = w.empty(&g.m.Source)
		return true
	}
	return w.hold(r.item.Day)
}

// finish joins, takes apart and maps records, and hands them on.
func (g *gatherer) finish(list []*gathered) error {
	for _, r := range list {
		if r.item.Held == nil {
			g.use(r)
			r.out = !g.p.selects(&r.item)
		}
	}
	for _, j := range g.joins {
		if err := g.join(j, list); err != nil {
			return err
		}
	}
	width := len(g.m.Target.Fields)
	g.p.roomForFacts(len(list))
	items := make([]Item, 0, len(list))
	values := make([]record.Value, len(list)*width)
	for i, r := range list {
		g.use(r)
		r.item.Shown = g.p.shown()
		if g.m.Each != nil {
			items = g.elements(items, r)
			continue
		}
		switch own := values[i*width : (i+1)*width : (i+1)*width]; {
		case r.item.Held == nil && !r.out:
			g.p.judge(&r.item, own)
		case r.item.Held == nil:
			g.p.departs(&r.item, own)
		}
		items = g.put(items, r.item)
	}
	if len(items) == 0 {
		return nil
	}
	return g.sink(items)
}

// put numbers an item: positions count what is handed on.
func (g *gatherer) put(items []Item, item Item) []Item {
	item.Position = g.p.position
	g.p.position++
	return append(items, item)
}

// hash is over the canonical form of values.
func (g *gatherer) hash(values ...record.Value) uint64 {
	g.key = g.key[:0]
	for _, v := range values {
		g.key = v.AppendCanonical(g.key)
	}
	return maphash.Bytes(g.seed, g.key)
}

// badRecord ends a read: what the connector sent is no record.
func badRecord(resource, plugin string, at int64, err error) error {
	return diag.Diagnostic{
		Code:    "bad-record",
		Class:   diag.Fault,
		Summary: "Record " + strconv.FormatInt(at+1, 10) + " of " + resource + " is not a JSON object",
		Detail:  "The connector " + quote(plugin) + " sent it so: " + err.Error() + ".",
		Remedy:  "Nothing was planned. Tell the connector's author.",
	}
}
