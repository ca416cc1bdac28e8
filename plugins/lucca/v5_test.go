package main

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sandbox "passerelle/cmd/sandbox/lucca"
	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// withClient makes the house's connection one of version 5.
func withClient(t *testing.T, employees int) *house {
	h := settle(t, employees)
	h.connection = h.open(map[string]any{"client_id": sandbox.DefaultClient, "client_secret": sandbox.DefaultSecret, "token_url": h.url + "/connect/token"})
	return h
}

func TestVersion5(t *testing.T) {
	t.Parallel()
	h := withClient(t, 250)
	var mu sync.Mutex
	var queries []url.Values
	h.before = func(r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if strings.HasPrefix(r.URL.Path, "/lucca-api/") {
			queries = append(queries, r.URL.Query())
			require.Equal(t, "2024-11-01", r.Header.Get("Api-Version"))
		}
	}
	records, end := h.read("employees", `{"include":["future","former"]}`, "familyName", "status", "applicableJobPosition.department.id", "applicableJobPosition.jobTitle", "applicableEmployment.start.date")
	require.Len(t, records, 250)
	require.EqualValues(t, 3, end.Calls, "a hundred a page, with their employment and position beside them")
	require.EqualValues(t, 250, end.Expected)
	first := records[0]
	e := h.company.Employees()[0]
	require.Equal(t, "101", first["id"])
	require.Equal(t, e.JobTitle, first["applicableJobPosition"].(map[string]any)["jobTitle"])
	require.Equal(t, map[string]any{"start": map[string]any{"date": e.ContractStart}}, first["applicableEmployment"], "what was declared, and nothing else")
	require.Equal(t, "links,totalCount,embedded", queries[1].Get("include"))
	require.True(t, strings.HasPrefix(queries[1].Get("page"), "!"), "the cursor is handed back as it came")
	require.Equal(t, "active,upcoming,deactivated", queries[1].Get("status"), "the next page's address keeps the query")

	current, _ := h.read("employees", ``, "status")
	require.Less(t, len(current), 250)
	for _, r := range current {
		require.Equal(t, "active", r["status"])
	}
	require.Equal(t, "links,totalCount", queries[len(queries)-1].Get("include"), "nothing beside, where nobody declared it")

	for name, paths := range map[string][]string{
		"employee-personal-records": {"employee.id", "bankAccount.accountIdentifier", "nationalitiesCountryCodes"}, "employments": {"employee.id", "start.date"},
		"job-positions": {"manager.id", "department.id"}, "business-establishments": {"legalEntity.legalName"}, "legal-entities": {"taxIdentificationNumber.value"},
	} {
		records, _ := h.read(name, ``, paths...)
		require.NotEmpty(t, records, name)
	}
	places, _ := h.read("business-establishments", ``, "legalEntity.legalName")
	require.Equal(t, map[string]any{"legalName": "Maison Exemple SAS"}, places[0]["legalEntity"])
	tree, _ := h.read("departments-v5", ``, "ancestors", "parentId")
	require.Equal(t, map[string]any{"id": "3", "parentId": "2", "ancestors": []any{
		map[string]any{"id": "1", "name": "Direction générale"}, map[string]any{"id": "2", "name": "Ressources humaines"}}}, tree[2])

	out, collected := sdk.NewTestOutput()
	end, err := h.Read(t.Context(), sdk.ReadRequest{Resource: "employees", Projection: []string{"id"}, IDs: []string{"103", "9", "101"}}, out)
	require.NoError(t, err)
	require.True(t, end.Complete)
	require.Equal(t, "101", collected.Records()[0].Key)
	require.Len(t, collected.Records(), 2)
}

