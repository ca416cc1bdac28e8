package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/sdk"
)

// Every request that leaves is counted for whoever asked: first attempts and
// later ones, redirects, and the token that the first of them waited for.
func TestEveryRequestIsCounted(t *testing.T) {
	t.Parallel()
	var received atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"access_token":"t","token_type":"bearer","expires_in":3600}`))
	})
	mux.HandleFunc("GET /busy", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	mux.HandleFunc("GET /moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/there", http.StatusFound) })
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{}`)) })
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		received.Add(1)
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	base, complaint := ParseBaseURL("url", server.URL)
	require.Nil(t, complaint)
	tokenURL, complaint := ParseBaseURL("token_url", server.URL+"/token")
	require.Nil(t, complaint)
	config := Config{Name: "X", BaseURL: base, FirstWait: time.Millisecond, Attempts: 3}
	config.Authorizer = NewOAuth2(OAuth2Config{TokenURL: tokenURL, ClientID: "i", ClientSecret: "s"}, config)
	c := NewClient(config)

	ctx, made := sdk.NewTestCalls(t.Context())
	for path, more := range map[string]int64{"/plain": 1, "/busy": 3, "/moved": 2} {
		before := made()
		_, _ = c.JSON(ctx, "GET", path, nil, nil)
		if before == 0 {
			more++ // the token
		}
		require.Equal(t, before+more, made(), path)
	}
	require.Equal(t, received.Load(), made())
	_, _ = c.JSON(context.Background(), "GET", "/plain", nil, nil)
	require.Equal(t, received.Load(), made()+1, "of nobody's")
}

// What goes in one request is marked, also where the first of it was not sent.
func TestBatchesShareARequest(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var sent []json.RawMessage
		_ = json.NewDecoder(r.Body).Decode(&sent)
		_ = json.NewEncoder(w).Encode(sent)
	}))
	t.Cleanup(server.Close)
	base, complaint := ParseBaseURL("url", server.URL)
	require.Nil(t, complaint)
	to := &Target{Client: NewClient(Config{Name: "X", BaseURL: base}), BatchSize: 3}
	endpoint := &sdk.EndpointDeclaration{Operation: opUpdate, Method: "PATCH", Path: "/bulk", Batch: "array", Success: []int32{200}, Id: "id"}
	var records []sdk.WriteRecord
	for _, id := range []string{"", "7", "8", "9"} { // without an id it can't be sent
		records = append(records, sdk.WriteRecord{Operation: opUpdate, ID: id, Data: []byte(`{"nom":"A"}`), Changed: []string{"nom"}})
	}
	results, err := to.Write(t.Context(), sdk.WriteSession{Endpoints: []*sdk.EndpointDeclaration{endpoint}}, records)
	require.NoError(t, err)
	var shared []bool
	for _, r := range results {
		shared = append(shared, r.Shared)
	}
	require.Equal(t, notSent, results[0].Outcome)
	require.Equal(t, []bool{false, false, true, false}, shared, "one by itself, and one in the next request")
}
