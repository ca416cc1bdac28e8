package honest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"google.golang.org/grpc"

	"passerelle/plugins/protocol"
)

const pageSize = 100

// Read implements the service.
func (s *Server) Read(request *protocol.ReadRequest, stream grpc.ServerStreamingServer[protocol.ReadResponse]) error {
	r := &reading{stream: stream}
	c, found := s.connection(request.GetHandle())
	switch {
	case found != nil:
	case request.GetResource() != "people":
		found = failed("unknown-resource", "There is no such resource", protocol.Retry_RETRY_AFTER_FIX)
	case len(request.GetSettingsJson()) > 0 && string(request.GetSettingsJson()) != "{}":
		found = failed("unknown-setting", "A source block has no settings here", protocol.Retry_RETRY_AFTER_FIX)
	case len(request.GetIds()) > 0:
		found = r.byID(stream.Context(), c, request.GetIds(), true)
	case len(request.GetKeys()) > 0:
		for _, key := range request.GetKeys() {
			if found = r.list(stream.Context(), c, "&number="+url.QueryEscape(text(key.GetFieldsJson(), "number")), key.GetRef()); found != nil {
				break
			}
		}
	case request.GetCursor() != "":
		found = r.changes(stream.Context(), c, request)
	default:
		found = r.list(stream.Context(), c, "", "")
	}
	if r.gone != nil {
		return r.gone
	}
	return stream.Send(&protocol.ReadResponse{
		Event:       &protocol.ReadResponse_Done{Done: &protocol.Done{Complete: found == nil, Received: r.sent, IncompleteReason: reason(found), Cursor: r.cursor}},
		Diagnostics: found,
	})
}

func reason(found []*protocol.Diagnostic) string {
	if found == nil {
		return ""
	}
	return "the read failed"
}

// reading is one Read.
type reading struct {
	stream grpc.ServerStreamingServer[protocol.ReadResponse]
	sent   int64
	gone   error
	cursor string // the number of the last change when the first page was given
	seen   map[string]bool
}

// changes reads who changed since the cursor, and then whoever is asked for
// besides.
func (r *reading) changes(ctx context.Context, c *connection, request *protocol.ReadRequest) []*protocol.Diagnostic {
	since, ours := strings.CutPrefix(request.GetCursor(), "change-")
	if !ours {
		return failed("bad-cursor", "The place where the last read ended is not known", protocol.Retry_RETRY_AFTER_FIX)
	}
	r.seen = map[string]bool{}
	if found := r.list(ctx, c, "&since="+url.QueryEscape(since), ""); found != nil || r.gone != nil {
		return found
	}
	return r.byID(ctx, c, slices.DeleteFunc(slices.Clone(request.GetAlso()), func(id string) bool { return r.seen[id] }), false)
}

func (r *reading) list(ctx context.Context, c *connection, query, ref string) []*protocol.Diagnostic {
	for page := 1; ; page++ {
		status, body, _, err := c.ask(ctx, http.MethodGet, fmt.Sprintf("/people?page=%d&size=%d%s", page, pageSize, query), "", nil)
		if found := complaint(status, body, err); found != nil {
			return found
		}
		var answer struct {
			Changes int
			Items   []json.RawMessage
		}
		if err := json.Unmarshal(body, &answer); err != nil {
			return failed("not-json", "The answer has another form", protocol.Retry_RETRY_LATER)
		}
		if r.cursor == "" {
			r.cursor = fmt.Sprintf("change-%d", answer.Changes)
		}
		if len(answer.Items) > 0 && !r.send(ref, answer.Items...) {
			return nil
		}
		if len(answer.Items) < pageSize {
			return nil
		}
	}
}

func (r *reading) byID(ctx context.Context, c *connection, ids []string, named bool) []*protocol.Diagnostic {
	for _, id := range ids {
		ref := ""
		if named {
			ref = id
		}
		status, body, _, err := c.ask(ctx, http.MethodGet, "/people/"+url.PathEscape(id), "", nil)
		if status == http.StatusNotFound {
			continue
		}
		if found := complaint(status, body, err); found != nil {
			return found
		}
		var answer struct{ Data json.RawMessage }
		if json.Unmarshal(body, &answer) == nil && !r.send(ref, answer.Data) {
			return nil
		}
	}
	return nil
}

// send sends the records of a page, in batches of at most 1 MiB.
func (r *reading) send(ref string, items ...json.RawMessage) bool {
	batch, size := &protocol.Batch{}, 0
	for i, item := range items {
		batch.Records = append(batch.Records, &protocol.Record{Key: ref, Data: item})
		size += len(item)
		if r.seen != nil {
			r.seen[text(item, "id")] = true
		}
		if i+1 < len(items) && size+len(items[i+1]) <= 1<<20 {
			continue
		}
		r.sent += int64(len(batch.Records))
		r.gone = r.stream.Send(&protocol.ReadResponse{Event: &protocol.ReadResponse_Batch{Batch: batch}})
		if r.gone != nil {
			return false
		}
		batch, size = &protocol.Batch{}, 0
	}
	return true
}
