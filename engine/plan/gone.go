package plan

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"

	"passerelle/engine/diag"
	"passerelle/engine/flow"
	"passerelle/engine/ledger"
	"passerelle/plugins/protocol"
)

// gone lists who is linked and was not read. Who is to be deactivated for it is
// asked for by id first, where the connector can: one that is found is not gone.
// A pilot says nothing of others, nor does a read of what changed alone.
func (p *planner) gone(ctx context.Context) error {
	if p.pilot != nil || p.since != nil {
		return nil
	}
	if p.present == p.history.linked {
		return nil // every active link was met: that needn't be asked link by link
	}
	deactivates := p.Mapping.Leavers != nil && p.Mapping.Leavers.Gone
	var chunk []ledger.Link
	for link, err := range p.Ledger.Absent(ctx, p.scope, &p.seen) {
		if err != nil {
			return err
		}
		if known, err := p.knownGone(ctx, &link); err != nil {
			return err
		} else if !known {
			continue
		}
		if !deactivates || p.persons.claimed.Has(link.Row) {
			p.reportGone(&link)
			continue
		}
		if chunk = append(chunk, link); len(chunk) == keysAtOnce {
			if err := p.deactivateGone(ctx, chunk); err != nil {
				return err
			}
			chunk = chunk[:0]
		}
	}
	return p.deactivateGone(ctx, chunk)
}

func (p *planner) reportGone(link *ledger.Link) {
	p.summary.Gone = append(p.summary.Gone, Person{SourceID: link.SourceID})
	p.summary.Counts.Gone++
}

func (p *planner) deactivateGone(ctx context.Context, links []ledger.Link) error {
	if len(links) == 0 {
		return nil
	}
	found, err := p.stillThere(ctx, links)
	if err != nil {
		return err
	}
	for i := range links {
		if found[links[i].SourceID] || p.unsettled[links[i].SourceID] {
			p.reportGone(&links[i])
			continue
		}
		item := flow.Item{Position: p.duplicates.outcomes.count, ID: links[i].SourceID}
		p.became(&item, deactivated)
		entry := &Entry{
			Position: item.Position, Operation: Deactivate, SourceID: item.ID, TargetID: links[i].TargetID, Body: []byte("{}"),
		}
		if err := p.depart(&item, entry, PartGone, false); err != nil {
			return err
		}
	}
	return nil
}

// stillThere asks the source for people by id; nobody where it can't be asked,
// and then the guard alone decides.
func (p *planner) stillThere(ctx context.Context, links []ledger.Link) (map[string]bool, error) {
	out := map[string]bool{}
	resource := p.Mapping.Source.Resource
	if !slices.Contains(resource.GetLookUp(), "ids") || len(resource.GetIdentity()) != 1 || p.Mapping.Identifies() != resource.GetName() {
		return out, nil
	}
	request := &protocol.ReadRequest{
		Resource: resource.GetName(), Projection: p.Mapping.Source.Projection, SettingsJson: p.Mapping.Source.Settings,
	}
	for i := range links {
		request.Ids = append(request.Ids, links[i].SourceID)
	}
	stream, found := p.Source.Read(ctx, request)
	if found.HasErrors() {
		return nil, found.Err()
	}
	defer stream.Close()
	for {
		response, err := stream.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		for _, r := range response.GetBatch().GetRecords() {
			out[r.GetKey()] = true
		}
	}
	if found := stream.Diagnostics(); found.HasErrors() {
		return nil, found.Err()
	}
	if !stream.Done().GetComplete() {
		return nil, diag.Diagnostic{
			Code: "look-up-cut", Class: diag.Unavailable,
			Summary: "The look-up of those who are no longer read was cut short",
			Detail: "Whether " + strconv.Itoa(len(links)) + " records are really gone is asked by id before anything is done about it, and " +
				"the connector " + strconv.Quote(p.Mapping.Source.Connection.Plugin) + " did not answer to the end.",
			Remedy: "Nothing was planned. Run again.",
		}
	}
	return out, nil
}
