package sdk

import (
	"context"
	"errors"
	"fmt"
	"io"

	"passerelle/plugins/protocol"
)

// snapshotting is one snapshot being written through a stream.
type snapshotting struct {
	snapshot Snapshot
	resource string
	applied  int64
	broken   error // why it can't be finished any more
	over     bool  // committed
}

// writeSnapshot carries a write stream of form SNAPSHOT to its end. A commit that
// succeeded is answered by one message without complaint; a stream that ends in
// any other way leaves nothing behind.
func (s *server) writeSnapshot(ctx context.Context, c *session, open *protocol.WriteOpen, stream writeStream) error {
	w, err := s.openSnapshot(ctx, c, open)
	if err != nil {
		return stream.Send(&protocol.WriteResponse{Diagnostics: diagnostics(err)})
	}
	defer w.end()
	for {
		request, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch event := request.GetEvent().(type) {
		case *protocol.WriteRequest_Batch:
			results := w.write(ctx, event.Batch.GetRecords())
			if err := stream.Send(&protocol.WriteResponse{Results: results}); err != nil {
				return err
			}
		case *protocol.WriteRequest_Commit:
			err := w.commit(ctx, event.Commit.GetRecords())
			return stream.Send(&protocol.WriteResponse{Diagnostics: diagnostics(err)})
		default:
			err := badRequest("After the first message of a snapshot come batches, then one commit.")
			return stream.Send(&protocol.WriteResponse{Diagnostics: diagnostics(err)})
		}
	}
}

func (s *server) openSnapshot(ctx context.Context, c *session, open *protocol.WriteOpen) (*snapshotting, error) {
	resource, session, err := s.writeSession(open)
	if err != nil {
		return nil, err
	}
	writer, ok := c.connection.(SnapshotWriter)
	if !ok || resource.GetWriteForm() != protocol.WriteForm_WRITE_FORM_SNAPSHOT {
		return nil, notSupported("writing " + resource.GetName() + " as a snapshot")
	}
	w := &snapshotting{resource: resource.GetName()}
	err = guarded("opening a snapshot of "+w.resource, func() (err error) {
		w.snapshot, err = writer.OpenSnapshot(ctx, session)
		return err
	})
	if err != nil {
		return nil, err
	}
	return w, nil
}

// write answers for each record. Nothing is visible before the commit, so that a
// record without an answer is not sent rather than unknown.
func (w *snapshotting) write(ctx context.Context, batch []*protocol.WriteRecord) []*protocol.WriteResult {
	if w.broken != nil {
		return same(batch, protocol.Outcome_OUTCOME_NOT_SENT, w.broken)
	}
	for _, record := range batch {
		switch record.GetOperation() {
		case protocol.Operation_OPERATION_UNSPECIFIED, protocol.Operation_OPERATION_CREATE, protocol.Operation_OPERATION_UPDATE:
		default:
			w.broken = badRequest("A snapshot holds records that are there: it takes no operation that ends one.")
			return same(batch, protocol.Outcome_OUTCOME_NOT_SENT, w.broken)
		}
	}
	var results []WriteResult
	err := guarded("writing "+w.resource, func() (err error) {
		results, err = w.snapshot.Write(ctx, writeRecords(batch))
		return err
	})
	if err == nil && len(results) != len(batch) {
		err = wrongCount(len(batch), len(results))
	}
	if err != nil {
		w.broken = err
		return same(batch, protocol.Outcome_OUTCOME_NOT_SENT, err)
	}
	out := answers(batch, results, nil)
	for _, result := range out {
		switch result.GetOutcome() {
		case protocol.Outcome_OUTCOME_APPLIED:
			w.applied++
		case protocol.Outcome_OUTCOME_UNKNOWN:
			// Whether the whole would hold this record can't be told, so it can't be
			// shown to anybody.
			w.broken = unsureRecord()
		}
	}
	return out
}

// commit makes the snapshot visible if both sides counted the same records.
func (w *snapshotting) commit(ctx context.Context, records int64) error {
	if w.broken != nil {
		return w.broken
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if records != w.applied {
		return &Error{
			Code:    "wrong-record-count",
			Summary: "The snapshot does not hold the records that the commit counts",
			Detail:  fmt.Sprintf("It was given %d records that it took, and the commit says %d. Nothing was replaced.", w.applied, records),
			Remedy:  "This is a fault of the program that called the plugin: report it.",
			Retry:   protocol.Retry_RETRY_NEVER,
		}
	}
	err := guarded("committing a snapshot of "+w.resource, func() error { return w.snapshot.Commit(ctx, records) })
	w.over = err == nil
	return err
}

func (w *snapshotting) end() {
	if w.over {
		return
	}
	// The stream has its answer already, or nobody is left to hear one.
	_ = guarded("aborting a snapshot of "+w.resource, func() error {
		w.snapshot.Abort()
		return nil
	})
}

func unsureRecord() *Error {
	return &Error{
		Code:    "unsure-record",
		Summary: "The connector could not say whether the snapshot holds a record",
		Detail:  "A snapshot is written by its connector alone, which must know. Nothing was replaced.",
		Remedy:  "This is a fault of the connector: report it to whoever publishes it.",
		Retry:   protocol.Retry_RETRY_NEVER,
	}
}
