package plan

import (
	"cmp"
	"slices"

	"passerelle/engine/compile"
	"passerelle/plugins/record"
)

// waiter is an entry that refers to somebody who was not linked when it was
// read. Whether this plan links them shows only at the end of the read. A waiter
// and each of its open references cost some 60 bytes; the entry itself
// is on disk.
type waiter struct {
	home   int64 // position of its record
	second bool  // the second entry of its record
	edges  int32 // where its open edges begin
	count  int32
	level  int32 // 0: beside the others; n: after those of level n-1
	before int32 // how many of its edges stand for entries that are not placed yet
	placed bool
	held   string // code of why the record is held; "": it is not
	field  int    // that is to blame
}

// openEdge is a reference to somebody who was not linked when it was read.
type openEdge struct {
	from  int32 // index of the waiting entry
	to    int32 // index of the waiting entry that links whom it refers to; -1: none
	field int
	hash  fingerprint // of whom it refers to, in this plan's own scope
	holds fingerprint // of the id that the target has there, where the record is adopted
	state edgeState
	must  bool
	own   bool // its links are this plan's own: whom it refers to may be in it
}

type edgeState uint8

const (
	nobody   edgeState = iota // nobody links whom it refers to
	expected                  // a mapping that runs before this one will
	inPlan                    // this plan links whom it refers to
	deferred                  // part of a circle: sent by a second entry, afterwards
	agreed                    // the target has it as it should be: it adopts both
)

// setAside writes an entry into the later spool and notes whom it refers to.
func (r *references) setAside(p *planner, e *Entry) error {
	w := waiter{home: home(e.Position), second: e.Position < 0, edges: int32(len(r.openEdges))}
	for _, ref := range e.References {
		if !r.open(ref) {
			continue
		}
		to := &r.referred[ref.To]
		edge := openEdge{from: int32(len(r.waiting)), to: -1, field: ref.Field, must: ref.Must, state: nobody}
		if r.expected != nil && r.expected(to.Scope, ref.SourceID) {
			edge.state = expected
		}
		if to.own {
			edge.own, edge.hash = true, p.duplicates.hashText(ref.SourceID)
			if e.Operation == Link && r.found != nil {
				edge.holds = p.duplicates.hashText(idText(r.found.values[ref.Field]))
			}
		}
		r.openEdges = append(r.openEdges, edge)
		w.count++
	}
	r.waiting, r.found = append(r.waiting, w), nil
	return r.later.add(e)
}

// idText is an id of the target as ledger and look-ups write it.
func idText(v record.Value) string {
	text, _ := record.Coerce(v, record.Basic(record.String), nil)
	return text.Text()
}

// settleReferences puts the entries that were set aside behind those they refer
// to: level by level, each level in batches of its own. What refers to nobody whom
// this plan links goes without the field, or is held where it can't.
func (p *planner) settleReferences() error {
	r := p.refs
	if r == nil {
		return nil
	}
	if err := r.find(p); err != nil {
		return spoolFault("looking up whom the plan links", err)
	}
	o := &ordering{references: r, canUpdate: p.Mapping.Target.Abilities.Update}
	o.place()
	if err := p.writeWaiting(); err != nil {
		return err
	}
	r.later.discard()
	r.later = nil
	return nil
}

// find looks up, now that everybody was read, whom this plan links. Who was
// withdrawn since, as a twin or by a guard, takes his references with him.
func (r *references) find(p *planner) error {
	dropped := map[int64]bool{}
	for _, position := range p.summary.Dropped {
		dropped[position] = true
	}
	links := func(position int64) bool {
		was := p.duplicates.outcomes.at(position)
		return (was == created || was == adopted || p.persons.moves[position]) && !dropped[position]
	}
	linking := map[int64]int32{} // by position: the waiting entry that links its record
	for i := range r.waiting {
		w := &r.waiting[i]
		switch {
		case dropped[w.home] || !p.duplicates.outcomes.at(w.home).spooled():
			w.held = withdrawn
		case links(w.home) && !w.second:
			linking[w.home] = int32(i)
		}
	}
	for i := range r.openEdges {
		e := &r.openEdges[i]
		if !e.own {
			continue
		}
		who, read, err := p.duplicates.ids.first(e.hash)
		if err != nil {
			return err
		}
		if !read || !links(who) {
			continue
		}
		e.state = inPlan
		if to, waits := linking[who]; waits {
			e.to = to
		}
		same, holds, err := p.duplicates.adopted.first(e.holds)
		if err != nil {
			return err
		}
		if holds && same == who {
			e.state = agreed
		}
	}
	return nil
}

// withdrawn marks an entry whose record was taken out of the plan before: nothing
// more is said of it.
const withdrawn = "withdrawn"

// ordering gives every waiting entry its level.
type ordering struct {
	*references
	canUpdate  bool
	dependents [][]int32 // by waiting entry: the edges that lead to it
	ready      []int32
	next       int // everything before it is placed or held
}

func (o *ordering) edgesOf(w int32) []openEdge {
	n := &o.waiting[w]
	return o.openEdges[n.edges : n.edges+n.count]
}

