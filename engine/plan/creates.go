package plan

import (
	"context"

	"passerelle/engine/flow"
	"passerelle/engine/ledger"
)

// creation is one planned create that counts.
type creation struct {
	who      Person
	position int64
}

// judged says how a create counts: entry.Why says why against no limit. Who was
// waiting or held after an earlier read was announced by it.
func (p *planner) judged(item *flow.Item, entry *Entry) {
	h := &p.history
	before, known := h.known[item.ID]
	switch {
	case h.first && h.free != nil && *h.free:
		entry.Why = whyFirst
		return
	case known && before.Outcome != ledger.Ambiguous && !h.first:
		entry.Why = whyAnnounced
		return
	case h.approved[pair{item.ID, Create.String()}]:
		return
	case p.expectedLeft.creates > 0:
		entry.Why = whyExpected
		p.expectedLeft.creates--
	}
	p.creations = append(p.creations, creation{Person{item.ID, item.Shown}, item.Position})
}

// judgeCreates blocks the creations that nobody approved when, with those of the
// last seven days, they are more than the limit; on a first run into a target
// where nobody can be found, from the first one on.
func (p *planner) judgeCreates(ctx context.Context) error {
	var open []creation
	for _, c := range p.creations {
		if p.duplicates.outcomes.at(c.position) == created {
			open = append(open, c)
		}
	}
	if len(open) == 0 {
		return nil
	}
	lately, err := p.Ledger.CountSince(ctx, p.scope, p.Now.AddDate(0, 0, -limitDays), Create.String())
	if err != nil {
		return err
	}
	l := limited{
		open: int64(len(open)), done: lately[""], expected: p.expected(expectedCreates),
		limit: p.limit(PartCreates, p.people()), of: p.people(),
	}
	if p.history.first && p.Mapping.Decl.Guard.Limits[PartCreates] == nil {
		l.limit = 0
	}
	if !l.exceeded() {
		return nil
	}
	p.summary.Blind = p.history.first
	for _, c := range open {
		p.drop(c.position)
		p.stop(c.who, Create.String(), PartCreates, "")
	}
	p.summary.Blocked = append(p.summary.Blocked, Block{
		Part: PartCreates, Ask: true, Code: "creates", Say: p.voice().sayCreates(l, p.history.first), Do: p.voice().doCreates(p.history.first),
	})
	return nil
}
