package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"passerelle/cmd/sandbox/personio"
	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
	"passerelle/plugins/sdk/rest/resttest"
)

// contracts are Personio's own descriptions of its API, as far as they could be
// had. They lie beside the repository and are no part of it.
const contracts = "../../../shared/reference/openapi/personio"

// account is the sandbox's Personio behind a log of what was asked.
type account struct {
	*personio.Handler
	t   *testing.T
	url string

	mu       sync.Mutex
	requests []string
	answer   func(w http.ResponseWriter, r *http.Request) bool // instead of the sandbox, when it says so
}

func (a *account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.requests = append(a.requests, r.Method+" "+r.URL.Path)
	answer := a.answer
	a.mu.Unlock()
	if answer == nil || !answer(w, r) {
		a.Handler.ServeHTTP(w, r)
	}
}

// calls are the requests since the last time, token requests left out.
func (a *account) calls() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := []string{}
	for _, r := range a.requests {
		if r != "POST /v1/auth" && r != "POST /v2/auth/token" {
			out = append(out, r)
		}
	}
	a.requests = nil
	return out
}

func (a *account) instead(answer func(w http.ResponseWriter, r *http.Request) bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answer = answer
}

// open is an account held, on both sides, against Personio's own contracts where
// they are there.
func open(t *testing.T) *account { return openAs(t, true) }

// openOdd is an account that a test makes speak otherwise than its contracts say.
func openOdd(t *testing.T) *account { return openAs(t, false) }

func openAs(t *testing.T, documented bool) *account {
	t.Helper()
	a := &account{t: t, Handler: personio.New(nil, personio.Options{NoRateLimit: true, Today: "2026-09-01"})}
	var api http.Handler = a
	if documented {
		api = held(t, a)
	}
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	a.url = server.URL
	return a
}

func held(t *testing.T, api http.Handler) http.Handler {
	if _, err := os.Stat(contracts); err != nil {
		t.Log("Personio's OpenAPI files are not beside the repository: requests and answers are not held against them")
		return api
	}
	for file, base := range map[string]string{"v1-auth.yaml": "/v1", "v1-personnel.yaml": "/v1", "v2-persons.json": "/", "v2-employments.json": "/", "v2-credentials.json": "/"} {
		api = resttest.OpenPart(t, filepath.Join(contracts, file), base, mend).Hold(api)
	}
	return api
}

// mend takes back where the published files contradict what clients see, and
// their own examples: types of custom attributes are in lower case, a list is a
// list, half days are 0 and 1, days of reports have no time, and what isn't filled
// in is null.
func mend(document *openapi3.T) {
	if document.Components == nil {
		return
	}
	if answer := document.Components.Schemas["Response"]; answer != nil { // the base of all, lists included, says object
		answer.Value.Properties["data"] = openapi3.NewSchemaRef("", openapi3.NewSchema())
	}
	seen := map[*openapi3.Schema]bool{}
	for _, schema := range document.Components.Schemas {
		mendSchema(schema, seen)
	}
}

func mendSchema(ref *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) {
	if ref == nil || ref.Value == nil || seen[ref.Value] {
		return
	}
	seen[ref.Value] = true
	for name, property := range ref.Value.Properties {
		switch name {
		case "value", "universal_id", "comment", "project_id", "error_msg", "end_time", "break":
			property.Value.Nullable = true
		case "half_day_start", "half_day_end":
			property.Value.Type = nil
		case "start_date", "end_date":
			property.Value.Format = ""
		case "custom_attributes":
			if items := property.Value.Items; items != nil && items.Value.Properties["type"] != nil {
				items.Value.Properties["type"].Value.Enum = nil
			}
		}
		mendSchema(property, seen)
	}
	for _, parts := range []openapi3.SchemaRefs{ref.Value.AllOf, ref.Value.AnyOf, ref.Value.OneOf} {
		for _, part := range parts {
			mendSchema(part, seen)
		}
	}
	mendSchema(ref.Value.Items, seen)
}

func (a *account) style(change func(*personio.Style)) {
	style := a.Style()
	change(&style)
	require.NoError(a.t, a.SetStyle(style))
}

func (a *account) may(change func(*personio.Rights)) {
	rights := a.Rights()
	change(&rights)
	require.NoError(a.t, a.SetRights(rights))
}

