package ledger

import (
	"encoding/binary"
	"slices"

	"github.com/dchest/siphash"
)

// FieldID is the ledger's number of a target field in a scope. Numbers start at
// 1, stay as long as the field is mapped, and are never given twice.
type FieldID uint32

// Print is the fingerprint of one field of one record. Sum 0 is no fingerprint:
// among the prints of an Applied it takes the field's away.
type Print struct {
	Field FieldID
	Sum   uint64
}

// onStack is how many bytes of source id and value a fingerprint takes without
// an allocation.
const onStack = 512

// Fingerprint is SipHash-64 over field, source id and value, under the ledger's
// key: equal values of two people or two fields give different sums. It is never
// 0. canonical is the value's one form; the length of the id goes in with it, so
// that no part can slide into the next. Safe for concurrent use.
func (l *Ledger) Fingerprint(field FieldID, sourceID string, canonical []byte) uint64 {
	var stack [onStack]byte
	b := binary.LittleEndian.AppendUint32(stack[:0], uint32(field))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(sourceID)))
	b = append(b, sourceID...)
	b = append(b, canonical...)
	if sum := siphash.Hash(l.keys.print0, l.keys.print1, b); sum != 0 {
		return sum
	}
	return 1
}

// packedPrint is how many bytes a print mostly takes.
const packedPrint = 1 + 8

// pack appends prints, sorted by field, as they are stored: for each, the
// distance from the field before as a varint, then eight bytes of sum.
func pack(dst []byte, prints []Print) []byte {
	var last FieldID
	for _, p := range prints {
		dst = binary.AppendUvarint(dst, uint64(p.Field-last))
		dst = binary.LittleEndian.AppendUint64(dst, p.Sum)
		last = p.Field
	}
	return dst
}

// unpack appends what pack stored. ok is false when b is damaged.
func unpack(dst []Print, b []byte) (prints []Print, ok bool) {
	var last uint64
	for len(b) > 0 {
		step, n := binary.Uvarint(b)
		if n <= 0 || step == 0 || step > 1<<32-1-last || len(b) < n+8 {
			return dst, false
		}
		last += step
		dst = append(dst, Print{FieldID(last), binary.LittleEndian.Uint64(b[n:])})
		b = b[n+8:]
	}
	return dst, true
}

// merge appends to dst what remains of old once changes have replaced, added and
// (Sum 0) taken away. All are sorted by field.
func merge(dst, old, changes []Print) []Print {
	for len(old) > 0 || len(changes) > 0 {
		switch {
		case len(changes) == 0 || len(old) > 0 && old[0].Field < changes[0].Field:
			dst = append(dst, old[0])
			old = old[1:]
		default:
			if len(old) > 0 && old[0].Field == changes[0].Field {
				old = old[1:]
			}
			if changes[0].Sum != 0 {
				dst = append(dst, changes[0])
			}
			changes = changes[1:]
		}
	}
	return dst
}

func sortedByField(prints []Print) bool {
	for i := 1; i < len(prints); i++ {
		if prints[i-1].Field >= prints[i].Field {
			return false
		}
	}
	return len(prints) == 0 || prints[0].Field != 0
}

// without removes the fields of drop, which is sorted, in place.
func without(prints []Print, drop []FieldID) []Print {
	return slices.DeleteFunc(prints, func(p Print) bool {
		_, found := slices.BinarySearch(drop, p.Field)
		return found
	})
}
