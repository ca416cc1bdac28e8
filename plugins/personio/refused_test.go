package main

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/cmd/sandbox/personio"
	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// Somebody else adds her between the look-up and the create: in whatever form
// Personio refuses her then, it is told what it is.
func TestDuplicateEmailInBetween(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"400", "409", "422", "terse"} {
		for _, api := range []string{"v1", "v2"} {
			a := open(t)
			a.style(func(s *personio.Style) { s.Duplicate = form })
			c := a.connect("")
			a.instead(func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != "POST" || strings.Contains(r.URL.Path, "auth") {
					return false
				}
				a.instead(nil)
				a.hire(personio.Person{Email: "Ada@x.example", FirstName: "Another", LastName: "One"})
				return false
			})
			result := write(t, c, employees, `{"api":"`+api+`"}`, create(ada))[0]
			require.Equal(t, refused, result.Outcome, "%s %s", form, api)
			require.Equal(t, "duplicate-email", result.Err.Code, "%s %s", form, api)
			require.Len(t, a.Persons(), 1)
		}
	}
	// Refused for something else, with an e-mail in it that nobody else has.
	a := open(t)
	id := strconv.Itoa(a.hire(personio.Person{Email: "z@x.example", FirstName: "Z", LastName: "Y"}).ID)
	c := a.connect("")
	result := write(t, c, employees, "{}", update(id, `{"email":"z@x.example","gender":"OTHER"}`, "email", "gender"))[0]
	require.Equal(t, refused, result.Outcome)
	require.NotEqual(t, "duplicate-email", result.Err.Code, "the one who has it is the person itself")
}

// A supervisor who was deleted in Personio, or who is the person, is listed; the
// rest goes.
func TestSupervisorWhoIsGone(t *testing.T) {
	t.Parallel()
	for _, api := range []string{"v1", "v2"} {
		a := open(t)
		boss := a.hire(personio.Person{Email: "b@x.example", FirstName: "B", LastName: "C"})
		c := a.connect("")
		require.True(t, a.Erase(boss.ID))
		gone := strconv.Itoa(boss.ID)
		settings := `{"api":"` + api + `"}`
		result := write(t, c, employees, settings, create(merge(ada, `{"supervisor":"`+gone+`"}`)))[0]
		require.Equal(t, applied, result.Outcome, "%s: %v", api, result.Err)
		require.Equal(t, "person-not-found", leftOuts(result)["supervisor"], api)
		require.Len(t, a.Persons(), 1)
		for who, code := range map[string]string{gone: "person-not-found", result.ID: map[string]string{"v1": "person-not-found", "v2": "own-supervisor"}[api]} {
			changed := write(t, c, employees, settings, update(result.ID, `{"supervisor":"`+who+`","position":"`+who+`"}`, "supervisor", "position"))[0]
			require.Equal(t, applied, changed.Outcome, "%s %s: %v", api, who, changed.Err)
			require.Equal(t, code, leftOuts(changed)["supervisor"], api)
			require.Equal(t, who, a.Persons()[0].Position)
		}
	}
	// Refused for something else: it isn't sent a second time without.
	a := open(t)
	boss := a.hire(personio.Person{Email: "b@x.example", FirstName: "B", LastName: "C"})
	c := a.connect("")
	result := write(t, c, employees, "{}", create(merge(ada, `{"supervisor":"`+strconv.Itoa(boss.ID)+`","type":"FREELANCE"}`)))[0]
	require.Equal(t, refused, result.Outcome)
	require.Len(t, only(a.calls(), "POST /v2/persons"), 1)
}

// A custom attribute that is misspelt refuses the whole person: which one is said.
func TestCustomKeyThatIsUnknown(t *testing.T) {
	t.Parallel()
	a := open(t)
	c := a.connect("")
	result := write(t, c, employees, "{}", create(merge(ada, `{"dynamic_999":"x"}`)))[0]
	require.Equal(t, "unknown-attribute", result.Err.Code)
	require.Contains(t, result.Err.Summary, "dynamic_999")
	require.NotContains(t, result.Err.Summary, "dynamic_307")
	// One that isn't ticked is written all the same: rights to attributes are for reading.
	a.may(func(r *personio.Rights) {
		r.Attributes = []string{"email", "hire_date", "employment_type", "department", "team"}
	})
	require.Equal(t, applied, write(t, a.connect(""), employees, "{}", create(strings.ReplaceAll(ada, `"Marital status"`, `"dynamic_306"`)))[0].Outcome)
	require.Equal(t, "single", a.Persons()[0].Custom["dynamic_306"])
}

// A label is found in the account's language.
func TestLabelsInTheAccountsLanguage(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.style(func(s *personio.Style) { s.Language = "de" })
	c := a.connect("")
	result := write(t, c, employees, "{}", create(strings.ReplaceAll(ada, "Marital status", "familienstand")))[0]
	require.Equal(t, applied, result.Outcome, "%v", result.Err)
	require.Empty(t, result.LeftOut)
	require.Equal(t, "single", a.Persons()[0].Custom["dynamic_306"])
}

