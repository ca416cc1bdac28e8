package flow

import (
	"passerelle/engine/compile"
	"passerelle/plugins/record"
)

// Item is one record on its way.
type Item struct {
	Position int64 // in the read, from 0
	ID       string
	Shown    string           // how a person is named; "" when nothing names them
	Values   []record.Value   // of the target's fields, in order; nil when held or out of scope
	Held     *compile.Failure // why it can't be sent
	Out      bool             // where does not select it
	// Left: leavers.when is true. Values then hold only what the endpoint of the
	// departure names: a failing map never holds a departure.
	Left bool
	// Facts are what leavers.when has read, in the order of its facts; nil where it
	// was not asked. They are valid as long as the item.
	Facts []record.Value
	// Person are the values of what same_person names, whatever becomes of the
	// record; nil without.
	Person []record.Value
	// Unmet are the require blocks whose condition does not hold yet. They matter
	// to some operations, which plan knows; Held may be set beside.
	Unmet []*compile.Require
	// Day is the one by which the source's window takes the record; empty without
	// a window.
	Day record.Value
	// Hides: a record that is held before it could be told which of several it is.
	// Whoever's id begins with this text may be it, and so is not gone. nil: none.
	Hides *string
}

// End says how the read ended.
type End struct {
	Complete bool
	Expected int64 // -1: the source announced nothing
	Received int64
	Calls    int64
	Reason   string // why it is not complete
	Cursor   string // where a later read may go on; "" where the connector gave nothing
	Short    string // what was not read whole, where it is not the first source; "" where it is
	Others   []Other
	Filled   []Filled
}

// Other is a read beside that of the first source. The End above is complete
// only if all of these are, and its calls are those of all.
type Other struct {
	Name     string // of the source; the resource's where only paths lead there
	Windowed bool
	Expected int64 // -1: nothing was announced
	Received int64
}

// Progress of a read, for whoever watches.
type Progress struct {
	Received int64
	Expected int64 // -1: not known
	Calls    int64
}
