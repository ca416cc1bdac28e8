package host

import (
	"context"
	"io"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine/diag"
	"passerelle/plugins/protocol"
)

// quiet starts a plugin that may be silent for half a second.
func quiet(t *testing.T) (*Connection, string) {
	dir := install(t, "good")
	p, ds := newHost(t, Options{Dirs: []string{dir}, Silence: 500 * time.Millisecond}).Plugin(context.Background(), "good")
	require.Empty(t, ds)
	return connect(t, p, "u"), dir
}

func TestASilentPluginIsGivenUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		call  func(c *Connection) error
		doing string
		told  bool // the connector's own context ends
	}{
		"reading": {func(c *Connection) error { _, _, err := readAll(context.Background(), c, "hang"); return err }, "reading hang", true},
		"reading, and hears nothing": {func(c *Connection) error {
			_, _, err := readAll(context.Background(), c, "deaf")
			return err
		}, "reading deaf", false},
		"writing": {func(c *Connection) error { _, err := writeTwo(c, "hang"); return err }, "writing hang", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, dir := quiet(t)
			began := time.Now()
			d := one(t, c.call(conn))
			require.Equal(t, "plugin-silent", d.Code)
			require.Equal(t, diag.Unavailable, d.Class)
			require.Contains(t, d.Summary, `"good" was silent for 500ms`)
			require.Contains(t, d.Detail, "It was "+c.doing)
			require.GreaterOrEqual(t, time.Since(began), 500*time.Millisecond)
			if c.told {
				require.Eventually(t, func() bool {
					found, _ := filepath.Glob(filepath.Join(dir, "cancelled"))
					return len(found) == 1
				}, 20*time.Second, 5*time.Millisecond)
			}

			// Whatever it is asked from then on, it is the same complaint, at once.
			began = time.Now()
			_, _, err := readAll(context.Background(), conn, "things")
			require.Equal(t, d, one(t, err))
			_, ds := conn.Write(context.Background(), &protocol.WriteOpen{Resource: "things"})
			require.Equal(t, d, one(t, ds.Err()))
			_, complaints := conn.Check(context.Background(), nil)
			require.Equal(t, d, one(t, complaints.Diagnostics().Err()))
			require.Less(t, time.Since(began), 400*time.Millisecond)
		})
	}
}

func TestWhoSaysThatItIsAtWorkIsWaitedFor(t *testing.T) {
	t.Parallel()
	conn, _ := quiet(t)
	_, stream, err := readAll(context.Background(), conn, "slow")
	require.ErrorIs(t, err, io.EOF)
	require.True(t, stream.Done().GetComplete())
}

// The engine may take its time between two messages.
func TestTheEnginesOwnTimeDoesNotCount(t *testing.T) {
	t.Parallel()
	conn, _ := quiet(t)
	stream, ds := conn.Read(context.Background(), &protocol.ReadRequest{Resource: "things"})
	require.Empty(t, ds)
	time.Sleep(700 * time.Millisecond)
	_, err := stream.Next()
	require.NoError(t, err)
	time.Sleep(700 * time.Millisecond)
	for err == nil {
		_, err = stream.Next()
	}
	require.ErrorIs(t, err, io.EOF)
}

func TestSilenceIsSpelt(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		10 * time.Minute: "10m", 90 * time.Second: "1m30s", time.Hour: "1h", 2 * time.Second: "2s", 61 * time.Minute: "1h1m",
	} {
		require.Equal(t, want, spell(d))
	}
}
