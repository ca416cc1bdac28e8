package plan

import (
	"strconv"

	"passerelle/engine/compile"
	"passerelle/engine/flow"
	"passerelle/engine/ledger"
	"passerelle/plugins/record"
)

// The ledger remembers, of whoever was present in a whole read, the fingerprints
// of what leavers.when reads. Somebody who leaves although nothing of it has
// changed since leaves by the calendar: that was announced. Of those who have
// left nothing is remembered: a wrong date must not announce itself by being
// blocked.

// factField is one field of leavers.when among the fields of the ledger.
type factField struct {
	compile.Fact
	id ledger.FieldID
}

// FactNames are the names under which the ledger keeps facts of a mapping's
// people, beside the target's fields. No target field is called so: a name that
// begins with a bracket goes on with a quote. The expression's sum is part of
// it, so that nothing is announced by a rule that came later.
func FactNames(l *ledger.Ledger, m *compile.Mapping) []string {
	return append(leaverFacts(l, m), personNames(m)...)
}

func leaverFacts(l *ledger.Ledger, m *compile.Mapping) []string {
	if m.Leavers == nil {
		return nil
	}
	var names []string
	if len(m.Leavers.Facts) > 0 {
		sum := sumOf(l, m, m.Leavers.Decl.When.Text)
		for _, fact := range m.Leavers.Facts {
			names = append(names, "[when "+sum+"] "+fact.Name)
		}
	}
	if m.Leavers.Out && m.Where != nil {
		names = append(names, "[where "+sumOf(l, m, m.Decl.Sources[0].Where.Text)+"]")
	}
	return names
}

func sumOf(l *ledger.Ledger, m *compile.Mapping, text string) string {
	return strconv.FormatUint(l.Definition(m.Definition(text)), 16)
}

// setFacts gives the facts their numbers, in the order of FactNames.
func (p *planner) setFacts(ids []ledger.FieldID) {
	for i, fact := range p.factsDeclared() {
		p.facts = append(p.facts, factField{fact, ids[i]})
	}
	if len(ids) > len(p.facts) {
		p.inScope = ids[len(ids)-1]
	}
}

func (p *planner) factsDeclared() []compile.Fact {
	if p.Mapping.Leavers == nil {
		return nil
	}
	return p.Mapping.Leavers.Facts
}

// noteFacts gathers what is new among the facts of somebody present; the first
// entry that is spooled for them takes it along.
func (p *planner) noteFacts(item *flow.Item, link *ledger.Link) {
	n := &p.noted
	n.prints, n.appeared, n.moved = nil, nil, nil
	if item.Facts == nil || item.Left || item.Out || !p.pilot.has(item) {
		return
	}
	for i := range p.facts {
		before, now := printOf(link.Prints, p.facts[i].id), p.factPrint(i, item.ID, item.Facts[i])
		if before == now {
			continue
		}
		n.prints = append(n.prints, ledger.Print{Field: p.facts[i].id, Sum: now})
		switch {
		case before == 0 || item.Facts[i].IsEmpty() || !p.facts[i].EndDate:
		case before == p.factPrint(i, item.ID, record.Value{}):
			n.appeared = append(n.appeared, i)
		default:
			n.moved = append(n.moved, i)
		}
	}
	if p.inScope != 0 {
		if now := p.Ledger.Fingerprint(p.inScope, item.ID, nil); printOf(link.Prints, p.inScope) != now {
			n.prints = append(n.prints, ledger.Print{Field: p.inScope, Sum: now})
		}
	}
}

// factPrint is never 0: that a fact was empty is remembered, too.
func (p *planner) factPrint(fact int, id string, value record.Value) uint64 {
	p.canonical = p.canonical[:0]
	if !value.IsEmpty() {
		p.canonical = value.AppendCanonical(p.canonical)
	}
	return p.Ledger.Fingerprint(p.facts[fact].id, id, p.canonical)
}

// announced reports whether somebody leaves by the calendar alone.
func (p *planner) announced(item *flow.Item, link *ledger.Link) bool {
	for i := range p.facts {
		if printOf(link.Prints, p.facts[i].id) != p.factPrint(i, item.ID, item.Facts[i]) {
			return false
		}
	}
	return len(p.facts) > 0
}

// wasInScope reports whether today's filter selected somebody at an earlier
// read: then it is the person who changed.
func (p *planner) wasInScope(link *ledger.Link) bool {
	return p.inScope != 0 && printOf(link.Prints, p.inScope) != 0
}

// spool writes an entry down, with what is new among the person's facts.
func (p *planner) spool(entry *Entry) error {
	n := &p.noted
	entry.Facts, entry.Appeared, entry.Moved = n.prints, n.appeared, n.moved
	n.prints, n.appeared, n.moved = nil, nil, nil
	p.person(entry)
	p.tally(entry, +1)
	return p.add(entry)
}

// spoolFacts remembers the facts of a linked person for whom nothing is to be
// done.
func (p *planner) spoolFacts(item *flow.Item, link *ledger.Link) error {
	if len(p.noted.prints) == 0 && p.persons.mark == (ledger.PersonMark{}) || link.Row == 0 {
		return nil
	}
	return p.spool(&Entry{Position: item.Position, Operation: Note, SourceID: item.ID, TargetID: link.TargetID, Shown: item.Shown})
}
