package compile_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// workspace is a mapping with these parts, and more settings of its connections.
type workspace struct{ top, hr, mapping, source, target, lines string }

func (w workspace) text() string {
	return w.top + `
connection "hr" {
  plugin  = "hr"
  url     = "https://hr.example"
  api_key = env("HR_KEY")
  ` + w.hr + `
}
connection "badge" {
  plugin = "badge"
  url    = "https://badge.example"
}
mapping "people" {
  ` + w.mapping + `
  source "person" {
    connection = connection.hr
    resource   = "users"
    field "number" { path = "employeeNumber" }
    field "name" { path = "lastName" }
    ` + w.source + `
  }
  target "card" {
    connection = connection.badge
    resource   = "people"
    key        = "number"
    ` + w.target + `
    map = {
      number = "person.number"
      name   = "person.name"
      ` + w.lines + `
    }
  }
}
`
}

// bound loads, binds and compiles a workspace as a run does.
func bound(t testing.TB, w workspace, inputs map[string]string) (*lang.Module, []*compile.Mapping, diag.Diagnostics) {
	t.Helper()
	m := loaded(t, w)
	given := map[string]lang.InputValue{}
	for name, text := range inputs {
		given[name] = lang.InputValue{Text: text, From: "--input"}
	}
	require.Empty(t, lang.Bind(m, lang.Bindings{
		Inputs: given,
		Env:    func(name string) (string, bool) { return "hunter2-" + name, true },
	}))
	mappings, ds := compile.Workspace(m, schemas())
	return m, mappings, ds
}

func loaded(t testing.TB, w workspace) *lang.Module {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.hcl"), []byte(w.text()), 0o600))
	m, _, found := lang.Load(dir, lang.LoadOptions{})
	require.Empty(t, found)
	return m
}

// right is bound for a workspace without anything to complain of.
func right(t testing.TB, w workspace, inputs map[string]string) *compile.Mapping {
	t.Helper()
	_, mappings, found := bound(t, w, inputs)
	require.Empty(t, found)
	require.Len(t, mappings, 1)
	return mappings[0]
}

func fieldNamed(t testing.TB, m *compile.Mapping, name string) *compile.TargetField {
	t.Helper()
	for i := range m.Target.Fields {
		if m.Target.Fields[i].Name == name {
			return &m.Target.Fields[i]
		}
	}
	require.Fail(t, "no field "+name)
	return nil
}

