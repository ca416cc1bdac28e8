package flow

import (
	"context"
	"errors"
	"io"

	"golang.org/x/sync/errgroup"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/host"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// ahead is how many batches are read before they are mapped. More changes
// nothing: measured at 1, 4 and 16, the slower stage alone decides.
const ahead = 4

// Read carries every record of a mapping's source through its map and hands
// them to sink in order, a batch at a time. The items of a batch are valid until
// sink returns. today is a Date value: the day the plan is made, in the
// integration's zone.
//
// Diagnostics with errors mean that the read failed; a read that ended but is
// not whole is no error here: End says so.
func Read(ctx context.Context, from *host.Connection, m *compile.Mapping, today record.Value,
	sink func([]Item) error, watch func(Progress)) (End, diag.Diagnostics) {
	stream, found := from.Read(ctx, &protocol.ReadRequest{
		Resource:     m.Source.Resource.GetName(),
		Projection:   m.Source.Projection,
		SettingsJson: m.Source.Settings,
	})
	if found.HasErrors() {
		return End{}, found
	}
	mapper, err := newMapper(m, today)
	if err != nil {
		return End{}, append(found, diag.From(err, "preparing to read "+m.Source.Resource.GetName())...)
	}
	group, ctx := errgroup.WithContext(ctx)
	batches := make(chan *protocol.Batch, ahead)
	group.Go(func() error {
		defer close(batches)
		return receive(ctx, stream, batches, watch)
	})
	group.Go(func() error {
		for batch := range batches {
			items, err := mapper.batch(batch)
			if err == nil {
				err = sink(items)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	err = group.Wait()
	stream.Close()
	found = append(found, stream.Diagnostics()...)
	if err != nil && !found.HasErrors() {
		found = append(found, diag.From(err, "reading "+m.Source.Resource.GetName())...)
	}
	return endOf(stream.Done(), mapper.position), found
}

func receive(ctx context.Context, stream *host.ReadStream, batches chan<- *protocol.Batch, watch func(Progress)) error {
	for {
		response, err := stream.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if p := response.GetProgress(); p != nil && watch != nil {
			expected := int64(-1)
			if p.Expected != nil {
				expected = p.GetExpected()
			}
			watch(Progress{Received: p.GetReceived(), Expected: expected, Calls: p.GetCalls()})
		}
		if batch := response.GetBatch(); batch != nil {
			select {
			case batches <- batch:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	}
}

// endOf trusts nobody: a connector that says "complete" but sent another number
// of records than it counts was cut somewhere.
func endOf(done *protocol.Done, received int64) End {
	if done == nil {
		return End{Expected: -1, Received: received, Reason: "the connector stopped without saying that it had reached the end"}
	}
	end := End{
		Complete: done.GetComplete(),
		Expected: -1,
		Received: received,
		Calls:    done.GetCalls(),
		Reason:   done.GetIncompleteReason(),
	}
	if done.Expected != nil {
		end.Expected = done.GetExpected()
	}
	if end.Complete && done.GetReceived() != received {
		end.Complete = false
		end.Reason = "the connector counted another number of records than arrived"
	}
	if !end.Complete && end.Reason == "" {
		end.Reason = "the connector could not see the end of the list"
	}
	return end
}
