package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"

	"passerelle/plugins/sdk"
)

// sheetTable reads the rows of one sheet.
type sheetTable struct {
	book  *workbook
	file  io.Closer
	guard *guard
	part  *part
	show  shower
	row   int64
	cells []cell
}

// newSheetTable opens the sheet by its name, or the only one.
func newSheetTable(r io.ReaderAt, size int64, f *form, at locus) (*sheetTable, error) {
	if size == 0 {
		return nil, emptyFile(at.file)
	}
	book, err := openWorkbook(newBlocks(r), size, at)
	if err != nil {
		return nil, err
	}
	sheets, err := book.sheets()
	if err != nil || len(sheets) == 0 {
		return nil, book.broken(err)
	}
	chosen, err := chooseSheet(sheets, f.sheet, at)
	if err != nil {
		return nil, err
	}
	file, err := book.open(chosen.part)
	if err != nil {
		return nil, book.broken(err)
	}
	g := newGuard(file, false)
	return &sheetTable{book: book, file: file, guard: g, part: &part{decoder: xml.NewDecoder(g)}}, nil
}

func chooseSheet(sheets []sheetEntry, name string, at locus) (sheetEntry, error) {
	if name == "" && len(sheets) == 1 {
		return sheets[0], nil
	}
	for _, s := range sheets {
		if s.name == name {
			return s, nil
		}
	}
	if name == "" {
		return sheetEntry{}, badSetting("sheet", at.file+": the workbook has several sheets", "Which of them is meant isn't said.", "Set sheet to its name.")
	}
	return sheetEntry{}, badSetting("sheet", at.file+": the workbook has no sheet of this name", "Sheets are found by the name on their tab.", "Correct sheet, capitals and accents included.")
}

func (t *sheetTable) close() error { return t.file.Close() }

// next reads up to the end of a row.
func (t *sheetTable) next() ([]cell, int64, error) {
	t.guard.row()
	t.cells = t.cells[:0]
	for {
		token, err := t.part.token()
		if err != nil {
			return nil, 0, t.explain(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "row":
				t.row++
				if n, err := strconv.ParseInt(attribute(e, "r"), 10, 64); err == nil {
					t.row = n
				}
			case "c":
				if err := t.cell(e); err != nil {
					return nil, 0, t.explain(err)
				}
			}
		case xml.EndElement:
			if e.Name.Local == "row" {
				return t.cells, t.row, nil
			}
		}
	}
}

func (t *sheetTable) explain(err error) error {
	at := t.here()
	switch {
	case isComplaint(err), errors.Is(err, io.EOF):
		return err
	case errors.Is(t.guard.failed, errTooLong), errors.Is(err, errTooLong):
		return at.fault("row-too-long", "a row has more than 4 MiB", "A row is no longer than that.", "Correct the row.")
	}
	return t.book.broken(err)
}

func (t *sheetTable) here() locus { return locus{t.book.at.file, "row", t.row} }

// cell reads one c element and puts it where its reference says.
func (t *sheetTable) cell(e xml.StartElement) error {
	column := len(t.cells)
	if ref := attribute(e, "r"); ref != "" {
		column = columnOf(ref)
	}
	if column < len(t.cells) || column >= 16384 {
		return io.ErrUnexpectedEOF // not a place that a cell can have: the part is damaged
	}
	kind := attribute(e, "t")
	style, err := strconv.Atoi(attribute(e, "s"))
	if err != nil {
		style = 0
	}
	value, formula, hasValue := "", false, false
	for {
		token, err := t.part.token()
		if err != nil {
			return err
		}
		end, over := token.(xml.EndElement)
		if over && end.Name.Local == "c" {
			break
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "f":
			formula = true
		case "v":
			hasValue = true
			if value, err = t.text("v"); err != nil {
				return err
			}
		case "is":
			hasValue = true
			if value, err = t.part.richText("is"); err != nil {
				return err
			}
		}
	}
	if formula && !hasValue {
		return t.here().fault("uncalculated-formula", "a cell holds a formula that was never calculated",
			"The program that wrote the file left the result out.", "Open the file in a spreadsheet and save it, or deliver values.")
	}
	c, err := t.value(kind, value, style)
	if err != nil {
		return err
	}
	for len(t.cells) < column {
		t.cells = append(t.cells, cell{})
	}
	t.cells = append(t.cells, c)
	return nil
}

// text is the character data up to the end of an element.
func (t *sheetTable) text(end string) (string, error) {
	var out strings.Builder
	for {
		token, err := t.part.token()
		if err != nil {
			return "", err
		}
		switch e := token.(type) {
		case xml.CharData:
			out.Write(e)
		case xml.EndElement:
			if e.Name.Local == end {
				return out.String(), nil
			}
		}
	}
}

// value makes a cell by its type (ECMA-376 part 1, 18.18.11).
func (t *sheetTable) value(kind, value string, style int) (cell, error) {
	switch kind {
	case "s":
		i, err := strconv.Atoi(value)
		text, ok := t.book.shared.text(i)
		if err != nil || !ok {
			return cell{}, io.ErrUnexpectedEOF // refers to a text that is not there
		}
		return cell{shown: text}, nil
	case "inlineStr":
		return cell{shown: value}, nil
	case "str":
		return cell{shown: unescapeText(value)}, nil
	case "b":
		return cell{shown: map[bool]string{true: "true", false: "false"}[value == "1" || value == "true"]}, nil
	case "e":
		return cell{kind: invalidCell, shown: value}, nil
	case "d":
		return cell{kind: dateCell, shown: value}, nil
	}
	if value == "" {
		return cell{}, nil
	}
	c, ok := t.book.number(value, style, &t.show)
	if !ok {
		return cell{}, io.ErrUnexpectedEOF
	}
	return c, nil
}

// columnOf is the place, from 0, of the column of a reference such as AB12; -1
// when it is none.
func columnOf(ref string) int {
	column := 0
	for i, c := range []byte(ref) {
		if c < 'A' || c > 'Z' {
			if i == 0 {
				return -1
			}
			break
		}
		if column = column*26 + int(c-'A'+1); column > 1<<20 {
			return -1
		}
	}
	return column - 1
}

func isComplaint(err error) bool {
	complaint := (*sdk.Error)(nil)
	return errors.As(err, &complaint)
}
