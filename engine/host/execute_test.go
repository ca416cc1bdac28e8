package host

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What was opened and hashed runs, although another file is at its path by then.
func TestTheOpenedFileRuns(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux can start an open file")
	}
	path := filepath.Join(t.TempDir(), "x")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\necho verified\n"), 0o700))
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	require.NoError(t, os.WriteFile(path+".evil", []byte("#!/bin/sh\necho evil\n"), 0o700))
	require.NoError(t, os.Rename(path+".evil", path))

	cmd := exec.Command(path)
	executeOpened(cmd, file)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Equal(t, "verified\n", string(out))
}

// A plugin leaves no core dump, and keeps to its limits.
func TestLimits(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux limits another process")
	}
	h := newHost(t, Options{Dirs: []string{install(t, "good")}, Limits: Limits{Memory: 1 << 30, CPU: 61e9}})
	p, ds := h.Plugin(context.Background(), "good")
	require.Empty(t, ds)
	text, err := os.ReadFile(fmt.Sprintf("/proc/%s/limits", p.process.ID()))
	require.NoError(t, err)
	for _, line := range []string{`Max core file size\s+0\s+0 `, `Max data size\s+1073741824\s+1073741824 `, `Max cpu time\s+61\s+61 `} {
		require.Regexp(t, regexp.MustCompile(line), string(text))
	}
}

// A plugin that met a limit is told from one that was killed otherwise.
func TestWhatEndedAPlugin(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux limits another process")
	}
	for name, c := range map[string]struct {
		limits   Limits
		resource string
		code     string
		says     []string
	}{
		"processor time":     {Limits{CPU: time.Second}, "spin", "plugin-limit", []string{"used all the processor time", "allows 1s"}},
		"memory":             {Limits{Memory: 600 << 20}, "eat", "plugin-limit", []string{"needed more memory", "allows 600 MiB"}},
		"killed by somebody": {Limits{CPU: time.Hour, Memory: 8 << 30}, "hang", "plugin-crashed", []string{"SIGKILL", "Something on this machine killed it"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, Options{Dirs: []string{install(t, "good")}, Limits: c.limits})
			p, ds := h.Plugin(context.Background(), "good")
			require.Empty(t, ds)
			if c.resource == "hang" {
				time.AfterFunc(50*time.Millisecond, p.process.kill)
			}
			_, _, err := readAll(context.Background(), connect(t, p, "u"), c.resource)
			d := one(t, err)
			require.Equal(t, c.code, d.Code, d.Error())
			for _, text := range c.says {
				require.Contains(t, d.Error()+d.Detail+d.Remedy, text)
			}
		})
	}
}

// Whoever watches learns of each call, and of nothing that was in it.
func TestWatch(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var log bytes.Buffer
	h := newHost(t, Options{Dirs: []string{install(t, "good")}, Watch: func(c Call) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(&log, "%+v\n", c)
	}})
	p, ds := h.Plugin(context.Background(), "good")
	require.Empty(t, ds)
	c := connect(t, p, "https://example.org")
	_, _, _ = readAll(context.Background(), c, "things")
	writeOne(t, c).Finish()
	h.Close()
	mu.Lock()
	defer mu.Unlock()
	for _, method := range []string{"Describe", "Configure", "Read", "Write", "Stop"} {
		require.Contains(t, log.String(), "Plugin:good Method:"+method+" ")
	}
	require.Equal(t, 5, strings.Count(log.String(), "Status:OK"), "what went well is said to have: %s", log.String())
	require.NotContains(t, log.String(), "secret-key-1")
	require.NotContains(t, log.String(), "example.org")
	require.NotContains(t, log.String(), "Shutdown")
}
