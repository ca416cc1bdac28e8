package main

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/cmd/sandbox/personio"
	"passerelle/plugins/sdk"
)

func TestEmployeeFromBeginningToEnd(t *testing.T) {
	t.Parallel()
	a := open(t)
	boss := a.hire(personio.Person{Email: "boss@x.example", FirstName: "Mega", LastName: "Hui"})
	c := a.connect("")
	result := write(t, c, employees, "{}", create(ada))[0]
	require.Equal(t, applied, result.Outcome, "%v", result.Err)
	require.Empty(t, result.LeftOut)
	id := result.ID
	hours := 35.5
	held := a.Persons()[1]
	require.Equal(t, "ONBOARDING", held.Status, "she starts later")
	require.Equal(t, personio.Person{ID: held.ID, Email: "ada@x.example", FirstName: "Ada", LastName: "Lovelace", Gender: "FEMALE", Language: "fr", Status: "ONBOARDING",
		HireDate: "2026-09-14", Type: "INTERNAL", Position: "Engineer", Department: "IT", Team: "Night Owls", Office: "Madrid", LegalEntity: "Maison Exemple SAS",
		WeeklyHours: &hours, CostCenters: held.CostCenters, Custom: map[string]any{"dynamic_306": "single", "dynamic_307": []any{"English", "French"}}}, held)
	require.Equal(t, strconv.Itoa(held.ID), id)

	// Only what changed is sent; of the employment what Personio wants every time is
	// read first, and what isn't touched stays: the team.
	a.calls()
	result = write(t, c, employees, "{}", update(id, `{"email":"ada.l@x.example"}`, "email"))[0]
	require.Equal(t, applied, result.Outcome)
	require.Equal(t, []string{"PATCH /v2/persons/" + id}, a.calls())
	result = write(t, c, employees, "{}", update(id, `{"department":"Finance","supervisor":"`+strconv.Itoa(boss.ID)+`","position":null}`, "department", "supervisor", "position"))[0]
	require.Equal(t, applied, result.Outcome, "%v", result.Err)
	held = a.Persons()[1]
	require.Equal(t, []any{"Finance", "Night Owls", boss.ID, "", "ada.l@x.example", "ONBOARDING", "Madrid"},
		[]any{held.Department, held.Team, held.Supervisor, held.Position, held.Email, held.Status, held.Office})
	require.Len(t, a.calls(), 2, "read, then write; the departments are known from before")

	for _, step := range []struct {
		do     sdk.WriteRecord
		status string
	}{{operation(opDeactivate, id), "INACTIVE"}, {operation(opDeactivate, id), "INACTIVE"}, {operation(opReactivate, id), "ONBOARDING"}, {operation(opReactivate, id), "ONBOARDING"}} {
		result = write(t, c, employees, "{}", step.do)[0]
		require.Equal(t, applied, result.Outcome, "%v", result.Err)
		require.Equal(t, step.status, a.Persons()[1].Status)
	}
	require.Equal(t, 6, len(a.calls()), "what is so already isn't written")

	refusedDelete := write(t, c, employees, "{}", operation(opDelete, id))[0]
	require.Equal(t, "delete-not-allowed", refusedDelete.Err.Code)
	require.Len(t, a.Persons(), 2)
	require.Equal(t, applied, write(t, c, employees, `{"allow_delete":true}`, operation(opDelete, id))[0].Outcome)
	require.Len(t, a.Persons(), 1)
	require.Equal(t, "not-found", write(t, c, employees, `{"allow_delete":true}`, operation(opDelete, id))[0].Err.Code)
}

// A name that Personio lacks is listed; the person goes all the same, and what it
// had stays.
func TestNameThatIsLacking(t *testing.T) {
	t.Parallel()
	a := open(t)
	c := a.connect("")
	result := write(t, c, employees, "{}", create(`{"email":"a@x.example","first_name":"A","last_name":"B","language":"fr","hire_date":"2026-01-01","type":"INTERNAL",
		"department":"Télex","office":"nowhere","supervisor":"nobody@x.example","cost_center":"?","Shoe size":"44"}`))[0]
	require.Equal(t, applied, result.Outcome, "%v", result.Err)
	require.Equal(t, map[string]string{"department": "name-not-found", "office": "name-not-found", "supervisor": "person-not-found", "cost_center": "name-not-found", "Shoe size": "unknown-attribute"}, leftOuts(result))
	require.Equal(t, "ACTIVE", a.Persons()[0].Status)

	a.AddDepartment("Télex")
	again := a.connect("") // the next run
	require.Empty(t, write(t, again, employees, "{}", update(result.ID, `{"department":" télex"}`, "department"))[0].LeftOut)
	require.Equal(t, "Télex", a.Persons()[0].Department)
	result = write(t, again, employees, "{}", update(result.ID, `{"department":"gone","email":null}`, "department", "email"))[0]
	require.Equal(t, map[string]string{"department": "name-not-found", "email": "not-emptied"}, leftOuts(result))
	require.Equal(t, "Télex", a.Persons()[0].Department, "the one it had stays")
	require.Equal(t, applied, write(t, again, employees, "{}", update(result.ID, `{"department":null}`, "department"))[0].Outcome)
	require.Empty(t, a.Persons()[0].Department)
	require.Equal(t, applied, write(t, again, employees, "{}", update(result.ID, `{"legal_entity":"170"}`, "legal_entity"))[0].Outcome)
	result = write(t, again, employees, "{}", update(result.ID, `{"legal_entity":null}`, "legal_entity"))[0]
	require.Equal(t, applied, result.Outcome, "%v", result.Err)
	require.Empty(t, a.Persons()[0].LegalEntity)
}

