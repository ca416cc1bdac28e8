package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

const key = "c0ffee00-1111-2222-3333-canary444444"

// account is a small Oppus as openapi.yaml has it.
type account struct {
	mu       sync.Mutex
	profiles []map[string]any
	requests []string
	cut      bool // drop the connection after the next write is applied
}

func (a *account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	a.requests = append(a.requests, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+string(body)))
	w.Header().Set("Content-Type", "application/json")
	id, one := strings.CutPrefix(r.URL.Path, "/api/v1/employees/")
	switch {
	case r.Header.Get("X-Api-Key") != key:
		answer(w, 401, `{"error":{"code":"unauthorized"}}`)
	case r.URL.Path == "/api/v1/account":
		answer(w, 200, `{"id":"acc-1","name":"Maison Exemple"}`)
	case r.Method == "GET" && one:
		for _, p := range a.profiles {
			if p["id"] == id {
				answer(w, 200, marshal(map[string]any{"data": p}))
				return
			}
		}
		answer(w, 404, `{"error":{"code":"not_found"}}`)
	case r.Method == "GET":
		a.list(w, r)
	case r.Method == "POST":
		a.create(w, body)
	case r.Method == "PATCH" && one:
		answer(w, 200, `{"data":{"id":"`+id+`"}}`)
	default:
		answer(w, 405, ``)
	}
}

func (a *account) list(w http.ResponseWriter, r *http.Request) {
	found := []map[string]any{}
	for _, p := range a.profiles {
		wanted := r.URL.Query()["matricule"]
		if len(wanted) == 0 || contains(wanted, p["matricule"]) {
			found = append(found, p)
		}
	}
	answer(w, 200, marshal(map[string]any{"value": found, "total": len(found), "page": 1, "per_page": 200}))
}

func (a *account) create(w http.ResponseWriter, body []byte) {
	var p map[string]any
	_ = json.Unmarshal(body, &p)
	for _, other := range a.profiles {
		if other["matricule"] == p["matricule"] {
			answer(w, 409, `{"error":{"code":"already_exists","field":"matricule","message":"`+fmt.Sprint(p["matricule"])+` is taken"}}`)
			return
		}
	}
	if p["nom"] == nil {
		answer(w, 422, `{"error":{"code":"invalid","field":"nom","message":"missing for `+fmt.Sprint(p["prenom"])+`"}}`)
		return
	}
	p["id"] = fmt.Sprintf("emp-%d", len(a.profiles)+1)
	a.profiles = append(a.profiles, p)
	if a.cut {
		a.cut = false
		conn, _, _ := w.(http.Hijacker).Hijack()
		_ = conn.Close()
		return
	}
	answer(w, 201, `{"data":{"id":"`+p["id"].(string)+`"}}`)
}

func answer(w http.ResponseWriter, status int, body string) {
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}

func marshal(v any) string {
	out, _ := json.Marshal(v)
	return string(out)
}

func contains(all []string, v any) bool {
	for _, s := range all {
		if s == v {
			return true
		}
	}
	return false
}

func connect(t *testing.T, a *account, apiKey string) *connection {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	c := &connector{tune: func(c *rest.Config) { c.FirstWait, c.Attempts = time.Millisecond, 2 }}
	settings, complaint := sdk.NewSettings([]byte(marshal(map[string]any{"url": server.URL, "api_key": apiKey})), c.Describe().GetSettings())
	require.Nil(t, complaint)
	opened, err := c.Configure(t.Context(), settings)
	require.NoError(t, err)
	t.Cleanup(func() { _ = opened.(*connection).Close() })
	return opened.(*connection)
}

