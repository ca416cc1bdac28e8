package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/sdk"
)

// Several mappings of a run read from one connection: what each of them needs of
// the tenant as a whole is fetched for the first.
func TestReferenceDataIsFetchedOnce(t *testing.T) {
	t.Parallel()
	h := settle(t, 300)
	calls := func(resource, settings string, paths ...string) int64 {
		_, end := h.read(resource, settings, paths...)
		require.True(t, end.Complete)
		return end.Calls
	}
	leaves := func() int64 { return calls("leaves", `{"from":"2026-06-01","to":"2026-08-31"}`, "date") }
	choices := func() int64 {
		return calls("users", `{"include":["future","former"]}`, "extendedData.e_driving_licence")
	}
	require.EqualValues(t, []int64{2, 1, 3, 1}, []int64{leaves(), leaves(), choices(), choices()})
	h.later()
	require.EqualValues(t, []int64{2, 3}, []int64{leaves(), choices()}, "it is not kept for ever")
}

// How many requests a read costs, against the least that the API's page limits
// allow. What is above it: one page more at worst, because pages overlap by one
// person so that nobody is missed; the catalogue of custom fields and their lists,
// where sections are declared; the establishments, for leaves.
func TestRequestsAgainstTheLeast(t *testing.T) {
	t.Parallel()
	const all = `{"include":["future","former"]}`
	for name, c := range map[string]struct {
		people            int
		resource          string
		settings          string
		paths             []string
		requests, least   int
		version5, changed bool
	}{
		"a thousand":                    {1000, "users", all, []string{"mail", "department.name"}, 1, 1, false, false},
		"three thousand":                {3000, "users", all, []string{"mail"}, 4, 3, false, false},
		"with sections":                 {1000, "users", all, []string{"extendedData.e_diploma"}, 2, 1, false, false},
		"with choices":                  {1000, "users", all, []string{"extendedData.e_driving_licence"}, 3, 1, false, false},
		"what changed since yesterday":  {3000, "users", all, []string{"mail"}, 1, 1, false, true},
		"contracts":                     {800, "work-contracts", ``, []string{"ownerId"}, 1, 1, false, false},
		"a quarter's leaves":            {500, "leaves", `{"from":"2026-06-01","to":"2026-08-31"}`, []string{"date"}, 2, 1, false, false},
		"departments":                   {1000, "departments", ``, []string{"ancestors"}, 1, 1, false, false},
		"version 5":                     {1000, "employees", all, []string{"applicableJobPosition.jobTitle", "applicableEmployment.start.date"}, 10, 10, true, false},
		"version 5, four attributes":    {1000, "employee-attributes", ``, []string{`attributes["employee.givenName"]`, `attributes["employee.familyName"]`, `attributes["employment.start"]`, `attributes["jobPosition.department"]`}, 5, 4, true, false},
		"version 5, changed since then": {1000, "employees", all, []string{"familyName"}, 2, 2, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := settle(t, c.people)
			if c.version5 {
				h = withClient(t, c.people)
			}
			if !c.changed {
				records, end := h.read(c.resource, c.settings, c.paths...)
				require.EqualValues(t, c.requests, end.Calls, "%d records; the least is %d", len(records), c.least)
				return
			}
			h.now = time.Now
			_, whole := h.read(c.resource, c.settings, c.paths...)
			_, err := h.company.Patch(120, []byte(`{"lastName":"Autre"}`), time.Now())
			require.NoError(t, err)
			out, collected := sdk.NewTestOutput()
			end, err := h.Read(t.Context(), sdk.ReadRequest{Resource: c.resource, Projection: append(c.paths, "id"), Cursor: whole.Cursor, Settings: readSettings(t, "future", "former")}, out)
			require.NoError(t, err)
			require.NotEmpty(t, collected.Records())
			require.EqualValues(t, c.requests, end.Calls)
		})
	}
}