// Names, ids, e-mails and full names; each list is asked for once.
func TestNamesAndIDs(t *testing.T) {
	t.Parallel()
	a := open(t)
	boss := a.hire(personio.Person{Email: "mega@x.example", FirstName: "Mega", LastName: "Hui"})
	for range 2 {
		a.hire(personio.Person{Email: strconv.Itoa(len(a.Persons())) + "@x.example", FirstName: "Jean", LastName: "Martin"})
	}
	someone := a.hire(personio.Person{Email: "z@x.example", FirstName: "Zoé", LastName: "D'Arcy"})
	id := strconv.Itoa(someone.ID)
	c := a.connect("")
	a.AddDepartment("Twin")
	a.AddDepartment("twin")
	for _, x := range []struct{ field, value, left string }{
		{"department", "401", ""}, {"department", "it", ""}, {"department", "Twin", "ambiguous-name"},
		{"supervisor", strconv.Itoa(boss.ID), ""}, {"supervisor", "Mega@x.example", ""}, {"supervisor", "mega hui", ""}, {"supervisor", "Jean Martin", "ambiguous-name"},
		{"supervisor", "No One", "person-not-found"}, {"cost_center", "1f33aa20-287f-4dda-a517-eba2a316f755", ""}, {"legal_entity", "171", ""},
	} {
		result := write(t, c, employees, "{}", update(id, `{"`+x.field+`":"`+x.value+`"}`, x.field))[0]
		require.Equal(t, applied, result.Outcome, "%s: %v", x.value, result.Err)
		require.Equal(t, x.left, leftOuts(result)[x.field], "%s", x.value)
	}
	held := a.Persons()[3]
	require.Equal(t, []any{"IT", boss.ID, "Maison Exemple GmbH"}, []any{held.Department, held.Supervisor, held.LegalEntity})
	counts := map[string]int{}
	for _, call := range a.calls() {
		counts[call]++
	}
	require.Equal(t, 1, counts["GET /v2/org-units"])
	require.Equal(t, 2, counts["GET /v2/persons"], "one e-mail; everybody once for the names")

	shares := write(t, c, employees, "{}", update(id, `{"cost_centers":[{"name":"Siège","weight":60},{"name":"Ateliers","weight":40}]}`, "cost_centers"))[0]
	require.Equal(t, applied, shares.Outcome)
	require.Len(t, a.Persons()[3].CostCenters, 2)
}

// Without the beta lists ids still go, and names are listed with that reason.
func TestNoLists(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.style(func(s *personio.Style) { s.NoLists = true })
	id := strconv.Itoa(a.hire(personio.Person{Email: "z@x.example", FirstName: "Zoé", LastName: "D'Arcy"}).ID)
	c := a.connect("")
	result := write(t, c, employees, "{}", update(id, `{"department":"401","office":"Madrid"}`, "department", "office"))[0]
	require.Equal(t, applied, result.Outcome)
	require.Equal(t, map[string]string{"office": "no-list"}, leftOuts(result))
	require.Equal(t, "IT", a.Persons()[0].Department)
}

// Somebody who is there already isn't created, whatever form a refusal has.
func TestDuplicateEmail(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"400", "409", "422"} {
		for _, api := range []string{"v1", "v2"} {
			a := open(t)
			a.style(func(s *personio.Style) { s.Duplicate = form })
			a.hire(personio.Person{Email: "Ada@x.example", FirstName: "Another", LastName: "One"})
			c := a.connect("")
			a.calls()
			result := write(t, c, employees, `{"api":"`+api+`"}`, create(ada))[0]
			require.Equal(t, refused, result.Outcome)
			require.Equal(t, "duplicate-email", result.Err.Code)
			require.Equal(t, []string{"GET /v2/persons"}, a.calls(), "it was looked for, and not sent")

			// Somebody adds her between the look-up and the create.
			other := a.hire(personio.Person{Email: "late@x.example", FirstName: "L", LastName: "M"})
			id := strconv.Itoa(other.ID)
			result = write(t, c, employees, "{}", update(id, `{"email":"ada@x.example"}`, "email"))[0]
			require.Equal(t, "duplicate-email", result.Err.Code, form)
			require.NotContains(t, result.Err.Error()+result.Err.Remedy, "ada@x")
		}
	}
	a := open(t)
	c := a.connect("")
	twice := write(t, c, employees, "{}", create(ada), create(ada))
	require.Equal(t, applied, twice[0].Outcome)
	require.Equal(t, "duplicate-email", twice[1].Err.Code)
}

