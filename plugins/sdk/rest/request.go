package rest

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/hashicorp/go-retryablehttp"
)

// Request is one request, relative to the base URL.
type Request struct {
	Method string
	Path   string // escaped; "" is the base URL itself
	// Shown stands for Path in errors: the same with names in the place of
	// values. Needed when Path holds a value of a record.
	Shown  string
	Query  url.Values
	Header http.Header
	Body   []byte // JSON, or what Header says; nil: none
	// URL is a whole address that the API itself gave, such as that of the next
	// page; then Path and Query say nothing. Its scheme and host must be the
	// base URL's, so that the key goes nowhere else.
	URL *url.URL
	// Once are statuses that are not repeated: the caller deals with them himself,
	// such as a 408 that a smaller page mends.
	Once []int
	// Lines: an answer of several JSON values, one a line, is good too.
	Lines bool
}

func (c *Client) build(ctx context.Context, x *exchange) (*retryablehttp.Request, error) {
	target, err := c.address(x.request)
	if err != nil {
		return nil, err
	}
	var body any
	if x.request.Body != nil {
		body = bytes.NewReader(x.request.Body)
	}
	req, err := retryablehttp.NewRequestWithContext(x.watch(ctx), x.request.Method, target.String(), body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.config.UserAgent)
	if body != nil {
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	for name, values := range c.config.Header {
		req.Header[headerKey(name)] = values
	}
	for name, values := range x.request.Header {
		req.Header[headerKey(name)] = values
	}
	req.SetResponseHandler(x.readBody)
	return req, nil
}

// address is where a request goes: below the base URL, or, for a whole address,
// on the same host.
func (c *Client) address(r Request) (*url.URL, error) {
	base := *c.config.BaseURL
	if r.URL != nil {
		if !sameHost(r.URL, &base) {
			return nil, errors.New("address: not on the base URL's host")
		}
		return r.URL, nil
	}
	path := strings.TrimLeft(r.Path, "/")
	joined, err := url.Parse(strings.TrimRight(base.EscapedPath(), "/") + "/" + path)
	if err != nil || joined.Host != "" || joined.RawQuery != "" || joined.Fragment != "" {
		return nil, errors.New("path: not a path below the base URL")
	}
	if path != "" {
		base.Path, base.RawPath = joined.Path, joined.RawPath
	}
	base.RawQuery = r.Query.Encode()
	return &base, nil
}

func sameHost(a, b *url.URL) bool {
	return strings.EqualFold(a.Scheme, b.Scheme) && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b) && a.User == nil
}

func port(u *url.URL) string {
	if u.Port() != "" {
		return u.Port()
	}
	return map[string]string{"https": "443", "http": "80"}[strings.ToLower(u.Scheme)]
}

// headerKey keeps an idempotency key out of net/http's sight, which would take it
// as leave to repeat the request by itself once the connection is cut. Whether
// that is safe is the engine's to know. On the wire case makes no difference.
func headerKey(name string) string {
	name = http.CanonicalHeaderKey(name)
	if name == "Idempotency-Key" || name == "X-Idempotency-Key" {
		return strings.ToLower(name)
	}
	return name
}
