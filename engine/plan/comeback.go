package plan

import (
	"context"
	"slices"
	"strconv"

	"passerelle/engine/compile"
	"passerelle/engine/flow"
	"passerelle/engine/ledger"
)

// comeback is somebody who is not linked, and is the same person as somebody who
// is or was, under another id. What becomes of them shows at the end of the read:
// only then is it known whether the other id is still there.
type comeback struct {
	who     Person
	at      int64 // position
	links   []ledger.Link
	entries []Entry // what taking the link over would do; none where there are several
}

// Return is somebody who came back under a new id, and takes over the record
// that they had under the old one.
type Return struct {
	Person
	From        string // the old id
	Reactivated bool
	Off         bool // the account stays switched off, as the mapping says with back
}

// comesBack plans the return of somebody who is known under another id, as far
// as it is known yet.
func (p *planner) comesBack(item *flow.Item, key keyOf, links []ledger.Link) {
	c := comeback{who: Person{item.ID, item.Shown}, at: item.Position, links: slices.Clone(links)}
	what := adopted
	if len(links) == 1 {
		var failure *compile.Failure
		if c.entries, failure = p.takeOver(item, &links[0], key); failure != nil {
			p.hold(item, *failure)
			return
		}
		switch {
		case p.staysOff(&links[0]):
			what = left
		case links[0].State == ledger.Deactivated:
			what = reactivated
		}
	}
	p.became(item, what)
	p.persons.back = append(p.persons.back, c)
}

// takeOver are the entries that move a link to an item: switched on again where
// it was off, and with what is another than under the old id. What is sent once
// is sent again.
func (p *planner) takeOver(item *flow.Item, link *ledger.Link, key keyOf) ([]Entry, *compile.Failure) {
	if p.staysOff(link) {
		kept := Entry{
			Position: item.Position, Operation: Note, SourceID: item.ID, TargetID: link.TargetID, Shown: item.Shown,
			From: link.SourceID, Why: WhyReturned, Facts: p.noted.prints, Person: p.persons.mark,
		}
		p.noted.prints = nil
		return []Entry{kept}, nil
	}
	abilities := &p.Mapping.Target.Abilities
	off := link.State == ledger.Deactivated
	if off && !abilities.Reactivate {
		failure := cannotReactivate(p.Mapping)
		return nil, &failure
	}
	entry, sent := p.difference(item, link, key, true)
	if len(entry.Changed) > 0 {
		if !abilities.Update {
			failure := cannotUpdate(p.Mapping)
			return nil, &failure
		}
		if kept := p.duplicates.kept.of(item.Position); !abilities.ChangedOnly && len(kept) > 0 {
			failure := p.wouldEmpty(kept[0].field)
			return nil, &failure
		}
		p.complete(item, &entry, sent)
		entry.Body = slices.Clone(entry.Body)
	}
	first := &entry
	out := []Entry{}
	if off {
		var names []int
		if p.Mapping.Leavers != nil {
			names = p.Mapping.Leavers.BackNames
		}
		on := *p.bare(item, link, Reactivate, names)
		on.Body = slices.Clone(on.Body)
		on.Agreed, entry.Agreed = entry.Agreed, nil
		entry.Position = second(item.Position)
		first = &on
	} else {
		entry.Operation = Link
	}
	first.From, first.Why = link.SourceID, WhyReturned
	first.Facts, first.Person = p.noted.prints, p.persons.mark
	p.noted.prints = nil
	if out = append(out, *first); off && len(entry.Changed) > 0 {
		out = append(out, entry)
	}
	return out, nil
}

// staysOff reports whether a link that is taken over goes on being switched off:
// with back = "keep" it is the tie alone that moves. Without it whoever returns
// would be created a second time.
func (p *planner) staysOff(link *ledger.Link) bool {
	return link.State == ledger.Deactivated && (p.Mapping.Leavers == nil || !p.Mapping.Leavers.Back)
}

// settleComebacks decides, now that everybody was read, who takes which link
// over. Whoever is still there under the old id keeps it.
func (p *planner) settleComebacks(ctx context.Context) error {
	claims := map[int64]int{} // by link: how many would take it
	for _, c := range p.persons.back {
		if p.stands(c.at) {
			for _, link := range c.links {
				claims[link.Row]++
			}
		}
	}
	for i := range p.persons.back {
		c := &p.persons.back[i]
		if !p.stands(c.at) {
			continue // held for another reason since
		}
		if failure := p.whyNot(c, claims); failure != nil {
			*p.summary.Counts.of(p.duplicates.outcomes.at(c.at))--
			p.duplicates.outcomes.set(c.at, held)
			p.summary.Counts.Held++
			p.summary.Held = append(p.summary.Held, Held{Person: c.who, Failure: *failure})
			continue
		}
		if err := p.move(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (p *planner) stands(position int64) bool {
	was := p.duplicates.outcomes.at(position)
	return was == adopted || was == reactivated || was == left
}

// whyNot says why a link can't be taken over; nil when it can.
func (p *planner) whyNot(c *comeback, claims map[int64]int) *compile.Failure {
	place := p.Mapping.Decl.SamePerson[0].Range
	out := &compile.Failure{Field: "same_person", Place: &place}
	for _, link := range c.links {
		switch {
		case p.unsettled[link.SourceID]:
			return stillAmbiguous()
		case p.seen.Has(link.Row) && !p.persons.vacant.Has(link.Row), p.Mapping.Source.Window != nil && !p.seen.Has(link.Row):
			out.Code = "same-person-twice"
			out.Summary = "The source has this person under another id, too: " + link.SourceID
			out.Detail = "Both are present. Created a second time, one person would have two accounts; taken over, the other record would lose its own."
			out.Remedy = "If it is one person with two records, leave one of them out with where, or end it at the source. If it is two people, name one more field in same_person."
			return out
		}
	}
	if len(c.links) > 1 || claims[c.links[0].Row] > 1 {
		out.Code = "ambiguous-return"
		out.Summary = "Somebody who came back, and of whom it can't be told whose account was theirs"
		out.Detail = strconv.Itoa(max(len(c.links), claims[c.links[0].Row])) + " records are the same by all that same_person names."
		out.Remedy = "Name one more field in same_person that tells them apart, or correct the source."
		return out
	}
	return nil
}

// move writes down that a link is taken over. Nothing is done any more about the
// old id: it is neither gone nor leaving.
func (p *planner) move(ctx context.Context, c *comeback) error {
	link := &c.links[0]
	p.seen.Add(link.Row)
	for _, d := range p.departures {
		if d.who.SourceID == link.SourceID && p.duplicates.outcomes.at(d.position).departs() {
			*p.summary.Counts.of(p.duplicates.outcomes.at(d.position))--
			p.duplicates.outcomes.set(d.position, left)
			p.summary.Counts.Left++
			p.summary.Dropped = append(p.summary.Dropped, d.position)
		}
	}
	if err := p.refs.lookAgain(ctx, p, c.entries); err != nil {
		return err
	}
	for i := range c.entries {
		p.tally(&c.entries[i], +1)
		if err := p.add(&c.entries[i]); err != nil {
			return err
		}
	}
	p.persons.moves[c.at] = true
	off := p.staysOff(link)
	p.summary.Returns = append(p.summary.Returns, Return{Person: c.who, From: link.SourceID, Reactivated: link.State == ledger.Deactivated && !off, Off: off})
	return nil
}
