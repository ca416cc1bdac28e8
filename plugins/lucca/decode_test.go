package main

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

func decode(t *testing.T, raw string, lists *choices, paths ...string) (string, *sdk.Error) {
	t.Helper()
	p, complaint := parseProjection(paths, sectionPath)
	require.Nil(t, complaint)
	u, complaint := (&decoder{projection: p, choices: lists, local: time.UTC}).user(json.RawMessage(raw))
	return string(u.data), complaint
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		paths     []string
		raw, want string
	}{
		"already right: untouched":         {[]string{"lastName", "department.name"}, `{ "id": 1, "url":"u", "lastName":"D\u00e9" , "department":{"id":2,"name":"R&D"} }`, `{ "id": 1, "url":"u", "lastName":"D\u00e9" , "department":{"id":2,"name":"R&D"} }`},
		"missing and null: untouched":      {[]string{"mail", "birthDate"}, `{"id":1,"mail":null}`, `{"id":1,"mail":null}`},
		"managerID":                        {[]string{"managerId"}, `{"id":1,"managerID":383}`, `{"id":1,"managerId":383}`},
		"PascalCase":                       {[]string{"lastName", "department.name"}, `{"Id":1,"LastName":"X","Department":{"Name":"d"}}`, `{"id":1,"lastName":"X","department":{"name":"d"}}`},
		"both cases, one null":             {[]string{"managerId"}, `{"id":1,"managerId":null,"managerID":3}`, `{"id":1,"managerId":3}`},
		"id as text":                       {[]string{"id"}, `{"id":"416"}`, `{"id":"416"}`},
		"nationality as text":              {[]string{"nationality.name"}, `{"id":1,"nationality":"French"}`, `{"id":1,"nationality":{"name":"French"}}`},
		"reference as number":              {[]string{"manager.id"}, `{"id":1,"manager":7}`, `{"id":1,"manager":{"id":7}}`},
		"lists":                            {[]string{"userWorkCycles.workCycleId"}, `{"id":1,"userWorkCycles":[{"workCycleID":6},{"workCycleID":7}]}`, `{"id":1,"userWorkCycles":[{"workCycleId":6},{"workCycleId":7}]}`},
		"one's own manager is none":        {[]string{"manager.id", "managerId"}, `{"id":1,"manager":{"id":1},"managerID":1}`, `{"id":1,"manager":null,"managerId":null}`},
		"another's manager stays":          {[]string{"manager.id"}, `{"id":1,"manager":{"id":11}}`, `{"id":1,"manager":{"id":11}}`},
		"big number":                       {[]string{"cspId"}, `{"id":1,"CspId":10000000000000000000}`, `{"id":1,"cspId":10000000000000000000}`},
		"custom: {id, value}":              {[]string{"extendedData.e_diploma"}, `{"id":1,"extendedData":{"e_diploma":{"id":15847,"value":"MBA"}}}`, `{"id":1,"extendedData":{"e_diploma":"MBA"}}`},
		"custom: rows":                     {[]string{"extendedData.e_food"}, `{"id":1,"extendedData":{"e_food":[{"id":1,"value":"beer"},{"id":2,"value":null},{"id":3,"value":""}]}}`, `{"id":1,"extendedData":{"e_food":["beer",null,""]}}`},
		"custom: bare":                     {[]string{"extendedData.e_blood"}, `{"id":1,"extendedData":{"e_blood":"AB"}}`, `{"id":1,"extendedData":{"e_blood":"AB"}}`},
		"custom: null":                     {[]string{"extendedData.e_blood"}, `{"id":1,"extendedData":{"e_blood":{"id":3,"value":null}}}`, `{"id":1,"extendedData":{"e_blood":null}}`},
		"custom: composite":                {[]string{"extendedData.e_c"}, `{"id":1,"extendedData":{"e_c":{"id":3,"value":{"a":1,"id":2,"value":3}}}}`, `{"id":1,"extendedData":{"e_c":{"a":1,"id":2,"value":3}}}`},
		"custom: only the declared codes":  {[]string{"extendedData.e_a"}, `{"id":1,"extendedData":{"e_a":"x","e_salary":{"id":1,"value":9}}}`, `{"id":1,"extendedData":{"e_a":"x"}}`},
		"custom: hyphens and case":         {[]string{`extendedData["e_Nom-de-la-voie"]`}, `{"id":1,"ExtendedData":{"e_nom-de-la-voie":"rue"}}`, `{"id":1,"extendedData":{"e_Nom-de-la-voie":"rue"}}`},
		"custom: no right on the section":  {[]string{"lastName", "extendedData.e_a"}, `{"id":1,"lastName":"X"}`, `{"id":1,"lastName":"X"}`},
		"custom: section there, code not":  {[]string{"extendedData.e_a"}, `{"id":1,"extendedData":{}}`, `{"id":1,"extendedData":{}}`},
		"choice":                           {[]string{"extendedData.e_color"}, `{"id":1,"extendedData":{"e_color":{"id":8976,"value":84}}}`, `{"id":1,"extendedData":{"e_color":{"code":"84","label":"Blue \"x\""}}}`},
		"choice as text":                   {[]string{"extendedData.e_color"}, `{"id":1,"extendedData":{"e_color":"85"}}`, `{"id":1,"extendedData":{"e_color":{"code":"85","label":"Red"}}}`},
		"choice as an object":              {[]string{"extendedData.e_color"}, `{"id":1,"extendedData":{"e_color":{"id":1,"value":{"id":99,"name":"Pink"}}}}`, `{"id":1,"extendedData":{"e_color":{"code":"99","label":"Pink"}}}`},
		"choices, several rows":            {[]string{"extendedData.e_color"}, `{"id":1,"extendedData":{"e_color":[{"id":1,"value":84},{"id":2,"value":null},{"id":3,"value":85}]}}`, `{"id":1,"extendedData":{"e_color":[{"code":"84","label":"Blue \"x\""},null,{"code":"85","label":"Red"}]}}`},
		"choice that is not listed":        {[]string{"extendedData.e_color"}, `{"id":1,"extendedData":{"e_color":{"id":1,"value":7}}}`, `{"id":1,"extendedData":{"e_color":{"unlisted":true}}}`},
		"choice, another case of the code": {[]string{"extendedData.E_Color"}, `{"id":1,"extendedData":{"e_color":84}}`, `{"id":1,"extendedData":{"E_Color":{"code":"84","label":"Blue \"x\""}}}`},
		"number that is no choice":         {[]string{"extendedData.e_number"}, `{"id":1,"extendedData":{"e_number":{"id":1,"value":84}}}`, `{"id":1,"extendedData":{"e_number":84}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lists := &choices{entries: map[string]map[string]string{"e_color": {"84": `Blue "x"`, "85": "Red"}}}
			got, complaint := decode(t, c.raw, lists, c.paths...)
			require.Nil(t, complaint)
			require.Equal(t, c.want, got)
		})
	}
}

// A field that may have several rows comes as a list even where it has one, and
// one that may not as a value, so that one declared type fits everybody.
func TestRowsFollowTheDefinition(t *testing.T) {
	t.Parallel()
	lists := &choices{
		fields: map[string]custom{
			"e_many": {code: "e_many", rows: several, format: "text"}, "e_one": {code: "e_one", rows: single, format: "text"},
			"e_sizes": {code: "e_sizes", rows: several, format: "select"}, "e_age": {code: "e_age", rows: single, kind: 1, format: "integer"},
		},
		entries: map[string]map[string]string{"e_sizes": {"84": "L"}, "e_age": {"84": "never"}},
	}
	for raw, want := range map[string]string{
		`{"e_many":{"id":1,"value":"x"}}`:                         `{"e_many":["x"]}`,
		`{"e_many":"x"}`:                                          `{"e_many":["x"]}`,
		`{"e_many":[{"id":1,"value":"x"},{"id":2,"value":"y"}]}`:  `{"e_many":["x","y"]}`,
		`{"e_many":{"id":1,"value":null}}`:                        `{"e_many":null}`,
		`{"e_many":[]}`:                                           `{"e_many":[]}`,
		`{"e_one":[{"id":1,"value":"x"}]}`:                        `{"e_one":"x"}`,
		`{"e_one":[{"id":1,"value":"x"},{"id":2,"value":"y"}]}`:   `{"e_one":["x","y"]}`,
		`{"e_sizes":{"id":1,"value":84}}`:                         `{"e_sizes":[{"code":"84","label":"L"}]}`,
		`{"e_age":{"id":1,"value":84}}`:                           `{"e_age":84}`,
		`{"e_one":{"id":9,"value":"74d381db-dd4d-4f64-bc1e-58"}}`: `{"e_one":"74d381db-dd4d-4f64-bc1e-58"}`,
	} {
		got, complaint := decode(t, `{"id":1,"extendedData":`+raw+`}`, lists, "extendedData.e_many", "extendedData.e_one", "extendedData.e_sizes", "extendedData.e_age")
		require.Nil(t, complaint)
		require.Equal(t, `{"id":1,"extendedData":`+want+`}`, got, raw)
	}
}

func TestChoicesAreFetched(t *testing.T) {
	t.Parallel()
	page := `{"data":{"items":[{"id":"e_Color","formatKey":"select","extensionUserPropertyListEntries":[{"id":84,"name":"Blue"}]}],"count":1}}`
	user := people(1, `{"id":1,"extendedData":{"e_color":{"id":8976,"value":84}}}`)
	text := people(1, `{"id":1,"extendedData":{"e_color":{"id":8976,"value":"blue"}}}`)
	for name, c := range map[string]struct {
		choices, user http.HandlerFunc
		want, code    string
		retry         protocol.Retry
	}{
		"labels":                {say(200, page), user, `{"id":1,"extendedData":{"e_color":{"code":"84","label":"Blue"}}}`, "", 0},
		"refused, and a number": {say(403, ``), user, "", "choices-unreadable", protocol.Retry_RETRY_CREDENTIALS},
		"refused, and a text":   {say(403, ``), text, `{"id":1,"extendedData":{"e_color":"blue"}}`, "", 0},
		"unavailable":           {say(503, ``), user, "", "unavailable", protocol.Retry_RETRY_LATER},
		"another form":          {say(200, `{"data":[]}`), user, "", "bad-answer", protocol.Retry_RETRY_AFTER_FIX},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &tenant{choices: c.choices, answers: []http.HandlerFunc{c.user}}
			out, collected := sdk.NewTestOutput()
			_, err := connect(t, l, `{}`).Read(t.Context(), sdk.ReadRequest{Resource: "users", Projection: []string{"extendedData.e_color"}, Settings: readSettings(t, everybody...)}, out)
			require.Equal(t, "select,radio", l.queries[1].Get("formatKey"))
			if c.code != "" {
				requireCode(t, err, c.code, c.retry)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, string(collected.Records()[0].Data))
		})
	}
}

func FuzzUser(f *testing.F) {
	f.Add([]byte(`{"id":1,"Manager":{"ID":2},"extendedData":{"e_a":[{"id":1,"value":84}]}}`))
	f.Add([]byte(`{"id":"x","manager":[null,"",{}],"extendedData":{"e_a":{"value":{}}}}`))
	p, complaint := parseProjection([]string{"lastName", "manager.id", "manager.name", "extendedData.e_a"}, sectionPath)
	require.Nil(f, complaint)
	d := &decoder{projection: p, choices: &choices{entries: map[string]map[string]string{"e_a": {"84": "x"}}}}
	f.Fuzz(func(t *testing.T, raw []byte) {
		u, complaint := d.user(raw)
		if complaint != nil {
			return
		}
		require.True(t, json.Valid(u.data), "%q", u.data)
		require.NotEmpty(t, u.id)
	})
}
