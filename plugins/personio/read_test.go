package main

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/cmd/sandbox/personio"
	"passerelle/plugins/sdk"
)

func (a *account) crowd(n int) {
	for i := range n {
		a.hire(personio.Person{Email: fmt.Sprintf("p%d@x.example", i), FirstName: "P", LastName: strconv.Itoa(i), Department: "IT", Office: "Madrid"})
	}
}

// The three ways to page of v1, and v2's cursor.
func TestPaging(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.crowd(230)
	c := a.connect("")
	write(t, c, absences, `{"skip_approval":true}`, manyAbsences(a, 210)...)
	a.calls()
	for _, x := range []struct {
		name, settings string
		request        sdk.ReadRequest
		records, calls int
	}{
		{"v1, offset counts records", "{}", sdk.ReadRequest{Resource: employees, Projection: []string{"email"}}, 230, 3},
		{"v1, offset is a page", `{"api":"v1"}`, sdk.ReadRequest{Resource: absences}, 210, 3},
		{"v1, page", `{"report":"eb7482f3-0000-4000-8000-000000000001","api":"v1"}`, sdk.ReadRequest{Resource: reports}, 230, 3},
		{"v2, persons", "{}", sdk.ReadRequest{Resource: persons, Projection: []string{"email"}}, 230, 6},
		{"v2, absences", "{}", sdk.ReadRequest{Resource: absences}, 210, 4},
		{"v2, report", `{"report":"eb7482f3-0000-4000-8000-000000000001"}`, sdk.ReadRequest{Resource: reports}, 230, 3},
	} {
		records, end, err := read(t, c, x.request, x.settings)
		require.NoError(t, err, x.name)
		require.True(t, end.Complete, "%s: %s", x.name, end.Reason)
		require.Len(t, records, x.records, x.name)
		require.Len(t, a.calls(), x.calls, x.name)
		require.EqualValues(t, x.calls, end.Calls, x.name)
		seen := map[any]bool{}
		for _, r := range records {
			if r["id"] != nil {
				require.False(t, seen[r["id"]], "%s: nobody twice", x.name)
				seen[r["id"]] = true
			}
		}
	}
}

func manyAbsences(a *account, n int) []sdk.WriteRecord {
	var out []sdk.WriteRecord
	for i, p := range a.Persons()[:n] {
		out = append(out, create(fmt.Sprintf(`{"person":"%d","absence_type":"Paid vacation","start_date":"2026-06-0%d","end_date":"2026-06-10"}`, p.ID, 1+i%5)))
	}
	return out
}

