package plan

import (
	"cmp"
	"math/bits"
)

// firsts remembers for each fingerprint the position of the record that had it
// first. A million records must not need a machine of their own, so that it is no
// Go map: 16 bytes a fingerprint, between 64 and 80 % full, which makes 20 to 25
// bytes a record (BenchmarkFirsts). After the first mostFirsts of them the others
// go to disk: put then calls new what may not be, and settle finds who isn't.
//
// 96 of the fingerprint's bits are compared: among a million people two collide
// by chance in one of some 10^17 runs, and the next run draws other bits.
type firsts struct {
	shards [256]shard // by the last byte: growing one copies a 256th
	count  int
	most   int // in memory
	later  later
}

// mostFirsts are 6 MB in memory.
const mostFirsts = 1 << 18

// shard is an open-addressing table. It grows by a quarter, not by doubling.
type shard struct {
	slots []slot
	used  int
}

// slot is 64 bits of the fingerprint; then 24 more and, below them, the position
// plus one. Zero is free.
type slot [2]uint64

const (
	positionBits = 40
	positionMask = 1<<positionBits - 1
	leastSlots   = 8
)

// put keeps the position if it is the first with this fingerprint; else it gives
// the one that is.
func (f *firsts) put(print fingerprint, position int64) (first int64, isNew bool) {
	s := f.shard(print)
	if 5*(s.used+1) > 4*len(s.slots) && f.count < f.most {
		s.grow()
	}
	at, found := s.find(print)
	switch {
	case found:
		return s.slots[at].position(), false
	case f.count < f.most:
		s.slots[at] = newSlot(print, position)
		s.used++
		f.count++
	default:
		f.later.add(print, position)
	}
	return position, true
}

// settle finds those of whom put did not know that they have a twin, and calls
// with the positions of each such group, first to last. Nothing is put after it.
func (f *firsts) settle(twins func(positions []int64)) error {
	return f.later.settle(twins)
}

// first is the position that put kept. It comes after settle.
func (f *firsts) first(print fingerprint) (position int64, known bool, err error) {
	s := f.shard(print)
	if at, found := s.find(print); found {
		return s.slots[at].position(), true, nil
	}
	return f.later.find(print)
}

func (f *firsts) shard(print fingerprint) *shard { return &f.shards[print[1]&0xff] }

func newSlot(print fingerprint, position int64) slot {
	return slot{print[0], print[1]&^positionMask | uint64(position+1)}
}

func (s slot) position() int64 { return int64(s[1]&positionMask) - 1 }

// compare orders by the fingerprint alone.
func (s slot) compare(other slot) int {
	return cmp.Or(cmp.Compare(s[0], other[0]), cmp.Compare(s[1]&^positionMask, other[1]&^positionMask))
}

// find is the place of a fingerprint, or the free one where it belongs.
func (s *shard) find(print fingerprint) (at int, found bool) {
	if len(s.slots) == 0 {
		return 0, false
	}
	wanted := newSlot(print, -1)
	at = s.home(print[0])
	for s.slots[at][1] != 0 {
		if s.slots[at][0] == wanted[0] && s.slots[at][1]&^positionMask == wanted[1] {
			return at, true
		}
		if at++; at == len(s.slots) {
			at = 0
		}
	}
	return at, false
}

// home spreads hashes over any number of slots, not only powers of two.
func (s *shard) home(hash uint64) int {
	at, _ := bits.Mul64(hash, uint64(len(s.slots)))
	return int(at)
}

func (s *shard) grow() {
	old := s.slots
	s.slots = make([]slot, max(leastSlots, len(old)+len(old)/4))
	for _, moved := range old {
		if moved[1] != 0 {
			at, _ := s.find(fingerprint{moved[0], moved[1]})
			s.slots[at] = moved
		}
	}
}
