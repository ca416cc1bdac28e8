package record

import (
	"math"
	"strconv"
	"unicode/utf8"
	"unsafe"
)

// AppendJSON writes the value as JSON at the end of dst: empty is null, a date
// "YYYY-MM-DD", a timestamp RFC 3339 in UTC, a decimal an exact number, a choice
// {"code": …, "label": …}. JSON has no NaN and no infinity; they become text, so
// that a target refuses them where null would empty its field.
func (v Value) AppendJSON(dst []byte) []byte {
	switch v.kind {
	case Bool:
		return strconv.AppendBool(dst, v.num != 0)
	case Int:
		return strconv.AppendInt(dst, v.num, 10)
	case Double:
		return appendDouble(dst, v.Double())
	case Decimal:
		return append(dst, v.str...)
	case String:
		return appendText(dst, v.str)
	case Date:
		year, month, day := v.Civil()
		dst = append(dst, '"')
		return append(appendDate(dst, year, month, day), '"')
	case Timestamp:
		dst = append(dst, '"')
		return append(appendTimestamp(dst, v.Time()), '"')
	case Choice:
		dst = append(dst, `{"code":`...)
		dst = NewString(v.str).AppendJSON(dst)
		dst = append(dst, `,"label":`...)
		return append(NewString(v.Label()).AppendJSON(dst), '}')
	case List:
		return v.appendList(dst)
	case Map, Object:
		return v.appendMembers(dst)
	}
	return append(dst, "null"...)
}

func (v Value) appendList(dst []byte) []byte {
	dst = append(dst, '[')
	for i, item := range v.Items() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = item.AppendJSON(dst)
	}
	return append(dst, ']')
}

func (v Value) appendMembers(dst []byte) []byte {
	dst = append(dst, '{')
	items := v.Items()
	for i, key := range v.Keys() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendText(dst, key), ':')
		dst = items[i].AppendJSON(dst)
	}
	return append(dst, '}')
}

// appendDouble writes the shortest text that reads back as the same double, in
// the form of ECMAScript, as encoding/json does.
func appendDouble(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return appendText(dst, strconv.FormatFloat(f, 'g', -1, 64))
	}
	abs := math.Abs(f)
	if abs == 0 || abs >= 1e-6 && abs < 1e21 {
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
	if n := len(dst); n >= 4 && dst[n-4] == 'e' && dst[n-3] == '-' && dst[n-2] == '0' {
		dst[n-2] = dst[n-1]
		dst = dst[:n-1]
	}
	return dst
}

// appendText writes a JSON string. U+2028 and U+2029 are escaped, for readers
// that take JSON for JavaScript; what is not UTF-8 becomes U+FFFD.
func appendText(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	d := unsafe.Slice(unsafe.StringData(s), len(s))
	dst = append(dst, '"')
	start := 0
	for i := run(d, 0); i < len(d); i = run(d, i) {
		c := d[i]
		if c >= 0x80 {
			r, n := utf8.DecodeRuneInString(s[i:])
			bad := r == utf8.RuneError && n == 1
			if !bad && r != '\u2028' && r != '\u2029' {
				i += n
				continue
			}
			dst = append(dst, s[start:i]...)
			if bad {
				dst = append(dst, `\ufffd`...)
			} else {
				dst = append(dst, `\u202`...)
				dst = append(dst, hex[r&0xf])
			}
			i += n
			start = i
			continue
		}
		dst = append(dst, s[start:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
		}
		i++
		start = i
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}
