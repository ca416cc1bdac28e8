package lang

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"passerelle/engine/diag"
)

// FuzzModule: no text makes reading, checking, binding or rendering panic.
func FuzzModule(f *testing.F) {
	for _, pattern := range []string{"testdata/right/*/*.hcl*", "testdata/wrong/*/*.hcl*"} {
		files, err := filepath.Glob(pattern)
		require.NoError(f, err)
		for _, name := range files {
			src, err := os.ReadFile(name)
			require.NoError(f, err)
			f.Add(src, filepath.Ext(name) == ".json")
		}
	}
	f.Fuzz(func(t *testing.T, src []byte, asJSON bool) {
		if !utf8.Valid(src) || len(src) > 4000 {
			return
		}
		name := "a.hcl"
		if asJSON {
			name = "a.hcl.json"
		}
		parsed, found := parse(name, src)
		l := &loader{problems: &problems{}, sources: diag.Sources{name: src}}
		l.syntax(found)
		r := &reader{loader: l, m: &Module{Dir: "testdata/nowhere"}}
		if !parsed.broken {
			r.file(parsed)
			r.m.Packages = nil // they would be looked for outside of the test
			r.resolve()
		}
		if !l.found.HasErrors() {
			l.found = append(l.found, r.m.CheckStatic()...)
			r.m.Locals()
			Bind(r.m, Bindings{Env: func(string) (string, bool) { return "x", true }})
		}
		var out bytes.Buffer
		require.NoError(t, l.found.WriteText(&out, l.sources, diag.TextOptions{}))
	})
}
