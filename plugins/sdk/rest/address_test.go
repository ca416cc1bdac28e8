package rest

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParseBaseURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://Example.iLucca.net/":         "https://example.ilucca.net",
		"  example.ilucca.ch ":                "https://example.ilucca.ch",
		"https://example.ilucca-test.net:443": "https://example.ilucca-test.net:443",
		"http://127.0.0.1:8090/lucca/":        "http://127.0.0.1:8090/lucca",
		"http://localhost:8090":               "http://localhost:8090",
		"http://[::1]:1/x":                    "http://[::1]:1/x",
	} {
		u, complaint := ParseBaseURL("url", text)
		require.Nil(t, complaint, text)
		require.Equal(t, want, u.String())
	}
	for name, text := range map[string]string{
		"empty": " ", "http elsewhere": "http://example.com", "http on a look-alike": "http://localhost.example.com",
		"user": "https://me:" + canary + "@example.com", "query": "https://example.com?key=" + canary, "fragment": "https://example.com#" + canary,
		"other scheme": "ftp://example.com", "no host": "https:///x", "no url": "https://exa mple/%",
	} {
		_, complaint := ParseBaseURL("url", text)
		require.NotNil(t, complaint, name)
		require.Equal(t, "bad-url", complaint.Code)
		require.Equal(t, []string{"url"}, complaint.Attribute)
		require.NotContains(t, complaint.Error()+complaint.Remedy, canary)
	}
}

func TestTenantID(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://EXAMPLE.ilucca.net:443/": "example.ilucca.net",
		"http://127.0.0.1:8090/lucca/":    "127.0.0.1:8090/lucca",
	} {
		u, complaint := ParseBaseURL("url", text)
		require.Nil(t, complaint)
		require.Equal(t, want, TenantID(u))
	}
}

func TestCheckKey(t *testing.T) {
	t.Parallel()
	key, complaint := CheckKey("api_key", " "+canary+"\n")
	require.Nil(t, complaint)
	require.Equal(t, canary, key)
	for _, bad := range []string{"", " ", canary + "\nX-Evil: 1", canary + " x", canary + "é"} {
		_, complaint := CheckKey("api_key", bad)
		require.NotNil(t, complaint)
		require.NotContains(t, complaint.Error()+complaint.Remedy, "c0ffee")
	}
}

func TestParseRate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Rate{"": {}, "10/s": {10, time.Second}, "45/min": {45, time.Minute}, "1000/h": {1000, time.Hour}} {
		got, complaint := ParseRate(text)
		require.Nil(t, complaint, text)
		require.Equal(t, want, got)
	}
	for _, text := range []string{"45", "0/min", "-1/s", "x/min", "45/year", "45/", "9999999/s"} {
		_, complaint := ParseRate(text)
		require.NotNil(t, complaint, text)
		require.Equal(t, "bad-rate", complaint.Code)
	}
}

// In no minute do more than 50 leave, whatever came before: what Lucca documents.
func TestBudgetKeepsTheRate(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	budget := NewBudget(Rate{45, time.Minute})
	budget.now = func() time.Time { return now }
	now = now.Add(time.Hour) // rested: the burst is full
	var left []time.Time
	for range 200 {
		wait, _ := budget.delay()
		now = now.Add(max(0, wait))
		left = append(left, now)
	}
	for i := range left {
		inMinute := 0
		for _, at := range left[i:] {
			if at.Sub(left[i]) < time.Minute {
				inMinute++
			}
		}
		require.LessOrEqual(t, inMinute, 50)
	}
	require.Less(t, left[len(left)-1].Sub(left[0]), 5*time.Minute, "and not needlessly fewer")
}

func TestBudgetsAreSharedByTenant(t *testing.T) {
	t.Parallel()
	var budgets Budgets
	one := budgets.Of("a", Rate{100, time.Second})
	require.Same(t, one, budgets.Of("a", Rate{1, time.Second}))
	require.NotSame(t, one, budgets.Of("b", Rate{1, time.Second}))
	require.InDelta(t, 1, float64(one.limiter.Limit()), 0.001, "the slower rate holds")
	require.Same(t, one, budgets.Of("a", Rate{}))
	require.InDelta(t, 1, float64(one.limiter.Limit()), 0.001)
}

func TestPauseHoldsEverybody(t *testing.T) {
	t.Parallel()
	budget := NewBudget(Rate{})
	now := time.Unix(0, 0)
	budget.now = func() time.Time { return now }
	budget.pause(30 * time.Second)
	budget.pause(10 * time.Second)
	wait, _ := budget.delay()
	require.Equal(t, 30*time.Second, wait)
	now = now.Add(time.Minute)
	wait, _ = budget.delay()
	require.LessOrEqual(t, wait, time.Duration(0))
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"0": 0, "120": 2 * time.Minute, "Thu, 01 Jan 2026 00:00:30 GMT": 30 * time.Second, "Wed, 31 Dec 2025 00:00:00 GMT": 0,
		"": -1, "-5": -1, "soon": -1, "1.5": -1,
	} {
		got, given := retryAfter(http.Header{"Retry-After": {text}}, now)
		require.Equal(t, want >= 0, given, text)
		require.Equal(t, max(0, want), got, text)
	}
}
