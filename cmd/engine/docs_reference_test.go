package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The pages in docs/reference are what the program says of itself.
func TestReferenceIsCurrent(t *testing.T) {
	t.Parallel()
	c := &command{stdout: io.Discard, stderr: io.Discard}
	pages, err := pages(c.root())
	require.NoError(t, err)
	for name, text := range pages {
		written, err := os.ReadFile(filepath.Join("..", "..", "docs", "reference", name+".md"))
		require.NoError(t, err)
		require.Equal(t, text, string(written), "%s.md is not current: go generate ./cmd/engine", name)
	}
	entries, err := os.ReadDir(filepath.Join("..", "..", "docs", "reference"))
	require.NoError(t, err)
	require.Len(t, entries, len(pages), "a page that nothing makes")
}
