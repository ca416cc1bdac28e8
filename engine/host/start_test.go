package host

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"passerelle/engine/diag"
)

func TestPluginThatDoesNotStart(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		code   string
		class  diag.Class
		says   []string
		silent []string
	}{
		"garbage":  {"plugin-handshake", diag.Fault, []string{"Usage: [31mgarbage[0m [options]", "no ]0;titledisplay"}, []string{"\x1b", "\x07"}},
		"silent":   {"plugin-handshake", diag.Fault, []string{"exit code 3", "missing library"}, nil},
		"endless":  {"plugin-handshake", diag.Fault, []string{"xxxx", "…"}, []string{strings.Repeat("x", 300)}},
		"plain":    {"plugin-handshake", diag.Fault, []string{"no certificate"}, nil},
		"empty":    {"plugin-handshake", diag.Fault, []string{"connector.v1.Connector"}, nil},
		"future":   {"plugin-protocol", diag.Refused, []string{"version 99", "version 1 "}, nil},
		"misnamed": {"plugin-name-mismatch", diag.Refused, []string{`"another"`}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, Options{Dirs: []string{install(t, name)}})
			_, ds := h.Plugin(context.Background(), name)
			require.Equal(t, test.code, code(t, ds))
			require.Equal(t, test.class, ds[0].Class)
			require.NotEmpty(t, ds[0].Remedy)
			for _, text := range test.says {
				require.Contains(t, ds[0].Detail, text)
			}
			for _, text := range test.silent {
				require.NotContains(t, ds[0].Detail, text)
			}
		})
	}
}

func TestStartTimeout(t *testing.T) {
	t.Parallel()
	h := newHost(t, Options{Dirs: []string{install(t, "sleeper")}, StartTimeout: 50 * time.Millisecond})
	_, ds := h.Plugin(context.Background(), "sleeper")
	require.Equal(t, "plugin-start-timeout", code(t, ds))
}

func TestCallerThatGivesUpDoesNotWait(t *testing.T) {
	t.Parallel()
	h := newHost(t, Options{Dirs: []string{install(t, "sleeper")}})
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	_, ds := h.Plugin(ctx, "sleeper")
	require.Equal(t, "interrupted", code(t, ds))
	h.Close() // ends the start that is still under way
	_, ds = h.Plugin(context.Background(), "sleeper")
	require.Equal(t, "plugin-stopped", code(t, ds))
}

// Each of the two waits for the other before it says its first line.
func TestPluginsStartAtTheSameTime(t *testing.T) {
	t.Parallel()
	h := newHost(t, Options{Dirs: []string{install(t, "left", "right")}})
	require.Empty(t, h.Start(context.Background(), []string{"left", "right"}))
}

func TestStartReportsEveryFailureAndEachOnce(t *testing.T) {
	t.Parallel()
	h := newHost(t, Options{Dirs: []string{install(t, "good", "silent")}})
	ds := h.Start(context.Background(), []string{"silent", "good", "absent", "silent"})
	require.Len(t, ds, 2)
	require.Equal(t, "plugin-handshake", ds[0].Code)
	require.Equal(t, "plugin-not-found", ds[1].Code)
}

func TestPluginStartsOnce(t *testing.T) {
	t.Parallel()
	h := newHost(t, Options{Dirs: []string{install(t, "good")}})
	var got [8]*Plugin
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() { got[i], _ = h.Plugin(context.Background(), "good") })
	}
	all.Wait()
	require.NotNil(t, got[0])
	for _, p := range got {
		require.Same(t, got[0], p)
	}
	d, ds := got[0].Describe(context.Background())
	require.Empty(t, ds)
	require.Equal(t, "1.2.3", d.GetVersion())
}

