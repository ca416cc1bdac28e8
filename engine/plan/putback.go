package plan

import (
	"context"

	"passerelle/engine/ledger"
	"passerelle/plugins/record"
)

// atTarget is what the target holds of everybody, as fingerprints: some 8 bytes a
// field, and no value. nil where nothing is put back.
type atTarget struct {
	rows   map[fingerprint]int // by the target's id
	prints [][]uint64          // by row and field; 0: empty
	shown  []bool              // by field: the target shows it of somebody
}

// readTarget reads the target as a whole, once, where the mapping says that the
// source is right.
func (p *planner) readTarget(ctx context.Context) error {
	if !p.Mapping.Target.PutsBack || p.holds != nil {
		return nil
	}
	p.holds = &atTarget{rows: map[fingerprint]int{}, shown: make([]bool, len(p.fields))}
	if err := p.finder.everybody(ctx, p.noteHeld); err != nil {
		return err
	}
	for i := range p.summary.Fields {
		p.summary.Fields[i].Unseen = len(p.holds.prints) > 0 && !p.holds.shown[i]
	}
	return nil
}

// noteHeld keeps what the target holds of one record.
func (p *planner) noteHeld(id string, values []record.Value) {
	at, prints := p.holds, make([]uint64, len(values))
	for i, v := range values {
		prints[i] = p.heldPrint(i, v)
		at.shown[i] = at.shown[i] || prints[i] != 0
	}
	at.rows[p.duplicates.hashText(id)] = len(at.prints)
	at.prints = append(at.prints, prints)
}

// heldPrint is of a value wherever it is; 0 where it is empty.
func (p *planner) heldPrint(field int, v record.Value) uint64 {
	if v.IsEmpty() {
		return 0
	}
	p.canonical = v.AppendCanonical(p.canonical[:0])
	return p.Ledger.Fingerprint(p.fields[field], "", p.canonical)
}

// compared says how a field stands at the target.
type compared uint8

const (
	unknown compared = iota // nothing was read there, or nothing that could be compared
	same
	other
	emptyThere
)

// standing compares a field of a linked record with what the target holds. A
// field that the target shows of nobody proves nothing: it may be one that can
// only be written. Nor does a reference to somebody who has no id there yet.
func (p *planner) standing(field int, link *ledger.Link, value record.Value) compared {
	if p.holds == nil || !p.holds.shown[field] {
		return unknown
	}
	row, there := p.holds.rows[p.duplicates.hashText(link.TargetID)]
	if !there {
		return unknown
	}
	wanted := p.refs.atTarget(field, value)
	if wanted.IsEmpty() && !value.IsEmpty() {
		return unknown
	}
	held := p.holds.prints[row][field]
	switch {
	case held == p.heldPrint(field, wanted):
		return same
	case held == 0:
		return emptyThere
	}
	return other
}

// putsBack: the source has not changed, and somebody edited the field at the
// target. What the source leaves empty is left alone there, and so is what is
// sent once.
func (p *planner) putsBack(field int, value record.Value, at compared) bool {
	return (at == other || at == emptyThere) && !value.IsEmpty() && !p.Mapping.Target.Fields[field].Once
}
