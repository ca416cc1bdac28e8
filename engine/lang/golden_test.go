package lang

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/diag"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestWrongWorkspaces holds every refusal to its text: each directory of
// testdata/wrong is a workspace, its want.txt what people read.
func TestWrongWorkspaces(t *testing.T) {
	t.Parallel()
	dirs, err := filepath.Glob(filepath.Join("testdata", "wrong", "*"))
	require.NoError(t, err)
	require.Greater(t, len(dirs), 35)
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			m, sources, found := Load(dir, LoadOptions{PackagePath: []string{filepath.Join("testdata", "packages")}})
			require.NotNil(t, m)
			if !found.HasErrors() {
				found = m.CheckStatic()
			}
			require.True(t, found.HasErrors(), "a wrong workspace was accepted")
			requireComplete(t, found)
			var out bytes.Buffer
			require.NoError(t, found.WriteText(&out, sources, diag.TextOptions{Width: 100}))
			golden(t, filepath.Join(dir, "want.txt"), out.Bytes())
			golden(t, filepath.Join(dir, "want.json"), asJSON(t, found, sources))
		})
	}
}

// requireComplete: every message says what is wrong, why, and what to do.
func requireComplete(t *testing.T, found diag.Diagnostics) {
	t.Helper()
	for _, d := range found {
		require.NotEmpty(t, d.Code)
		require.NotEmpty(t, d.Summary, d.Code)
		require.NotEmpty(t, d.Detail, d.Code)
		require.NotEmpty(t, d.Remedy, d.Code)
		require.NotNil(t, d.Subject, d.Code)
	}
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
