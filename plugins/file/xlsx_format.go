package main

import (
	"encoding/xml"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"passerelle/plugins/record"
)

// numberFormat is how the cells of one style show their numbers.
type numberFormat struct {
	general bool
	date    bool // with a day: shown as ISO, whatever the order of its parts
	time    bool // hours or seconds
	code    string
	builtin int
}

// readStyles finds the number format of each cell style.
func (b *workbook) readStyles() error {
	codes := map[int]string{}
	inCells := false
	return b.each("xl/styles.xml", func(_ *part, e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			if id, err := strconv.Atoi(attribute(e, "numFmtId")); err == nil {
				codes[id] = attribute(e, "formatCode")
			}
		case "cellXfs":
			inCells = true
		case "cellStyles", "dxfs":
			inCells = false
		case "xf":
			if inCells {
				id, _ := strconv.Atoi(attribute(e, "numFmtId")) // absent: 0, General
				b.styles = append(b.styles, newNumberFormat(id, codes[id]))
			}
		}
		return nil
	})
}

// literals are the parts of a format code that are text, not placeholders:
// "quoted", \escaped, _padding, *fill, and [conditions].
var literals = regexp.MustCompile(`"[^"]*"|\\.|_.|\*.|\[[^\]]*\]`)

// newNumberFormat reads a format. Those below 164 have no code in the file; which
// are dates is told by ECMA-376 part 1, 18.8.30.
func newNumberFormat(id int, code string) numberFormat {
	f := numberFormat{code: code, builtin: id}
	if code == "" {
		f.general = id == 0 || id == 49
		f.date = id >= 14 && id <= 17 || id == 22 || id >= 27 && id <= 31 || id == 36 || id >= 50 && id <= 54 || id >= 57 && id <= 58
		f.time = id >= 18 && id <= 22 || id >= 32 && id <= 35 || id >= 45 && id <= 47 || id >= 55 && id <= 56
		return f
	}
	f.general = strings.EqualFold(code, "General") || code == "@"
	plain := strings.ToLower(literals.ReplaceAllString(code, ""))
	f.date = !f.general && strings.ContainsAny(plain, "yd")
	f.time = !f.general && strings.ContainsAny(plain, "hs")
	return f
}

// number makes a cell of a number as it is stored.
func (b *workbook) number(stored string, style int, show *shower) (cell, bool) {
	value, err := strconv.ParseFloat(stored, 64)
	if err != nil || math.IsNaN(value) || math.IsInf(value, 0) {
		return cell{}, false
	}
	// Excel itself keeps fifteen digits; what stands behind them is binary noise.
	raw, ok := record.CanonicalDecimal(exactOrFifteen(stored, value))
	if !ok {
		return cell{}, false
	}
	if style < 0 || style >= len(b.styles) || b.styles[style].general {
		return cell{kind: numberCell, shown: raw, raw: raw}, true
	}
	format := b.styles[style]
	if format.date {
		shown, ok := dateOfSerial(value, b.date1904)
		if ok && format.time {
			shown, ok = momentOfSerial(value, b.date1904)
		}
		if !ok {
			return cell{kind: invalidCell, shown: "#"}, true
		}
		return cell{kind: dateCell, shown: shown}, true
	}
	return cell{kind: numberCell, shown: show.number(value, format), raw: raw}, true
}

// exactOrFifteen keeps a number that is written with at most fifteen digits, and
// a whole number of any length.
func exactOrFifteen(stored string, value float64) string {
	if digits(strings.TrimPrefix(stored, "-")) {
		return stored
	}
	return strconv.FormatFloat(value, 'g', 15, 64)
}

// dateOfSerial gives the civil day of Excel's day number: 1 is 1900-01-01, and 60
// a 29 February that never was, which is refused. In the 1904 system 0 is
// 1904-01-01.
func dateOfSerial(serial float64, from1904 bool) (string, bool) {
	t, ok := timeOfSerial(serial, from1904)
	return t.Format(isoLayout), ok
}

func momentOfSerial(serial float64, from1904 bool) (string, bool) {
	t, ok := timeOfSerial(serial, from1904)
	return t.Format("2006-01-02T15:04:05"), ok
}

func timeOfSerial(serial float64, from1904 bool) (time.Time, bool) {
	day := math.Floor(serial)
	seconds := math.Round((serial - day) * 86400)
	if day < 0 || day > 2958465 || (!from1904 && (day < 1 || day == 60)) {
		return time.Time{}, false
	}
	first := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case from1904:
		first = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case day < 60:
		first = time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC)
	}
	return first.AddDate(0, 0, int(day)).Add(time.Duration(seconds) * time.Second), true
}

// shower shows numbers in the way of their format, by excelize, which knows all
// of Excel's. It works in a workbook of its own with a single cell.
type shower struct {
	book   *excelize.File
	styles map[numberFormat]int
}

func (s *shower) number(value float64, format numberFormat) string {
	plain := strconv.FormatFloat(value, 'f', -1, 64)
	if s.book == nil {
		s.book, s.styles = excelize.NewFile(), map[numberFormat]int{}
	}
	id, known := s.styles[format]
	if !known {
		style := &excelize.Style{NumFmt: format.builtin}
		if format.code != "" {
			style = &excelize.Style{CustomNumFmt: &format.code}
		}
		var err error
		if id, err = s.book.NewStyle(style); err != nil {
			return plain
		}
		s.styles[format] = id
	}
	sheet := s.book.GetSheetName(0)
	if s.book.SetCellValue(sheet, "A1", value) != nil || s.book.SetCellStyle(sheet, "A1", "A1", id) != nil {
		return plain
	}
	shown, err := s.book.GetCellValue(sheet, "A1")
	if err != nil {
		return plain
	}
	return strings.TrimSpace(shown)
}
