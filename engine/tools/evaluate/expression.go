package evaluate

import (
	"strings"
	"time"

	"github.com/apparentlymart/go-textseg/v17/textseg"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/plugins/record"
)

// Subject is what expressions are evaluated over. It may be used for any number
// of them, by one goroutine at a time.
type Subject struct {
	env     *expr.Env
	input   expr.Input
	mapping *compile.Mapping // nil: none
}

// Expression is the name by which diagnostics call the text of an expression.
const Expression = "expression"

// Free makes a subject of records alone, without a mapping: no inputs, locals or
// tables. types are by field of the first record, or by name.field. now decides
// today, in its own time zone.
func Free(records []Record, types map[string]record.Type, now time.Time) (*Subject, diag.Diagnostics) {
	var found diag.Diagnostics
	options := expr.Options{Zone: now.Location()}
	s := &Subject{input: expr.Input{Today: today(now)}}
	for i, r := range records {
		source, row, ds := sourceOf(r, typesFor(r.Name, i == 0, types))
		found = append(found, ds...)
		options.Sources = append(options.Sources, source)
		s.input.Rows = append(s.input.Rows, row)
	}
	if found.HasErrors() {
		return nil, found
	}
	env, err := expr.New(options)
	if err != nil {
		return nil, append(found, diag.Diagnostic{
			Code: "duplicate-name", Summary: "Two records have one name",
			Detail: "An expression could not tell them apart.", Remedy: "Give each --source a name of its own.",
		})
	}
	s.env = env
	return s, found
}

// typesFor are the types that concern one record.
func typesFor(name string, first bool, types map[string]record.Type) map[string]record.Type {
	out := map[string]record.Type{}
	for field, t := range types {
		if inside, ok := strings.CutPrefix(field, name+"."); ok {
			out[inside] = t
		} else if first && !strings.Contains(field, ".") {
			out[field] = t
		}
	}
	return out
}

// InMapping makes a subject of a mapping's own names and types. The record has
// the fields of the mapping's source, by their names there; without a record all
// of them are empty.
func InMapping(m *compile.Mapping, r *Record, now time.Time) (*Subject, diag.Diagnostics) {
	if r != nil && len(m.Source.Group) > 0 {
		return nil, diag.Diagnostics{several(m)} // its fields are lists, of several records
	}
	row, faults, found := rowOf(m, r)
	for _, fault := range faults {
		if fault != nil {
			found = append(found, diagnostic(fault))
		}
	}
	if found.HasErrors() {
		return nil, found
	}
	s := &Subject{env: m.Env(), input: inputOf(m, row, now), mapping: m}
	if s.env == nil {
		return nil, append(found, diag.Diagnostic{
			Code: "machine-fault", Class: diag.Fault, Summary: "The names of the mapping could not be prepared", Remedy: "Please report the mapping.",
		})
	}
	return s, found
}

// Evaluate computes a text. A problem with the text itself is refused; with
// held, the text is right, but this record gives it no result.
func (s *Subject) Evaluate(text string) (value record.Value, held bool, found diag.Diagnostics) {
	program, problems := s.env.Compile(text, expr.Transform)
	for _, p := range problems {
		severity := diag.Error
		if p.Warning {
			severity = diag.Warning
		}
		at := rangeIn(text, p.Start, p.End)
		if p.InTransform { // its text lies in the mapping files: here the call is shown
			at = rangeIn(text, p.CallStart, p.CallEnd)
		}
		found = append(found, diag.Diagnostic{Severity: severity, Code: p.Code, Summary: p.Summary, Detail: p.Detail, Remedy: p.Remedy, Subject: &at})
	}
	if program == nil {
		return record.Value{}, false, found
	}
	if s.mapping != nil {
		found = append(found, unknownInputs(s.mapping, text)...)
	}
	value, failure := program.Eval(&s.input)
	if failure != nil {
		at := rangeIn(text, failure.Start, failure.End)
		return record.Value{}, true, append(found, diag.Diagnostic{
			Code: failure.Code, Summary: failure.Summary, Detail: failure.Detail, Remedy: failure.Remedy, Subject: &at,
		})
	}
	return value, false, found
}

func diagnostic(f *compile.Failure) diag.Diagnostic {
	return diag.Diagnostic{Code: f.Code, Summary: f.Summary, Detail: f.Detail, Remedy: f.Remedy, Subject: f.Place}
}

// today is the civil date of a moment in its own zone.
func today(now time.Time) record.Value { return record.NewDate(now.Date()) }

// rangeIn is the place of some runes of a text that stands in no file.
func rangeIn(text string, start, end int) diag.Range {
	return diag.Range{File: Expression, Start: placeOf(text, start), End: placeOf(text, end)}
}

func placeOf(text string, runes int) diag.Pos {
	at := len(text)
	n := 0
	for i := range text {
		if n == runes {
			at = i
			break
		}
		n++
	}
	line := text[strings.LastIndexByte(text[:at], '\n')+1 : at]
	column := 1
	for rest := []byte(line); len(rest) > 0; column++ {
		n, _, err := textseg.ScanGraphemeClusters(rest, true)
		if err != nil || n == 0 {
			n = 1
		}
		rest = rest[n:]
	}
	return diag.Pos{Line: strings.Count(text[:at], "\n") + 1, Column: column, Byte: at}
}
