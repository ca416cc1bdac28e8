package plan

import (
	"strconv"

	"passerelle/engine/compile"
	"passerelle/engine/flow"
	"passerelle/engine/ledger"
	"passerelle/plugins/record"
)

// linked compares a linked record with what was last sent: only what changed at
// the source is sent, so that what people edit at the target stays.
func (p *planner) linked(item *flow.Item, link *ledger.Link, key keyOf) error {
	p.seeValues(item.Values)
	if link.State == ledger.Deactivated {
		return p.returned(item, link, key)
	}
	entry, sent := p.difference(item, link, key, false)
	if len(entry.Changed) == 0 {
		p.became(item, unchanged)
		return nil
	}
	if !p.Mapping.Target.Abilities.Update {
		if p.refs.onlyOpen(item, entry.Changed) {
			p.pendingOnly(item, entry.Changed)
			return nil
		}
		p.hold(item, cannotUpdate(p.Mapping))
		return nil
	}
	if !p.Mapping.Target.Abilities.ChangedOnly && len(p.duplicates.kept.of(item.Position)) > 0 {
		p.hold(item, p.wouldEmpty(p.duplicates.kept.of(item.Position)[0].field))
		for _, kept := range p.duplicates.kept.of(item.Position) {
			p.summary.Fields[kept.field].Kept--
		}
		p.duplicates.kept.forget(item.Position)
		return nil
	}
	p.became(item, updated)
	return p.update(item, &entry, sent)
}

// wouldEmpty: an update that replaces the whole record would empty a field that
// is never cleared, for lack of a value to put there.
func (p *planner) wouldEmpty(at int) compile.Failure {
	field := &p.Mapping.Target.Fields[at]
	return compile.Failure{
		Code: "would-empty", Field: field.Name, Place: &field.Place,
		Summary: "The field " + strconv.Quote(field.Name) + " is empty now, is never cleared, and the target replaces whole records",
		Detail:  "An update without it would empty it there, and what it was is not kept here.",
		Remedy:  "Fill it at the source, or declare an update that takes the changed fields alone.",
	}
}

// update writes down an update of what differs.
func (p *planner) update(item *flow.Item, entry *Entry, sent record.Bits) error {
	p.complete(item, entry, sent)
	return p.spool(entry)
}

// complete writes what an update of what differs sends.
func (p *planner) complete(item *flow.Item, entry *Entry, sent record.Bits) {
	if !p.Mapping.Target.Abilities.ChangedOnly {
		p.alsoUnchanged(item, sent)
	}
	p.refs.refer(item, entry, sent)
	entry.Body = p.encode(item.Values, sent, record.NullEmpty)
}

// difference is what changed since it was last sent. What is sent once is left
// out but for who comes back (again).
func (p *planner) difference(item *flow.Item, link *ledger.Link, key keyOf, again bool) (Entry, record.Bits) {
	entry := Entry{Position: item.Position, Operation: Update, SourceID: item.ID, TargetID: link.TargetID, Shown: item.Shown, Key: key.json}
	sent := record.NewBits(len(p.fields))
	for i, value := range item.Values {
		before := printOf(link.Prints, p.fields[i])
		p.compared = true
		p.everSent[i] = p.everSent[i] || before != 0
		was, now := p.prints(i, item, link, value)
		moves, at := link.SourceID != item.ID, p.standing(i, link, value)
		back := was == before && !moves && p.putsBack(i, value, at)
		switch {
		case was == before && !back && (!moves || now == 0):
			continue
		case was != before && at == same: // somebody has done it there already
			entry.Agreed = append(entry.Agreed, ledger.Print{Field: p.fields[i], Sum: now})
			continue
		case back:
			entry.PutBack = append(entry.PutBack, i)
		case was == before && !p.Mapping.Target.Fields[i].Once:
			entry.Agreed = append(entry.Agreed, ledger.Print{Field: p.fields[i], Sum: now})
			continue
		case p.Mapping.Target.Fields[i].Once && !again:
			p.byHand(item, i)
			continue
		case now == 0 && p.Mapping.Target.Fields[i].KeepsFilled:
			p.keep(item, i)
			continue
		case now == 0:
			entry.Cleared = append(entry.Cleared, i)
		case before == 0 && at != other: // another value there would be changed, not filled
			entry.Added = append(entry.Added, i)
		}
		sent.Set(i)
		entry.Changed = append(entry.Changed, i)
		entry.Prints = append(entry.Prints, ledger.Print{Field: p.fields[i], Sum: now})
	}
	return entry, sent
}

// mostByHand is how many of those are named: the others are counted. They come
// again in every plan until somebody has copied the field and it is the same.
const mostByHand = 1000

// byHand notes a field that changed at the source and is sent at creation and
// return only: somebody may want to copy it.
func (p *planner) byHand(item *flow.Item, field int) {
	p.summary.Fields[field].ByHand++
	if len(p.summary.ByHand) == mostByHand {
		return
	}
	p.summary.ByHand = append(p.summary.ByHand, ByHand{
		Person: Person{SourceID: item.ID, Shown: item.Shown}, Field: p.Mapping.Target.Fields[field].Name,
	})
}

