package sdk

import (
	"bytes"
	"errors"
	"fmt"
	"sync"

	"passerelle/plugins/protocol"
)

// maxRecordBytes keeps one record, with its envelope, under the message limit.
const maxRecordBytes = protocol.MaxMessageBytes - 64<<10

// Output takes the records of one Read and sends them in batches: at most 1024
// records, 1 MiB, or one page of the API, whichever comes first. No timer is
// involved: what was sent depends on nothing but the calls made.
//
// Its methods may be called concurrently, though the order of records is then
// the order of the calls. It is of no use once Read has returned.
type Output struct {
	mu     sync.Mutex
	sink   sink
	failed error

	buffer  []byte // the data of all pending records, one after the other
	pending []pendingRecord
	batch   protocol.Batch // reused: a sink is done with it when it returns
	records []protocol.Record

	received int64
	paged    int64 // of received, those of pages that have ended
	pages    int64 // that held a record
	expected int64
	calls    int64
}

type pendingRecord struct {
	key        string
	start, end int
}

// sink is where batches go: a gRPC stream, or the Collected of a test.
type sink interface {
	batch(*protocol.Batch) error
	progress(*protocol.Progress) error
}

func newOutput(s sink) *Output { return &Output{sink: s, expected: -1} }

// Record sends one record of a whole read: the bytes of one JSON object, which
// are copied. An error means that the engine has gone or that the record can't
// travel: return it from Read as it is.
func (o *Output) Record(data []byte) error { return o.add("", data) }

// Answer sends one record found by a look-up. ref is the Key.Ref it answers, or
// the id that was asked for.
func (o *Output) Answer(ref string, data []byte) error { return o.add(ref, data) }

// PageEnd sends what is waiting: call it at the end of each page of the API, so
// that the engine works on one while the connector fetches the next.
func (o *Output) PageEnd() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.turn()
	return o.flush()
}

// turn counts the page that ends here, if it held anything.
func (o *Output) turn() {
	if o.received > o.paged {
		o.pages++
		o.paged = o.received
	}
}

// least is how many requests a whole read can't do without: one a page that held
// records, and one to learn that there are none.
func (o *Output) least() int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.turn()
	return max(1, o.pages)
}

// Progress says how many records the API announced (-1: it announced nothing)
// and how many requests were made so far. It is for the eye alone, and a failure
// to send it is reported by the next call that sends records.
func (o *Output) Progress(expected int64, calls int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.expected, o.calls = expected, calls
	o.sayProgress()
}

// again says what was said before: the read goes on.
func (o *Output) again() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sayProgress()
}

func (o *Output) sayProgress() {
	if o.failed != nil {
		return
	}
	progress := &protocol.Progress{Received: o.received, Calls: o.calls}
	if o.expected >= 0 {
		expected := o.expected
		progress.Expected = &expected
	}
	o.failed = o.sink.progress(progress)
}

func (o *Output) add(key string, data []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.failed != nil {
		return o.failed
	}
	data = bytes.TrimSpace(data)
	if err := checkRecord(data); err != nil {
		// Remembered: a connector that goes on regardless must not end as complete.
		o.failed = err
		return err
	}
	if len(o.pending) > 0 && len(o.buffer)+len(data) > protocol.BatchBytes {
		if err := o.flush(); err != nil {
			return err
		}
	}
	start := len(o.buffer)
	o.buffer = append(o.buffer, data...)
	o.pending = append(o.pending, pendingRecord{key, start, len(o.buffer)})
	o.received++
	if len(o.pending) >= protocol.BatchRecords || len(o.buffer) >= protocol.BatchBytes {
		return o.flush()
	}
	return nil
}

// finish sends what is waiting and says how many records there were, and what
// went wrong, if anything did. Records accepted before a refused one still go.
func (o *Output) finish() (received int64, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	failed := o.failed
	if refused := (*Error)(nil); errors.As(failed, &refused) {
		o.failed = nil
	}
	if err := o.flush(); err != nil {
		return o.received, err
	}
	o.failed = failed
	return o.received, failed
}

func (o *Output) flush() error {
	if o.failed != nil || len(o.pending) == 0 {
		return o.failed
	}
	if cap(o.records) < len(o.pending) {
		o.records = make([]protocol.Record, len(o.pending))
		o.batch.Records = make([]*protocol.Record, 0, len(o.pending))
	}
	o.batch.Records = o.batch.Records[:0]
	for i, p := range o.pending {
		record := &o.records[i]
		record.Key, record.Data = p.key, o.buffer[p.start:p.end]
		o.batch.Records = append(o.batch.Records, record)
	}
	o.failed = o.sink.batch(&o.batch)
	o.pending = o.pending[:0]
	o.buffer = o.buffer[:0]
	if cap(o.buffer) > 2*protocol.BatchBytes {
		o.buffer = nil // one very large record doesn't hold its memory for the rest of the read
	}
	return o.failed
}

// checkRecord looks at both ends only: the engine reads what lies between, and
// says which record is broken.
func checkRecord(data []byte) *Error {
	if len(data) > maxRecordBytes {
		return &Error{
			Code:    "record-too-large",
			Summary: "A record is too large to travel",
			Detail:  fmt.Sprintf("It has %d bytes; at most %d can be sent.", len(data), maxRecordBytes),
			Remedy:  "Declare fewer fields on this source, or leave out those that hold documents.",
			Retry:   protocol.Retry_RETRY_AFTER_FIX,
		}
	}
	if len(data) < 2 || data[0] != '{' || data[len(data)-1] != '}' {
		return &Error{
			Code:    "bad-record",
			Summary: "The connector gave a record that is not a JSON object",
			Remedy:  "This is a fault of the connector: report it to whoever publishes it.",
			Retry:   protocol.Retry_RETRY_NEVER,
		}
	}
	return nil
}