func TestAttributes(t *testing.T) {
	t.Parallel()
	h := withClient(t, 150)
	records, end := h.read("employee-attributes", ``, `attributes["jobPosition.department"]`, "attributes.e_languages", "attributes.e_driving_licence", "attributes.e_badge")
	require.Len(t, records, 150)
	require.EqualValues(t, 2, end.Calls, "the definitions, and one page of a thousand values")
	require.EqualValues(t, 150, end.Expected, "people, not values")
	seen := map[string]any{}
	for _, r := range records {
		for code, value := range r["attributes"].(map[string]any) {
			seen[code] = value
		}
	}
	require.IsType(t, "", seen["jobPosition.department"], "a reference is its id")
	require.IsType(t, []any{}, seen["e_languages"])
	require.Contains(t, seen["e_driving_licence"], "label")
	require.IsType(t, "", seen["e_badge"], "a file is its id")

	_, _, err := h.try("employee-attributes", ``)
	requireCode(t, err, "no-attributes", protocol.Retry_RETRY_AFTER_FIX)
	_, _, err = h.try("employee-attributes", `{"as_of":"01/02/2026"}`, "attributes.e_badge")
	requireCode(t, err, "bad-setting", protocol.Retry_RETRY_AFTER_FIX)
}

// Establishments and sections that a client wasn't given are left out in silence;
// a scope that it wasn't given is refused.
func TestVersion5Rights(t *testing.T) {
	t.Parallel()
	h := withClient(t, 120)
	rights := h.lucca.Rights()
	rights.Establishments, rights.Sections, rights.Scopes = []int{2}, []string{"Formation"}, []string{"employees.readonly", "employments.readonly", "job-positions.readonly", "employee-attributes.readonly", "employee-attributes.readwrite"}
	require.NoError(t, h.lucca.AddKey(sandbox.Key{Key: "0d0e0f00-1111-4000-8000-000000000001", Rights: rights}))
	h.connection = h.open(map[string]any{"client_id": "anybody", "client_secret": "0d0e0f00-1111-4000-8000-000000000001", "token_url": h.url + "/connect/token"})

	records, _ := h.read("employees", `{"include":["future","former"]}`, "applicableJobPosition.businessEstablishment.id")
	require.NotEmpty(t, records)
	require.Less(t, len(records), 60)
	for _, r := range records {
		require.Equal(t, map[string]any{"businessEstablishment": map[string]any{"id": "2"}}, r["applicableJobPosition"])
	}
	attributes, _ := h.read("employee-attributes", ``, "attributes.e_Codepostal", "attributes.e_diploma")
	for _, r := range attributes {
		require.NotContains(t, r["attributes"], "e_Codepostal")
	}
	_, _, err := h.try("employments", ``)
	require.NoError(t, err)
	_, _, err = h.try("employee-personal-records", ``)
	requireCode(t, err, "forbidden", byKey)
	require.Contains(t, err.(*sdk.Error).Remedy, "employee-personal-records.readonly")

	findings, err := h.Check(t.Context(), []*protocol.CheckResource{
		{Resource: "employee-personal-records", Projection: []string{"birthDate"}}, {Resource: "employee-attributes", Projection: []string{"attributes.e_Codepostal", "attributes.e_diploma"}},
	})
	require.NoError(t, err)
	require.Equal(t, protocol.Evidence_EVIDENCE_NOT_PERMITTED, findings[0].GetEvidence())
	require.Equal(t, "employee-personal-records.readonly", findings[0].GetRight())
	got := map[string]string{}
	for _, f := range findings[1:] {
		got[f.GetPath()] = f.GetEvidence().String() + " " + f.GetDiagnostic().GetCode()
	}
	require.Equal(t, map[string]string{
		"": "EVIDENCE_READABLE granted-too-much", "attributes.e_Codepostal": "EVIDENCE_EMPTY_EVERYWHERE empty-everywhere", "attributes.e_diploma": "EVIDENCE_READABLE ",
	}, got, "what may be written though it is only read is said")

	_, _, err = settle(t, 12).try("employees", ``)
	requireCode(t, err, "bad-setting", protocol.Retry_RETRY_AFTER_FIX)
	_, _, err = h.try("users", ``)
	requireCode(t, err, "bad-setting", protocol.Retry_RETRY_AFTER_FIX)
	h.connection = h.open(map[string]any{"client_id": "anybody", "client_secret": "wrong-canary", "token_url": h.url + "/connect/token"})
	_, _, err = h.try("employees", ``)
	requireCode(t, err, "unauthorized", byKey)
}

