package expr

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// datePattern is a pattern of letters as the Unicode CLDR defines them (UTS 35,
// "Date Field Symbol Table"), of which dates here need day, month, year and
// weekday.
type datePattern struct {
	parts  []datePart
	locale dateNames
}

// datePart is a run of one letter, or a literal.
type datePart struct {
	letter  rune // d M y E, or 0 for a literal
	count   int
	literal string
}

// dateNames are the names of CLDR in one language, format style.
type dateNames struct {
	months, shortMonths [12]string
	days, shortDays     [7]string // from Sunday, as time.Weekday
}

func namesOf(locale string) (dateNames, bool) {
	switch locale {
	case "fr":
		return dateNames{
			months:      [12]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
			shortMonths: [12]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."},
			days:        [7]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
			shortDays:   [7]string{"dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."},
		}, true
	case "en":
		var n dateNames
		for m := time.January; m <= time.December; m++ {
			n.months[m-1], n.shortMonths[m-1] = m.String(), m.String()[:3]
		}
		for d := time.Sunday; d <= time.Saturday; d++ {
			n.days[d], n.shortDays[d] = d.String(), d.String()[:3]
		}
		return n, true
	}
	return dateNames{}, false
}

// parseDatePattern refuses every letter that it does not know. parsing says
// that the pattern reads dates, which then must hold day, month and year.
func parseDatePattern(pattern string, parsing bool) ([]datePart, *complaint) {
	var parts []datePart
	literal := func(s string) {
		if n := len(parts); n > 0 && parts[n-1].letter == 0 {
			parts[n-1].literal += s
			return
		}
		parts = append(parts, datePart{literal: s})
	}
	for rest := pattern; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case r == '\'':
			quoted, after, ok := cutQuoted(rest)
			if !ok {
				return nil, badPattern("A quote in the pattern is not closed.")
			}
			literal(quoted)
			rest = after
		case unicode.IsLetter(r):
			n := len(rest) - len(strings.TrimLeft(rest, string(r)))
			count := n / size
			if !knownDateLetters(r, count) {
				return nil, badPattern(fmt.Sprintf("`%s` means nothing in a date pattern.", rest[:n]))
			}
			parts = append(parts, datePart{letter: r, count: count})
			rest = rest[n:]
		default:
			literal(rest[:size])
			rest = rest[size:]
		}
	}
	return parts, checkDateParts(parts, parsing)
}

func knownDateLetters(r rune, count int) bool {
	switch r {
	case 'd':
		return count <= 2
	case 'M':
		return count <= 4
	case 'y':
		return count == 1 || count == 2 || count == 4
	case 'E':
		return count == 1 || count == 4
	}
	return false
}

// cutQuoted reads a literal in quotes at the start of s. Two quotes are one.
func cutQuoted(s string) (quoted, after string, ok bool) {
	if after, ok := strings.CutPrefix(s, "''"); ok {
		return "'", after, true
	}
	var b strings.Builder
	for s = s[1:]; s != ""; {
		if after, ok := strings.CutPrefix(s, "''"); ok {
			b.WriteByte('\'')
			s = after
			continue
		}
		if s[0] == '\'' {
			return b.String(), s[1:], true
		}
		b.WriteByte(s[0])
		s = s[1:]
	}
	return "", "", false
}

func checkDateParts(parts []datePart, parsing bool) *complaint {
	seen := map[rune]bool{}
	for _, p := range parts {
		if parsing && p.letter != 0 && seen[p.letter] {
			return badPattern("A pattern that reads dates names each part once.")
		}
		seen[p.letter] = true
	}
	if len(seen) == 0 || len(seen) == 1 && seen[0] {
		return badPattern("The pattern names no part of a date.")
	}
	if parsing && !(seen['d'] && seen['M'] && seen['y']) {
		return badPattern("A pattern that reads dates needs a day, a month and a year.")
	}
	return nil
}

func badPattern(detail string) *complaint {
	return &complaint{
		code:    "bad-pattern",
		summary: "This date pattern is not valid",
		detail:  detail,
		remedy:  "Use d or dd, M, MM, MMM or MMMM, y, yy or yyyy, E or EEEE, and other letters in quotes, for example 'dd/MM/yyyy' or 'd MMMM yyyy'.",
	}
}

