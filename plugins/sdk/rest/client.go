package rest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-cleanhttp"
	"github.com/hashicorp/go-retryablehttp"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// Config is what a Client needs. Only Name and BaseURL are required.
type Config struct {
	Name      string            // of the system, as people say it: "Lucca"
	BaseURL   *url.URL          // from ParseBaseURL
	Auth      func(http.Header) // puts the key on a request; or else Authorizer
	UserAgent string            // default "passerelle"
	Header    http.Header       // on every request, under what a request sets itself
	Budget    *Budget           // pace; nil: no limit but the API's own 429
	Buckets   *Buckets          // pace as the API's own answers say, endpoint by endpoint; nil: they say nothing

	Timeout   time.Duration // of one attempt, its body included; default 30 s
	MaxBody   int64         // bytes of an answer, decompressed; default 32 MiB
	Attempts  int           // of one request, the first included; default 5
	FirstWait time.Duration // before the second attempt, then doubled; default 250 ms
	MaxWait   time.Duration // longest pause, and longest Retry-After obeyed; default 2 min

	Transport http.RoundTripper // default: a pooled one of its own, proxies from the environment

	// Authorizer is for what Auth can't do: signatures, tokens that run out.
	Authorizer Authorizer
}

// Client makes requests to one API. It may be used concurrently.
type Client struct {
	config Config
	http   *retryablehttp.Client
	calls  atomic.Int64
}

// NewClient fills in the defaults and opens nothing.
func NewClient(config Config) *Client {
	config.UserAgent = cmp.Or(config.UserAgent, "passerelle")
	config.Timeout = cmp.Or(config.Timeout, 30*time.Second)
	config.MaxBody = cmp.Or(config.MaxBody, 32<<20)
	config.Attempts = cmp.Or(config.Attempts, 5)
	config.FirstWait = cmp.Or(config.FirstWait, 250*time.Millisecond)
	config.MaxWait = cmp.Or(config.MaxWait, 2*time.Minute)
	if config.Budget == nil {
		config.Budget = NewBudget(Rate{})
	}
	if config.Transport == nil {
		config.Transport = cleanhttp.DefaultPooledTransport()
	}
	if config.Auth != nil && config.Authorizer == nil {
		config.Authorizer = authFunc(config.Auth)
	}
	c := &Client{config: config}
	c.http = &retryablehttp.Client{
		HTTPClient:     &http.Client{Transport: authorized{c, config.Transport}, Timeout: config.Timeout, CheckRedirect: checkRedirect},
		RetryMax:       config.Attempts - 1,
		RetryWaitMin:   config.FirstWait,
		RetryWaitMax:   config.MaxWait,
		CheckRetry:     c.checkRetry,
		Backoff:        c.backoff,
		RequestLogHook: func(_ retryablehttp.Logger, r *http.Request, _ int) { c.beforeAttempt(r.Context()) },
		PrepareRetry:   func(r *http.Request) error { return c.wait(r.Context()) },
		ErrorHandler:   func(resp *http.Response, err error, _ int) (*http.Response, error) { return resp, err },
	}
	return c
}

// Response is the end of a request, however it ended: never nil.
type Response struct {
	Status   int // 0: there was no answer
	Header   http.Header
	Body     []byte // of a 2xx: valid JSON, or empty where the request was no GET
	Attempts int    // how often the request left, or tried to
	// Outcome says whether it took effect. Unknown: it was sent, and either no
	// answer came or one that doesn't say (500, 502, 504).
	Outcome protocol.Outcome
}

// JSON makes a request whose path holds no value of a record.
func (c *Client) JSON(ctx context.Context, method, path string, query url.Values, body []byte) (*Response, *sdk.Error) {
	return c.Do(ctx, Request{Method: method, Path: path, Query: query, Body: body})
}

