package sdk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/protocol"
)

// whole is a snapshot target in memory that notes what is done to it.
type whole struct {
	mu       sync.Mutex
	pending  []string
	visible  []string
	calls    []string
	aborted  chan struct{}
	write    func(*whole, []WriteRecord) ([]WriteResult, error)
	openErr  error
	onCommit func() error
}

func newWhole() *whole { return &whole{visible: []string{"old"}, aborted: make(chan struct{})} }

func (*whole) Tenant() *Tenant { return &Tenant{Id: "tenant"} }

func (w *whole) OpenSnapshot(_ context.Context, s WriteSession) (Snapshot, error) {
	w.note("open " + s.Resource + " " + s.PlanID)
	return w, w.openErr
}

func (w *whole) Write(_ context.Context, records []WriteRecord) ([]WriteResult, error) {
	w.note("write")
	if w.write != nil {
		return w.write(w, records)
	}
	return w.take(records)
}

// take applies every record but those that hold "bad".
func (w *whole) take(records []WriteRecord) ([]WriteResult, error) {
	results := make([]WriteResult, len(records))
	for i, r := range records {
		if strings.Contains(string(r.Data), "bad") {
			results[i] = WriteResult{Outcome: protocol.Outcome_OUTCOME_REFUSED, Err: &Error{Code: "unfit"}}
			continue
		}
		w.pending = append(w.pending, string(r.Data))
		results[i].Outcome = protocol.Outcome_OUTCOME_APPLIED
	}
	return results, nil
}

func (w *whole) Commit(_ context.Context, records int64) error {
	w.note(fmt.Sprint("commit ", records))
	if w.onCommit != nil {
		if err := w.onCommit(); err != nil {
			return err
		}
	}
	w.visible = w.pending
	return nil
}

func (w *whole) Abort() {
	w.note("abort")
	close(w.aborted)
}

func (w *whole) note(call string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, call)
}

func (w *whole) noted() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.calls, ", ")
}

func snapshotOpen(handle string) *protocol.WriteRequest {
	return &protocol.WriteRequest{Event: &protocol.WriteRequest_Open{Open: &protocol.WriteOpen{
		Handle: handle, Resource: "roll", Form: protocol.WriteForm_WRITE_FORM_SNAPSHOT, PlanId: "p"}}}
}

func snapshotBatch(data ...string) *protocol.WriteRequest {
	batch := &protocol.WriteBatch{}
	for i, d := range data {
		record := &protocol.WriteRecord{Position: int64(i), Data: []byte(d), Operation: protocol.Operation_OPERATION_CREATE}
		if d == "delete" {
			record.Operation = protocol.Operation_OPERATION_DELETE
		}
		batch.Records = append(batch.Records, record)
	}
	return &protocol.WriteRequest{Event: &protocol.WriteRequest_Batch{Batch: batch}}
}

func snapshotCommit(records int64) *protocol.WriteRequest {
	return &protocol.WriteRequest{Event: &protocol.WriteRequest_Commit{Commit: &protocol.Commit{Records: records}}}
}

