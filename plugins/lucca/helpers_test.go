package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

const key = "c0ffee00-1111-2222-3333-canary444444"

const byKey = protocol.Retry_RETRY_CREDENTIALS

// tenant answers requests in order and remembers their queries.
type tenant struct {
	mu      sync.Mutex
	paths   []string
	queries []url.Values
	answers []http.HandlerFunc // of users
	choices http.HandlerFunc   // of extensionuserdefinitions
	known   http.HandlerFunc   // of userproperties; nil: not there
}

func (l *tenant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	l.paths = append(l.paths, r.URL.Path)
	l.queries = append(l.queries, r.URL.Query())
	answer := say(200, `{"data":{"items":[],"count":0}}`)
	switch {
	case r.URL.Path == definitionsPath:
		answer = l.choices
	case r.URL.Path == propertiesPath && l.known == nil:
		answer = say(404, ``)
	case r.URL.Path == propertiesPath:
		answer = l.known
	case len(l.answers) > 0:
		answer, l.answers = l.answers[0], l.answers[1:]
	}
	l.mu.Unlock()
	if r.Header.Get("Authorization") != "lucca application="+key {
		answer = say(401, `{"Status":401,"Message":"Your token is invalid or you did not provide any"}`)
	}
	answer(w, r)
}

func say(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// people is one page of v3's envelope.
func people(count int, items ...string) http.HandlerFunc {
	list := "[]"
	for i, item := range items {
		if i == 0 {
			list = "[" + item
		} else {
			list += "," + item
		}
		if i == len(items)-1 {
			list += "]"
		}
	}
	counted := ""
	if count >= 0 {
		counted = fmt.Sprintf(`,"count":%d`, count)
	}
	return say(200, `{"header":{"generated":"2024-05-01T10:20:30","principal":"key"},"data":{"items":`+list+counted+`}}`)
}

// connect opens a connection to a tenant on loopback, on the evening of
// 2026-08-31 UTC, when it is 2026-09-01 in Paris.
func connect(t *testing.T, l *tenant, settings string) *connection {
	t.Helper()
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	c := &connector{
		now:  func() time.Time { return time.Date(2026, 8, 31, 22, 30, 0, 0, time.UTC) },
		tune: func(c *rest.Config) { c.FirstWait, c.Attempts, c.Budget = time.Millisecond, 2, nil },
	}
	object := map[string]any{"url": server.URL, "api_key": key, "page_size": 2}
	require.NoError(t, json.Unmarshal([]byte(settings), &object))
	encoded, err := json.Marshal(object)
	require.NoError(t, err)
	checked, complaint := sdk.NewSettings(encoded, c.Describe().GetSettings())
	require.Nil(t, complaint)
	opened, err := c.Configure(t.Context(), checked)
	require.NoError(t, err)
	t.Cleanup(func() { _ = opened.(*connection).Close() })
	return opened.(*connection)
}

func readSettings(t *testing.T, include ...string) sdk.Settings {
	t.Helper()
	object, err := json.Marshal(map[string]any{"include": include})
	require.NoError(t, err)
	settings, complaint := sdk.NewSettings(object, users().about.GetReadSettings())
	require.Nil(t, complaint)
	return settings
}
