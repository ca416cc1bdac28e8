package lang

import (
	"bytes"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/diag"
)

const canary = "canary-7Q"

func fullBindings() Bindings {
	return Bindings{
		Inputs: map[string]InputValue{
			"token": {Text: canary, From: "--input"},
			"site":  {Text: `ly"on${x}`, From: "--input"},
			"sites": {Text: `["Lyon"]`, From: "ENGINE_INPUT_sites"},
		},
		ReadFile: func(path string) ([]byte, error) {
			if path != filepath.Join("testdata", "right", "full", "key.txt") {
				return nil, fs.ErrNotExist
			}
			return []byte(canary + "\r\n"), nil
		},
	}
}

func TestBindEvaluatesEverythingStatic(t *testing.T) {
	t.Parallel()
	m := right(t, "full")
	require.Empty(t, Bind(m, fullBindings()))
	require.Equal(t, `ly"on${x}`, m.Inputs[1].Value.AsString(), "the text of an input never becomes code")
	require.True(t, m.Inputs[2].Value.RawEquals(cty.NumberIntVal(5)))

	locals := m.Locals()
	require.Equal(t, "address", locals[0].Name)
	require.Equal(t, `https://ly"on${x}.example`, locals[0].Value.AsString())
	require.True(t, locals[1].Value.RawEquals(cty.NumberFloatVal(2.5)), "locals wait for those that they need")
	require.False(t, locals[0].Sensitive)

	settings := map[string]*Setting{}
	for _, s := range m.Connections[0].Settings {
		settings[s.Name] = s
	}
	require.Equal(t, canary, settings["key"].Value.AsString(), "the line break at the end of the file is no part of it")
	require.True(t, settings["key"].Secret)
	require.True(t, settings["token"].Secret, "a sensitive input is secret where it goes")
	require.False(t, settings["url"].Secret)
	require.Equal(t, "shadowed", settings["plugin"].Value.AsString())

	people := m.Mappings[0]
	require.True(t, people.Sources[0].Settings[0].Value.RawEquals(cty.NumberIntVal(5)))
	lines := people.Target.Map
	require.Equal(t, "5", line(t, lines, "code").Const.AsString())
	require.True(t, line(t, lines, "limit").Const.RawEquals(cty.NumberIntVal(5)))
	require.True(t, line(t, lines, "minus").Const.RawEquals(cty.NumberFloatVal(-1.5)))
	require.Equal(t, 1, line(t, lines, "sites").Const.LengthInt())
	require.True(t, line(t, lines, "token").Secret)
	require.False(t, line(t, lines, "code").Secret)
	require.Equal(t, map[string]string{"id": "{id}", "site": `ly"on${x}`}, people.Target.Endpoints[0].Query)
	require.JSONEq(t, `{"site":"{site}","limit":5,"keep":true}`, string(people.Target.Endpoints[2].BodyJSON))
}

func TestLocalsHaveTypesBeforeBind(t *testing.T) {
	t.Parallel()
	locals := right(t, "full").Locals()
	require.False(t, locals[0].Value.IsKnown())
	require.Equal(t, cty.String, locals[0].Value.Type())
	require.Equal(t, cty.Number, locals[1].Value.Type())
}

func TestPackageIsBoundByWhoUsesIt(t *testing.T) {
	t.Parallel()
	m := right(t, "customer")
	require.Empty(t, Bind(m, Bindings{
		Inputs: map[string]InputValue{"url": {Text: "https://hr.example"}},
		Env:    func(string) (string, bool) { return canary, true },
	}))
	p := m.Packages[0].Module
	require.Equal(t, "https://hr.example", p.Inputs[0].Value.AsString())
	require.True(t, p.Inputs[0].Sensitive, "what is sensitive outside is sensitive inside")
	require.Equal(t, cty.True, p.Inputs[1].Value)
	require.True(t, p.Connections[0].Settings[0].Secret)
	require.Equal(t, canary, p.Connections[0].Settings[1].Value.AsString())
	require.Equal(t, cty.True, *line(t, p.Mappings[0].Target.Map, "mail").Const)
}

