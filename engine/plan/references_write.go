package plan

import (
	"cmp"
	"io"
	"slices"
)

// writeWaiting writes the entries that were set aside into the plan: level by
// level, then the second entries of those who broke a circle.
func (p *planner) writeWaiting() error {
	r := p.refs
	order := make([]int32, len(r.waiting))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(r.waiting[a].level, r.waiting[b].level) })
	level := int32(0)
	var afterwards []int32
	err := p.eachWaiting(order, func(w int32, e *Entry) error {
		n := &r.waiting[w]
		if n.held != "" {
			p.holdWaiting(n, e)
			return nil
		}
		if n.level > level { // what it refers to must be answered before it is sent
			level = n.level
			if err := p.out.flush(); err != nil {
				return err
			}
		}
		if p.resolveWaiting(n, e) {
			afterwards = append(afterwards, w)
		}
		if e.Operation == Update && len(e.Changed) == 0 {
			if !n.second { // nothing is left to be sent for this record
				p.summary.Counts.Update--
				p.summary.Counts.Unchanged++
				p.duplicates.outcomes.set(n.home, unchanged)
			}
			return nil
		}
		return p.out.add(e)
	})
	if err != nil || len(afterwards) == 0 {
		return err
	}
	if err := p.out.flush(); err != nil {
		return err
	}
	return p.eachWaiting(afterwards, func(w int32, e *Entry) error {
		return p.out.add(r.afterwards(&r.waiting[w], e))
	})
}

// resolveWaiting leaves out of an entry what it can't be sent, and reports
// whether some of it is to be sent afterwards.
func (p *planner) resolveWaiting(n *waiter, e *Entry) (later bool) {
	p.tally(e, -1)
	for _, edge := range p.refs.openEdges[n.edges : n.edges+n.count] {
		switch edge.state {
		case nobody:
			p.summary.Fields[edge.field].Pending++
			p.goesWithout(e.SourceID)
			e.Pending = append(e.Pending, edge.field)
			e.LeaveOut(edge.field)
		case expected:
			p.summary.Fields[edge.field].Expected++
		case agreed:
			at := slices.Index(e.Changed, edge.field)
			e.Agreed = append(slices.Clip(e.Agreed), e.Prints[at])
			kept := slices.Clone(e.References)
			if e.LeaveOut(edge.field); !p.refs.target.Abilities.ChangedOnly {
				e.References = kept // whole records hold what did not change, too
			}
		case deferred:
			later = true
			e.LeaveOut(edge.field)
		}
	}
	if e.Operation == Link && len(e.Changed) == 0 {
		e.Body = nil // nothing is to be sent any more
	}
	p.tally(e, +1)
	return later
}

// LeaveOut takes a field that refers to another record out of what is sent.
func (e *Entry) LeaveOut(field int) {
	e.References = slices.DeleteFunc(e.References, func(r Reference) bool { return r.Field == field })
	if at := slices.Index(e.Changed, field); at >= 0 {
		e.Changed = slices.Delete(e.Changed, at, at+1)
		e.Prints = slices.Delete(e.Prints, at, at+1)
	}
	e.Added = slices.DeleteFunc(e.Added, func(f int) bool { return f == field })
}

// afterwards is the second entry of a record that went without its part of a
// circle: an update with that alone, or with everything where the target replaces
// whole records. Who was created has no target id yet; the ledger will know it.
func (r *references) afterwards(n *waiter, e *Entry) *Entry {
	out := &Entry{
		Position: second(n.home), Operation: Update, SourceID: e.SourceID, TargetID: e.TargetID, Shown: e.Shown, Body: []byte("{}"),
	}
	if !r.target.Abilities.ChangedOnly {
		out.Body = e.Body
	}
	for _, ref := range e.References {
		sent := slices.ContainsFunc(r.openEdges[n.edges:n.edges+n.count], func(edge openEdge) bool {
			return edge.field == ref.Field && edge.state == deferred
		})
		if sent {
			at := slices.Index(e.Changed, ref.Field)
			out.Changed = append(out.Changed, ref.Field)
			out.Prints = append(out.Prints, e.Prints[at])
		}
		if sent || !r.target.Abilities.ChangedOnly {
			out.References = append(out.References, ref)
		}
	}
	return out
}

// holdWaiting holds a record whose entry can't be sent. A return is done all the
// same: only what changed meanwhile is left for later.
func (p *planner) holdWaiting(n *waiter, e *Entry) {
	if n.held == withdrawn {
		return
	}
	p.tally(e, -1)
	if n.second {
		p.summary.Fields[n.field].Pending++
		p.goesWithout(e.SourceID)
		return
	}
	*p.summary.Counts.of(p.duplicates.outcomes.at(n.home))--
	p.duplicates.outcomes.set(n.home, held)
	for _, kept := range p.duplicates.kept.of(n.home) {
		p.summary.Fields[kept.field].Kept--
	}
	field := &p.Mapping.Target.Fields[n.field]
	failure := circularReference(field)
	if n.held == "reference-missing" {
		failure = MissingReference(field, field.Linked.Address)
		p.summary.Counts.Missing++
	} else {
		p.summary.Counts.Held++
	}
	p.summary.Held = append(p.summary.Held, Held{Person: Person{e.SourceID, e.Shown}, Failure: failure})
}

// eachWaiting reads the entries that were set aside, in the order given. Entries
// of one level lie in the order of the file, so that a level is one way through
// it, and a level of a few touches a few frames.
func (p *planner) eachWaiting(order []int32, each func(w int32, e *Entry) error) error {
	if len(order) == 0 {
		return nil
	}
	frames, err := p.refs.later.frameTable()
	if err != nil {
		return err
	}
	open := int64(-1)
	var entries []Entry
	for _, w := range order {
		if frame := int64(w) / BatchRecords; frame != open {
			if entries, err = p.refs.later.frameAt(frames, frame); err != nil {
				return err
			}
			open = frame
		}
		e := entries[w%BatchRecords]
		// What each changes must not be seen by who reads the frame again.
		e.References, e.Changed, e.Added = slices.Clone(e.References), slices.Clone(e.Changed), slices.Clone(e.Added)
		e.Prints = slices.Clone(e.Prints)
		if err := each(w, &e); err != nil {
			return err
		}
	}
	return nil
}

// frameTable is where every frame written so far begins.
func (w *spoolWriter) frameTable() ([]int64, error) {
	if err := w.flush(); err != nil {
		return nil, err
	}
	if err := w.out.Flush(); err != nil {
		return nil, spoolFault("writing the plan", err)
	}
	return append(slices.Clone(w.starts), w.offset), nil
}

// frameAt reads one frame back.
func (w *spoolWriter) frameAt(table []int64, frame int64) ([]Entry, error) {
	section := io.NewSectionReader(w.file, table[frame], table[frame+1]-table[frame])
	r := readFrames(w.path, section, w.planID, w.sealer, frameName)
	r.frame = frame
	return r.next()
}
