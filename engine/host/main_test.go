package host

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine/diag"
	"passerelle/plugins/protocol"
)

// built is the test plugin's executable; what it does is decided by its name.
var built string

// helperDir, in the environment, makes this test binary a host that starts
// the plugins of that directory and then waits to be killed.
const helperDir = "HOST_TEST_HELPER_DIR"

// helperSandbox has it start the first of them in a sandbox, and print its number
// and the folder that it has to itself.
const helperSandbox = "HOST_TEST_HELPER_SANDBOX"

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	if dir := os.Getenv(helperDir); dir != "" {
		fenced := os.Getenv(helperSandbox) != ""
		h := New(Options{Dirs: []string{dir}, Sandbox: Sandbox{On: fenced}})
		ds := h.Start(context.Background(), installed([]string{dir}))
		fmt.Println("started", len(ds))
		if fenced {
			p, _ := h.Plugin(context.Background(), installed([]string{dir})[0])
			fmt.Println(p.process.ID(), p.tempDir)
		}
		select {}
	}
	dir, err := os.MkdirTemp("", "host-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	built = filepath.Join(dir, "testplugin")
	if out, err := exec.Command("go", "build", "-o", built, "./testdata/testplugin").CombinedOutput(); err != nil {
		fmt.Fprintln(os.Stderr, string(out), err)
		return 1
	}
	return m.Run()
}

// install makes plugins of these names in a directory of their own.
func install(t testing.TB, names ...string) string {
	dir := t.TempDir()
	for _, name := range names {
		require.NoError(t, os.Symlink(built, filepath.Join(dir, executablePrefix+name)))
	}
	return dir
}

func newHost(t testing.TB, o Options) *Host {
	h := New(o)
	t.Cleanup(h.Close)
	return h
}

// run starts one plugin.
func run(t testing.TB, name string) (*Plugin, string) {
	dir := install(t, name)
	p, ds := newHost(t, Options{Dirs: []string{dir}}).Plugin(context.Background(), name)
	require.Empty(t, ds)
	return p, dir
}

func connect(t testing.TB, p *Plugin, url string) *Connection {
	c, complaints := p.Configure(context.Background(), []byte(`{"url":"`+url+`","api_key":"secret-key-1"}`))
	require.Empty(t, complaints)
	return c
}

// readAll reads a resource to the end or to the first error.
func readAll(ctx context.Context, c *Connection, resource string) ([]*protocol.Record, *ReadStream, error) {
	stream, ds := c.Read(ctx, &protocol.ReadRequest{Resource: resource})
	if ds.HasErrors() {
		return nil, nil, ds.Err()
	}
	var records []*protocol.Record
	for {
		response, err := stream.Next()
		if err != nil {
			return records, stream, err
		}
		records = append(records, response.GetBatch().GetRecords()...)
	}
}

// writeOne writes one record, and gives the stream once it was answered.
func writeOne(t testing.TB, c *Connection) *WriteStream {
	stream, ds := c.Write(context.Background(), &protocol.WriteOpen{Resource: "things"})
	require.Empty(t, ds)
	require.NoError(t, stream.Send(&protocol.WriteBatch{Records: []*protocol.WriteRecord{{Data: []byte(`{}`)}}}))
	response, err := stream.Recv()
	require.NoError(t, err)
	require.Len(t, response.GetResults(), 1)
	return stream
}

func one(t testing.TB, err error) diag.Diagnostic {
	ds := diag.From(err, "testing")
	require.Len(t, ds, 1)
	return ds[0]
}

func code(t testing.TB, ds diag.Diagnostics) string {
	require.Len(t, ds, 1)
	require.NotEmpty(t, ds[0].Summary)
	require.NotContains(t, ds[0].Error(), "\x1b")
	return ds[0].Code
}

func pidIn(t testing.TB, dir, name string) int {
	var pid int
	require.Eventually(t, func() bool {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return false
		}
		_, err = fmt.Sscan(string(text), &pid)
		return err == nil
	}, 20*time.Second, 5*time.Millisecond)
	return pid
}

// gone waits until a process has ended. One that nobody has waited for yet has.
func gone(t testing.TB, pid int) {
	require.Eventually(t, func() bool {
		if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil {
			return strings.Contains(string(stat), ") Z ")
		}
		return syscall.Kill(pid, 0) != nil
	}, 20*time.Second, 10*time.Millisecond)
}