// From a cursor on, only what changed is read, and nothing that changed is missed.
func TestChangesOfVersion5(t *testing.T) {
	t.Parallel()
	h := withClient(t, 60)
	h.now = time.Now
	_, end := h.read("employees", ``, "familyName", "applicableJobPosition.jobTitle")
	require.NotEmpty(t, end.Cursor)
	for id, change := range map[int]string{130: `{"jobTitle":"Autre"}`, 140: `{"mail":"x@y.example"}`, 150: `{"iban":"FR7630006000011234567890189"}`} {
		_, err := h.company.Patch(id, []byte(change), time.Now())
		require.NoError(t, err)
	}
	require.NoError(t, h.company.Remove(131))
	also := []string{}
	since := func(resource, cursor string, paths ...string) []string {
		out, collected := sdk.NewTestOutput()
		end, err := h.Read(t.Context(), sdk.ReadRequest{Resource: resource, Projection: append(paths, "id"), Cursor: cursor, Also: also}, out)
		require.NoError(t, err)
		require.True(t, end.Complete)
		require.NotEmpty(t, end.Cursor)
		var ids []string
		for _, r := range decoded(t, collected) {
			ids = append(ids, r["id"].(string))
		}
		return ids
	}
	require.Equal(t, []string{"130", "140"}, since("employees", end.Cursor, "applicableJobPosition.jobTitle"))
	require.Equal(t, []string{"1303"}, since("job-positions", end.Cursor, "jobTitle"))
	also = []string{"120", "140", "131"} // one unchanged, one changed, one that is no more
	require.Equal(t, []string{"120", "130", "140"}, since("employees", end.Cursor, "familyName"))
	also = nil
	require.Empty(t, since("employees", "v5:"+time.Now().Add(time.Minute).UTC().Format(time.RFC3339)))

	// Whom a whole read would leave out, what changed leaves out too.
	_, err := h.company.Patch(130, []byte(`{"dtContractEnd":"2020-01-31"}`), time.Now())
	require.NoError(t, err)
	also = []string{"120", "130"}
	require.Equal(t, []string{"120", "140"}, since("employees", end.Cursor, "familyName"))

	out, _ := sdk.NewTestOutput()
	_, err = h.Read(t.Context(), sdk.ReadRequest{Resource: "employee-personal-records", Projection: []string{"id"}, Cursor: end.Cursor}, out)
	requireCode(t, err, "not-supported", protocol.Retry_RETRY_AFTER_FIX)
	for _, cursor := range []string{"x", "v3:2026-01-01T00:00:00", "v5:2020-01-01T00:00:00Z"} {
		out, _ := sdk.NewTestOutput()
		_, err := h.Read(t.Context(), sdk.ReadRequest{Resource: "employees", Projection: []string{"id"}, Cursor: cursor}, out)
		requireCode(t, err, "bad-cursor", protocol.Retry_RETRY_AFTER_FIX)
	}
}

func TestChangesOfVersion3(t *testing.T) {
	t.Parallel()
	h := settle(t, 60)
	_, whole := h.read("users", `{"include":["future","former"]}`, "mail")
	require.NotEmpty(t, whole.Cursor)
	var also []string
	read := func(cursor string) (ids []float64, end sdk.End) {
		out, collected := sdk.NewTestOutput()
		end, err := h.Read(t.Context(), sdk.ReadRequest{Resource: "users", Projection: []string{"id", "mail"}, Cursor: cursor, Also: also, Settings: readSettings(t, "future", "former")}, out)
		require.NoError(t, err)
		require.True(t, end.Complete)
		for _, r := range decoded(t, collected) {
			require.NotContains(t, r, "modifiedAt", "nobody declared it")
			ids = append(ids, r["id"].(float64))
		}
		return ids, end
	}
	again, _ := read(whole.Cursor)
	require.Len(t, again, 1, "who was modified last comes again")
	at := time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC)
	for n, id := range []int{120, 110} {
		_, err := h.company.Patch(id, []byte(`{"mail":"x@y.example"}`), at.Add(time.Duration(n)*time.Second))
		require.NoError(t, err)
	}
	changed, next := read(whole.Cursor)
	require.Subset(t, changed, []float64{110, 120})
	require.LessOrEqual(t, len(changed), 3)
	require.EqualValues(t, 1, next.Calls)
	require.Equal(t, "v3:2026-09-01T09:00:01", next.Cursor)
	changed, _ = read(next.Cursor)
	require.Equal(t, []float64{110}, changed)
	also = []string{"120", "130", "999999"}
	changed, next = read(next.Cursor)
	require.Equal(t, []float64{110, 120, 130}, changed, "whoever is asked for besides, once")
	require.EqualValues(t, -1, next.Expected)
	also = nil
	nobody, end := read("v3:2027-01-01T00:00:00")
	require.Empty(t, nobody)
	require.Equal(t, "v3:2027-01-01T00:00:00", end.Cursor, "where nobody changed it stays where it was")
}