func TestBindRefuses(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		workspace string
		change    func(*Bindings)
		code      string
		class     diag.Class
		says      string // in the whole message
		at        string // the text underlined
	}{
		"missing input": {"full", func(b *Bindings) { delete(b.Inputs, "site") }, "missing-input", diag.Refused,
			"--input site=value, in the environment as ENGINE_INPUT_site, or in a file with --inputs FILE", "site"},
		"unknown input": {"full", func(b *Bindings) { b.Inputs["tokn"] = InputValue{Text: canary, From: "ENGINE_INPUT_tokn"} }, "unknown-input", diag.Refused,
			`Did you mean "token"?`, ""},
		"wrong list":      {"full", func(b *Bindings) { b.Inputs["sites"] = InputValue{Text: canary} }, "wrong-input", diag.Refused, "list(string)", "sites"},
		"not whole":       {"full", func(b *Bindings) { b.Inputs["limit"] = InputValue{Text: "1.5", From: "--input"} }, "wrong-input", diag.Refused, "--input", "limit"},
		"no such date":    {"full", func(b *Bindings) { b.Inputs["since"] = InputValue{Text: "2026-02-30"} }, "wrong-input", diag.Refused, "a date", "since"},
		"code for a list": {"full", func(b *Bindings) { b.Inputs["sites"] = InputValue{Text: `[env("X")]`} }, "wrong-input", diag.Refused, "", "sites"},
		"string in a file": {"full", func(b *Bindings) { b.Inputs["site"] = InputValue{Text: "[", From: "inputs.hcl", Expr: true} }, "wrong-input", diag.Refused,
			"inputs.hcl", "site"},
		"no secret file": {"full", func(b *Bindings) { b.ReadFile = nil }, "missing-secret", diag.Credentials, "key.txt", `file("key.txt")`},
		"empty secret file": {"full", func(b *Bindings) { b.ReadFile = func(string) ([]byte, error) { return []byte("\n"), nil } }, "missing-secret", diag.Credentials,
			"is empty", `file("key.txt")`},
		"no variable": {"shipped", func(b *Bindings) { b.Inputs = map[string]InputValue{"hr_url": {Text: canary}} }, "missing-secret", diag.Credentials,
			"HR_KEY", `env("HR_KEY")`},
		"empty variable": {"shipped", func(b *Bindings) {
			b.Inputs = map[string]InputValue{"hr_url": {Text: canary}}
			b.Env = func(string) (string, bool) { return "", true }
		}, "missing-secret", diag.Credentials, "is empty", `env("HR_KEY")`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, sources, found := Load(filepath.Join("testdata", "right", tc.workspace), LoadOptions{})
			require.Empty(t, found)
			b := fullBindings()
			tc.change(&b)
			found = Bind(m, b)
			require.Len(t, found, 1)
			d := found[0]
			require.Equal(t, tc.code, d.Code)
			require.Equal(t, tc.class, d.Class)
			require.NotEmpty(t, d.Detail)
			require.NotEmpty(t, d.Remedy)
			require.Contains(t, d.Error(), tc.says)
			if tc.at == "" {
				require.Nil(t, d.Subject)
			} else {
				require.Equal(t, tc.at, string(sources[d.Subject.File][d.Subject.Start.Byte:d.Subject.End.Byte]))
			}
			var text bytes.Buffer
			require.NoError(t, found.WriteText(&text, sources, diag.TextOptions{}))
			require.NotContains(t, text.String(), canary, "no value may be seen")
		})
	}
}

func TestExpressionGivenInAFile(t *testing.T) {
	t.Parallel()
	m := right(t, "full")
	b := fullBindings()
	b.Inputs["site"] = InputValue{Text: `"Lyon"`, Expr: true}
	require.Empty(t, Bind(m, b))
	require.Equal(t, "Lyon", m.Inputs[1].Value.AsString())
}
