package flow

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/host"
	"passerelle/plugins/protocol"
)

// plugins is the directory of the test connector's executable.
var plugins string

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	var err error
	if plugins, err = os.MkdirTemp("", "flow-test-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(plugins)
	built := filepath.Join(plugins, "engine-plugin-testsource")
	if out, err := exec.Command("go", "build", "-o", built, "./testdata/testplugin").CombinedOutput(); err != nil {
		fmt.Fprintln(os.Stderr, string(out), err)
		return 1
	}
	return m.Run()
}

// connected opens the test connector, and maps one of its resources.
func connected(t *testing.T, resource string) (*host.Connection, *compile.Mapping) {
	t.Helper()
	h := host.New(host.Options{Dirs: []string{plugins}})
	t.Cleanup(h.Close)
	plugin, ds := h.Plugin(context.Background(), "testsource")
	require.Empty(t, ds)
	description, ds := plugin.Describe(context.Background())
	require.Empty(t, ds)
	c, complaints := plugin.Configure(context.Background(), []byte(`{}`))
	require.Empty(t, complaints)
	m := compiled(t, compile.Schemas{"testsource": description}, `
connection "here" { plugin = "testsource" }
mapping "people" {
  source "person" {
    connection = connection.here
    resource   = "`+resource+`"
    field "name" { path = "name" }
  }
  target "card" {
    connection = connection.here
    resource   = "whole"
    key        = "name"
    map        = { name = "person.name" }
  }
}
`)
	return c, m
}

func TestReadHandsOverEveryRecordInOrder(t *testing.T) {
	t.Parallel()
	c, m := connected(t, "whole")
	next, batches := int64(0), 0
	var progress atomic.Int64
	end, found := Read(context.Background(), Connections{m.Source.Connection: c}, m, today, func(items []Item) error {
		batches++
		for _, item := range items {
			require.Equal(t, next, item.Position)
			require.Equal(t, fmt.Sprint(next), item.ID)
			require.Equal(t, fmt.Sprint("n", next), item.Values[0].Text())
			next++
		}
		return nil
	}, func(p Progress) { progress.Store(p.Expected) })
	require.Empty(t, found)
	require.Equal(t, End{Complete: true, Expected: 3000, Received: 3000, Calls: 3}, end)
	require.Equal(t, int64(3000), next)
	require.Greater(t, batches, 1)
	require.Equal(t, int64(3000), progress.Load())
}

// The connector waits for ever after its first page: only a read that is stopped
// ends.
func TestSinkErrorStopsAReadThatWaits(t *testing.T) {
	t.Parallel()
	c, m := connected(t, "waiting")
	full := diag.Diagnostic{Code: "disk-full", Class: diag.Fault, Summary: "The disk is full"}
	end, found := Read(context.Background(), Connections{m.Source.Connection: c}, m, today, func([]Item) error { return full }, nil)
	require.NotEmpty(t, found)
	require.Equal(t, "disk-full", found[0].Code, "the cause comes first")
	require.False(t, end.Complete)

	_, found = Read(context.Background(), Connections{m.Source.Connection: c}, m, today, func([]Item) error { return errors.New("no diagnostic") }, nil)
	require.Equal(t, "machine-fault", found[0].Code)
}

func TestCancelledReadIsAnInterruption(t *testing.T) {
	t.Parallel()
	c, m := connected(t, "waiting")
	for name, sink := range map[string]func(context.Context, func()) error{
		"while waiting":   func(_ context.Context, cancel func()) error { cancel(); return nil },
		"noticed in sink": func(ctx context.Context, cancel func()) error { cancel(); return ctx.Err() },
		"wrapped by sink": func(ctx context.Context, cancel func()) error { cancel(); return fmt.Errorf("ledger: %w", ctx.Err()) },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			end, found := Read(ctx, Connections{m.Source.Connection: c}, m, today, func([]Item) error { return sink(ctx, cancel) }, nil)
			require.NotEmpty(t, found)
			require.Equal(t, "interrupted", found[0].Code)
			require.Equal(t, diag.Interrupted, found[0].Class)
			require.False(t, end.Complete)
		})
	}
}

func TestConnectorErrorsArriveWithTheirClass(t *testing.T) {
	t.Parallel()
	for resource, want := range map[string]diag.Class{"unauthorized": diag.Credentials, "unavailable": diag.Unavailable} {
		t.Run(resource, func(t *testing.T) {
			t.Parallel()
			c, m := connected(t, resource)
			end, found := Read(context.Background(), Connections{m.Source.Connection: c}, m, today, func([]Item) error { return nil }, nil)
			require.Len(t, found, 1)
			require.Equal(t, resource, found[0].Code)
			require.Equal(t, want, found[0].Class)
			require.False(t, end.Complete)
		})
	}
}

func TestReadThatIsNotWholeIsNoErrorButSaysSo(t *testing.T) {
	t.Parallel()
	c, m := connected(t, "short")
	end, found := Read(context.Background(), Connections{m.Source.Connection: c}, m, today, func([]Item) error { return nil }, nil)
	require.Empty(t, found)
	require.False(t, end.Complete)
	require.Equal(t, int64(3000), end.Received)
	require.NotEmpty(t, end.Reason)
}

func TestMalformedRecordEndsTheReadWithoutItsContent(t *testing.T) {
	t.Parallel()
	c, m := connected(t, "malformed")
	end, found := Read(context.Background(), Connections{m.Source.Connection: c}, m, today, func([]Item) error { return nil }, nil)
	require.Equal(t, "bad-record", found[0].Code)
	require.NotContains(t, found[0].Error(), "Nguyen")
	require.False(t, end.Complete)
}

func TestEndTrustsNobody(t *testing.T) {
	t.Parallel()
	ten, eleven := int64(10), int64(11)
	for name, test := range map[string]struct {
		done     *protocol.Done
		complete bool
		expected int64
		reason   string
	}{
		"cut":               {nil, false, -1, "without saying"},
		"whole":             {&protocol.Done{Complete: true, Received: 10, Expected: &ten}, true, 10, ""},
		"nothing announced": {&protocol.Done{Complete: true, Received: 10}, true, -1, ""},
		"counted others":    {&protocol.Done{Complete: true, Received: 11}, false, -1, "counted another number"},
		"announced others":  {&protocol.Done{Complete: true, Received: 10, Expected: &eleven}, false, 11, "announced another number"},
		"not whole":         {&protocol.Done{Received: 10, IncompleteReason: "page 3 was refused"}, false, -1, "page 3 was refused"},
		"not whole, unsaid": {&protocol.Done{Received: 10}, false, -1, "could not see the end"},
		"zero is a number":  {&protocol.Done{Complete: true, Received: 10, Expected: new(int64)}, false, 0, "announced another number"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			end := endOf(test.done, 10)
			require.Equal(t, test.complete, end.Complete)
			require.Equal(t, test.expected, end.Expected)
			require.Equal(t, int64(10), end.Received)
			require.Equal(t, test.reason == "", end.Reason == "")
			require.Contains(t, end.Reason, test.reason)
		})
	}
}
