package plan

import (
	"context"
	"slices"

	"passerelle/engine/compile"
	"passerelle/engine/flow"
	"passerelle/engine/ledger"
	"passerelle/plugins/record"
)

// persons knows people under any id. Of everybody who is linked the ledger keeps
// one mark over all that same_person names, the same under another id, and one
// fingerprint of each of these fields, which says what changed under one id.
type persons struct {
	fields []ledger.FieldID // by field of same_person
	known  [][]ledger.Link  // by item of the batch: links of the same person under other ids
	vacant ledger.RowSet    // links whose record is there, and has left
	// claimed are links of people who are there under another id, held or not:
	// whatever becomes of those, the account is not switched off as one that is gone.
	claimed ledger.RowSet
	back    []comeback
	moves   map[int64]bool // positions of those who take a link over
	swaps   []swap

	// Of the item under way.
	mark    ledger.PersonMark
	swapped bool
}

// swap is an id that has become another person.
type swap struct {
	who      Person
	position int64
}

// personNames are the names under which the ledger keeps fingerprints of what
// same_person names. A field that is read elsewhere is another one: nobody
// became somebody else by that.
func personNames(m *compile.Mapping) []string {
	names := make([]string, len(m.SamePerson))
	for i, f := range m.SamePerson {
		names[i] = "[same_person " + m.Source.Fields[f.Field].Decl.Path + "] " + f.Name
	}
	return names
}

// whole are the values of a record by which a person is told, as they are
// compared; nil where one of them is empty: half of it is nobody.
func (p *planner) wholePerson(item *flow.Item) [][]byte {
	if len(item.Person) == 0 {
		return nil
	}
	out := make([][]byte, len(item.Person))
	for i, v := range item.Person {
		if out[i] = appendFolded(nil, v); len(out[i]) == 0 {
			return nil
		}
	}
	return out
}

// recognise finds, for a batch, the links that those who are not linked have
// under other ids.
func (p *planner) recognise(ctx context.Context, items []flow.Item) error {
	p.persons.known = make([][]ledger.Link, len(items))
	if len(p.Mapping.SamePerson) == 0 {
		return nil
	}
	marks := make([]ledger.PersonMark, len(items))
	var asked []ledger.PersonMark
	for i := range items {
		item, link := &items[i], &p.links[i]
		if item.Left || item.Out && link.State == ledger.Deactivated {
			p.persons.vacant.Add(link.Row)
		}
		if link.Row != 0 || item.Left || item.Out {
			continue
		}
		if values := p.wholePerson(item); values != nil {
			marks[i] = p.Ledger.Mark(values...)
			asked = append(asked, marks[i])
		}
	}
	found, err := p.Ledger.LinksOfPersons(ctx, p.scope, asked)
	for i, mark := range marks {
		p.persons.known[i] = found[mark]
		for _, link := range found[mark] {
			p.persons.claimed.Add(link.Row)
		}
	}
	return err
}

// notePerson gathers what is new of who a record's person is, after the facts,
// and finds out whether it has become another one. Of such a one nothing is
// remembered until somebody says that it is right.
func (p *planner) notePerson(item *flow.Item, link *ledger.Link) {
	at := &p.persons
	at.mark, at.swapped = ledger.PersonMark{}, false
	if len(item.Person) == 0 || !p.pilot.has(item) {
		return
	}
	var prints []ledger.Print
	var changed []int
	for i, v := range item.Person {
		if v.IsEmpty() {
			continue
		}
		p.canonical = appendFolded(p.canonical[:0], v)
		before, now := printOf(link.Prints, at.fields[i]), p.Ledger.Fingerprint(at.fields[i], item.ID, p.canonical)
		if before == now {
			continue
		}
		prints = append(prints, ledger.Print{Field: at.fields[i], Sum: now})
		if before != 0 {
			changed = append(changed, i)
		}
	}
	if p.Mapping.IsSwap(changed) && !p.history.approved[pair{item.ID, PartIdentity}] {
		at.swapped = true
		p.noted.prints, p.noted.appeared, p.noted.moved = nil, nil, nil
		return
	}
	if len(prints) == 0 && link.Person != (ledger.PersonMark{}) {
		return
	}
	if values := p.wholePerson(item); values != nil {
		at.mark = p.Ledger.Mark(values...)
	}
	p.noted.prints = append(p.noted.prints, prints...)
}

// stopSwap blocks what would be done with an id that has become another person:
// their data would reach somebody else's account, or their departure.
func (p *planner) stopSwap(item *flow.Item) {
	p.persons.swaps = append(p.persons.swaps, swap{Person{item.ID, item.Shown}, item.Position})
	p.became(item, blockedOut)
}

// judgeIdentity says which ids have become other people, and stops the whole
// plan when they are many: then the source has given its ids anew.
func (p *planner) judgeIdentity() bool {
	open := slices.DeleteFunc(p.persons.swaps, func(s swap) bool { return p.duplicates.outcomes.at(s.position) != blockedOut })
	if len(open) == 0 {
		return false
	}
	for _, s := range open {
		p.stop(s.who, PartIdentity, PartIdentity, "")
	}
	l := limited{open: int64(len(open)), limit: p.limit(PartIdentity, p.history.linked), of: p.history.linked}
	block := Block{Part: PartIdentity, Ask: true, Whole: l.exceeded(), Code: "identity", Say: p.voice().sayIdentity(l), Do: doIdentity}
	p.summary.Blocked = append(p.summary.Blocked, block)
	return block.Whole
}

// person copies what same_person names of an entry's record.
func (p *planner) person(entry *Entry) {
	entry.Person, p.persons.mark = p.persons.mark, ledger.PersonMark{}
}

// unchangedUnder reports whether a field of somebody who comes back is as it was
// last sent under the old id, and gives its fingerprint under the new one.
func (p *planner) prints(field int, item *flow.Item, link *ledger.Link, value record.Value) (was, now uint64) {
	was = p.print(field, link.SourceID, value)
	if now = was; link.SourceID != item.ID {
		now = p.print(field, item.ID, value)
	}
	return was, now
}