func TestFind(t *testing.T) {
	t.Parallel()
	a := open(t)
	c := a.connect("")
	id := write(t, c, employees, "{}", create(ada))[0].ID
	a.calls()
	projection := []string{"email", "last_name", "department", "supervisor", "language", "cost_center", `["Marital status"]`}
	keys := []sdk.Key{{Ref: "1", Fields: map[string]any{"email": "ada@x.example"}}, {Ref: "2", Fields: map[string]any{"email": "none@x.example"}}}
	found, end, err := read(t, c, sdk.ReadRequest{Resource: employees, Projection: projection, Keys: keys}, "{}")
	require.NoError(t, err)
	require.True(t, end.Complete)
	require.Equal(t, []map[string]any{{"ref": "1", "id": id, "email": "ada@x.example", "last_name": "Lovelace", "department": "IT", "supervisor": nil, "cost_center": "Siège", "Marital status": "single"}}, found)
	require.Equal(t, []string{"GET /v2/persons", "GET /v1/company/employees/" + id}, a.calls())

	keys = []sdk.Key{{Ref: "1", Fields: map[string]any{"Marital status": "single"}}}
	found, _, err = read(t, c, sdk.ReadRequest{Resource: employees, Projection: []string{"last_name"}, Keys: keys}, "{}")
	require.NoError(t, err)
	require.Len(t, found, 1, "any attribute may be a key: then everybody is read, once")

	found, end, err = read(t, c, sdk.ReadRequest{Resource: employees, Projection: []string{"last_name"}, IDs: []string{id, "99"}}, "{}")
	require.NoError(t, err)
	require.True(t, end.Complete)
	require.Equal(t, []map[string]any{{"ref": id, "id": id, "last_name": "Lovelace"}}, found)
}

// What Personio wants every time must be readable; department and team go
// together, so that an unseen one would be emptied.
func TestUnreadableEmploymentIsNotWritten(t *testing.T) {
	t.Parallel()
	a := open(t)
	id := strconv.Itoa(a.hire(personio.Person{Email: "z@x.example", FirstName: "Z", LastName: "Y", Team: "Night Owls", Department: "IT"}).ID)
	c := a.connect("")
	a.may(func(r *personio.Rights) {
		r.Attributes = []string{"email", "first_name", "hire_date", "employment_type", "department"}
	})
	result := write(t, c, employees, "{}", update(id, `{"department":"Finance"}`, "department"))[0]
	require.Equal(t, "attribute-not-permitted", result.Err.Code)
	require.Equal(t, notSent, result.Outcome)
	require.Equal(t, "IT", a.Persons()[0].Department)
	require.Equal(t, applied, write(t, c, employees, "{}", operation(opDeactivate, id))[0].Outcome)

	a.may(func(r *personio.Rights) { r.Attributes = []string{"email"} })
	result = write(t, c, employees, "{}", operation(opReactivate, id))[0]
	require.Equal(t, "attribute-not-permitted", result.Err.Code)
	require.Equal(t, "INACTIVE", a.Persons()[0].Status)
}

// The API answers 404 and 502 now and then for employments that are there.
func TestEmploymentsAreFlaky(t *testing.T) {
	t.Parallel()
	a := open(t)
	id := strconv.Itoa(a.hire(personio.Person{Email: "z@x.example", FirstName: "Z", LastName: "Y"}).ID)
	c := a.connect("")
	for _, statuses := range [][]int{{404}, {502}, {502, 404}} {
		a.style(func(s *personio.Style) { s.EmploymentsBad = statuses })
		result := write(t, c, employees, "{}", operation(opDeactivate, id))[0]
		require.Equal(t, applied, result.Outcome, "%v: %v", statuses, result.Err)
	}
	a.style(func(s *personio.Style) { s.EmploymentsBad = []int{404, 404} })
	require.Equal(t, "not-found", write(t, c, employees, "{}", operation(opDeactivate, id))[0].Err.Code)
}

// v1's way to write: what it ignores stands in meta under 200.
func TestWriteV1(t *testing.T) {
	t.Parallel()
	a := open(t)
	c := a.connect("")
	result := write(t, c, employees, `{"api":"v1"}`, create(ada))[0]
	require.Equal(t, applied, result.Outcome, "%v", result.Err)
	require.Equal(t, map[string]string{"team": "not-in-v1", "cost_center": "not-in-v1"}, leftOuts(result))
	held := a.Persons()[0]
	require.Equal(t, []any{"IT", "Madrid", "Maison Exemple SAS", "FEMALE", "ONBOARDING"}, []any{held.Department, held.Office, held.LegalEntity, held.Gender, held.Status})

	result = write(t, c, employees, `{"api":"v1"}`, update(result.ID, `{"department":"Nowhere","office":"Remote","email":"new@x.example"}`, "department", "office", "email"))[0]
	require.Equal(t, applied, result.Outcome, "%v", result.Err)
	require.Equal(t, map[string]string{"department": "name-not-found", "email": "not-in-v1"}, leftOuts(result))
	require.Equal(t, []any{"IT", "Remote", "ada@x.example"}, []any{a.Persons()[0].Department, a.Persons()[0].Office, a.Persons()[0].Email})
}
