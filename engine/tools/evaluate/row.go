package evaluate

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/plugins/record"
)

// inputOf is what the mapping's expressions read of a row.
func inputOf(m *compile.Mapping, row []record.Value, now time.Time) expr.Input {
	if m.Zone != nil {
		now = now.In(m.Zone)
	}
	return expr.Input{Rows: [][]record.Value{row}, Today: today(now)}
}

// rowOf reads a record by the names of the mapping's source fields, as the types
// that they have there. faults has an entry for each field, nil where its value
// fits.
func rowOf(m *compile.Mapping, r *Record) ([]record.Value, []*compile.Failure, diag.Diagnostics) {
	fields := m.Source.Fields
	row := make([]record.Value, len(fields))
	faults := make([]*compile.Failure, len(fields))
	if r == nil {
		return row, faults, nil
	}
	var found diag.Diagnostics
	given, err := record.FromJSON(r.JSON, record.Type{})
	switch {
	case err != nil:
		return row, faults, diag.Diagnostics{notJSON(*r, err)}
	case given.Kind() != record.Object && given.Kind() != record.Map:
		return row, faults, diag.Diagnostics{{
			Code: "bad-record", Subject: &diag.Range{File: r.File},
			Summary: "A record is a JSON object",
			Detail:  "This is a " + given.Kind().String() + ".",
			Remedy:  "Write the fields of source " + strconv.Quote(m.Source.Name) + " with their names.",
		}}
	}
	found = append(found, unknownFields(m, r, given.Keys())...)

	slots := make([]record.Slot, len(fields))
	for i, f := range fields {
		slots[i] = record.Slot{Path: record.Path{{Name: f.Name}}, Type: f.Type, Zone: m.Source.Slots[i].Zone}
	}
	if len(slots) == 0 {
		return row, faults, found
	}
	scanner, err := record.NewScanner(slots)
	if err != nil {
		return row, faults, append(found, diag.From(err, "preparing to read the record")...)
	}
	scanned, err := scanner.Scan(r.JSON, row)
	if err != nil {
		return row, faults, append(found, notJSON(*r, err))
	}
	for _, f := range scanned {
		field := fields[f.Slot]
		faults[f.Slot] = &compile.Failure{
			Code: f.Code, Field: field.Name, Place: &field.Decl.PathR,
			Summary: "The source field " + strconv.Quote(field.Name) + " holds " + f.Got + " where the mapping reads " + f.Want.String(),
			Detail:  "It can't become " + f.Want.String() + " without loss.",
			Remedy:  f.Remedy(),
		}
	}
	return row, faults, found
}

// unknownFields warns, once, of what the mapping would never see.
func unknownFields(m *compile.Mapping, r *Record, given []string) diag.Diagnostics {
	names := make([]string, len(m.Source.Fields))
	for i, f := range m.Source.Fields {
		names[i] = f.Name
	}
	var unread []string
	remedy := "Correct the names, or leave them out."
	for _, name := range given {
		if slices.Contains(names, name) {
			continue
		}
		unread = append(unread, strconv.Quote(name))
		if near := diag.DidYouMean(name, names); near != "" && !slices.Contains(given, near) {
			remedy += " Did you mean " + strconv.Quote(near) + "?"
		}
	}
	if len(unread) == 0 {
		return nil
	}
	return diag.Diagnostics{{
		Severity: diag.Warning, Code: "unknown-field", Subject: &diag.Range{File: r.File},
		Summary: "The record has fields that the mapping does not read: " + strings.Join(unread, ", "),
		Detail:  "It is given by the names of source " + strconv.Quote(m.Source.Name) + ", not by the paths of the connector.",
		Remedy:  remedy,
	}}
}
