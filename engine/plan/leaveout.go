package plan

import (
	"os"
	"path/filepath"
	"slices"

	"passerelle/engine/ledger"
	"passerelle/plugins/record"
)

// leaveOut takes the stopped cells of everybody who was not approved out of the
// spool. The spool is written a second time for it, on the days when a guard
// trips and on no other.
func (p *planner) leaveOut(trips map[trip]bool) error {
	if p.snapshot != nil {
		return p.lastLinesInstead(trips)
	}
	scanner, err := record.NewScanner(p.Mapping.Target.FoundSlots())
	if err != nil {
		return err
	}
	r := rewriter{planner: p, trips: trips, scanner: scanner, row: make([]record.Value, len(p.Mapping.Target.Fields)+1)}
	again, err := createSpool(filepath.Join(filepath.Dir(p.path), ".again-"+p.summary.ID+".plan"), p.summary.ID, p.Ledger.Sealer())
	if err != nil {
		return err
	}
	dropped := map[int64]bool{}
	for _, position := range p.summary.Dropped {
		dropped[position] = true
	}
	err = p.out.readBack(func(entries []Entry) error {
		for i := range entries {
			e := &entries[i]
			if dropped[home(e.Position)] || !r.leaveOut(e) {
				continue
			}
			if err := again.add(e); err != nil {
				return err
			}
		}
		return again.flush() // batches stay as they are: some wait for the answers of those before
	})
	if err != nil {
		again.discard()
		return err
	}
	p.out.discard()
	p.out = again
	if err := os.Rename(again.path, p.path); err != nil {
		return spoolFault("writing the plan", err)
	}
	again.path = p.path
	return nil
}

// lastLinesInstead stops whole records, in a target that is written as a whole:
// each keeps the line that it has there.
func (p *planner) lastLinesInstead(trips map[trip]bool) error {
	dropped := map[int64]bool{}
	for _, position := range p.summary.Dropped {
		dropped[position] = true
	}
	return p.out.readBack(func(entries []Entry) error {
		for i := range entries {
			e := &entries[i]
			stopped := false
			e.cells(len(p.fields), func(at int, what kind) {
				if trips[trip{at, what}] && !p.approvedCell(e.SourceID, at, what) {
					stopped = true
					part, name := p.partOf(at, what), p.fieldName(at)
					p.stop(Person{e.SourceID, e.Shown}, cellOperation(part, name), part, name)
				}
			})
			if !stopped || dropped[home(e.Position)] {
				continue
			}
			p.summary.count(e, -1)
			if e.Operation == Note {
				p.summary.Dropped = append(p.summary.Dropped, e.Position) // the facts alone
				continue
			}
			p.drop(e.Position)
		}
		return nil
	})
}

// rewriter leaves cells out of entries.
type rewriter struct {
	*planner
	trips   map[trip]bool
	scanner *record.Scanner
	row     []record.Value
}

// leaveOut changes an entry; false when nothing of it is left.
func (r *rewriter) leaveOut(e *Entry) bool {
	n := len(r.Mapping.Target.Fields)
	out := map[int]bool{}
	e.cells(n, func(at int, what kind) {
		if !r.trips[trip{at, what}] || r.approvedCell(e.SourceID, at, what) {
			return
		}
		out[at] = true
		part, name := r.partOf(at, what), r.fieldName(at)
		r.stop(Person{e.SourceID, e.Shown}, cellOperation(part, name), part, name)
	})
	if len(out) == 0 {
		return true
	}
	r.forgetFacts(e, out, n)
	if !slices.ContainsFunc(e.Changed, func(at int) bool { return out[at] }) {
		return e.Operation != Note || len(e.Facts) > 0 || e.From != ""
	}
	r.summary.count(e, -1)
	if !r.Mapping.Target.Abilities.ChangedOnly {
		return r.block(e) // without a cell, the whole record would lose it
	}
	r.withoutCells(e, out)
	r.summary.count(e, +1)
	for at := range out {
		if at < n {
			r.summary.Fields[at].Stopped++
		}
	}
	if e.Operation == Update && len(e.Changed) == 0 {
		return r.block(e)
	}
	return true
}

// block turns an entry into one that remembers the facts alone.
func (r *rewriter) block(e *Entry) bool {
	if e.Position >= 0 { // else the second operation of a record: the first goes on
		r.blockedInstead(e.Position)
	}
	*e = Entry{Position: e.Position, Operation: Note, SourceID: e.SourceID, TargetID: e.TargetID, Shown: e.Shown, Facts: e.Facts}
	return len(e.Facts) > 0
}

// forgetFacts: what was stopped was not announced.
func (r *rewriter) forgetFacts(e *Entry, out map[int]bool, fields int) {
	stopped := func(fact int) bool { return out[fields+fact] }
	for i := range r.facts {
		if stopped(i) {
			e.Facts = slices.DeleteFunc(e.Facts, func(print ledger.Print) bool { return print.Field == r.facts[i].id })
		}
	}
	e.Appeared, e.Moved = slices.DeleteFunc(e.Appeared, stopped), slices.DeleteFunc(e.Moved, stopped)
}

// withoutCells writes an entry's body again without some cells.
func (r *rewriter) withoutCells(e *Entry, out map[int]bool) {
	// The body was written from values of these types; a fault is not possible.
	_, _ = r.scanner.Scan(e.Body, r.row)
	sent := record.NewBits(len(r.fields))
	var left []int
	var prints []ledger.Print
	for i, at := range e.Changed {
		if out[at] {
			continue
		}
		if !slices.ContainsFunc(e.References, func(ref Reference) bool { return ref.Field == at }) {
			sent.Set(at)
		}
		left, prints = append(left, at), append(prints, e.Prints[i])
	}
	stopped := func(at int) bool { return out[at] }
	e.References = slices.DeleteFunc(e.References, func(ref Reference) bool { return out[ref.Field] })
	e.Changed, e.Prints = left, prints
	e.Cleared, e.Added = slices.DeleteFunc(e.Cleared, stopped), slices.DeleteFunc(e.Added, stopped)
	e.PutBack = slices.DeleteFunc(e.PutBack, stopped)
	e.Body = nil
	if len(left) > 0 {
		e.Body = slices.Clone(r.encode(r.row, sent, record.NullEmpty))
	}
}
