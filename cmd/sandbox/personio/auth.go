package personio

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const tokenLifetime = 24 * time.Hour

// tokens are those given so far. v1 gives the same one again as long as it lasts.
type tokens struct {
	v1    string
	until map[string]time.Time // v1's begin with papi-1, v2's with papi-2
	used  map[string]int       // how often each was shown
}

func (t *tokens) give(generation string, now time.Time) string {
	value := "papi-" + generation + rand.Text()
	t.until[value] = now.Add(tokenLifetime)
	return value
}

func (t *tokens) valid(value string, now time.Time) bool { return now.Before(t.until[value]) }

func newTokens() tokens { return tokens{until: map[string]time.Time{}, used: map[string]int{}} }

// shown takes one use of a token that is good for so many; 0: for any number.
func (t *tokens) shown(value string, serves int) {
	t.used[value]++
	if serves > 0 && t.used[value] >= serves {
		delete(t.until, value)
	}
}

// Expire makes every token given so far invalid.
func (h *Handler) Expire() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tokens = newTokens()
}

func (h *Handler) knows(id, secret string) bool {
	return id == DefaultClientID && secret == DefaultClientSecret && !h.rights.Disabled
}

// authV1 is POST /v1/auth.
func (c *call) authV1() {
	if c.r.URL.Query().Has("client_secret") || c.r.URL.Query().Has("client_id") {
		c.fail(http.StatusForbidden, 0, "Wrong credentials")
		return
	}
	var given struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	text, _ := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxBody))
	if strings.HasPrefix(c.r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		form, _ := url.ParseQuery(string(text))
		given.ID, given.Secret = form.Get("client_id"), form.Get("client_secret")
	} else {
		_ = json.Unmarshal(text, &given) // what isn't there is wrong
	}
	if !c.knows(given.ID, given.Secret) {
		c.fail(http.StatusForbidden, 0, "Wrong credentials")
		return
	}
	if !c.tokens.valid(c.tokens.v1, c.now()) {
		c.tokens.v1 = c.tokens.give("1", c.now())
	}
	c.json(http.StatusOK, object{"success": true, "data": object{
		"token": c.tokens.v1, "expires_in": int(tokenLifetime.Seconds()), "scope": c.rights.scopeV1()}})
}

// oauthErrors are the cases of v2's token endpoint, all of them 400.
var oauthErrors = map[string]struct{ error, description, uri string }{
	"missing":     {"invalid_request", "The request has missing or invalid required parameters.", "invalid_request.required_parameters_missing"},
	"type":        {"invalid_request", `The content type of the request must be "application/x-www-form-urlencoded".`, "invalid_request.invalid_request_content_type"},
	"client":      {"invalid_client", "Client authentication failed (e.g., unknown client, wrong secret, no client authentication included, or unsupported authentication method).", "invalid_client"},
	"secret":      {"unauthorized_client", "Client is not allowed to use the specified grant type flow.", "unauthorized_client"},
	"grant":       {"invalid_grant", "Error in the authorization flow.", "invalid_grant"},
	"unsupported": {"unsupported_grant_type", "The requested authorization grant type is not supported by the server.", "unsupported_grant_type"},
	"scope":       {"invalid_scope", "One of the requested scopes is invalid.", "invalid_scope"},
}

func (c *call) oauthError(which string, meta object) {
	e := oauthErrors[which]
	body := object{"timestamp": c.now().Format(time.RFC3339), "trace_id": "baaaaaad-c0de-fade-baad-c000000000de",
		"error": e.error, "error_description": e.description}
	where := "error_uri"
	if which == "type" {
		where = "type"
	}
	body[where] = "https://developer.personio.de/reference/errors#credentials.oauth2." + e.uri
	if meta != nil {
		body["meta"] = meta
	}
	c.answer(http.StatusBadRequest, "application/problem+json", body)
}

// authV2 is POST /v2/auth/token.
func (c *call) authV2() {
	if !strings.HasPrefix(c.r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		c.oauthError("type", nil)
		return
	}
	text, _ := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxBody))
	form, _ := url.ParseQuery(string(text))
	var missing []string
	for _, name := range []string{"grant_type", "client_id", "client_secret"} {
		if form.Get(name) == "" {
			missing = append(missing, name)
		}
	}
	granted, known := c.rights.grant(form.Get("scope"))
	grant := form.Get("grant_type")
	switch {
	case len(missing) > 0:
		c.oauthError("missing", object{"missing_parameters": missing})
	case grant == "password" || grant == "authorization_code" || grant == "refresh_token":
		c.oauthError("unsupported", object{"grant_type": grant})
	case grant != "client_credentials":
		c.oauthError("grant", nil)
	case form.Get("client_id") != DefaultClientID || c.rights.Disabled:
		c.oauthError("client", nil)
	case form.Get("client_secret") != DefaultClientSecret:
		c.oauthError("secret", nil)
	case !known:
		c.oauthError("scope", nil)
	default:
		c.json(http.StatusOK, object{"access_token": c.tokens.give("2", c.now()), "expires_in": int(tokenLifetime.Seconds()),
			"token_type": "Bearer", "scope": granted})
	}
}

// revoke is POST /v2/auth/revoke. Whatever it is given, it answers 200.
func (c *call) revoke() {
	text, _ := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxBody))
	form, _ := url.ParseQuery(string(text))
	delete(c.tokens.until, form.Get("token"))
	c.w.WriteHeader(http.StatusOK)
}

// authorisedV1 reads the token and echoes it, as most of v1 does.
func (c *call) authorisedV1(echo bool) bool {
	value, is := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	switch {
	case !is || value == "":
		c.fail(http.StatusUnauthorized, http.StatusUnauthorized, "Authorization is not provided")
		return false
	case !strings.HasPrefix(value, "papi-1") || !c.tokens.valid(value, c.now()):
		c.fail(http.StatusForbidden, http.StatusForbidden, "Provided authorization is not valid")
		return false
	}
	c.tokens.shown(value, c.style.TokenServes)
	switch {
	case echo && c.style.RotateToken:
		delete(c.tokens.until, value) // as until 2023: one call, one token
		c.tokens.v1 = c.tokens.give("1", c.now())
		c.w.Header().Set("Authorization", "Bearer "+c.tokens.v1)
	case echo:
		c.w.Header().Set("Authorization", "Bearer "+value)
	}
	return true
}

func (c *call) authorisedV2() bool {
	value, _ := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	if strings.HasPrefix(value, "papi-2") && c.tokens.valid(value, c.now()) {
		c.tokens.shown(value, c.style.TokenServes)
		return true
	}
	c.problem(http.StatusUnauthorized, "Unauthorized", "Unauthorized Request", "common.unauthorized")
	return false
}
