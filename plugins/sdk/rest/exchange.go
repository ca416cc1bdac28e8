package rest

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// exchange is what is known of one request while its attempts go on.
type exchange struct {
	client   *Client
	request  Request
	attempts atomic.Int64
	// wrote: the headers of this attempt were written. Before that a server
	// can't have acted on it; after that it may have, though perhaps nothing
	// left this machine. The connection's own goroutine sets it.
	wrote atomic.Bool
	read  bool
	body  []byte
}

type exchangeKey struct{}

func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

func (x *exchange) watch(ctx context.Context) context.Context {
	ctx = context.WithValue(ctx, exchangeKey{}, x)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { x.wrote.Store(true) }})
}

// endpoint is what requests have in common that differ only in values.
func (x *exchange) endpoint() string {
	path := x.request.Shown
	switch {
	case path != "":
	case x.request.URL != nil: // the next page of a list is the same endpoint
		path = x.request.URL.EscapedPath()
	default:
		path = x.request.Path
	}
	return x.request.Method + " " + path
}

// readBody takes in the whole answer inside the attempt, so that one cut on the
// way counts as a failed attempt. Of an answer that is an error anyway, what
// arrived is enough.
func (x *exchange) readBody(resp *http.Response) error {
	x.read = true
	defer resp.Body.Close()
	body, err := readBounded(resp.Body, x.client.config.MaxBody)
	if err != nil && resp.StatusCode >= 300 {
		body, err = nil, nil
	}
	x.body = body
	if err != nil {
		return &bodyError{err}
	}
	return nil
}

// bodyError is a failure after the status line: the request was received.
type bodyError struct{ err error }

func (e *bodyError) Error() string { return "reading the answer: " + e.err.Error() }
func (e *bodyError) Unwrap() error { return e.err }

// redirectError is a redirect that is not followed. To is scheme and host.
type redirectError struct{ to string }

func (e *redirectError) Error() string { return "redirected to " + e.to }

var (
	errTooLarge         = errors.New("the answer is too large")
	errTooManyRedirects = errors.New("too many redirects")
)

// checkRedirect follows a few redirects of a GET within the same scheme and
// host. Anything else would carry the key, or the records, to another place.
func checkRedirect(req *http.Request, via []*http.Request) error {
	first := via[0]
	if !safe(first.Method) || req.URL.Scheme != first.URL.Scheme || req.URL.Host != first.URL.Host {
		return &redirectError{to: req.URL.Scheme + "://" + req.URL.Host}
	}
	if len(via) > 3 {
		return errTooManyRedirects
	}
	return nil
}

func as[T error](err error, target *T) bool { return errors.As(err, target) }
