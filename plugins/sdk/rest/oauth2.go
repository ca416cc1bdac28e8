package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// OAuth2Config is a client-credentials grant (RFC 6749 4.4).
type OAuth2Config struct {
	TokenURL     *url.URL // from ParseBaseURL
	ClientID     string
	ClientSecret string
	Scope        string // as the API writes it; empty: what the client has by default
	Audience     string // some servers want one
	// SecretInBody sends id and secret in the form, where the server doesn't take
	// them as basic authentication.
	SecretInBody bool

	Now func() time.Time // default time.Now
}

// OAuth2 fetches a token when the first request needs one, once for all callers,
// and another when it runs out or is refused. A token that was never accepted is
// not replaced: another one would be refused for the same reason.
type OAuth2 struct {
	config OAuth2Config
	client *Client
	flight singleflight.Group

	mu      sync.Mutex
	current token
}

type token struct {
	value    string
	until    time.Time // zero: unknown
	accepted bool
}

// NewOAuth2 opens nothing. like gives the name, time-outs and transport of the
// API's own client; the token is fetched over a client of its own, because it has
// another address and no token yet.
func NewOAuth2(config OAuth2Config, like Config) *OAuth2 {
	if config.Now == nil {
		config.Now = time.Now
	}
	like.BaseURL, like.Auth, like.Authorizer, like.Budget, like.MaxBody = config.TokenURL, nil, nil, nil, 1<<20
	if !config.SecretInBody {
		like.Authorizer = Basic(url.QueryEscape(config.ClientID), url.QueryEscape(config.ClientSecret))
	}
	return &OAuth2{config: config, client: NewClient(like)}
}

// Authorize implements Authorizer.
func (o *OAuth2) Authorize(req *http.Request, _ []byte) *sdk.Error {
	value, complaint := o.token(req.Context())
	if complaint != nil {
		return complaint
	}
	req.Header.Set("Authorization", "Bearer "+value)
	return nil
}

// Secrets implements Authorizer.
func (o *OAuth2) Secrets() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	secrets := []string{o.config.ClientSecret}
	if o.current.value != "" {
		secrets = append(secrets, o.current.value)
	}
	return secrets
}

// Accepted implements Renewer.
func (o *OAuth2) Accepted(sent *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if shown(sent) == o.current.value {
		o.current.accepted = true
	}
}

// Renew implements Renewer. Of many callers that were refused with one token the
// first drops it, and the others find another one.
func (o *OAuth2) Renew(sent *http.Request) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if shown(sent) != o.current.value {
		return true
	}
	if !o.current.accepted {
		return false
	}
	o.current = token{}
	return true
}

// Close lets go of idle connections.
func (o *OAuth2) Close() error { return o.client.Close() }

func shown(sent *http.Request) string {
	return strings.TrimPrefix(sent.Header.Get("Authorization"), "Bearer ")
}

func (o *OAuth2) valid() (string, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.current.value == "" || (!o.current.until.IsZero() && !o.config.Now().Before(o.current.until)) {
		return "", false
	}
	return o.current.value, true
}

// token gives a valid token. The fetch that callers share outlives any one of
// them; each waits only as long as its own context.
func (o *OAuth2) token(ctx context.Context) (string, *sdk.Error) {
	if value, ok := o.valid(); ok {
		return value, nil
	}
	fetched := o.flight.DoChan("", func() (any, error) {
		if value, ok := o.valid(); ok {
			return value, nil
		}
		// Not the caller's context, nor what it carries: its request isn't under way
		// yet. The client's own time-out bounds the fetch.
		value, complaint := o.fetch(context.Background())
		if complaint != nil {
			return "", complaint
		}
		return value, nil
	})
	select {
	case <-ctx.Done():
		return "", o.client.cancelled(&exchange{request: Request{Method: http.MethodPost}})
	case result := <-fetched:
		var complaint *sdk.Error
		if as(result.Err, &complaint) {
			return "", complaint
		}
		return result.Val.(string), nil
	}
}

func (o *OAuth2) fetch(ctx context.Context) (string, *sdk.Error) {
	form := url.Values{"grant_type": {"client_credentials"}}
	for name, value := range map[string]string{"scope": o.config.Scope, "audience": o.config.Audience} {
		if value != "" {
			form.Set(name, value)
		}
	}
	if o.config.SecretInBody {
		form.Set("client_id", o.config.ClientID)
		form.Set("client_secret", o.config.ClientSecret)
	}
	response, complaint := o.client.Do(ctx, Request{
		Method: http.MethodPost, Body: []byte(form.Encode()),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
	})
	if complaint != nil {
		return "", o.explain(response, complaint)
	}
	var answer struct {
		AccessToken string          `json:"access_token"`
		TokenType   string          `json:"token_type"`
		ExpiresIn   json.RawMessage `json:"expires_in"`
	}
	_ = json.Unmarshal(response.Body, &answer) // what isn't there is missed below
	value, bad := CheckKey("", answer.AccessToken)
	if bad != nil || (answer.TokenType != "" && !strings.EqualFold(answer.TokenType, "bearer")) {
		return "", &sdk.Error{Code: "bad-token", Summary: o.client.Name() + ": the token's address answers without a bearer token",
			Remedy: "check token_url: it is where the client's id and secret are exchanged for a token", Attribute: []string{"token_url"}, Retry: protocol.Retry_RETRY_AFTER_FIX}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.current = token{value: value, until: o.until(answer.ExpiresIn)}
	return value, nil
}

// until is when to fetch another: a little before the token runs out, so that it
// doesn't on its way. Some servers write the seconds as text.
func (o *OAuth2) until(expiresIn json.RawMessage) time.Time {
	text, _ := scalar(expiresIn)
	lifetime, err := time.ParseDuration(text + "s")
	if err != nil || lifetime <= 0 {
		return time.Time{}
	}
	return o.config.Now().Add(lifetime - min(time.Minute, lifetime/10))
}

// oauthErrors are the codes of RFC 6749 5.2, which hold nothing else.
var oauthErrors = []string{"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope"}

func (o *OAuth2) explain(response *Response, complaint *sdk.Error) *sdk.Error {
	if !slices.Contains([]int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden}, response.Status) {
		return complaint
	}
	better := *complaint
	better.Code, better.Summary = "unauthorized", o.client.Name()+": no token is given for this client id and secret"
	better.Remedy = "check the client's id, its secret and its scope"
	better.Attribute, better.Retry = []string{"client_id"}, protocol.Retry_RETRY_CREDENTIALS
	var said struct{ Error string }
	if json.Unmarshal(response.Body, &said) == nil && slices.Contains(oauthErrors, said.Error) {
		better.Detail += "; it says “" + said.Error + "”"
	}
	return &better
}
