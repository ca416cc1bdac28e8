package ledger

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/diag"
)

// One ledger has one lock, whatever it is called: through a link to the file, or
// to its folder.
func TestALinkedLedgerHasOneLock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	real := filepath.Join(dir, "real")
	require.NoError(t, os.Mkdir(real, 0o700))
	file, folder := filepath.Join(dir, "linked.db"), filepath.Join(dir, "linked")
	require.NoError(t, os.Symlink(filepath.Join("real", "ledger.db"), file))
	require.NoError(t, os.Symlink(real, folder))

	// Leading nowhere it is refused, and no ledger is begun in its place.
	there, err := Exists(file)
	require.False(t, there)
	requireCode(t, err, "ledger-unreadable", diag.Refused)
	_, err = Open(t.Context(), Options{Path: file, Key: testKey(t)})
	require.Contains(t, requireCode(t, err, "ledger-unreadable", diag.Refused).Detail, "isn't mounted")
	require.NoFileExists(t, ledgerIn(real))

	l := open(t, folder) // through its folder a new one may be begun
	for _, path := range []string{file, ledgerIn(folder), ledgerIn(real)} {
		_, err := Open(t.Context(), Options{Path: path, Key: testKey(t)})
		requireLockedBy(t, err, "engine run people")
		_, err = Unlock(path)
		requireLockedBy(t, err, "engine run people")
		there, err := Exists(path)
		require.NoError(t, err)
		require.True(t, there)
		r, err := OpenReader(t.Context(), Options{Path: path, Key: testKey(t)})
		require.NoError(t, err)
		require.Equal(t, l.ID(), r.ID())
		require.NoError(t, r.Close())
	}
	require.NoFileExists(t, file+".lock")
}
