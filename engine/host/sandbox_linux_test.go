package host

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"github.com/stretchr/testify/require"
)

// What was opened runs, by way of the launcher too, although another file is at
// its path by then; and what can't run says why.
func TestTheLauncherRunsTheOpenedFile(t *testing.T) {
	t.Parallel()
	if err := CanSandbox(); err != nil {
		t.Skip(err)
	}
	for name, c := range map[string]struct{ content, out, report string }{
		"a script":            {"#!/bin/sh\necho verified as $0; cat /etc/passwd >/dev/null 2>&1 || echo kept in\n", "verified as /proc/self/fd/3\nkept in\n", ""},
		"for another machine": {"\x7fELF of some kind", "", strconv.Itoa(int(syscall.ENOEXEC))},
		"no interpreter":      {"#!/nowhere/sh\n", "", strconv.Itoa(int(syscall.ENOENT))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "x")
			require.NoError(t, os.WriteFile(path, []byte(c.content), 0o700))
			file, err := os.Open(path)
			require.NoError(t, err)
			defer file.Close()
			require.NoError(t, os.WriteFile(path+".evil", []byte("#!/bin/sh\necho evil\n"), 0o700))
			require.NoError(t, os.Rename(path+".evil", path))
			report, writer, err := os.Pipe()
			require.NoError(t, err)
			defer report.Close()

			cmd := exec.Command(path)
			require.NoError(t, executeFenced(cmd, file, writer, fence{}))
			out, _ := cmd.CombinedOutput()
			require.NoError(t, writer.Close())
			require.Equal(t, c.out, string(out))
			said, err := io.ReadAll(report)
			require.NoError(t, err)
			require.Equal(t, c.report, string(said))
		})
	}
}

// A plugin that the launcher can't become is reported as one that can't start.
func TestWhatCantStartInTheSandboxSaysWhy(t *testing.T) {
	t.Parallel()
	if err := CanSandbox(); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "engine-plugin-x"), []byte("\x7fELF of some kind"), 0o700))
	_, found := newHost(t, Options{Dirs: []string{dir}, Sandbox: Sandbox{On: true}}).Plugin(context.Background(), "x")
	require.Equal(t, "plugin-architecture", code(t, found))
}

// A plugin in a sandbox ends with its engine as any does, though the launcher was
// there before; and what it had to itself is swept away by the next one.
func TestAFencedPluginEndsWithItsHost(t *testing.T) {
	t.Parallel()
	if err := CanSandbox(); err != nil {
		t.Skip(err)
	}
	helper := exec.Command(os.Args[0])
	helper.Env = append(os.Environ(), helperDir+"="+install(t, "fenced"), helperSandbox+"=1")
	out, err := helper.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, helper.Start())
	var started, pid int
	var dir string
	_, err = fmt.Fscanf(out, "started %d\n%d %s\n", &started, &pid, &dir)
	require.NoError(t, err)
	require.Zero(t, started)
	require.DirExists(t, dir)
	require.NoError(t, helper.Process.Kill())
	_ = helper.Wait() // it was killed: that is an error by design
	gone(t, pid)
	sweep("/tmp")
	require.NoDirExists(t, dir)
}

// What it doesn't start itself is out of its reach.
func TestTheSandboxAndOtherProcesses(t *testing.T) {
	t.Parallel()
	if err := CanSandbox(); err != nil {
		t.Skip(err)
	}
	h := newHost(t, Options{Dirs: []string{install(t, "prowler")}, Sandbox: Sandbox{On: true}})
	require.Empty(t, h.Fit(context.Background(), "prowler", []Need{{Settings: settings(t, map[string]any{"url": "u"})}}))
	engine := "signal " + strconv.Itoa(os.Getpid())
	got := try(t, h, settings(t, map[string]any{"url": "u"}), []string{engine})
	if version, err := ll.LandlockGetABIVersion(); err == nil && version >= 6 {
		require.Equal(t, "refused", got[engine])
	}
}

// What every plugin may read holds none of what none may reach, whoever opened it.
func TestWhatAnyPluginMayReadHoldsNothingOfTheEngines(t *testing.T) {
	t.Parallel()
	if err := CanSandbox(); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "state"), 0o700))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "runtime"), 0o700))
	ledger := filepath.Join(dir, "state", "ledger.db") // not there yet
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(dir, link))
	for name, c := range map[string]struct {
		sandbox Sandbox
		wide    bool
	}{
		"beside it":         {Sandbox{Read: []string{filepath.Join(dir, "runtime")}, Keep: []string{ledger}}, false},
		"around it":         {Sandbox{Read: []string{dir}, Keep: []string{ledger}}, true},
		"by a link":         {Sandbox{Read: []string{link}, Keep: []string{ledger}}, true},
		"the system's own":  {Sandbox{Keep: []string{"/usr/bin"}}, true},
		"can't be there":    {Sandbox{Keep: []string{"/usr/bin/.config/engine"}}, false},
		"what is run there": {Sandbox{Read: []string{dir}, Run: []string{ledger}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.sandbox.On = true
			_, found := newHost(t, Options{Dirs: []string{install(t, "prowler")}, Sandbox: c.sandbox}).Plugin(context.Background(), "prowler")
			if !c.wide {
				require.Empty(t, found)
				return
			}
			require.Equal(t, "sandbox-too-wide", code(t, found))
		})
	}
}
