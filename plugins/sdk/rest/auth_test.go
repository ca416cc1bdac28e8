package rest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/protocol"
)

func TestHeaderProofs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		by     Authorizer
		header string
		want   string
	}{
		"key":           {HeaderKey("X-Access-Key", "", canary), "X-Access-Key", canary},
		"key, prefixed": {HeaderKey("Authorization", "Token token=", canary), "Authorization", "Token token=" + canary},
		"bearer":        {Bearer(canary), "Authorization", "Bearer " + canary},
		"basic":         {Basic("zoé", "p:w"), "Authorization", "Basic em/DqTpwOnc="},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got string
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				got = r.Header.Get(c.header)
				say(200, `{}`)(w)
			}, func(config *Config) { config.Auth, config.Authorizer = nil, c.by })
			_, complaint := client.JSON(t.Context(), "GET", "/x", nil, nil)
			require.Nil(t, complaint)
			require.Equal(t, c.want, got)
			require.NotEmpty(t, client.secrets())
		})
	}
}

// tokens is a token server: it counts what it gives out.
type tokens struct {
	given   atomic.Int64
	answer  func(n int64, w http.ResponseWriter)
	seen    sync.Map
	waiting chan struct{} // closed: answers go out
}

func (s *tokens) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.seen.Store("body", string(body))
	s.seen.Store("type", r.Header.Get("Content-Type"))
	s.seen.Store("auth", r.Header.Get("Authorization"))
	n := s.given.Add(1)
	if s.waiting != nil {
		<-s.waiting
	}
	if s.answer != nil {
		s.answer(n, w)
		return
	}
	say(200, fmt.Sprintf(`{"access_token":"t-%d","token_type":"Bearer","expires_in":3600}`, n))(w)
}

func (s *tokens) saw(what string) string {
	value, _ := s.seen.Load(what)
	return value.(string)
}

func oauth(t *testing.T, s *tokens, api http.HandlerFunc, more ...func(*OAuth2Config)) *Client {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	address, complaint := ParseBaseURL("token_url", server.URL+"/oauth/token")
	require.Nil(t, complaint)
	config := OAuth2Config{TokenURL: address, ClientID: "id", ClientSecret: canary, Scope: "a b"}
	for _, change := range more {
		change(&config)
	}
	var proof *OAuth2
	client := serve(t, api, func(c *Config) {
		proof = NewOAuth2(config, *c)
		c.Auth, c.Authorizer = nil, proof
	})
	t.Cleanup(func() { _ = proof.Close() })
	return client
}

func TestTokenIsFetchedOnceForAllCallers(t *testing.T) {
	t.Parallel()
	s := &tokens{waiting: make(chan struct{})}
	var served atomic.Int64
	client := oauth(t, s, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer t-1" {
			served.Add(1)
		}
		say(200, `{}`)(w)
	})
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() { _, _ = client.JSON(t.Context(), "GET", "/x", nil, nil) })
	}
	require.Eventually(t, func() bool { return s.given.Load() == 1 }, 5*time.Second, time.Millisecond)
	close(s.waiting)
	group.Wait()
	require.EqualValues(t, 20, served.Load())
	require.EqualValues(t, 1, s.given.Load())
	require.Equal(t, "grant_type=client_credentials&scope=a+b", s.saw("body"))
	require.Equal(t, "application/x-www-form-urlencoded", s.saw("type"))
	require.True(t, strings.HasPrefix(s.saw("auth"), "Basic "))
}

func TestTokenFormWithSecretInBody(t *testing.T) {
	t.Parallel()
	s := &tokens{}
	client := oauth(t, s, func(w http.ResponseWriter, _ *http.Request) { say(200, `{}`)(w) }, func(c *OAuth2Config) { c.SecretInBody, c.Audience = true, "hr" })
	_, complaint := client.JSON(t.Context(), "GET", "/x", nil, nil)
	require.Nil(t, complaint)
	require.Equal(t, "audience=hr&client_id=id&client_secret="+canary+"&grant_type=client_credentials&scope=a+b", s.saw("body"))
	require.Empty(t, s.saw("auth"))
}

