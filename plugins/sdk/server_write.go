package sdk

import (
	"context"
	"errors"
	"fmt"
	"io"

	"google.golang.org/grpc"

	"passerelle/plugins/protocol"
)

type writeStream = grpc.BidiStreamingServer[protocol.WriteRequest, protocol.WriteResponse]

func (s *server) Write(stream writeStream) error {
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	open := first.GetOpen()
	c, ctx, leave, err := s.enter(stream.Context(), open.GetHandle())
	if err != nil {
		return stream.Send(&protocol.WriteResponse{Diagnostics: diagnostics(err)})
	}
	defer leave()
	if open.GetForm() == protocol.WriteForm_WRITE_FORM_SNAPSHOT {
		return s.writeSnapshot(ctx, c, open, stream)
	}
	writer, session, err := s.openWrite(c, open)
	if err != nil {
		return stream.Send(&protocol.WriteResponse{Diagnostics: diagnostics(err)})
	}
	ctx, calls := countingCalls(ctx)
	w := &writing{writer: writer, session: session}
	for {
		request, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		batch := request.GetBatch()
		if batch == nil {
			err := badRequest("After the first message of a write come batches, and no commit for single operations.")
			return stream.Send(&protocol.WriteResponse{Diagnostics: diagnostics(err)})
		}
		response := &protocol.WriteResponse{}
		var results []WriteResult
		// While the connector is at work nobody else sends on the stream.
		working, end := withWorking(ctx, func() { _ = stream.Send(&protocol.WriteResponse{Progress: &protocol.Progress{}}) })
		response.Results, results = w.apply(working, batch.GetRecords())
		end()
		tell(response, calls.Swap(0), results) // what a shared fetch of a token counts late, the next answer says
		if err := stream.Send(response); err != nil {
			return err
		}
	}
}

func (s *server) openWrite(c *session, open *protocol.WriteOpen) (Writer, WriteSession, error) {
	resource, session, err := s.writeSession(open)
	if err != nil {
		return nil, WriteSession{}, err
	}
	writer, ok := c.connection.(Writer)
	if !ok || resource.GetWriteForm() == protocol.WriteForm_WRITE_FORM_SNAPSHOT {
		return nil, WriteSession{}, notSupported("writing " + resource.GetName())
	}
	return writer, session, nil
}

// writeSession is what a write opens with, for both of its forms.
func (s *server) writeSession(open *protocol.WriteOpen) (*Resource, WriteSession, error) {
	if open == nil {
		return nil, WriteSession{}, badRequest("The first message of a write opens it.")
	}
	resource, err := s.resource(open.GetResource())
	if err != nil {
		return nil, WriteSession{}, err
	}
	if !resource.GetWritable() {
		return nil, WriteSession{}, notSupported("writing " + resource.GetName())
	}
	settings, complaint := NewSettings(open.GetSettingsJson(), resource.GetWriteSettings())
	if complaint != nil {
		return nil, WriteSession{}, complaint
	}
	return resource, WriteSession{
		Resource:  resource.GetName(),
		Schema:    open.GetSchema(),
		Endpoints: open.GetEndpoints(),
		Settings:  settings,
		PlanID:    open.GetPlanId(),
	}, nil
}

// writing is one write stream. Whatever the connector does, every record gets a
// result, and no record is said to be applied that may not be.
type writing struct {
	writer  Writer
	session WriteSession
	broken  *Error // after a panic nothing more is sent
}

func (w *writing) apply(ctx context.Context, batch []*protocol.WriteRecord) (_ []*protocol.WriteResult, results []WriteResult) {
	if w.broken != nil {
		return same(batch, protocol.Outcome_OUTCOME_NOT_SENT, w.broken), nil
	}
	err := guarded("writing "+w.session.Resource, func() (err error) {
		results, err = w.writer.Write(ctx, w.session, writeRecords(batch))
		return err
	})
	if panicked := (*panicError)(nil); errors.As(err, &panicked) {
		w.broken = panicked.complaint
		return same(batch, protocol.Outcome_OUTCOME_UNKNOWN, w.broken), nil
	}
	if len(results) > len(batch) || (err == nil && len(results) < len(batch)) {
		// Which result is whose can't be told, and an id tied to the wrong person is
		// worse than a question.
		return same(batch, protocol.Outcome_OUTCOME_UNKNOWN, wrongCount(len(batch), len(results))), nil
	}
	return answers(batch, results, err), results
}

func writeRecords(batch []*protocol.WriteRecord) []WriteRecord {
	records := make([]WriteRecord, len(batch))
	for i, r := range batch {
		records[i] = WriteRecord{
			Operation:      r.GetOperation(),
			ID:             r.GetId(),
			Data:           r.GetData(),
			IdempotencyKey: r.GetIdempotencyKey(),
			Changed:        r.GetChanged(),
		}
	}
	return records
}

// answers pairs records with results; those that err left without one are
// unknown.
func answers(batch []*protocol.WriteRecord, results []WriteResult, err error) []*protocol.WriteResult {
	out, answered := make([]*protocol.WriteResult, len(batch)), make([]protocol.WriteResult, len(results))
	for i, record := range batch {
		if i >= len(results) {
			out[i] = unanswered(record, protocol.Outcome_OUTCOME_UNKNOWN, err)
			continue
		}
		result := &results[i]
		out[i] = &answered[i]
		out[i].Position, out[i].Outcome, out[i].Id = record.GetPosition(), result.Outcome, result.ID
		out[i].Status, out[i].Attempts = int32(result.Status), int32(result.Attempts)
		if result.Outcome == protocol.Outcome_OUTCOME_UNSPECIFIED {
			out[i].Outcome = protocol.Outcome_OUTCOME_UNKNOWN
		}
		for _, missing := range result.LeftOut {
			out[i].LeftOut = append(out[i].LeftOut, diagnostic(missing))
		}
		if result.Err != nil {
			out[i].Diagnostic = diagnostic(result.Err)
		}
	}
	return out
}

func same(batch []*protocol.WriteRecord, outcome protocol.Outcome, why error) []*protocol.WriteResult {
	out := make([]*protocol.WriteResult, len(batch))
	for i, record := range batch {
		out[i] = unanswered(record, outcome, why)
	}
	return out
}

func unanswered(record *protocol.WriteRecord, outcome protocol.Outcome, why error) *protocol.WriteResult {
	return &protocol.WriteResult{
		Position:   record.GetPosition(),
		Outcome:    outcome,
		Diagnostic: diagnostic(why),
	}
}

func wrongCount(records, results int) *Error {
	return &Error{
		Code:    "wrong-result-count",
		Summary: "The connector did not give one result for each record",
		Detail:  fmt.Sprintf("It was given %d records and gave %d results, so that none can be matched.", records, results),
		Remedy:  "This is a fault of the connector: report it to whoever publishes it.",
		Retry:   protocol.Retry_RETRY_NEVER,
	}
}
