package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	sandbox "passerelle/cmd/sandbox/lucca"
	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

func TestDepartmentsAreATree(t *testing.T) {
	t.Parallel()
	h := settle(t, 40)
	for _, casing := range []string{"documented", "irregular"} {
		style := h.lucca.Style()
		style.Casing = casing
		require.NoError(t, h.lucca.SetStyle(style))
		records, end := h.read("departments", ``, "name", "parentId", "ancestors", "headId")
		require.EqualValues(t, 1, end.Calls)
		require.Len(t, records, len(h.company.Departments))
		payroll := records[2]
		require.EqualValues(t, 3, payroll["id"])
		require.EqualValues(t, 2, payroll["parentId"], "the parent's id, not its place")
		require.Equal(t, []any{
			map[string]any{"id": 1., "name": "Direction générale"}, map[string]any{"id": 2., "name": "Ressources humaines"},
		}, payroll["ancestors"], "root first")
		require.NotContains(t, payroll, "hierarchy", "nobody declared it")
		require.Contains(t, payroll, "headId")
		require.Nil(t, records[0]["parentId"])
		require.Empty(t, records[0]["ancestors"])
	}
}

// A department whose parent the key can't see has no known place: not the root.
func TestBrokenTree(t *testing.T) {
	t.Parallel()
	l := &tenant{answers: nil}
	l.answers = append(l.answers, people(3,
		`{"id":5,"name":"e","hierarchy":"/1.0/2.0/","parentId":"/1.0/"}`,
		`{"id":6,"name":"f","hierarchy":"/1.0/2.0/7.0/","parentId":"/1.0/2.0/"}`,
		`{"id":7,"name":"g","hierarchy":"/3.0/","parentId":"/"}`))
	out, collected := sdk.NewTestOutput()
	end, err := connect(t, l, `{}`).Read(t.Context(), sdk.ReadRequest{Resource: "departments", Projection: []string{"id", "parentId", "ancestors"}}, out)
	require.NoError(t, err)
	require.True(t, end.Complete)
	var got []string
	for _, r := range collected.Records() {
		got = append(got, string(r.Data))
	}
	require.Equal(t, []string{`{"id":5}`, `{"id":6}`, `{"id":7,"parentId":null,"ancestors":[]}`}, got)
}

func TestStructure(t *testing.T) {
	t.Parallel()
	h := settle(t, 20)
	places, end := h.read("establishments", ``, "name", "legalUnit.id", "timezoneId", "createdAt")
	require.EqualValues(t, 1, end.Calls)
	require.Len(t, places, 5, "more than none, though a page has ten")
	require.Equal(t, map[string]any{"id": 2.}, places[3]["legalUnit"], "nothing but what was declared")
	require.Equal(t, "2023-11-07T05:31:56Z", places[0]["createdAt"])
	units, _ := h.read("legal-units", ``, "name", "legalIdentificationNumber")
	require.Equal(t, "Maison Exemple Services", units[1]["name"])

	out, collected := sdk.NewTestOutput()
	end, err := h.Read(t.Context(), sdk.ReadRequest{Resource: "establishments", Projection: []string{"id", "name"}, IDs: []string{"4", "99"}}, out)
	require.NoError(t, err)
	require.True(t, end.Complete)
	require.Len(t, collected.Records(), 1)
	require.Equal(t, "4", collected.Records()[0].Key)

	rights := h.lucca.Rights()
	rights.Structure = false
	require.NoError(t, h.lucca.SetRights(rights))
	_, _, err = h.try("establishments", ``)
	requireCode(t, err, "forbidden", byKey)
}

func TestContracts(t *testing.T) {
	t.Parallel()
	h := settle(t, 200)
	records, _ := h.read("work-contracts", ``, "ownerId", "startsOn", "endsOn", "isApplicable", "type.name", "lastModifiedAt")
	applicable := map[float64]int{}
	for _, r := range records {
		if r["isApplicable"].(bool) {
			applicable[r["ownerId"].(float64)]++
		}
		require.Regexp(t, `^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$`, r["lastModifiedAt"], "a moment has its offset")
	}
	require.Greater(t, len(records), 200, "some have two")
	require.Len(t, applicable, 200)
	for owner, n := range applicable {
		require.Equal(t, 1, n, owner)
	}
}

