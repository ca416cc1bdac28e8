package compile_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/compile"
	"passerelle/engine/expr"
	"passerelle/engine/lang"
	"passerelle/plugins/record"
)

func optional() workspace {
	return workspace{
		top: `
input "with_bank" { type = bool }
input "training" {
  type    = bool
  default = true
}
`,
		mapping: `
  purpose "bank" { why = "Salaries" }
  require "account" {
    fields = ["person.iban"]
  }
  require "both" { fields = ["person.iban", "person.name"] }
`,
		source: `
    field "iban" {
      path    = "iban"
      enabled = input.with_bank
    }
    field "country" { path = "nationality.name" } # serves the line of iban alone
    section "Formation" {
      enabled = input.training
      field "diploma" {
        path = "e_diploma"
        type = string
      }
      field "year" {
        path    = "e_year"
        type    = int
        enabled = input.with_bank
      }
    }
`,
		target: `
    once        = ["extra", "job.title"]
    never_clear = ["iban"]
    endpoint "update" {
      method = "PATCH"
      path   = "/people/{id}"
    }
    endpoint "update" {
      fields = ["iban"]
      method = "PUT"
      path   = "/people/{id}/iban"
    }
    endpoint "update" {
      fields = ["iban", "tags"]
      method = "PUT"
      path   = "/people/{id}/both"
    }
`,
		lines: `
      iban  = "person.country + person.iban"
      tags  = ["person.diploma", "person.name"]
      extra = { diploma = "person.diploma" }
      job   = { title = "person.iban" }
      level = "person.year"
`,
	}
}

func targetNames(m *compile.Mapping) (out []string) {
	for _, f := range m.Target.Fields {
		out = append(out, f.Name)
	}
	return out
}

func endpointFields(m *compile.Mapping) (out [][]string) {
	for _, e := range m.Target.Endpoints {
		out = append(out, e.GetFields())
	}
	return out
}

// What a customer opted out of is neither read nor sent, with all that needs it,
// and the rest of the mapping is as it was.
func TestChoices(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		bank, training            string
		projection, sent, require []string
		once                      []string
		endpoints                 [][]string
	}{
		"all": {"true", "true",
			[]string{"employeeNumber", "lastName", "iban", "nationality.name", "custom.e_diploma", "custom.e_year", "id"},
			[]string{"number", "name", "iban", "tags", "extra", "job.title", "level"}, []string{"account", "both"}, []string{"extra", "job.title"},
			[][]string{nil, {"iban"}, {"iban", "tags"}}},
		"no bank": {"false", "true",
			[]string{"employeeNumber", "lastName", "custom.e_diploma", "id"},
			[]string{"number", "name", "tags", "extra"}, []string{"both"}, []string{"extra"},
			[][]string{nil, {"tags"}}},
		"no training": {"true", "false",
			[]string{"employeeNumber", "lastName", "iban", "nationality.name", "id"},
			[]string{"number", "name", "iban", "tags", "job.title"}, []string{"account", "both"}, []string{"job.title"},
			[][]string{nil, {"iban"}, {"iban", "tags"}}},
		"neither": {"false", "false",
			[]string{"employeeNumber", "lastName", "id"},
			[]string{"number", "name", "tags"}, []string{"both"}, nil,
			[][]string{nil, {"tags"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := right(t, optional(), map[string]string{"with_bank": c.bank, "training": c.training})
			require.Equal(t, c.projection, m.Source.Projection)
			require.Equal(t, c.sent, targetNames(m))
			var requires, once []string
			for _, r := range m.Requires {
				requires = append(requires, r.Decl.Name)
			}
			for _, f := range m.Target.Fields {
				if f.Once {
					once = append(once, f.Name)
				}
			}
			require.Equal(t, c.require, requires)
			require.Equal(t, c.once, once)
			require.Equal(t, c.endpoints, endpointFields(m))
		})
	}
}

// Before any input has a value the mapping is whole, and every state of it has
// been checked.
func TestChoicesBeforeValues(t *testing.T) {
	t.Parallel()
	w := optional()
	_, mappings, found := unbound(t, w)
	require.Empty(t, found)
	require.Len(t, targetNames(mappings[0]), 7)

	w.source += `field "start" {
  path    = "birthDate"
  enabled = input.training
}`
	w.lines += `since = "person.start"`
	w.mapping += `shown_as = "person.name"`
	_, mappings, found = unbound(t, w)
	require.Empty(t, found)
	require.Len(t, mappings, 1)
}

// unbound loads and compiles a workspace as validate does.
func unbound(t testing.TB, w workspace) (*lang.Module, []*compile.Mapping, []string) {
	t.Helper()
	m := loaded(t, w)
	mappings, found := compile.Workspace(m, schemas())
	var codes []string
	for _, d := range found {
		codes = append(codes, d.Code)
	}
	return m, mappings, codes
}

// A mapping that is off is checked and left out; two that are never on together
// may send the same.
func TestMappingThatIsOff(t *testing.T) {
	t.Parallel()
	w := workspace{top: `input "on" { type = bool }`, mapping: `enabled = input.on`}
	_, mappings, found := bound(t, w, map[string]string{"on": "false"})
	require.Empty(t, found)
	require.Empty(t, mappings)
	right(t, w, map[string]string{"on": "true"})

	w.lines = `level = "person.nope"`
	_, _, found = bound(t, w, map[string]string{"on": "false"})
	require.Len(t, found, 1)
	require.Equal(t, "unknown-field", found[0].Code)
}

