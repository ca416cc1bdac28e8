package main

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/cmd/sandbox/personio"
	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.crowd(1)
	c := a.connect("")
	everybody := func() {
		var all sync.WaitGroup
		for range 10 {
			for _, name := range []string{employees, persons} {
				all.Go(func() {
					out, _ := sdk.NewTestOutput()
					end, err := c.Read(t.Context(), sdk.ReadRequest{Resource: name, Projection: []string{"email"}}, out)
					if err != nil || !end.Complete {
						t.Error(name, err, end)
					}
				})
			}
		}
		all.Wait()
	}
	tokens := func() map[string]int {
		a.mu.Lock()
		defer a.mu.Unlock()
		count := map[string]int{}
		for _, r := range a.requests {
			if r == "POST /v1/auth" || r == "POST /v2/auth/token" {
				count[r]++
			}
		}
		a.requests = nil
		return count
	}
	everybody()
	require.Equal(t, map[string]int{"POST /v1/auth": 1, "POST /v2/auth/token": 1}, tokens(), "once for all callers, each generation for itself")
	a.Expire()
	everybody()
	require.Equal(t, map[string]int{"POST /v1/auth": 1, "POST /v2/auth/token": 1}, tokens(), "anew, once")
}

// As until 2023: a v1 token serves once, and the answer carries the next one.
func TestTokensThatRotate(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.crowd(150)
	a.style(func(s *personio.Style) { s.RotateToken = true })
	c := a.connect("")
	records, _, err := read(t, c, sdk.ReadRequest{Resource: employees, Projection: []string{"email"}}, "{}")
	require.NoError(t, err)
	require.Len(t, records, 150)
	a.mu.Lock()
	defer a.mu.Unlock()
	require.Equal(t, []string{"POST /v1/auth", "GET /v1/company/employees", "GET /v1/company/employees"}, a.requests)
}

func TestWrongCredentials(t *testing.T) {
	t.Parallel()
	a := open(t)
	c := a.connect(`{"client_secret":"papi-canary"}`)
	for _, name := range []string{employees, persons} {
		_, _, err := read(t, c, sdk.ReadRequest{Resource: name, Projection: []string{"email"}}, "{}")
		require.Equal(t, "unauthorized", code(t, err))
		require.NotContains(t, fmt.Sprintf("%+v", *err.(*sdk.Error)), "canary")
	}
	_, err := c.Check(t.Context(), nil)
	require.Equal(t, "unauthorized", code(t, err))
}

// Each generation and endpoint tells of a missing right in its own way; said is
// always which one, and where to tick it.
func TestMissingRights(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.crowd(1)
	c := a.connect("")
	a.may(func(r *personio.Rights) { *r = personio.Rights{} })
	for name, right := range map[string]string{employees: "Employees: read", persons: "Employees: read", absences: "Absences: read", attendances: "Attendances: read",
		webhooks: "Webhooks: read"} {
		_, _, err := read(t, c, sdk.ReadRequest{Resource: name, Projection: []string{"id"}}, "{}")
		require.Equal(t, "forbidden", code(t, err), name)
		require.Contains(t, err.(*sdk.Error).Remedy, "tick “"+right+"”", name)
		require.Equal(t, protocol.Retry_RETRY_CREDENTIALS, err.(*sdk.Error).Retry)
	}
	results := write(t, c, employees, "{}", create(ada), create(ada))
	require.Equal(t, "forbidden", results[0].Err.Code, "nobody is created who can't be looked for first")
	a.may(func(r *personio.Rights) { r.Employees = "r" })
	results = write(t, c, employees, "{}", create(`{"email":"n@x.example","first_name":"N","last_name":"N","language":"fr","hire_date":"2026-01-01","type":"INTERNAL"}`), operation(opDeactivate, "3001"))
	require.Equal(t, []string{"forbidden", "forbidden"}, []string{results[0].Err.Code, results[1].Err.Code})
	require.Contains(t, results[0].Err.Summary, "Employees: write")
	require.Equal(t, notSent, results[1].Outcome, "the next would meet it as well")
}