// A token that was withdrawn is replaced once, whoever notices, and the refused
// request is made again, its body too.
func TestWithdrawnTokenIsReplacedOnce(t *testing.T) {
	t.Parallel()
	s := &tokens{}
	var good atomic.Value
	good.Store("Bearer t-1")
	var bodies sync.Map
	client := oauth(t, s, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Header.Get("Authorization") != good.Load() {
			say(401, `{}`)(w)
			return
		}
		bodies.Store(string(body), true)
		say(200, `{}`)(w)
	})
	_, complaint := client.JSON(t.Context(), "GET", "/x", nil, nil)
	require.Nil(t, complaint)
	good.Store("Bearer t-2")
	var group sync.WaitGroup
	for i := range 10 {
		group.Go(func() {
			response, complaint := client.JSON(t.Context(), "POST", "/x", nil, fmt.Appendf(nil, `{"n":%d}`, i))
			if complaint == nil && response.Outcome == applied {
				bodies.Store(i, true)
			}
		})
	}
	group.Wait()
	require.EqualValues(t, 2, s.given.Load())
	for i := range 10 {
		_, applied := bodies.Load(i)
		_, arrived := bodies.Load(fmt.Sprintf(`{"n":%d}`, i))
		require.True(t, applied && arrived, i)
	}
}

// A fresh token that is refused is not replaced: the next one would be refused too.
func TestTokenWithoutRightsIsNotReplaced(t *testing.T) {
	t.Parallel()
	s := &tokens{}
	var calls atomic.Int64
	client := oauth(t, s, func(w http.ResponseWriter, _ *http.Request) { calls.Add(1); say(401, `{}`)(w) })
	for range 3 {
		_, complaint := client.JSON(t.Context(), "GET", "/x", nil, nil)
		require.Equal(t, "unauthorized", complaint.Code)
	}
	require.EqualValues(t, 1, s.given.Load())
	require.EqualValues(t, 3, calls.Load())
}

func TestTokenThatRunsOut(t *testing.T) {
	t.Parallel()
	var now atomic.Int64
	s := &tokens{answer: func(n int64, w http.ResponseWriter) {
		say(200, fmt.Sprintf(`{"access_token":"t-%d","expires_in":"100"}`, n))(w)
	}}
	client := oauth(t, s, func(w http.ResponseWriter, _ *http.Request) { say(200, `{}`)(w) },
		func(c *OAuth2Config) { c.Now = func() time.Time { return time.Unix(now.Load(), 0) } })
	for _, step := range []struct{ at, given int64 }{{0, 1}, {89, 1}, {90, 2}, {100, 2}, {180, 3}} {
		now.Store(step.at)
		_, complaint := client.JSON(t.Context(), "GET", "/x", nil, nil)
		require.Nil(t, complaint)
		require.Equal(t, step.given, s.given.Load(), step.at)
	}
}

func TestNoToken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status       int
		body         string
		code, detail string
		retry        protocol.Retry
		asked        int64
	}{
		"wrong secret":  {401, `{"error":"invalid_client","error_description":"` + canary + `"}`, "unauthorized", "“invalid_client”", protocol.Retry_RETRY_CREDENTIALS, 1},
		"wrong scope":   {400, `{"error":"invalid_scope"}`, "unauthorized", "“invalid_scope”", protocol.Retry_RETRY_CREDENTIALS, 1},
		"strange error": {400, `{"error":"` + canary + `"}`, "unauthorized", "400", protocol.Retry_RETRY_CREDENTIALS, 1},
		"elsewhere":     {404, `{}`, "not-found", "/oauth/token", protocol.Retry_RETRY_AFTER_FIX, 1},
		"busy":          {503, `{}`, "unavailable", "503", protocol.Retry_RETRY_LATER, 3},
		"no token":      {200, `{}`, "bad-token", "", protocol.Retry_RETRY_AFTER_FIX, 1},
		"another kind":  {200, `{"access_token":"x","token_type":"mac"}`, "bad-token", "", protocol.Retry_RETRY_AFTER_FIX, 1},
		"two lines":     {200, `{"access_token":"x\ny"}`, "bad-token", "", protocol.Retry_RETRY_AFTER_FIX, 1},
		"login page":    {200, `<html>`, "not-json", "", protocol.Retry_RETRY_AFTER_FIX, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &tokens{answer: func(_ int64, w http.ResponseWriter) { say(c.status, c.body)(w) }}
			var calls atomic.Int64
			client := oauth(t, s, func(w http.ResponseWriter, _ *http.Request) { calls.Add(1); say(200, `{}`)(w) })
			response, complaint := client.JSON(t.Context(), "POST", "/x", nil, []byte(`{}`))
			require.NotNil(t, complaint)
			require.Equal(t, c.code, complaint.Code)
			require.Contains(t, complaint.Detail, c.detail)
			require.Equal(t, c.retry, complaint.Retry)
			require.NotContains(t, fmt.Sprintf("%+v", *complaint), canary)
			require.Equal(t, notSent, response.Outcome)
			require.Equal(t, c.asked, s.given.Load())
			require.Zero(t, calls.Load())
		})
	}
}

