package plan

import (
	"slices"

	"passerelle/engine/ledger"
	"passerelle/plugins/record"
)

// kind is what happens to one field of one record: a cell.
type kind uint8

const (
	wasChanged kind = iota // another value than before
	wasFilled              // for the first time
	wasEmptied
	kinds
)

// cells counts what happens to one field of people who are already there.
type cells struct {
	all      [kinds]int64
	approved [kinds]int64
}

// oneValue finds out whether a field holds one value for everybody.
type oneValue struct {
	seen   []byte
	people int64
	varied bool
}

func (o *oneValue) see(value record.Value, scratch []byte) []byte {
	if o.varied || value.IsEmpty() {
		return scratch
	}
	scratch = value.AppendCanonical(scratch[:0])
	if o.people == 0 {
		o.seen = slices.Clone(scratch)
	}
	o.people++
	o.varied = !slices.Equal(o.seen, scratch)
	return scratch
}

// seeValues watches whether fields come to hold one value for everybody.
func (p *planner) seeValues(values []record.Value) {
	for i := range values {
		p.canonical = p.values[i].see(values[i], p.canonical)
	}
}

// guarded is one field as the storm and null-out guards see it: the target's
// fields come first, then the facts of leavers.when.
func (p *planner) fieldName(at int) string {
	if at < len(p.Mapping.Target.Fields) {
		return p.Mapping.Target.Fields[at].Name
	}
	return p.facts[at-len(p.Mapping.Target.Fields)].Name
}

// partOf is the part under which a cell is stopped.
func (p *planner) partOf(at int, what kind) string {
	n := len(p.Mapping.Target.Fields)
	switch {
	case what == wasEmptied:
		return PartNulls
	case what == wasFilled, at < n && p.Mapping.Target.Fields[at].Sharp:
		return PartSharp
	}
	return PartChanges
}

func (p *planner) approvedCell(sourceID string, at int, what kind) bool {
	return len(p.history.approved) > 0 &&
		p.history.approved[pair{sourceID, cellOperation(p.partOf(at, what), p.fieldName(at))}]
}

// tally adds what an entry does to fields, or with -1 takes it back.
func (p *planner) tally(entry *Entry, by int64) {
	p.summary.count(entry, by)
	entry.cells(len(p.Mapping.Target.Fields), func(at int, what kind) {
		p.cells[at].all[what] += by
		if p.approvedCell(entry.SourceID, at, what) {
			p.cells[at].approved[what] += by
		}
	})
}

// cells calls each with every cell that an entry changes; facts come after the
// target's fields.
func (e *Entry) cells(fields int, each func(at int, what kind)) {
	if e.Operation == Create {
		return
	}
	for _, at := range e.Changed {
		each(at, e.kindOf(at))
	}
	for _, fact := range e.Appeared {
		each(fields+fact, wasFilled)
	}
	for _, fact := range e.Moved {
		each(fields+fact, wasChanged)
	}
}

func (e *Entry) kindOf(at int) kind {
	switch {
	case slices.Contains(e.Cleared, at):
		return wasEmptied
	case slices.Contains(e.Added, at):
		return wasFilled
	}
	return wasChanged
}

// trip is one kind of change of one field that looks like an accident.
type trip struct {
	at   int
	what kind
}

// judgeCells stops the changes of a field when too many people change in it, or
// come to share one value, or lose theirs.
func (p *planner) judgeCells() error {
	trips := map[trip]bool{}
	for at := range p.cells {
		for what := range kinds {
			if block, ok := p.judgeField(at, what); ok {
				trips[trip{at, what}] = true
				p.summary.Blocked = append(p.summary.Blocked, block)
			}
		}
	}
	p.agree()
	p.keepDefinitions(trips)
	if len(trips) == 0 {
		return nil
	}
	return p.leaveOut(trips)
}

