package plan

import (
	"context"

	"passerelle/engine/flow"
)

// finish judges the read, undoes what twins undo, and closes the spool.
func (p *planner) finish(ctx context.Context, end flow.End) (*Plan, error) {
	p.read(end)
	if end.Complete && end.Cursor == "" && p.since != nil {
		return nil, p.since.giveUp(WholeNoPlace)
	}
	if end.Complete && p.since.agreedUnread(p.history.approved) {
		return nil, p.since.giveUp(WholeAgreed)
	}
	blocks := judgeRead(end, p.voice(), p.Mapping.Source.Window != nil || p.since != nil)
	if len(blocks) == 0 && p.since == nil {
		var err error
		if blocks, err = p.judgeShrunken(ctx, end); err != nil {
			return nil, err
		}
	}
	if len(blocks) > 0 {
		return p.blocked(blocks), nil
	}
	if err := p.pilot.check(); err != nil {
		return nil, err
	}
	if err := p.judgeMoved(); err != nil {
		return nil, err
	}
	if err := p.duplicates.withdraw(p); err != nil {
		return nil, err
	}
	if p.judgeIdentity() {
		return p.blocked(p.summary.Blocked), nil
	}
	if err := p.settleComebacks(ctx); err != nil {
		return nil, err
	}
	if err := p.gone(ctx); err != nil {
		return nil, err
	}
	if !p.Example {
		if err := p.judgePeople(ctx); err != nil {
			return nil, err
		}
	}
	if err := p.settleReferences(); err != nil {
		return nil, err
	}
	for i := range p.summary.Fields {
		f := &p.summary.Fields[i]
		f.New = f.Added > 0 && p.compared && !p.everSent[i]
	}
	if !p.Example {
		if err := p.judge(end); err != nil {
			return nil, err
		}
	}
	if err := p.finishSnapshot(ctx); err != nil {
		return nil, err
	}
	if err := p.resume(end); err != nil {
		return nil, err
	}
	var err error
	if p.summary.Basis, err = p.Basis(); err != nil {
		return nil, err
	}
	if err := p.out.finish(&p.summary); err != nil {
		return nil, err
	}
	made, err := Open(p.path, p.Ledger)
	if err == nil {
		made.days = p.days.later
	}
	return made, err
}

// blocked is a plan that does nothing: what was compared so far was compared
// with half a company, and says nothing of anybody.
func (p *planner) blocked(blocks []Block) *Plan {
	p.discard()
	s := p.summary
	s.Counts, s.Held, s.Waiting, s.ByHand, s.Blocked = Counts{}, nil, nil, nil, blocks
	for i := range s.Fields {
		s.Fields[i] = FieldCount{Name: s.Fields[i].Name}
	}
	return &Plan{Summary: s}
}