func badLocale() *complaint {
	return &complaint{
		code:    "bad-locale",
		summary: "Names of months and days exist in French and English only",
		detail:  "The second text of `format`, and the third of `date`, is the language of the names.",
		remedy:  "Write 'fr' or 'en'.",
	}
}

func (p *datePattern) format(d date) string { return string(p.append(nil, d)) }

// expected is how many bytes are enough for a date between the years 1 and 9999.
func (p *datePattern) expected() int {
	n := 0
	for _, part := range p.parts {
		switch {
		case part.letter == 0:
			n += len(part.literal)
		case part.letter == 'E' || part.letter == 'M' && part.count > 2:
			n += longestName
		default:
			n += max(part.count, 2)
			if part.letter == 'y' {
				n += 2
			}
		}
	}
	return n
}

// longestName is "Wednesday", "décembre" or "septembre", in bytes.
const longestName = 9

func (p *datePattern) append(b []byte, d date) []byte {
	year, month, day := d.civil()
	for _, part := range p.parts {
		switch part.letter {
		case 0:
			b = append(b, part.literal...)
		case 'd':
			b = appendPadded(b, day, part.count)
		case 'M':
			switch part.count {
			case 3:
				b = append(b, p.locale.shortMonths[month-1]...)
			case 4:
				b = append(b, p.locale.months[month-1]...)
			default:
				b = appendPadded(b, int(month), part.count)
			}
		case 'y':
			if part.count == 2 {
				b = appendPadded(b, year%100, part.count)
			} else {
				b = appendPadded(b, year, part.count)
			}
		case 'E':
			if part.count == 4 {
				b = append(b, p.locale.days[d.weekday()]...)
			} else {
				b = append(b, p.locale.shortDays[d.weekday()]...)
			}
		}
	}
	return b
}

func appendPadded(b []byte, n, width int) []byte {
	var room [mostDigits]byte
	digits := strconv.AppendInt(room[:0], int64(n), 10)
	for i := len(digits); i < width; i++ {
		b = append(b, '0')
	}
	return append(b, digits...)
}

// parse reads the whole of s. Names are read without regard to case. Of a year
// in two digits, 69 to 99 are 1969 to 1999 and the others 2000 to 2068, as
// POSIX has it. A weekday must be the right one.
func (p datePattern) parse(s string) (date, bool) {
	var year, month, day int
	weekday := -1
	for _, part := range p.parts {
		var n int
		var ok bool
		switch {
		case part.letter == 0:
			s, ok = strings.CutPrefix(s, part.literal)
		case part.letter == 'd':
			day, s, ok = cutNumber(s, part.count, 2)
		case part.letter == 'M' && part.count <= 2:
			month, s, ok = cutNumber(s, part.count, 2)
		case part.letter == 'M' && part.count == 3:
			n, s, ok = cutName(s, p.locale.shortMonths[:])
			month = n + 1
		case part.letter == 'M':
			n, s, ok = cutName(s, p.locale.months[:])
			month = n + 1
		case part.letter == 'y' && part.count == 2:
			if year, s, ok = cutNumber(s, 2, 2); year < 69 {
				year += 100
			}
			year += 1900
		case part.letter == 'y':
			year, s, ok = cutNumber(s, part.count, 4)
		case part.count == 4:
			weekday, s, ok = cutName(s, p.locale.days[:])
		default:
			weekday, s, ok = cutName(s, p.locale.shortDays[:])
		}
		if !ok {
			return 0, false
		}
	}
	if s != "" || year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, time.Month(month)) {
		return 0, false
	}
	d := dateOf(year, time.Month(month), day)
	return d, weekday < 0 || weekday == int(d.weekday())
}

func cutNumber(s string, least, most int) (int, string, bool) {
	n := 0
	for n < len(s) && n < most && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	if n < least {
		return 0, s, false
	}
	v, err := strconv.Atoi(s[:n])
	return v, s[n:], err == nil
}

// cutName takes the longest of names that s begins with.
func cutName(s string, names []string) (int, string, bool) {
	best := -1
	for i, name := range names {
		if len(s) >= len(name) && strings.EqualFold(s[:len(name)], name) && (best < 0 || len(name) > len(names[best])) {
			best = i
		}
	}
	if best < 0 {
		return 0, s, false
	}
	return best, s[len(names[best]):], true
}