func TestLeaves(t *testing.T) {
	t.Parallel()
	h := settle(t, 60)
	count := func(from, to string) (halves int) {
		for _, e := range h.company.Employees() {
			for _, half := range h.company.HalfDays(e) {
				if half.Date >= from && half.Date <= to {
					halves++
				}
			}
		}
		return halves
	}
	paths := []string{"leavePeriod.ownerId", "leavePeriod.startsOn", "date", "isAM", "cancellationDate"}
	records, end := h.read("leaves", ``, paths...)
	require.Len(t, records, count("2025-09-01", "2026-12-01"), "a year back, a quarter ahead")
	require.EqualValues(t, 2, end.Calls, "the establishments, and one page")
	require.EqualValues(t, len(records), end.Expected)
	cancelled := 0
	for _, r := range records {
		if r["cancellationDate"] != nil {
			cancelled++
		}
		require.NotContains(t, r, "leaveAccount")
	}
	require.Positive(t, cancelled, "cancelled ones come, so that they can be removed")

	records, _ = h.read("leaves", `{"from":"2026-01-01","to":"2026-01-31"}`, paths...)
	require.Len(t, records, count("2026-01-01", "2026-01-31"))
	_, end = h.read("leaves", `{"establishments":["1","2"]}`, paths...)
	require.EqualValues(t, 1, end.Calls)
	for settings, attribute := range map[string]string{
		`{"from":"01/02/2026"}`: "from", `{"to":"2026-02-30"}`: "to", `{"from":"2026-02-01","to":"2026-01-01"}`: "from", `{"establishments":["1,2"]}`: "establishments",
	} {
		_, _, err := h.try("leaves", settings)
		var complaint *sdk.Error
		require.ErrorAs(t, err, &complaint)
		require.Equal(t, []string{attribute}, complaint.Attribute)
	}

	// The window of a mapping says what is fetched: more than by itself, or less.
	windowed := func(settings, from, to string) (int, error) {
		checked, complaint := sdk.NewSettings([]byte(settings), leaves().about.GetReadSettings())
		require.Nil(t, complaint)
		out, collected := sdk.NewTestOutput()
		end, err := h.Read(t.Context(), sdk.ReadRequest{Resource: "leaves", Projection: []string{"id"}, Settings: checked,
			Window: &sdk.Window{Path: "date", From: from, To: to}}, out)
		require.Equal(t, err == nil, end.Complete)
		return len(collected.Records()), err
	}
	for _, c := range []struct{ settings, from, to, attribute string }{
		{`{}`, "2026-01-01", "2026-01-31", ""},
		{`{}`, "2025-07-01", "2027-02-28", ""},
		{`{"from":"2025-01-01","to":"2027-01-01"}`, "2026-01-01", "2026-01-31", ""},
		{`{"from":"2026-01-02"}`, "2026-01-01", "2026-01-31", "from"},
		{`{"to":"2026-01-30"}`, "2026-01-01", "2026-01-31", "to"},
	} {
		got, err := windowed(c.settings, c.from, c.to)
		if c.attribute == "" {
			require.NoError(t, err)
			require.Equal(t, count(c.from, c.to), got)
			continue
		}
		var complaint *sdk.Error
		require.ErrorAs(t, err, &complaint, "days of the window would be missing, and look like leaves that are gone")
		require.Equal(t, []string{c.attribute}, complaint.Attribute)
		require.Zero(t, got)
	}

	rights := h.lucca.Rights()
	rights.Structure = false
	require.NoError(t, h.lucca.SetRights(rights))
	h.later()
	_, _, err := h.try("leaves", ``)
	requireCode(t, err, "forbidden", byKey)
	require.Contains(t, err.(*sdk.Error).Remedy, "establishments = ", "the way round it is said")
}

func TestLeaveRequests(t *testing.T) {
	t.Parallel()
	h := settle(t, 30)
	records, _ := h.read("leave-requests", ``, "status")
	require.NotEmpty(t, records)
}

