package host

import (
	"context"
	"path"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"

	"passerelle/plugins/protocol"
)

// Call is what may be told of one call to a plugin: how long and how large, never
// what was in it.
type Call struct {
	Plugin, Method      string
	Took                time.Duration
	Sent, Received      int64  // messages
	SentBytes, GotBytes int64  // as gRPC framed them
	Status              string // of gRPC: "OK"
}

// watcher counts the calls to one plugin for whoever watches.
type watcher struct {
	plugin string
	tell   func(Call)
}

// counts is one call under way.
type counts struct {
	method                              string
	sent, received, sentBytes, gotBytes atomic.Int64
}

type countsKey struct{}

func (w *watcher) TagRPC(ctx context.Context, info *stats.RPCTagInfo) context.Context {
	if path.Dir(info.FullMethodName) != "/"+protocol.Connector_ServiceDesc.ServiceName {
		return ctx // go-plugin's own
	}
	return context.WithValue(ctx, countsKey{}, &counts{method: path.Base(info.FullMethodName)})
}

func (w *watcher) HandleRPC(ctx context.Context, s stats.RPCStats) {
	c, ok := ctx.Value(countsKey{}).(*counts)
	if !ok {
		return
	}
	switch s := s.(type) {
	case *stats.OutPayload:
		c.sent.Add(1)
		c.sentBytes.Add(int64(s.Length))
	case *stats.InPayload:
		c.received.Add(1)
		c.gotBytes.Add(int64(s.Length))
	case *stats.End:
		w.tell(Call{
			Plugin: w.plugin, Method: c.method, Took: s.EndTime.Sub(s.BeginTime),
			Sent: c.sent.Load(), Received: c.received.Load(), SentBytes: c.sentBytes.Load(), GotBytes: c.gotBytes.Load(),
			Status: status.Code(s.Error).String(),
		})
	}
}

func (w *watcher) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }
func (w *watcher) HandleConn(context.Context, stats.ConnStats)                       {}

// dialOptions are those of every plugin, and the watcher where somebody watches.
func (h *Host) dialOptions(name string) []grpc.DialOption {
	options := dialOptions()
	if h.options.Watch != nil {
		options = append(options, grpc.WithStatsHandler(&watcher{plugin: name, tell: h.options.Watch}))
	}
	return options
}
