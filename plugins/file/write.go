package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
	"passerelle/plugins/sdk"
)

const writeBuffer = 256 << 10

// encoder writes records in one format.
type encoder interface {
	// add writes one record, or says why the file can't hold it; then nothing of
	// it was written. The error is of writing.
	add(data []byte) (refused *sdk.Error, err error)
	// finish writes what a file ends with.
	finish() error
}

// OpenSnapshot implements sdk.SnapshotWriter.
func (c *connection) OpenSnapshot(ctx context.Context, session sdk.WriteSession) (sdk.Snapshot, error) {
	f, complaint := newForm(c.place.name(), session.Settings)
	if complaint != nil {
		return nil, complaint
	}
	columns, complaint := newColumns(f, session.Schema)
	if complaint != nil {
		return nil, complaint
	}
	pending, err := c.place.replace(ctx)
	if err != nil {
		return nil, err
	}
	s := &snapshot{name: c.place.name(), pending: pending, out: bufio.NewWriterSize(pending, writeBuffer)}
	if s.encoder, err = newEncoder(f, columns, s.out); err != nil {
		pending.abort()
		if isComplaint(err) {
			return nil, err
		}
		return nil, writeFailed(s.name)
	}
	return s, nil
}

func newEncoder(f *form, columns *columns, out *bufio.Writer) (encoder, error) {
	switch f.format {
	case formatJSONL:
		return &linesEncoder{out: out}, nil
	case formatJSON:
		return newArrayEncoder(out)
	case formatXLSX:
		return newSheetEncoder(f, columns, out)
	}
	return newCSVEncoder(f, columns, out)
}

// snapshot is one new file.
type snapshot struct {
	name    string
	pending pendingFile
	out     *bufio.Writer
	encoder encoder
}

// Write implements sdk.Snapshot.
func (s *snapshot) Write(ctx context.Context, records []sdk.WriteRecord) ([]sdk.WriteResult, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	results := make([]sdk.WriteResult, len(records))
	for i, r := range records {
		refused, err := s.encoder.add(r.Data)
		if err != nil {
			return nil, writeFailed(s.name)
		}
		results[i] = sdk.WriteResult{Outcome: protocol.Outcome_OUTCOME_APPLIED, Attempts: 1}
		if refused != nil {
			results[i] = sdk.WriteResult{Outcome: protocol.Outcome_OUTCOME_REFUSED, Err: refused}
		}
	}
	return results, nil
}

