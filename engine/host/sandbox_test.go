package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/protocol"
)

// A plugin that does what it shouldn't can, and can't in the sandbox; what it
// needs for its work it can in both.
func TestTheSandboxKeepsAPluginIn(t *testing.T) {
	t.Parallel()
	if err := CanSandbox(); err != nil {
		t.Skip(err)
	}
	home, out, program := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "program")
	ledger := filepath.Join(home, "ledger.db")
	for path, text := range map[string]string{ledger: "people", filepath.Join(out, "staff.csv"): "x", program: "#!/bin/sh\n"} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o700))
	}
	ours, other := listen(t), listen(t)

	forbidden := []string{
		"read " + ledger, "overwrite " + ledger, "list " + home, "create " + home, "create /tmp", "list /", "list /etc", "read /etc/passwd",
		"run " + program, "engine's environ", "connect " + other, "listen 127.0.0.1:0",
	}
	allowed := []string{
		"read " + filepath.Join(out, "staff.csv"), "create " + out, "list " + out, "connect " + ours, "run /bin/true", "scratch",
		"read /proc/self/status", "overwrite /dev/null",
	}
	needs := []Need{{Writes: true, Settings: settings(t, map[string]any{"url": "http://" + ours, "file": filepath.Join(out, "staff.csv")})}}
	for _, on := range []bool{true, false} {
		t.Run(fmt.Sprintf("on=%t", on), func(t *testing.T) {
			t.Parallel()
			h := newHost(t, Options{Dirs: []string{install(t, "prowler")}, Sandbox: Sandbox{On: on}})
			require.Empty(t, h.Fit(context.Background(), "prowler", needs))
			for deed, got := range try(t, h, needs[0].Settings, append(forbidden, allowed...)) {
				want := "done"
				if on && slices.Contains(forbidden, deed) {
					want = "refused"
				}
				require.Equal(t, want, got, deed)
			}
		})
	}
}

// Before it is known what its connections need, nothing is open.
func TestAPluginThatOnlyDescribesItselfReachesNothing(t *testing.T) {
	t.Parallel()
	if err := CanSandbox(); err != nil {
		t.Skip(err)
	}
	address, file := listen(t), filepath.Join(t.TempDir(), "staff.csv")
	require.NoError(t, os.WriteFile(file, []byte("x"), 0o600))
	h := newHost(t, Options{Dirs: []string{install(t, "prowler")}, Sandbox: Sandbox{On: true}})
	for deed, got := range try(t, h, settings(t, map[string]any{"url": "http://" + address, "file": file}), []string{"connect " + address, "read " + file}) {
		require.Equal(t, "refused", got, deed)
	}
}

// What is read is opened for reading, a folder of --plugin-read too.
func TestWhatIsReadIsNotWritten(t *testing.T) {
	t.Parallel()
	if err := CanSandbox(); err != nil {
		t.Skip(err)
	}
	dir, runtimes := t.TempDir(), t.TempDir()
	file, beside, program := filepath.Join(dir, "staff.csv"), filepath.Join(dir, "beside"), filepath.Join(runtimes, "program")
	for _, path := range []string{file, beside, program} {
		require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700))
	}
	needs := []Need{{Settings: settings(t, map[string]any{"url": "u", "file": file})}}
	h := newHost(t, Options{Dirs: []string{install(t, "prowler")}, Sandbox: Sandbox{On: true, Read: []string{runtimes}}})
	require.Empty(t, h.Fit(context.Background(), "prowler", needs))
	want := map[string]string{
		"read " + file: "done", "overwrite " + file: "refused", "read " + beside: "refused", "create " + dir: "refused",
		"run " + program: "done", "overwrite " + program: "refused",
	}
	var deeds []string
	for deed := range want {
		deeds = append(deeds, deed)
	}
	require.Equal(t, want, try(t, h, needs[0].Settings, deeds))
}

// The folder that a process had to itself goes with it.
func TestNothingIsLeftOfTheSandbox(t *testing.T) {
	t.Parallel()
	if err := CanSandbox(); err != nil {
		t.Skip(err)
	}
	h := newHost(t, Options{Dirs: []string{install(t, "prowler")}, Sandbox: Sandbox{On: true}})
	first, found := h.Plugin(context.Background(), "prowler")
	require.Empty(t, found)
	require.Empty(t, h.Fit(context.Background(), "prowler", []Need{{Settings: settings(t, map[string]any{"url": "u"})}}))
	second, found := h.Plugin(context.Background(), "prowler")
	require.Empty(t, found)
	require.NotSame(t, first, second)
	require.Empty(t, h.Fit(context.Background(), "prowler", nil))
	third, _ := h.Plugin(context.Background(), "prowler")
	require.Same(t, second, third)
	require.NoDirExists(t, first.tempDir)
	require.DirExists(t, second.tempDir)
	h.Close()
	require.NoDirExists(t, second.tempDir)
}

