package main

import (
	"bufio"
	"fmt"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"passerelle/plugins/record"
	"passerelle/plugins/sdk"
)

// maxFormulaText is the longest text that a spreadsheet takes within a formula.
const maxFormulaText = 255

// csvEncoder writes CSV after RFC 4180, with the separator, line end and
// encoding of its form. encoding/csv knows neither quotes around every cell nor a
// cell that may not be empty in a row of its own.
type csvEncoder struct {
	form    *form
	columns *columns
	out     *bufio.Writer
	row     []byte
}

func newCSVEncoder(f *form, c *columns, out *bufio.Writer) (*csvEncoder, error) {
	e := &csvEncoder{form: f, columns: c, out: out}
	if f.bom {
		_, _ = out.Write(markUTF8)
	}
	if !f.header {
		return e, nil
	}
	for i, name := range c.names {
		if err := e.cell(i, name); err != nil {
			return nil, badSetting("columns", fmt.Sprintf("The name of the column %q can't be written", name), err.Detail, "Choose another name or another encoding.")
		}
	}
	return e, e.end()
}

func (e *csvEncoder) add(data []byte) (*sdk.Error, error) {
	row, refused := e.columns.values(data)
	if refused != nil {
		return refused, nil
	}
	e.row = e.row[:0]
	for i := range e.columns.names {
		v := e.columns.value(row, i)
		text, refused := e.columns.text(v, i)
		if refused == nil {
			text, refused = e.guarded(v, text, i)
		}
		if refused == nil {
			refused = e.cell(i, text)
		}
		if refused != nil {
			e.row = e.row[:0]
			return refused, nil
		}
	}
	return nil, e.end()
}

func (*csvEncoder) finish() error { return nil }

// guarded turns a text into the form that a spreadsheet takes for text, where the
// file is to have that, and sees to it that it runs no other formula. Numbers and
// dates are none.
func (e *csvEncoder) guarded(v record.Value, text string, column int) (string, *sdk.Error) {
	name := e.columns.names[column]
	if e.columns.formula[column] {
		if v.IsEmpty() {
			return text, nil
		}
		if len([]rune(text)) > maxFormulaText {
			return "", refused("too-long", name, fmt.Sprintf("has more than %d characters", maxFormulaText), "A spreadsheet takes no more in the form =\"…\".", "Take the column out of spreadsheet_text.")
		}
		return `="` + strings.ReplaceAll(text, `"`, `""`) + `"`, nil
	}
	if e.form.formulas == "keep" || v.IsEmpty() || !(v.Kind() == record.String || v.Kind() == record.Choice) || !runs(text) {
		return text, nil
	}
	if e.form.formulas == "escape" {
		return "'" + text, nil
	}
	return "", refused("formula", name, "begins like a formula",
		"A spreadsheet that opens the file would run it, whoever wrote it.",
		`Correct the value at the source. If the file's reader is no spreadsheet, set formulas = "keep"; "escape" puts an apostrophe before it.`)
}

// runs reports whether a spreadsheet may take a text for a formula. A + or -
// before nothing but digits and the signs of a telephone number or an amount is
// none that harms: +33 1 23 45, -12.5.
func runs(text string) bool {
	switch text[0] {
	case '=', '@', '\t', '\r':
		return true
	case '+', '-':
		return strings.Trim(text[1:], "0123456789 .,()/\u00a0\u202f-") != ""
	}
	return false
}

// cell appends one cell to the row.
func (e *csvEncoder) cell(column int, text string) *sdk.Error {
	if column > 0 {
		e.row = append(e.row, byte(e.form.separator))
	}
	quoted := e.form.quoteAll || e.needsQuotes(text)
	if quoted {
		e.row = append(e.row, '"')
		text = strings.ReplaceAll(text, `"`, `""`)
	}
	if refused := e.encode(text, column); refused != nil {
		return refused
	}
	if quoted {
		e.row = append(e.row, '"')
	}
	return nil
}

// needsQuotes: also for outer spaces, which some readers drop, and for a row that
// would else be a blank line.
func (e *csvEncoder) needsQuotes(text string) bool {
	if text == "" {
		return len(e.columns.names) == 1
	}
	return strings.ContainsAny(text, "\"\r\n") || strings.ContainsRune(text, e.form.separator) ||
		text[0] == ' ' || text[len(text)-1] == ' ' || strings.HasPrefix(text, "\ufeff")
}

func (e *csvEncoder) encode(text string, column int) *sdk.Error {
	name := e.columns.names[column]
	if strings.IndexByte(text, 0) >= 0 {
		return refused("unencodable-character", name, "holds a NUL character", "No text file can.", "Correct the value at the source.")
	}
	if !e.form.windows1252 {
		e.row = append(e.row, text...)
		return nil
	}
	for _, c := range text {
		b, ok := charmap.Windows1252.EncodeRune(c)
		if !ok {
			return refused("unencodable-character", name, "holds a character that windows-1252 does not have",
				"The encoding knows western European letters only, and nothing is replaced unseen.",
				`Set encoding = "utf-8" if the file's reader takes it, or write the value with other letters in map.`)
		}
		e.row = append(e.row, b)
	}
	return nil
}

// end writes the row.
func (e *csvEncoder) end() error {
	e.row = append(e.row, e.form.lineEnd...)
	_, err := e.out.Write(e.row)
	e.row = e.row[:0]
	return err
}