// Commit implements sdk.Snapshot.
func (s *snapshot) Commit(ctx context.Context, _ int64) error {
	if s.encoder.finish() != nil || s.out.Flush() != nil {
		return writeFailed(s.name)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.pending.commit()
}

// Abort implements sdk.Snapshot.
func (s *snapshot) Abort() { s.pending.abort() }

// linesEncoder writes JSON lines: each record as the engine wrote it.
type linesEncoder struct{ out *bufio.Writer }

func (e *linesEncoder) add(data []byte) (*sdk.Error, error) {
	if refused := oneLine(data); refused != nil {
		return refused, nil
	}
	_, _ = e.out.Write(data) // a bufio.Writer keeps its error
	return nil, e.out.WriteByte('\n')
}

func (*linesEncoder) finish() error { return nil }

// arrayEncoder writes one JSON array, an object a line.
type arrayEncoder struct {
	out   *bufio.Writer
	first bool
}

func newArrayEncoder(out *bufio.Writer) (*arrayEncoder, error) {
	_, err := out.WriteString("[")
	return &arrayEncoder{out: out, first: true}, err
}

func (e *arrayEncoder) add(data []byte) (*sdk.Error, error) {
	if refused := oneLine(data); refused != nil {
		return refused, nil
	}
	separator := ",\n"
	if e.first {
		separator = "\n"
	}
	e.first = false
	_, _ = e.out.WriteString(separator)
	_, err := e.out.Write(data)
	return nil, err
}

func (e *arrayEncoder) finish() error {
	_, err := e.out.WriteString("\n]\n")
	return err
}

// oneLine refuses a record that is laid out over several lines: JSON needs no raw
// line end, and the engine writes none.
func oneLine(data []byte) *sdk.Error {
	if bytes.ContainsAny(data, "\r\n") || len(data) < 2 || data[0] != '{' {
		return badRecord()
	}
	return nil
}

func badRecord() *sdk.Error {
	return &sdk.Error{Code: "bad-record", Summary: "The record is not one JSON object on one line",
		Detail: "The engine sends each record so.", Remedy: "This is a fault of the program that called the plugin: report it.", Retry: protocol.Retry_RETRY_NEVER}
}

// columns are what a table's rows are made of.
type columns struct {
	names   []string
	form    *form
	scanner *record.Scanner // nil when no column is filled
	slots   []int           // of each column; -1: left empty on purpose
	flat    []int           // the other slot of a column whose name has dots; -1: none
	row     []record.Value
	limits  []int
	formula []bool // written as ="…"
}

// newColumns puts the fields that the mapping sends into the columns of the file:
// exactly those, in that order. JSON formats have none.
func newColumns(f *form, schema []*sdk.Field) (*columns, *sdk.Error) {
	if f.format == formatJSON || f.format == formatJSONL {
		return nil, nil
	}
	c := &columns{form: f, names: f.columns}
	if c.names == nil {
		for _, field := range schema {
			c.names = append(c.names, columnName(field))
		}
	}
	slots := make([]record.Slot, len(schema))
	at := map[string]int{}
	for i, field := range schema {
		slot, complaint := columnSlot(field)
		if complaint != nil {
			return nil, complaint
		}
		slots[i] = slot
		at[columnName(field)] = i
	}
	for _, name := range c.names {
		slot, mapped := at[name]
		left := slices.Contains(f.emptyColumns, name)
		switch {
		case mapped && left:
			return nil, badSetting("empty_columns", fmt.Sprintf("The column %q is filled by map", name), "It can't be empty on purpose.", "Remove it from empty_columns.")
		case !mapped && !left:
			return nil, badSetting("columns", fmt.Sprintf("The column %q is not in map", name), "It would be empty in every row without anybody noticing.",
				"Add it to map, or to empty_columns if it shall be empty.")
		case left:
			slot = -1
		}
		delete(at, name)
		c.slots = append(c.slots, slot)
		c.flat = append(c.flat, -1)
		if slot >= 0 && strings.Contains(name, ".") {
			c.flat[len(c.flat)-1] = len(slots)
			slots = append(slots, flatSlot(name, slots[slot].Type))
		}
		c.limits = append(c.limits, f.maxLengths[name])
		c.formula = append(c.formula, slices.Contains(f.asFormula, name))
	}
	for _, field := range schema {
		if _, unused := at[columnName(field)]; unused {
			return nil, badSetting("columns", fmt.Sprintf("The field %q of map is not in columns", columnName(field)), "It would be written nowhere.",
				"Add it to columns, or remove it from map.")
		}
	}
	return c, c.prepare(slots)
}

func (c *columns) prepare(slots []record.Slot) *sdk.Error {
	for name := range c.form.maxLengths {
		if !slices.Contains(c.names, name) {
			return noSuchColumn("max_lengths", name)
		}
	}
	for setting, list := range map[string][]string{"spreadsheet_text": c.form.asFormula, "empty_columns": c.form.emptyColumns} {
		for _, name := range list {
			if !slices.Contains(c.names, name) {
				return noSuchColumn(setting, name)
			}
		}
	}
	c.row = make([]record.Value, len(slots))
	var err error
	if c.scanner, err = record.NewScanner(slots); err != nil || len(c.names) == 0 {
		return badSetting("columns", "The file would have no columns", "The mapping sends no field that can be one.", "Add a line to map.")
	}
	return nil
}

func noSuchColumn(setting, name string) *sdk.Error {
	return badSetting(setting, fmt.Sprintf("%s names the column %q, which is not written", setting, name), "Its name is neither in columns nor in map.", "Correct the name, or remove it.")
}
