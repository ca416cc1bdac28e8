package box

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// ErrNotLoopback refuses to show the sandbox to a network: its keys are public.
var ErrNotLoopback = errors.New("the sandbox only listens on this machine: use an address such as 127.0.0.1:8090")

// Server is a box on an address.
type Server struct {
	http     *http.Server
	listener net.Listener
	failed   chan error
}

// Listen opens the address, which must be a loopback one (host:port; port 0
// takes a free one), and serves the handler until Close.
func Listen(ctx context.Context, address string, handler http.Handler) (*Server, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("%q is not an address: write host:port, such as 127.0.0.1:8090", address)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, ErrNotLoopback
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if bound, ok := listener.Addr().(*net.TCPAddr); !ok || !bound.IP.IsLoopback() {
		return nil, errors.Join(ErrNotLoopback, listener.Close())
	}
	s := &Server{
		http:     &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second},
		listener: listener,
		failed:   make(chan error, 1),
	}
	go func() { s.failed <- s.http.Serve(listener) }()
	return s, nil
}

// URL is the base, such as http://127.0.0.1:8090.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

// Failed yields an error if serving ends before Close.
func (s *Server) Failed() <-chan error { return s.failed }

// Close stops at once: nothing here is worth waiting for.
func (s *Server) Close() error { return s.http.Close() }