func TestCheck(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.hire(personio.Person{Email: "a@x.example", FirstName: "A", LastName: "B"})
	a.may(func(r *personio.Rights) {
		r.Employees, r.Absences, r.Attributes = "r", "r", []string{"email", "office", "dynamic_305"}
	})
	c := a.connect("")
	ask := func(resource string, write bool, settings string, paths ...string) map[string]*protocol.Finding {
		findings, err := c.Check(t.Context(), []*protocol.CheckResource{{Resource: resource, Projection: paths, SettingsJson: []byte(settings), Write: write}})
		require.NoError(t, err)
		out := map[string]*protocol.Finding{}
		for _, f := range findings {
			out[f.GetPath()+map[bool]string{true: "write", false: ""}[f.GetRight() == writeEmployees || f.GetRight() == writeAbsences]] = f
		}
		return out
	}
	found := ask(employees, true, "", "email", "office", "gender", "Badge colour", "custom.dynamic_306")
	require.Equal(t, notPermitted, found["write"].GetEvidence())
	require.Contains(t, found["write"].GetDiagnostic().GetRemedy(), "Employees: write")
	require.Equal(t, readable, found[""].GetEvidence())
	require.Equal(t, readable, found["email"].GetEvidence())
	require.Equal(t, emptyEverywhere, found["office"].GetEvidence())
	require.Equal(t, notPermitted, found["gender"].GetEvidence())
	require.Equal(t, attributeRight("gender"), found["gender"].GetRight())
	require.Contains(t, found["gender"].GetDiagnostic().GetSummary(), "“Gender”")
	require.Contains(t, found["gender"].GetDiagnostic().GetRemedy(), whereRights)
	require.Equal(t, emptyEverywhere, found["Badge colour"].GetEvidence())
	require.Equal(t, notPermitted, found["custom.dynamic_306"].GetEvidence())
	a.style(func(s *personio.Style) { s.NoAttributes = true })
	c = a.connect("")
	require.Equal(t, notPermitted, ask(employees, false, "", "gender")["gender"].GetEvidence(), "also without the list of attributes")

	require.Equal(t, readable, ask(absences, false, "{}")[""].GetEvidence())
	require.Equal(t, notPermitted, ask(absences, true, "{}")["write"].GetEvidence())
	require.Equal(t, readable, ask(documents, false, "{}")[""].GetEvidence())

	report := ask(reports, false, `{"report":"eb7482f3-0000-4000-8000-000000000001"}`)[""]
	require.Equal(t, readable, report.GetEvidence())
	require.Equal(t, "reports-show-all", report.GetDiagnostic().GetCode())
	require.Equal(t, "webhooks-go-on", ask(webhooks, false, "{}")[""].GetDiagnostic().GetCode())
	a.may(func(r *personio.Rights) { *r = personio.Rights{} })
	for _, name := range []string{employees, absences, attendances, documents, webhooks, persons} {
		require.Equal(t, notPermitted, ask(name, false, "{}")[""].GetEvidence(), name)
	}
	require.Equal(t, notPermitted, ask(reports, false, `{"report":"eb7482f3-0000-4000-8000-000000000001"}`)[""].GetEvidence())
	a.may(func(r *personio.Rights) { r.Disabled = true })
	_, err := a.connect("").Check(t.Context(), nil)
	require.Equal(t, "unauthorized", code(t, err))
}

func TestDiscover(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.style(func(s *personio.Style) { s.Language = "fr" })
	a.may(func(r *personio.Rights) { r.Attributes = []string{"email", "dynamic_306", "dynamic_307"} })
	fields, err := a.connect("").Discover(t.Context(), employees)
	require.NoError(t, err)
	require.Len(t, fields, 2)
	require.Equal(t, []string{"custom.dynamic_306", "Situation familiale", "list(string)"}, []string{fields[0].GetField().GetPath(), fields[0].GetField().GetLabel().GetFr(), fields[1].GetField().GetType()})
	require.Len(t, fields[0].GetChoices(), 2)
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct{ settings, code string }{
		"in the open": {`{"url":"http://api.personio.example"}`, "bad-url"},
		"no secret":   {`{"client_secret":"two words"}`, "bad-key"},
		"no zone":     {`{"timezone":"Mars/Olympus"}`, "bad-setting"},
	} {
		checked, complaint := sdk.NewSettings([]byte(merge(`{"client_id":"papi-1","client_secret":"s3cret"}`, x.settings)), settings())
		require.Nil(t, complaint, name)
		_, err := newConnector().Configure(t.Context(), checked)
		require.Equal(t, x.code, code(t, err), name)
	}
	tenant := func(more string) string {
		checked, complaint := sdk.NewSettings([]byte(merge(`{"client_id":"papi-1","client_secret":"s3cret"}`, more)), settings())
		require.Nil(t, complaint)
		opened, err := newConnector().Configure(t.Context(), checked)
		require.NoError(t, err)
		return opened.Tenant().GetId()
	}
	require.Equal(t, "api.personio.de/Maison", tenant(`{"company":"Maison"}`))
	require.Equal(t, tenant(`{"company":"Maison"}`), tenant(`{"company":"Maison","client_id":"papi-2","url":"https://API.personio.de:443/v2"}`))
	require.NotEqual(t, tenant(`{}`), tenant(`{"client_id":"papi-2"}`), "another credential may be another account")
	require.NotContains(t, tenant(`{}`), "papi-1")
}

func merge(a, b string) string {
	var one map[string]any
	_ = json.Unmarshal([]byte(a), &one)
	_ = json.Unmarshal([]byte(b), &one)
	out, _ := json.Marshal(one)
	return string(out)
}
