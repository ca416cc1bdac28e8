package honest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"

	"google.golang.org/grpc"

	"passerelle/plugins/protocol"
)

// Write implements the service.
func (s *Server) Write(stream grpc.BidiStreamingServer[protocol.WriteRequest, protocol.WriteResponse]) error {
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	open := first.GetOpen()
	c, found := s.connection(open.GetHandle())
	switch {
	case open == nil:
		found = failed("bad-protocol-request", "The first message of a write opens it", protocol.Retry_RETRY_NEVER)
	case found != nil:
	case open.GetResource() != "people":
		found = failed("unknown-resource", "There is no such resource", protocol.Retry_RETRY_AFTER_FIX)
	}
	if found != nil {
		return stream.Send(&protocol.WriteResponse{Diagnostics: found})
	}
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
			answer.Results = append(answer.Results, c.write(stream.Context(), record))
		}
		if err := stream.Send(answer); err != nil {
			return err
		}
	}
}

func (c *connection) write(ctx context.Context, record *protocol.WriteRecord) *protocol.WriteResult {
	method, path := http.MethodPost, "/people"
	if record.GetOperation() == protocol.Operation_OPERATION_UPDATE {
		method, path = http.MethodPatch, "/people/"+url.PathEscape(record.GetId())
	}
	status, body, wrote, err := c.ask(ctx, method, path, record.GetIdempotencyKey(), record.GetData())
	result := &protocol.WriteResult{Position: record.GetPosition(), Status: int32(status), Attempts: 1, Outcome: protocol.Outcome_OUTCOME_APPLIED}
	found := complaint(status, body, err)
	switch {
	case found == nil:
		var answer struct{ Data struct{ ID string } }
		if json.Unmarshal(body, &answer) == nil {
			result.Id = answer.Data.ID
		}
		return result
	case err != nil && !wrote:
		result.Outcome = protocol.Outcome_OUTCOME_NOT_SENT
	case err != nil || status >= 500 && status != http.StatusServiceUnavailable:
		result.Outcome = protocol.Outcome_OUTCOME_UNKNOWN
	default:
		result.Outcome = protocol.Outcome_OUTCOME_REFUSED
	}
	result.Diagnostic = found[0]
	return result
}
