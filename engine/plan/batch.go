package plan

import (
	"context"

	"passerelle/engine/compile"
	"passerelle/engine/flow"
	"passerelle/engine/ledger"
)

// batch plans one batch of items: who is linked, who must be looked up at the
// target, what changed.
func (p *planner) batch(ctx context.Context, items []flow.Item) error {
	ids := make([]string, len(items))
	for i, item := range items {
		ids[i] = item.ID
	}
	var err error
	if p.links, err = p.linkReader.Links(ctx, ids, p.links); err != nil {
		return err
	}
	if err := p.noteDays(ctx, items); err != nil {
		return err
	}
	if err := p.refs.look(ctx, p, items); err != nil {
		return err
	}
	if err := p.recognise(ctx, items); err != nil {
		return err
	}
	if err := p.readTarget(ctx); err != nil {
		return err
	}
	if p.history.first {
		if _, err := p.mayCreate(ctx); err != nil {
			return err
		}
	}
	keys, err := p.admit(items)
	if err != nil {
		return err
	}
	if err := p.askMoved(ctx, items, keys); err != nil {
		return err
	}
	if p.since != nil && p.besideOthers(items, keys) {
		return p.since.giveUp(WholeBeside)
	}
	found, err := p.adoptable(ctx, items, keys)
	if err != nil {
		return err
	}
	for i := range items {
		p.noteFacts(&items[i], &p.links[i])
		p.notePerson(&items[i], &p.links[i])
		if err := p.item(&items[i], &p.links[i], keys[i], found[i], p.persons.known[i]); err != nil {
			return err
		}
		if err := p.spoolFacts(&items[i], &p.links[i]); err != nil {
			return err
		}
		if err := p.line(&items[i], &p.links[i]); err != nil {
			return err
		}
	}
	return nil
}

// admit marks everybody who was read as present, the held ones too, and holds
// those who share an id or a key. It gives the key of each who goes on.
func (p *planner) admit(items []flow.Item) ([]keyOf, error) {
	keys := make([]keyOf, len(items))
	p.keys = make([]byte, 0, len(p.keys)) // who waits for the end of the read keeps a key
	for i := range items {
		item := &items[i]
		p.since.meet(item.ID)
		if p.links[i].State == ledger.Active && !p.seen.Has(p.links[i].Row) {
			p.present++
		}
		if err := p.duplicates.id(item, p.links[i].Row, &p.seen); err != nil {
			return nil, err
		}
		if item.Values != nil && !item.Left && !item.Out { // who has left leaves the key to others
			keys[i] = p.claim(item)
		}
		// Before any other reason: forgotten for a moment, it would be sent twice.
		if p.unsettled[item.ID] && (!item.Out || item.Values != nil) {
			item.Held = stillAmbiguous()
		}
		if item.Held != nil || !p.pilot.has(item) {
			item.Values = nil
		}
	}
	return keys, nil
}

// claim takes a record's key, also for one that is held: nobody else may have
// it.
func (p *planner) claim(item *flow.Item) keyOf {
	var key keyOf
	if len(p.Mapping.Target.Key) > 0 {
		var failure *compile.Failure
		if key, failure = p.keyFields(item); failure == nil {
			p.duplicates.key(item, key, &p.Mapping.Target)
		} else if item.Held == nil {
			item.Held = failure
		}
	}
	p.matchFields(item, &key)
	return key
}

// item writes down what is to be done with one record.
func (p *planner) item(item *flow.Item, link *ledger.Link, key keyOf, found *foundRecord, known []ledger.Link) error {
	if !p.pilot.has(item) {
		p.became(item, aside)
		return nil
	}
	if r := unmet(item, link); r != nil && !p.unsettled[item.ID] {
		p.notReady(item, r)
		return nil
	}
	switch {
	case item.Held != nil:
		p.hold(item, *item.Held)
		return nil
	case p.persons.swapped:
		p.stopSwap(item)
		return nil
	case item.Out:
		return p.outOfScope(item, link)
	case item.Left:
		return p.leaving(item, link)
	case link.Row != 0:
		return p.linked(item, link, key)
	case len(known) > 0:
		p.comesBack(item, key, known)
		return nil
	case key.lacks != nil:
		p.hold(item, noMatch(key.lacks))
		return nil
	case found != nil && found.failure != nil:
		p.hold(item, *found.failure)
		return nil
	case found == nil:
		return p.create(item, key)
	}
	if p.duplicates.target(item, found.id, &p.Mapping.Target); item.Held != nil {
		p.hold(item, *item.Held)
		return nil
	}
	return p.adopt(item, key, found)
}

func (p *planner) hold(item *flow.Item, why compile.Failure) {
	p.became(item, held)
	p.summary.Held = append(p.summary.Held, Held{Person: Person{item.ID, item.Shown}, Failure: why})
}

// became counts what is done with an item and remembers it: a twin that comes
// later may undo it.
func (p *planner) became(item *flow.Item, what outcome) {
	*p.summary.Counts.of(what)++
	p.duplicates.outcomes.add(what)
	if p.Became != nil {
		p.Became(item.ID, what.String())
	}
}
