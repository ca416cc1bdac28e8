package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"passerelle/plugins/record"
	"passerelle/plugins/sdk"
)

// cellKind is what a cell holds, as far as its format tells.
type cellKind uint8

const (
	textCell    cellKind = iota // all cells of CSV
	numberCell                  // raw is a canonical decimal
	dateCell                    // shown is an ISO date or date-time
	invalidCell                 // an error value such as #REF!
)

// cell is one cell. shown is what a person sees of it.
type cell struct {
	kind  cellKind
	shown string
	raw   string // of a number
}

// table gives the rows of a file one after the other.
type table interface {
	// next gives a row, valid until the next call, and its line. io.EOF is the
	// proven end of the file.
	next() ([]cell, int64, error)
}

// tableReader turns the rows of a table into records.
type tableReader struct {
	rows   table
	form   *form
	at     locus
	fields []tableField // of a record
	width  int          // columns of the file
}

// tableField is one member of the records.
type tableField struct {
	column int
	key    string // `"name":`
	read   func(cell, *form) (text string, ok bool)
}

// readTable emits the projected columns of every row as JSON objects whose
// values are text: a leading zero stays. A cell without a value is left out. A
// row whose cells are all empty is no record: spreadsheets leave such behind.
func readTable(ctx context.Context, rows table, f *form, at locus, projection []string, emit func([]byte) error) error {
	r := &tableReader{rows: rows, form: f, at: at}
	if err := r.open(projection); err != nil {
		return err
	}
	var buffer []byte
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		cells, line, err := rows.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		r.at.line = line
		if blank(cells) {
			continue
		}
		if err := r.check(cells); err != nil {
			return err
		}
		buffer = r.record(buffer[:0], cells)
		if err := emit(buffer); err != nil {
			return err
		}
	}
}

func blank(cells []cell) bool {
	return !slices.ContainsFunc(cells, func(c cell) bool { return c.shown != "" })
}

// open finds the projected columns by the header, or by columns where there is
// none.
func (r *tableReader) open(projection []string) error {
	names := r.form.columns
	if r.form.header {
		header, err := r.header()
		if err != nil {
			return err
		}
		if names != nil && !slices.EqualFunc(header, names, sameName) {
			return r.otherColumns(header, names)
		}
		names = header
	} else if len(names) == 0 {
		return badSetting("columns", "A file without a header line needs columns",
			"Nothing else says which column is which.", "List the names of all columns, in their order.")
	}
	r.width = len(names)
	if len(projection) == 0 {
		for _, name := range names {
			if name != "" { // a column without a name can be asked for by nobody
				projection = append(projection, record.Path{{Name: name}}.String())
			}
		}
	}
	for _, text := range projection {
		path, err := record.ParsePath(text)
		if err != nil || len(path) != 1 || path[0].IsIndex || plainName(path[0].Name) == "" {
			return &sdk.Error{Code: "bad-path", Summary: fmt.Sprintf("The path %s does not name a column", text),
				Detail: "A row has columns and nothing within them.", Retry: afterFix,
				Remedy: `Write the column's name; one with dots, spaces or accents as path = "[\"Date de naissance\"]".`}
		}
		field, err := r.field(path[0].Name, names)
		if err != nil {
			return err
		}
		r.fields = append(r.fields, field)
	}
	for _, list := range [][2]any{{"dates", r.form.dateColumns}, {"decimals", r.form.decimalColumns}, {"spreadsheet_text", r.form.asFormula}} {
		for _, name := range list[1].([]string) {
			if !slices.ContainsFunc(names, func(n string) bool { return sameName(n, name) }) {
				return badSetting(list[0].(string), fmt.Sprintf("The file has no column %q", name),
					fmt.Sprintf("%s names it.", list[0]), "Correct the name, or remove it.")
			}
		}
	}
	return nil
}

// header reads the first row that holds anything.
func (r *tableReader) header() ([]string, error) {
	for {
		cells, line, err := r.rows.next()
		if errors.Is(err, io.EOF) {
			return nil, emptyFile(r.at.file)
		}
		if err != nil {
			return nil, err
		}
		if blank(cells) {
			continue
		}
		r.at.line = line
		header := make([]string, len(cells))
		for i, c := range cells {
			if err := r.soundText(c.shown, i); err != nil {
				return nil, err
			}
			header[i] = strings.Clone(strings.TrimSpace(c.shown))
		}
		return header, nil
	}
}

