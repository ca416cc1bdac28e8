package plan

import (
	"context"

	"passerelle/engine/flow"
	"passerelle/engine/lang"
	"passerelle/engine/ledger"
)

// departure is one planned deactivation or deletion.
type departure struct {
	who       Person
	position  int64
	operation Operation
	part      string
	counts    bool // neither announced nor approved
}

// depart plans one, and remembers how it counts. entry.Why says against which
// limit, or why against none.
func (p *planner) depart(item *flow.Item, entry *Entry, part string, announced bool) error {
	d := departure{who: Person{item.ID, item.Shown}, position: item.Position, operation: entry.Operation, part: part, counts: true}
	switch {
	case announced:
		entry.Why, d.counts = whyAnnounced, false
	case p.history.approved[pair{item.ID, entry.Operation.String()}]:
		d.counts = false
	case part == PartGone:
		entry.Why = whyGone
	case part == PartScope:
		entry.Why = whyScope
	case p.expectedLeft.removals > 0:
		entry.Why = whyExpected
		p.expectedLeft.removals--
	}
	p.departures = append(p.departures, d)
	return p.spool(entry)
}

// outOfScope deactivates somebody whom where no longer selects, if the mapping
// says so. Whose record changed counts as a removal; all others leave because
// the filter was edited, or was never applied to them before.
func (p *planner) outOfScope(item *flow.Item, link *ledger.Link) error {
	rule := p.Mapping.Leavers
	if rule == nil || !rule.Out || link.State != ledger.Active {
		p.became(item, outOfScope)
		return nil
	}
	part := PartScope
	if p.wasInScope(link) {
		part = PartRemovals
	}
	p.became(item, deactivated)
	return p.depart(item, p.bare(item, link, Deactivate, rule.OutNames), part, false)
}

// judgeDepartures blocks the departures of a part that nobody approved when,
// with those of the last seven days, they are more than the limit. Who was
// approved or announced goes on either way.
func (p *planner) judgeDepartures(ctx context.Context, part, done string, expected func(*lang.Expect) int64) error {
	var open []departure
	for _, d := range p.departures {
		if d.part == part && d.counts && p.duplicates.outcomes.at(d.position).departs() {
			open = append(open, d)
		}
	}
	if len(open) == 0 {
		return nil
	}
	lately, err := p.Ledger.CountSince(ctx, p.scope, p.Now.AddDate(0, 0, -limitDays), Deactivate.String(), Delete.String())
	if err != nil {
		return err
	}
	l := limited{open: int64(len(open)), done: lately[done], limit: p.limit(part, p.history.linked), of: p.history.linked}
	if expected != nil {
		l.expected = p.expected(expected)
	}
	if !l.exceeded() {
		return nil
	}
	for _, d := range open {
		p.drop(d.position)
		p.stop(d.who, d.operation.String(), part, "")
	}
	block := Block{Code: "removals"}
	switch part {
	case PartGone:
		block = Block{Code: "gone"}
	case PartScope:
		block = Block{Code: "scope"}
	}
	block.Part, block.Ask, block.Say, block.Do = part, true, p.voice().sayDepartures(part, l), p.voice().doDepartures(part)
	p.summary.Blocked = append(p.summary.Blocked, block)
	return nil
}

// limited is how something stands to its limit.
type limited struct {
	open     int64 // in this plan, neither approved nor announced
	done     int64 // in the days before
	expected int64 // announced by expect blocks
	limit    int64
	of       int64 // linked people
}

func (l limited) exceeded() bool { return l.open > 0 && l.open+l.done > l.limit+l.expected }

// drop takes back what was planned for a record.
func (p *planner) drop(position int64) {
	p.blockedInstead(position)
	p.summary.Dropped = append(p.summary.Dropped, position)
}

// blockedInstead counts a record as blocked.
func (p *planner) blockedInstead(position int64) {
	*p.summary.Counts.of(p.duplicates.outcomes.at(position))--
	p.duplicates.outcomes.set(position, blockedOut)
	p.summary.Counts.Blocked++
}

func (p *planner) stop(who Person, operation, part, field string) {
	p.summary.Stopped = append(p.summary.Stopped, Stopped{Person: who, Operation: operation, Part: part, Field: field})
}
