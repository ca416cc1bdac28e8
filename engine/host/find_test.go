package host

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFind(t *testing.T) {
	t.Parallel()
	dir, second := t.TempDir(), t.TempDir()
	file := func(dir, name string, mode os.FileMode) string {
		path := filepath.Join(dir, executablePrefix+name)
		require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"), mode))
		return path
	}
	lucca, again := file(dir, "lucca", 0o755), file(second, "lucca", 0o755)
	flat, later := file(dir, "both", 0o644), file(second, "both", 0o755)
	file(dir, "plain", 0o644)
	require.NoError(t, os.Mkdir(filepath.Join(dir, executablePrefix+"dir"), 0o755))
	o := Options{
		Dirs:  []string{dir, second},
		Paths: map[string]string{"oppus": again, "gone": filepath.Join(dir, "gone"), "flat": flat},
	}
	for name, test := range map[string]struct {
		name, path, code string
		says             []string
	}{
		"first directory":       {name: "lucca", path: lucca},
		"by path":               {name: "oppus", path: again},
		"executable further on": {name: "both", path: later},
		"path leads nowhere":    {name: "gone", code: "plugin-not-found", says: []string{"--plugin gone=PATH"}},
		"path isn't executable": {name: "flat", code: "plugin-not-executable", says: []string{"chmod +x"}},
		"not executable":        {name: "plain", code: "plugin-not-executable"},
		"a directory":           {name: "dir", code: "plugin-not-executable"},
		"misspelt":              {name: "luca", code: "plugin-not-found", says: []string{`Did you mean "lucca"?`, dir, second, "ENGINE_PLUGIN_DIR"}},
		"nothing like it":       {name: "workday", code: "plugin-not-found", says: []string{"--plugin workday=PATH"}},
		"walks the file system": {name: "../lucca", code: "plugin-name"},
		"empty":                 {name: "", code: "plugin-name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, ds := Find(test.name, o)
			require.Equal(t, test.path, path)
			if test.code == "" {
				require.Empty(t, ds)
				return
			}
			require.Equal(t, test.code, code(t, ds))
			for _, text := range test.says {
				require.Contains(t, ds[0].Error(), text)
			}
		})
	}
}

func TestFindInTheEnvironment(t *testing.T) {
	first, second := t.TempDir(), install(t, "good")
	t.Setenv(envDirs, first+string(os.PathListSeparator)+second)
	path, ds := Find("good", Options{})
	require.Empty(t, ds)
	require.Equal(t, filepath.Join(second, executablePrefix+"good"), path)
}

func TestWrongArchitecture(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ content, code string }{
		"no format of this machine": {"\x7fELF garbage", "plugin-architecture"},
		"interpreter missing":       {"#!/nowhere/at/all\n", "plugin-not-executable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, executablePrefix+"odd"), []byte(test.content), 0o755))
			h := newHost(t, Options{Dirs: []string{dir}})
			_, ds := h.Plugin(context.Background(), "odd")
			require.Equal(t, test.code, code(t, ds))
		})
	}
}
