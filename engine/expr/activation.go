package expr

import (
	"github.com/google/cel-go/interpreter"

	"passerelle/plugins/record"
)

// activation answers the names of an expression straight from the rows of an
// Input, without a map. It is reused; nothing keeps a reference to it after an
// evaluation, because results are copied out first.
type activation struct {
	env   *Env
	rows  []object
	lists []list
	today record.Value
}

func newActivation(e *Env) *activation {
	a := &activation{env: e, rows: make([]object, len(e.sources)), lists: make([]list, len(e.sources))}
	for i, s := range e.sources {
		a.rows[i].fields = s.Fields
	}
	return a
}

func (a *activation) fill(in *Input) {
	for i := range a.rows {
		var row []record.Value
		if i < len(in.Rows) {
			row = in.Rows[i]
		}
		a.rows[i].vals, a.rows[i].missing = row, row == nil
		a.lists[i].items = row
	}
	a.today = in.Today
}

// clear lets go of the record's values.
func (a *activation) clear() {
	for i := range a.rows {
		a.rows[i].vals, a.lists[i].items = nil, nil
	}
}

func (a *activation) ResolveName(name string) (any, bool) {
	// A name that a loop's variable hides comes with a dot in front.
	if name != "" && name[0] == '.' {
		name = name[1:]
	}
	for i := range a.env.sources {
		if a.env.sources[i].Name == name {
			if a.env.sources[i].Many {
				return &a.lists[i], true
			}
			return &a.rows[i], true
		}
	}
	switch name {
	case todayVariable:
		return box(a.today), true
	case "input":
		return a.env.inputs.value, true
	case "local":
		return a.env.locals.value, true
	}
	return nil, false
}

func (a *activation) Parent() interpreter.Activation { return nil }
