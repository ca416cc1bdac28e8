package sdk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"passerelle/plugins/protocol"
)

// fake is a connector whose behaviour a test decides.
type fake struct {
	configure func(Settings) (Connection, error)
}

func (fake) Describe() *Description {
	return &Description{
		Name: "fake", Version: "1.0.0", About: "For tests.",
		Settings: []*Setting{{Name: "url", Type: "string", Required: true}},
		Resources: []*Resource{
			{
				Name: "people", Readable: true, Writable: true, LookUp: []string{"ids", "keys"}, Window: []string{"day"},
				ReadSettings: []*Setting{{Name: "include", Type: "list(string)", OneOf: []string{"future"}}},
			},
			{Name: "teams", Readable: true},
			{Name: "inbox", Writable: true},
			{Name: "roll", Writable: true, WriteForm: protocol.WriteForm_WRITE_FORM_SNAPSHOT},
		},
	}
}

func (f fake) Configure(_ context.Context, s Settings) (Connection, error) { return f.configure(s) }

type full struct {
	read   func(context.Context, ReadRequest, *Output) (End, error)
	write  func(context.Context, WriteSession, []WriteRecord) ([]WriteResult, error)
	closed *atomic.Int32
}

func (full) Tenant() *Tenant { return &Tenant{Id: "tenant"} }
func (f full) Read(ctx context.Context, r ReadRequest, out *Output) (End, error) {
	return f.read(ctx, r, out)
}
func (f full) Write(ctx context.Context, s WriteSession, r []WriteRecord) ([]WriteResult, error) {
	return f.write(ctx, s, r)
}
func (f full) Close() error {
	if f.closed != nil {
		f.closed.Add(1)
	}
	return nil
}

// dial serves a connector and gives a client of it with one connection open.
func dial(t *testing.T, c Connection) (protocol.ConnectorClient, string) {
	listener := bufconn.Listen(1 << 20)
	server := newGRPCServer(nil)
	protocol.RegisterConnectorServer(server, newServer(fake{func(Settings) (Connection, error) { return c, nil }}))
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient("passthrough:///plugin",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	client := protocol.NewConnectorClient(conn)
	response, err := client.Configure(t.Context(), &protocol.ConfigureRequest{SettingsJson: []byte(`{"url":"x"}`)})
	require.NoError(t, err)
	require.Empty(t, response.GetDiagnostics())
	require.Equal(t, "tenant", response.GetTenant().GetId())
	return client, response.GetHandle()
}

// read reads to the end and gives the data, the last event and its diagnostics.
func read(t *testing.T, client protocol.ConnectorClient, request *protocol.ReadRequest) (data []string, last *protocol.ReadResponse) {
	stream, err := client.Read(t.Context(), request)
	require.NoError(t, err)
	for {
		response, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return data, last
		}
		require.NoError(t, err, "a transport error is never the connector's")
		last = response
		for _, r := range response.GetBatch().GetRecords() {
			data = append(data, r.GetKey()+string(r.GetData()))
		}
	}
}

func TestReadEnds(t *testing.T) {
	t.Parallel()
	coded := &Error{Code: "forbidden", Summary: "No", Detail: "d", Remedy: "r", Attribute: []string{"url"}, Retry: protocol.Retry_RETRY_CREDENTIALS}
	for name, test := range map[string]struct {
		end  End
		err  error
		fail func()
		done string
		code string
		path []string
	}{
		"complete":          {end: End{Complete: true, Expected: 2, Calls: 3, Cursor: "c", Reason: "x"}, done: `true 2 1 3 c `},
		"nothing announced": {end: End{Complete: true, Expected: -1}, done: "true -1 1 0  "},
		"incomplete":        {end: End{Expected: 9, Reason: "short"}, done: "false 9 1 0  short"},
		"own error":         {end: End{Complete: true, Expected: 1, Cursor: "c"}, err: coded, done: "false -1 1 0  the read failed", code: "forbidden", path: []string{"url"}},
		"wrapped error":     {err: fmt.Errorf("reading: %w", coded), done: "false -1 1 0  the read failed", code: "forbidden", path: []string{"url"}},
		"any error":         {err: errors.New("canary"), done: "false -1 1 0  the read failed", code: "connector-error"},
		"panic":             {fail: func() { panic("canary") }, done: "false -1 1 0  the read failed", code: "plugin-panic"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, handle := dial(t, full{read: func(_ context.Context, _ ReadRequest, out *Output) (End, error) {
				if err := out.Record([]byte(`{"id":1}`)); err != nil {
					return End{}, err
				}
				if test.fail != nil {
					test.fail()
				}
				return test.end, test.err
			}})
			data, last := read(t, client, &protocol.ReadRequest{Handle: handle, Resource: "people"})
			require.Equal(t, []string{`{"id":1}`}, data)
			d := last.GetDone()
			expected := int64(-1)
			if d.Expected != nil {
				expected = d.GetExpected()
			}
			require.Equal(t, test.done, fmt.Sprintf("%v %d %d %d %s %s",
				d.GetComplete(), expected, d.GetReceived(), d.GetCalls(), d.GetCursor(), d.GetIncompleteReason()))
			if test.code == "" {
				require.Empty(t, last.GetDiagnostics())
				return
			}
			require.Len(t, last.GetDiagnostics(), 1)
			got := last.GetDiagnostics()[0]
			require.Equal(t, test.code, got.GetCode())
			require.Equal(t, test.path, got.GetAttribute())
			require.NotContains(t, got.String(), "canary")
		})
	}
}

