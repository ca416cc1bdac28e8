package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"passerelle/engine"
)

// The scripts in testdata/script run the real binaries, built once: the engine,
// its plugins as separate processes, and the sandbox.
var bin string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "engine-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	bin = dir
	code := 1
	// Packages are found beside the executable, as in a checkout's bin folder.
	mappings, err := filepath.Abs("../../mappings")
	if err == nil {
		err = os.Symlink(mappings, filepath.Join(dir, "mappings"))
	}
	if err == nil {
		err = build(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	} else {
		code = m.Run()
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func build(dir string) error {
	for output, pkg := range map[string]string{
		"engine":                  "passerelle/cmd/engine",
		"sandbox":                 "passerelle/cmd/sandbox",
		"engine-plugin-lucca":     "passerelle/plugins/lucca",
		"engine-plugin-oppus":     "passerelle/plugins/oppus",
		"engine-plugin-emasphere": "passerelle/plugins/emasphere",
		"engine-plugin-rest":      "passerelle/plugins/rest",
		"engine-plugin-file":      "passerelle/plugins/file",
		"engine-plugin-personio":  "passerelle/plugins/personio",
	} {
		cmd := exec.Command("go", "build", "-o", filepath.Join(dir, output), pkg)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", pkg, err, out)
		}
	}
	return nil
}

func TestScripts(t *testing.T) {
	t.Parallel()
	repository, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE") != "",
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
			env.Setenv("PLATFORM", runtime.GOOS+"_"+runtime.GOARCH)
			env.Setenv("REPO", repository)
			env.Setenv("BIN", bin)
			env.Setenv("LIB", filepath.Join(repository, "cmd", "engine", "testdata", "lib.sh"))
			env.Setenv("ENGINE_LEDGER", filepath.Join(env.WorkDir, "state", "ledger.db"))
			env.Setenv("ENGINE_KEY", "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20")
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("NO_COLOR", "1")
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name != "fence" {
				return false, fmt.Errorf("there is no condition %s", name)
			}
			return engine.CanSandbox() == nil, nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"code":    commandCode,
			"mirror":  mirrored,
			"sandbox": sandboxed,
		},
	})
}

// commandCode is `code N COMMAND…`: the command must end with exactly that code.
func commandCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N COMMAND [ARG...]")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if err != nil {
		exit, ok := err.(*exec.ExitError)
		if !ok {
			ts.Fatalf("%s: %v", args[1], err)
		}
		got = exit.ExitCode()
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("%s ended with %d, want %s", args[1], got, args[0])
	}
}

// sandboxed is `sandbox [FLAGS] -- SCRIPT`: it runs a shell script of the test's
// files inside a sandbox of its own, without a request limit. The script's own
// exit code must be 0.
func sandboxed(ts *testscript.TestScript, neg bool, args []string) {
	full := append([]string{"run", "--no-rate-limit"}, args...)
	err := ts.Exec("sandbox", full...)
	if (err != nil) != neg {
		ts.Fatalf("the script in the sandbox ended with: %v", err)
	}
}

// run is the command without its process: usage errors need no binary.
func TestUsage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		says string
		code int
	}{
		{[]string{"vlidate"}, `vlidate`, codeRefused},
		{[]string{"plan", "--nope"}, "--nope", codeRefused},
		{[]string{"apply"}, "engine apply takes one plan", codeRefused},
		{[]string{"run", "a", "b"}, "engine run takes at most one folder", codeRefused},
		{[]string{"plan", "--input", "x"}, "--input takes name=value", codeRefused},
		{[]string{"plan", "--log", "loud"}, "--log is trace", codeRefused},
	} {
		var stdout, stderr bytes.Buffer
		code := run(c.args, nil, &stdout, &stderr)
		if code != c.code || !bytes.Contains(stderr.Bytes(), []byte(c.says)) || stdout.Len() > 0 {
			t.Errorf("engine %v: code %d, stdout %q, stderr %q", c.args, code, stdout.String(), stderr.String())
		}
	}
}

// An automation that forgot the command is told so in events; a person is helped.
func TestGroupsAnswerInEvents(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"runs"}, {"held"}, {"ledger"}, {"plugin"}} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, codeRefused, run(append(args, "--json"), nil, &stdout, &stderr), args)
		require.Empty(t, stderr.String(), args)
		lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
		require.Contains(t, stdout.String(), `"code":"usage"`, args)
		for _, line := range lines {
			require.True(t, json.Valid([]byte(line)), line)
		}
		require.Contains(t, lines[len(lines)-1], `"type":"result"`, args)

		stdout.Reset()
		require.Equal(t, codeDone, run(args, nil, &stdout, &stderr), args)
		require.Contains(t, stdout.String(), "Available Commands:", args)
	}
}
