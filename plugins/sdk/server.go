package sdk

import (
	"context"
	"crypto/rand"
	"io"
	"sync"

	"passerelle/plugins/protocol"
)

// server speaks the protocol on behalf of one Connector. A gRPC status never
// says what went wrong in the connector: diagnostics do.
type server struct {
	protocol.UnimplementedConnectorServer

	connector   Connector
	description func() *Description // called once: the same answer each time

	mu    sync.Mutex
	conns map[string]*session
}

// session is one Connection from Configure to Stop.
type session struct {
	connection Connection
	done       context.Context // cancelled when the connection is stopped
	stop       context.CancelFunc
	calls      sync.WaitGroup // calls under way; Add only under server.mu
	closing    sync.Once
}

func newServer(c Connector) *server {
	return &server{
		connector:   c,
		description: sync.OnceValue(c.Describe),
		conns:       map[string]*session{},
	}
}

func (s *server) Describe(context.Context, *protocol.DescribeRequest) (*protocol.DescribeResponse, error) {
	response := &protocol.DescribeResponse{}
	err := guarded("describing itself", func() error {
		response.Description = s.description()
		return nil
	})
	response.Diagnostics = diagnostics(err)
	return response, nil
}

func (s *server) Configure(ctx context.Context, request *protocol.ConfigureRequest) (*protocol.ConfigureResponse, error) {
	response := &protocol.ConfigureResponse{}
	err := guarded("configuring a connection", func() error {
		settings, complaint := NewSettings(request.GetSettingsJson(), s.description().GetSettings())
		if complaint != nil {
			return complaint
		}
		connection, err := s.connector.Configure(ctx, settings)
		if err != nil {
			return err
		}
		response.Tenant = connection.Tenant()
		response.Handle = s.open(connection)
		if profiler, ok := connection.(Profiler); ok {
			response.ProfileUrls = profiler.ProfileURLs()
		}
		return nil
	})
	response.Diagnostics = diagnostics(err)
	return response, nil
}

func (s *server) Stop(ctx context.Context, request *protocol.StopRequest) (*protocol.StopResponse, error) {
	s.mu.Lock()
	var stopping []*session
	for handle, c := range s.conns {
		if request.GetHandle() == "" || request.GetHandle() == handle {
			delete(s.conns, handle)
			stopping = append(stopping, c)
		}
	}
	s.mu.Unlock()

	response := &protocol.StopResponse{}
	for _, c := range stopping {
		response.Diagnostics = append(response.Diagnostics, diagnostics(c.close(ctx))...)
	}
	return response, nil
}

func (s *server) closeAll() {
	_, _ = s.Stop(context.Background(), &protocol.StopRequest{}) // nobody is left to tell
}

func (s *server) open(c Connection) string {
	done, stop := context.WithCancel(context.Background())
	handle := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[handle] = &session{connection: c, done: done, stop: stop}
	return handle
}

// enter begins a call on a connection. The context it returns also ends when the
// connection is stopped; leave must be called when the call is over.
func (s *server) enter(ctx context.Context, handle string) (c *session, _ context.Context, leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.conns[handle]
	if !ok {
		return nil, nil, nil, &Error{
			Code:    "unknown-connection",
			Summary: "The plugin has no such connection",
			Detail:  "The handle was never given, or its connection was stopped.",
			Remedy:  "Configure a connection first.",
			Retry:   protocol.Retry_RETRY_NEVER,
		}
	}
	c.calls.Add(1)
	ctx, cancel := context.WithCancel(ctx)
	unlink := context.AfterFunc(c.done, cancel)
	return c, ctx, func() {
		unlink()
		cancel()
		c.calls.Done()
	}, nil
}

// close ends the calls under way, waits for them as long as ctx lasts, and closes
// the connection, once.
func (c *session) close(ctx context.Context) error {
	c.stop()
	idle := make(chan struct{})
	go func() {
		c.calls.Wait()
		close(idle)
	}()
	select {
	case <-idle:
	case <-ctx.Done():
	}
	var err error
	c.closing.Do(func() {
		closer, ok := c.connection.(io.Closer)
		if !ok {
			return
		}
		err = guarded("closing a connection", closer.Close)
	})
	return err
}
