package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"

	"google.golang.org/grpc"

	"passerelle/plugins/protocol"
)

type (
	readStream  = grpc.ServerStreamingServer[protocol.ReadResponse]
	writeStream = grpc.BidiStreamingServer[protocol.WriteRequest, protocol.WriteResponse]
)

func (b *broken) Read(request *protocol.ReadRequest, stream readStream) error {
	if b.mode == "lost-after-a-kill" {
		exe, _ := os.Executable()
		lock := filepath.Join(filepath.Dir(exe), "read.lock")
		if _, err := os.Stat(lock); err == nil {
			return errors.New("somebody else is reading")
		}
		_ = os.WriteFile(lock, nil, 0o600)
		defer os.Remove(lock)
	}
	if b.mode == "one-at-a-time" && b.calls.Add(1) > 1 {
		defer b.calls.Add(-1)
		return stream.Send(&protocol.ReadResponse{Event: &protocol.ReadResponse_Done{Done: &protocol.Done{Complete: true}}})
	} else if b.mode == "one-at-a-time" {
		defer b.calls.Add(-1)
	}
	if b.mode == "deaf" {
		stream = deaf{stream}
	}
	return b.Server.Read(request, &bentRead{readStream: stream, b: b, request: request})
}

// deaf doesn't hear that a call was cancelled.
type deaf struct{ readStream }

func (d deaf) Context() context.Context { return context.WithoutCancel(d.readStream.Context()) }

// bentRead changes what a read sends.
type bentRead struct {
	readStream
	b       *broken
	request *protocol.ReadRequest
	more    int64 // records made up
}

func (s *bentRead) Send(r *protocol.ReadResponse) error {
	done, batch := r.GetDone(), r.GetBatch()
	failed := len(r.GetDiagnostics()) > 0
	code := ""
	if failed {
		code = r.GetDiagnostics()[0].GetCode()
	}
	whole := len(s.request.GetIds())+len(s.request.GetKeys())+len(s.request.GetCursor()) == 0
	switch mode := s.b.mode; {
	case mode == "no-done" && done != nil && whole && !failed:
		return nil
	case mode == "miscount" && done != nil && whole && !failed:
		done.Received++
	case mode == "not-objects" && batch != nil && whole:
		batch.Records[0].Data = []byte(`[1]`)
	case mode == "twins" && batch != nil && whole:
		batch.Records[1] = batch.Records[0]
	case mode == "huge-batches" && batch != nil && whole:
		for len(batch.Records) <= protocol.BatchRecords {
			batch.Records = append(batch.Records, batch.Records[0])
			s.more++
		}
	case mode == "huge-batches" && done != nil:
		done.Received += s.more
	case mode == "stands-still" && done != nil:
		done.Cursor = ""
	case mode == "any-cursor" && code == "bad-cursor":
		done.Complete, r.Diagnostics = true, nil
	case mode == "misses-changes" && s.request.GetCursor() != "" && batch != nil:
		return nil
	case mode == "misses-changes" && s.request.GetCursor() != "" && done != nil:
		done.Received = 0
	case mode == "nameless-answers" && batch != nil && !whole:
		for _, record := range batch.Records {
			record.Key = ""
		}
	case mode == "fallback" && code == "unknown-connection":
		r.Diagnostics = nil
	case mode == "any-resource" && code == "unknown-resource":
		done.Complete, r.Diagnostics = true, nil
	case mode == "any-option" && code == "unknown-setting":
		done.Complete, r.Diagnostics = true, nil
	case mode == "hides-401" && code == "unauthorized":
		r.Diagnostics[0].Retry = protocol.Retry_RETRY_LATER
	case mode == "hides-403" && code == "unauthorized":
		done.Complete, r.Diagnostics = true, nil
	case mode == "hides-503" && code == "unavailable":
		r.Diagnostics[0].Retry = protocol.Retry_RETRY_NEVER
	case mode == "optimist" && failed && (code == "unavailable"):
		done.Complete, r.Diagnostics = true, nil
	case mode == "trusting" && code == "not-json":
		done.Complete, r.Diagnostics = true, nil
	case mode == "gossip" && batch != nil && whole:
		var person struct{ Email string }
		_ = json.Unmarshal(batch.Records[0].Data, &person)
		s.b.log.Debug("read", "first", person.Email)
	}
	return s.readStream.Send(r)
}

