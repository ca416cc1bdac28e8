package evaluate

import (
	"errors"
	"strings"

	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/plugins/record"
)

// Record is one JSON text that expressions read under a name. File is what
// diagnostics call it.
type Record struct {
	Name string
	File string
	JSON []byte
}

// sourceOf makes a source of a record without a mapping: its fields have the
// types that JSON gives them, but for those that types says. A list of objects
// is a source of many records.
func sourceOf(r Record, types map[string]record.Type) (expr.Source, []record.Value, diag.Diagnostics) {
	out := expr.Source{Name: r.Name}
	any, err := record.FromJSON(r.JSON, record.Type{})
	if err != nil {
		return out, nil, diag.Diagnostics{notJSON(r, err)}
	}
	of := typeOf(any)
	if of.Kind == record.List && of.Elem.Kind == record.Object {
		out.Many, of = true, *of.Elem
	}
	if of.Kind != record.Object {
		return out, nil, diag.Diagnostics{{
			Code: "bad-record", Subject: &diag.Range{File: r.File},
			Summary: "A record is a JSON object",
			Detail:  "This is a " + any.Kind().String() + ".",
			Remedy:  `Write the fields with their names: {"last_name": "…"}.`,
		}}
	}
	found := declare(&of, types)
	if found.HasErrors() {
		return out, nil, found
	}
	whole := of
	if out.Many {
		whole = record.ListOf(of)
	}
	value, err := record.FromJSON(r.JSON, whole)
	if err != nil {
		return out, nil, append(found, wrongField(r, of))
	}
	for _, f := range of.Fields {
		out.Fields = append(out.Fields, expr.Field{Name: f.Name, Type: f.Type, MayBeEmpty: f.Type.Kind == record.Empty})
	}
	return out, value.Items(), found
}

// declare puts the types that were given in the place of those that JSON gives.
// Types of fields that the record lacks declare these too: they are empty.
func declare(of *record.Type, types map[string]record.Type) diag.Diagnostics {
	left := make(map[string]record.Type, len(types))
	for name, t := range types {
		left[name] = t
	}
	for i := range of.Fields {
		if t, ok := left[of.Fields[i].Name]; ok {
			of.Fields[i].Type = t
			delete(left, of.Fields[i].Name)
		}
	}
	var names []string
	for _, f := range of.Fields {
		names = append(names, f.Name)
	}
	var found diag.Diagnostics
	for name := range left {
		found = append(found, diag.Diagnostic{
			Code:    "unknown-field",
			Summary: "--type names the field " + name + ", which the record does not have",
			Detail:  "A type is for a field of the record." + diag.Suggest(name, names),
			Remedy:  "Correct the name, or add the field to the record; null is a value that it may have.",
		})
	}
	return found
}

// typeOf is the type of a value as JSON has it. Elements that have no type in
// common, and empty values, have any type.
func typeOf(v record.Value) record.Type {
	switch v.Kind() {
	case record.List:
		elem := record.Type{}
		for i, item := range v.Items() {
			elem = merged(elem, typeOf(item), i == 0)
		}
		return record.ListOf(elem)
	case record.Object, record.Map:
		out := record.Basic(record.Object)
		for i, key := range v.Keys() {
			out.Fields = append(out.Fields, record.TypeField{Name: key, Type: typeOf(v.Items()[i])})
		}
		return out
	}
	return record.Basic(v.Kind())
}

// merged is the type of an element beside the others: objects gather their
// fields, an empty one takes the type of the others.
func merged(a, b record.Type, first bool) record.Type {
	switch {
	case first || a.Kind == record.Empty:
		return b
	case b.Kind == record.Empty || a.Equal(b):
		return a
	case a.Kind == record.Object && b.Kind == record.Object:
		out := record.Basic(record.Object)
		out.Fields = append(out.Fields, a.Fields...)
		for _, f := range b.Fields {
			at := fieldAt(out.Fields, f.Name)
			if at < 0 {
				out.Fields = append(out.Fields, f)
				continue
			}
			out.Fields[at].Type = merged(out.Fields[at].Type, f.Type, false)
		}
		return out
	case a.Kind == record.Int && b.Kind == record.Decimal:
		return b
	case a.Kind == record.Decimal && b.Kind == record.Int:
		return a
	}
	return record.Type{}
}

func fieldAt(fields []record.TypeField, name string) int {
	for i, f := range fields {
		if f.Name == name {
			return i
		}
	}
	return -1
}

// notJSON says where the text stops being JSON; never what stands there.
func notJSON(r Record, err error) diag.Diagnostic {
	d := diag.Diagnostic{
		Code: "malformed-json", Subject: &diag.Range{File: r.File}, Conceal: true,
		Summary: "The record is not JSON",
		Remedy:  "Correct the record at this place.",
	}
	var bad *record.Malformed
	if errors.As(err, &bad) {
		d.Detail = strings.ToUpper(bad.Reason[:1]) + bad.Reason[1:] + "."
		line := strings.Count(string(r.JSON[:min(bad.Offset, len(r.JSON))]), "\n") + 1
		d.Subject.Start = diag.Pos{Line: line, Column: 1, Byte: bad.Offset}
		d.Subject.End = d.Subject.Start
	}
	return d
}

// wrongField finds the field whose value can't be of its declared type.
func wrongField(r Record, of record.Type) diag.Diagnostic {
	d := diag.Diagnostic{
		Code: "wrong-type", Subject: &diag.Range{File: r.File},
		Summary: "A field of the record can't be of the type that --type gives it",
		Remedy:  "Correct the record, or the type.",
	}
	for _, f := range of.Fields {
		slot := record.Slot{Path: record.Path{{Name: f.Name}}, Type: f.Type}
		scanner, err := record.NewScanner([]record.Slot{slot})
		if err != nil {
			continue
		}
		if faults, err := scanner.Scan(r.JSON, make([]record.Value, 1)); err == nil && len(faults) > 0 {
			d.Code = faults[0].Code
			d.Summary = "The field " + f.Name + " of the record can't be of the type " + f.Type.String()
			d.Detail = "It holds " + faults[0].Got + "."
			return d
		}
	}
	return d
}