// However many tenants a plugin serves, its executable is started once.
func TestConnectionsShareOneProcess(t *testing.T) {
	t.Parallel()
	dir, inner := t.TempDir(), install(t, "good")
	starts := filepath.Join(dir, "starts")
	script := "#!/bin/sh\necho started >>" + starts + "\nexec " + filepath.Join(inner, executablePrefix+"good") + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, executablePrefix+"good"), []byte(script), 0o700))
	h := newHost(t, Options{Dirs: []string{dir}})

	var tenants sync.Map
	var all sync.WaitGroup
	for _, tenant := range []string{"paris", "lyon", "lille"} {
		all.Go(func() {
			p, ds := h.Plugin(context.Background(), "good")
			if ds.HasErrors() {
				return
			}
			c, _ := p.Configure(context.Background(), []byte(`{"url":"`+tenant+`"}`))
			records, _, _ := readAll(context.Background(), c, "things")
			tenants.Store(c.Tenant().GetId(), len(records))
		})
	}
	all.Wait()
	got := map[any]any{}
	tenants.Range(func(tenant, records any) bool { got[tenant] = records; return true })
	require.Equal(t, map[any]any{"paris": 1, "lyon": 1, "lille": 1}, got)
	text, err := os.ReadFile(starts)
	require.NoError(t, err)
	require.Equal(t, "started\n", string(text))
}

func TestHostileStderrNeitherEndsTheHostNorReachesTheTerminal(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	h := newHost(t, Options{
		Dirs:   []string{install(t, "hostile")},
		Logger: hclog.New(&hclog.LoggerOptions{Output: &log, Level: hclog.Trace}),
	})
	p, ds := h.Plugin(context.Background(), "hostile")
	require.Empty(t, ds)
	records, _, _ := readAll(context.Background(), connect(t, p, "u"), "things")
	require.Len(t, records, 1)
	h.Close()
	require.Contains(t, log.String(), "[2Jwiped")
	require.NotContains(t, log.String(), "\x1b")
	require.Contains(t, log.String(), "configured: with=[redacted]")
	require.NotContains(t, log.String(), "secret-key-1")
	require.NotContains(t, log.String(), strings.Repeat("e", longestText+1))
}

func TestChattyPluginIsNotStopped(t *testing.T) {
	t.Parallel()
	p, _ := run(t, "good")
	_, stream, _ := readAll(context.Background(), connect(t, p, "u"), "chatty")
	require.True(t, stream.Done().GetComplete())
}

func TestSocketsDoNotDependOnTmpdir(t *testing.T) {
	long := filepath.Join(t.TempDir(), strings.Repeat("long-name-", 12))
	require.NoError(t, os.MkdirAll(long, 0o700))
	dir := install(t, "good")
	t.Setenv("TMPDIR", long)
	h := newHost(t, Options{Dirs: []string{dir}})
	require.Empty(t, h.Start(context.Background(), []string{"good"}))
}

func TestSocketDirIsPrivate(t *testing.T) {
	t.Parallel()
	dir, held, err := socketDir()
	require.NoError(t, err)
	defer held.Close()
	defer os.Remove(dir)
	info, err := os.Stat(dir)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
}

// The test plugin says where its socket was.
func TestNoSocketIsLeftOnceConnected(t *testing.T) {
	t.Parallel()
	_, dir := run(t, "good")
	socket, err := os.ReadFile(filepath.Join(dir, "good.sockets"))
	require.NoError(t, err)
	require.NotEmpty(t, socket)
	require.NoDirExists(t, string(socket))
	require.NoDirExists(t, filepath.Dir(string(socket)))
}

func TestHostEnvironmentStaysHere(t *testing.T) {
	t.Setenv("FOO", "bar")
	t.Setenv("ENGINE_KEY", "k")
	t.Setenv("LUCCA_API_KEY", "k")
	t.Setenv("LC_TIME", "fr_FR.UTF-8")
	p, _ := run(t, "good")
	records, _, _ := readAll(context.Background(), connect(t, p, "u"), "env")
	var names []string
	for _, r := range records {
		names = append(names, string(r.GetData()))
	}
	require.Contains(t, names, `{"id":"LC_TIME"}`)
	require.Contains(t, names, `{"id":"ENGINE_PLUGIN_LOG"}`)
	for _, secret := range []string{"FOO", "ENGINE_KEY", "LUCCA_API_KEY"} {
		require.NotContains(t, names, `{"id":"`+secret+`"}`)
	}
}

func TestStdinIsEmpty(t *testing.T) {
	t.Parallel()
	p, _ := run(t, "good")
	_, stream, _ := readAll(context.Background(), connect(t, p, "u"), "stdin")
	require.True(t, stream.Done().GetComplete())
}

// lockedBuffer is a bytes.Buffer for several writers.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