// What the engine keeps for itself is opened to nobody.
func TestTheSandboxIsNotOpenedTooWide(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ledger := filepath.Join(dir, "state", "ledger.db")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "state"), 0o700))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "out"), 0o700))
	require.NoError(t, os.Symlink(dir, filepath.Join(dir, "out", "link")))
	description := &protocol.Description{Settings: []*protocol.Setting{{Name: "file", Type: "string", Opens: "file"}, {Name: "other", Type: "string"}}}
	for name, c := range map[string]struct {
		file   string
		writes bool
		wide   bool
	}{
		"a folder of its own":           {filepath.Join(dir, "out", "a.csv"), true, false},
		"beside the ledger's folder":    {filepath.Join(dir, "a.csv"), true, true},
		"beside it, but read":           {filepath.Join(dir, "a.csv"), false, false},
		"beside the ledger":             {filepath.Join(dir, "state", "a.csv"), true, true},
		"the ledger itself":             {ledger, false, true},
		"through a link, to be written": {filepath.Join(dir, "out", "link", "a.csv"), true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, found := Sandbox{On: true, Keep: []string{ledger}}.opened(fence{}, "x", description,
				[]Need{{Writes: c.writes, Settings: settings(t, map[string]any{"file": c.file, "other": ledger})}})
			if c.wide {
				require.Equal(t, "sandbox-too-wide", code(t, found))
				require.Contains(t, found[0].Detail, ledger)
				return
			}
			require.Empty(t, found)
		})
	}
}

// What is opened follows from the settings that open something, and from whether
// anything is written; what only looks like a path opens nothing.
func TestWhatConnectionsOpen(t *testing.T) {
	t.Parallel()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	description := &protocol.Description{Settings: []*protocol.Setting{
		{Name: "file", Opens: "file"}, {Name: "folders", Opens: "folder"}, {Name: "other"}, {Name: "later", Opens: "device"},
		{Name: "own", Opens: "file", DefaultJson: `"/etc/shadow"`},
	}}
	said := settings(t, map[string]any{
		"file": dir + "/a/staff.csv", "folders": []string{dir + "/b", dir + "/c", ""}, "other": dir + "/d", "later": dir + "/e",
		"url": "https://example.org:8443", "proxy": map[string]string{"at": "http://127.0.0.1:3128"},
	})
	for writes, want := range map[bool]fence{
		false: {Read: []string{dir + "/a/staff.csv", dir + "/b", dir + "/c"}},
		true:  {Write: []string{dir + "/a", dir + "/b", dir + "/c"}},
	} {
		got, found := Sandbox{On: true}.opened(fence{}, "x", description, []Need{{Settings: said, Writes: writes}})
		require.Empty(t, found)
		require.Subset(t, got.Ports, []uint16{53, 443, 3128, 8443})
		got.Ports = nil
		require.Equal(t, want, got)
	}
	got, found := Sandbox{On: true}.opened(fence{}, "x", description, nil)
	require.Empty(t, found)
	require.Equal(t, fence{}, got, "no connection, no port")
}

func TestPortsIn(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]uint16{
		"https://example.org": {443}, "https://example.org:8443/x": {8443}, "sftp://host/~/x.csv": {22}, "http://[::1]:80": {80},
		"example.org:5432": nil, "": nil, "mailto:someone@example.org": nil, "https://example.org:0": nil, "https://example.org:99999": nil,
		"/etc/passwd": nil, "gopher://example.org": nil,
	} {
		require.Equal(t, want, portsIn(map[string]any{"a": []any{text}}), text)
	}
}

func settings(t testing.TB, values map[string]any) []byte {
	text, err := json.Marshal(values)
	require.NoError(t, err)
	return text
}

// try has the plugin do things, and gives what it says came of each.
func try(t testing.TB, h *Host, settings []byte, deeds []string) map[string]string {
	p, found := h.Plugin(context.Background(), "prowler")
	require.Empty(t, found)
	c, complaints := p.Configure(context.Background(), settings)
	require.Empty(t, complaints)
	stream, found := c.Read(context.Background(), &protocol.ReadRequest{Resource: "things", Ids: deeds})
	require.Empty(t, found)
	out := map[string]string{}
	for {
		response, err := stream.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		for _, r := range response.GetBatch().GetRecords() {
			var answer struct{ ID string }
			require.NoError(t, json.Unmarshal(r.GetData(), &answer))
			out[r.GetKey()] = answer.ID
		}
	}
	require.Len(t, out, len(deeds))
	return out
}

// listen takes connections on a port of its own, until the test ends.
func listen(t testing.TB) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().String()
}
