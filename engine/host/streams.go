package host

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"google.golang.org/grpc"

	"passerelle/engine/diag"
	"passerelle/plugins/protocol"
)

// ReadStream is one read under way. It is for one goroutine at a time.
type ReadStream struct {
	plugin   *Plugin
	requests *requests
	counted  sync.Once
	ctx      context.Context
	cancel   func()
	stream   grpc.ServerStreamingClient[protocol.ReadResponse]
	doing    string
	*silence

	received   int64
	done       *protocol.Done
	complaints Complaints
}

// Next gives the next batch or progress. At the end of the stream it gives
// io.EOF: Done and Complaints then say how it ended. Any other error is a
// diag.Diagnostic, and the stream is over.
func (s *ReadStream) Next() (*protocol.ReadResponse, error) {
	for {
		var response *protocol.ReadResponse
		err := s.during(func() (err error) {
			response, err = s.stream.Recv()
			return err
		})
		if errors.Is(err, io.EOF) {
			s.Close()
			return nil, s.end()
		}
		if err != nil {
			d := s.plugin.failure(s.ctx, err, s.doing)
			s.Close()
			return nil, d
		}
		s.complaints = append(s.complaints, s.plugin.complaints(response.GetDiagnostics())...)
		if s.done != nil && response.GetEvent() != nil {
			s.Close()
			s.done = nil
			return nil, brokenProtocol(s.plugin.name, s.doing, "It went on after it had said that it was done.")
		}
		switch event := response.GetEvent().(type) {
		case *protocol.ReadResponse_Done:
			s.done = event.Done
		case *protocol.ReadResponse_Batch:
			s.received += int64(len(event.Batch.GetRecords()))
			return response, nil
		case *protocol.ReadResponse_Progress:
			return response, nil
		}
	}
}

// end checks the last event against what was seen: a read is whole only if
// everything that was sent has arrived.
func (s *ReadStream) end() error {
	if s.done == nil || s.done.GetReceived() == s.received {
		return io.EOF
	}
	s.done.Complete = false
	s.done.IncompleteReason = "the plugin counted other records than those that arrived"
	return io.EOF
}

// Done is the plugin's last word, after Next gave io.EOF; nil when it gave none:
// the read was cut short.
func (s *ReadStream) Done() *protocol.Done { return s.done }

// Complaints are those of the whole stream so far.
func (s *ReadStream) Complaints() Complaints { return s.complaints }

// Diagnostics are the complaints without a place in a file.
func (s *ReadStream) Diagnostics() diag.Diagnostics { return s.complaints.Diagnostics() }

// Close gives the read up. It is harmless after its end.
func (s *ReadStream) Close() {
	s.cancel()
	s.counted.Do(func() { s.requests.read(s.done) })
}

// WriteStream is one write under way. One goroutine may send while another
// receives.
type WriteStream struct {
	plugin   *Plugin
	requests *requests
	ctx      context.Context
	cancel   func()
	stream   grpc.BidiStreamingClient[protocol.WriteRequest, protocol.WriteResponse]
	doing    string
	*silence

	complaints Complaints // of the receiving side
}

// Send sends one batch. io.EOF means that the plugin ended the stream: Recv says
// why. Whether the batch arrived isn't known then. Any other error is a
// diag.Diagnostic.
func (s *WriteStream) Send(batch *protocol.WriteBatch) error {
	return s.send(&protocol.WriteRequest{Event: &protocol.WriteRequest_Batch{Batch: batch}})
}

// Commit ends a snapshot: now it is everybody.
func (s *WriteStream) Commit(commit *protocol.Commit) error {
	return s.send(&protocol.WriteRequest{Event: &protocol.WriteRequest_Commit{Commit: commit}})
}

func (s *WriteStream) send(request *protocol.WriteRequest) error {
	err := s.during(func() error { return s.stream.Send(request) })
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return s.plugin.failure(s.ctx, err, s.doing)
}

// CloseSend says that no more batches come. Recv goes on to the end.
func (s *WriteStream) CloseSend() error {
	if err := s.stream.CloseSend(); err != nil {
		return s.plugin.failure(s.ctx, err, s.doing)
	}
	return nil
}

// Recv gives the next results, in the order of the records; a record's own
// diagnostic goes through Plugin.Complaint. At the end it gives io.EOF, and
// Complaints say what the plugin had against the stream as a whole. Any other
// error is a diag.Diagnostic, and the stream is over: what was sent and has no
// result is unknown.
func (s *WriteStream) Recv() (*protocol.WriteResponse, error) {
	var response *protocol.WriteResponse
	err := s.during(func() (err error) {
		for err == nil && (response == nil || response.GetProgress() != nil) {
			response, err = s.stream.Recv()
			s.moved()
		}
		return err
	})
	if errors.Is(err, io.EOF) {
		s.cancel()
		return nil, io.EOF
	}
	if err != nil {
		d := s.plugin.failure(s.ctx, err, s.doing)
		s.requests.add(nil, nil) // what was made before it ended so, nobody says
		s.cancel()
		return nil, d
	}
	s.requests.wrote(response)
	s.complaints = append(s.complaints, s.plugin.complaints(response.GetDiagnostics())...)
	return response, nil
}

// Complaints are those of the stream as a whole so far, for the goroutine that
// receives.
func (s *WriteStream) Complaints() Complaints { return s.complaints }

// Diagnostics are the complaints without a place in a file.
func (s *WriteStream) Diagnostics() diag.Diagnostics { return s.complaints.Diagnostics() }

// finishWait is how long a plugin is given to end a write that is over.
const finishWait = 2 * time.Second

// Finish ends a write to which nothing more is sent, and of which all answers
// have come: the plugin hears that it went well, where Close tells it that it was
// given up. What it still says is not heard. It is harmless after any other end.
func (s *WriteStream) Finish() {
	defer s.Close()
	if s.stream.CloseSend() != nil {
		return
	}
	late := time.AfterFunc(finishWait, s.cancel)
	defer late.Stop()
	for {
		if _, err := s.stream.Recv(); err != nil {
			return
		}
	}
}

// Close gives the write up. It is harmless after its end.
func (s *WriteStream) Close() { s.cancel() }

// failed finds the reason of a stream that ended while it was opened.
func (s *WriteStream) failed(err error) diag.Diagnostic {
	if errors.Is(err, io.EOF) && s.stream != nil {
		_, err = s.stream.Recv()
	}
	return s.plugin.failure(s.ctx, err, s.doing)
}