// keep counts a field that is empty now and is not emptied at the target.
func (p *planner) keep(item *flow.Item, field int) {
	p.summary.Fields[field].Kept++
	p.duplicates.kept.add(item.Position, field)
}

// alsoUnchanged adds every filled field: the target's update replaces the whole
// record.
func (p *planner) alsoUnchanged(item *flow.Item, sent record.Bits) {
	for i, value := range item.Values {
		if !value.IsEmpty() {
			sent.Set(i)
		}
	}
}

// create sends every filled field.
func (p *planner) create(item *flow.Item, key keyOf) error {
	entry := Entry{
		Position: item.Position, Operation: Create, SourceID: item.ID, Shown: item.Shown, Key: key.json,
		Changed: p.changed[:0], Prints: p.sums[:0],
	}
	sent := record.NewBits(len(p.fields))
	for i, value := range item.Values {
		if value.IsEmpty() {
			continue
		}
		sent.Set(i)
		entry.Changed = append(entry.Changed, i)
		entry.Prints = append(entry.Prints, ledger.Print{Field: p.fields[i], Sum: p.print(i, item.ID, value)})
	}
	p.changed, p.sums = entry.Changed, entry.Prints // it is spooled before the next one is made
	p.refs.refer(item, &entry, sent)
	entry.Body = p.encode(item.Values, sent, record.OmitEmpty)
	p.judged(item, &entry)
	p.became(item, created)
	return p.spool(&entry)
}

// adopt links a record that the target already has, and sends what differs from
// the target's own values. What is empty at the source is left alone: it was
// never sent.
func (p *planner) adopt(item *flow.Item, key keyOf, found *foundRecord) error {
	p.seeValues(item.Values)
	entry := Entry{Position: item.Position, Operation: Link, SourceID: item.ID, TargetID: found.id, Shown: item.Shown, Key: key.json}
	sent := record.NewBits(len(p.fields))
	for i, value := range item.Values {
		if value.IsEmpty() {
			if p.wouldClear(found, i) {
				if p.Mapping.Target.Fields[i].KeepsFilled {
					p.hold(item, p.wouldEmpty(i))
					return nil
				}
				sent.Set(i)
				entry.Changed, entry.Cleared = append(entry.Changed, i), append(entry.Cleared, i)
				entry.Prints = append(entry.Prints, ledger.Print{Field: p.fields[i]})
			}
			continue
		}
		print := ledger.Print{Field: p.fields[i], Sum: p.print(i, item.ID, value)}
		if p.refs.agrees(i, value, found.values[i]) {
			entry.Agreed = append(entry.Agreed, print)
			continue
		}
		sent.Set(i)
		entry.Changed = append(entry.Changed, i)
		entry.Prints = append(entry.Prints, print)
		if found.values[i].IsEmpty() {
			entry.Added = append(entry.Added, i)
		}
	}
	if len(entry.Changed) > 0 {
		if !p.Mapping.Target.Abilities.Update {
			p.hold(item, cannotUpdate(p.Mapping))
			return nil
		}
		if !p.Mapping.Target.Abilities.ChangedOnly {
			p.alsoUnchanged(item, sent)
		}
		p.refs.refer(item, &entry, sent)
		p.refs.holds(found)
		entry.Body = p.encode(item.Values, sent, record.NullEmpty)
	}
	p.became(item, adopted)
	return p.spool(&entry)
}

// wouldClear: sent whole, a record that is empty here loses what the target has.
func (p *planner) wouldClear(found *foundRecord, field int) bool {
	return !p.Mapping.Target.Abilities.ChangedOnly && !found.values[field].IsEmpty()
}

func (p *planner) encode(values []record.Value, sent record.Bits, empties record.Empties) []byte {
	p.body = p.encoder.Append(p.body[:0], values, sent, empties)
	return p.body
}

// print is a field's fingerprint; 0 for an empty value.
func (p *planner) print(field int, id string, value record.Value) uint64 {
	if value.IsEmpty() {
		return 0
	}
	p.canonical = value.AppendCanonical(p.refs.canonical(p.canonical[:0], field))
	return p.Ledger.Fingerprint(p.fields[field], id, p.canonical)
}

// printOf finds a field among prints sorted by field.
func printOf(prints []ledger.Print, field ledger.FieldID) uint64 {
	for _, p := range prints { // a record has a dozen: faster than a search
		if p.Field == field {
			return p.Sum
		}
	}
	return 0
}

func cannotUpdate(m *compile.Mapping) compile.Failure {
	return compile.Failure{
		Code:    "no-update",
		Summary: "The record changed, and the target has no way to update it",
		Detail:  "The connector " + strconv.Quote(m.Target.Connection.Plugin) + " has no update endpoint for " + m.Target.Resource.GetName() + ".",
		Remedy:  `Declare an endpoint "update" in the target, or change the record there by hand.`,
		Place:   &m.Decl.Target.ResourceR,
	}
}
