package sdk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/grpc"

	"passerelle/plugins/protocol"
)

type readStream = grpc.ServerStreamingServer[protocol.ReadResponse]

func (s *server) Read(request *protocol.ReadRequest, stream readStream) error {
	out := newOutput(streamSink{stream})
	ctx, calls := countingCalls(stream.Context())
	var end End
	working, still := withWorking(ctx, out.again)
	err := guarded("reading "+request.GetResource(), func() (err error) {
		end, err = s.read(working, request, out)
		return err
	})
	still()
	received, sendErr := out.finish()
	if err == nil {
		err = sendErr
	}
	if stream.Context().Err() != nil {
		return stream.Context().Err() // the engine hung up: there is nobody to answer
	}
	end.Calls = max(end.Calls, calls.Load())
	last := done(end, received, err)
	if end.Calls > 0 { // without any, nobody counted
		least := int64(0)
		if len(request.GetIds())+len(request.GetKeys()) == 0 {
			least = min(out.least(), end.Calls)
		}
		last.Least = &least
	}
	return stream.Send(&protocol.ReadResponse{
		Event:       &protocol.ReadResponse_Done{Done: last},
		Diagnostics: diagnostics(err),
	})
}

func (s *server) read(ctx context.Context, request *protocol.ReadRequest, out *Output) (End, error) {
	c, ctx, leave, err := s.enter(ctx, request.GetHandle())
	if err != nil {
		return End{}, err
	}
	defer leave()
	resource, err := s.resource(request.GetResource())
	if err != nil {
		return End{}, err
	}
	reader, ok := c.connection.(Reader)
	if !ok || !resource.GetReadable() {
		return End{}, notSupported("reading " + resource.GetName())
	}
	settings, complaint := NewSettings(request.GetSettingsJson(), resource.GetReadSettings())
	if complaint != nil {
		return End{}, complaint
	}
	keys, err := lookUp(request, resource)
	if err != nil {
		return End{}, err
	}
	window, err := windowOf(request, resource)
	if err == nil {
		err = goesOn(request, resource)
	}
	if err != nil {
		return End{}, err
	}
	return reader.Read(ctx, ReadRequest{
		Resource:   resource.GetName(),
		Projection: request.GetProjection(),
		Settings:   settings,
		Endpoints:  request.GetEndpoints(),
		Cursor:     request.GetCursor(),
		Also:       request.GetAlso(),
		IDs:        request.GetIds(),
		Keys:       keys,
		Window:     window,
	}, out)
}

// goesOn refuses a cursor for a resource that is read whole each time.
func goesOn(request *protocol.ReadRequest, resource *Resource) error {
	switch {
	case request.GetCursor() == "" && len(request.GetAlso()) > 0:
		return badRequest("Other records are named only beside a cursor.")
	case request.GetCursor() != "" && resource.GetIncremental() == nil:
		return notSupported("reading what changed of " + resource.GetName())
	}
	return nil
}

// windowOf refuses a window that the resource did not offer, and one with ends
// missing: the connector would read too little, or all.
func windowOf(request *protocol.ReadRequest, resource *Resource) (*Window, error) {
	w := request.GetWindow()
	if w == nil {
		return nil, nil
	}
	if request.GetCursor() != "" || len(request.GetIds()) > 0 || len(request.GetKeys()) > 0 {
		return nil, badRequest("A window goes with a whole read alone.")
	}
	if !slices.Contains(resource.GetWindow(), w.GetPath()) {
		return nil, notSupported("a window over " + w.GetPath() + " of " + resource.GetName())
	}
	if w.GetFrom() == "" || w.GetTo() == "" {
		return nil, badRequest("A window has two ends.")
	}
	return &Window{Path: w.GetPath(), From: w.GetFrom(), To: w.GetTo()}, nil
}

func (s *server) resource(name string) (*Resource, error) {
	var names []string
	for _, resource := range s.description().GetResources() {
		if resource.GetName() == name {
			return resource, nil
		}
		names = append(names, resource.GetName())
	}
	remedy := "Use one of: " + strings.Join(names, ", ") + "."
	if near := nearest(name, names); near != "" {
		remedy = fmt.Sprintf("Did you mean %q?", near)
	}
	return nil, &Error{
		Code:    "unknown-resource",
		Summary: fmt.Sprintf("The connector has no resource %q", name),
		Remedy:  remedy,
		Retry:   protocol.Retry_RETRY_AFTER_FIX,
	}
}

// lookUp decodes the keys of a look-up, and refuses what the resource can't look
// up by or what asks for two things at once.
func lookUp(request *protocol.ReadRequest, resource *Resource) ([]Key, error) {
	asked := 0
	for _, set := range []bool{request.GetCursor() != "", len(request.GetIds()) > 0, len(request.GetKeys()) > 0} {
		if set {
			asked++
		}
	}
	if asked > 1 {
		return nil, badRequest("A read has at most one of cursor, ids and keys.")
	}
	if len(request.GetIds()) > 0 && !slices.Contains(resource.GetLookUp(), "ids") {
		return nil, notSupported("looking up " + resource.GetName() + " by id")
	}
	if len(request.GetKeys()) > 0 && !slices.Contains(resource.GetLookUp(), "keys") {
		return nil, notSupported("looking up " + resource.GetName() + " by key")
	}
	var keys []Key
	for _, k := range request.GetKeys() {
		fields, ok := keyFields(k.GetFieldsJson())
		if !ok {
			return nil, badRequest("A key is one JSON object of strings, booleans and numbers.")
		}
		keys = append(keys, Key{Ref: k.GetRef(), Fields: fields})
	}
	return keys, nil
}

func keyFields(object []byte) (map[string]any, bool) {
	decoder := json.NewDecoder(bytes.NewReader(object))
	decoder.UseNumber()
	var fields map[string]any
	if decoder.Decode(&fields) != nil || len(fields) == 0 {
		return nil, false
	}
	for _, value := range fields {
		switch value.(type) {
		case string, bool, json.Number:
		default:
			return nil, false
		}
	}
	return fields, true
}

// done is the last event. A read that failed is never complete, whatever the
// connector said.
func done(end End, received int64, err error) *protocol.Done {
	last := &protocol.Done{
		Complete:         end.Complete && err == nil,
		Received:         received,
		Calls:            end.Calls,
		IncompleteReason: end.Reason,
	}
	if err != nil {
		last.IncompleteReason = "the read failed"
		return last
	}
	last.Cursor = end.Cursor
	if end.Expected >= 0 {
		last.Expected = &end.Expected
	}
	if last.Complete {
		last.IncompleteReason = ""
	}
	return last
}

// streamSink sends an Output's batches to the engine. gRPC has encoded a message
// when Send returns, so the Output may reuse it.
type streamSink struct{ stream readStream }

func (s streamSink) batch(b *protocol.Batch) error {
	return s.stream.Send(&protocol.ReadResponse{Event: &protocol.ReadResponse_Batch{Batch: b}})
}

func (s streamSink) progress(p *protocol.Progress) error {
	return s.stream.Send(&protocol.ReadResponse{Event: &protocol.ReadResponse_Progress{Progress: p}})
}