// The custom fields, one way whatever the tenant's style.
func TestSections(t *testing.T) {
	t.Parallel()
	h := settle(t, 120)
	paths := []string{"extendedData.e_diploma", "extendedData.e_languages", "extendedData.e_driving_licence", `extendedData["e_Nom-de-la-voie"]`,
		"extendedData.e_diploma_date", "extendedData.e_badge", "extendedData.e_urgence"}
	want, end := h.read("users", `{"include":["future","former"]}`, paths...)
	require.EqualValues(t, 3, end.Calls, "the catalogue, the lists, one page of people")
	require.Len(t, want, 120)
	lone := 0
	for _, r := range want {
		custom := r["extendedData"].(map[string]any)
		if languages, has := custom["e_languages"].([]any); has && len(languages) == 1 {
			lone++
		}
		if licence, has := custom["e_driving_licence"]; has {
			require.Contains(t, []any{"84", "85", "86"}, licence.(map[string]any)["code"])
			require.Contains(t, licence, "label")
		}
	}
	require.Positive(t, lone)
	for _, change := range []func(*sandbox.Style){
		func(s *sandbox.Style) { s.Extended = "raw" },
		func(s *sandbox.Style) { s.Rows = "bare" },
		func(s *sandbox.Style) { s.Extended, s.Rows = "raw", "bare" },
	} {
		style := h.lucca.Style()
		change(&style)
		require.NoError(t, h.lucca.SetStyle(style))
		h.later()
		got, _ := h.read("users", `{"include":["future","former"]}`, paths...)
		require.Equal(t, want, got, "%+v", style)
	}

	h.later()
	_, end = h.read("users", ``, "extendedData.e_diploma")
	require.EqualValues(t, 2, end.Calls, "no list among the declared fields: the lists are not asked for")
	style := h.lucca.Style()
	style.Catalogue = false
	require.NoError(t, h.lucca.SetStyle(style))
	h.later()
	_, end = h.read("users", ``, "extendedData.e_diploma")
	require.EqualValues(t, 3, end.Calls, "without the catalogue anything may be a list; its 404 is a request too")
}

func TestDiscover(t *testing.T) {
	t.Parallel()
	h := settle(t, 120)
	fields, err := h.Discover(t.Context(), "users")
	require.NoError(t, err)
	types, choices := map[string]string{}, map[string][]string{}
	for _, f := range fields {
		types[f.GetField().GetPath()] = f.GetField().GetType()
		for _, c := range f.GetChoices() {
			choices[f.GetField().GetPath()] = append(choices[f.GetField().GetPath()], c.GetLabel())
		}
	}
	for path, kind := range map[string]string{
		`extendedData["e_diploma"]`: "string", `extendedData["e_languages"]`: "list(string)", `extendedData["e_driving_licence"]`: "choice",
		`extendedData["e_diploma_date"]`: "date", `extendedData["e_badge"]`: "string", `extendedData["e_urgence"]`: "map(string)", "civilTitle": "string",
	} {
		require.Equal(t, kind, types[path], path)
	}
	require.Equal(t, []string{"Permis B", "Permis C", "CACES 3"}, choices[`extendedData["e_driving_licence"]`])
	require.Equal(t, []string{"Miss", "Mister"}, choices["civilTitle"], "the values that people really have")
	require.Len(t, choices["legalEntity.name"], 5)

	none, err := h.Discover(t.Context(), "leaves")
	require.NoError(t, err)
	require.Empty(t, none)
	_, err = h.Discover(t.Context(), "nothing")
	requireCode(t, err, "unknown-resource", protocol.Retry_RETRY_AFTER_FIX)
}

