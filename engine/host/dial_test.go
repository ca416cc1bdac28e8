package host

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a killed host left is swept by a later one; what a start of this moment
// uses is not, nor anything of another name.
func TestSweep(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	left := filepath.Join(parent, socketPrefix+"1")
	other := filepath.Join(parent, "engine-other")
	require.NoError(t, os.MkdirAll(filepath.Join(left, "plugin"), 0o700))
	require.NoError(t, os.Mkdir(other, 0o700))
	used, held, err := socketDirIn(parent)
	require.NoError(t, err)
	sweep(parent)
	require.NoDirExists(t, left)
	require.DirExists(t, used)
	require.DirExists(t, other)
	require.NoError(t, held.Close())
	sweep(parent)
	require.NoDirExists(t, used)
}

// However many sweep meanwhile, what a start was given is there.
func TestSweepTakesNothingFromAStart(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	done := make(chan struct{})
	var sweepers sync.WaitGroup
	for range 2 {
		sweepers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					sweep(parent)
				}
			}
		})
	}
	for range 300 {
		dir, held, err := socketDirIn(parent)
		require.NoError(t, err)
		require.NoError(t, os.Mkdir(filepath.Join(dir, "socket"), 0o700))
		require.NoError(t, os.RemoveAll(dir))
		require.NoError(t, held.Close())
	}
	close(done)
	sweepers.Wait()
}
