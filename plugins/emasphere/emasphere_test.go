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
	"passerelle/plugins/sdk/rest/resttest"
)

const key = "c0ffee00-1111-2222-3333-ca9a9a444444"

// account is a small Emasphère as openapi.yaml has it.
type account struct {
	mu       sync.Mutex
	stored   map[string][]map[string]any // by resource
	requests []string
	cut      bool // drop the connection after the next write is applied
	failing  int  // answer this
}

func (a *account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	a.requests = append(a.requests, strings.TrimSpace(r.Method+" "+strings.TrimPrefix(r.URL.RequestURI(), "/api/v1")+" "+string(body)))
	resource, name, one := strings.Cut(strings.TrimPrefix(r.URL.Path, "/api/v1/"), "/")
	switch {
	case a.failing != 0:
		answer(w, a.failing, `{"error":{"code":"invalid","field":"last_name","message":"N'Guyen is odd"}}`)
	case r.Header.Get("X-Access-Key") != key:
		answer(w, 401, `{"error":{"code":"unauthorized"}}`)
	case r.Method == "GET" && one:
		for _, stored := range a.stored[resource] {
			if stored["id"] == name {
				answer(w, 200, marshal(map[string]any{"data": stored}))
				return
			}
		}
		answer(w, 404, `{"error":{"code":"not_found"}}`)
	case r.Method == "GET":
		a.list(w, r, resource)
	case r.Method == "PUT":
		a.upsert(w, resource, body)
	case r.Method == "DELETE" && name == "gone":
		answer(w, 404, `{"error":{"code":"not_found"}}`)
	case r.Method == "DELETE":
		w.WriteHeader(204)
	default:
		answer(w, 200, `{"data":{"id":"`+name+`"}}`)
	}
}

func (a *account) list(w http.ResponseWriter, r *http.Request, resource string) {
	found := []map[string]any{}
	for _, stored := range a.stored[resource] {
		match := true
		for _, parameter := range []string{"external_id", "employee", "date"} {
			wanted := r.URL.Query()[parameter]
			match = match && (len(wanted) == 0 || contains(wanted, stored[parameter]))
		}
		if match {
			found = append(found, stored)
		}
	}
	answer(w, 200, marshal(map[string]any{"data": found, "total": len(found)}))
}

func (a *account) upsert(w http.ResponseWriter, resource string, body []byte) {
	var sent map[string]any
	_ = json.Unmarshal(body, &sent)
	status := 201
	for i, stored := range a.stored[resource] {
		if stored["external_id"] == sent["external_id"] && stored["employee"] == sent["employee"] && stored["date"] == sent["date"] {
			sent["id"], status = stored["id"], 200
			a.stored[resource][i] = sent
		}
	}
	if status == 201 {
		sent["id"] = fmt.Sprintf("%s-%d", resource, len(a.stored[resource])+1)
		a.stored[resource] = append(a.stored[resource], sent)
	}
	if a.cut {
		a.cut = false
		panic(http.ErrAbortHandler)
	}
	answer(w, status, `{"data":{"id":"`+sent["id"].(string)+`"}}`)
}

func answer(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
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

// connect holds both sides against openapi.yaml.
func connect(t *testing.T, a *account, accessKey string) *connection {
	t.Helper()
	a.stored = map[string][]map[string]any{}
	server := httptest.NewServer(resttest.Open(t, "openapi.yaml", "/api/v1").Hold(a))
	t.Cleanup(server.Close)
	c, err := configure(t, server.URL, accessKey)
	require.NoError(t, err)
	return c
}

func configure(t *testing.T, url, accessKey string) (*connection, error) {
	t.Helper()
	c := &connector{tune: func(c *rest.Config) { c.FirstWait, c.Attempts = time.Millisecond, 2 }}
	settings, complaint := sdk.NewSettings([]byte(marshal(map[string]any{"url": url, "access_key": accessKey})), c.Describe().GetSettings())
	require.Nil(t, complaint)
	opened, err := c.Configure(t.Context(), settings)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { require.NoError(t, opened.(*connection).Close()) })
	return opened.(*connection), nil
}

func write(t *testing.T, c *connection, resource string, records ...sdk.WriteRecord) []sdk.WriteResult {
	t.Helper()
	results, err := c.Write(t.Context(), sdk.WriteSession{Resource: resource}, records)
	require.NoError(t, err)
	return results
}