// hire adds somebody as HR would, in Personio itself.
func (a *account) hire(p personio.Person) personio.Person {
	p.Status, p.Type = "ACTIVE", "INTERNAL"
	if p.HireDate == "" {
		p.HireDate = "2022-01-12"
	}
	out, err := a.Edit(0, func(into *personio.Person) error { *into = p; return nil })
	require.NoError(a.t, err)
	return out
}

func (a *account) connect(settings string) *connection {
	a.t.Helper()
	fast := rest.Rate{Count: 100_000, Per: time.Second}
	c := &connector{paceV1: fast, paceFiles: fast, now: func() time.Time { return time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC) },
		tune: func(c *rest.Config) { c.FirstWait, c.Attempts = time.Millisecond, 3 }}
	object := map[string]any{"url": a.url, "client_id": personio.DefaultClientID, "client_secret": personio.DefaultClientSecret, "rate_limit": "100000/s"}
	if settings != "" {
		require.NoError(a.t, json.Unmarshal([]byte(settings), &object))
	}
	encoded, err := json.Marshal(object)
	require.NoError(a.t, err)
	checked, complaint := sdk.NewSettings(encoded, c.Describe().GetSettings())
	require.Nil(a.t, complaint)
	opened, err := c.Configure(a.t.Context(), checked)
	require.NoError(a.t, err)
	out := opened.(*connection)
	a.t.Cleanup(func() { require.NoError(a.t, out.Close()) })
	return out
}

func settingsOf(t *testing.T, schema []*sdk.Setting, object string) sdk.Settings {
	t.Helper()
	settings, complaint := sdk.NewSettings([]byte(object), schema)
	require.Nil(t, complaint)
	return settings
}

func resource(name string) *sdk.Resource {
	for _, r := range resources() {
		if r.GetName() == name {
			return r
		}
	}
	return nil
}

// read returns the records as decoded JSON.
func read(t *testing.T, c *connection, request sdk.ReadRequest, settings string) ([]map[string]any, sdk.End, error) {
	t.Helper()
	request.Settings = settingsOf(t, resource(request.Resource).GetReadSettings(), settings)
	out, collected := sdk.NewTestOutput()
	end, err := c.Read(t.Context(), request, out)
	var records []map[string]any
	for _, r := range collected.Records() {
		var one map[string]any
		require.NoError(t, json.Unmarshal(r.Data, &one))
		if r.Key != "" {
			one["ref"] = r.Key
		}
		records = append(records, one)
	}
	return records, end, err
}

func write(t *testing.T, c *connection, resourceName, settings string, records ...sdk.WriteRecord) []sdk.WriteResult {
	t.Helper()
	results, err := c.Write(t.Context(), sdk.WriteSession{Resource: resourceName, Settings: settingsOf(t, resource(resourceName).GetWriteSettings(), settings)}, records)
	require.NoError(t, err)
	require.Len(t, results, len(records))
	return results
}

func create(data string) sdk.WriteRecord {
	return sdk.WriteRecord{Operation: opCreate, Data: []byte(data)}
}

func update(id, data string, changed ...string) sdk.WriteRecord {
	return sdk.WriteRecord{Operation: opUpdate, ID: id, Data: []byte(data), Changed: changed}
}

func operation(o protocol.Operation, id string) sdk.WriteRecord {
	return sdk.WriteRecord{Operation: o, ID: id, Data: []byte(`{}`)}
}

func code(t *testing.T, err error) string {
	t.Helper()
	var complaint *sdk.Error
	require.ErrorAs(t, err, &complaint)
	return complaint.Code
}

func leftOuts(r sdk.WriteResult) map[string]string {
	out := map[string]string{}
	for _, e := range r.LeftOut {
		out[e.Attribute[0]] = e.Code
	}
	return out
}

const ada = `{"email":"ada@x.example","first_name":"Ada","last_name":"Lovelace","gender":"FEMALE","language":"fr","hire_date":"2026-09-14","type":"INTERNAL",
	"position":"Engineer","department":"IT","office":"Madrid","team":"Night Owls","legal_entity":"Maison Exemple SAS","cost_center":"Siège","weekly_working_hours":35.5,
	"Marital status":"single","dynamic_307":["English","French"]}`

// bodyOf reads a request's body and puts it back.
func bodyOf(t *testing.T, r *http.Request) string {
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return string(body)
}
