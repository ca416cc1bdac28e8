package lang

import (
	"bytes"
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

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run the test with -update to write it")
	require.Equal(t, string(want), string(got))
}
