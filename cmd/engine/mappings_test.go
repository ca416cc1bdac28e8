package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// shipped are the folders of the mappings that are shipped.
func shipped(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "mappings", "*", "*.hcl"))
	require.NoError(t, err)
	var out []string
	for _, file := range files {
		if dir := filepath.Dir(file); len(out) == 0 || out[len(out)-1] != dir {
			out = append(out, dir)
		}
	}
	require.NotEmpty(t, out)
	return out
}

// engineIn runs the real binary in a home of its own.
func engineIn(t *testing.T, home string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command(filepath.Join(bin, "engine"), args...)
	cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "NO_COLOR=1"}
	said, err := cmd.CombinedOutput()
	return string(said), err
}

// Every shipped mapping has examples, and they hold.
func TestShippedMappings(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	for _, dir := range shipped(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			tests, err := filepath.Glob(filepath.Join(dir, "*.test.hcl"))
			require.NoError(t, err)
			require.NotEmpty(t, tests, "a mapping that is shipped has examples")
			said, err := engineIn(t, home, "test", dir)
			require.NoError(t, err, said)
			require.Contains(t, said, " 0 failed")
		})
	}
}

// The pages beside the shipped mappings are those that engine docs makes. With
// UPDATE=1 they are made anew.
func TestShippedPages(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	for _, dir := range shipped(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			if os.Getenv("UPDATE") != "" {
				said, err := engineIn(t, home, "docs", dir, "--out", dir)
				require.NoError(t, err, said)
			}
			for _, language := range languages {
				page, err := os.ReadFile(filepath.Join(dir, "README."+language+".md"))
				require.NoError(t, err, "make it: UPDATE=1 go test ./cmd/engine -run TestShippedPages")
				said, err := engineIn(t, home, "docs", dir, "--lang", language)
				require.NoError(t, err, said)
				require.Equal(t, string(page), said)
			}
		})
	}
}