func TestReadIsRefused(t *testing.T) {
	t.Parallel()
	client, handle := dial(t, full{})
	keys := []*protocol.LookUpKey{{FieldsJson: []byte(`{"a":"b"}`)}}
	for name, test := range map[string]struct {
		request *protocol.ReadRequest
		code    string
		remedy  string
	}{
		"unknown connection": {&protocol.ReadRequest{Handle: "x", Resource: "people"}, "unknown-connection", ""},
		"unknown resource":   {&protocol.ReadRequest{Handle: handle, Resource: "poeple"}, "unknown-resource", `"people"`},
		"not readable":       {&protocol.ReadRequest{Handle: handle, Resource: "inbox"}, "not-supported", ""},
		"bad setting":        {&protocol.ReadRequest{Handle: handle, Resource: "people", SettingsJson: []byte(`{"include":["x"]}`)}, "setting-not-allowed", ""},
		"two look-ups":       {&protocol.ReadRequest{Handle: handle, Resource: "people", Ids: []string{"1"}, Keys: keys}, "bad-protocol-request", ""},
		"no look-up":         {&protocol.ReadRequest{Handle: handle, Resource: "teams", Ids: []string{"1"}}, "not-supported", ""},
		"key of a list":      {&protocol.ReadRequest{Handle: handle, Resource: "people", Keys: []*protocol.LookUpKey{{FieldsJson: []byte(`{"a":[]}`)}}}, "bad-protocol-request", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, last := read(t, client, test.request)
			require.False(t, last.GetDone().GetComplete())
			require.Len(t, last.GetDiagnostics(), 1)
			require.Equal(t, test.code, last.GetDiagnostics()[0].GetCode())
			require.Contains(t, last.GetDiagnostics()[0].GetRemedy(), test.remedy)
		})
	}
}

func TestLookUpGetsItsKeysWhole(t *testing.T) {
	t.Parallel()
	client, handle := dial(t, full{read: func(_ context.Context, r ReadRequest, out *Output) (End, error) {
		return End{Complete: true}, out.Answer(r.Keys[0].Ref, []byte(fmt.Sprintf(`{"id":%v}`, r.Keys[0].Fields["id"])))
	}})
	data, _ := read(t, client, &protocol.ReadRequest{
		Handle: handle, Resource: "people",
		Keys: []*protocol.LookUpKey{{Ref: "r1", FieldsJson: []byte(`{"id":12345678901234567890}`)}},
	})
	require.Equal(t, []string{`r1{"id":12345678901234567890}`}, data)
}

// A connector meets no window but those it offers, whole.
func TestWindows(t *testing.T) {
	t.Parallel()
	whole := &protocol.Window{Path: "day", From: "2026-01-01", To: "2026-12-31"}
	for name, test := range map[string]struct {
		request *protocol.ReadRequest
		code    string
	}{
		"none":          {&protocol.ReadRequest{}, ""},
		"offered":       {&protocol.ReadRequest{Window: whole}, ""},
		"not offered":   {&protocol.ReadRequest{Window: &protocol.Window{Path: "end", From: "2026-01-01", To: "2026-12-31"}}, "not-supported"},
		"half":          {&protocol.ReadRequest{Window: &protocol.Window{Path: "day", From: "2026-01-01"}}, "bad-protocol-request"},
		"with a cursor": {&protocol.ReadRequest{Window: whole, Cursor: "c"}, "bad-protocol-request"},
		"with ids":      {&protocol.ReadRequest{Window: whole, Ids: []string{"1"}}, "bad-protocol-request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, handle := dial(t, full{read: func(_ context.Context, r ReadRequest, _ *Output) (End, error) {
				if test.request.Window == nil {
					require.Nil(t, r.Window)
				} else {
					require.Equal(t, &Window{Path: "day", From: "2026-01-01", To: "2026-12-31"}, r.Window)
				}
				return End{Complete: true, Expected: -1}, nil
			}})
			test.request.Handle, test.request.Resource = handle, "people"
			_, last := read(t, client, test.request)
			require.Equal(t, test.code == "", last.GetDone().GetComplete())
			if test.code != "" {
				require.Equal(t, test.code, last.GetDiagnostics()[0].GetCode())
			}
		})
	}
}

