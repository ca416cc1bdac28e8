package plan

import (
	"context"
	"time"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/ledger"
	"passerelle/plugins/record"
)

// Reversal is one operation of an earlier run that is to be undone.
type Reversal struct {
	Person
	Operation string // deactivate or link
	TargetID  string // as the run left it
	At        time.Time
}

// ChangedSince is the code of a reversal that is refused, because the link is no
// longer as that run left it.
const ChangedSince = "changed-since"

// Undo plans the reverse of what an earlier run did: who was deactivated is
// reactivated, who was adopted is unlinked, in the ledger alone. Nothing is read
// from the source. Who has been touched since is held, not undone.
func Undo(ctx context.Context, in Input, of []Reversal) (*Plan, diag.Diagnostics) {
	p, err := newPlanner(ctx, in, ledger.Scope{
		SourceTenant: in.Source.Tenant().GetId(), SourceResource: in.Mapping.Identifies(),
		TargetTenant: in.Target.Tenant().GetId(), TargetResource: in.Mapping.Target.Resource.GetName(),
	})
	if err != nil {
		return nil, diag.From(err, "preparing to undo")
	}
	var made *Plan
	if err = p.moved.refuseUnconfirmed("Run engine run first: it looks people up there before it plans. Then undo."); err == nil {
		made, err = p.undo(ctx, of)
	}
	if err != nil {
		p.out.discard()
		return nil, diag.From(err, "planning what is undone")
	}
	return made, nil
}

func (p *planner) undo(ctx context.Context, of []Reversal) (*Plan, error) {
	p.summary.Pilot = true
	p.summary.Read.Expected = -1
	// Who has left is not read again for not having changed: the next read is of
	// everybody, and says what is to be done once more.
	p.summary.Resume = &Resume{}
	for i := range of {
		if err := p.reverse(ctx, int64(i), &of[i]); err != nil {
			return nil, err
		}
	}
	var err error
	if p.summary.Basis, err = p.Basis(); err != nil {
		return nil, err
	}
	if err := p.out.finish(&p.summary); err != nil {
		return nil, err
	}
	return Open(p.path, p.Ledger)
}

func (p *planner) reverse(ctx context.Context, position int64, r *Reversal) error {
	link, err := p.linkOf(ctx, r.SourceID)
	if err != nil {
		return err
	}
	refuse := func(why compile.Failure) {
		p.summary.Counts.Held++
		p.summary.Held = append(p.summary.Held, Held{Person: r.Person, Failure: why})
	}
	wanted := ledger.Deactivated
	if r.Operation == Link.String() {
		wanted = ledger.Active
	}
	if link == nil || link.Link.State != wanted || link.TargetID != r.TargetID || link.Changed > r.At.UnixMicro() {
		refuse(changedSince())
		return nil
	}
	entry := Entry{Position: position, SourceID: r.SourceID, TargetID: r.TargetID, Shown: r.Shown}
	if r.Operation == Link.String() {
		entry.Operation = Unlink
		p.summary.Counts.Unlink++
		return p.out.add(&entry)
	}
	if why := p.noWayBack(); why != nil {
		refuse(*why)
		return nil
	}
	entry.Operation = Reactivate
	entry.Body = p.encode(make([]record.Value, len(p.fields)), record.NewBits(len(p.fields)), record.OmitEmpty)
	p.summary.Counts.Reactivate++
	return p.out.add(&entry)
}

func (p *planner) linkOf(ctx context.Context, sourceID string) (*ledger.PersonLink, error) {
	links, err := p.Ledger.LinksOf(ctx, sourceID, "")
	for i := range links {
		if links[i].Scope == p.scope {
			return &links[i], err
		}
	}
	return nil, err
}

// noWayBack: a reactivation that sends fields of the record would need the
// source, which an undo doesn't read.
func (p *planner) noWayBack() *compile.Failure {
	if !p.Mapping.Target.Abilities.Reactivate {
		why := cannotReactivate(p.Mapping)
		return &why
	}
	if rule := p.Mapping.Leavers; rule != nil && len(rule.BackNames) > 0 {
		return &compile.Failure{
			Code:    "undo-needs-source",
			Summary: "Switching this record on again sends fields of it, and an undo reads nothing from the source",
			Detail:  `The endpoint "reactivate" names fields of the record in its body.`,
			Remedy:  "Correct the record at the source, so that they have not left; the next run switches them on again with their fields.",
			Place:   &p.Mapping.Decl.Target.ResourceR,
		}
	}
	return nil
}

func changedSince() compile.Failure {
	return compile.Failure{
		Code:    "changed-since",
		Summary: "Something was done with this record since that run",
		Detail:  "Their link is no longer as that run left it, and what came later must not be undone with it.",
		Remedy:  "engine who NAME says what was done since. Correct the record at the source, or the target by hand.",
	}
}