func TestConstantsReachTheirFieldsExactly(t *testing.T) {
	t.Parallel()
	top := `
input "days" { type = int }
input "rate" { type = double }
input "price" { type = decimal }
input "hired" { type = date }
input "sites" { type = list(string) }
input "site" { type = object({ name = string, floor = int }) }
locals {
  week  = 7
  share = 1.25
  mixed = [1, 2.5]
  names = { a = "x", b = "y" }
}
`
	inputs := map[string]string{
		"days": "3", "rate": "2", "price": "0.1000000000000000000001", "hired": "2026-01-31",
		"sites": `["Lyon", "Nice"]`, "site": `{ name = "Lyon", floor = 2 }`,
	}
	text := func(s string) record.Value { return record.NewString(s) }
	for line, want := range map[string]record.Value{
		`level = "input.days + local.week"`:                record.NewInt(10),
		`level = input.days`:                               record.NewInt(3),
		`level = "input.site.floor"`:                       record.NewInt(2),
		`phone = "string(input.rate / 4.0)"`:               text("0.5"),
		`score = "input.price + local.share"`:              record.NewDecimal("1.3500000000000000000001"),
		`score = input.price`:                              record.NewDecimal("0.1000000000000000000001"),
		`score = 12`:                                       record.NewDecimal("12"),
		`score = "local.mixed[1]"`:                         record.NewDecimal("2.5"),
		`since = "input.hired.addDays(local.week)"`:        record.NewDate(2026, 2, 7),
		`since = text("2026-01-31")`:                       record.NewDate(2026, 1, 31),
		`tags = "input.sites"`:                             record.NewList([]record.Value{text("Lyon"), text("Nice")}),
		`tags = input.sites`:                               record.NewList([]record.Value{text("Lyon"), text("Nice")}),
		`tags = ["person.name", 12, text("b"), "''"]`:      record.NewList([]record.Value{text("Doe"), text("12"), text("b")}),
		`tags = ["''", "person.number"]`:                   {},
		`tags = []`:                                        record.NewList([]record.Value{}),
		`extra = local.names`:                              record.NewMap([]string{"a", "b"}, []record.Value{text("x"), text("y")}),
		`extra = { "b c" = "person.name", d = "''" }`:      record.NewMap([]string{"b c"}, []record.Value{text("Doe")}),
		`home = { street = "''", city = "person.name" }`:   record.NewObject([]string{"street", "city"}, []record.Value{{}, text("Doe")}),
		`home = { street = "''", city = "person.number" }`: {},
		`phone = 12`:                                       text("12"),
		`admin = true`:                                     record.NewBool(true),
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			m := right(t, workspace{top: top, lines: line}, inputs)
			field := &m.Target.Fields[2]
			got, failure := field.Evaluate(&expr.Input{Rows: [][]record.Value{{{}, text("Doe")}}})
			require.Nil(t, failure)
			require.True(t, record.Equal(want, got), "%s", got.AppendJSON(nil))
			require.True(t, got.IsEmpty() || got.Kind() == field.Type.Kind)
		})
	}
}

func TestValueThatCantBeSentHoldsWithItsPlaceAndWithoutItself(t *testing.T) {
	t.Parallel()
	m := right(t, workspace{lines: `level = "person.name"
      score = "1.0 / (size(person.name) > 3 ? 0.0 : 1.0) > 1.0 ? decimal(person.name) : decimal('1')"`}, nil)
	in := &expr.Input{Rows: [][]record.Value{{{}, record.NewString("Nguyen")}}}
	_, failure := fieldNamed(t, m, "level").Evaluate(in)
	require.Equal(t, "wrong-value", failure.Code)
	require.Equal(t, "level", failure.Field)
	require.Equal(t, 29, failure.Place.Start.Line)
	_, second := fieldNamed(t, m, "score").Evaluate(in)
	require.Equal(t, "bad-number", second.Code)
	require.Equal(t, 30, second.Place.Start.Line)
	for _, f := range []*compile.Failure{failure, second} {
		require.NotContains(t, f.Summary+f.Detail+f.Remedy, "Nguyen")
		require.NotEmpty(t, f.Remedy)
	}
}

func TestSettingsTravelExactlyAndAreNeverShown(t *testing.T) {
	t.Parallel()
	top := "input \"token\" {\n type = string\n sensitive = true\n}\n"
	m, mappings, found := bound(t, workspace{top: top, hr: `page_size = 9007199254740993
  labels = { a = "<&>", "b c" = "é" }`, source: `include = ["future"]`, target: "notify = true"}, map[string]string{"token": "hunter2"})
	require.Empty(t, found)
	got, err := compile.SettingsJSON(m.Connections[0].Settings)
	require.NoError(t, err)
	require.JSONEq(t, `{"url":"https://hr.example","api_key":"hunter2-HR_KEY","page_size":9007199254740993,"labels":{"a":"<&>","b c":"é"}}`, string(got))
	require.Contains(t, string(got), "9007199254740993")
	require.JSONEq(t, `{"include":["future"]}`, string(mappings[0].Source.Settings))
	require.JSONEq(t, `{"notify":true}`, string(mappings[0].Target.Settings))

	for _, setting := range []string{`region = input.token`, `timezone = env("ZONE")`, `page_size = input.token`, `timeout = env("TIME")`, `labels = { a = input.token, b = 1 }`, `timezone = "x-${input.token}"`} {
		_, _, found := bound(t, workspace{top: top, hr: setting}, map[string]string{"token": "hunter2"})
		require.Len(t, found, 1, setting)
		require.Equal(t, "wrong-setting", found[0].Code)
		require.NotContains(t, found[0].Error(), "hunter2")
	}
	shown, _, found := bound(t, workspace{top: "input \"place\" { type = string }\n", hr: `region = input.place`}, map[string]string{"place": "asia"})
	require.Contains(t, found[0].Summary, `can't be "asia"`, "what is no secret is said")
	require.NotEmpty(t, shown)
	got, err = compile.SettingsJSON([]*lang.Setting{{Name: "unbound"}})
	require.NoError(t, err)
	require.Equal(t, `{}`, string(got))
}