func TestWriteLosesNoRecord(t *testing.T) {
	t.Parallel()
	applied := WriteResult{Outcome: protocol.Outcome_OUTCOME_APPLIED, ID: "t", Status: 201, Attempts: 2}
	for name, test := range map[string]struct {
		write func(call int) ([]WriteResult, error)
		want  []string // outcome and code of each record of two batches of two
	}{
		"all applied": {
			func(int) ([]WriteResult, error) { return []WriteResult{applied, applied}, nil },
			[]string{"APPLIED ", "APPLIED ", "APPLIED ", "APPLIED "},
		},
		"error half way": {
			func(int) ([]WriteResult, error) { return []WriteResult{applied}, errors.New("canary") },
			[]string{"APPLIED ", "UNKNOWN connector-error", "APPLIED ", "UNKNOWN connector-error"},
		},
		"too few": {
			func(int) ([]WriteResult, error) { return []WriteResult{applied}, nil },
			[]string{"UNKNOWN wrong-result-count", "UNKNOWN wrong-result-count", "UNKNOWN wrong-result-count", "UNKNOWN wrong-result-count"},
		},
		"too many": {
			func(int) ([]WriteResult, error) { return []WriteResult{applied, applied, applied}, nil },
			[]string{"UNKNOWN wrong-result-count", "UNKNOWN wrong-result-count", "UNKNOWN wrong-result-count", "UNKNOWN wrong-result-count"},
		},
		"outcome forgotten": {
			func(int) ([]WriteResult, error) {
				return []WriteResult{{}, {Outcome: protocol.Outcome_OUTCOME_REFUSED, Err: &Error{Code: "invalid"}}}, nil
			},
			[]string{"UNKNOWN ", "REFUSED invalid", "UNKNOWN ", "REFUSED invalid"},
		},
		"panic: nothing more is sent": {
			func(call int) ([]WriteResult, error) {
				if call > 1 {
					return []WriteResult{applied, applied}, nil
				}
				panic("canary")
			},
			[]string{"UNKNOWN plugin-panic", "UNKNOWN plugin-panic", "NOT_SENT plugin-panic", "NOT_SENT plugin-panic"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls := 0
			client, handle := dial(t, full{write: func(_ context.Context, s WriteSession, r []WriteRecord) ([]WriteResult, error) {
				calls++
				return test.write(calls)
			}})
			stream, err := client.Write(t.Context())
			require.NoError(t, err)
			require.NoError(t, stream.Send(&protocol.WriteRequest{Event: &protocol.WriteRequest_Open{
				Open: &protocol.WriteOpen{Handle: handle, Resource: "people"},
			}}))
			var got []string
			for batch := range int64(2) {
				require.NoError(t, stream.Send(&protocol.WriteRequest{Event: &protocol.WriteRequest_Batch{
					Batch: &protocol.WriteBatch{Records: []*protocol.WriteRecord{{Position: 10 * batch}, {Position: 10*batch + 1}}},
				}}))
				response, err := stream.Recv()
				require.NoError(t, err)
				for i, r := range response.GetResults() {
					require.Equal(t, 10*batch+int64(i), r.GetPosition())
					require.NotContains(t, r.String(), "canary")
					got = append(got, r.GetOutcome().String()[len("OUTCOME_"):]+" "+r.GetDiagnostic().GetCode())
				}
			}
			require.Equal(t, test.want, got)
			require.NoError(t, stream.CloseSend())
			_, err = stream.Recv()
			require.ErrorIs(t, err, io.EOF)
		})
	}
}

