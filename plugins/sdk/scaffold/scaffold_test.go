package scaffold_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/sdk/scaffold"
)

// What is made builds and passes its own tests, conformance among them, without
// asking any registry.
func TestTheProjectTestsItself(t *testing.T) {
	t.Parallel()
	repository, err := filepath.Abs("../../..")
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "acme")
	made, err := scaffold.Make(scaffold.Options{Name: "acme-hr", Dir: dir, Replace: repository})
	require.NoError(t, err)
	require.Contains(t, made.Files, "docs/acme-hr.md")
	for _, args := range [][]string{{"vet", "./..."}, {"test", "./..."}} {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=-mod=readonly", "GOWORK=off")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "go %s\n%s", strings.Join(args, " "), out)
	}
}

func TestMakeRefuses(t *testing.T) {
	t.Parallel()
	full := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(full, "x"), nil, 0o600))
	for name, options := range map[string]scaffold.Options{
		"a name with capitals": {Name: "Acme", Dir: filepath.Join(t.TempDir(), "a")},
		"a name with a path":   {Name: "../acme", Dir: filepath.Join(t.TempDir(), "b")},
		"a folder in use":      {Name: "acme", Dir: full},
		"no checkout":          {Name: "acme", Dir: filepath.Join(t.TempDir(), "c"), Replace: full},
	} {
		_, err := scaffold.Make(options)
		require.Error(t, err, name)
		_, missing := os.Stat(filepath.Join(options.Dir, "go.mod"))
		require.True(t, os.IsNotExist(missing), "%s: something was made", name)
	}
}

// Without a checkout the project says where to write it.
func TestMakeWithoutACheckout(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "acme")
	_, err := scaffold.Make(scaffold.Options{Name: "acme", Dir: dir})
	require.NoError(t, err)
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	require.NoError(t, err)
	require.Contains(t, string(mod), "// replace passerelle => ")
}
