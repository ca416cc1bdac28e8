package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"passerelle/plugins/record"
	"passerelle/plugins/sdk"
)

// columnName is the name that a field has in the file: that of map, where a
// nested one is written with dots.
func columnName(f *sdk.Field) string { return f.GetPath() }

// columnSlot finds a field in the record, by the levels that the dots of its name
// stand for.
func columnSlot(f *sdk.Field) (record.Slot, *sdk.Error) {
	of, err := record.ParseType(f.GetType())
	if err != nil {
		return record.Slot{}, badSetting("columns", fmt.Sprintf("The field %q has a type that is not known", f.GetPath()), "The connector is older than the engine.", "Use a newer version of the connector.")
	}
	switch of.Kind {
	case record.List, record.Map, record.Object:
		return record.Slot{}, &sdk.Error{Code: "no-cell-type", Summary: fmt.Sprintf("The field %q is a %s, which no cell can hold", f.GetPath(), of), Retry: afterFix,
			Detail: "A cell of a table holds one value.", Remedy: "Declare it a string and write .join(', ') in map, or use a JSON format."}
	}
	return record.Slot{Path: fieldPath(f.GetPath()), Type: of}, nil
}

// fieldPath splits at the dots, as the engine joins.
func fieldPath(name string) record.Path {
	var path record.Path
	for _, step := range strings.Split(name, ".") {
		path = append(path, record.Step{Name: step})
	}
	return path
}

// flatSlot is the other place where a field whose name has dots may be: a column
// such as "N. séc. soc.", whose dots are no levels. The schema doesn't tell one
// from the other, and a record has only one of them.
func flatSlot(name string, of record.Type) record.Slot {
	return record.Slot{Path: record.Path{{Name: name}}, Type: of}
}

// values scans a record. The row is valid until the next one.
func (c *columns) values(data []byte) ([]record.Value, *sdk.Error) {
	faults, err := c.scanner.Scan(data, c.row)
	if err != nil {
		return nil, badRecord()
	}
	if len(faults) > 0 {
		return nil, &sdk.Error{Code: "bad-record", Summary: "A field of the record is not of its declared type", Detail: faults[0].Error() + ".", Remedy: faults[0].Remedy(), Retry: afterFix}
	}
	return c.row, nil
}

// value is what a column holds; empty where it is left so.
func (c *columns) value(row []record.Value, column int) record.Value {
	if c.slots[column] < 0 {
		return record.Value{}
	}
	v := row[c.slots[column]]
	if flat := c.flat[column]; v.IsEmpty() && flat >= 0 {
		return row[flat]
	}
	return v
}

// text writes a value as a cell shows it, and refuses what the file can't hold.
// Nothing is cut or replaced.
func (c *columns) text(v record.Value, column int) (string, *sdk.Error) {
	name := c.names[column]
	if v.IsEmpty() {
		return c.form.null, nil
	}
	var text string
	switch v.Kind() {
	case record.Date:
		year, month, day := v.Civil()
		text = c.form.dates.text(year, month, day)
	case record.Double, record.Decimal:
		text = string(v.AppendJSON(nil))
		if c.form.decimalComma {
			text = strings.Replace(text, ".", ",", 1)
		}
	case record.Bool, record.Int:
		text = string(v.AppendJSON(nil))
	default:
		asText, ok := record.Coerce(v, record.Basic(record.String), nil)
		if !ok {
			return "", badRecord()
		}
		text = asText.Text()
	}
	if limit := c.limits[column]; limit > 0 && utf8.RuneCountInString(text) > limit {
		return "", refused("too-long", name, fmt.Sprintf("has more than %d characters", limit), "max_lengths says that the file's reader takes no more.",
			"Shorten the value at the source or in map; nothing is cut off unseen.")
	}
	if c.form.null != "" && text == c.form.null {
		return "", refused("looks-empty", name, "holds just the text that stands for nothing", "The file's reader would take it for empty.", "Choose another null_text, or correct the value.")
	}
	return text, nil
}
