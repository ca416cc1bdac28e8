package flow

import (
	"time"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// days is a window whose ends are known, both included.
type days struct {
	field    int
	from, to record.Value
}

// daysOf computes the window of a source for today; nil where it has none.
func daysOf(s *compile.Source, today record.Value) (*days, error) {
	w := s.Window
	if w == nil {
		return nil, nil
	}
	d := &days{field: w.Field}
	for _, end := range []struct {
		word    string
		program *expr.Program
		into    *record.Value
	}{{"from", w.From, &d.from}, {"to", w.To, &d.to}} {
		value, failure := end.program.Eval(&expr.Input{Today: today})
		if failure != nil || value.Kind() != record.Date {
			return nil, noEnd(s, end.word, failure)
		}
		*end.into = value
	}
	if d.from.Days() > d.to.Days() {
		return nil, diag.Diagnostic{
			Code: "window-reversed", Subject: &w.Decl.Block,
			Summary: "The window of source " + quote(s.Name) + " ends before it begins",
			Detail:  "It goes from " + day(d.from) + " to " + day(d.to) + ", so that nothing lies in it.",
			Remedy:  "Correct from and to, or the input that they are computed from. Nothing was read.",
		}
	}
	return d, nil
}

func noEnd(s *compile.Source, word string, failure *expr.Failure) error {
	why := "What it is computed from is empty, or no date."
	if failure != nil {
		why = failure.Summary + "."
	}
	return diag.Diagnostic{
		Code: "window-unknown", Subject: &s.Window.Decl.Block,
		Summary: "The window of source " + quote(s.Name) + " has no " + quote(word) + " today",
		Detail:  why,
		Remedy:  "Correct the expression, or give its input a value. Nothing was read.",
	}
}

// Windows are the days that a mapping's windows take today: of its first source,
// or of the joined one whose records it takes apart. ok is false without one.
func Window(m *compile.Mapping, today record.Value) (from, to record.Value, ok bool) {
	s := &m.Source
	if m.Each != nil && m.Each.Windowed >= 0 {
		s = &m.Joined[m.Each.Windowed].Source
	}
	d, err := daysOf(s, today)
	if d == nil || err != nil { // an error has ended the read
		return from, to, false
	}
	return d.from, d.to, true
}

func (d *days) hold(v record.Value) bool { return v.Days() >= d.from.Days() && v.Days() <= d.to.Days() }

// request is what a connector is told of the window, where it can apply it.
func (d *days) request(s *compile.Source) *protocol.Window {
	if d == nil || !s.Window.Applied {
		return nil
	}
	return &protocol.Window{Path: s.Slots[d.field].Path.String(), From: day(d.from), To: day(d.to)}
}

func day(v record.Value) string {
	year, month, day := v.Civil()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// empty holds who can't say whether it lies inside.
func (d *days) empty(s *compile.Source) *compile.Failure {
	field := &s.Fields[d.field]
	return &compile.Failure{
		Code:    "empty-window",
		Field:   field.Name,
		Summary: "The source field " + quote(field.Name) + " is empty, and the window of " + quote(s.Name) + " needs it",
		Detail:  "Without a date nobody can tell whether the record is wanted.",
		Remedy:  "Fill it at the source.",
		Place:   &s.Window.Decl.Range,
	}
}
