package host

import (
	"context"
	"encoding/json"
	"io"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"

	"passerelle/plugins/protocol"
)

// Given is a connection to records that stand in memory: what examples of a
// mapping are planned from, on the way that every record takes, without a
// process, credentials or a network. It reads whole resources and looks records
// up by key or id; it can't be written to. records are JSON objects, by resource.
func Given(name, tenant string, records map[string][][]byte) *Connection {
	p := &Plugin{
		name: name, log: hclog.NewNullLogger(), clean: &cleaner{},
		rpc: &givenConnector{records: records}, description: &protocol.Description{Name: name},
	}
	return &Connection{plugin: p, handle: name, tenant: &protocol.Tenant{Id: tenant, Label: name}}
}

// givenConnector answers Read alone: nothing else is ever asked of it.
type givenConnector struct {
	protocol.ConnectorClient
	records map[string][][]byte
}

func (g *givenConnector) Read(ctx context.Context, r *protocol.ReadRequest, _ ...grpc.CallOption) (grpc.ServerStreamingClient[protocol.ReadResponse], error) {
	batch := &protocol.Batch{}
	keep := func(ref string, data []byte) {
		batch.Records = append(batch.Records, &protocol.Record{Key: ref, Data: data})
	}
	for _, data := range g.records[r.GetResource()] {
		whole := len(r.GetKeys())+len(r.GetIds()) == 0
		if whole {
			keep("", data)
		}
		for _, key := range r.GetKeys() {
			if holds(data, key.GetFieldsJson()) {
				keep(key.GetRef(), data)
			}
		}
		for _, id := range r.GetIds() {
			if wanted, err := json.Marshal(map[string]string{"id": id}); err == nil && holds(data, wanted) {
				keep(id, data)
			}
		}
	}
	return &givenStream{ctx: ctx, left: []*protocol.ReadResponse{
		{Event: &protocol.ReadResponse_Batch{Batch: batch}},
		{Event: &protocol.ReadResponse_Done{Done: &protocol.Done{Complete: true, Received: int64(len(batch.Records))}}},
	}}, nil
}

// holds reports whether a record has every value of another.
func holds(data, wanted []byte) bool {
	var have, want map[string]any
	return json.Unmarshal(data, &have) == nil && json.Unmarshal(wanted, &want) == nil && includes(have, want)
}

func includes(have, want map[string]any) bool {
	for name, value := range want {
		nested, deep := value.(map[string]any)
		inner, ok := have[name].(map[string]any)
		switch {
		case deep && (!ok || !includes(inner, nested)):
			return false
		case !deep && have[name] != value:
			return false
		}
	}
	return true
}

// givenStream is a stream that is over as soon as it has begun.
type givenStream struct {
	grpc.ClientStream
	ctx  context.Context
	left []*protocol.ReadResponse
}

func (s *givenStream) Recv() (*protocol.ReadResponse, error) {
	if len(s.left) == 0 {
		return nil, io.EOF
	}
	next := s.left[0]
	s.left = s.left[1:]
	return next, nil
}

func (s *givenStream) Context() context.Context { return s.ctx }