func TestSnapshotIsAllOrNothing(t *testing.T) {
	t.Parallel()
	unsure := func(*whole, []WriteRecord) ([]WriteResult, error) { return []WriteResult{{}, {}}, nil }
	for name, test := range map[string]struct {
		set     func(*whole)
		send    []*protocol.WriteRequest
		visible []string
		calls   string
		codes   string // of the answers, results and diagnostics, in their order
	}{
		"committed": {
			send:    []*protocol.WriteRequest{snapshotBatch("a", "b"), snapshotBatch("c"), snapshotCommit(3)},
			visible: []string{"a", "b", "c"}, calls: "open roll p, write, write, commit 3", codes: "APPLIED APPLIED APPLIED ok",
		},
		"empty": {send: []*protocol.WriteRequest{snapshotCommit(0)}, visible: nil, calls: "open roll p, commit 0", codes: "ok"},
		"a refused record is left out and not counted": {
			send:    []*protocol.WriteRequest{snapshotBatch("a", "bad", "c"), snapshotCommit(2)},
			visible: []string{"a", "c"}, calls: "open roll p, write, commit 2", codes: "APPLIED REFUSED:unfit APPLIED ok",
		},
		"no commit": {
			send:    []*protocol.WriteRequest{snapshotBatch("a")},
			visible: []string{"old"}, calls: "open roll p, write, abort", codes: "APPLIED",
		},
		"the commit counts fewer": {
			send:    []*protocol.WriteRequest{snapshotBatch("a", "b"), snapshotCommit(1)},
			visible: []string{"old"}, calls: "open roll p, write, abort", codes: "APPLIED APPLIED wrong-record-count",
		},
		"the commit counts more": {
			send:    []*protocol.WriteRequest{snapshotBatch("a", "bad"), snapshotCommit(2)},
			visible: []string{"old"}, calls: "open roll p, write, abort", codes: "APPLIED REFUSED:unfit wrong-record-count",
		},
		"commit fails": {
			set:     func(w *whole) { w.onCommit = func() error { return &Error{Code: "disk-full"} } },
			send:    []*protocol.WriteRequest{snapshotBatch("a"), snapshotCommit(1)},
			visible: []string{"old"}, calls: "open roll p, write, commit 1, abort", codes: "APPLIED disk-full",
		},
		"commit panics": {
			set:     func(w *whole) { w.onCommit = func() error { panic("canary") } },
			send:    []*protocol.WriteRequest{snapshotBatch("a"), snapshotCommit(1)},
			visible: []string{"old"}, calls: "open roll p, write, commit 1, abort", codes: "APPLIED plugin-panic",
		},
		"a batch fails: nothing after it counts": {
			set: func(w *whole) {
				w.write = func(*whole, []WriteRecord) ([]WriteResult, error) { return nil, errors.New("canary") }
			},
			send:    []*protocol.WriteRequest{snapshotBatch("a"), snapshotBatch("b"), snapshotCommit(0)},
			visible: []string{"old"}, calls: "open roll p, write, abort",
			codes: "NOT_SENT:connector-error NOT_SENT:connector-error connector-error",
		},
		"too few results": {
			set: func(w *whole) {
				w.write = func(*whole, []WriteRecord) ([]WriteResult, error) { return nil, nil }
			},
			send:    []*protocol.WriteRequest{snapshotBatch("a"), snapshotCommit(0)},
			visible: []string{"old"}, calls: "open roll p, write, abort", codes: "NOT_SENT:wrong-result-count wrong-result-count",
		},
		"an unsure record": {
			set:     func(w *whole) { w.write = unsure },
			send:    []*protocol.WriteRequest{snapshotBatch("a", "b"), snapshotCommit(0)},
			visible: []string{"old"}, calls: "open roll p, write, abort", codes: "UNKNOWN UNKNOWN unsure-record",
		},
		"an operation that ends a record": {
			send:    []*protocol.WriteRequest{snapshotBatch("a", "delete"), snapshotCommit(1)},
			visible: []string{"old"}, calls: "open roll p, abort",
			codes: "NOT_SENT:bad-protocol-request NOT_SENT:bad-protocol-request bad-protocol-request",
		},
		"opened twice": {
			send:    []*protocol.WriteRequest{snapshotOpen("x")},
			visible: []string{"old"}, calls: "open roll p, abort", codes: "bad-protocol-request",
		},
		"refused when opened": {
			set:     func(w *whole) { w.openErr = &Error{Code: "locked"} },
			visible: []string{"old"}, calls: "open roll p", codes: "locked",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWhole()
			if test.set != nil {
				test.set(w)
			}
			client, handle := dial(t, w)
			stream, err := client.Write(t.Context())
			require.NoError(t, err)
			require.NoError(t, stream.Send(snapshotOpen(handle)))
			for _, request := range test.send {
				_ = stream.Send(request) // io.EOF once the plugin has ended the stream
			}
			_ = stream.CloseSend()
			var codes []string
			for {
				response, err := stream.Recv()
				if errors.Is(err, io.EOF) {
					break
				}
				require.NoError(t, err)
				codes = append(codes, codesOf(response)...)
				require.NotContains(t, response.String(), "canary")
			}
			require.Equal(t, test.codes, strings.Join(codes, " "))
			require.Equal(t, test.calls, w.noted())
			require.Equal(t, test.visible, w.visible)
		})
	}
}

func codesOf(response *protocol.WriteResponse) []string {
	var codes []string
	for _, r := range response.GetResults() {
		code := strings.TrimPrefix(r.GetOutcome().String(), "OUTCOME_")
		if r.GetDiagnostic() != nil {
			code += ":" + r.GetDiagnostic().GetCode()
		}
		codes = append(codes, code)
	}
	for _, d := range response.GetDiagnostics() {
		codes = append(codes, d.GetCode())
	}
	if len(codes) == 0 {
		codes = append(codes, "ok")
	}
	return codes
}

func TestSnapshotIsAbortedWhenTheEngineGoes(t *testing.T) {
	t.Parallel()
	w := newWhole()
	client, handle := dial(t, w)
	ctx, gone := context.WithCancel(t.Context())
	stream, err := client.Write(ctx)
	require.NoError(t, err)
	require.NoError(t, stream.Send(snapshotOpen(handle)))
	require.NoError(t, stream.Send(snapshotBatch("a")))
	_, err = stream.Recv()
	require.NoError(t, err)
	gone()
	<-w.aborted
	require.Equal(t, []string{"old"}, w.visible)
	require.Equal(t, "open roll p, write, abort", w.noted())
}

// both can write in either form.
type both struct{ *whole }

func (both) Write(context.Context, WriteSession, []WriteRecord) ([]WriteResult, error) {
	return nil, nil
}

func TestAResourceIsWrittenInItsOwnFormOnly(t *testing.T) {
	t.Parallel()
	client, handle := dial(t, both{newWhole()})
	for name, open := range map[string]*protocol.WriteOpen{
		"a snapshot by operations": {Handle: handle, Resource: "roll", Form: protocol.WriteForm_WRITE_FORM_OPERATIONS},
		"operations as a snapshot": {Handle: handle, Resource: "people", Form: protocol.WriteForm_WRITE_FORM_SNAPSHOT},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stream, err := client.Write(t.Context())
			require.NoError(t, err)
			require.NoError(t, stream.Send(&protocol.WriteRequest{Event: &protocol.WriteRequest_Open{Open: open}}))
			require.NoError(t, stream.CloseSend())
			response, err := stream.Recv()
			require.NoError(t, err)
			require.Equal(t, "not-supported", response.GetDiagnostics()[0].GetCode())
		})
	}
}
