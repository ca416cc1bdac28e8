package sdk

import (
	"context"

	"passerelle/plugins/protocol"
)

// The vocabulary of Describe is the protocol's own.
type (
	Description         = protocol.Description
	Setting             = protocol.Setting
	Resource            = protocol.Resource
	Field               = protocol.Field
	Right               = protocol.Right
	Incremental         = protocol.Incremental
	Endpoint            = protocol.Endpoint
	EndpointDeclaration = protocol.EndpointDeclaration
	Text                = protocol.Text
	Tenant              = protocol.Tenant
)

// Connector is one system that the engine can talk to.
type Connector interface {
	// Describe says what the connector speaks. It uses no network and no
	// credentials, and gives the same answer each time. It may be called
	// concurrently.
	Describe() *Description

	// Configure opens one connection. The SDK has already checked the settings
	// against Description.Settings. It should not call the network: Check and
	// Read do. It may be called concurrently; one process serves many
	// connections.
	Configure(ctx context.Context, settings Settings) (Connection, error)
}

// Connection is one tenant with its credentials. Its methods may be called
// concurrently. One that is also an io.Closer is closed on Stop, once.
type Connection interface {
	// Tenant says whose data this is. Two URLs of one tenant give one id.
	Tenant() *Tenant
}

// Reader is a Connection that can be read.
type Reader interface {
	// Read sends records to out until the end, and returns what it knows of that
	// end. Records sent before an error stay sent; the engine then plans nothing.
	// For a look-up (request.IDs or request.Keys) what is not found is left out.
	Read(ctx context.Context, request ReadRequest, out *Output) (End, error)
}

// ReadRequest says what to read. At most one of Cursor, IDs and Keys is set;
// Window goes with none of them.
//
// A cursor that is not known, or from which the system no longer tells what
// changed, is refused with the code bad-cursor: the engine then reads everything.
type ReadRequest struct {
	Resource   string
	Projection []string // declared paths and identity, never more: ask the API for no other field
	Settings   Settings // of the source block
	Endpoints  []*EndpointDeclaration
	Cursor     string   // what changed since; "": everything. Only for a resource whose description has Incremental
	Also       []string // with a Cursor: the records with these ids besides, changed or not
	IDs        []string
	Keys       []Key
	Window     *Window // nil: every day
}

// Window are the days of a date that are wanted, both ends included: leave out
// what lies outside, where the API can select. It names a path that the
// description lists in Resource.Window, never another one. The engine looks
// again, so that a record too many does no harm; one too few does.
type Window struct{ Path, From, To string } // days are yyyy-mm-dd

// Key is one record to find: all Fields equal. Values are strings, bools or
// json.Numbers.
type Key struct {
	Ref    string // hand it to Output.Answer with the record found
	Fields map[string]any
}

// End says how a read ended.
type End struct {
	// Complete: the API's own end was seen and its count, where it gives one,
	// agrees. When in doubt false: the engine then plans nothing.
	Complete bool
	Expected int64  // what the API announced; -1: it announced nothing
	Calls    int64  // requests made; those of package rest are counted without it
	Cursor   string // where the next read goes on, to see all that changes from the beginning of this one; "": nowhere
	Reason   string // why it is not complete, in a sentence
}

// Writer is a Connection that can be written to, one operation a record.
type Writer interface {
	// Write applies the records of one batch in order and returns one result
	// each, in the same order. An error means that the batch as a whole failed:
	// what has no result counts as unknown.
	Write(ctx context.Context, session WriteSession, records []WriteRecord) ([]WriteResult, error)
}

// WriteSession is what all batches of one stream share.
type WriteSession struct {
	Resource  string
	Schema    []*Field // the target fields that the mapping sends
	Endpoints []*EndpointDeclaration
	Settings  Settings // of the target block
	PlanID    string
}

// WriteRecord is one operation.
type WriteRecord struct {
	Operation      protocol.Operation
	ID             string // the target's id; empty on create
	Data           []byte // one JSON object, valid until Write returns
	IdempotencyKey string
	Changed        []string
}

// WriteResult is what became of one WriteRecord. The zero Outcome counts as
// unknown.
type WriteResult struct {
	Outcome  protocol.Outcome
	ID       string // the target's id, when it gave one
	Err      *Error // why, unless applied
	Status   int    // the API's status; 0: no request that carried this record was answered
	Attempts int
	// Shared: it went in the same request as the result before it. Requests are
	// counted against the least possible, and together they need but one.
	Shared bool
	// LeftOut are fields that the system did not take although it took the record:
	// why, Attribute being the field's path. The engine lists them and sends them
	// again next time.
	LeftOut []*Error
}

// Checker tries credentials and rights.
type Checker interface {
	Check(ctx context.Context, resources []*protocol.CheckResource) ([]*protocol.Finding, error)
}

// Discoverer lists what only this tenant has.
type Discoverer interface {
	Discover(ctx context.Context, resource string) ([]*protocol.CustomField, error)
}

// Error is a complaint with a stable code and a remedy. It must hold neither a
// secret nor a value of a record: it is shown and logged.
type Error struct {
	Code      string // lower-case with hyphens
	Summary   string
	Detail    string
	Remedy    string
	Attribute []string // the setting it is about: []string{"url"}
	Retry     protocol.Retry
}

func (e *Error) Error() string {
	if e.Detail == "" {
		return e.Summary
	}
	return e.Summary + ": " + e.Detail
}
