package fault

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	luccaList = `{"header":{"a":1},"data":{"items":[{"id":1},{"id":2},{"id":3},{"id":4}],"count":9}}`
	oppusList = `{"value":[{"id":"a"},{"id":"b"}],"total":7,"page":1}`
	single    = `{"data":{"id":1}}`
)

// stand puts rules in front of an API that answers one body and counts.
func stand(t *testing.T, body string, rules ...Rule) (*httptest.Server, *atomic.Int64) {
	t.Helper()
	set, calls := &Set{}, &atomic.Int64{}
	for _, rule := range rules {
		rule.Side = "lucca"
		require.NoError(t, set.Add(rule, "lucca", "oppus"))
	}
	api := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, body)
	})
	server := httptest.NewServer(set.Handler("lucca", api))
	t.Cleanup(server.Close)
	return server, calls
}

// send posts: a GET that dies on a used connection would be sent again.
func send(t *testing.T, server *httptest.Server, path string) (*http.Response, string, error) {
	t.Helper()
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Post(server.URL+path, "application/json", strings.NewReader("{}"))
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return response, string(body), err
}

func TestEffects(t *testing.T) {
	t.Parallel()
	html := "<html>login</html>"
	tests := map[string]struct {
		rule   Rule
		api    string
		status int // 0: no answer
		body   string
		cut    bool
		calls  int64
	}{
		"none":             {Rule{Match: "/other"}, luccaList, 201, luccaList, false, 1},
		"status":           {Rule{Status: 503}, luccaList, 503, "", false, 0},
		"body":             {Rule{Body: &html}, luccaList, 200, html, false, 0},
		"status and body":  {Rule{Status: 408, Body: &html}, luccaList, 408, html, false, 0},
		"redirect":         {Rule{Redirect: "https://elsewhere.example/"}, luccaList, 302, "", false, 0},
		"other redirect":   {Rule{Redirect: "https://elsewhere.example/", Status: 307}, luccaList, 307, "", false, 0},
		"close before":     {Rule{Close: "before"}, luccaList, 0, "", false, 0},
		"close after":      {Rule{Close: "after"}, luccaList, 0, "", false, 1},
		"truncate":         {Rule{Truncate: true}, luccaList, 201, luccaList[:len(luccaList)/2], true, 1},
		"empty lucca":      {Rule{EmptyList: true}, luccaList, 201, `{"data":{"count":0,"items":[]},"header":{"a":1}}`, false, 1},
		"empty oppus":      {Rule{EmptyList: true}, oppusList, 201, `{"page":1,"total":0,"value":[]}`, false, 1},
		"half lucca":       {Rule{HalfPages: true}, luccaList, 201, `{"data":{"count":9,"items":[{"id":1},{"id":2}]},"header":{"a":1}}`, false, 1},
		"half oppus":       {Rule{HalfPages: true}, oppusList, 201, `{"page":1,"total":7,"value":[{"id":"a"}]}`, false, 1},
		"empty pages":      {Rule{EmptyList: true}, `{"items":[1,2],"count":2}`, 201, `{"count":0,"items":[]}`, false, 1},
		"no list":          {Rule{EmptyList: true}, single, 201, single, false, 1},
		"no JSON":          {Rule{EmptyList: true}, html, 201, html, false, 1},
		"delay":            {Rule{DelayMS: 1}, single, 201, single, false, 1},
		"half personio v1": {Rule{HalfPages: true}, `{"data":[1,2,3],"metadata":{"total_elements":3}}`, 201, `{"data":[1],"metadata":{"total_elements":3}}`, false, 1},
		"no personio v1":   {Rule{EmptyList: true}, `{"data":[1,2,3],"metadata":{"total_elements":3}}`, 201, `{"data":[],"metadata":{"total_elements":0}}`, false, 1},
		"no personio v2":   {Rule{EmptyList: true}, `{"_data":[1,2],"_meta":{}}`, 201, `{"_data":[],"_meta":{}}`, false, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, calls := stand(t, test.api, test.rule)
			response, body, err := send(t, server, "/api/v3/users")
			require.Equal(t, test.calls, calls.Load())
			switch {
			case test.status == 0:
				require.Error(t, err)
				require.Nil(t, response)
				return
			case test.cut:
				require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			default:
				require.NoError(t, err)
			}
			require.Equal(t, test.status, response.StatusCode)
			require.Equal(t, test.body, body)
			if test.rule.Redirect != "" {
				require.Equal(t, test.rule.Redirect, response.Header.Get("Location"))
			}
		})
	}
}