func (p *planner) judgeField(at int, what kind) (Block, bool) {
	name, part := p.fieldName(at), p.partOf(at, what)
	fact := at >= len(p.Mapping.Target.Fields)
	c := &p.cells[at]
	l := limited{open: c.all[what] - c.approved[what], of: p.people()}
	l.limit = p.limit(part, l.of)
	same := false
	switch what {
	case wasChanged:
		l.done = p.history.week[CountChanged(name)]
		if upTo, ok := p.expectedIn(name); ok {
			l.limit = max(l.limit, share(upTo, l.of))
		} else if !fact && p.pilot == nil && p.since == nil { // else those who were read are not everybody
			v := &p.values[at]
			same = !v.varied && v.people > aHandful && l.open > aHandful
		}
	case wasFilled:
		if !fact && (!p.Mapping.Target.Fields[at].EndDate || p.summary.Fields[at].New) {
			return Block{}, false
		}
		l.done = p.history.week[CountFilled(name)]
	case wasEmptied:
		l.done = p.history.week[CountEmptied(name)]
		if !fact && p.Mapping.Target.Fields[at].Sharp {
			l.limit, l.done = 0, 0
		}
	}
	if !l.exceeded() && !same {
		return Block{}, false
	}
	edited := !fact && p.edited(at)
	block := Block{Code: "storm"}
	if what == wasEmptied {
		block = Block{Code: "null-out"}
	}
	block.Part, block.Field, block.Ask = part, name, true
	block.Say, block.Do = p.voice().sayCells(name, what, l, same && !l.exceeded(), edited, fact), p.voice().doCells(edited, fact)
	return block, true
}

// expectedIn is the share of people for whom a field is announced to change.
func (p *planner) expectedIn(name string) (upTo float64, ok bool) {
	for _, e := range p.expecting() {
		for _, word := range e.Fields {
			if word.Name == name {
				upTo, ok = max(upTo, e.UpTo), true
			}
		}
	}
	return upTo, ok
}

// agree writes into the summary what of a field's changes somebody agreed to, or
// announced: that does not count against the limits of the days after.
func (p *planner) agree() {
	for at := range p.cells {
		c := &p.cells[at]
		agreed := c.approved
		if _, ok := p.expectedIn(p.fieldName(at)); ok {
			agreed[wasChanged] = c.all[wasChanged]
		}
		if at < len(p.summary.Fields) {
			p.summary.Fields[at].Agreed = agreed
			continue
		}
		p.summary.Facts = append(p.summary.Facts, FactCount{
			Name: p.fieldName(at), Changed: c.all[wasChanged] - agreed[wasChanged], Filled: c.all[wasFilled] - agreed[wasFilled],
		})
	}
}

// Unanswered is what of a field's changes counts against the limits of the days
// after: neither approved nor announced.
func (f *FieldCount) Unanswered(changed, filled, emptied int64) (c, f1, e int64) {
	return max(0, changed-f.Agreed[wasChanged]), max(0, filled-f.Agreed[wasFilled]), max(0, emptied-f.Agreed[wasEmptied])
}

// edited reports whether a field's expression is another than when it was last
// sent.
func (p *planner) edited(at int) bool {
	return p.before[at] != 0 && p.before[at] != p.definition(at)
}

func (p *planner) definition(at int) uint64 {
	return p.Ledger.Definition(p.Mapping.Definition(p.Mapping.Target.Fields[at].Text()))
}

// keepDefinitions puts into the summary how the fields are made now; one whose
// changes were stopped stays as it was, so that the next run still says why.
func (p *planner) keepDefinitions(trips map[trip]bool) {
	p.summary.Definitions = map[ledger.FieldID]uint64{}
	for at := range p.Mapping.Target.Fields {
		if now := p.definition(at); now != p.before[at] && !trips[trip{at, wasChanged}] && !trips[trip{at, wasEmptied}] {
			p.summary.Definitions[p.fields[at]] = now
		}
	}
}