func (b *broken) Write(stream writeStream) error {
	if b.mode == "half-snapshot" {
		return commitAnything(stream)
	}
	return b.Server.Write(&bentWrite{writeStream: stream, b: b})
}

// bentWrite changes what a write receives and answers.
type bentWrite struct {
	writeStream
	b      *broken
	first  bool
	update bool // the last record was one
}

func (s *bentWrite) Recv() (*protocol.WriteRequest, error) {
	request, err := s.writeStream.Recv()
	if err != nil {
		return request, err
	}
	switch records := request.GetBatch().GetRecords(); {
	case s.b.mode == "guesses" && !s.first && request.GetBatch() != nil:
		return nil, s.Send(&protocol.WriteResponse{})
	case s.b.mode == "no-key":
		for _, record := range records {
			record.IdempotencyKey = ""
		}
	case s.b.mode == "forgetful" && len(records) == 1 && records[0].GetOperation() == protocol.Operation_OPERATION_UPDATE:
		records[0].Data = []byte(`{}`)
	case s.b.mode == "small-records" && len(records) > 0 && len(records[0].GetData()) > 1<<20:
		return nil, errors.New("the record is too large")
	}
	s.first = true
	if records := request.GetBatch().GetRecords(); len(records) > 0 {
		s.update = records[0].GetOperation() == protocol.Operation_OPERATION_UPDATE
	}
	return request, nil
}

func (s *bentWrite) Send(r *protocol.WriteResponse) error {
	for _, result := range r.GetResults() {
		switch mode := s.b.mode; {
		case mode == "no-id":
			result.Id = ""
		case mode == "short-sighted" && s.update && result.GetOutcome() == protocol.Outcome_OUTCOME_APPLIED:
			result.Outcome = protocol.Outcome_OUTCOME_REFUSED
		case mode == "blind" && result.GetStatus() == 404:
			result.Outcome, result.Diagnostic = protocol.Outcome_OUTCOME_APPLIED, nil
		case mode == "sure" && result.GetOutcome() == protocol.Outcome_OUTCOME_UNKNOWN:
			result.Outcome = protocol.Outcome_OUTCOME_REFUSED
		case mode == "blames" && result.GetOutcome() == protocol.Outcome_OUTCOME_NOT_SENT:
			result.Outcome = protocol.Outcome_OUTCOME_REFUSED
		case mode == "unsure" && result.GetOutcome() == protocol.Outcome_OUTCOME_REFUSED && result.GetStatus() == 422:
			result.Outcome = protocol.Outcome_OUTCOME_UNKNOWN
		}
	}
	switch s.b.mode {
	case "backwards":
		slices.Reverse(r.Results)
	case "writes-anything":
		if len(r.GetDiagnostics()) > 0 && r.GetDiagnostics()[0].GetCode() == "unknown-resource" {
			return nil
		}
	}
	return s.writeStream.Send(r)
}

// commitAnything takes every record and every commit, whatever it counts.
func commitAnything(stream writeStream) error {
	for {
		request, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		answer := &protocol.WriteResponse{}
		for _, record := range request.GetBatch().GetRecords() {
			answer.Results = append(answer.Results, &protocol.WriteResult{Position: record.GetPosition(), Outcome: protocol.Outcome_OUTCOME_APPLIED})
		}
		if request.GetOpen() != nil {
			continue
		}
		if err := stream.Send(answer); err != nil || request.GetCommit() != nil {
			return err
		}
	}
}