func TestChoiceByLocal(t *testing.T) {
	t.Parallel()
	w := optional()
	w.top += `locals { bank = input.with_bank }`
	w.source = `field "iban" {
  path    = "iban"
  enabled = local.bank
}`
	w.target, w.lines, w.mapping = "", `iban = "person.iban"`, `purpose "bank" { why = "Salaries" }`
	require.Equal(t, []string{"number", "name"}, targetNames(right(t, w, map[string]string{"with_bank": "false"})))
	require.Equal(t, []string{"number", "name", "iban"}, targetNames(right(t, w, map[string]string{"with_bank": "true"})))
}

// A purpose is wanted of whoever switches bank data on, not of who leaves it off.
func TestPurposeOfAChoice(t *testing.T) {
	t.Parallel()
	w := optional()
	w.mapping = `purpose "bank" { why = "" }`
	off := right(t, w, map[string]string{"with_bank": "false", "training": "true"})
	require.NotContains(t, targetNames(off), "iban")
	_, mappings, found := bound(t, w, map[string]string{"with_bank": "true", "training": "true"})
	require.Empty(t, mappings)
	require.Len(t, found, 2, "the source field and the line: %v", found)
	for _, d := range found {
		require.Equal(t, "purpose-needed", d.Code)
		require.NotNil(t, d.Subject)
		require.Equal(t, `mapping "people"`, d.In[0])
	}
	w.mapping = `purpose "bank" { why = "Salaries" }`
	require.Contains(t, targetNames(right(t, w, map[string]string{"with_bank": "true", "training": "true"})), "iban")
}

// The fields of what is left keep their slots: an expression reads its own field.
func TestChoicesKeepTheOthersApart(t *testing.T) {
	t.Parallel()
	m := right(t, optional(), map[string]string{"with_bank": "false", "training": "true"})
	row := []record.Value{record.NewString("7"), record.NewString("N'Guyen"), record.NewString("Master"), record.NewInt(1)}
	v, failure := fieldNamed(t, m, "extra").Evaluate(&expr.Input{Rows: [][]record.Value{row}})
	require.Nil(t, failure)
	require.Equal(t, `{"diploma":"Master"}`, string(v.AppendJSON(nil)))
}

func TestTransformsInMappings(t *testing.T) {
	t.Parallel()
	w := workspace{
		top: `
transform "plain_name" {
  params = ["s"]
  value  = "s.trim().unaccent().upper()"
}
transform "full" {
  params = ["a", "b"]
  value  = "plain_name(a) + local.between + b"
}
locals { between = " / " }
`,
		lines: `
      country = "plain_name(person.name)"
      phone   = "full(person.name, person.number)"
`,
	}
	m := right(t, w, nil)
	row := []record.Value{record.NewString("7"), record.NewString(" Zoé "), record.NewInt(1)}
	for field, want := range map[string]string{"country": "ZOE", "phone": "ZOE / 7"} {
		v, failure := fieldNamed(t, m, field).Evaluate(&expr.Input{Rows: [][]record.Value{row}})
		require.Nil(t, failure)
		require.Equal(t, want, v.Text())
	}
	_, problems := m.Env().Compile("plain_name('x')", expr.Transform)
	require.Empty(t, problems, "a tool's expression knows them too")
}

func TestValidations(t *testing.T) {
	t.Parallel()
	w := workspace{top: `
input "address" {
  type = string
  validation {
    that = "input.address.startsWith('https://')"
    say  = { fr = "https seulement", en = "https only" }
  }
}
input "secret" {
  type      = string
  default   = "long enough"
  sensitive = true
  validation {
    that = "size(input.secret) > 8"
    say  = { fr = "huit caractères", en = "eight characters" }
  }
  validation {
    that = "input.secret != input.address"
    say  = "not the address"
  }
}
`}
	right(t, w, map[string]string{"address": "https://x", "secret": "hunter2-hunter2"})
	_, _, found := bound(t, w, map[string]string{"address": "http://x", "secret": "hunter2"})
	require.Len(t, found, 2)
	for i, want := range []string{`The value of input "address" is refused: https only`, `The value of input "secret" is refused: eight characters`} {
		require.Equal(t, "refused-input", found[i].Code)
		require.Equal(t, want, found[i].Summary)
	}
	require.Equal(t, "https seulement", found[0].JSON(nil).Say.FR)
	require.NotContains(t, found[1].Error(), "hunter2")
	_, _, found = bound(t, w, map[string]string{"address": "https://long", "secret": "https://long"})
	require.Len(t, found, 1)
	require.Equal(t, "not the address", found[0].Say.FR)
	_, _, found = bound(t, w, map[string]string{"address": ""})
	require.Len(t, found, 2)
	require.Contains(t, found[0].Detail, "no answer", "an empty value makes the condition empty, which is not true")
}

func TestPagesReachTheConnector(t *testing.T) {
	t.Parallel()
	m := right(t, workspace{target: `
    endpoint "find" {
      method = "GET"
      path   = "/people"
      page {
        by         = "cursor"
        param      = "after"
        next       = "paging.after"
        size_param = "limit"
        size       = 100
      }
    }
`}, nil)
	require.JSONEq(t, `{"by":"cursor","param":"after","next":"paging.after","size_param":"limit","size":100}`, string(m.Target.Endpoints[0].GetPageJson()))
}