func (o *ordering) place() {
	o.dependents = make([][]int32, len(o.waiting))
	for i := range o.openEdges {
		e := &o.openEdges[i]
		if e.state != inPlan {
			continue
		}
		o.waiting[e.from].level = max(o.waiting[e.from].level, 1)
		if e.to >= 0 {
			o.dependents[e.to] = append(o.dependents[e.to], int32(i))
			o.waiting[e.from].before++
		}
	}
	for i := range o.waiting {
		w := &o.waiting[i]
		if w.held != "" {
			continue
		}
		for _, e := range o.edgesOf(int32(i)) {
			if e.state == nobody && e.must {
				o.hold(int32(i), "reference-missing", e.field)
				break
			}
		}
	}
	for i := range o.waiting {
		o.release(int32(i))
	}
	for {
		for len(o.ready) > 0 {
			w := o.ready[0]
			o.ready = o.ready[1:]
			o.arrive(w)
		}
		stuck := o.lowest()
		if stuck < 0 {
			return
		}
		o.breakCircle(stuck)
	}
}

// release puts an entry among the ready ones once nothing stands before it.
func (o *ordering) release(w int32) {
	n := &o.waiting[w]
	if n.held == "" && !n.placed && n.before == 0 {
		n.placed = true
		o.ready = append(o.ready, w)
	}
}

// arrive lets those go that waited for an entry, one level after it.
func (o *ordering) arrive(w int32) {
	for _, at := range o.dependents[w] {
		e := &o.openEdges[at]
		if e.state != inPlan {
			continue
		}
		from := &o.waiting[e.from]
		from.level = max(from.level, o.waiting[w].level+1)
		from.before--
		o.release(e.from)
	}
}

// hold holds an entry's record. Who refers to it goes without, or is held too.
func (o *ordering) hold(w int32, code string, field int) {
	if n := &o.waiting[w]; n.held == "" {
		n.held, n.field = code, field
		o.lose(w)
	}
}

// lose tells those who refer to a record that this plan does not link it.
func (o *ordering) lose(first int32) {
	for lost := []int32{first}; len(lost) > 0; {
		w := lost[0]
		lost = lost[1:]
		for _, at := range o.dependents[w] {
			e := &o.openEdges[at]
			if e.state != inPlan {
				continue
			}
			e.state = nobody
			from := &o.waiting[e.from]
			from.before--
			switch {
			case e.must && from.held == "":
				from.held, from.field = "reference-missing", e.field
				lost = append(lost, e.from)
			default:
				o.release(e.from)
			}
		}
	}
}

// lowest is the first entry that is neither placed nor held; -1 when there is
// none.
func (o *ordering) lowest() int32 {
	for ; o.next < len(o.waiting); o.next++ {
		if w := &o.waiting[o.next]; !w.placed && w.held == "" {
			return int32(o.next)
		}
	}
	return -1
}

// breakCircle finds a circle by going from an entry to one that stands before it
// and so on. The first of the circle that can go without its reference does, and
// is sent it afterwards; where none can, the whole circle is held.
func (o *ordering) breakCircle(start int32) {
	var path []int32 // edges
	seen := map[int32]int{}
	at := start
	for {
		if from, again := seen[at]; again {
			path = path[from:]
			break
		}
		seen[at] = len(path)
		edges := o.edgesOf(at)
		i := slices.IndexFunc(edges, func(e openEdge) bool { return e.state == inPlan && e.to >= 0 && !o.waiting[e.to].placed })
		path = append(path, o.waiting[at].edges+int32(i))
		at = edges[i].to
	}
	slices.SortFunc(path, func(a, b int32) int { return cmp.Compare(a, b) }) // edges are in the order of the read
	for _, i := range path {
		if e := &o.openEdges[i]; !e.must && o.canUpdate {
			e.state = deferred
			o.waiting[e.from].before--
			o.release(e.from)
			return
		}
	}
	for _, i := range path { // all of them before any is lost to the others
		w := &o.waiting[o.openEdges[i].from]
		w.held, w.field = "reference-cycle", o.openEdges[i].field
	}
	for _, i := range path {
		o.lose(o.openEdges[i].from)
	}
}

// MissingReference: a record can't be sent, for want of one that a mapping carries.
func MissingReference(field *compile.TargetField, mapping string) compile.Failure {
	return compile.Failure{
		Code: "reference-missing", Field: field.Name, Place: &field.Place,
		Summary: "The record that \"" + field.Name + "\" refers to is not linked",
		Detail:  "Mapping \"" + mapping + "\" has not carried it to the target, and a record can't be sent without this field.",
		Remedy:  "Look why mapping \"" + mapping + "\" does not carry it: it may be held there, left out by where, or not be read. This record follows by itself.",
	}
}

func circularReference(field *compile.TargetField) compile.Failure {
	return compile.Failure{
		Code: "reference-cycle", Field: field.Name, Place: &field.Place,
		Summary: "The record refers to one that refers back to it by \"" + field.Name + "\", and neither can go first",
		Detail:  "One of them would have to be created without the field and be sent it afterwards, which the target, or the mapping's required, does not allow.",
		Remedy:  "Take the field out of required, declare an endpoint \"update\", or correct the circle at the source.",
	}
}
