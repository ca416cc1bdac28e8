package engine_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// layers of the engine, top first: a package imports only from layers below its
// own. Those on one line are neighbours and don't know each other.
var layers = [][]string{
	{"cmd/engine"},
	{"engine"},
	{"engine/tools", "engine/report", "engine/apply"},
	{"engine/plan"},
	{"engine/flow"},
	{"engine/compile"},
	{"engine/expr", "engine/lang"},
	{"engine/diag"},
}

// beside the layers: who may use them, and what they may use.
var beside = map[string]struct{ users, uses []string }{
	"engine/host": {
		users: []string{"engine", "engine/flow", "engine/plan", "engine/apply", "engine/report", "engine/tools"},
		uses:  []string{"engine/diag", "engine/trust"},
	},
	"engine/ledger": {
		users: []string{"engine", "engine/flow", "engine/plan", "engine/apply", "engine/report", "engine/tools"},
		uses:  []string{"engine/diag"},
	},
	"engine/trust": {
		users: []string{"engine", "engine/host", "engine/tools"},
		uses:  []string{"engine/diag"},
	},
}

// partnerTools are what a partner's own tests use; `engine plugin` hands them out,
// to partners of other languages too. No other part of the engine knows them.
var partnerTools = []string{"plugins/sdk/conformance", "plugins/sdk/scaffold"}

// open to everybody: the contract and the values that cross it.
var shared = []string{"plugins/protocol", "plugins/record"}

func TestWalls(t *testing.T) {
	t.Parallel()
	for _, pkg := range listPackages(t) {
		for _, imported := range pkg.Imports {
			to, ours := strings.CutPrefix(imported, "passerelle/")
			if !ours {
				continue
			}
			from := strings.TrimPrefix(pkg.ImportPath, "passerelle/")
			require.Empty(t, objection(from, to), "%s imports %s", from, to)
		}
	}
}

// The engine knows no connector by name: a new one never needs a recompile.
func TestEngineNamesNoConnector(t *testing.T) {
	t.Parallel()
	names := regexp.MustCompile(`(?i)\b(lucca|oppus|emasph[eè]re|personio)\b`)
	err := filepath.WalkDir(".", func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, line := range strings.Split(string(text), "\n") {
			code, _, _ := strings.Cut(line, "//") // comments may give examples
			require.NotRegexp(t, names, code, path)
		}
		return err
	})
	require.NoError(t, err)
}

func TestWallsObject(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ from, to string }{
		{"engine/lang", "engine/expr"},
		{"engine/diag", "engine/lang"},
		{"engine/compile", "engine/host"},
		{"engine/flow", "engine/plan"},
		{"engine/host", "engine/ledger"},
		{"plugins/lucca", "engine/diag"},
		{"plugins/sdk", "engine/host"},
		{"plugins/lucca", "plugins/oppus"},
		{"plugins/record", "plugins/sdk"},
		{"cmd/sandbox", "engine"},
		{"cmd/engine", "plugins/sdk"},
		{"engine/host", "plugins/sdk/conformance"},
		{"engine/host", "engine"},
		{"engine/compile", "engine"},
		{"plugins/sdk/rest", "engine/diag"},
		{"cmd/sandbox/lucca", "plugins/lucca"},
		{"bench", "engine/ledger"},
		{"bench/plugin", "engine"},
		{"engine", "bench/people"},
	} {
		require.NotEmpty(t, objection(c.from, c.to), "%s → %s", c.from, c.to)
	}
}

// objection says why from may not import to; "" when it may.
func objection(from, to string) string {
	switch {
	case room(from) == room(to):
		return "" // a room and its closets
	case isOneOf(to, shared):
		if isOneOf(from, shared) {
			return "the shared packages stand alone"
		}
		return ""
	case from == "cmd/engine" && isOneOf(to, partnerTools):
		return ""
	case strings.HasPrefix(from, "plugins/"):
		if within(to, "plugins/sdk") && !isOneOf(from, shared) {
			return ""
		}
		return "a connector is built like a partner's: from plugins/sdk, protocol and record alone"
	case within(from, "cmd/sandbox"):
		return "the sandbox shares no code with what it tests"
	case within(from, "bench/plugin"):
		if within(to, "plugins/sdk") {
			return ""
		}
		return "the benchmark's connector is built like a partner's"
	case from == "bench" && (to == "bench/people" || to == "engine" || to == "engine/expr"):
		return "" // it embeds the engine as any program may, and one stage alone to measure it
	}
	if wall, ok := beside[room(to)]; ok {
		if isOneOf(room(from), wall.users) {
			return ""
		}
		return "it is not for this layer"
	}
	if wall, ok := beside[room(from)]; ok {
		if isOneOf(to, wall.uses) {
			return ""
		}
		return "it stands beside the layers and uses none but those named"
	}
	a, b := layer(from), layer(to)
	if a < 0 || b < 0 {
		return "one of them has no place in the walls"
	}
	if a >= b {
		return "data goes one way: a layer imports only from below"
	}
	return ""
}

func layer(path string) int {
	for i, rooms := range layers {
		for _, r := range rooms {
			if path == r || r != "engine" && within(path, r) {
				return i
			}
		}
	}
	return -1
}

// room is the package of the house that a path is in: engine/host/internal/x is
// in engine/host.
func room(path string) string {
	parts := strings.SplitN(path, "/", 3)
	return strings.Join(parts[:min(len(parts), 2)], "/")
}

func within(path, room string) bool {
	return path == room || strings.HasPrefix(path, room+"/")
}

func isOneOf(path string, rooms []string) bool {
	for _, r := range rooms {
		if path == r {
			return true
		}
	}
	return false
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Imports", "passerelle/...")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var packages []goPackage
	for decoder := json.NewDecoder(out); ; {
		var pkg goPackage
		if err := decoder.Decode(&pkg); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
		packages = append(packages, pkg)
	}
	require.NoError(t, cmd.Wait())
	require.NotEmpty(t, packages)
	return packages
}