func TestTheThreeResources(t *testing.T) {
	t.Parallel()
	a := &account{}
	c := connect(t, a, "{"+strings.ToUpper(key)+"}")
	unit := write(t, c, legalEntities, sdk.WriteRecord{Operation: opCreate, Data: []byte(`{"external_id":"3","name":"Maison Exemple"}`)})[0]
	person := write(t, c, employees,
		sdk.WriteRecord{Operation: opCreate, Data: []byte(`{"external_id":"57","last_name":"D'Arcy","first_name":"Zoé","legal_entity":"legal-entities-1"}`)},
		sdk.WriteRecord{Operation: opUpdate, ID: "employees-1", Data: []byte(`{"job_title":"Comptable","department":null}`), Changed: []string{"job_title", "department"}})
	day := write(t, c, absences,
		sdk.WriteRecord{Operation: opCreate, Data: []byte(`{"employee":"employees-1","date":"2026-09-01","start_date":"2026-08-31"}`)},
		sdk.WriteRecord{Operation: opUpdate, ID: "absences-1", Data: []byte(`{"start_date":"2026-09-01"}`), Changed: []string{"start_date"}},
		sdk.WriteRecord{Operation: opDelete, ID: "absences-1"},
		sdk.WriteRecord{Operation: opDelete, ID: "gone"}) // gone already: done
	for _, r := range append(append([]sdk.WriteResult{unit}, person...), day...) {
		require.Equal(t, protocol.Outcome_OUTCOME_APPLIED, r.Outcome, "%v", r.Err)
	}
	require.Equal(t, "legal-entities-1", unit.ID)
	require.Equal(t, "absences-1", day[0].ID)
	require.Equal(t, []string{
		`PUT /legal-entities/3 {"external_id":"3","name":"Maison Exemple"}`,
		`PUT /employees/57 {"external_id":"57","last_name":"D'Arcy","first_name":"Zoé","legal_entity":"legal-entities-1"}`,
		`PATCH /employees/employees-1 {"job_title":"Comptable","department":null}`,
		`PUT /absences {"employee":"employees-1","date":"2026-09-01","start_date":"2026-08-31"}`,
		`PATCH /absences/absences-1 {"start_date":"2026-09-01"}`,
		`DELETE /absences/absences-1`,
		`DELETE /absences/gone`,
	}, a.requests)
	for _, resource := range []string{legalEntities, employees} {
		result := write(t, c, resource, sdk.WriteRecord{Operation: opDelete, ID: "x"})[0]
		require.Equal(t, "no-endpoint", result.Err.Code, "nothing but absences is deleted")
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	a := &account{}
	c := connect(t, a, key)
	for _, date := range []string{"2026-09-01", "2026-09-02"} {
		write(t, c, absences, sdk.WriteRecord{Operation: opCreate, Data: []byte(`{"employee":"e1","date":"` + date + `"}`)},
			sdk.WriteRecord{Operation: opCreate, Data: []byte(`{"employee":"e2","date":"` + date + `"}`)})
	}
	out, collected := sdk.NewTestOutput()
	end, err := c.Read(t.Context(), sdk.ReadRequest{Resource: absences, Keys: []sdk.Key{
		{Ref: "a", Fields: map[string]any{"employee": "e1", "date": "2026-09-02"}},
		{Ref: "b", Fields: map[string]any{"employee": "e2", "date": "2026-09-01"}},
		{Ref: "c", Fields: map[string]any{"employee": "e3", "date": "2026-09-01"}}}}, out)
	require.NoError(t, err)
	require.True(t, end.Complete)
	require.EqualValues(t, 1, end.Calls, "all pairs in one request")
	found := map[string]string{}
	for _, r := range collected.Records() {
		found[r.Key] += string(r.Data)
	}
	require.Equal(t, map[string]string{"a": `{"date":"2026-09-02","employee":"e1","id":"absences-3"}`, "b": `{"date":"2026-09-01","employee":"e2","id":"absences-2"}`}, found)

	out, collected = sdk.NewTestOutput()
	_, err = c.Read(t.Context(), sdk.ReadRequest{Resource: absences, IDs: []string{"absences-1", "absences-9"}}, out)
	require.NoError(t, err)
	require.Len(t, collected.Records(), 1)

	out, _ = sdk.NewTestOutput()
	_, err = c.Read(t.Context(), sdk.ReadRequest{Resource: employees, Keys: []sdk.Key{{Ref: "a", Fields: map[string]any{"last_name": "X"}}}}, out)
	var complaint *sdk.Error
	require.ErrorAs(t, err, &complaint)
	require.Equal(t, "key-not-searchable", complaint.Code)
}

// A create that was never answered may be sent again: it is the same one.
func TestUpsertTwiceIsOnce(t *testing.T) {
	t.Parallel()
	a := &account{cut: true}
	c := connect(t, a, key)
	create := sdk.WriteRecord{Operation: opCreate, Data: []byte(`{"external_id":"57","last_name":"D'Arcy","first_name":"Zoé"}`)}
	require.Equal(t, protocol.Outcome_OUTCOME_UNKNOWN, write(t, c, employees, create)[0].Outcome)
	again := write(t, c, employees, create)[0]
	require.Equal(t, protocol.Outcome_OUTCOME_APPLIED, again.Outcome)
	require.Equal(t, "employees-1", again.ID)
	require.Len(t, a.stored[employees], 1)
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	a := &account{}
	c := connect(t, a, key)
	a.failing = 422
	result := write(t, c, employees, sdk.WriteRecord{Operation: opCreate, Data: []byte(`{"external_id":"57","last_name":"N'Guyen","first_name":"Zoé"}`)})[0]
	require.Equal(t, protocol.Outcome_OUTCOME_REFUSED, result.Outcome)
	require.Contains(t, result.Err.Detail, "“invalid” about last_name")
	require.NotContains(t, fmt.Sprintf("%+v", *result.Err), "Guyen")
}

func TestCheck(t *testing.T) {
	t.Parallel()
	resources := []*protocol.CheckResource{{Resource: legalEntities}, {Resource: employees}, {Resource: absences}}
	findings, err := connect(t, &account{}, key).Check(t.Context(), resources)
	require.NoError(t, err)
	for _, f := range findings {
		require.Equal(t, protocol.Evidence_EVIDENCE_READABLE, f.GetEvidence())
	}
	for status, evidence := range map[int]protocol.Evidence{403: protocol.Evidence_EVIDENCE_NOT_PERMITTED, 503: protocol.Evidence_EVIDENCE_NONE} {
		a := &account{}
		c := connect(t, a, key)
		a.failing = status
		findings, err = c.Check(t.Context(), resources[:1])
		require.NoError(t, err)
		require.Equal(t, evidence, findings[0].GetEvidence())
		require.NotEmpty(t, findings[0].GetDiagnostic().GetCode())
	}
	_, err = connect(t, &account{}, "00000000-0000-0000-0000-000000000000").Check(t.Context(), resources)
	var complaint *sdk.Error
	require.ErrorAs(t, err, &complaint)
	require.Equal(t, "unauthorized", complaint.Code)
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct{ url, key, code string }{
		"no UUID":     {"https://x.example", "canary-key", "bad-key"},
		"cut UUID":    {"https://x.example", key[:30], "bad-key"},
		"in the open": {"http://x.example", key, "bad-url"},
	} {
		_, err := configure(t, x.url, x.key)
		var complaint *sdk.Error
		require.ErrorAs(t, err, &complaint, name)
		require.Equal(t, x.code, complaint.Code)
		require.NotContains(t, fmt.Sprintf("%+v", *complaint), x.key)
	}
	for _, url := range []string{"https://X.example:443/", "x.example/api/v1"} {
		c, err := configure(t, url, key)
		require.NoError(t, err)
		require.Equal(t, "x.example", c.Tenant().GetId())
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
	for _, r := range (&connector{}).Describe().GetResources() {
		for _, f := range r.GetFields() {
			_, err := record.ParseType(f.GetType())
			require.NoError(t, err)
			require.Contains(t, string(contract), f.GetPath()+": {", "the contract knows %s", f.GetPath())
			require.Equal(t, f.GetPath() == "bank_account", f.GetClass() == "bank")
		}
		var described, declared []protocol.Operation
		for _, e := range r.GetEndpoints() {
			described = append(described, e.GetOperation())
		}
		for _, e := range targets(nil)[r.GetName()].Endpoints {
			declared = append(declared, e.GetOperation())
		}
		require.ElementsMatch(t, declared, described)
	}
}
