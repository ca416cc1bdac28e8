package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest/resttest"
)

// badges is the API of testdata/holders.yaml: nobody but this test has ever heard
// of it.
type badges struct {
	mu       sync.Mutex
	holders  []map[string]any
	received []string
}

func (b *badges) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	b.received = append(b.received, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+string(body)))
	switch {
	case r.Method == "GET":
		b.find(w, r)
	case r.Method == "POST" && r.URL.Path == "/v2/holders":
		b.create(w, body)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// find gives one holder a page, and pages of others in between.
func (b *badges) find(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("after") == "" {
		answer(w, 200, `{"results":[],"paging":{"after":"p2"}}`)
		return
	}
	found := []map[string]any{}
	for _, h := range b.holders {
		if h["number"] == r.URL.Query().Get("number") {
			found = append(found, map[string]any{"uid": h["uid"], "number": h["number"]})
		}
	}
	text, _ := json.Marshal(map[string]any{"results": found, "paging": map[string]any{"after": nil}})
	answer(w, 200, string(text))
}

func (b *badges) create(w http.ResponseWriter, body []byte) {
	var said struct{ Holder map[string]any }
	_ = json.Unmarshal(body, &said)
	for _, h := range b.holders {
		if h["number"] == said.Holder["number"] {
			answer(w, 412, `{"code":"taken"}`)
			return
		}
	}
	said.Holder["uid"] = 700 + len(b.holders)
	b.holders = append(b.holders, said.Holder)
	answer(w, 201, fmt.Sprintf(`{"holder":{"uid":%d}}`, said.Holder["uid"]))
}

// declared is the target's endpoint blocks, as the engine hands them on.
var declared = []*sdk.EndpointDeclaration{
	{Operation: opFind, Method: "GET", Path: "/holders", Query: map[string]string{"number": "{matricule}"}, Items: "results", Id: "uid",
		PageJson: []byte(`{"by":"cursor","param":"after","next":"paging.after","size_param":"limit","size":2}`)},
	{Operation: opCreate, Method: "POST", Path: "/holders", Id: "holder.uid", Conflict: []int32{412}, IdempotencyHeader: "Request-Id",
		BodyJson: []byte(`{"holder":{"number":"{matricule}","name":{"last":"{nom}","first":"{prenom}"},"doors":"{portes}","active":true}}`)},
	{Operation: opUpdate, Method: "PATCH", Path: "/holders/{id}", Clear: "empty"},
	{Operation: opUpdate, Fields: []string{"manager"}, Method: "PUT", Path: "/holders/{id}/manager", BodyJson: []byte(`{"uid":"{manager}"}`)},
	{Operation: opDeactivate, Method: "POST", Path: "/holders/{id}/suspend", BodyJson: []byte(`{"reason":"left"}`)},
	{Operation: opReactivate, Method: "POST", Path: "/holders/{id}/resume", BodyJson: []byte(`{}`)},
	{Operation: opDelete, Method: "DELETE", Path: "/holders/{id}", Success: []int32{204, 404}},
}

var schema = []*sdk.Field{{Path: "matricule", Type: "string"}, {Path: "nom", Type: "string"}, {Path: "prenom", Type: "string"},
	{Path: "portes", Type: "list(string)"}, {Path: "manager", Type: "int"}}

// A wholly new target: settings and endpoints alone reach it, and every request is
// what its OpenAPI file asks for.
func TestTargetDeclaredInHCLAlone(t *testing.T) {
	t.Parallel()
	b := &badges{}
	c := connect(t, resttest.Open(t, "testdata/holders.yaml", "/v2").Hold(b), map[string]any{"auth": "bearer", "token": canary, "name": "Badges"})
	session := sdk.WriteSession{Resource: resource, Endpoints: declared, Schema: schema}
	results, err := c.Write(t.Context(), session, []sdk.WriteRecord{
		{Operation: opCreate, Data: []byte(`{"matricule":"00057","nom":"D'Arcy","prenom":"Zoé","portes":["A","B"]}`), IdempotencyKey: "k-1"},
		{Operation: opCreate, Data: []byte(`{"matricule":"00058","nom":"Nguyễn","prenom":"Loïc"}`), IdempotencyKey: "k-2"},
		{Operation: opCreate, Data: []byte(`{"matricule":"00057","nom":"X","prenom":"Y"}`), IdempotencyKey: "k-3"},
		{Operation: opUpdate, ID: "700", Data: []byte(`{"matricule":"00057","nom":"Darcy","prenom":"Zoé","portes":null,"manager":701}`), Changed: []string{"nom", "portes", "manager"}},
		{Operation: opDeactivate, ID: "701"},
		{Operation: opReactivate, ID: "701"},
		{Operation: opDelete, ID: "701"},
	})
	require.NoError(t, err)
	require.Equal(t, []string{
		`POST /v2/holders {"holder":{"number":"00057","name":{"last":"D'Arcy","first":"Zoé"},"doors":["A","B"],"active":true}}`,
		`POST /v2/holders {"holder":{"number":"00058","name":{"last":"Nguyễn","first":"Loïc"},"active":true}}`,
		`POST /v2/holders {"holder":{"number":"00057","name":{"last":"X","first":"Y"},"active":true}}`,
		`PATCH /v2/holders/700 {"nom":"Darcy","portes":[]}`,
		`PUT /v2/holders/700/manager {"uid":701}`,
		`POST /v2/holders/701/suspend {"reason":"left"}`,
		`POST /v2/holders/701/resume {}`,
		`DELETE /v2/holders/701`,
	}, b.received)
	for i, r := range results {
		if i == 2 {
			require.Equal(t, protocol.Outcome_OUTCOME_REFUSED, r.Outcome)
			require.Equal(t, "conflict", r.Err.Code)
			continue
		}
		require.Equal(t, protocol.Outcome_OUTCOME_APPLIED, r.Outcome, "%d: %v", i, r.Err)
	}
	require.Equal(t, "700", results[0].ID)

	end, found, err := read(t, c, `{}`, func(r *sdk.ReadRequest) {
		r.Endpoints = declared
		r.Keys = []sdk.Key{{Ref: "a:", Fields: map[string]any{"matricule": "00058"}}, {Ref: "b:", Fields: map[string]any{"matricule": "00099"}}}
	})
	require.NoError(t, err)
	require.True(t, end.Complete)
	require.Equal(t, []string{`a:{"number":"00058","uid":701,"id":701}`}, found)
}

// Without a find nobody can be found, unless creating finds by itself.
func TestFindIsNeededUnlessUpserted(t *testing.T) {
	t.Parallel()
	c := connect(t, http.NotFoundHandler(), nil)
	ask := func(how string) error {
		end, found, err := read(t, c, `{}`, func(r *sdk.ReadRequest) {
			r.Endpoints = []*sdk.EndpointDeclaration{{Operation: opCreate, Method: "PUT", Path: "/x/{matricule}", Reconcile: how}}
			r.Keys = []sdk.Key{{Ref: "a", Fields: map[string]any{"matricule": "1"}}}
		})
		require.Empty(t, found)
		require.Equal(t, err == nil, end.Complete)
		return err
	}
	require.NoError(t, ask("upsert"))
	require.Equal(t, "no-endpoint", codeOf(t, ask("none")))
}

func TestBatchSize(t *testing.T) {
	t.Parallel()
	var sizes []int
	c := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var items []map[string]any
		_ = json.NewDecoder(r.Body).Decode(&items)
		sizes = append(sizes, len(items))
		for i, item := range items {
			items[i] = map[string]any{"id": "n-" + item["matricule"].(string)}
		}
		text, _ := json.Marshal(items)
		answer(w, 200, string(text))
	}), map[string]any{"auth": "none", "batch_size": 3})
	var records []sdk.WriteRecord
	for i := range 7 {
		records = append(records, sdk.WriteRecord{Operation: opCreate, Data: fmt.Appendf(nil, `{"matricule":"%d"}`, i)})
	}
	results, err := c.Write(t.Context(), sdk.WriteSession{Endpoints: []*sdk.EndpointDeclaration{{Operation: opCreate, Method: "POST", Path: "/bulk", Batch: "array", Id: "id"}}}, records)
	require.NoError(t, err)
	require.Equal(t, []int{3, 3, 1}, sizes)
	require.Equal(t, "n-6", results[6].ID)
}
