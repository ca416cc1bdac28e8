package record

import (
	"encoding/binary"
	"math/bits"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// special marks (in its high bit) the first byte of eight that does not stand
// for itself in a JSON string: a quote, a backslash, a control character, or
// one beyond ASCII. Bytes after the first may be marked wrongly.
func special(x uint64) uint64 {
	const low, high = 0x0101010101010101, 0x8080808080808080
	quote := x ^ low*'"'
	slash := x ^ low*'\\'
	return ((x-low*0x20)&^x | (quote-low)&^quote | (slash-low)&^slash | x) & high
}

// run is the first byte from p on that does not stand for itself, or the end.
func run(d []byte, p int) int {
	for p+8 <= len(d) {
		if m := special(binary.LittleEndian.Uint64(d[p:])); m != 0 {
			return p + bits.TrailingZeros64(m)>>3
		}
		p += 8
	}
	for p < len(d) && d[p] >= 0x20 && d[p] < 0x80 && d[p] != '"' && d[p] != '\\' {
		p++
	}
	return p
}

// quoted checks the string whose opening quote is at p and finds its closing
// quote.
func (s *Scanner) quoted(p int) (end int, escaped bool) {
	d := s.data
	q := run(d, p+1)
	for q < len(d) {
		switch c := d[q]; {
		case c == '"':
			return q, escaped
		case c == '\\':
			n := escapeLength(d[q:])
			if n == 0 {
				return s.fail(q, "a backslash begins no known escape"), false
			}
			escaped = true
			q += n
		case c < 0x20:
			return s.fail(q, "a control character stands in a string"), false
		default:
			r, n := utf8.DecodeRune(d[q:])
			if r == utf8.RuneError && n == 1 {
				return s.fail(q, "the text is not valid UTF-8"), false
			}
			q += n
		}
		q = run(d, q)
	}
	return s.fail(q, "a string is not closed"), false
}

// escapeLength is the length of the escape at the start of d, or 0.
func escapeLength(d []byte) int {
	if len(d) < 2 {
		return 0
	}
	switch d[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(d) < 6 {
			return 0
		}
		for _, c := range d[2:6] {
			if !(c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f') {
				return 0
			}
		}
		return 6
	}
	return 0
}

// text reads the string whose opening quote is at p. Without an escape it is a
// piece of the data itself.
func (s *Scanner) text(p int) (string, int) {
	end, escaped := s.quoted(p)
	if end < 0 {
		return "", -1
	}
	raw := s.all[p+1 : end]
	if escaped {
		raw = unescape(raw)
	}
	return raw, end + 1
}

// unescape decodes a string that quoted found sound.
func unescape(raw string) string {
	out := make([]byte, 0, len(raw))
	for {
		i := strings.IndexByte(raw, '\\')
		if i < 0 {
			return string(append(out, raw...))
		}
		out = append(out, raw[:i]...)
		c := raw[i+1]
		raw = raw[i+2:]
		switch c {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r := hexRune(raw)
			raw = raw[4:]
			if utf16.IsSurrogate(r) {
				pair := rune(utf8.RuneError)
				if strings.HasPrefix(raw, `\u`) {
					pair = utf16.DecodeRune(r, hexRune(raw[2:]))
				}
				if r = pair; r != utf8.RuneError {
					raw = raw[6:]
				}
			}
			out = utf8.AppendRune(out, r)
		default:
			out = append(out, c)
		}
	}
}

func hexRune(s string) rune {
	var r rune
	for i := range 4 {
		c := s[i]
		switch {
		case c <= '9':
			c -= '0'
		default:
			c = c | 0x20 - 'a' + 10
		}
		r = r<<4 | rune(c)
	}
	return r
}
