package personio

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// receiver answers with a status and remembers what came.
type receiver struct {
	*httptest.Server
	status  int
	slow    time.Duration
	asked   atomic.Int32
	headers chan http.Header
}

func receive(t *testing.T, status int, slow time.Duration) *receiver {
	r := &receiver{status: status, slow: slow, headers: make(chan http.Header, 100)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, got *http.Request) {
		r.asked.Add(1)
		r.headers <- got.Header
		select {
		case <-time.After(r.slow):
		case <-got.Context().Done():
		}
		w.Header().Set("Location", r.URL+"/elsewhere")
		w.WriteHeader(r.status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (s *stand) hook(url, more string) string {
	return text(s.call("POST", "/v2/webhooks", `{"url":"`+url+`","status":"ENABLED","enabled_events":["person.created"]`+more+`}`, 201), "id")
}

func (s *stand) delivered(webhook string) (statuses []int) {
	for _, d := range s.Deliveries() {
		if d.Webhook == webhook {
			statuses = append(statuses, d.Status)
		}
	}
	return statuses
}

// Section 10.9: at most fourteen requests, for server errors and silence alone, no
// redirect followed, three seconds at most.
func TestWebhooksRepeat(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.options.WebhookTimeout = 30 * time.Millisecond
	down, moved, never, refuses, slow := receive(t, 503, 0), receive(t, 302, 0), receive(t, 501, 0), receive(t, 404, 0), receive(t, 200, time.Second)
	hooks := map[*receiver]string{}
	for _, r := range []*receiver{down, moved, never, refuses, slow} {
		hooks[r] = s.hook(r.URL, "")
	}
	s.hire("a@x.example")
	require.Eventually(t, func() bool { return len(s.Deliveries()) == 14+1+1+1+14 }, 10*time.Second, 5*time.Millisecond, "%v", s.Deliveries())
	for r, requests := range map[*receiver]int{down: 14, moved: 1, never: 1, refuses: 1, slow: 14} {
		require.Len(t, s.delivered(hooks[r]), requests)
		require.EqualValues(t, requests, r.asked.Load())
	}
	require.Equal(t, 0, s.delivered(hooks[slow])[0], "no answer in time")
	require.Equal(t, 3*time.Second, webhookTimeout)
}

// The header is what was registered, word for word; nothing is signed.
func TestWebhookHeaders(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	for more, want := range map[string]map[string]string{
		`,"token":"just this"`:                                 {"Authorization": "just this"},
		`,"auth_type":"NONE","token":"Bearer x"`:               {"Authorization": ""},
		`,"auth_type":"CUSTOM","custom_headers":{"X-Key":"k"}`: {"X-Key": "k", "Authorization": ""},
	} {
		r := receive(t, 204, 0)
		id := s.hook(r.URL, more)
		s.hire(id + "@x.example")
		got := <-r.headers
		for name, value := range want {
			require.Equal(t, value, got.Get(name), more)
		}
		require.NotContains(t, got, "X-Signature")
		s.call("DELETE", "/v2/webhooks/"+id, "", 204)
	}
	for _, bad := range []string{`,"auth_type":"HMAC"`, `,"custom_headers":{"a":"1","b":"2","c":"3","d":"4"}`, `,"status":"ON"`} {
		s.call("POST", "/v2/webhooks", `{"url":"http://127.0.0.1:1","enabled_events":["ping"]`+bad+`}`, 400)
	}
	r := receive(t, 204, 0)
	id := s.hook(r.URL, "")
	s.call("POST", "/v2/webhooks/"+id+"/ping", "", 204)
	require.NotNil(t, <-r.headers)
}
