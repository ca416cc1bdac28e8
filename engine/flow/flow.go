package flow

import (
	"context"
	"errors"
	"io"

	"golang.org/x/sync/errgroup"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/host"
	"passerelle/engine/lang"
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
// watch is called beside sink, from another goroutine; it may be nil.
//
// Diagnostics with errors mean that the read failed; a read that ended but is
// not whole is no error here: End says so. An error of sink stops the read and
// comes back among the diagnostics, before what the connector complained of.
func Read(ctx context.Context, from Connections, m *compile.Mapping, today record.Value,
	sink func([]Item) error, watch func(Progress)) (End, diag.Diagnostics) {
	return ReadSince(ctx, from, m, today, Since{}, sink, watch)
}

// Since is where a read of what changed alone goes on. The zero Since reads
// everything.
type Since struct {
	Cursor string   // the connector's own, from the End of an earlier read
	Also   []string // ids of records that are read besides, changed or not
}

// ReadSince is Read for what changed alone, of a mapping that has no other source
// and no window: compile refuses those.
func ReadSince(ctx context.Context, from Connections, m *compile.Mapping, today record.Value, since Since,
	sink func([]Item) error, watch func(Progress)) (End, diag.Diagnostics) {
	mapper, err := newMapper(m, today)
	if err != nil {
		return End{Expected: -1}, diag.From(err, "preparing to read "+m.Source.Resource.GetName())
	}
	if !m.Streams() {
		end, found := gather(ctx, from, mapper, sink, watch)
		end.Filled = mapper.fill.fields
		return end, found
	}
	end, found := stream(ctx, from[m.Source.Connection], &protocol.ReadRequest{
		Resource:     m.Source.Resource.GetName(),
		Projection:   m.Source.Projection,
		SettingsJson: m.Source.Settings,
		Cursor:       since.Cursor,
		Also:         since.Also,
	}, func(batch *protocol.Batch) error {
		items, err := mapper.batch(batch)
		if err != nil {
			return err
		}
		return sink(items)
	}, watch)
	end.Filled = mapper.fill.fields
	return end, found
}

// Connections are the open connections of a mapping's sources.
type Connections map[*lang.Connection]*host.Connection

// stream reads a resource and hands its batches to take, which works while the
// next ones are read.
func stream(ctx context.Context, from *host.Connection, request *protocol.ReadRequest,
	take func(*protocol.Batch) error, watch func(Progress)) (End, diag.Diagnostics) {
	// The stream lives in the group's context: a sink that fails ends a read that
	// waits for its source.
	group, within := errgroup.WithContext(ctx)
	stream, found := from.Read(within, request)
	if found.HasErrors() {
		return End{Expected: -1}, found
	}
	batches, received := make(chan *protocol.Batch, ahead), int64(0)
	group.Go(func() error {
		defer close(batches)
		return receive(within, stream, batches, watch)
	})
	group.Go(func() error {
		for batch := range batches {
			received += int64(len(batch.GetRecords()))
			if err := take(batch); err != nil {
				return err
			}
		}
		return nil
	})
	err := group.Wait()
	if err == nil {
		err = ctx.Err() // a batch may have been dropped, and the end seen all the same
	}
	stream.Close()
	// The first error is the cause; what the others say of a stream that was
	// stopped is its consequence.
	found = append(found, failed(err, "reading "+request.GetResource())...)
	found = append(found, stream.Diagnostics()...)
	end := endOf(stream.Done(), received)
	if found.HasErrors() && end.Complete { // all came, and was not taken
		end.Complete, end.Reason = false, "the read failed"
	}
	return end, found
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
				// The stream has the same context: Next says how it ended.
			}
		}
	}
}

// failed turns the error of a read into diagnostics. A run that somebody stopped
// is nobody's fault, whichever part noticed it first.
func failed(err error, doing string) diag.Diagnostics {
	if errors.Is(err, context.Canceled) {
		return diag.Diagnostics{{
			Code: "interrupted", Class: diag.Interrupted,
			Summary: "Stopped while " + doing,
			Detail:  "The run was interrupted.",
			Remedy:  "Run it again: it finishes what is left.",
		}}
	}
	return diag.From(err, doing)
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
		Cursor:   done.GetCursor(),
	}
	if done.Expected != nil {
		end.Expected = done.GetExpected()
	}
	if end.Complete && done.GetReceived() != received {
		end.Complete = false
		end.Reason = "the connector counted another number of records than arrived"
	}
	if end.Complete && end.Expected >= 0 && end.Expected != received {
		end.Complete = false
		end.Reason = "the source announced another number of records than arrived"
	}
	if !end.Complete && end.Reason == "" {
		end.Reason = "the connector could not see the end of the list"
	}
	return end
}
