package plan

import (
	"context"
	"fmt"

	"passerelle/engine/diag"
	"passerelle/engine/flow"
	"passerelle/engine/ledger"
)

// askedOfMoved is how many people are looked up at a target that links were moved
// to: enough to tell the same system from another one.
const askedOfMoved = 200

// moved is what is found out, once, about links that somebody moved to another
// tenant's name: does the target know the same people under the ids of their
// links? Where the target looks nobody up, nobody can tell.
type moved struct {
	moves       []ledger.Move // of the target's side, not confirmed yet
	asked, same int
}

func newMoved(ctx context.Context, l *ledger.Ledger, scope ledger.ScopeID) (*moved, error) {
	moves, err := l.Unconfirmed(ctx, scope)
	if err != nil {
		return nil, err
	}
	m := &moved{}
	for _, move := range moves {
		if move.Side == ledger.TargetSide {
			m.moves = append(m.moves, move)
		}
	}
	return m, nil
}

// looksUp reports whether the target can be asked whom it knows.
func (p *planner) looksUp() bool {
	return p.Mapping.Target.Abilities.FindByKey || p.Mapping.Target.Match != nil
}

// askMoved looks up those of a batch who are linked, until enough are.
func (p *planner) askMoved(ctx context.Context, items []flow.Item, keys []keyOf) error {
	if len(p.moved.moves) == 0 || !p.looksUp() {
		return nil
	}
	var asked [][]byte
	var who []int
	for i := range items {
		if p.moved.asked+len(asked) == askedOfMoved {
			break
		}
		link := &p.links[i]
		if items[i].Values != nil && !items[i].Left && !items[i].Out && link.Row != 0 && link.TargetID != "" && keys[i].find != nil {
			asked, who = append(asked, keys[i].find), append(who, i)
		}
	}
	if len(asked) == 0 {
		return nil
	}
	answers, err := p.ask(ctx, items, who, asked)
	if err != nil {
		return err
	}
	p.moved.asked += len(answers)
	for i, answer := range answers {
		if answer != nil && answer.ID == p.links[who[i]].TargetID {
			p.moved.same++
		}
	}
	return nil
}

// judgeMoved refuses to plan where more than one in ten of those looked up is
// not there, or is there under another id: it is another system, and what would
// be sent under these ids would reach other people. Somebody deleted at the
// target, or whose key was changed since, does not make it one.
func (p *planner) judgeMoved() error {
	m := p.moved
	switch {
	case len(m.moves) == 0:
		return nil
	case !p.looksUp(): // there is only the word of whoever moved them
		p.summary.MoveConfirmed = !p.summary.Pilot
		return nil
	}
	if other := m.asked - m.same; other > m.asked/10 {
		last := m.moves[len(m.moves)-1]
		return diag.Diagnostic{
			Code:    "moved-elsewhere",
			Summary: "The links were moved to " + last.After + ", and it knows these people under other ids",
			Detail: fmt.Sprintf("Of %d people looked up there, %d are unknown or have another id than their link says. It is not the system that %s was; what was sent under these ids would reach other people. Nothing was sent.",
				m.asked, other, last.Before),
			Remedy: fmt.Sprintf("Take the move back: engine ledger move --from %s --to %s --side target. Then start anew with another ledger: engine run --ledger OTHER.db; its first run adopts who is there.", last.After, last.Before),
		}
	}
	if c := &p.summary.Counts; p.summary.Pilot && m.asked == 0 && c.Deactivate+c.Delete+c.Reactivate+c.Update > 0 {
		return m.refuseUnconfirmed("Run engine run without --who first: it looks people up there before it plans.")
	}
	p.summary.MoveConfirmed = m.asked > 0 && !p.summary.Pilot
	return nil
}

// refuseUnconfirmed: an undo looks nobody up before it sends, nor does a pilot of
// people who have left.
func (m *moved) refuseUnconfirmed(remedy string) error {
	if len(m.moves) == 0 {
		return nil
	}
	last := m.moves[len(m.moves)-1]
	return diag.Diagnostic{
		Code:    "move-unconfirmed",
		Summary: "The links were moved to " + last.After + ", and no run has found them right there yet",
		Detail:  "What would be sent under the ids of these links might reach other people. Nothing was sent.",
		Remedy:  remedy,
	}
}