// A list whose pages can't be trusted is never whole.
func TestPagesThatLie(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.crowd(120)
	c := a.connect("")
	a.style(func(s *personio.Style) { s.RepeatCursor = true })
	_, end, err := read(t, c, sdk.ReadRequest{Resource: persons, Projection: []string{"email"}}, "{}")
	require.Equal(t, "page-repeats", code(t, err))
	require.False(t, end.Complete)

	a.style(func(s *personio.Style) { s.RepeatCursor, s.RelativeNext = false, true })
	records, end, err := read(t, c, sdk.ReadRequest{Resource: persons, Projection: []string{"email"}}, "{}")
	require.NoError(t, err)
	require.True(t, end.Complete)
	require.Len(t, records, 120)

	a.style(func(s *personio.Style) { s.NextElsewhere = true })
	_, end, err = read(t, c, sdk.ReadRequest{Resource: persons, Projection: []string{"email"}}, "{}")
	require.Equal(t, "next-page-elsewhere", code(t, err), "the token goes nowhere else")
	require.False(t, end.Complete)

	// v1 gives fewer than it counts.
	first := true
	a.instead(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/v1/company/employees" || r.URL.Query().Get("offset") != "100" || !first {
			return false
		}
		first = false
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"success":true,"metadata":{"total_elements":120,"current_page":0,"total_pages":2},"offset":100,"limit":100,"data":[]}`))
		return true
	})
	_, end, err = read(t, c, sdk.ReadRequest{Resource: employees, Projection: []string{"email"}}, "{}")
	require.NoError(t, err)
	require.False(t, end.Complete)
	require.Equal(t, "Personio counts 120 records and gave 100", end.Reason)
}

// What comes in which form, from people as v1 shows them.
func TestEmployeeShapes(t *testing.T) {
	t.Parallel()
	hours := 35.5
	for _, style := range []func(*personio.Style){
		func(s *personio.Style) {},
		func(s *personio.Style) { s.Empty, s.Tags, s.Language = "string", "json", "de" },
		func(s *personio.Style) { s.Empty, s.Language = "list", "fr" },
	} {
		a := openOdd(t)
		a.style(style)
		boss := a.hire(personio.Person{Email: "mega@x.example", FirstName: "Mega", LastName: "Hui"})
		a.hire(personio.Person{Email: "ada@x.example", FirstName: "Ada", LastName: "Lovelace", Gender: "FEMALE", HireDate: "2022-07-12", Department: "IT", Supervisor: boss.ID, WeeklyHours: &hours,
			Custom: map[string]any{"dynamic_306": "single", "dynamic_307": []any{"English", "French"}, "dynamic_308": "2027-03-31"}})
		label := map[string]string{"en": "Marital status", "de": "Familienstand", "fr": "Situation familiale"}[a.Style().Language]
		c := a.connect("")
		records, end, err := read(t, c, sdk.ReadRequest{Resource: employees, Projection: []string{"email", "gender", "hire_date", "status", "type", "department", "department_id", "office",
			"team", "cost_center", "supervisor", "supervisor_email", "supervisor_name", "weekly_working_hours", "termination_date", `custom["` + label + `"]`, "custom.dynamic_307", "custom.dynamic_308"}}, "{}")
		require.NoError(t, err)
		require.True(t, end.Complete)
		require.Equal(t, map[string]any{"id": records[1]["id"], "email": "ada@x.example", "gender": "FEMALE", "hire_date": "2022-07-12", "status": "ACTIVE", "type": "INTERNAL",
			"department": "IT", "department_id": "401", "office": nil, "team": nil, "cost_center": nil, "supervisor": strconv.Itoa(boss.ID), "supervisor_email": "mega@x.example",
			"supervisor_name": "Mega Hui", "weekly_working_hours": "35.5", "termination_date": nil,
			"custom": map[string]any{label: "single", "dynamic_307": []any{"English", "French"}, "dynamic_308": "2027-03-31"}}, records[1])
		require.Equal(t, map[string]any{label: nil, "dynamic_307": nil, "dynamic_308": nil}, records[0]["custom"])
	}
}

// An attribute that isn't ticked is a matter of rights, never an empty field.
func TestNotReadableIsNotEmpty(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.crowd(2)
	a.may(func(r *personio.Rights) { r.Attributes = []string{"email", "first_name", "dynamic_305"} })
	c := a.connect("")
	for _, x := range []struct {
		resource string
		paths    []string
		code     string
	}{
		{employees, []string{"email", "custom.dynamic_305"}, ""},
		{employees, []string{"email", "gender"}, "attribute-not-permitted"},
		{employees, []string{"email", "custom.dynamic_306"}, "attribute-not-permitted"},
		{employees, []string{"email", `custom["Marital status"]`}, "attribute-not-permitted"},
		{persons, []string{"email"}, ""},
		{persons, []string{"email", "preferred_name"}, "attribute-not-permitted"},
		{persons, []string{"custom.dynamic_306"}, "attribute-not-permitted"},
		{employments, []string{"person", "status"}, ""},
		{employments, []string{"person", "department_id"}, "attribute-not-permitted"},
	} {
		_, end, err := read(t, c, sdk.ReadRequest{Resource: x.resource, Projection: x.paths}, "{}")
		if x.code == "" {
			require.NoError(t, err, "%s %v", x.resource, x.paths)
			require.True(t, end.Complete)
			continue
		}
		require.Equal(t, x.code, code(t, err), "%s %v", x.resource, x.paths)
		require.Contains(t, err.(*sdk.Error).Remedy, "Readable employee attributes")
	}
	// A look-up by an e-mail that can't be read would find nobody.
	a.may(func(r *personio.Rights) { r.Attributes = []string{"first_name"} })
	_, _, err := read(t, c, sdk.ReadRequest{Resource: employees, Projection: []string{"first_name"}, Keys: []sdk.Key{{Ref: "1", Fields: map[string]any{"email": "p1@x.example"}}}}, "{}")
	require.Equal(t, "attribute-not-permitted", code(t, err))
}

// A custom report shows everything, whatever is ticked; v1 serves where v2 has none.
func TestReports(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.crowd(1)
	a.may(func(r *personio.Rights) { r.Attributes = []string{"email"} })
	c := a.connect("")
	request := sdk.ReadRequest{Resource: reports}
	const report = `{"report":"eb7482f3-0000-4000-8000-000000000001"}`
	records, _, err := read(t, c, request, report)
	require.NoError(t, err)
	require.Equal(t, []map[string]any{{"first_name": "P", "department": "IT", "fix_salary": 0.0}}, records)

	a.style(func(s *personio.Style) { s.NoReportsV2 = true })
	records, _, err = read(t, c, request, report)
	require.NoError(t, err)
	require.Equal(t, []map[string]any{{"employee_id": records[0]["employee_id"], "first_name": "P", "department": "IT", "fix_salary": "0"}}, records)
	a.style(func(s *personio.Style) { s.NoReportsV2 = false })

	_, _, err = read(t, c, request, `{"report":"none"}`)
	require.Equal(t, "report-unavailable", code(t, err))
	_, _, err = read(t, c, request, `{"report":"none","api":"v1"}`)
	require.Equal(t, "report-unavailable", code(t, err))
	a.may(func(r *personio.Rights) { r.Enabled = []string{} })
	_, _, err = read(t, c, request, report)
	require.Equal(t, "report-unavailable", code(t, err), "not released for the API")
	a.may(func(r *personio.Rights) { r.Reports = "" })
	_, _, err = read(t, c, request, report)
	require.Equal(t, "forbidden", code(t, err), "400, and meant as 403")
}

func TestPersonsAndEmployments(t *testing.T) {
	t.Parallel()
	for _, unset := range []string{"absent", "null"} { // Personio's own files don't allow null; clients see it
		personsAndEmployments(t, openAs(t, unset == "absent"), unset)
	}
}

func personsAndEmployments(t *testing.T, a *account, unset string) {
	boss := a.hire(personio.Person{Email: "b@x.example", FirstName: "B", LastName: "C", Termination: "2026-12-31"})
	p := a.hire(personio.Person{Email: "a@x.example", FirstName: "A", LastName: "B", Department: "IT", Team: "Night Owls", Supervisor: boss.ID, Position: "Dev",
		Custom: map[string]any{"dynamic_305": "red", "dynamic_307": []any{"French"}}})
	a.style(func(s *personio.Style) { s.Unset, s.EmploymentsBad = unset, []int{404} })
	c := a.connect("")
	records, end, err := read(t, c, sdk.ReadRequest{Resource: employments, Projection: []string{"person", "hire_date", "department_id", "team_id", "supervisor", "position", "last_working_day", "office_id"}}, "{}")
	require.NoError(t, err)
	require.True(t, end.Complete)
	require.Equal(t, map[string]any{"id": records[1]["id"], "person": strconv.Itoa(p.ID), "hire_date": "2022-01-12", "department_id": "401", "team_id": "4502",
		"supervisor": strconv.Itoa(boss.ID), "position": "Dev", "last_working_day": nil, "office_id": nil}, records[1])
	require.Equal(t, "2026-12-31", records[0]["last_working_day"], "whatever the field is called")
	records, _, err = read(t, c, sdk.ReadRequest{Resource: persons, Projection: []string{"email", "gender", `custom["Badge colour"]`, "custom.dynamic_307"}, IDs: []string{strconv.Itoa(p.ID), "77"}}, "{}")
	require.NoError(t, err)
	require.Equal(t, []map[string]any{{"ref": strconv.Itoa(p.ID), "id": strconv.Itoa(p.ID), "email": "a@x.example", "gender": nil,
		"custom": map[string]any{"Badge colour": "red", "dynamic_307": []any{"French"}}}}, records)
}

func TestOrganisation(t *testing.T) {
	t.Parallel()
	a := open(t)
	c := a.connect("")
	for name, first := range map[string]map[string]any{
		orgUnits: {"type": "team", "name": "Cozy Plumbers"}, workplaces: {"name": "Madrid"}, legalEntities: {"name": "Maison Exemple SAS"},
		costCenters: {"name": "Siège"}, absenceTypes: {"name": "Paid vacation", "unit": "DAY"}, projects: {"status": "ACTIVE"},
	} {
		records, end, err := read(t, c, sdk.ReadRequest{Resource: name}, "{}")
		require.NoError(t, err, name)
		require.True(t, end.Complete)
		for field, value := range first {
			require.Equal(t, value, records[0][field], name)
		}
	}
	a.style(func(s *personio.Style) { s.NoLists = true })
	_, end, err := read(t, c, sdk.ReadRequest{Resource: orgUnits}, "{}")
	require.Equal(t, "not-found", code(t, err))
	require.False(t, end.Complete)
}

// v1 says success:false under 200; 429 has no Retry-After.
func TestAnswersThatMislead(t *testing.T) {
	t.Parallel()
	a := openOdd(t)
	a.crowd(1)
	c := a.connect("")
	say := func(status int, body string, times int, headers ...string) {
		a.instead(func(w http.ResponseWriter, r *http.Request) bool {
			if times == 0 || strings.Contains(r.URL.Path, "/auth") {
				return false
			}
			times--
			w.Header().Set("Content-Type", "application/json")
			for i := 0; i+1 < len(headers); i += 2 {
				w.Header().Set(headers[i], headers[i+1])
			}
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
			return true
		})
	}
	say(200, `{"success":false,"data":{}}`, 1)
	_, end, err := read(t, c, sdk.ReadRequest{Resource: employees, Projection: []string{"email"}}, "{}")
	require.Equal(t, "unsuccessful", code(t, err))
	require.False(t, end.Complete)
	id := strconv.Itoa(a.Persons()[0].ID)
	say(200, `{"success":false,"data":{"id":1}}`, 1)
	result := write(t, c, employees, `{"api":"v1"}`, update(id, `{"position":"x"}`, "position"))[0]
	require.Equal(t, refused, result.Outcome)
	require.Equal(t, "unsuccessful", result.Err.Code)

	say(429, `{"errors":[{"title":"Too many requests","detail":"x"}]}`, 1, "x-ratelimit-remaining", "0", "x-ratelimit-replenish-rate", "1000", "x-ratelimit-burst-capacity", "30", "x-ratelimit-requested-tokens", "1")
	result = write(t, c, employees, `{}`, update(id, `{"first_name":"Again"}`, "first_name"))[0]
	require.Equal(t, applied, result.Outcome, "%v", result.Err)
	require.Equal(t, "Again", a.Persons()[0].FirstName)
	say(503, `{}`, 99)
	results := write(t, c, employees, `{}`, update(id, `{"first_name":"X"}`, "first_name"), update(id, `{"first_name":"Y"}`, "first_name"))
	require.Equal(t, "unavailable", results[0].Err.Code)
	require.Equal(t, notSent, results[1].Outcome, "the next would meet it as well")
}
