package record

import (
	"strconv"
	"time"
)

// What "YYYY" can write, as Unix seconds: from the year 0 to the end of 9999.
var (
	firstSecond = daysFromCivil(0, 1, 1) * 86400
	lastSecond  = daysFromCivil(10000, 1, 1)*86400 - 1
)

// moment is an ISO date-time as written, before any zone is applied.
type moment struct {
	days   int64
	clock  int64 // seconds of the day
	nanos  int32
	exact  bool // the fraction fits nanoseconds
	zoned  bool
	offset int64 // seconds east of UTC
}

// parseDate reads "YYYY-MM-DD" at the start of s.
func parseDate(s string) (days int64, ok bool) {
	if len(s) < 10 || s[4] != '-' || s[7] != '-' {
		return 0, false
	}
	century, ok1 := twoDigits(s, 0)
	rest, ok2 := twoDigits(s, 2)
	month, ok3 := twoDigits(s, 5)
	day, ok4 := twoDigits(s, 8)
	year := century*100 + rest
	if !(ok1 && ok2 && ok3 && ok4) || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0, false
	}
	return daysFromCivil(year, month, day), true
}

// parseMoment reads "YYYY-MM-DDTHH:MM:SS", with or without fraction, Z or offset.
func parseMoment(s string) (moment, bool) {
	days, ok := parseDate(s)
	if !ok || len(s) < 19 || s[10] != 'T' || s[13] != ':' || s[16] != ':' {
		return moment{}, false
	}
	hour, ok1 := twoDigits(s, 11)
	minute, ok2 := twoDigits(s, 14)
	second, ok3 := twoDigits(s, 17)
	if !(ok1 && ok2 && ok3) || hour > 23 || minute > 59 || second > 59 {
		return moment{}, false
	}
	m := moment{days: days, clock: hour*3600 + minute*60 + second, exact: true}
	rest := s[19:]
	if rest != "" && rest[0] == '.' {
		end := digitsEnd(rest, 1)
		if end == 1 {
			return moment{}, false
		}
		m.nanos, m.exact = fraction(rest[1:end])
		rest = rest[end:]
	}
	return m, m.readOffset(rest)
}

func (m *moment) readOffset(s string) bool {
	switch {
	case s == "":
		return true
	case s == "Z":
		m.zoned = true
		return true
	case len(s) != 6 || (s[0] != '+' && s[0] != '-') || s[3] != ':':
		return false
	}
	hours, ok1 := twoDigits(s, 1)
	minutes, ok2 := twoDigits(s, 4)
	if !ok1 || !ok2 || hours > 23 || minutes > 59 {
		return false
	}
	m.zoned, m.offset = true, hours*3600+minutes*60
	if s[0] == '-' {
		m.offset = -m.offset
	}
	return true
}

// fraction turns digits after the point into nanoseconds; exact is false when
// finer ones are lost.
func fraction(digits string) (nanos int32, exact bool) {
	exact = true
	for i := range max(9, len(digits)) {
		var digit int32
		if i < len(digits) {
			digit = int32(digits[i] - '0')
		}
		if i < 9 {
			nanos = nanos*10 + digit
		} else if digit != 0 {
			exact = false
		}
	}
	return nanos, exact
}

// dateOf takes a date, or the civil part of a date-time: no zone moves the day.
func dateOf(s string) (Value, problem) {
	days, ok := parseDate(s)
	if ok && len(s) != 10 {
		_, ok = parseMoment(s)
	}
	if !ok {
		return Value{}, textNoDate
	}
	return Value{kind: Date, num: days}, fine
}

// timestampOf takes an RFC 3339 date-time, or one without offset in zone.
func timestampOf(s string, zone *time.Location) (Value, problem) {
	m, ok := parseMoment(s)
	if !ok || !m.exact {
		return Value{}, textNoTimestamp
	}
	second := m.days*86400 + m.clock - m.offset
	if !m.zoned {
		if zone == nil {
			return Value{}, textNoZone
		}
		if second, ok = inZone(second, zone); !ok {
			return Value{}, textSkipped
		}
	}
	if second < firstSecond || second > lastSecond {
		return Value{}, textNoTimestamp
	}
	v := Value{kind: Timestamp, num: second}
	if m.nanos != 0 {
		v.more = &parts{nanos: m.nanos}
	}
	return v, fine
}

// inZone is the instant at which a clock in zone shows wall (Unix seconds, as
// if the zone were UTC). Of an hour that comes twice it takes the first; false
// when clocks skip it.
func inZone(wall int64, zone *time.Location) (second int64, ok bool) {
	u := time.Unix(wall, 0).UTC()
	t := time.Date(u.Year(), u.Month(), u.Day(), u.Hour(), u.Minute(), u.Second(), 0, zone)
	if _, offset := t.Zone(); t.Unix()+int64(offset) != wall {
		return 0, false
	}
	start, _ := t.ZoneBounds()
	if start.IsZero() {
		return t.Unix(), true
	}
	_, before := start.Add(-time.Second).Zone()
	early := time.Unix(wall-int64(before), 0).In(zone)
	if _, offset := early.Zone(); offset == before && early.Before(t) {
		return early.Unix(), true
	}
	return t.Unix(), true
}

func twoDigits(s string, i int) (int64, bool) {
	tens, ones := s[i]-'0', s[i+1]-'0'
	return int64(tens)*10 + int64(ones), tens <= 9 && ones <= 9
}

func daysIn(year, month int64) int64 {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// daysFromCivil counts days from 1970-01-01 in the proleptic Gregorian
// calendar, in years that begin in March so that the leap day comes last.
func daysFromCivil(year, month, day int64) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	era := year / 400
	if year < 0 {
		era = (year - 399) / 400
	}
	ofEra := year - era*400
	ofYear := (153*(month-3)+2)/5 + day - 1
	return era*146097 + ofEra*365 + ofEra/4 - ofEra/100 + ofYear - 719468
}

// appendDate writes YYYY-MM-DD; a year that four digits can't hold, which no
// scan ever gives, in ISO 8601's expanded form with a sign.
func appendDate(dst []byte, year int, month time.Month, day int) []byte {
	if year < 0 || year > 9999 {
		if year < 0 {
			dst, year = append(dst, '-'), -year
		} else {
			dst = append(dst, '+')
		}
		for limit := 100000; limit > year && limit >= 10; limit /= 10 {
			dst = append(dst, '0')
		}
		dst = strconv.AppendInt(dst, int64(year), 10)
	} else {
		dst = append(dst, byte('0'+year/1000), byte('0'+year/100%10), byte('0'+year/10%10), byte('0'+year%10))
	}
	return append(dst, '-', byte('0'+month/10), byte('0'+month%10), '-', byte('0'+day/10), byte('0'+day%10))
}

// appendTimestamp writes RFC 3339 in UTC, with as many digits of a second as needed.
func appendTimestamp(dst []byte, t time.Time) []byte {
	year, month, day := t.Date()
	dst = appendDate(dst, year, month, day)
	return t.AppendFormat(dst, "T15:04:05.999999999Z")
}
