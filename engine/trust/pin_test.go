package trust

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A name is the same in the lock file as in the folder, whatever form its accents
// have there; and a second file of that name is noticed.
func TestTheNamesOfAPackagesFiles(t *testing.T) {
	t.Parallel()
	const composed, apart = "salari\u00e9s.hcl", "salarie\u0301s.hcl"
	dir := t.TempDir()
	for _, name := range []string{composed, apart, `a "${b}".hcl`} {
		lock := newLock(filepath.Join(dir, LockName))
		lock.Packages["list"] = Pin("list", "", map[string][]byte{name: []byte("x")})
		require.NoError(t, lock.write())
		read, found := ReadLock(dir)
		require.Empty(t, found)
		require.Nil(t, read.Check(Pin("list", "", map[string][]byte{name: []byte("x")}), dir), name)
		require.NotNil(t, read.Check(Pin("list", "", map[string][]byte{name: []byte("y")}), dir), name)
		require.NotNil(t, read.Check(Pin("list", "", map[string][]byte{composed: []byte("x"), apart: []byte("x")}), dir), name)
		require.NotNil(t, read.Check(Pin("list", "", map[string][]byte{composed: []byte("x"), apart: []byte("y")}), dir), name)
	}
}
