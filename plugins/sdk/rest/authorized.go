package rest

import (
	"bytes"
	"io"
	"net/http"

	"passerelle/plugins/sdk"
)

// authorized is the transport that puts the proof on every attempt, and makes a
// request once more where a proof had run out.
type authorized struct {
	client *Client
	next   http.RoundTripper
}

// authError is a proof that could not be had: nothing was sent.
type authError struct{ complaint *sdk.Error }

func (e *authError) Error() string { return e.complaint.Error() }

func (a authorized) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close() // each attempt sends a copy of its own
	}
	by := a.client.config.Authorizer
	if by == nil {
		sdk.CountCall(req.Context())
		return a.next.RoundTrip(a.copyOf(req))
	}
	sent, resp, err := a.attempt(req, by)
	renewer, renews := by.(Renewer)
	if err != nil || !renews {
		return resp, err
	}
	if !refuses(renewer, resp.StatusCode) {
		renewer.Accepted(sent)
		return resp, nil
	}
	if !renewer.Renew(sent) {
		return resp, nil
	}
	discard(resp.Body)
	if err := a.client.wait(req.Context()); err != nil {
		return nil, err
	}
	a.client.beforeAttempt(req.Context())
	sent, resp, err = a.attempt(req, by)
	if err == nil && !refuses(renewer, resp.StatusCode) {
		renewer.Accepted(sent)
	}
	return resp, err
}

func (a authorized) attempt(req *http.Request, by Authorizer) (*http.Request, *http.Response, error) {
	sent := a.copyOf(req)
	var body []byte
	if req.Body != nil {
		body = exchangeOf(req.Context()).request.Body
	}
	if complaint := by.Authorize(sent, body); complaint != nil {
		return sent, nil, &authError{complaint}
	}
	sdk.CountCall(req.Context())
	resp, err := a.next.RoundTrip(sent)
	if err == nil {
		a.client.config.Buckets.learn(req.Context(), resp.Header)
		if tokens, ok := by.(interface {
			answered(*http.Request, http.Header)
		}); ok {
			tokens.answered(sent, resp.Header)
		}
	}
	return sent, resp, err
}

// refuses: 401, or what else this API says to a token that is not valid.
func refuses(by Renewer, status int) bool {
	if own, ok := by.(interface{ refusedWith(int) bool }); ok {
		return own.refusedWith(status)
	}
	return status == http.StatusUnauthorized
}

// copyOf is the request with a body of its own: a transport may neither change
// the one it is given nor read its body twice.
func (a authorized) copyOf(req *http.Request) *http.Request {
	sent := req.Clone(req.Context())
	if req.Body != nil {
		sent.Body = io.NopCloser(bytes.NewReader(exchangeOf(req.Context()).request.Body))
	}
	return sent
}

func discard(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, 64<<10) // so that the connection can be used again
	_ = body.Close()
}
