package main

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	const (
		readable     = protocol.Evidence_EVIDENCE_READABLE
		empty        = protocol.Evidence_EVIDENCE_EMPTY_EVERYWHERE
		notInstalled = protocol.Evidence_EVIDENCE_NOT_INSTALLED
		unknownField = protocol.Evidence_EVIDENCE_UNKNOWN_FIELD
		notPermitted = protocol.Evidence_EVIDENCE_NOT_PERMITTED
		none         = protocol.Evidence_EVIDENCE_NONE
	)
	refuses := func(property string) http.HandlerFunc {
		return say(400, `{"Status":400,"Message":"Selected property `+property+` does not exist on objet of type User"}`)
	}
	type found struct {
		path, right, code string
		evidence          protocol.Evidence
	}
	for name, c := range map[string]struct {
		paths    []string
		settings string
		answers  []http.HandlerFunc
		want     []found
	}{
		"fields": {[]string{"id", "mail", "directLine", "department.name", "extendedData.e_a"}, `{}`,
			[]http.HandlerFunc{people(2, `{"id":1,"mail":null,"directLine":"","department":{"name":"d"}}`, `{"id":2,"mail":"x"}`), people(0), people(2, `{"id":1}`)},
			[]found{{"", "users", "", readable}, {"id", "", "", readable}, {"mail", "", "", readable}, {"directLine", "", "empty-everywhere", empty},
				{"department.name", "", "", readable}, {"extendedData.e_a", "employee-file", "empty-everywhere", empty}}},
		"refused properties": {[]string{"iban", "lastName", "foo.bar"}, `{}`,
			[]http.HandlerFunc{refuses("iban"), refuses("foo"), people(1, `{"id":1,"lastName":"x"}`), people(0), people(1, `{"id":1}`)},
			[]found{{"", "users", "", readable}, {"iban", "employee-file", "unknown-property", notInstalled}, {"foo.bar", "", "unknown-property", unknownField}, {"lastName", "", "", readable}}},
		"nobody": {[]string{"lastName"}, `{}`, []http.HandlerFunc{people(0)},
			[]found{{"", "users", "nothing-visible", none}, {"lastName", "", "", none}}},
		"not permitted": {[]string{"lastName"}, `{}`, []http.HandlerFunc{say(403, ``)}, []found{{"", "users", "forbidden", notPermitted}}},
		"populations, seen": {nil, `{"include":["future","former"]}`,
			[]http.HandlerFunc{people(9, `{"id":1}`), people(2, `{"id":3}`), people(7, `{"id":1}`)},
			[]found{{"", "users", "", readable}, {`include "future"`, "future", "", readable}, {`include "former"`, "former", "", readable}}},
		"populations, not seen": {nil, `{"include":["future","former"]}`,
			[]http.HandlerFunc{people(7, `{"id":1}`), people(0), people(7, `{"id":1}`)},
			[]found{{"", "users", "", readable}, {`include "future"`, "future", "population-not-visible", none}, {`include "former"`, "former", "population-not-visible", none}}},
		"populations that nobody asked for": {nil, `{}`,
			[]http.HandlerFunc{people(9, `{"id":1}`), people(2, `{"id":3}`), people(7, `{"id":1}`)},
			[]found{{"", "users", "", readable}, {`include "future"`, "future", "granted-too-much", readable}, {`include "former"`, "former", "granted-too-much", readable}}},
		"sections that nobody asked for": {[]string{"extendedData.e_a"}, `{}`,
			[]http.HandlerFunc{people(1, `{"id":1,"extendedData":{"e_a":"x","e_salary":{"id":1,"value":9}}}`), people(0), people(1, `{"id":1}`)},
			[]found{{"", "users", "", readable}, {"extendedData.e_a", "employee-file", "", readable}, {"extendedData", "employee-file", "granted-too-much", readable}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &tenant{answers: c.answers}
			findings, err := connect(t, l, `{}`).Check(t.Context(), []*protocol.CheckResource{{Resource: "users", Projection: c.paths, SettingsJson: []byte(c.settings)}})
			require.NoError(t, err)
			var got []found
			for _, f := range findings {
				require.Equal(t, "users", f.GetResource())
				got = append(got, found{f.GetPath(), f.GetRight(), f.GetDiagnostic().GetCode(), f.GetEvidence()})
			}
			require.Equal(t, c.want, got)
			for i, q := range l.queries {
				if q.Has("dtContractStart") {
					require.Equal(t, "since,2026-09-02", q.Get("dtContractStart"), "request %d: tomorrow in Paris", i)
				}
			}
		})
	}
	_, err := connect(t, &tenant{answers: []http.HandlerFunc{say(401, `{}`)}}, `{}`).Check(t.Context(), []*protocol.CheckResource{{Resource: "users"}})
	requireCode(t, err, "unauthorized", protocol.Retry_RETRY_CREDENTIALS)
}

