package main

import (
	"strings"
	"time"
)

// dateForm writes and reads civil dates. The zero dateForm is ISO.
type dateForm struct {
	layout string // Go's
	excel  string // Excel's number format
}

const isoLayout = "2006-01-02"

// datePieces in the order in which they are looked for: the longer first.
var datePieces = []struct{ written, layout, excel string }{
	{"yyyy", "2006", "yyyy"}, {"dd", "02", "dd"}, {"d", "2", "d"}, {"MM", "01", "mm"}, {"M", "1", "m"},
}

// newDateForm reads a form such as dd/MM/yyyy. Empty is ISO. Each of day, month
// and year comes once; between them anything but letters and digits. A year of
// two digits is refused: nobody can say which century a birth date is of.
func newDateForm(text string) (dateForm, bool) {
	if text == "" {
		return dateForm{layout: isoLayout, excel: "yyyy-mm-dd"}, true
	}
	var form dateForm
	seen := map[byte]bool{}
	for rest := text; rest != ""; {
		piece := -1
		for i, p := range datePieces {
			if strings.HasPrefix(rest, p.written) {
				piece = i
				break
			}
		}
		if piece < 0 {
			if !strings.ContainsRune(" /-._", rune(rest[0])) {
				return dateForm{}, false
			}
			form.layout += rest[:1]
			form.excel += rest[:1]
			rest = rest[1:]
			continue
		}
		p := datePieces[piece]
		if seen[p.written[0]] {
			return dateForm{}, false
		}
		seen[p.written[0]] = true
		form.layout += p.layout
		form.excel += p.excel
		rest = rest[len(p.written):]
	}
	return form, len(seen) == 3
}

// iso reads a date in this form and gives it as YYYY-MM-DD.
func (d dateForm) iso(text string) (string, bool) {
	t, err := time.Parse(d.layout, text)
	if err != nil || t.Format(d.layout) != text {
		return "", false
	}
	return t.Format(isoLayout), true
}

// text writes a date in this form.
func (d dateForm) text(year int, month time.Month, day int) string {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Format(d.layout)
}
