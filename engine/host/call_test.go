package host

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine/diag"
	"passerelle/plugins/protocol"
)

func TestCrashIsOneDiagnosticHoweverManyCallsFail(t *testing.T) {
	t.Parallel()
	p, dir := run(t, "good")
	c := connect(t, p, "u")
	hanging, ds := c.Read(context.Background(), &protocol.ReadRequest{Resource: "hang"})
	require.Empty(t, ds)
	_, err := hanging.Next() // it is under way
	require.NoError(t, err)

	crashing, ds := c.Read(context.Background(), &protocol.ReadRequest{Resource: "crash"})
	require.Empty(t, ds)
	response, err := crashing.Next()
	require.NoError(t, err)
	require.Len(t, response.GetBatch().GetRecords(), 1)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "crash-now"), nil, 0o600))
	_, err = crashing.Next()
	require.Nil(t, crashing.Done())
	first := one(t, err)
	_, err = hanging.Next()
	all := diag.Diagnostics{first, one(t, err)}
	_, complaints := p.Configure(context.Background(), []byte(`{}`))
	all = append(all, complaints.Diagnostics()...)

	require.Equal(t, "plugin-crashed", code(t, Unique(all)))
	require.Equal(t, diag.Fault, first.Class)
	require.Contains(t, first.Detail, "good 1.2.3 ended with exit code 2")
	require.Contains(t, first.Detail, "main.explode (main.go:")
	require.NotContains(t, first.Error(), "Nguyen")
	require.NotContains(t, first.Error(), "goroutine")
}

func TestPanicInAHandlerIsADiagnosticAndThePluginLivesOn(t *testing.T) {
	t.Parallel()
	p, _ := run(t, "good")
	c := connect(t, p, "u")
	_, stream, err := readAll(context.Background(), c, "panic")
	require.ErrorIs(t, err, io.EOF)
	require.Equal(t, "plugin-panic", code(t, stream.Diagnostics()))
	require.Equal(t, diag.Fault, stream.Diagnostics()[0].Class)
	require.Contains(t, stream.Diagnostics()[0].Detail, "In main.explode, called from main.connection.Read")
	require.False(t, stream.Done().GetComplete())

	_, stream, _ = readAll(context.Background(), c, "things")
	require.True(t, stream.Done().GetComplete())
}

func TestHangIsBoundedByTheContext(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		bound func() (context.Context, context.CancelFunc)
		code  string
		class diag.Class
	}{
		"deadline": {func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.Background(), 50*time.Millisecond)
		}, "plugin-no-answer", diag.Unavailable},
		"cancelled": {func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(50*time.Millisecond, cancel)
			return ctx, cancel
		}, "interrupted", diag.Interrupted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, dir := run(t, "good")
			c := connect(t, p, "u")
			ctx, cancel := test.bound()
			defer cancel()
			_, _, err := readAll(ctx, c, "hang")
			require.Equal(t, test.code, one(t, err).Code)
			require.Equal(t, test.class, one(t, err).Class)
			require.Eventually(t, func() bool {
				found, _ := filepath.Glob(filepath.Join(dir, "cancelled"))
				return len(found) == 1
			}, 20*time.Second, 5*time.Millisecond, "the connector's own context ends too")
		})
	}
}

// Each of the two reads, on its own connection, waits for the other.
func TestOneProcessServesTwoConnectionsAtTheSameTime(t *testing.T) {
	t.Parallel()
	p, _ := run(t, "good")
	var all sync.WaitGroup
	var errs [2]error
	for i, c := range []*Connection{connect(t, p, "a"), connect(t, p, "b")} {
		require.Equal(t, []string{"a", "b"}[i], c.Tenant().GetId())
		all.Go(func() { _, _, errs[i] = readAll(context.Background(), c, "meet") })
	}
	all.Wait()
	require.ErrorIs(t, errs[0], io.EOF)
	require.ErrorIs(t, errs[1], io.EOF)
}

func TestLargeRecordArrives(t *testing.T) {
	t.Parallel()
	p, _ := run(t, "good")
	records, stream, err := readAll(context.Background(), connect(t, p, "u"), "large")
	require.ErrorIs(t, err, io.EOF)
	require.Len(t, records, 2)
	require.Greater(t, len(records[1].GetData()), 10<<20)
	require.True(t, stream.Done().GetComplete())
}

