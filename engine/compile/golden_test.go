package compile_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/lang"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestWrongWorkspaces holds every refusal and warning to its text: each directory
// of testdata/wrong is a workspace, its want.txt what people read.
func TestWrongWorkspaces(t *testing.T) {
	t.Parallel()
	dirs, err := filepath.Glob(filepath.Join("testdata", "wrong", "*"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(dirs), 45)
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			_, sources, found := validated(t, dir)
			require.NotEmpty(t, found, "a wrong workspace was accepted")
			for _, d := range found {
				require.NotEmpty(t, d.Code)
				require.NotEmpty(t, d.Summary, d.Code)
				require.NotEmpty(t, d.Detail, d.Code)
				require.NotEmpty(t, d.Remedy, d.Code)
				require.NotNil(t, d.Subject, d.Code)
				require.NotEqual(t, diag.Fault, d.Class, d.Code)
			}
			var out bytes.Buffer
			require.NoError(t, found.WriteText(&out, sources, diag.TextOptions{Width: 100}))
			require.NotContains(t, out.String(), "hunter2", "a secret is shown")
			golden(t, filepath.Join(dir, "want.txt"), out.Bytes())
			golden(t, filepath.Join(dir, "want.json"), asJSON(t, found, sources))
		})
	}
}

func TestRightWorkspaces(t *testing.T) {
	t.Parallel()
	dirs, err := filepath.Glob(filepath.Join("testdata", "right", "*"))
	require.NoError(t, err)
	require.NotEmpty(t, dirs)
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			mappings, sources, found := validated(t, dir)
			var out bytes.Buffer
			require.NoError(t, found.WriteText(&out, sources, diag.TextOptions{Width: 100}))
			require.Empty(t, out.String())
			require.NotEmpty(t, mappings)
		})
	}
}

// validated does what validate does: no input has a value.
func validated(t *testing.T, dir string) ([]*compile.Mapping, diag.Sources, diag.Diagnostics) {
	t.Helper()
	m, sources, found := lang.Load(dir, lang.LoadOptions{PackagePath: []string{filepath.Join("testdata", "packages")}})
	require.NotNil(t, m)
	found = append(found, m.CheckStatic()...)
	mappings, ds := compile.Workspace(m, schemas())
	found = append(found, ds...)
	found.Sort()
	return mappings, sources, found
}

// asJSON is what machines read: one diagnostic a line. Of the source text only the
// wrong thing is kept, by the offsets that machines are given; want.txt shows the
// whole.
func asJSON(t *testing.T, found diag.Diagnostics, sources diag.Sources) []byte {
	t.Helper()
	var out bytes.Buffer
	for _, d := range found {
		j := d.JSON(sources)
		if j.Snippet != nil {
			j.Snippet.Text = string([]rune(j.Snippet.Text)[j.Snippet.Start:j.Snippet.End])
		}
		line, err := json.Marshal(j)
		require.NoError(t, err)
		out.Write(append(line, '\n'))
	}
	return out.Bytes()
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run the test with -update to write it")
	require.Equal(t, string(want), string(got))
}
