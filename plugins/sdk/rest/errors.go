package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// fail makes an error from fixed words, the system's name, the method and the
// address without its query. The text of an underlying error never goes in: it
// may quote the request.
func (c *Client) fail(x *exchange, code, what, why, remedy string, retry protocol.Retry) *sdk.Error {
	detail := x.request.Method + " " + c.shown(x.request)
	if why != "" {
		detail = why + " (" + detail + ")"
	}
	return &sdk.Error{Code: code, Summary: c.config.Name + ": " + what, Detail: detail, Remedy: remedy, Retry: retry}
}

// shown is the address as errors show it: no query, no user, no value.
func (c *Client) shown(r Request) string {
	path := r.Shown
	if path == "" {
		path = r.Path
	}
	for len(path) > 0 && path[0] == '/' {
		path = path[1:]
	}
	base := c.config.BaseURL
	if path == "" { // the base is the whole address: where tokens are fetched
		return base.Scheme + "://" + base.Host + base.EscapedPath()
	}
	return base.Scheme + "://" + base.Host + base.EscapedPath() + "/" + path
}

func (c *Client) cancelled(x *exchange) *sdk.Error {
	return c.fail(x, "cancelled", "the request was given up", "the run was stopped or its time was up", "run it again", protocol.Retry_RETRY_LATER)
}

// networkError explains why there was no usable answer.
func (c *Client) networkError(ctx context.Context, x *exchange, err error) *sdk.Error {
	host := c.config.BaseURL.Hostname()
	var (
		redirect *redirectError
		dns      *net.DNSError
		network  net.Error
		proof    *authError
	)
	const later, fix = protocol.Retry_RETRY_LATER, protocol.Retry_RETRY_AFTER_FIX
	switch {
	case ctx.Err() != nil:
		return c.cancelled(x)
	case as(err, &proof):
		return proof.complaint
	case as(err, &redirect):
		return c.fail(x, "redirected", "the address has moved to "+redirect.to,
			"a redirect is not followed to another place, so that the key and the records don't go there", "if this is right, set url to the new address", fix)
	case errors.Is(err, errTooManyRedirects):
		return c.fail(x, "redirected", "the address leads in circles", "", "check the url", fix)
	case errors.Is(err, errTooLarge):
		return c.fail(x, "too-large", "the answer is too large", fmt.Sprintf("it is over %d MiB", c.config.MaxBody>>20), "ask for smaller pages or fewer fields", fix)
	case as(err, &dns) && dns.IsNotFound:
		return c.fail(x, "unknown-host", "no machine is called "+host, "its name is not known to this network", "check the url, letter by letter, and that this machine has a network", later)
	case isTLS(err):
		return c.fail(x, "tls", "no secure connection to "+host, tlsReason(err), "check the url; behind a company proxy, give its certificate in SSL_CERT_FILE", fix)
	case errors.Is(err, syscall.ECONNREFUSED):
		return c.fail(x, "refused-connection", host+" refuses the connection", "the machine is there, but nothing answers on that port", "check the url and its port, and that the service is running", later)
	case as(err, &network) && network.Timeout():
		return c.fail(x, "timeout", "no answer in time", fmt.Sprintf("an attempt may take %s", c.config.Timeout), "try again later; for a read, ask for smaller pages", later)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return c.fail(x, "truncated", "the answer is not whole", "the connection was cut in the middle of it", "try again", later)
	case x.wrote.Load():
		return c.fail(x, "no-answer", "the connection was cut before the answer", "", "try again", later)
	}
	return c.fail(x, "unreachable", host+" can't be reached", "", "check the url, the network and the proxy", later)
}

func isTLS(err error) bool {
	var (
		cert      *tls.CertificateVerificationError
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		record    tls.RecordHeaderError
		alert     tls.AlertError
	)
	return as(err, &cert) || as(err, &authority) || as(err, &name) || as(err, &record) || as(err, &alert) || errors.Is(err, http.ErrSchemeMismatch)
}

