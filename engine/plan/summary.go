package plan

import (
	"context"
	"os"
	"slices"
	"time"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/ledger"
)

// Plan is a made plan: its summary, and the spool with every operation.
type Plan struct {
	Path    string
	Summary Summary
	sealer  *ledger.Sealer
	days    []ledger.Day // of records that have no link before they are sent; a saved plan has none
	start   int64        // where the first frame begins
	end     int64        // where the summary's frame begins
}

// Summary is all of a plan but its operations. It is sealed with them.
type Summary struct {
	ID       string
	Mapping  string // address
	LedgerID string
	Scope    ledger.Scope
	// Made from: a saved plan is stale when one of these changed.
	Basis      string // hash of mapping files, inputs and plugins
	Generation int64  // of the ledger
	Created    time.Time
	Today      string // the day it was made for, yyyy-mm-dd
	Records    bool   // what it is about is not people
	Pilot      bool   // it is about named people alone, and says nothing of the others

	Read   Reading
	Counts Counts
	Fields []FieldCount // of the target, in map order
	// References are whose records entries refer to.
	References []Referred
	Held       []Held
	Waiting    []Waiting
	// Returns are those who come back under another id.
	Returns []Return
	ByHand  []ByHand // whose fields are to be copied by hand, if they are to be
	Gone    []Person // linked, and not in a whole read
	Blocked []Block
	Stopped []Stopped // whom the blocks are about
	// Unfilled are the source's fields that are less full than the mapping declares.
	Unfilled []Unfilled
	// Facts are the source's fields of leavers.when, as the storm guard counted them.
	Facts []FactCount
	// Definitions are how fields are made now, where that is new: to be kept once
	// the plan is carried out.
	Definitions map[ledger.FieldID]uint64
	Blind       bool    // creations wait, because nobody at the target can be told from them
	Dropped     []int64 // positions whose spooled entry was withdrawn
	Batches     int64
	// MoveConfirmed: links that were moved to another tenant's name lead to the same
	// people there.
	MoveConfirmed bool
	// Resume is where the next read goes on once the plan was carried out; nil leaves
	// what the ledger has.
	Resume *Resume
	// Unread are those who were held after an earlier run, and were not read by this
	// one, which read what changed alone: nothing is known of them.
	Unread []string
	// Snapshot is what becomes of a target that is written as a whole; nil for one
	// that is written record by record.
	Snapshot *Snapshot
}

// Reading says how the source was read.
type Reading struct {
	Expected int64 // -1: not announced
	Received int64
	Calls    int64          // of all reads
	Others   []OtherReading // sources beside the first, and resources that paths lead to
	Short    string         // which of them was not whole; "" where it was the first, or none
	High     int64          // the largest of the last month, where this one is far smaller

	// Of a mapping that is read by what changed: since when, or why everybody was
	// read all the same.
	Since   time.Time // zero: everybody was read
	Whole   string    // WholeFirst…; "" where it is not such a mapping, or Since is set
	NoPlace bool      // the source did not say where the next read may go on
}

// OtherReading says how something beside the first source was read.
type OtherReading struct {
	Name     string
	Expected int64 // -1: not announced
	Received int64
}

// Unfilled is a source field that is less full than the mapping declares.
type Unfilled struct {
	Field    string
	Declared string // "95%", "all but one"
	Filled   int64
	Of       int64 // in scope, and not left
}

// FactCount is what of a fact's changes counts against the limits of the days
// after: neither approved nor announced.
type FactCount struct {
	Name            string
	Changed, Filled int64
}

// Counts are of records, by what happens to them.
type Counts struct {
	Create     int64
	Update     int64
	Link       int64
	Deactivate int64
	Reactivate int64
	Delete     int64
	Unchanged  int64
	Held       int64
	Missing    int64 // held for want of a record that they refer to; not in Held
	Waiting    int64 // wanted, and not ready yet
	Skipped    int64 // not ready, and the mapping says to pass them over
	Out        int64 // out of scope
	Left       int64 // has left, and nothing is to be done about it
	Gone       int64
	Blocked    int64
	Aside      int64 // not among the people that a pilot names
	Unlink     int64 // of an undo
}

// outcome is what became of one item of a read.
type outcome uint8

const (
	held outcome = iota
	outOfScope
	unchanged
	created
	updated
	adopted
	deactivated
	reactivated
	deleted
	waiting
	skipped
	left
	aside
	blockedOut // a guard stopped it
)

// spooled reports whether an operation was written for it.
func (o outcome) spooled() bool {
	switch o {
	case created, updated, adopted, deactivated, reactivated, deleted:
		return true
	}
	return false
}

// departs reports whether it switches somebody off or removes them.
func (o outcome) departs() bool { return o == deactivated || o == deleted }