func TestCreateFindUpdate(t *testing.T) {
	t.Parallel()
	a := &account{}
	c := connect(t, a, key)
	results, err := c.Write(t.Context(), sdk.WriteSession{Resource: "employees"}, []sdk.WriteRecord{
		{Operation: protocol.Operation_OPERATION_CREATE, Data: []byte(`{"matricule":"00057","nom":"D'ARCY","prenom":"Zoé","diplome":"MBA"}`), IdempotencyKey: "k"},
		{Operation: protocol.Operation_OPERATION_CREATE, Data: []byte(`{"matricule":"00057","nom":"X","prenom":"Y"}`)},
		{Operation: protocol.Operation_OPERATION_CREATE, Data: []byte(`{"matricule":"2","prenom":"Anatole"}`)},
		{Operation: protocol.Operation_OPERATION_UPDATE, ID: "emp-1", Data: []byte(`{"nom":"DARCY","email":null,"prenom":"Zoé"}`), Changed: []string{"nom", "email"}},
		{Operation: protocol.Operation_OPERATION_DEACTIVATE, ID: "emp-1"},
	})
	require.NoError(t, err)
	require.Equal(t, protocol.Outcome_OUTCOME_APPLIED, results[0].Outcome)
	require.Equal(t, "emp-1", results[0].ID)
	require.Equal(t, "conflict", results[1].Err.Code)
	require.Contains(t, results[1].Err.Detail, "“already_exists” about matricule")
	require.Equal(t, "invalid", results[2].Err.Code)
	require.NotContains(t, results[2].Err.Error(), "Anatole")
	require.Equal(t, protocol.Outcome_OUTCOME_APPLIED, results[3].Outcome)
	require.Equal(t, `PATCH /api/v1/employees/emp-1 {"nom":"DARCY","email":null}`, a.requests[3])
	require.Equal(t, "no-endpoint", results[4].Err.Code)
	require.Equal(t, protocol.Outcome_OUTCOME_NOT_SENT, results[4].Outcome)

	out, collected := sdk.NewTestOutput()
	end, err := c.Read(t.Context(), sdk.ReadRequest{Resource: "employees", Keys: []sdk.Key{
		{Ref: "a", Fields: map[string]any{"matricule": "57"}}, {Ref: "b", Fields: map[string]any{"matricule": "00057"}}}}, out)
	require.NoError(t, err)
	require.True(t, end.Complete)
	require.EqualValues(t, 1, end.Calls, "both in one request")
	require.Len(t, collected.Records(), 1)
	require.Equal(t, "b", collected.Records()[0].Key)
	require.Contains(t, string(collected.Records()[0].Data), `"id":"emp-1"`)

	out, collected = sdk.NewTestOutput()
	_, err = c.Read(t.Context(), sdk.ReadRequest{Resource: "employees", IDs: []string{"emp-9", "emp-1"}}, out)
	require.NoError(t, err)
	require.Equal(t, "emp-1", collected.Records()[0].Key)
	require.Len(t, collected.Records(), 1)
}

// A create that was applied and never answered is neither repeated nor called a
// failure: the engine looks the record up.
func TestNeverAnswered(t *testing.T) {
	t.Parallel()
	a := &account{cut: true}
	results, err := connect(t, a, key).Write(t.Context(), sdk.WriteSession{}, []sdk.WriteRecord{
		{Operation: protocol.Operation_OPERATION_CREATE, Data: []byte(`{"matricule":"1","nom":"X"}`), IdempotencyKey: "k"}})
	require.NoError(t, err)
	require.Equal(t, protocol.Outcome_OUTCOME_UNKNOWN, results[0].Outcome)
	a.mu.Lock() // the cut connection orders nothing
	defer a.mu.Unlock()
	require.Len(t, a.profiles, 1)
	require.Len(t, a.requests, 1)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	resources := []*protocol.CheckResource{{Resource: "employees", Write: true}}
	findings, err := connect(t, &account{}, key).Check(t.Context(), resources)
	require.NoError(t, err)
	require.Equal(t, protocol.Evidence_EVIDENCE_READABLE, findings[0].GetEvidence())

	_, err = connect(t, &account{}, "another").Check(t.Context(), resources)
	var complaint *sdk.Error
	require.ErrorAs(t, err, &complaint)
	require.Equal(t, "unauthorized", complaint.Code)
	require.Equal(t, protocol.Retry_RETRY_CREDENTIALS, complaint.Retry)
	require.NotContains(t, fmt.Sprintf("%+v", complaint), "another")
}

func TestTenant(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"https://Client.oppus.example/":        "client.oppus.example",
		"https://client.oppus.example/api/v1/": "client.oppus.example",
		"http://127.0.0.1:8090/oppus":          "127.0.0.1:8090/oppus",
	} {
		c := &connector{}
		settings, complaint := sdk.NewSettings([]byte(marshal(map[string]any{"url": url, "api_key": "k"})), c.Describe().GetSettings())
		require.Nil(t, complaint)
		opened, err := c.Configure(t.Context(), settings)
		require.NoError(t, err)
		require.Equal(t, want, opened.Tenant().GetId())
	}
}

// The contract says that it is ours, in all three places where one looks.
func TestSaysThatItIsUnverified(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"openapi.yaml", "README.md"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Contains(t, strings.ToLower(string(text)), "unverified", file)
	}
	require.Contains(t, (&connector{}).Describe().GetAbout(), "UNVERIFIED")
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	contract, err := os.ReadFile("openapi.yaml")
	require.NoError(t, err)
	r := (&connector{}).Describe().GetResources()[0]
	for _, f := range r.GetFields() {
		_, err := record.ParseType(f.GetType())
		require.NoError(t, err)
		require.Contains(t, string(contract), "        "+f.GetPath()+": {", "the contract knows %s", f.GetPath())
	}
	require.Len(t, r.GetFields(), 9) // the eight and the id
	var declared []protocol.Operation
	for _, e := range target(nil).Endpoints {
		declared = append(declared, e.GetOperation())
	}
	var described []protocol.Operation
	for _, e := range r.GetEndpoints() {
		described = append(described, e.GetOperation())
	}
	require.ElementsMatch(t, declared, described)
}
