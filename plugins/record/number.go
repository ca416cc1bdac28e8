package record

import (
	"math"
	"strconv"
	"strings"
)

// maxDecimal bounds a canonical decimal's text: 1e999999999 is eleven bytes of
// JSON and a gigabyte of digits. Every finite double's shortest text fits.
const maxDecimal = 1000

// CanonicalDecimal gives the one text of a decimal: no exponent, no trailing
// zeros after the point, no "-0". It takes a JSON number ("12.50", "1e3") and
// reports false for anything else, or when the result exceeds 1000 bytes.
func CanonicalDecimal(s string) (string, bool) {
	end, plain := scanNumber(s, 0)
	if end != len(s) || len(s) == 0 {
		return "", false
	}
	if plain && s != "-0" {
		return s, len(s) <= maxDecimal
	}
	mantissa, exponent := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa = s[:i]
		// Atoi's error is overflow alone: the grammar is checked. It then gives
		// the nearest int, far beyond the limit as it should be.
		exponent, _ = strconv.Atoi(s[i+1:])
	}
	sign := ""
	if mantissa[0] == '-' {
		sign, mantissa = "-", mantissa[1:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if exponent == 0 {
		return joinDecimal(sign, whole, fraction)
	}
	return shiftDecimal(sign, whole, fraction, exponent)
}

// shiftDecimal moves the point by exponent places.
func shiftDecimal(sign, whole, fraction string, exponent int) (string, bool) {
	digits := strings.TrimLeft(whole+fraction, "0")
	if digits == "" {
		return "0", true
	}
	// Far more than any sum of lengths here can undo.
	if exponent > 1<<30 || exponent < -1<<30 {
		return "", false
	}
	kept := strings.TrimRight(digits, "0")
	point := len(digits) - len(fraction) + exponent // digits before the point
	digits = kept
	switch {
	case point > maxDecimal || point < -maxDecimal:
		return "", false
	case point <= 0:
		return joinDecimal(sign, "0", strings.Repeat("0", -point)+digits)
	case point >= len(digits):
		return joinDecimal(sign, digits+strings.Repeat("0", point-len(digits)), "")
	}
	return joinDecimal(sign, digits[:point], digits[point:])
}

func joinDecimal(sign, whole, fraction string) (string, bool) {
	fraction = strings.TrimRight(fraction, "0")
	if fraction != "" {
		whole += "." + fraction
	} else if whole == "0" {
		sign = ""
	}
	return sign + whole, len(sign)+len(whole) <= maxDecimal
}

// scanNumber is the end of the JSON number that begins at p, or p if none does;
// plain: neither a fraction nor an exponent.
func scanNumber(s string, p int) (end int, plain bool) {
	i := p
	if i < len(s) && s[i] == '-' {
		i++
	}
	switch {
	case i >= len(s):
		return p, false
	case s[i] == '0':
		i++
	default:
		j := digitsEnd(s, i)
		if j == i {
			return p, false
		}
		i = j
	}
	plain = true
	if i < len(s) && s[i] == '.' {
		j := digitsEnd(s, i+1)
		if j == i+1 {
			return p, false
		}
		i, plain = j, false
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		j := i + 1
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			j++
		}
		k := digitsEnd(s, j)
		if k == j {
			return p, false
		}
		i, plain = k, false
	}
	return i, plain
}

func digitsEnd(s string, i int) int {
	for i < len(s) && s[i]-'0' <= 9 {
		i++
	}
	return i
}

// parseInt reads plain JSON digits; false when int64 can't hold them.
func parseInt(s string) (int64, bool) {
	if len(s) > 18 {
		n, err := strconv.ParseInt(s, 10, 64)
		return n, err == nil
	}
	digits, negative := s, s[0] == '-'
	if negative {
		digits = s[1:]
	}
	var n int64
	for i := 0; i < len(digits); i++ {
		n = n*10 + int64(digits[i]-'0')
	}
	if negative {
		n = -n
	}
	return n, true
}

// intOf reads any JSON number that is whole: 12, 12.0, 1.2e1.
func intOf(s string, plain bool) (Value, problem) {
	if !plain {
		canonical, ok := CanonicalDecimal(s)
		if !ok {
			return Value{}, numberRange
		}
		if strings.IndexByte(canonical, '.') >= 0 {
			return Value{}, numberFraction
		}
		s = canonical
	}
	n, ok := parseInt(s)
	if !ok {
		return Value{}, numberRange
	}
	return Value{kind: Int, num: n}, fine
}

// doubleOf reads a JSON number. A fraction is rounded as everywhere; a whole
// number that a double can't hold, an id say, is refused, unless it is what
// others write for that double: the shortest digits, filled up with zeros.
func doubleOf(s string, plain bool) (Value, problem) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return Value{}, numberRange
	}
	if f == 0 && strings.ContainsAny(mantissaOf(s), "123456789") {
		return Value{}, numberRange
	}
	if plain && math.Abs(f) >= 1<<53 && strconv.FormatFloat(f, 'f', 0, 64) != s && strconv.FormatFloat(f, 'f', -1, 64) != s {
		return Value{}, numberRange
	}
	return NewDouble(f), fine
}

func mantissaOf(s string) string {
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		return s[:i]
	}
	return s
}

// doubleText is the plain decimal text of a finite double: exact when whole,
// else the shortest that reads back as the same double.
func doubleText(f float64) string {
	if f == math.Trunc(f) {
		if f == 0 {
			return "0"
		}
		return strconv.FormatFloat(f, 'f', 0, 64)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}