func tlsReason(err error) string {
	var (
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
	)
	switch {
	case as(err, &authority):
		return "its certificate comes from an authority that this machine doesn't know"
	case as(err, &name):
		return "its certificate is for another name"
	case as(err, &invalid) && invalid.Reason == x509.Expired:
		return "its certificate has expired, or this machine's clock is wrong"
	case as(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return "that port doesn't speak https"
	}
	return "its certificate or its version of TLS is not accepted"
}

// statusError explains an answer outside 2xx. The body is not quoted.
func (c *Client) statusError(x *exchange, r *Response) *sdk.Error {
	const never, fix, later, credentials = protocol.Retry_RETRY_NEVER, protocol.Retry_RETRY_AFTER_FIX, protocol.Retry_RETRY_LATER, protocol.Retry_RETRY_CREDENTIALS
	why := fmt.Sprintf("it answered %d", r.Status)
	switch r.Status {
	case http.StatusUnauthorized:
		return c.fail(x, "unauthorized", "the key is not accepted", why, "check the key: whole, of this tenant, neither deleted nor replaced", credentials)
	case http.StatusForbidden:
		return c.fail(x, "forbidden", "the key may not do this", why, "give the key the missing right; `engine permissions` lists what the mapping needs", credentials)
	case http.StatusNotFound, http.StatusGone:
		return c.fail(x, "not-found", "there is nothing at this address", why, "check the url, the endpoint's path, and whether the record still exists there", fix)
	case http.StatusTooManyRequests:
		return c.fail(x, "rate-limited", "too many requests", why+c.waitAsked(r), "try again later, or lower rate_limit", later)
	case http.StatusServiceUnavailable:
		return c.fail(x, "unavailable", "the service is not available", why+c.waitAsked(r), "try again later", later)
	case http.StatusRequestTimeout, http.StatusGatewayTimeout:
		return c.fail(x, "timeout", "the service took too long", why, "try again later; for a read, ask for smaller pages", later)
	case http.StatusConflict:
		return c.fail(x, "conflict", "the record contradicts another one there", why, "look for another record with the same key", fix)
	case http.StatusUnprocessableEntity:
		return c.fail(x, "invalid", "the record is not accepted", why, "look at what the target says of this record's fields", fix)
	case http.StatusRequestEntityTooLarge, http.StatusRequestHeaderFieldsTooLarge, http.StatusRequestURITooLong:
		return c.fail(x, "bad-request", "the request is too large", why, "send or ask for less at once", fix)
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return c.fail(x, "bad-request", "the service doesn't know this kind of request", why, "check the endpoint's method and path", fix)
	}
	switch {
	case r.Status >= 500:
		return c.fail(x, "server-error", "the service failed", why, "try again later; if it stays, report it to the service's support", later)
	case r.Status >= 400:
		return c.fail(x, "bad-request", "the request is not accepted", why, "check the mapping's fields and endpoints", fix)
	case r.Status >= 300:
		return c.fail(x, "redirected", "the address has moved", why, "check the url", fix)
	}
	return c.fail(x, "bad-answer", "the answer makes no sense", why, "check that the url is the API's own address", never)
}

func (c *Client) waitAsked(r *Response) string {
	if wait, given := retryAfter(r.Header, time.Now()); given && wait > 0 {
		return fmt.Sprintf(" and asks to wait %s", wait.Round(time.Second))
	}
	return ""
}

// Diagnostic is the error as a Finding carries it.
func Diagnostic(e *sdk.Error) *protocol.Diagnostic {
	return &protocol.Diagnostic{Severity: protocol.Severity_SEVERITY_ERROR, Code: e.Code, Summary: e.Summary, Detail: e.Detail,
		Remedy: e.Remedy, Attribute: e.Attribute, Retry: e.Retry}
}
