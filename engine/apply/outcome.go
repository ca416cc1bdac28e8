package apply

import (
	"slices"

	"passerelle/engine/plan"
	"passerelle/plugins/protocol"
)

// Outcome is what became of a plan. Who was held before anything was sent isn't
// in it: the plan knows. Every operation is counted once.
type Outcome struct {
	Created, Updated, Linked          int64
	Deactivated, Reactivated, Deleted int64
	Unlinked                          int64 // of an undo
	Failed                            []Failed
	// Ambiguous were sent, and nobody knows what became of them.
	Ambiguous []Failed
	// Missing were not sent: the record that a field of theirs refers to turned out
	// not to be linked, and they can't go without it.
	Missing []Failed
	// Pending counts, by target field, who went without it for that reason, besides
	// those of whom the plan knew.
	Pending map[string]int64
	// Idle is how many operations had nothing left to send without such a field.
	Idle int64
	// LeftOut are fields that the target did not take of records that it took.
	LeftOut []Failed
	// Unsettled is how many operations of a batch under way were perhaps sent when
	// the run had to stop. The next run learns what became of them, first of all.
	Unsettled int64
	// Unsent is how many operations were certainly not sent, because the run had to
	// stop.
	Unsent int64
	// Cells are what changed in each field of people who were already there, in the
	// order of the plan's fields; nil when nothing did.
	Cells []Cells
}

// Cells counts what took effect in one field.
type Cells struct{ Changed, Filled, Emptied int64 }

func (o *Outcome) countCells(e *plan.Entry, fields int) {
	if e.Operation == plan.Create || len(e.Changed) == 0 {
		return
	}
	if o.Cells == nil {
		o.Cells = make([]Cells, fields)
	}
	for _, at := range e.Changed {
		switch {
		case slices.Contains(e.Cleared, at):
			o.Cells[at].Emptied++
		case slices.Contains(e.Added, at):
			o.Cells[at].Filled++
		default:
			o.Cells[at].Changed++
		}
	}
}

// Done is how many operations took effect.
func (o *Outcome) Done() int64 {
	return o.Created + o.Updated + o.Linked + o.Deactivated + o.Reactivated + o.Deleted + o.Unlinked
}

// known is how many operations something is known of.
func (o *Outcome) known() int64 {
	return o.Done() + int64(len(o.Failed)+len(o.Ambiguous)+len(o.Missing)) + o.Unsettled + o.Idle
}

// Failed is one record that the target did not take, and why.
type Failed struct {
	plan.Person
	Code, Summary, Detail, Remedy string
	Status                        int
	Retry                         protocol.Retry
}