func TestConnectionZoneIsThatOfItsSetting(t *testing.T) {
	t.Parallel()
	m := right(t, workspace{hr: `timezone = "Europe/Paris"`}, nil)
	for _, slot := range m.Source.Slots {
		require.Equal(t, "Europe/Paris", slot.Zone.String())
	}
	require.Nil(t, right(t, workspace{}, nil).Source.Slots[0].Zone)
	require.Nil(t, m.Zone, "the integration's is another one")
	for _, wrong := range []string{`""`, `"Local"`, `"Paris"`} {
		_, _, found := bound(t, workspace{hr: "timezone = " + wrong}, nil)
		require.Len(t, found, 1, wrong)
		require.Equal(t, "wrong-setting", found[0].Code)
	}
	m = right(t, workspace{top: "integration \"x\" {\n timezone = \"Europe/Madrid\"\n}\n"}, nil)
	require.Equal(t, "Europe/Madrid", m.Zone.String())
}

func TestProjectionAndIdentityFollowTheDeclarations(t *testing.T) {
	t.Parallel()
	m := right(t, workspace{source: `field "again" {
      path     = "employeeNumber"
      required = true
    }
    section "Formation" {
      field "street" {
        path = "[\"e_Nom-de-la-voie\"]"
        type = string
      }
    }`, lines: `phone = "person.street"`}, nil)
	require.Equal(t, []string{"employeeNumber", "lastName", "custom.e_Nom-de-la-voie", "id"}, m.Source.Projection)
	require.Equal(t, []int{4}, m.Source.Identity)
	require.Equal(t, record.Basic(record.Int), m.Source.Slots[4].Type)
	require.Equal(t, "id", m.Target.Identity.Path.String())
	require.Equal(t, []int{0}, m.Target.Key)
	require.Len(t, m.Target.FoundSlots(), len(m.Target.Fields)+1)
}

func TestAbilitiesAreTheConnectorsWithWhatIsDeclaredOnTop(t *testing.T) {
	t.Parallel()
	lookUp, upsert := protocol.Reconcile_RECONCILE_LOOK_UP, protocol.Reconcile_RECONCILE_UPSERT
	own := compile.Abilities{
		Create: true, Update: true, ChangedOnly: true, FindByKey: true, FindByID: true, CreateReconciled: lookUp, UpdateReconciled: lookUp,
	}
	for name, test := range map[string]struct {
		target string
		change func(*compile.Abilities)
	}{
		"nothing":    {"", func(*compile.Abilities) {}},
		"path":       {`endpoint "update" { path = "/x/{id}" }`, func(*compile.Abilities) {}},
		"patch":      {`endpoint "update" { method = "PATCH" }`, func(*compile.Abilities) {}},
		"put":        {`endpoint "update" { method = "PUT" }`, func(a *compile.Abilities) { a.ChangedOnly = false }},
		"body":       {`endpoint "update" { body = { n = "{name}" } }`, func(a *compile.Abilities) { a.ChangedOnly = false }},
		"second way": {"endpoint \"update\" {\n fields = [\"name\"]\n method = \"PUT\"\n path = \"/n\"\n reconcile = \"none\"\n}", func(*compile.Abilities) {}},
		"reconcile": {"endpoint \"create\" { reconcile = \"upsert\" }\n endpoint \"update\" { reconcile = \"none\" }", func(a *compile.Abilities) {
			a.CreateReconciled, a.UpdateReconciled = upsert, protocol.Reconcile_RECONCILE_NONE
		}},
		"leaving": {"endpoint \"deactivate\" {\n method = \"PATCH\"\n path = \"/x\"\n}\nendpoint \"delete\" {\n method = \"DELETE\"\n path = \"/x\"\n}", func(a *compile.Abilities) {
			a.Deactivate, a.Delete = true, true
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := own
			test.change(&want)
			m := right(t, workspace{target: test.target}, nil)
			require.Equal(t, want, m.Target.Abilities)
			require.Equal(t, want.Deactivate, want.Can(protocol.Operation_OPERATION_DEACTIVATE))
			require.False(t, want.Can(protocol.Operation_OPERATION_REACTIVATE))
		})
	}
}

