package evaluate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/tools/evaluate"
	"passerelle/engine/tools/internal/fixture"
)

const people = `
input "country" { type = string }
mapping "people" {
  trigger { manual = true }
  shown_as = "person.first + ' ' + person.last"
  source "person" {
    connection = connection.hr
    resource   = "people"
    where      = "person.site != 'Elsewhere'"
    field "number" {
      path     = "number"
      required = true
    }
    field "last" { path = "last" }
    field "first" { path = "first" }
    field "site" { path = "site.name" }
    field "end" { path = "end" }
    field "langs" { path = "langs" }
  }
  require "ready" {
    fields = ["person.first"]
    before = ["create"]
    else   = "wait"
  }
  leavers {
    when = "past(person.end)"
    do   = "deactivate"
  }
  target "customer" {
    connection = connection.shop
    resource   = "customers"
    key        = "number"
    required   = ["name"]
    map = {
      number  = "person.number"
      name    = "person.last.upper()"
      place   = { site = "person.site" }
      tags    = ["'staff'", "person.langs.join('+')"]
      until   = "person.end"
      active  = true
      country = text(input.country)
    }
  }
}
`

func TestMapping(t *testing.T) {
	t.Parallel()
	m := fixture.Compile(t, people, map[string]string{"country": "FR"}).Mappings[0]
	now := at(t, "2026-08-31T22:30:00Z") // the first of September in Paris
	for name, c := range map[string]struct {
		given, record string
		shown         string
		out, left     bool
		unmet         []string
		held          []string // field and code
		warned        string
	}{
		"all there": {
			given:  `{"number": "00057", "last": "N'Guyen", "first": "Zoé", "site": "Lyon", "end": "2026-09-01", "langs": ["fr", "en"]}`,
			record: `{"number":"00057","name":"N'GUYEN","place":{"site":"Lyon"},"tags":["staff","fr+en"],"until":"2026-09-01","active":true,"country":"FR"}`,
			shown:  "Zoé N'Guyen",
		},
		"a number in digits is its text": {
			given:  `{"number": 57, "last": "A", "first": "B", "site": "Lyon"}`,
			record: `{"number":"57","name":"A","place":{"site":"Lyon"},"tags":["staff"],"active":true,"country":"FR"}`,
			shown:  "B A",
		},
		"out of scope":  {given: `{"number": "1", "last": "A", "site": "Elsewhere"}`, out: true},
		"left":          {given: `{"site": "Lyon", "end": "2026-08-31"}`, record: `{}`, left: true},
		"not left yet":  {given: `{"number": "1", "last": "A", "first": "B", "site": "Lyon", "end": "2026-09-01"}`, record: `{"number":"1","name":"A","place":{"site":"Lyon"},"tags":["staff"],"until":"2026-09-01","active":true,"country":"FR"}`, shown: "B A"},
		"not ready yet": {given: `{"number": "1", "last": "A", "site": "Lyon"}`, record: `{"number":"1","name":"A","place":{"site":"Lyon"},"tags":["staff"],"active":true,"country":"FR"}`, unmet: []string{"ready"}},
		"every reason": {
			given:  `{"first": "B", "end": "31/08/2026"}`,
			record: `{"tags":["staff"],"active":true,"country":"FR"}`,
			held:   []string{"end not-a-date", "where empty-condition", "number missing-required", "name missing-required"},
		},
		"a value of another kind is one reason": {
			given:  `{"number": "1", "last": [1], "first": "B", "site": "Lyon"}`,
			record: `{"number":"1","place":{"site":"Lyon"},"tags":["staff"],"active":true,"country":"FR"}`,
			held:   []string{"last wrong-type"},
		},
		"a name that is not read": {given: `{"number": "1", "last": "A", "first": "B", "site": "Elsewhere", "lasst": "x"}`, shown: "B A", out: true, warned: "unknown-field"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, held, found := evaluate.Mapping(m, evaluate.Record{File: "r.json", JSON: []byte(c.given)}, now)
			require.False(t, found.HasErrors())
			if c.warned == "" {
				require.Empty(t, found)
			} else {
				require.Equal(t, c.warned, found[0].Code)
			}
			require.Equal(t, c.record, string(out.Record))
			require.Equal(t, c.shown, out.Shown)
			require.Equal(t, !c.out, out.InScope)
			require.Equal(t, c.left, out.Left)
			var unmet, reasons []string
			for _, u := range out.Unmet {
				unmet = append(unmet, u.Require)
				require.Equal(t, "wait", u.Else)
				require.Equal(t, []string{"create"}, u.Before)
			}
			require.Equal(t, c.unmet, unmet)
			for i, h := range out.Held {
				reasons = append(reasons, h.Field+" "+h.Code)
				require.NotNil(t, held[i].Subject, "a reason has its place")
			}
			require.Equal(t, c.held, reasons)
			require.Len(t, held, len(reasons))
		})
	}
}