func TestCheckTheSandbox(t *testing.T) {
	t.Parallel()
	h := settle(t, 120)
	check := func(resource, settings string, paths ...string) map[string]*protocol.Finding {
		findings, err := h.Check(t.Context(), []*protocol.CheckResource{{Resource: resource, Projection: paths, SettingsJson: []byte(settings)}})
		require.NoError(t, err)
		by := map[string]*protocol.Finding{}
		for _, f := range findings {
			by[f.GetPath()] = f
		}
		return by
	}
	paths := []string{"mail", "extendedData.e_diploma", "extendedData.e-diploma-date", "extendedData.e_salary", "iban"}
	got := check("users", `{"include":["former"]}`, paths...)
	require.Equal(t, protocol.Evidence_EVIDENCE_READABLE, got["extendedData.e_diploma"].GetEvidence())
	require.Equal(t, protocol.Evidence_EVIDENCE_UNKNOWN_FIELD, got["extendedData.e_salary"].GetEvidence())
	require.Equal(t, "unknown-custom-field", got["extendedData.e_salary"].GetDiagnostic().GetCode())
	require.Contains(t, got["extendedData.e-diploma-date"].GetDiagnostic().GetRemedy(), "there is e_diploma_date")
	require.Equal(t, "granted-too-much", got[`include "future"`].GetDiagnostic().GetCode())
	require.Nil(t, got[`include "former"`].GetDiagnostic())
	require.Contains(t, got["extendedData"].GetDiagnostic().GetSummary(), "e_Codepostal")

	rights, style := h.lucca.Rights(), h.lucca.Style()
	rights.Sections, rights.Former, rights.Future, style.Expenses = []string{"Formation"}, false, false, false
	require.NoError(t, h.lucca.SetRights(rights))
	require.NoError(t, h.lucca.SetStyle(style))
	got = check("users", `{"include":["former"]}`, append(paths, "insuranceNumber", `extendedData["e_Codepostal"]`)...)
	require.Equal(t, protocol.Evidence_EVIDENCE_NOT_INSTALLED, got["iban"].GetEvidence())
	require.Equal(t, protocol.Evidence_EVIDENCE_EMPTY_EVERYWHERE, got["insuranceNumber"].GetEvidence())
	require.Contains(t, got[`extendedData["e_Codepostal"]`].GetDiagnostic().GetRemedy(), "Consult HR files")
	require.Equal(t, protocol.Evidence_EVIDENCE_NONE, got[`include "former"`].GetEvidence())

	for resource, paths := range map[string][]string{
		"departments": {"ancestors", "parentId"}, "establishments": {"legalUnit.id"}, "legal-units": {"name"},
		"work-contracts": {"startsOn"}, "leaves": {"leavePeriod.ownerId", "date"}, "leave-requests": {"status"},
	} {
		got := check(resource, ``, paths...)
		require.Equal(t, protocol.Evidence_EVIDENCE_READABLE, got[""].GetEvidence(), resource)
		for _, path := range paths {
			require.Equal(t, protocol.Evidence_EVIDENCE_READABLE, got[path].GetEvidence(), "%s: %s", resource, path)
		}
	}
	rights.Leaves, rights.Contracts, rights.Structure = false, false, false
	for _, denial := range []string{"401", "403", "empty"} {
		rights.Denial = denial
		require.NoError(t, h.lucca.SetRights(rights))
		for resource, right := range map[string]string{"work-contracts": "contracts", "legal-units": "structure"} {
			got := check(resource, ``)
			want := protocol.Evidence_EVIDENCE_NOT_PERMITTED
			if denial == "empty" {
				want = protocol.Evidence_EVIDENCE_NONE
			}
			require.Equal(t, want, got[""].GetEvidence(), resource)
			require.Equal(t, right, got[""].GetRight())
		}
	}
}

// A page that takes Lucca too long is asked for again in halves, from where it was.
func TestSlowPages(t *testing.T) {
	t.Parallel()
	h := settle(t, 400)
	style := h.lucca.Style()
	style.SlowOver = 130
	require.NoError(t, h.lucca.SetStyle(style))
	records, end := h.read("users", `{"include":["future","former"]}`, "mail")
	require.Len(t, records, 400)
	require.EqualValues(t, 3+4, end.Calls, "1000, 500, 250; then 125, 126 three times")
	records, _ = h.read("work-contracts", ``, "ownerId")
	require.Greater(t, len(records), 400)
}
