package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFirstRequest(t *testing.T) {
	t.Parallel()
	p, err := newPlace(built, t.TempDir(), 1)
	require.NoError(t, err)
	request, err := newFirstRequest(p)
	require.NoError(t, err)
	asked, err := request.took()
	require.NoError(t, err)
	require.Positive(t, asked)
	again, err := request.took()
	require.NoError(t, err)
	require.Positive(t, again)
}

// A plan that never asks its source ends the wait for it.
func TestFirstRequestNeverComes(t *testing.T) {
	t.Parallel()
	p, err := newPlace(built, t.TempDir(), 1)
	require.NoError(t, err)
	request, err := newFirstRequest(p)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(request.dir, "main.hcl"), []byte("language = 2\n"), 0o600))
	_, err = request.took()
	require.ErrorContains(t, err, "exit status 1")
}

// The mapping of the page's expressions makes what the one by hand makes, or
// there is no figure.
func TestMappingStage(t *testing.T) {
	t.Parallel()
	stage, err := measureStage(1, 5)
	require.NoError(t, err)
	require.Positive(t, stage.EngineAllocs) // a piece of memory for many texts, now and then
	require.Greater(t, stage.HandAllocs, 1.0)
	require.Positive(t, stage.Ratio)
}