func TestWriteIsRefused(t *testing.T) {
	t.Parallel()
	client, handle := dial(t, full{})
	open := func(o *protocol.WriteOpen) *protocol.WriteRequest {
		return &protocol.WriteRequest{Event: &protocol.WriteRequest_Open{Open: o}}
	}
	commit := &protocol.WriteRequest{Event: &protocol.WriteRequest_Commit{}}
	for name, test := range map[string]struct {
		requests []*protocol.WriteRequest
		code     string
	}{
		"not writable": {[]*protocol.WriteRequest{open(&protocol.WriteOpen{Handle: handle, Resource: "teams"})}, "not-supported"},
		"snapshot":     {[]*protocol.WriteRequest{open(&protocol.WriteOpen{Handle: handle, Resource: "people", Form: protocol.WriteForm_WRITE_FORM_SNAPSHOT})}, "not-supported"},
		"not opened":   {[]*protocol.WriteRequest{commit}, "unknown-connection"},
		"commit":       {[]*protocol.WriteRequest{open(&protocol.WriteOpen{Handle: handle, Resource: "people"}), commit}, "bad-protocol-request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stream, err := client.Write(t.Context())
			require.NoError(t, err)
			for _, request := range test.requests {
				require.NoError(t, stream.Send(request))
			}
			response, err := stream.Recv()
			require.NoError(t, err)
			require.Equal(t, test.code, response.GetDiagnostics()[0].GetCode())
		})
	}
}

func TestStopEndsCallsAndClosesOnce(t *testing.T) {
	t.Parallel()
	var closed atomic.Int32
	var ended atomic.Bool
	started := make(chan struct{})
	client, handle := dial(t, full{closed: &closed, read: func(ctx context.Context, _ ReadRequest, _ *Output) (End, error) {
		close(started)
		<-ctx.Done()
		ended.Store(closed.Load() == 0)
		return End{}, ctx.Err()
	}})
	var reading sync.WaitGroup
	var last *protocol.ReadResponse
	reading.Go(func() {
		_, last = read(t, client, &protocol.ReadRequest{Handle: handle, Resource: "people"})
	})
	<-started
	for range 2 {
		response, err := client.Stop(t.Context(), &protocol.StopRequest{Handle: handle})
		require.NoError(t, err)
		require.Empty(t, response.GetDiagnostics())
	}
	_, err := client.Stop(t.Context(), &protocol.StopRequest{})
	require.NoError(t, err)
	reading.Wait()
	require.Equal(t, "cancelled", last.GetDiagnostics()[0].GetCode())
	require.True(t, ended.Load(), "the call ended before the connection was closed")
	require.Equal(t, int32(1), closed.Load())
}

func TestConfigureChecksSettingsAndSurvivesAPanic(t *testing.T) {
	t.Parallel()
	s := newServer(fake{func(Settings) (Connection, error) { panic("canary") }})
	for settings, want := range map[string]string{`{}`: "missing-setting", `{"url":"x"}`: "plugin-panic"} {
		response, err := s.Configure(t.Context(), &protocol.ConfigureRequest{SettingsJson: []byte(settings)})
		require.NoError(t, err)
		require.Empty(t, response.GetHandle())
		require.Equal(t, want, response.GetDiagnostics()[0].GetCode())
		require.NotContains(t, response.String(), "canary")
	}
}

type bare struct{}

func (bare) Tenant() *Tenant { return &Tenant{Id: "tenant"} }

func TestWhatAConnectionDoesNotDoIsADiagnostic(t *testing.T) {
	t.Parallel()
	client, handle := dial(t, bare{})
	_, last := read(t, client, &protocol.ReadRequest{Handle: handle, Resource: "people"})
	require.Equal(t, "not-supported", last.GetDiagnostics()[0].GetCode())
	check, err := client.Check(t.Context(), &protocol.CheckRequest{Handle: handle})
	require.NoError(t, err)
	require.Equal(t, "not-supported", check.GetDiagnostics()[0].GetCode())
	discover, err := client.Discover(t.Context(), &protocol.DiscoverRequest{Handle: handle})
	require.NoError(t, err)
	require.Equal(t, "not-supported", discover.GetDiagnostics()[0].GetCode())
}

func TestHandlesAreNotGuessable(t *testing.T) {
	t.Parallel()
	s := newServer(fake{func(Settings) (Connection, error) { return bare{}, nil }})
	seen := map[string]bool{}
	for range 100 {
		handle := s.open(bare{})
		require.GreaterOrEqual(t, len(handle), 26)
		require.False(t, seen[handle])
		seen[handle] = true
	}
}