// What Describe says holds together, and asking again gives the same.
func TestDescribe(t *testing.T) {
	t.Parallel()
	d := newConnector().Describe()
	require.Equal(t, d, newConnector().Describe())
	names := map[string]bool{}
	for _, r := range d.GetResources() {
		require.False(t, names[r.GetName()], r.GetName())
		names[r.GetName()] = true
	}
	for _, r := range d.GetResources() {
		holdsTogether(t, r, names)
	}
	r := d.GetResources()[0]
	require.Equal(t, "extendedData", r.GetSectionPath())
	paths := map[string]string{}
	for _, f := range r.GetFields() {
		paths[f.GetPath()] = f.GetClass()
	}
	for path, class := range map[string]string{"iban": "bank", "bic": "bank", "rib": "bank", "bankName": "bank", "insuranceNumber": "social-security",
		"mail": "contact", "lastName": "identity", "birthDate": "identity", "legalEntity.name": "", "department.id": "", "manager.id": "", "nationality.name": "identity"} {
		got, there := paths[path]
		require.True(t, there, path)
		require.Equal(t, class, got, path)
	}
	for _, s := range d.GetSettings() {
		require.True(t, s.GetDefaultJson() == "" || json.Valid([]byte(s.GetDefaultJson())))
		require.Equal(t, s.GetName() == "api_key" || s.GetName() == "client_secret", s.GetSecret())
	}
}

func holdsTogether(t *testing.T, r *protocol.Resource, resources map[string]bool) {
	require.Equal(t, r.GetName() == "leave-requests", r.GetOpen(), "%s: an unknown path must be an error", r.GetName())
	require.NotEmpty(t, r.GetLabel().GetFr(), r.GetName())
	require.NotEmpty(t, r.GetRightRefs(), r.GetName())
	rights := map[string]bool{"": true}
	for _, right := range r.GetRights() {
		rights[right.GetId()] = true
		require.NotEmpty(t, right.GetLabel().GetFr())
		require.NotEmpty(t, right.GetLabel().GetEn())
	}
	for _, needed := range r.GetRightRefs() {
		require.True(t, rights[needed], "%s: %s", r.GetName(), needed)
	}
	for _, setting := range r.GetReadSettings() {
		for _, value := range setting.GetOneOf() {
			require.True(t, rights[value] || r.GetName() == "employees", "each population has its right, but in version 5")
		}
	}
	paths := map[string]bool{}
	for _, f := range r.GetFields() {
		at := r.GetName() + ": " + f.GetPath()
		require.False(t, paths[f.GetPath()], at)
		paths[f.GetPath()] = true
		_, err := record.ParsePath(f.GetPath())
		require.NoError(t, err, at)
		_, err = record.ParseType(f.GetType())
		require.NoError(t, err, at)
		require.NotEmpty(t, f.GetLabel().GetFr(), at)
		require.NotEmpty(t, f.GetLabel().GetEn(), at)
		require.True(t, rights[f.GetRight()], at)
		require.True(t, f.GetReference() == "" || resources[f.GetReference()], "%s refers to %s", at, f.GetReference())
	}
	for _, id := range r.GetIdentity() {
		require.True(t, paths[id], "%s: %s", r.GetName(), id)
	}
}