// Names are v1's: v2 never gets one.
func TestNamesNeverGoToV2(t *testing.T) {
	t.Parallel()
	a := open(t)
	var bodies []string
	a.instead(func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasPrefix(r.URL.Path, "/v2/persons") && r.Method != "GET" {
			bodies = append(bodies, bodyOf(t, r))
		}
		return false
	})
	c := a.connect("")
	id := write(t, c, employees, "{}", create(ada))[0].ID
	write(t, c, employees, "{}", update(id, `{"department":"Finance","team":"nowhere","office":"nowhere","legal_entity":"Maison Exemple GmbH","cost_center":"Ateliers"}`, "department", "team", "office", "legal_entity", "cost_center"))
	require.Len(t, bodies, 2)
	for _, body := range bodies {
		for _, name := range []string{"IT", "Finance", "Madrid", "nowhere", "Maison Exemple", "Siège", "Ateliers", "subcompany", `"department":`} {
			require.NotContains(t, body, name)
		}
	}
	require.Contains(t, bodies[1], `"org_units":[{"id":"402","type":"department"},{"id":"4502","type":"team"}]`)
	require.Contains(t, bodies[1], `"status":"ONBOARDING"`, "what Personio wants every time")
}

// Without the right to lists ids go, names are refused with the box to tick.
func TestListsWithoutRight(t *testing.T) {
	t.Parallel()
	a := open(t)
	id := strconv.Itoa(a.hire(personio.Person{Email: "z@x.example", FirstName: "Z", LastName: "Y"}).ID)
	a.may(func(r *personio.Rights) { r.Organisation = "" })
	c := a.connect("")
	require.Equal(t, applied, write(t, c, employees, "{}", update(id, `{"department":"401","office":"60302"}`, "department", "office"))[0].Outcome)
	require.Equal(t, []string{"IT", "Madrid"}, []string{a.Persons()[0].Department, a.Persons()[0].Office})
	a.calls()
	results := write(t, c, employees, "{}", update(id, `{"department":"Finance"}`, "department"), update(id, `{"first_name":"Q"}`, "first_name"))
	require.Equal(t, []string{"forbidden", "forbidden"}, codes(results))
	require.Contains(t, results[0].Err.Remedy, "Organisation: read")
	require.NotContains(t, a.calls(), "GET /v2/org-units", "asked for once")
	require.Equal(t, applied, write(t, c, employees, "{}", operation(opDeactivate, id))[0].Outcome, "leaving needs no list")
}

// The right to write doesn't include the one to read, nor v1's the one of v2; what
// check says of each.
func TestCheckOfWriting(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.hire(personio.Person{Email: "z@x.example", FirstName: "Z", LastName: "Y", Department: "IT"})
	says := func(resource, settings string, paths ...string) map[string]string {
		findings, err := a.connect("").Check(t.Context(), []*protocol.CheckResource{{Resource: resource, Projection: paths, SettingsJson: []byte(settings), Write: true}})
		require.NoError(t, err)
		out := map[string]string{}
		for _, f := range findings {
			if f.GetEvidence() == notPermitted || f.GetEvidence() == protocol.Evidence_EVIDENCE_NOT_INSTALLED {
				out[f.GetPath()+" "+f.GetRight()] = f.GetDiagnostic().GetRemedy()
			}
		}
		return out
	}
	none := map[string]string{}
	require.Equal(t, none, says(employees, "{}", "email", "department", "office", "cost_center"))
	a.may(func(r *personio.Rights) { r.Organisation = "" })
	found := says(employees, "{}", "email", "department", "team", "office")
	require.Len(t, found, 2, "%v", found)
	require.Contains(t, found["department organisation.read"], "Organisation: read")
	require.Contains(t, found, "office organisation.read")
	require.Equal(t, none, says(employees, `{"api":"v1"}`, "department"), "v1 takes names")
	a.may(func(r *personio.Rights) {
		r.Organisation, r.Attributes = "r", []string{"email", "department", "hire_date", "employment_type"}
	})
	require.Contains(t, says(employees, "{}", "email", "department"), "team attribute.team", "written together with it")
	require.Equal(t, none, says(employees, "{}", "email", "hire_date"))
	require.Equal(t, none, says(employees, `{"api":"v1"}`, "email", "department"))
	a.style(func(s *personio.Style) { s.NoLists = true })
	require.Contains(t, says(employees, "{}", "email", "department")["department organisation.read"], "Send the id")
	a.style(func(s *personio.Style) { s.NoLists = false })

	a.may(func(r *personio.Rights) { r.Attributes, r.Employees = nil, "w" })
	require.Contains(t, says(employees, "{}", "email")[" employees.read"], "“Employees: read”")
	require.NotContains(t, says(employees, "{}", "email"), " employees.write")
	a.may(func(r *personio.Rights) { r.Employees = "r" })
	require.Contains(t, says(employees, "{}", "email")[" employees.write"], "Employees: write")

	a.may(func(r *personio.Rights) { r.Employees, r.Projects = "rw", "" })
	require.Contains(t, says(attendances, "{}", "person", "project"), "project projects.read")
	require.Equal(t, none, says(attendances, "{}", "person"))
	a.may(func(r *personio.Rights) { r.Documents = "w" })
	require.Contains(t, says(documents, "{}", "person"), " documents.read")

	a.instead(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, documentsPath) {
			return false
		}
		answerWith(403, "application/problem+json", `{"errors":[{"title":"Insufficient access scope"}]}`)(w, nil)
		return true
	})
	a.may(func(r *personio.Rights) { r.Documents = "rw" })
	require.Contains(t, says(documents, "{}", "person"), " documents.read", "v2's own, beside v1's categories")
	a.instead(nil)
	require.Equal(t, none, says(documents, "{}", "person"))

	// Rights of the first generation open nothing of the second.
	a.may(func(r *personio.Rights) { r.OnlyV1, r.Documents = true, "rw" })
	require.NotContains(t, says(attendances, `{"api":"v1"}`, "person"), " attendances.write")
	require.Contains(t, says(attendances, "{}", "person"), " attendances.write")
	require.Contains(t, says(attendances, `{"api":"v1"}`, "person"), " attendances.read", "they are looked up through v2")
	for _, api := range []string{"v1", "v2"} {
		require.Contains(t, says(employees, `{"api":"`+api+`"}`, "email"), " employees.read", "people are looked for in v2")
	}
	_, _, err := read(t, a.connect(""), sdk.ReadRequest{Resource: attendances}, "{}")
	require.Equal(t, "forbidden", code(t, err))
	require.Contains(t, err.(*sdk.Error).Detail, "v1's rights don't open v2")
}

