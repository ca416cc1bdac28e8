package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"
)

// Byte order marks.
var (
	markUTF8    = []byte{0xEF, 0xBB, 0xBF}
	markUTF16LE = []byte{0xFF, 0xFE}
	markUTF16BE = []byte{0xFE, 0xFF}
)

// csvTable reads CSV strictly: encoding/csv without lazy quotes, every row as
// long as the first, every line ended.
type csvTable struct {
	guard *guard
	csv   *csv.Reader
	form  *form
	at    locus
	cells []cell
	rows  int64
}

func newCSVTable(r io.ReadSeeker, f *form, at locus) (*csvTable, error) {
	if _, err := skipMark(r, f, at); err != nil {
		return nil, err
	}
	g := newGuard(r, true)
	buffered := bufio.NewReaderSize(g, readBuffer)
	var text io.Reader = buffered
	if f.windows1252 {
		text = bufio.NewReaderSize(transform.NewReader(buffered, charmap.Windows1252.NewDecoder()), readBuffer)
	}
	t := &csvTable{guard: g, csv: csv.NewReader(text), form: f, at: at}
	t.csv.Comma = f.separator
	t.csv.ReuseRecord = true
	if !f.header {
		t.csv.FieldsPerRecord = len(f.columns)
	}
	return t, nil
}

// skipMark steps over a byte order mark, gives its length, and refuses the mark of
// an encoding that is not the file's.
func skipMark(r io.ReadSeeker, f *form, at locus) (int64, error) {
	start := make([]byte, len(markUTF8))
	n, err := io.ReadFull(r, start)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return 0, readFailed(at.file)
	}
	start = start[:n]
	length := int64(0)
	switch {
	case bytes.HasPrefix(start, markUTF16LE), bytes.HasPrefix(start, markUTF16BE):
		return 0, at.fault("wrong-encoding", "the file is in UTF-16", "It begins with the mark of that encoding.",
			`Save it as "CSV UTF-8", or in windows-1252 with encoding = "windows-1252".`)
	case bytes.Equal(start, markUTF8) && f.windows1252:
		return 0, at.fault("wrong-encoding", "the file is in UTF-8, not windows-1252", "It begins with the mark of that encoding.",
			"Remove encoding from the source block.")
	case bytes.Equal(start, markUTF8):
		length = int64(len(markUTF8))
	}
	if _, err := r.Seek(length, io.SeekStart); err != nil {
		return 0, readFailed(at.file)
	}
	return length, nil
}

func (t *csvTable) next() ([]cell, int64, error) {
	fields, err := t.csv.Read()
	if err != nil {
		return nil, 0, t.explain(err)
	}
	t.guard.row()
	line, _ := t.csv.FieldPos(0)
	t.at.line = int64(line)
	t.cells = t.cells[:0]
	for _, field := range fields {
		t.cells = append(t.cells, cell{shown: field})
	}
	first := t.rows == 0
	t.rows++
	if first && t.form.header && slices.ContainsFunc(fields, func(f string) bool { return strings.Contains(f, "\r") }) {
		return nil, 0, t.at.fault("bad-line-ends", "the header holds a lone carriage return",
			"Lines end in LF or CR LF. Old Macintosh programs write CR alone, which makes the whole file one line.", "Save the file again with another line end.")
	}
	return t.cells, int64(line), nil
}

// explain turns the end of the reading into what it means.
func (t *csvTable) explain(err error) error {
	if complaint := t.guard.complaint(locus{t.at.file, t.at.what, t.at.line + 1}); complaint != nil {
		return complaint
	}
	if errors.Is(err, io.EOF) {
		return t.end()
	}
	parse := (*csv.ParseError)(nil)
	if !errors.As(err, &parse) {
		return readFailed(t.at.file)
	}
	at := t.at
	at.line = int64(parse.StartLine)
	if errors.Is(parse.Err, csv.ErrFieldCount) {
		return t.ragged(at)
	}
	if !t.unterminated() || !t.atEnd() {
		return at.fault("bad-quotes", "the quotes don't match",
			"A quote within a cell is doubled, and a cell that holds one stands in quotes as a whole.",
			"Correct the row, or have the file written again by a program that quotes.")
	}
	return at.halfWritten("A quote that is opened in this line is never closed, and the last line has no end.")
}

func (t *csvTable) ragged(at locus) error {
	if t.unterminated() && t.atEnd() {
		return at.halfWritten("The last line has another number of columns than the first, and no line end.")
	}
	return at.fault("ragged-row", fmt.Sprintf("the row has another number of columns than the %d expected", t.csv.FieldsPerRecord),
		"Which column its cells belong to can't be told. A separator within a cell must stand in quotes.",
		"Correct the row, or set the separator that the file has.")
}

// end is the end of the file: a good one if the last line is ended.
func (t *csvTable) end() error {
	switch {
	case !t.guard.any:
		return emptyFile(t.at.file)
	case t.unterminated() && !t.form.lastLineMayLack:
		return locus{t.at.file, t.at.what, t.at.line}.halfWritten(
			`The last line has no line end, so its last value may be cut. If this file is always written so, set last_line = "optional".`)
	}
	return io.EOF
}

// unterminated: the last byte that was read is not the end of a line.
func (t *csvTable) unterminated() bool { return t.guard.last != '\n' }

// atEnd: nothing comes after the row that was refused.
func (t *csvTable) atEnd() bool {
	_, err := t.csv.Read()
	return errors.Is(err, io.EOF)
}