func TestFieldsThatNeedCareAreMarked(t *testing.T) {
	t.Parallel()
	w := workspace{target: `required = ["email"]
    field "login" {
      type  = string
      sharp = "login"
    }
    field "state" {
      type  = string
      sharp = "status"
    }`, lines: `email = "person.name"
      login = "person.name"
      state = "person.name"
      iban  = "person.name"
      phone = "person.name"`}
	_, mappings, found := bound(t, w, nil)
	require.Empty(t, mappings)
	require.Len(t, found, 1)
	require.Equal(t, "purpose-needed", found[0].Code)

	w.mapping = `purpose "bank" { why = "Pay" }`
	m := right(t, w, nil)
	type care struct{ required, keeps, sharp bool }
	got := map[string]care{}
	for _, f := range m.Target.Fields {
		got[f.Name] = care{f.Required, f.KeepsFilled, f.Sharp}
	}
	require.Equal(t, map[string]care{
		"number": {required: true}, "name": {required: true},
		"email": {required: true, keeps: true, sharp: true},
		"login": {keeps: true, sharp: true}, "state": {sharp: true},
		"iban": {keeps: true, sharp: true}, "phone": {},
	}, got)
}

func TestNestedFieldsKeepTheirPath(t *testing.T) {
	t.Parallel()
	m := right(t, workspace{target: "field \"Date de naissance\" { type = string }\nfield \"parts.of\" { type = string }", lines: `job = { title = "person.name" }
      "Date de naissance" = "person.name"
      "parts.of" = "person.name"`}, nil)
	encoder, err := record.NewEncoder(m.Target.Layout())
	require.NoError(t, err)
	row := make([]record.Value, len(m.Target.Fields))
	for i := range m.Target.Fields {
		var failure *compile.Failure
		row[i], failure = m.Target.Fields[i].Evaluate(&expr.Input{Rows: [][]record.Value{{record.NewString("1"), record.NewString("Doe")}}})
		require.Nil(t, failure)
	}
	require.Equal(t, `{"number":"1","name":"Doe","job":{"title":"Doe"},"Date de naissance":"Doe","parts":{"of":"Doe"}}`,
		string(encoder.Append(nil, row, nil, record.OmitEmpty)))
	require.Equal(t, "job.title", m.Target.Schema[2].GetPath())
}

func TestAnAbsentPluginIsNotReportedAgain(t *testing.T) {
	t.Parallel()
	m, sources, found := lang.Load(filepath.Join("testdata", "right", "extended"), lang.LoadOptions{PackagePath: []string{filepath.Join("testdata", "packages")}})
	require.Empty(t, found)
	require.NotEmpty(t, sources)
	require.Equal(t, []string{"hr", "badge"}, compile.Plugins(m))
	for _, without := range []string{"hr", "badge"} {
		all := schemas()
		delete(all, without)
		mappings, ds := compile.Workspace(m, all)
		require.Empty(t, ds, without)
		require.Empty(t, mappings)
	}
}
