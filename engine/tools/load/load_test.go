package load_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/lang"
	"passerelle/engine/tools/internal/fixture"
	"passerelle/engine/tools/load"
)

func TestMapping(t *testing.T) {
	t.Parallel()
	w := fixture.Compile(t, `
mapping "people" {
  trigger { manual = true }
  source "person" {
    connection = connection.hr
    resource   = "people"
    field "number" { path = "number" }
  }
  target "customer" {
    connection = connection.shop
    resource   = "customers"
    key        = "number"
    map        = { number = "person.number" }
  }
}`, nil)
	m, found := w.Mapping("people")
	require.Empty(t, found)
	require.Equal(t, "people", m.Address)
	require.Equal(t, "People", w.Title(m.Source.Connection))

	_, found = w.Mapping("peopel")
	require.Equal(t, "unknown-mapping", found[0].Code)
	require.Contains(t, found[0].Remedy, `"people"`)
}

// What can't be loaded is said by lang, or by the host, and nothing is compiled.
// Secrets are neither needed nor looked for.
func TestLoad(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text   string
		inputs map[string]lang.InputValue
		codes  []string
	}{
		"broken":           {"mapping {", nil, []string{"syntax"}},
		"no such plugin":   {`connection "x" { plugin = "nowhere-to-be-found" }`, nil, []string{"plugin-not-found"}},
		"a secret":         {"connection \"x\" {\n  plugin = \"nowhere-to-be-found\"\n  key = env(\"NOT_SET_ANYWHERE\")\n}", map[string]lang.InputValue{}, []string{"plugin-not-found"}},
		"an input":         {`input "x" { type = string }`, map[string]lang.InputValue{}, nil},
		"a wrong input":    {`input "x" { type = int }`, map[string]lang.InputValue{"x": {Text: "a"}}, []string{"wrong-input"}},
		"an unknown local": {"locals {\n  x = local.y\n}", nil, []string{"unknown-local"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "x.hcl"), []byte(c.text), 0o600))
			w, found := load.Load(context.Background(), dir, load.Options{Inputs: c.inputs})
			require.NotNil(t, w)
			require.Empty(t, w.Mappings)
			var codes []string
			for _, d := range found {
				codes = append(codes, d.Code)
			}
			require.Equal(t, c.codes, codes)
		})
	}
}