// Someone is changed while the second page is read: the cursor is not beyond that.
func TestCursorIsNotBeyondTheFirstPage(t *testing.T) {
	t.Parallel()
	l := &tenant{answers: []http.HandlerFunc{
		people(3, `{"id":1,"modifiedAt":"2026-05-01T10:00:00.583"}`, `{"id":2,"modifiedAt":"2026-04-01T10:00:00"}`),
		people(3, `{"id":2,"modifiedAt":"2026-04-01T10:00:00"}`, `{"id":3,"modifiedAt":"2026-06-01T10:00:00"}`)}}
	out, _ := sdk.NewTestOutput()
	end, err := connect(t, l, `{}`).Read(t.Context(), sdk.ReadRequest{Resource: "users", Projection: []string{"id"}, Settings: readSettings(t, everybody...)}, out)
	require.NoError(t, err)
	require.Equal(t, "v3:2026-05-01T10:00:00.583", end.Cursor)

	// A tenant that has no such property is read all the same, from the beginning.
	l = &tenant{answers: []http.HandlerFunc{say(400, `{"Status":400,"Message":"Selected property modifiedAt does not exist on objet of type User"}`), people(1, `{"id":1}`)}}
	end, err = connect(t, l, `{}`).Read(t.Context(), sdk.ReadRequest{Resource: "users", Projection: []string{"id"}, Settings: readSettings(t, everybody...)}, out)
	require.NoError(t, err)
	require.Empty(t, end.Cursor)
	require.NotContains(t, l.queries[1].Get("fields"), "modifiedAt")
}

// Somebody asked for besides is of the population that a whole read gives, or is
// left out.
func TestAlsoKeepsToThePopulation(t *testing.T) {
	t.Parallel()
	h := settle(t, 60)
	later := h.now().AddDate(0, 3, 0).Format(time.DateOnly)
	for id, change := range map[int]string{120: `{"dtContractStart":"` + later + `"}`, 130: `{"dtContractEnd":"2020-01-31"}`} {
		_, err := h.company.Patch(id, []byte(change), h.now())
		require.NoError(t, err)
	}
	for _, c := range []struct {
		include []string
		want    []float64
	}{{nil, []float64{140}}, {[]string{"future"}, []float64{120, 140}}, {[]string{"former"}, []float64{130, 140}}} {
		out, collected := sdk.NewTestOutput()
		end, err := h.Read(t.Context(), sdk.ReadRequest{Resource: "users", Projection: []string{"id"}, Cursor: "v3:2099-01-01T00:00:00",
			Also: []string{"120", "130", "140"}, Settings: readSettings(t, c.include...)}, out)
		require.NoError(t, err)
		require.True(t, end.Complete)
		var ids []float64
		for _, r := range decoded(t, collected) {
			ids = append(ids, r["id"].(float64))
		}
		require.Equal(t, c.want, ids, c.include)
	}
}

// A day to come is no place to go on from: what changes until then would be missed.
func TestCursorIsNotOfADayToCome(t *testing.T) {
	t.Parallel()
	l := &tenant{answers: []http.HandlerFunc{people(2, `{"id":1,"modifiedAt":"2126-05-01T10:00:00"}`, `{"id":2,"modifiedAt":"2026-04-01T10:00:00"}`)}}
	out, _ := sdk.NewTestOutput()
	end, err := connect(t, l, `{}`).Read(t.Context(), sdk.ReadRequest{Resource: "users", Projection: []string{"id"}, Settings: readSettings(t, everybody...)}, out)
	require.NoError(t, err)
	require.Equal(t, "v3:2026-04-01T10:00:00", end.Cursor)
}