// Whoever may not list attributes is shown by the first employee what is ticked.
func TestNotReadableWithoutTheList(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.crowd(2)
	a.style(func(s *personio.Style) { s.NoAttributes = true })
	a.may(func(r *personio.Rights) { r.Attributes = []string{"email", "dynamic_305"} })
	c := a.connect("")
	for resource, paths := range map[string][]string{persons: {"email", "preferred_name"}, employments: {"person", "position"}, employees: {"email", "office"}} {
		_, end, err := read(t, c, sdk.ReadRequest{Resource: resource, Projection: paths}, "{}")
		require.Equal(t, "attribute-not-permitted", code(t, err), resource)
		require.False(t, end.Complete)
	}
	for _, path := range []string{"email", `custom["Badge colour"]`, "custom.dynamic_305"} {
		_, end, err := read(t, c, sdk.ReadRequest{Resource: persons, Projection: []string{path}}, "{}")
		require.NoError(t, err, path)
		require.True(t, end.Complete)
	}
	_, _, err := read(t, c, sdk.ReadRequest{Resource: persons, Projection: []string{"custom.dynamic_306"}}, "{}")
	require.Equal(t, "attribute-not-permitted", code(t, err))
}

// Envelopes without underscores, objects wrapped or not, v1 of old.
func TestOddForms(t *testing.T) {
	t.Parallel()
	a := openOdd(t)
	a.crowd(120)
	_, err := a.Edit(3001, func(p *personio.Person) error {
		p.Custom = map[string]any{"dynamic_307": []any{"French"}}
		return nil
	})
	require.NoError(t, err)
	id := write(t, a.connect(""), employees, "{}", update("3001", `{"cost_center":"Siège"}`, "cost_center"))[0].ID
	a.style(func(s *personio.Style) { s.Bare, s.OldV1 = true, true })
	c := a.connect("")
	records, end, err := read(t, c, sdk.ReadRequest{Resource: persons, Projection: []string{"email"}}, "{}")
	require.NoError(t, err)
	require.True(t, end.Complete)
	require.Len(t, records, 120)
	records, _, err = read(t, c, sdk.ReadRequest{Resource: persons, Projection: []string{"email"}, IDs: []string{"3002"}}, "{}")
	require.NoError(t, err)
	require.Equal(t, "p1@x.example", records[0]["email"])
	records, end, err = read(t, c, sdk.ReadRequest{Resource: employees, Projection: []string{"cost_center", "department", "holiday_calendar", "work_schedule", "vacation_day_balance", `custom["Language skills"]`}}, "{}")
	require.NoError(t, err)
	require.True(t, end.Complete)
	require.Equal(t, map[string]any{"id": id, "cost_center": "Siège", "department": "IT", "holiday_calendar": "Deutschland (NRW) Feiertage", "work_schedule": "Full-time", "vacation_day_balance": "8.33",
		"custom": map[string]any{"Language skills": []any{"French"}}}, records[0])
	require.Equal(t, applied, write(t, c, employees, "{}", operation(opDeactivate, "3001"))[0].Outcome)
}