func (c *Counts) of(what outcome) *int64 {
	switch what {
	case blockedOut:
		return &c.Blocked
	case deactivated:
		return &c.Deactivate
	case reactivated:
		return &c.Reactivate
	case deleted:
		return &c.Delete
	case waiting:
		return &c.Waiting
	case skipped:
		return &c.Skipped
	case left:
		return &c.Left
	case aside:
		return &c.Aside
	case outOfScope:
		return &c.Out
	case unchanged:
		return &c.Unchanged
	case created:
		return &c.Create
	case updated:
		return &c.Update
	case adopted:
		return &c.Link
	}
	return &c.Held
}

// count adds an update's or adoption's fields to the summary, or with -1 takes
// them out again. A create changes nothing that was there.
func (s *Summary) count(entry *Entry, by int64) {
	if entry.Operation == Create {
		return
	}
	for _, i := range entry.Changed {
		field := &s.Fields[i]
		switch {
		case slices.Contains(entry.Cleared, i):
			field.Cleared += by
		case slices.Contains(entry.Added, i):
			field.Added += by
		case slices.Contains(entry.PutBack, i):
			field.PutBack += by
		default:
			field.Changed += by
		}
	}
}

// Changes is how many records would be written or adopted.
func (c Counts) Changes() int64 {
	return c.Create + c.Update + c.Link + c.Deactivate + c.Reactivate + c.Delete + c.Unlink
}

// FieldCount is how many linked records change in one target field.
type FieldCount struct {
	Name    string
	Changed int64 // another value than was sent
	Added   int64 // never sent before
	Cleared int64 // sent before, empty now
	PutBack int64 // edited at the target, and put back
	Unseen  bool  // compared with the target, which shows it of nobody
	Kept    int64 // empty now, but never cleared
	ByHand  int64 // changed, but sent at creation and return only
	New     bool  // new to the mapping: no linked record was ever sent it
	Stopped int64 // left out, because a guard stopped the field
	// Agreed are changes, first values and emptied ones that somebody approved or
	// announced: they count against no limit of the days after.
	Agreed [kinds]int64

	// Of a field that refers to records of another mapping, or of the same one.
	Refers   string // that mapping; "": it refers to none
	Pending  int64  // not sent, because the record referred to is not linked
	Expected int64  // waiting for a mapping that runs before this one and will link it
}

// Referred is a mapping whose records entries refer to.
type Referred struct {
	Mapping string // address
	Scope   ledger.Scope
}

// Person names somebody: an id, and the name that shown_as gives.
type Person struct {
	SourceID string
	Shown    string
}

// Held is a record that isn't sent.
type Held struct {
	Person
	compile.Failure
}

// Waiting is a person who is wanted and not ready yet. That is no error.
type Waiting struct {
	Person
	Require      string // the require block's name
	SayFR, SayEN string
	Fields       []string // what it waits for, where the block names fields
}

// ByHand is a field that changed at the source of somebody whom it is no longer
// sent for.
type ByHand struct {
	Person
	Field string
}

// staleAfter is how long a saved plan may wait: people change overnight.
const staleAfter = 24 * time.Hour

// Open reads a plan that Make wrote.
func Open(path string, l *ledger.Ledger) (*Plan, error) { return open(path, l.Sealer()) }

// Stale says why a plan may no longer be applied; nil when it still may.
func (p *Plan) Stale(ctx context.Context, l *ledger.Ledger, scope ledger.Scope, basis string, now time.Time) error {
	generation, err := l.Generation(ctx)
	if err != nil {
		return err
	}
	known, begun, err := l.FindPlan(ctx, p.Summary.ID)
	if err != nil {
		return err
	}
	why := ""
	switch {
	case p.Summary.LedgerID != l.ID():
		why = "It was made with another ledger."
	case p.Summary.Scope != scope: // a key alone may lead there: keys are not in the basis
		why = "It was made for another tenant: from " + p.Summary.Scope.SourceTenant + " to " + p.Summary.Scope.TargetTenant +
			". The connections now lead from " + scope.SourceTenant + " to " + scope.TargetTenant + "."
	case begun && (known.State == ledger.PlanDone || known.State == ledger.PlanDropped):
		why = "It was applied already, in whole or in part; a plan is applied once."
	case p.Summary.Basis != basis:
		why = "The mapping files, the inputs or a plugin have changed since it was made."
	case p.Summary.Generation != generation:
		why = "Something was applied since it was made, so that it may no longer be what is needed."
	case now.Sub(p.Summary.Created) > staleAfter:
		why = "It is more than 24 hours old."
	case p.Summary.Created.Sub(now) > ledger.ClockSlack:
		why = "By this machine's clock it will only be made on " + p.Summary.Created.Format(time.RFC3339) + ": the clock was set back, and how old it is can't be told."
	default:
		return nil
	}
	return diag.Diagnostic{
		Code: "stale-plan", Summary: "The plan is stale and was not applied",
		Detail: why, Remedy: "Make a new plan, look at it, and apply that.",
	}
}

// Discard removes the spool.
func (p *Plan) Discard() {
	if p.Path != "" {
		_ = os.Remove(p.Path)
	}
}
