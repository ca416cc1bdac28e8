package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

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

// OAuth2 is a client-credentials grant as an Authorizer.
type OAuth2 struct {
	*Tokens
	config OAuth2Config
	client *Client

	granted atomic.Value // string: the scope of the last token
}

// NewOAuth2 opens nothing. like gives the name, time-outs and transport of the
// API's own client; the token is fetched over a client of its own, because it has
// another address and no token yet.
func NewOAuth2(config OAuth2Config, like Config) *OAuth2 {
	like.BaseURL, like.Auth, like.Authorizer, like.Budget, like.Buckets, like.MaxBody = config.TokenURL, nil, nil, nil, nil, 1<<20
	if !config.SecretInBody {
		like.Authorizer = Basic(url.QueryEscape(config.ClientID), url.QueryEscape(config.ClientSecret))
	}
	o := &OAuth2{config: config, client: NewClient(like)}
	o.Tokens = NewTokens(TokensConfig{Name: like.Name, Fetch: o.fetch, Secrets: []string{config.ClientSecret}, Now: config.Now})
	return o
}

// Granted is the scope that the last token was given for, "" where the server
// didn't say or there is none yet.
func (o *OAuth2) Granted() string {
	scope, _ := o.granted.Load().(string)
	return scope
}

// Close lets go of idle connections.
func (o *OAuth2) Close() error { return o.client.Close() }

func (o *OAuth2) fetch(ctx context.Context) (Token, *sdk.Error) {
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
		return Token{}, o.explain(response, complaint)
	}
	var answer struct {
		AccessToken string          `json:"access_token"`
		TokenType   string          `json:"token_type"`
		ExpiresIn   json.RawMessage `json:"expires_in"`
		Scope       string          `json:"scope"`
	}
	_ = json.Unmarshal(response.Body, &answer) // what isn't there is missed below
	value, bad := CheckKey("", answer.AccessToken)
	if bad != nil || (answer.TokenType != "" && !strings.EqualFold(answer.TokenType, "bearer")) {
		return Token{}, &sdk.Error{Code: "bad-token", Summary: o.client.Name() + ": the token's address answers without a bearer token",
			Remedy: "check token_url: it is where the client's id and secret are exchanged for a token", Attribute: []string{"token_url"}, Retry: protocol.Retry_RETRY_AFTER_FIX}
	}
	o.granted.Store(answer.Scope)
	return Token{Value: value, Lifetime: Seconds(answer.ExpiresIn)}, nil
}

// Seconds is a lifetime as an answer gives it, a number or its text; 0 where it
// gives none.
func Seconds(raw json.RawMessage) time.Duration {
	text, _ := scalar(raw)
	lifetime, err := time.ParseDuration(text + "s")
	if err != nil {
		return 0
	}
	return max(0, lifetime)
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
