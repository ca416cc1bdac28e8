package cases

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
)

// others links what the case says of other mappings.
func (t *trial) others(ctx context.Context, m *compile.Mapping) (found diag.Diagnostics) {
	for _, of := range t.case_.Linked {
		if t.isOwn(m, of) {
			continue
		}
		var names []string
		var to *compile.Mapping
		for _, other := range t.w.Mappings {
			names = append(names, other.Address)
			for known := range t.scopes {
				if other.Address == of.Name && known.Address == of.Name {
					to = known
				}
			}
		}
		switch {
		case to != nil:
			found = append(found, diag.From(t.link(ctx, t.scopes[to], linksOf(of)), "linking what the test says is linked")...)
		case !slices.Contains(names, of.Name):
			found = append(found, unknown(of.Word, "There is no mapping "+strconv.Quote(of.Name), "linked names mappings of the workspace.", names))
		}
	}
	return found
}

func (t *trial) isOwn(m *compile.Mapping, of *lang.GivenLinks) bool {
	return of.Name == m.Decl.Name || of.Name == m.Address
}

func linksOf(of *lang.GivenLinks) []ledger.Applied {
	var out []ledger.Applied
	for _, l := range of.Links {
		applied := linked(l.Name, l.Target)
		if l.Deactivated {
			applied.State = ledger.Deactivated
		}
		out = append(out, applied)
	}
	return out
}

func linked(source, target string) ledger.Applied {
	return ledger.Applied{SourceID: source, TargetID: target, State: ledger.Active, Outcome: ledger.Succeeded, Operation: "create"}
}

// own are the links of the mapping's own records, with what was sent to whom.
func (t *trial) own(ctx context.Context, m *compile.Mapping) (links []ledger.Applied, found diag.Diagnostics) {
	for _, of := range t.case_.Linked {
		if t.isOwn(m, of) {
			links = append(links, linksOf(of)...)
		}
	}
	if !t.case_.Sent() {
		return links, nil
	}
	sent, found := t.sent(ctx, m, links)
	for _, e := range sent {
		at := slices.IndexFunc(links, func(a ledger.Applied) bool { return a.SourceID == e.SourceID })
		if at < 0 {
			at = len(links)
			links = append(links, linked(e.SourceID, "t-"+e.SourceID))
		}
		links[at].Prints = append(links[at].Prints, e.Prints...)
	}
	for i := range links { // a reference may have been sent after the rest
		slices.SortFunc(links[i].Prints, func(a, b ledger.Print) int { return cmp.Compare(a.Field, b.Field) })
	}
	return links, found
}

// sent plans what was given before, when nothing was linked: what would have
// been created then is what was sent.
func (t *trial) sent(ctx context.Context, m *compile.Mapping, links []ledger.Applied) ([]plan.Entry, diag.Diagnostics) {
	before, found := records(m, lang.MergeGiven(t.case_.Given, t.case_.Before), "")
	if found.HasErrors() {
		return nil, found
	}
	if len(links) > 0 { // who is linked and not given may have been referred to
		given := map[string]bool{}
		if _, _, found = t.entries(ctx, before, func(id, _ string) { given[id] = true }); found.HasErrors() {
			return nil, found
		}
		others := slices.DeleteFunc(slices.Clone(links), func(a ledger.Applied) bool { return given[a.SourceID] })
		if err := t.link(ctx, t.scopes[m], others); err != nil {
			return nil, diag.From(err, "linking what the test says is linked")
		}
	}
	made, entries, found := t.entries(ctx, before, nil)
	if made != nil {
		for _, h := range made.Summary.Held {
			at := t.case_.Block
			found = append(found, diag.Diagnostic{
				Code: "wrong-given", Subject: &at,
				Summary: "What was there before could never have been sent: the record would have been held (" + h.Code + ")",
				Detail:  h.Summary + ".", Remedy: "Give before what the record lacked, or take before out.",
			})
		}
	}
	return entries, found
}

// link writes links down as a run would have.
func (t *trial) link(ctx context.Context, scope ledger.Scope, links []ledger.Applied) error {
	if len(links) == 0 {
		return nil
	}
	in, err := t.ledger.Scope(ctx, scope)
	if err != nil {
		return err
	}
	id := uuid.NewString()
	if err := t.ledger.SavePlan(ctx, ledger.Plan{ID: id, RunID: t.run.ID, Scope: in, Batches: 1}); err != nil {
		return err
	}
	return t.ledger.Settle(ctx, t.run.ID, id, 0, links)
}
