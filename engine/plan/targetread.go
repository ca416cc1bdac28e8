package plan

import (
	"context"
	"errors"
	"io"

	"passerelle/engine/diag"
	"passerelle/engine/flow"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// everybody reads the target as a whole and hands on its records. What is not
// proven whole is refused: people might be taken for new, or as edited.
func (f *Finder) everybody(ctx context.Context, each func(id string, values []record.Value)) error {
	request := &protocol.ReadRequest{Resource: f.mapping.Target.Resource.GetName(), Endpoints: f.mapping.Target.Endpoints}
	for _, slot := range f.mapping.Target.FoundSlots() {
		request.Projection = append(request.Projection, slot.Path.String())
	}
	stream, found := f.target.Read(ctx, request)
	if found.HasErrors() {
		return found.Err()
	}
	defer stream.Close()
	for {
		response, err := stream.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return append(stream.Diagnostics(), diag.From(err, "reading the target")...).Err()
		}
		for _, r := range response.GetBatch().GetRecords() {
			if err := f.scan(r); err != nil {
				return err
			}
			each(f.row[len(f.row)-1].Text(), f.row[:len(f.row)-1])
		}
	}
	if found := stream.Diagnostics(); found.HasErrors() {
		return found.Err()
	}
	if done := stream.Done(); done == nil || !done.GetComplete() {
		return f.cut(done)
	}
	return nil
}

// byMatch is the target as a whole, by what its records are recognised by. It
// takes the memory of the target's records: only a target that can't look
// anybody up is read so.
type byMatch map[fingerprint]*Found

// lookUpAll answers as Find does, from one read of the whole.
func (p *planner) lookUpAll(ctx context.Context, items []flow.Item, who []int) ([]*Found, error) {
	by := p.Mapping.Target.Match.By
	if p.there == nil {
		p.there = byMatch{}
		if err := p.finder.everybody(ctx, func(id string, values []record.Value) { p.there.add(p, id, values) }); err != nil {
			return nil, err
		}
	}
	out := make([]*Found, len(who))
	for i, at := range who {
		out[i] = p.there[p.duplicates.hash(p.sameAs(items[at].Values, by))]
	}
	return out, nil
}

// add keeps one record of the target; one that can't be asked for is nobody's.
func (b byMatch) add(p *planner, id string, values []record.Value) {
	by := p.Mapping.Target.Match.By
	for _, at := range by {
		if values[at].IsEmpty() {
			return
		}
	}
	hash := p.duplicates.hash(p.sameAs(values, by))
	if b[hash] == nil {
		b[hash] = &Found{ID: id, Values: append([]record.Value(nil), values...)}
	}
	b[hash].Times++
}