// Whoever gives up doesn't take the token from the others.
func TestOneCallerGivesUp(t *testing.T) {
	t.Parallel()
	s := &tokens{waiting: make(chan struct{})}
	client := oauth(t, s, func(w http.ResponseWriter, _ *http.Request) { say(200, `{}`)(w) })
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan string)
	go func() {
		_, complaint := client.JSON(ctx, "GET", "/x", nil, nil)
		gone <- complaint.Code
	}()
	require.Eventually(t, func() bool { return s.given.Load() == 1 }, 5*time.Second, time.Millisecond)
	cancel()
	require.Equal(t, "cancelled", <-gone)
	close(s.waiting)
	_, complaint := client.JSON(t.Context(), "GET", "/x", nil, nil)
	require.Nil(t, complaint)
	require.EqualValues(t, 1, s.given.Load())
}

func TestSignature(t *testing.T) {
	t.Parallel()
	now := func() time.Time { return time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC) }
	sum := func(text string) []byte {
		mac := hmac.New(sha256.New, []byte(canary))
		mac.Write([]byte(text))
		return mac.Sum(nil)
	}
	bodyHash := sha256.Sum256([]byte(`{"a":1}`))
	for name, c := range map[string]struct {
		config HMACConfig
		want   map[string]string
	}{
		"usual": {HMACConfig{Header: "X-Signature", Separator: "\n", TimestampHeader: "X-Timestamp"},
			map[string]string{"X-Signature": hex.EncodeToString(sum("POST\n/base/p%2Fq\n1788264000\n{\"a\":1}")), "X-Timestamp": "1788264000"}},
		"all parts": {HMACConfig{Header: "Authorization", Prefix: "HMAC {key}:", Key: "k1", KeyHeader: "X-Key", Parts: []string{"query", "key", "body-hash", "timestamp"}, TimestampHeader: "Date-Sent", Timestamp: "rfc3339"},
			map[string]string{"Authorization": "HMAC k1:" + hex.EncodeToString(sum("b=2k1"+hex.EncodeToString(bodyHash[:])+"2026-09-01T12:00:00Z")), "X-Key": "k1", "Date-Sent": "2026-09-01T12:00:00Z"}},
		"body alone": {HMACConfig{Header: "X-Hub-Signature-256", Prefix: "sha256=", Parts: []string{"body"}},
			map[string]string{"X-Hub-Signature-256": "sha256=" + hex.EncodeToString(sum(`{"a":1}`))}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.config.Secret, c.config.Now = canary, now
			by, complaint := HMAC(c.config)
			require.Nil(t, complaint)
			var got http.Header
			attempts := 0
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				got = r.Header
				if attempts++; attempts == 1 {
					w.Header().Set("Retry-After", "0")
					say(503, `{}`)(w)
					return
				}
				say(200, `{}`)(w)
			}, func(config *Config) { config.Auth, config.Authorizer = nil, by })
			_, complaint = client.JSON(t.Context(), "POST", "/p%2Fq", map[string][]string{"b": {"2"}}, []byte(`{"a":1}`))
			require.Nil(t, complaint)
			require.Equal(t, 2, attempts)
			for header, want := range c.want {
				require.Equal(t, want, got.Get(header), header)
			}
		})
	}
}

func TestBadSignatureSettings(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*HMACConfig){
		"secret":    func(c *HMACConfig) { c.Secret = "" },
		"header":    func(c *HMACConfig) { c.Header = "" },
		"algorithm": func(c *HMACConfig) { c.Algorithm = "md5" },
		"encoding":  func(c *HMACConfig) { c.Encoding = "rot13" },
		"timestamp": func(c *HMACConfig) { c.Timestamp = "julian" },
		"no time":   func(c *HMACConfig) { c.TimestampHeader = "" },
		"part":      func(c *HMACConfig) { c.Parts = []string{"weather"} },
	} {
		config := HMACConfig{Secret: canary, Header: "X", TimestampHeader: "T"}
		change(&config)
		_, complaint := HMAC(config)
		require.NotNil(t, complaint, name)
		require.Equal(t, "bad-signature-settings", complaint.Code)
		require.NotContains(t, fmt.Sprintf("%+v", *complaint), canary)
	}
}
