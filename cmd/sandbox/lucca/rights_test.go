package lucca

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/cmd/sandbox/people"
)

func TestPopulation(t *testing.T) {
	t.Parallel()
	former := func(e *people.Employee) bool { return e.ContractEnd != "" && e.ContractEnd < "2026-09-01" }
	future := func(e *people.Employee) bool { return e.ContractStart > "2026-09-01" }
	tests := map[string]struct {
		rights Rights
		pairs  []string
		keep   func(e *people.Employee) bool
	}{
		"all rights, not asked":   {fullRights(), nil, func(e *people.Employee) bool { return !former(e) }},
		"all rights, asked":       {fullRights(), []string{"formerEmployees", "true"}, func(*people.Employee) bool { return true }},
		"the older way":           {fullRights(), []string{"dtContractEnd", "notequal,null"}, func(e *people.Employee) bool { return e.ContractEnd != "" }},
		"former without right":    {Rights{Future: true, Missing: "absent"}, []string{"formerEmployees", "true"}, func(e *people.Employee) bool { return !former(e) }},
		"future without right":    {Rights{Former: true, Missing: "absent"}, nil, func(e *people.Employee) bool { return !former(e) && !future(e) }},
		"one establishment":       {Rights{Future: true, Missing: "absent", Establishments: []int{2}}, nil, func(e *people.Employee) bool { return !former(e) && e.LegalEntityID == 2 }},
		"no establishment":        {Rights{Future: true, Missing: "absent", Establishments: []int{}}, nil, func(*people.Employee) bool { return false }},
		"denied by an empty list": {Rights{Denial: "empty", Missing: "absent"}, nil, func(*people.Employee) bool { return false }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := unlimited(t)
			require.NoError(t, x.SetRights(test.rights))
			got := x.get(users, append(test.pairs, "fields", "id,collection.count", "orderBy", "id,asc")...)
			require.Equal(t, 200, got.Status)
			want := ids(x.where(test.keep))
			require.Equal(t, want, shownIDs(got.Items))
			require.Equal(t, len(want), *got.Count)
		})
	}
	x := unlimited(t)
	leaver := x.where(former)[0]
	require.Equal(t, 200, x.get(fmt.Sprint(users, "/", leaver.ID)).Status)
	require.NoError(t, x.SetRights(Rights{Missing: "absent"}))
	require.Equal(t, 404, x.get(fmt.Sprint(users, "/", leaver.ID)).Status)
}

func TestDenial(t *testing.T) {
	t.Parallel()
	for denial, status := range map[string]int{"401": 401, "403": 403} {
		x := unlimited(t)
		require.NoError(t, x.SetRights(Rights{Denial: denial, Missing: "absent"}))
		got := x.get(users)
		require.Equal(t, status, got.Status)
		require.Equal(t, "You do not have sufficient permission to make a GET on type User", got.Message)
		require.Equal(t, 200, x.get("/api/v3/departments").Status)
	}
}

func TestSections(t *testing.T) {
	t.Parallel()
	for _, missing := range []string{"absent", "null"} {
		t.Run(missing, func(t *testing.T) {
			t.Parallel()
			x := unlimited(t)
			rights := fullRights()
			rights.Sections, rights.Missing = []string{SectionCareer, "Adresse"}, missing
			require.NoError(t, x.SetRights(rights))
			got := x.get(users+"/101", "fields", "id,birthDate,jobTitle,iban,extendedData").Data
			require.NotNil(t, got["jobTitle"])
			extended := got["extendedData"].(map[string]any)
			for object, names := range map[*map[string]any][]string{&got: {"birthDate", "iban"}, &extended: {"e_diploma", "e_languages"}} {
				for _, name := range names {
					value, there := (*object)[name]
					require.Equal(t, missing == "null", there, name)
					require.Nil(t, value)
				}
			}
			require.Empty(t, x.get(users, "birthDate", "notequal,null").Items, "what may not be seen can't be searched")
		})
	}
}

func TestStyle(t *testing.T) {
	t.Parallel()
	x := unlimited(t)
	_, err := x.company.Patch(118, []byte(`{"nationalityId":56,"civilTitle":"Miss","extendedData":{"e_diploma":"BTS","e_languages":["grec"],"e_driving_licence":"Permis C"}}`), today)
	require.NoError(t, err)
	const fields = "managerId,departmentId,legalEntityId,nationality,civilTitle,cultureID,extendedData[e_diploma,e_languages,e_driving_licence]"
	before := x.get(users+"/118", "fields", fields)
	require.Contains(t, before.Raw, `{"header":{"generated":`)
	require.Contains(t, before.Data, "managerId")

	require.NoError(t, x.SetStyle(Style{Casing: "irregular", Nationality: "string", Extended: "raw", Rows: "bare", Titles: "french", SlowOver: 10}))
	after := x.get(users+"/118", "fields", fields)
	require.NotContains(t, after.Raw, "header")
	for _, name := range []string{"managerID", "departmentID", "legalEntityID", "cultureId"} {
		require.Contains(t, after.Data, name)
	}
	require.Equal(t, "Belgique", after.Data["nationality"])
	require.Equal(t, "Mme", after.Data["civilTitle"])
	require.Equal(t, map[string]any{"e_diploma": "BTS", "e_languages": "grec", "e_driving_licence": 85.0}, after.Data["extendedData"])
	require.Equal(t, 400, x.get(users, "fields", "iban").Status, "without Lucca Expenses there is no such property")
	require.Equal(t, 400, x.get(users, "fields", "nationality.name").Status)

	require.Equal(t, 404, x.get("/api/v3/userproperties").Status)
	require.Equal(t, 408, x.get(users, "paging", "0,11").Status)
	require.Equal(t, 200, x.get(users, "paging", "0,10").Status)

	x.Reset()
	require.Equal(t, before.Data, x.get(users+"/118", "fields", fields).Data)
}

func TestSettingsRefuseNonsense(t *testing.T) {
	t.Parallel()
	x := unlimited(t)
	for name, rights := range map[string]Rights{
		"denial": {Denial: "404", Missing: "absent"}, "missing": {Missing: "gone"},
		"sections": {Missing: "absent", Sections: []string{"Formations"}}, "establishments": {Missing: "absent", Establishments: []int{9}},
	} {
		require.ErrorContains(t, x.SetRights(rights), name)
	}
	for name, change := range map[string]func(*Style){
		"casing": func(s *Style) { s.Casing = "x" }, "nationality": func(s *Style) { s.Nationality = "" },
		"extended": func(s *Style) { s.Extended = "x" }, "titles": func(s *Style) { s.Titles = "latin" },
		"rows": func(s *Style) { s.Rows = "" },
	} {
		style := documentedStyle()
		change(&style)
		require.ErrorContains(t, x.SetStyle(style), name)
	}
	require.Equal(t, fullRights(), x.Rights())
	require.Equal(t, documentedStyle(), x.Style())
}
