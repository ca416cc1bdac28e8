package conformance

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
)

// gateway stands between the plugin and its API, and answers in the API's place
// where a rule wants a failure.
type gateway struct {
	server    *httptest.Server
	calls     atomic.Int64
	unreached atomic.Bool // the API itself did not answer; the plugin sees a 502 of ours

	once    sync.Once
	closing chan struct{}

	mu    sync.Mutex
	fault fault
}

// fault answers a request in the API's place; false leaves it to the API.
type fault func(w http.ResponseWriter, r *http.Request, api http.Handler) bool

// openGateway puts a gateway in front of an address.
func openGateway(address string) (*gateway, string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, "", fmt.Errorf("the address of the API is no URL")
	}
	upstream := &url.URL{Scheme: u.Scheme, Host: u.Host}
	g := &gateway{closing: make(chan struct{})}
	forward := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(upstream); r.Out.Host = upstream.Host },
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, _ error) {
			if r.Context().Err() == nil { // else the plugin went away
				g.unreached.Store(true)
			}
			w.WriteHeader(http.StatusBadGateway)
		},
	}
	g.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.calls.Add(1)
		g.mu.Lock()
		fault := g.fault
		g.mu.Unlock()
		if fault == nil || !fault(w, r, forward) {
			forward.ServeHTTP(w, r)
		}
	}))
	u.Scheme, u.Host = "http", strings.TrimPrefix(g.server.URL, "http://")
	return g, u.String(), nil
}

func (g *gateway) use(f fault) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.fault = f
}

// close may be called again: a rule wants it early.
func (g *gateway) close() {
	g.once.Do(func() {
		close(g.closing)
		g.server.CloseClientConnections()
		g.server.Close()
	})
}

// refusing answers every request with a status. Nothing needs waiting for: the
// API says to try again at once.
func refusing(status int) fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) bool {
		w.Header().Set("Content-Type", "application/json")
		if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
			w.Header().Set("Retry-After", "0")
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"error":"refused by the conformance suite"}`))
		return true
	}
}

// aWebPage is what a proxy or a login page answers in an API's place.
func aWebPage(w http.ResponseWriter, _ *http.Request, _ http.Handler) bool {
	w.Header().Set("Content-Type", "text/html")
	_, _ = w.Write([]byte("<!doctype html><title>Sign in</title>"))
	return true
}

// cutting sends the first half of what the API answers, and hangs up.
func cutting(w http.ResponseWriter, r *http.Request, api http.Handler) bool {
	recorder := httptest.NewRecorder()
	api.ServeHTTP(recorder, r)
	body := recorder.Body.Bytes()
	for name, values := range recorder.Header() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(body)+1))
	w.WriteHeader(recorder.Code)
	_, _ = w.Write(body[:len(body)/2])
	hangUp(w)
	return true
}

// onWrites keeps a fault to what changes something: reads and tokens pass.
func onWrites(f fault) fault {
	return func(w http.ResponseWriter, r *http.Request, api http.Handler) bool {
		if r.Method == http.MethodGet || r.Method == http.MethodHead || strings.Contains(r.Header.Get("Content-Type"), "form-urlencoded") {
			return false
		}
		return f(w, r, api)
	}
}

// onReads keeps a fault to what asks for records: a token that connections share
// may be fetched for all of them, whatever becomes of one call.
func onReads(f fault) fault {
	return func(w http.ResponseWriter, r *http.Request, api http.Handler) bool {
		return (r.Method == http.MethodGet || r.Method == http.MethodHead) && f(w, r, api)
	}
}

// losing lets the API act, and hangs up before its answer. done gets how often.
func losing(acted *atomic.Int64) fault {
	return onWrites(func(w http.ResponseWriter, r *http.Request, api http.Handler) bool {
		recorder := httptest.NewRecorder()
		api.ServeHTTP(recorder, r)
		if recorder.Code < 300 {
			acted.Add(1)
		}
		hangUp(w)
		return true
	})
}

// waiting leaves every request without an answer until its client, or the
// gateway, has gone. A server sees its client go only once it has read the body.
func (g *gateway) waiting(arrived func(), gone func()) fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
		_, _ = io.Copy(io.Discard, r.Body)
		arrived()
		select {
		case <-r.Context().Done():
			gone()
		case <-g.closing:
			hangUp(w) // a return would answer 200
		}
		return true
	}
}

// hangUp ends the connection in the middle of an answer.
func hangUp(w http.ResponseWriter) {
	if hijacker, ok := w.(http.Hijacker); ok {
		if conn, buffered, err := hijacker.Hijack(); err == nil {
			_ = buffered.Flush()
			_ = conn.Close()
		}
	}
}

// trap listens for anybody who wants to reach the network.
func trap(ctx context.Context) (address string, sprung *atomic.Int64, closing func(), err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, nil, err
	}
	sprung = &atomic.Int64{}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			sprung.Add(1)
			_ = conn.Close()
		}
	}()
	return "http://" + listener.Addr().String(), sprung, func() { _ = listener.Close() }, nil
}
