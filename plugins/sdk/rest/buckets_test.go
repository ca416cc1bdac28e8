package rest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func limits(remaining, rate, capacity string) http.Header {
	h := http.Header{}
	h.Set("x-ratelimit-remaining", remaining)
	h.Set("x-ratelimit-replenish-rate", rate)
	h.Set("x-ratelimit-burst-capacity", capacity)
	h.Set("x-ratelimit-requested-tokens", "1")
	return h
}

// Each endpoint has its own bucket, and what it holds is what the API last said,
// less what was taken since.
func TestBuckets(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	b := &Buckets{now: func() time.Time { return now }}
	at := func(shown string) context.Context {
		return context.WithValue(t.Context(), exchangeKey{}, &exchange{request: Request{Method: "GET", Path: "/real", Shown: shown}})
	}
	require.Zero(t, b.take(at("/persons/{id}")), "nothing was said yet")
	b.learn(at("/persons/{id}"), limits("2", "10", "30"))
	require.Zero(t, b.take(at("/persons/{id}")))
	require.Zero(t, b.take(at("/persons/{id}")))
	require.Equal(t, 100*time.Millisecond, b.take(at("/persons/{id}")), "the third waits for its token")
	require.Zero(t, b.take(at("/persons")), "another endpoint has another bucket")

	b.learn(at("/persons/{id}"), limits("29", "10", "30"))
	require.Equal(t, 200*time.Millisecond, b.take(at("/persons/{id}")), "an answer that doesn't count what is under way frees nothing")
	now = now.Add(10 * time.Second)
	for range 30 {
		require.Zero(t, b.take(at("/persons/{id}")))
	}
	require.Equal(t, 100*time.Millisecond, b.take(at("/persons/{id}")), "the burst is the capacity")

	for _, odd := range []http.Header{{}, limits("x", "10", "30"), limits("3", "0", "30"), limits("3", "-1", "30")} {
		b.learn(at("/odd"), odd)
		require.Zero(t, b.take(at("/odd")))
	}
	require.Zero(t, (*Buckets)(nil).take(at("/persons")))
}

// A 429 without Retry-After waits as long as its bucket says.
func TestRefill(t *testing.T) {
	t.Parallel()
	require.Equal(t, 500*time.Millisecond, refill(limits("0", "2", "10")))
	require.Zero(t, refill(limits("4", "2", "10")), "the bucket isn't empty: it was something else")
	require.Zero(t, refill(http.Header{}))

	c := &Client{config: Config{Budget: NewBudget(Rate{})}}
	resp := &http.Response{StatusCode: 429, Header: limits("0", "2", "10")}
	require.Equal(t, 500*time.Millisecond, c.backoff(time.Millisecond, time.Minute, 0, resp))
	resp.StatusCode = 500
	require.Less(t, c.backoff(time.Millisecond, time.Minute, 0, resp), 10*time.Millisecond)
}

// The client paces by what answers say, in one bucket for all ids of one endpoint.
func TestClientKeepsToBuckets(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		for name, values := range limits("0", "1000", "1") {
			w.Header()[name] = values
		}
		_, _ = w.Write([]byte(`{}`))
	}))
	t.Cleanup(server.Close)
	base, complaint := ParseBaseURL("url", server.URL)
	require.Nil(t, complaint)
	var shared BucketsOf
	buckets := shared.Of("tenant")
	require.Same(t, buckets, shared.Of("tenant"))
	require.NotSame(t, buckets, shared.Of("another"))
	c := NewClient(Config{Name: "X", BaseURL: base, Buckets: buckets, Authorizer: Bearer("t")})
	for _, id := range []string{"1", "2"} {
		_, complaint := c.Do(t.Context(), Request{Method: "GET", Path: "/persons/" + id, Shown: "/persons/{id}"})
		require.Nil(t, complaint)
	}
	require.EqualValues(t, 2, calls.Load())
	require.Len(t, buckets.each, 1)
}
