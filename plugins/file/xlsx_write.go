package main

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"passerelle/plugins/record"
	"passerelle/plugins/sdk"
)

// Excel's limits.
const (
	maxSheetRows    = 1 << 20
	maxSheetColumns = 1 << 14
	maxCellUnits    = 32767 // of UTF-16
	maxExactDigits  = 15    // of a number
)

// The styles of styles.xml, by their place there.
const (
	styleText = 1
	styleDate = 2
)

// sheetEncoder writes a workbook of one sheet straight into its zip archive, row
// by row: nothing is kept in memory or in a temporary file. Text is written as
// text cells, so that neither a leading zero nor a formula is ever guessed at.
type sheetEncoder struct {
	form    *form
	columns *columns
	archive *zip.Writer
	sheet   io.Writer
	rows    int
	row     []byte
}

func newSheetEncoder(f *form, c *columns, out *bufio.Writer) (*sheetEncoder, error) {
	if len(c.names) > maxSheetColumns {
		return nil, badSetting("columns", "The sheet would have too many columns", fmt.Sprintf("Excel has %d.", maxSheetColumns), "Send fewer fields.")
	}
	e := &sheetEncoder{form: f, columns: c, archive: zip.NewWriter(out)}
	name := f.sheet
	if name == "" {
		name = "Sheet1"
	}
	if utf8.RuneCountInString(name) > 31 || strings.ContainsAny(name, `[]:*?/\`) || strings.Trim(name, "'") != name || !xmlText(name) {
		return nil, badSetting("sheet", "The name of the sheet is not one that Excel takes", `It has at most 31 characters, without [ ] : * ? / \ and outer apostrophes.`, "Choose another name.")
	}
	for _, part := range fixedParts(name, f.dates.excel) {
		w, err := e.create(part.name)
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(w, xml.Header+part.content); err != nil {
			return nil, err
		}
	}
	var err error
	if e.sheet, err = e.create("xl/worksheets/sheet1.xml"); err != nil {
		return nil, err
	}
	if _, err := io.WriteString(e.sheet, xml.Header+`<worksheet xmlns="`+spreadsheetML+`"><sheetData>`); err != nil {
		return nil, err
	}
	return e, e.header()
}

// create begins a part. No time is written: the same rows give the same file.
func (e *sheetEncoder) create(name string) (io.Writer, error) {
	return e.archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
}

func (e *sheetEncoder) header() error {
	if !e.form.header {
		return nil
	}
	e.begin()
	for i, name := range e.columns.names {
		if refused := e.text(i, name); refused != nil {
			return badSetting("columns", fmt.Sprintf("The name of the column %q can't be written", name), refused.Detail, "Choose another name.")
		}
	}
	return e.end()
}

func (e *sheetEncoder) add(data []byte) (*sdk.Error, error) {
	if e.rows == maxSheetRows {
		return &sdk.Error{Code: "sheet-full", Summary: "The sheet is full", Detail: fmt.Sprintf("Excel has %d rows.", maxSheetRows),
			Remedy: "Write a CSV file, or fewer people.", Retry: afterFix}, nil
	}
	row, refused := e.columns.values(data)
	if refused != nil {
		return refused, nil
	}
	e.begin()
	for i := range e.columns.names {
		if refused := e.cell(i, e.columns.value(row, i)); refused != nil {
			e.rows--
			return refused, nil
		}
	}
	return nil, e.end()
}

func (e *sheetEncoder) begin() {
	e.rows++
	e.row = append(e.row[:0], `<row r="`...)
	e.row = strconv.AppendInt(e.row, int64(e.rows), 10)
	e.row = append(e.row, `">`...)
}

func (e *sheetEncoder) end() error {
	e.row = append(e.row, "</row>"...)
	_, err := e.sheet.Write(e.row)
	return err
}

// cell writes numbers as numbers and dates as dates, as long as Excel keeps them
// exactly; all else is text.
func (e *sheetEncoder) cell(column int, v record.Value) *sdk.Error {
	text, refused := e.columns.text(v, column)
	if refused != nil {
		return refused
	}
	switch v.Kind() {
	case record.Int, record.Decimal, record.Double:
		number := string(v.AppendJSON(nil))
		if strings.Count(number, "")-1 <= maxExactDigits && strings.Trim(number, "-0123456789.") == "" {
			e.open(column, "", 0)
			e.row = append(e.row, "<v>"+number+"</v></c>"...)
			return nil
		}
	case record.Date:
		year, month, day := v.Civil()
		if serial, ok := serialOf(year, month, day); ok {
			e.open(column, "", styleDate)
			e.row = append(e.row, "<v>"+strconv.Itoa(serial)+"</v></c>"...)
			return nil
		}
	case record.Bool:
		e.open(column, "b", 0)
		e.row = append(e.row, map[bool]string{true: "<v>1</v></c>", false: "<v>0</v></c>"}[v.Bool()]...)
		return nil
	}
	return e.text(column, text)
}

// serialOf is Excel's number of a day. Before March 1900 its calendar is wrong,
// so that such a date is text.
func serialOf(year int, month time.Month, day int) (int, bool) {
	const unixEpoch = 25569 // the serial of 1970-01-01
	serial := int(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()/86400) + unixEpoch
	return serial, serial > 60 && year < 10000
}

func (e *sheetEncoder) text(column int, text string) *sdk.Error {
	name := e.columns.names[column]
	if text == "" {
		return nil
	}
	if !xmlText(text) {
		return refused("unencodable-character", name, "holds a control character that a workbook can't hold", "XML has no such characters, and nothing is replaced unseen.", "Correct the value at the source.")
	}
	if len(text) > maxCellUnits && len(utf16.Encode([]rune(text))) > maxCellUnits {
		return refused("too-long", name, fmt.Sprintf("has more than %d characters", maxCellUnits), "A cell of Excel holds no more.", "Shorten the value at the source or in map.")
	}
	e.open(column, "inlineStr", styleText)
	e.row = append(e.row, `<is><t xml:space="preserve">`...)
	e.row = appendXML(e.row, text)
	e.row = append(e.row, "</t></is></c>"...)
	return nil
}

func (e *sheetEncoder) open(column int, kind string, style int) {
	e.row = append(e.row, `<c r="`...)
	e.row = append(e.row, columnLetters(column)...)
	e.row = strconv.AppendInt(e.row, int64(e.rows), 10)
	if style > 0 {
		e.row = append(append(e.row, `" s="`...), byte('0'+style))
	}
	if kind != "" {
		e.row = append(append(e.row, `" t="`...), kind...)
	}
	e.row = append(e.row, `">`...)
}

// columnLetters is A for 0, AA for 26.
func columnLetters(column int) string {
	letters := ""
	for column++; column > 0; column = (column - 1) / 26 {
		letters = string(rune('A'+(column-1)%26)) + letters
	}
	return letters
}

// xmlText reports whether XML 1.0 can hold a text.
func xmlText(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, c := range s {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' || c == 0xFFFE || c == 0xFFFF {
			return false
		}
	}
	return true
}

// appendXML escapes a text, and what Excel would itself take for an escape. A
// carriage return goes as one, because XML reads a bare one as a line feed.
func appendXML(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '&':
			dst = append(dst, "&amp;"...)
		case '<':
			dst = append(dst, "&lt;"...)
		case '>':
			dst = append(dst, "&gt;"...)
		case '\r':
			dst = append(dst, "_x000D_"...)
		case '_':
			if i+6 < len(s) && s[i+1] == 'x' && s[i+6] == '_' {
				if _, ok := hexFour(s[i+2 : i+6]); ok {
					dst = append(dst, "_x005F"...)
				}
			}
			dst = append(dst, '_')
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

func (e *sheetEncoder) finish() error {
	if _, err := io.WriteString(e.sheet, `</sheetData></worksheet>`); err != nil {
		return err
	}
	return e.archive.Close()
}
