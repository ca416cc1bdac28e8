package host

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/protocol"
)

// Not parallel: the cache directory comes from the environment.
func TestRemembered(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(home, "cache"))
	dir := t.TempDir()
	executable := filepath.Join(dir, "engine-plugin-hr")
	write := func(content string) {
		require.NoError(t, os.WriteFile(executable, []byte(content), 0o700))
	}
	write("one")
	o := Options{Dirs: []string{dir}}
	said := &protocol.Description{Name: "hr", Version: "1.0.0"}

	require.Nil(t, Remembered("hr", o), "nothing yet")
	Remember("hr", o, said)
	require.Equal(t, "1.0.0", Remembered("hr", o).GetVersion())
	require.Nil(t, Remembered("hr", Options{Dirs: []string{dir}, Paths: map[string]string{"hr": executable}}), "one that is named is asked")
	Remember("none", o, said)

	files, err := filepath.Glob(filepath.Join(home, "*", "engine", "plugins", "*"))
	if len(files) == 0 { // macOS
		files, err = filepath.Glob(filepath.Join(home, "Library", "Caches", "engine", "plugins", "*"))
	}
	require.NoError(t, err)
	require.Len(t, files, 1, "nothing is kept of a plugin that isn't there")
	info, err := os.Stat(files[0])
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	info, err = os.Stat(filepath.Dir(files[0]))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())

	whole, err := os.ReadFile(files[0])
	require.NoError(t, err)
	for name, content := range map[string][]byte{
		"empty": nil, "cut": whole[:len(whole)-1], "changed": append([]byte{whole[0] ^ 1}, whole[1:]...), "longer": append(whole[:len(whole):len(whole)], 'x'),
	} {
		require.NoError(t, os.WriteFile(files[0], content, 0o600))
		require.Nil(t, Remembered("hr", o), name)
	}
	Remember("hr", o, said)
	require.NotNil(t, Remembered("hr", o), "it is written anew")
	for _, when := range []time.Time{time.Now().Add(-25 * time.Hour), time.Now().Add(time.Hour)} {
		require.NoError(t, os.Chtimes(files[0], when, when))
		require.Nil(t, Remembered("hr", o), "too old, or of a clock that was wrong")
	}

	Remember("hr", o, said)
	write("another")
	require.Nil(t, Remembered("hr", o), "another executable")
	Remember("hr", o, &protocol.Description{Name: "crm"})
	require.Nil(t, Remembered("hr", o), "that of another plugin")
}