func TestMappingRefused(t *testing.T) {
	t.Parallel()
	m := fixture.Compile(t, people, map[string]string{"country": "FR"}).Mappings[0]
	for given, code := range map[string]string{`{"number": `: "malformed-json", `[1]`: "bad-record", `{} {}`: "malformed-json"} {
		out, _, found := evaluate.Mapping(m, evaluate.Record{File: "r.json", JSON: []byte(given)}, at(t, "2026-09-01T00:00:00Z"))
		require.Nil(t, out)
		require.Equal(t, code, found[0].Code, given)
	}
}

// An input without a value is said where it is read, and only there.
func TestUnknownInputs(t *testing.T) {
	t.Parallel()
	w := fixture.Compile(t, people, map[string]string{})
	r := evaluate.Record{File: "r.json", JSON: []byte(`{"number": "1", "last": "A", "first": "B", "site": "Lyon"}`)}
	out, held, found := evaluate.Mapping(w.Mappings[0], r, at(t, "2026-09-01T00:00:00Z"))
	require.Empty(t, held)
	require.NotContains(t, string(out.Record), "country")
	require.Len(t, found, 1)
	require.Equal(t, "missing-input", found[0].Code)
	require.Contains(t, found[0].Summary, `"country"`)

	subject, found := evaluate.InMapping(w.Mappings[0], &r, at(t, "2026-09-01T00:00:00Z"))
	require.Empty(t, found)
	_, _, found = subject.Evaluate("person.last")
	require.Empty(t, found)
	_, _, found = subject.Evaluate("input.country")
	require.Equal(t, "missing-input", found[0].Code)
}

// An expression is in the mapping's own names, types, zone and inputs.
func TestInMapping(t *testing.T) {
	t.Parallel()
	m := fixture.Compile(t, people, map[string]string{"country": "FR"}).Mappings[0]
	r := &evaluate.Record{File: "r.json", JSON: []byte(`{"end": "2026-08-31", "langs": ["fr", ""]}`)}
	subject, found := evaluate.InMapping(m, r, at(t, "2026-08-31T22:30:00Z"))
	require.Empty(t, found)
	for text, want := range map[string]string{
		"past(person.end)": "true",
		"input.country + size(person.langs).fixed(0)": `"FR2"`,
		"person.last": "null",
	} {
		value, _, found := subject.Evaluate(text)
		require.Empty(t, found, text)
		require.Equal(t, want, string(value.AppendJSON(nil)), text)
	}
	_, _, found = subject.Evaluate("person.lsat")
	require.Equal(t, "unknown-field", found[0].Code)

	subject, found = evaluate.InMapping(m, nil, at(t, "2026-08-31T22:30:00Z"))
	require.Empty(t, found)
	value, _, _ := subject.Evaluate("filled(person.end)")
	require.Equal(t, "false", string(value.AppendJSON(nil)))

	r.JSON = []byte(`{"end": "canary"}`)
	_, found = evaluate.InMapping(m, r, at(t, "2026-08-31T22:30:00Z"))
	require.Equal(t, "not-a-date", found[0].Code)
	require.NotContains(t, found[0].Error(), "canary")
}