// What never ends is cut by whoever listens.
func TestEndless(t *testing.T) {
	t.Parallel()
	server, _ := stand(t, luccaList, Rule{Endless: true})
	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/api/v3/users", nil)
	require.NoError(t, err)
	response, err := server.Client().Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	start := make([]byte, len(luccaList)/2+3)
	_, err = io.ReadFull(response.Body, start)
	require.NoError(t, err)
	require.Equal(t, luccaList[:len(luccaList)/2]+"   ", string(start))
	cancel()
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	server, _ := stand(t, single,
		Rule{Match: "/a", Status: 429, Headers: map[string]string{"retry-after": "0"}},
		Rule{Match: "/b", Headers: map[string]string{"content-type": "text/html"}})
	response, _, err := send(t, server, "/a")
	require.NoError(t, err)
	require.Equal(t, "0", response.Header.Get("Retry-After"))
	response, body, err := send(t, server, "/b")
	require.NoError(t, err)
	require.Equal(t, "text/html", response.Header.Get("Content-Type"))
	require.Equal(t, single, body)
}

func TestWhichRequestsAreHit(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		rules []Rule
		path  string
		want  []int
	}{
		"always":             {[]Rule{{Status: 503}}, "/x", []int{503, 503, 503, 503}},
		"twice":              {[]Rule{{Status: 503, Times: 2}}, "/x", []int{503, 503, 201, 201}},
		"the second":         {[]Rule{{Status: 503, Skip: 1, Times: 1}}, "/x", []int{201, 503, 201, 201}},
		"one then the other": {[]Rule{{Status: 503, Times: 1}, {Status: 500, Times: 1}}, "/x", []int{503, 500, 201, 201}},
		"prefix":             {[]Rule{{Status: 503, Match: "/api/v3"}}, "/api/v3/users", []int{503, 503}},
		"with its side":      {[]Rule{{Status: 503, Match: "/lucca/api/v3"}}, "/api/v3/users", []int{503, 503}},
		"another path":       {[]Rule{{Status: 503, Match: "/api/v3"}}, "/api/v4", []int{201, 201}},
		"method":             {[]Rule{{Status: 503, Method: "post"}}, "/x", []int{503}},
		"another method":     {[]Rule{{Status: 503, Method: "GET"}}, "/x", []int{201}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, _ := stand(t, single, test.rules...)
			for i, want := range test.want {
				response, _, err := send(t, server, test.path)
				require.NoError(t, err)
				require.Equal(t, want, response.StatusCode, i)
			}
		})
	}
}

func TestASideIsHitAlone(t *testing.T) {
	t.Parallel()
	set := &Set{}
	require.NoError(t, set.Add(Rule{Side: "oppus", Status: 503}))
	recorder := httptest.NewRecorder()
	set.Handler("lucca", http.NotFoundHandler()).ServeHTTP(recorder, httptest.NewRequest("GET", "/", nil))
	require.Equal(t, 404, recorder.Code)
}

func TestClear(t *testing.T) {
	t.Parallel()
	set := &Set{}
	require.NoError(t, set.Add(Rule{Side: "lucca", Status: 503}))
	require.Len(t, set.Rules(), 1)
	set.Clear()
	require.Empty(t, set.Rules())
	_, hit := set.pick("lucca", httptest.NewRequest("GET", "/", nil))
	require.False(t, hit)
}

func TestAddRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]Rule{
		"side":     {Side: "personio"},
		"skip":     {Side: "lucca", Skip: -1},
		"delay_ms": {Side: "lucca", DelayMS: 3_600_000},
		"status":   {Side: "lucca", Status: 99},
		"close":    {Side: "lucca", Close: "during"},
		"instead":  {Side: "lucca", Status: 503, Truncate: true},
	}
	for says, rule := range tests {
		set := &Set{}
		require.ErrorContains(t, set.Add(rule, "lucca", "oppus"), says)
		require.Empty(t, set.Rules())
	}
}

func TestADelayEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	set := &Set{}
	require.NoError(t, set.Add(Rule{Side: "lucca", DelayMS: 600_000}))
	gone, leave := context.WithCancel(t.Context())
	leave()
	request := httptest.NewRequest("POST", "/", strings.NewReader("{}")).WithContext(gone)
	api := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the API was called") })
	require.PanicsWithValue(t, http.ErrAbortHandler, func() {
		set.Handler("lucca", api).ServeHTTP(httptest.NewRecorder(), request)
	})
}
