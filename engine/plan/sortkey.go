package plan

import (
	"encoding/binary"
	"math"
	"strings"

	"passerelle/plugins/record"
)

// appendSortKey writes bytes that compare as values do: numbers by size, dates by
// day, texts letter by letter in Unicode's order, false before true, and nothing
// before something. No value's bytes begin another's, so that keys can follow
// each other.
func appendSortKey(dst []byte, v record.Value) []byte {
	if v.IsEmpty() {
		return append(dst, 0)
	}
	dst = append(dst, 1)
	switch v.Kind() {
	case record.Bool:
		if v.Bool() {
			return append(dst, 1)
		}
		return append(dst, 0)
	case record.Int:
		return appendOrdered(dst, v.Int())
	case record.Date:
		return appendOrdered(dst, v.Days())
	case record.Double:
		return appendDouble(dst, v.Double())
	case record.Timestamp:
		at := v.Time()
		return binary.BigEndian.AppendUint32(appendOrdered(dst, at.Unix()), uint32(at.Nanosecond()))
	case record.Decimal:
		return appendDecimal(dst, v.Text())
	}
	return appendTextKey(dst, v.Text()) // of a choice, its code
}

// appendOrdered puts negative numbers before the others.
func appendOrdered(dst []byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(n)^(1<<63))
}

// appendDouble: as IEEE 754 orders bits, but for the sign.
func appendDouble(dst []byte, f float64) []byte {
	if f == 0 {
		f = 0 // minus zero is zero
	}
	bits := math.Float64bits(f)
	if bits>>63 == 1 {
		bits = ^bits
	} else {
		bits |= 1 << 63
	}
	return binary.BigEndian.AppendUint64(dst, bits)
}

// appendDecimal orders by sign, then by how many digits stand before the point,
// then by the digits. The text is canonical: no leading or trailing zeros.
func appendDecimal(dst []byte, text string) []byte {
	if text == "0" {
		return append(dst, 1)
	}
	digits, negative := strings.CutPrefix(text, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	size := len(whole)
	if whole == "0" {
		whole = ""
		size = len(strings.TrimLeft(fraction, "0")) - len(fraction)
		fraction = strings.TrimLeft(fraction, "0")
	}
	body := binary.BigEndian.AppendUint16(nil, uint16(size+1<<15))
	body = append(append(append(body, whole...), fraction...), 0)
	if !negative {
		return append(append(dst, 2), body...)
	}
	dst = append(dst, 0)
	for _, b := range body {
		dst = append(dst, ^b)
	}
	return dst
}

// appendTextKey ends a text with 0 0; a 0 within it becomes 0 1.
func appendTextKey(dst []byte, text string) []byte {
	for i := 0; i < len(text); i++ {
		dst = append(dst, text[i])
		if text[i] == 0 {
			dst = append(dst, 1)
		}
	}
	return append(dst, 0, 0)
}