func TestTooLargeIsRefusedInBothDirections(t *testing.T) {
	t.Parallel()
	p, _ := run(t, "good")
	c := connect(t, p, "u")
	_, stream, err := readAll(context.Background(), c, "huge")
	require.ErrorIs(t, err, io.EOF)
	require.Equal(t, "record-too-large", code(t, stream.Diagnostics()))
	require.False(t, stream.Done().GetComplete(), "though the connector, which ignored the error, said so")

	w, ds := c.Write(context.Background(), &protocol.WriteOpen{Resource: "things"})
	require.Empty(t, ds)
	defer w.Close()
	err = w.Send(&protocol.WriteBatch{Records: []*protocol.WriteRecord{{Data: make([]byte, protocol.MaxMessageBytes)}}})
	require.Equal(t, "plugin-message-too-large", one(t, err).Code)
	_, stream, _ = readAll(context.Background(), c, "things")
	require.True(t, stream.Done().GetComplete(), "the plugin is as well as before")
}

func TestConfigureComplaintKeepsItsPath(t *testing.T) {
	t.Parallel()
	p, _ := run(t, "good")
	place := &diag.Range{File: "a.hcl", Start: diag.Pos{Line: 4}}
	for name, test := range map[string]struct {
		settings string
		code     string
		path     []string
	}{
		"of the connector": {`{"url":"ftp://x","api_key":"secret-key-2"}`, "bad-url", []string{"url"}},
		"of the SDK":       {`{"api_key":"secret-key-2"}`, "missing-setting", []string{"url"}},
		"unknown":          {`{"url":"u","api_kei":"secret-key-2"}`, "unknown-setting", []string{"api_kei"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, complaints := p.Configure(context.Background(), []byte(test.settings))
			require.Nil(t, c)
			require.Len(t, complaints, 1)
			require.Equal(t, test.path, complaints[0].Attribute)
			ds := complaints.Located(func(path []string) *diag.Range {
				require.Equal(t, test.path, path)
				return place
			})
			require.Equal(t, test.code, code(t, ds))
			require.Equal(t, place, ds[0].Subject)
			require.NotContains(t, ds[0].Error(), "secret-key-2")
		})
	}
}

func TestWriteGivesOneResultForEachRecord(t *testing.T) {
	t.Parallel()
	p, _ := run(t, "good")
	c := connect(t, p, "u")
	results, err := writeTwo(c, "things")
	require.ErrorIs(t, err, io.EOF)
	require.Len(t, results, 2)
	require.Equal(t, int64(8), results[1].GetPosition())
	require.Equal(t, protocol.Outcome_OUTCOME_APPLIED, results[1].GetOutcome())

	results, err = writeTwo(c, "panic")
	require.ErrorIs(t, err, io.EOF)
	require.Equal(t, protocol.Outcome_OUTCOME_UNKNOWN, results[0].GetOutcome())
	require.Equal(t, "plugin-panic", p.Complaint(results[0].GetDiagnostic()).Code)

	results, err = writeTwo(c, "crash")
	require.Empty(t, results)
	require.Equal(t, "plugin-crashed", one(t, err).Code)
}

func writeTwo(c *Connection, resource string) ([]*protocol.WriteResult, error) {
	w, ds := c.Write(context.Background(), &protocol.WriteOpen{Resource: resource})
	if ds.HasErrors() {
		return nil, ds.Err()
	}
	defer w.Close()
	batch := &protocol.WriteBatch{Records: []*protocol.WriteRecord{
		{Position: 7, Data: []byte(`{}`)}, {Position: 8, Data: []byte(`{}`)},
	}}
	if err := errors.Join(w.Send(batch), w.CloseSend()); err != nil {
		return nil, err
	}
	var results []*protocol.WriteResult
	for {
		response, err := w.Recv()
		if err != nil {
			return results, err
		}
		results = append(results, response.GetResults()...)
	}
}

func TestOptionalPartsAreRefusedCleanly(t *testing.T) {
	t.Parallel()
	p, _ := run(t, "good")
	c := connect(t, p, "u")
	_, complaints := c.Check(context.Background(), nil)
	require.Equal(t, "not-supported", code(t, complaints.Diagnostics()))
	_, complaints = c.Discover(context.Background(), "things")
	require.Equal(t, "not-supported", code(t, complaints.Diagnostics()))
	require.Empty(t, c.Close(context.Background()))
	_, stream, _ := readAll(context.Background(), c, "things")
	require.Equal(t, "unknown-connection", code(t, stream.Diagnostics()))
}

// BenchmarkStartTwo is what a plan with two plugins costs before its first
// request: both processes, both handshakes with mTLS, both descriptions.
func BenchmarkStartTwo(b *testing.B) {
	dir := install(b, "good", "another")
	for b.Loop() {
		h := New(Options{Dirs: []string{dir}})
		if ds := h.Start(context.Background(), []string{"good", "another"}); ds.HasErrors() {
			b.Fatal(ds.Err())
		}
		b.StopTimer()
		h.Close()
		b.StartTimer()
	}
}
