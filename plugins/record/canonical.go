package record

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strings"
)

// AppendCanonical writes bytes for fingerprints at the end of dst: the kind,
// then the content, each part with its length. Two values have the same bytes
// exactly when they are Equal, and no value's bytes begin another's. The form is
// kept: ledgers compare fingerprints of last year.
func (v Value) AppendCanonical(dst []byte) []byte {
	dst = append(dst, byte(v.kind))
	switch v.kind {
	case Bool:
		return append(dst, byte(v.num))
	case Int, Date:
		return binary.BigEndian.AppendUint64(dst, uint64(v.num))
	case Double:
		return binary.BigEndian.AppendUint64(dst, doubleBits(v.Double()))
	case Timestamp:
		dst = binary.BigEndian.AppendUint64(dst, uint64(v.num))
		return binary.BigEndian.AppendUint32(dst, uint32(v.nanos()))
	case Decimal, String:
		return appendCounted(dst, v.str)
	case Choice:
		return appendCounted(appendCounted(dst, v.str), v.Label())
	case List:
		dst = binary.AppendUvarint(dst, uint64(len(v.Items())))
		for _, item := range v.Items() {
			dst = item.AppendCanonical(dst)
		}
	case Map, Object:
		places := v.filled()
		dst = binary.AppendUvarint(dst, uint64(len(places)))
		for _, i := range places {
			dst = appendCounted(dst, v.more.keys[i])
			dst = v.more.list[i].AppendCanonical(dst)
		}
	}
	return dst
}

// Equal reports whether both are the same value of the same kind. The order of
// keys in a map or object is no difference, nor is a key without a value: null
// and missing are one. Zero and minus zero are equal, and so are two NaN.
func Equal(a, b Value) bool {
	if a.kind != b.kind {
		return false
	}
	switch a.kind {
	case Empty:
		return true
	case Bool, Int, Date:
		return a.num == b.num
	case Double:
		return doubleBits(a.Double()) == doubleBits(b.Double())
	case Timestamp:
		return a.num == b.num && a.nanos() == b.nanos()
	case Decimal, String:
		return a.str == b.str
	case Choice:
		return a.str == b.str && a.Label() == b.Label()
	case List:
		return slices.EqualFunc(a.Items(), b.Items(), Equal)
	}
	return bytes.Equal(a.AppendCanonical(nil), b.AppendCanonical(nil))
}

// filled are the places of a map's or object's filled members, by key.
func (v Value) filled() []int {
	var places []int
	for i, item := range v.Items() {
		if item.kind != Empty {
			places = append(places, i)
		}
	}
	slices.SortFunc(places, func(i, j int) int { return strings.Compare(v.more.keys[i], v.more.keys[j]) })
	return places
}

func (v Value) nanos() int32 {
	if v.more == nil {
		return 0
	}
	return v.more.nanos
}

// doubleBits makes one of the zeros, and one of the NaN.
func doubleBits(f float64) uint64 {
	switch {
	case f == 0:
		return 0
	case math.IsNaN(f):
		return math.Float64bits(math.NaN())
	}
	return math.Float64bits(f)
}

func appendCounted(dst []byte, s string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s)))
	return append(dst, s...)
}
