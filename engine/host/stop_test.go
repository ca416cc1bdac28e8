package host

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCloseEndsAPluginThatRefusesToDie(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(t *testing.T, p *Plugin, pid int){
		"its connection never closes, SIGTERM is ignored": func(t *testing.T, p *Plugin, pid int) {
			connect(t, p, "u")
			require.NoError(t, syscall.Kill(pid, syscall.SIGTERM))
		},
		"it is stopped": func(t *testing.T, p *Plugin, pid int) {
			require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := install(t, "stubborn")
			h := newHost(t, Options{Dirs: []string{dir}, StopTimeout: 200 * time.Millisecond})
			p, ds := h.Plugin(context.Background(), "stubborn")
			require.Empty(t, ds)
			pid := pidIn(t, dir, "stubborn.pid")
			before(t, p, pid)
			h.Close()
			gone(t, pid)
			require.NotNil(t, p.process.ended())
		})
	}
}

func TestCloseEndsThePluginsChildren(t *testing.T) {
	t.Parallel()
	dir := install(t, "parent")
	h := newHost(t, Options{Dirs: []string{dir}, StopTimeout: 200 * time.Millisecond})
	require.Empty(t, h.Start(context.Background(), []string{"parent"}))
	child := pidIn(t, dir, "child")
	h.Close()
	gone(t, child)
	gone(t, pidIn(t, dir, "parent.pid"))
}

func TestPluginEndsWithItsHost(t *testing.T) {
	t.Parallel()
	names := []string{"good"}
	if runtime.GOOS == "linux" {
		names = append(names, "unwatched") // there the kernel ends even this one
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := install(t, name)
			helper := exec.Command(os.Args[0])
			helper.Env = append(os.Environ(), helperDir+"="+dir)
			out, err := helper.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, helper.Start())
			line, err := bufio.NewReader(out).ReadString('\n')
			require.NoError(t, err)
			require.Equal(t, "started 0\n", line)
			pid := pidIn(t, dir, name+".pid")
			require.NoError(t, helper.Process.Kill())
			_ = helper.Wait() // it was killed: that is an error by design
			gone(t, pid)
		})
	}
}

func TestCallAfterCloseSaysSo(t *testing.T) {
	t.Parallel()
	dir := install(t, "good")
	h := New(Options{Dirs: []string{dir}})
	p, ds := h.Plugin(context.Background(), "good")
	require.Empty(t, ds)
	h.Close()
	h.Close()
	_, complaints := p.Configure(context.Background(), []byte(`{"url":"u"}`))
	require.Equal(t, "plugin-stopped", code(t, complaints.Diagnostics()))
}
