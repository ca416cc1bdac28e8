package personio

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"passerelle/cmd/sandbox/people"
)

// The credential of the sandbox's account. It is no secret: it opens nothing else.
const (
	DefaultClientID     = "papi-5a9db0c5-0000-4000-8000-00000000b0ed"
	DefaultClientSecret = "papi-c2FuZGJveA-5a9db0c5b0ed"
)

// Options says how the API behaves where a test may want it otherwise.
type Options struct {
	// Path is where the handler is mounted, without a slash at the end; it only
	// shows in links. The caller strips it before ServeHTTP.
	Path string
	// NoRateLimit lifts all limits, and takes the headers away that describe them.
	NoRateLimit bool
	// Now tells the time to tokens and limits; nil: the clock.
	Now func() time.Time
	// WebhookTimeout is how long a webhook's receiver may take; 0: Personio's 3 s.
	WebhookTimeout time.Duration
	// Today decides who is still to start; empty: of Now.
	Today string
}

// Handler is one Personio account. It may be called concurrently.
type Handler struct {
	options  Options
	original organisation

	mu sync.Mutex // over everything below: one request at a time is fast enough
	account
}

// account is what Reset puts back.
type account struct {
	rights  Rights
	style   Style
	limits  map[string]*bucket
	tokens  tokens
	cursors map[string]page
	store
	hooks hooks
}

// New opens an account whose departments and offices are the company's, and in
// which nobody works yet. Without a company it has a few of its own.
func New(company *people.Company, options Options) *Handler {
	if options.Now == nil {
		options.Now = time.Now
	}
	h := &Handler{options: options, original: organisationOf(company)}
	if options.Today == "" && company != nil {
		h.options.Today = company.Today
	}
	h.Reset()
	return h
}

// Reset empties the account and restores rights, style and limits.
func (h *Handler) Reset() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.account = account{
		rights:  fullRights(),
		style:   documentedStyle(),
		limits:  map[string]*bucket{},
		tokens:  newTokens(),
		cursors: map[string]page{},
		store:   newStore(h.original),
	}
}

func (h *Handler) now() time.Time { return h.options.Now().UTC().Truncate(time.Second) }

func (h *Handler) today() string {
	if h.options.Today != "" {
		return h.options.Today
	}
	return h.options.Now().In(berlin).Format(time.DateOnly)
}

// call is one request on its way.
type call struct {
	*Handler
	w http.ResponseWriter
	r *http.Request
}

// ServeHTTP answers paths that begin with /v1 or /v2.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := &call{h, w, r}
	path := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case path[0] == "v1":
		c.v1(path[1:])
	case path[0] == "v2":
		c.v2(path[1:])
	default:
		c.problem(http.StatusNotFound, "Not Found", "The endpoint was not found.", "apinot_found")
	}
}

func (c *call) method(methods map[string]func()) {
	if do, ok := methods[c.r.Method]; ok {
		do()
		return
	}
	c.w.WriteHeader(http.StatusMethodNotAllowed)
}
