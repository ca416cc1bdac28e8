package record

// Bits is a set of small indexes. A nil Bits holds every index.
type Bits []uint64

// NewBits is an empty set for indexes below n; never nil.
func NewBits(n int) Bits { return make(Bits, (n+63)/64) }

// Has reports whether i is in the set.
func (b Bits) Has(i int) bool {
	if b == nil {
		return true
	}
	return i>>6 < len(b) && b[i>>6]&(1<<(i&63)) != 0
}

// Set puts i, below the n of NewBits, into the set.
func (b Bits) Set(i int) { b[i>>6] |= 1 << (i & 63) }

// Clear takes i, below the n of NewBits, out of the set.
func (b Bits) Clear(i int) { b[i>>6] &^= 1 << (i & 63) }

// Reset empties the set.
func (b Bits) Reset() { clear(b) }

// None reports whether the set is empty.
func (b Bits) None() bool {
	for _, word := range b {
		if word != 0 {
			return false
		}
	}
	return b != nil
}