func (r *tableReader) field(name string, names []string) (tableField, error) {
	var found, near []int
	for i, n := range names {
		if sameName(n, name) {
			found = append(found, i)
		} else if strings.EqualFold(plainName(n), plainName(name)) {
			near = append(near, i+1)
		}
	}
	switch {
	case len(found) > 1:
		return tableField{}, r.at.fault("duplicate-column", fmt.Sprintf("%d columns are called %q", len(found), name),
			"Which of them is meant can't be told.", "Rename or remove all but one in the file.")
	case len(found) == 0:
		remedy := "Correct the path, or deliver the file with this column. The header's columns must be named exactly so, accents and capitals included."
		switch {
		case len(near) > 0:
			remedy = fmt.Sprintf("Column %d differs only in capitals: write its name exactly.", near[0])
		case len(names) == 1:
			remedy = "The header has one column only, so the separator is probably another: set separator."
		}
		return tableField{}, r.at.fault("missing-column", fmt.Sprintf("no column is called %q", name), "The mapping reads it.", remedy)
	}
	in := func(list []string) bool {
		return slices.ContainsFunc(list, func(n string) bool { return sameName(n, name) })
	}
	read := plainCell
	switch {
	case in(r.form.dateColumns):
		read = datesCell
	case in(r.form.decimalColumns):
		read = decimalsCell
	case in(r.form.asFormula):
		read = formulaCell
	}
	return tableField{column: found[0], key: string(record.NewString(name).AppendJSON(nil)) + ":", read: read}, nil
}

// otherColumns says where a header differs from the columns it should have,
// naming only what the mapping itself names.
func (r *tableReader) otherColumns(header, names []string) error {
	at := 0
	for at < len(header) && at < len(names) && sameName(header[at], names[at]) {
		at++
	}
	why := fmt.Sprintf("Column %d is not %q.", at+1, names[min(at, len(names)-1)])
	switch {
	case at >= len(names):
		why = fmt.Sprintf("It has %d columns, and %d are declared.", len(header), len(names))
	case at >= len(header):
		why = fmt.Sprintf("It ends before %q.", names[at])
	}
	return r.at.fault("other-columns", "the header is not what columns says", why,
		"Deliver the file with exactly these columns in this order, or change columns.")
}

// check refuses a row that is not like its header, or that holds what is no text.
func (r *tableReader) check(cells []cell) error {
	for i, c := range cells {
		if i >= r.width && c.shown != "" {
			return r.at.fault("ragged-row", fmt.Sprintf("there is something in column %d, and the header has %d columns", i+1, r.width),
				"Which column the cells belong to can't be told.", "Correct the row, or name the column in the header.")
		}
		if err := r.soundText(c.shown, i); err != nil {
			return err
		}
	}
	return nil
}

// soundText refuses bytes that the encoding does not have. windows-1252 has been
// decoded by now: the five bytes without a meaning there have become control
// characters or the replacement character.
func (r *tableReader) soundText(text string, column int) error {
	sound := utf8.ValidString(text)
	if r.form.windows1252 {
		sound = !strings.ContainsFunc(text, undefined1252)
	}
	if sound {
		return nil
	}
	name, remedy := utf8Name, `If the file comes from a spreadsheet, set encoding = "windows-1252", or save it as "CSV UTF-8".`
	if r.form.windows1252 {
		name, remedy = windows1252Name, "Save the file again in this encoding, or set encoding to the one it is in."
	}
	return r.at.fault("wrong-encoding", fmt.Sprintf("column %d is not %s", column+1, name),
		"It holds bytes that mean nothing in this encoding.", remedy)
}

func undefined1252(c rune) bool { return c == utf8.RuneError || (c >= 0x80 && c <= 0x9f) }

// record writes one row as a JSON object.
func (r *tableReader) record(dst []byte, cells []cell) []byte {
	dst = append(dst, '{')
	for _, field := range r.fields {
		if field.column >= len(cells) {
			continue
		}
		c := cells[field.column]
		if c.shown == "" || (r.form.null != "" && c.shown == r.form.null) {
			continue
		}
		if len(dst) > 1 {
			dst = append(dst, ',')
		}
		dst = append(dst, field.key...)
		text, ok := field.read(c, r.form)
		if !ok {
			// No type of the language takes an object without members for what the
			// column should hold, so that the engine holds this record and no other.
			dst = append(dst, `{"unreadable":true}`...)
			continue
		}
		dst = record.NewString(text).AppendJSON(dst)
	}
	return append(dst, '}')
}

// plainName makes names comparable: outer spaces and the way an accent is
// composed don't count.
func plainName(name string) string { return norm.NFC.String(strings.TrimSpace(name)) }

func sameName(a, b string) bool { return a == b || plainName(a) == plainName(b) }
