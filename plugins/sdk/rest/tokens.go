package rest

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// Token is what an API gives in exchange for credentials.
type Token struct {
	Value    string
	Lifetime time.Duration // 0: unknown
}

// TokensConfig says how an API gives bearer tokens.
type TokensConfig struct {
	Name    string                                    // of the system, for messages
	Fetch   func(context.Context) (Token, *sdk.Error) // exchanges the credentials, without a token
	Secrets []string                                  // what no error may quote, beside the token
	Refused []int                                     // statuses that say a token is not valid; default 401
	Rotates bool                                      // an answer may carry another token in its header Authorization
	Now     func() time.Time                          // default time.Now
}

// Tokens fetches a token when the first request needs one, once for all callers,
// and another when it runs out or is refused. A token that was never accepted is
// not replaced: another one would be refused for the same reason.
type Tokens struct {
	config TokensConfig
	flight singleflight.Group

	mu      sync.Mutex
	current token
}

type token struct {
	value    string
	until    time.Time // zero: unknown
	accepted bool
}

// NewTokens fetches nothing yet.
func NewTokens(config TokensConfig) *Tokens {
	if config.Now == nil {
		config.Now = time.Now
	}
	if len(config.Refused) == 0 {
		config.Refused = []int{http.StatusUnauthorized}
	}
	return &Tokens{config: config}
}

// Authorize implements Authorizer.
func (t *Tokens) Authorize(req *http.Request, _ []byte) *sdk.Error {
	value, complaint := t.Token(req.Context())
	if complaint != nil {
		return complaint
	}
	req.Header.Set("Authorization", "Bearer "+value)
	return nil
}

// Secrets implements Authorizer.
func (t *Tokens) Secrets() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	secrets := slices.Clone(t.config.Secrets)
	if t.current.value != "" {
		secrets = append(secrets, t.current.value)
	}
	return secrets
}

// Accepted implements Renewer.
func (t *Tokens) Accepted(sent *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if shown(sent) == t.current.value {
		t.current.accepted = true
	}
}

// Renew implements Renewer. Of many callers that were refused with one token the
// first drops it, and the others find another one.
func (t *Tokens) Renew(sent *http.Request) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if shown(sent) != t.current.value {
		return true
	}
	if !t.current.accepted {
		return false
	}
	t.current = token{}
	return true
}

// refusedWith reports whether a status may mean that the token isn't valid.
func (t *Tokens) refusedWith(status int) bool { return slices.Contains(t.config.Refused, status) }

// answered takes the token that an answer carries, where the API hands them on so.
// Most answers carry none, or the one they were asked with.
func (t *Tokens) answered(sent *http.Request, header http.Header) {
	value, is := strings.CutPrefix(header.Get("Authorization"), "Bearer ")
	if !t.config.Rotates || !is || value == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if shown(sent) == t.current.value && value != t.current.value {
		t.current.value = value
	}
}

func shown(sent *http.Request) string {
	return strings.TrimPrefix(sent.Header.Get("Authorization"), "Bearer ")
}

func (t *Tokens) valid() (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.current.value == "" || (!t.current.until.IsZero() && !t.config.Now().Before(t.current.until)) {
		return "", false
	}
	return t.current.value, true
}

// Token gives a valid token. The fetch that callers share outlives any one of
// them; each waits only as long as its own context.
func (t *Tokens) Token(ctx context.Context) (string, *sdk.Error) {
	if value, ok := t.valid(); ok {
		return value, nil
	}
	fetched := t.flight.DoChan("", func() (any, error) {
		if value, ok := t.valid(); ok {
			return value, nil
		}
		// Not the caller's context, nor what it carries but the count of requests:
		// its request isn't under way yet. The time-out of whatever fetches bounds it.
		fresh, complaint := t.config.Fetch(sdk.CountedWith(context.Background(), ctx))
		if complaint != nil {
			return "", complaint
		}
		t.keep(fresh)
		return fresh.Value, nil
	})
	select {
	case <-ctx.Done():
		return "", &sdk.Error{Code: "cancelled", Summary: t.config.Name + ": the request was given up",
			Detail: "the run was stopped or its time was up", Remedy: "run it again", Retry: protocol.Retry_RETRY_LATER}
	case result := <-fetched:
		var complaint *sdk.Error
		if as(result.Err, &complaint) {
			return "", complaint
		}
		return result.Val.(string), nil
	}
}

// keep remembers a token until a little before it runs out, so that it doesn't on
// its way.
func (t *Tokens) keep(fresh Token) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.current = token{value: fresh.Value}
	if fresh.Lifetime > 0 {
		t.current.until = t.config.Now().Add(fresh.Lifetime - min(time.Minute, fresh.Lifetime/10))
	}
}
