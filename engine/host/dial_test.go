package host

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What a killed host left is swept by a later one; what a start of this moment
// uses is not, nor anything of another name.
func TestSweep(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	now := time.Now()
	for name, age := range map[string]time.Duration{socketPrefix + "1": 2 * time.Hour, socketPrefix + "2": time.Minute, "engine-other": 2 * time.Hour} {
		dir := filepath.Join(parent, name)
		require.NoError(t, os.MkdirAll(filepath.Join(dir, "plugin"), 0o700))
		require.NoError(t, os.Chtimes(dir, now.Add(-age), now.Add(-age)))
	}
	sweep(parent, now)
	require.NoDirExists(t, filepath.Join(parent, socketPrefix+"1"))
	require.DirExists(t, filepath.Join(parent, socketPrefix+"2"))
	require.DirExists(t, filepath.Join(parent, "engine-other"))
}
