package plan

import (
	"strconv"

	"passerelle/engine/compile"
	"passerelle/engine/flow"
	"passerelle/engine/ledger"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// leaving writes down what is done with someone who has left. Who was never
// linked is neither created nor adopted; who is switched off already stays so.
func (p *planner) leaving(item *flow.Item, link *ledger.Link) error {
	rule := p.Mapping.Leavers
	if rule.Stays && link.Row != 0 {
		return p.staying(item, link)
	}
	if link.Row == 0 || link.State != ledger.Active || rule.Do == protocol.Operation_OPERATION_UNSPECIFIED {
		p.became(item, left)
		return nil
	}
	operation, what := Deactivate, deactivated
	if rule.Do == protocol.Operation_OPERATION_DELETE {
		operation, what = Delete, deleted
	}
	p.became(item, what)
	return p.depart(item, p.bare(item, link, operation, rule.Names), PartRemovals, p.announced(item, link))
}

// returned writes down the way back of someone who was switched off and has not
// left any more: first the way back, then whatever changed meanwhile, what is
// sent once included.
func (p *planner) returned(item *flow.Item, link *ledger.Link, key keyOf) error {
	rule := p.Mapping.Leavers
	if rule == nil || !rule.Back {
		p.became(item, left)
		return nil
	}
	if !p.Mapping.Target.Abilities.Reactivate {
		p.hold(item, cannotReactivate(p.Mapping))
		return nil
	}
	p.became(item, reactivated)
	if err := p.spool(p.bare(item, link, Reactivate, rule.BackNames)); err != nil {
		return err
	}
	entry, sent := p.difference(item, link, key, true)
	if len(entry.Changed) == 0 || !p.Mapping.Target.Abilities.Update {
		return nil
	}
	entry.Position = second(item.Position)
	return p.update(item, &entry, sent)
}

// bare is an operation that sends only what its endpoint names.
func (p *planner) bare(item *flow.Item, link *ledger.Link, operation Operation, names []int) *Entry {
	sent := record.NewBits(len(p.fields))
	for _, at := range names {
		sent.Set(at)
	}
	entry := &Entry{Position: item.Position, Operation: operation, SourceID: item.ID, TargetID: link.TargetID, Shown: item.Shown}
	p.refs.refer(item, entry, sent)
	entry.Body = p.encode(item.Values, sent, record.OmitEmpty)
	return entry
}

// A record has one position, and at most two operations: the second one's
// position is the complement, a negative number that no record has.
func second(position int64) int64 { return ^position }

// home is the position of the record that an operation belongs to.
func home(position int64) int64 { return max(position, ^position) }

// unmet is the first requirement that stands before what would be done with an
// item; nil when there is none.
func unmet(item *flow.Item, link *ledger.Link) *compile.Require {
	if item.Left || item.Out {
		return nil
	}
	operation := Update
	switch {
	case link.Row == 0:
		operation = Create
	case link.State == ledger.Deactivated:
		operation = Reactivate
	}
	for _, r := range item.Unmet {
		if r.Before(operation.String()) {
			return r
		}
	}
	return nil
}

// notReady does with someone what the requirement says.
func (p *planner) notReady(item *flow.Item, r *compile.Require) {
	switch r.Decl.Else {
	case "skip":
		p.became(item, skipped)
	case "hold":
		place := r.Decl.Range
		p.hold(item, compile.Failure{
			Code: "require-unmet", Field: r.Decl.Name, Place: &place,
			Summary: "The requirement " + strconv.Quote(r.Decl.Name) + " is not met",
			Detail:  r.Decl.Say.EN,
			Remedy:  "Complete the record at the source.",
		})
	default:
		p.became(item, waiting)
		w := Waiting{Person: Person{item.ID, item.Shown}, Require: r.Decl.Name, SayFR: r.Decl.Say.FR, SayEN: r.Decl.Say.EN}
		for _, word := range r.Decl.Fields {
			w.Fields = append(w.Fields, word.Name)
		}
		p.summary.Waiting = append(p.summary.Waiting, w)
	}
}

func cannotReactivate(m *compile.Mapping) compile.Failure {
	return compile.Failure{
		Code:    "no-reactivate",
		Summary: "The record is back, and the target has no way to switch the record on again",
		Detail:  "The connector " + strconv.Quote(m.Target.Connection.Plugin) + " has no reactivate endpoint for " + m.Target.Resource.GetName() + ".",
		Remedy:  `Declare an endpoint "reactivate" in the target, or switch the record on there by hand and say back = "keep".`,
		Place:   &m.Decl.Target.ResourceR,
	}
}