// Do makes a request and repeats it where that is safe: when it certainly was
// not applied (no connection, 429, 503), and any GET that failed on the way
// (408, 500, 502, 504, a cut body).
//
// An answer outside 2xx is an error, and then the Response still has its body
// (possibly cut at MaxBody), so that a connector can say more. Beware that the
// error is a *sdk.Error: return it as an error only when it isn't nil.
func (c *Client) Do(ctx context.Context, request Request) (*Response, *sdk.Error) {
	x := &exchange{client: c, request: request}
	req, err := c.build(ctx, x)
	if err != nil {
		return &Response{Outcome: protocol.Outcome_OUTCOME_NOT_SENT}, c.fail(x, "bad-request", "the request can't be built",
			"a part of it is no valid method, address or header", "check the endpoint's method, path and headers", protocol.Retry_RETRY_AFTER_FIX)
	}
	if err := c.wait(req.Context()); err != nil {
		return &Response{Outcome: protocol.Outcome_OUTCOME_NOT_SENT}, c.cancelled(x)
	}
	resp, err := c.http.Do(req)
	out := &Response{Attempts: int(x.attempts.Load()), Outcome: protocol.Outcome_OUTCOME_NOT_SENT}
	if resp != nil {
		defer resp.Body.Close()
	}
	if err == nil && !x.read { // the last attempt was to be repeated: nobody read it
		err = x.readBody(resp)
	}
	if err != nil {
		if x.wrote.Load() {
			out.Outcome = protocol.Outcome_OUTCOME_UNKNOWN
		}
		var redirect *redirectError
		if as(err, &redirect) {
			out.Outcome = protocol.Outcome_OUTCOME_REFUSED
		}
		return out, c.networkError(ctx, x, err)
	}
	out.Status, out.Header, out.Body = resp.StatusCode, resp.Header, x.body
	out.Outcome = outcome(resp.StatusCode)
	if out.Outcome != protocol.Outcome_OUTCOME_APPLIED {
		return out, c.statusError(x, out)
	}
	broken := c.checkJSON(x, out)
	if broken != nil && !safe(request.Method) {
		out.Outcome = protocol.Outcome_OUTCOME_UNKNOWN // whoever answered may not be the API at all
	}
	return out, broken
}

// Calls is how many requests have left so far, repeated ones included.
func (c *Client) Calls() int64 { return c.calls.Load() }

// Name is the system's, for messages.
func (c *Client) Name() string { return c.config.Name }

// secrets are what no error may quote.
func (c *Client) secrets() []string {
	if c.config.Authorizer == nil {
		return nil
	}
	return c.config.Authorizer.Secrets()
}

// Close lets go of idle connections.
func (c *Client) Close() error {
	c.http.HTTPClient.CloseIdleConnections()
	return nil
}

// wait is for the pace: the connector's own, and that of the endpoint.
func (c *Client) wait(ctx context.Context) error {
	if err := c.config.Budget.Wait(ctx); err != nil {
		return err
	}
	return c.config.Buckets.wait(ctx)
}

func (c *Client) beforeAttempt(ctx context.Context) {
	if x := exchangeOf(ctx); x != nil {
		x.attempts.Add(1)
		x.wrote.Store(false)
		x.read, x.body = false, nil
	}
	c.calls.Add(1)
}

// checkJSON refuses what is no JSON under a 2xx: mostly a login page.
func (c *Client) checkJSON(x *exchange, out *Response) *sdk.Error {
	body := bytes.TrimSpace(out.Body)
	if len(body) == 0 && !safe(x.request.Method) {
		return nil
	}
	if json.Valid(body) || (x.request.Lines && validLines(body)) {
		return nil
	}
	if isHTML(out.Header.Get("Content-Type"), body) {
		return c.fail(x, "not-json", "the answer is a web page, not data",
			"this is probably a login page, or a proxy's", "check that the url is the API's own address and that nothing stands in between", protocol.Retry_RETRY_AFTER_FIX)
	}
	if len(body) > 0 && (body[0] == '{' || body[0] == '[') {
		return c.fail(x, "truncated", "the answer is not whole", "its JSON breaks off or is damaged",
			"try again; if it stays, ask for smaller pages or look at the proxy in between", protocol.Retry_RETRY_LATER)
	}
	return c.fail(x, "not-json", "the answer is not JSON", "", "check that the url is the API's own address", protocol.Retry_RETRY_AFTER_FIX)
}

func validLines(body []byte) bool {
	for line := range bytes.Lines(body) {
		if line = bytes.TrimSpace(line); len(line) > 0 && !json.Valid(line) {
			return false
		}
	}
	return true
}

func isHTML(contentType string, body []byte) bool {
	return strings.Contains(strings.ToLower(contentType), "html") || bytes.HasPrefix(body, []byte("<"))
}

func safe(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// readBounded reads at most limit bytes and reports a larger body.
func readBounded(r io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > limit {
		return nil, errTooLarge
	}
	return body, nil
}
