package sdk

import (
	"bytes"
	"context"
	"sync"

	"passerelle/plugins/protocol"
)

// Collected is what a Read gave to an Output made by NewTestOutput. Its methods
// may be called at any time, also concurrently.
type Collected struct {
	out *Output

	mu       sync.Mutex
	records  []CollectedRecord
	batches  []int
	reported []CollectedProgress
}

// CollectedRecord is one record. Key is empty but for look-ups.
type CollectedRecord struct {
	Key  string
	Data []byte
}

// CollectedProgress is one call of Output.Progress.
type CollectedProgress struct {
	Received, Expected, Calls int64
}

// NewTestOutput makes an Output that keeps what it is given, so that a
// connector's Read can be tested without a process or gRPC.
func NewTestOutput() (*Output, *Collected) {
	c := &Collected{}
	c.out = newOutput(c)
	return c.out, c
}

// NewTestCalls counts the requests of a Read or Write that is handed the context,
// as the server does for the engine.
func NewTestCalls(ctx context.Context) (_ context.Context, made func() int64) {
	ctx, calls := countingCalls(ctx)
	return ctx, calls.Load
}

// Records are all records so far, in order, those not yet sent included.
func (c *Collected) Records() []CollectedRecord {
	_ = c.out.PageEnd() // a collector never refuses a batch
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]CollectedRecord(nil), c.records...)
}

// Batches are the sizes of the batches sent so far.
func (c *Collected) Batches() []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]int(nil), c.batches...)
}

// Progress is every Progress so far.
func (c *Collected) Progress() []CollectedProgress {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]CollectedProgress(nil), c.reported...)
}

func (c *Collected) batch(b *protocol.Batch) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.batches = append(c.batches, len(b.GetRecords()))
	for _, r := range b.GetRecords() {
		c.records = append(c.records, CollectedRecord{Key: r.GetKey(), Data: bytes.Clone(r.GetData())})
	}
	return nil
}

func (c *Collected) progress(p *protocol.Progress) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	expected := int64(-1)
	if p.Expected != nil {
		expected = p.GetExpected()
	}
	c.reported = append(c.reported, CollectedProgress{p.GetReceived(), expected, p.GetCalls()})
	return nil
}
