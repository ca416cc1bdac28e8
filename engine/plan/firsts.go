package plan

import "math/bits"

// firsts remembers for each fingerprint the position of the record that had it
// first. A million records must not need a machine of their own, so that it is no
// Go map: 16 bytes a fingerprint, between 64 and 80 % full, which makes 20 to 25
// bytes a record (BenchmarkFirsts).
//
// 96 of the fingerprint's bits are compared: among a million people two collide
// by chance in one of some 10^17 runs, and the next run draws other bits.
type firsts struct {
	shards [256]shard // by the last byte: growing one copies a 256th
}

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
	if 5*(s.used+1) > 4*len(s.slots) {
		s.grow()
	}
	at := s.find(print)
	if s.slots[at][1] != 0 {
		return s.slots[at].position(), false
	}
	s.slots[at] = slot{print[0], more(print) | uint64(position+1)}
	s.used++
	return position, true
}

// first is the position that put kept.
func (f *firsts) first(print fingerprint) (position int64, known bool) {
	s := f.shard(print)
	if s.used == 0 {
		return 0, false
	}
	found := s.slots[s.find(print)]
	return found.position(), found[1] != 0
}

func (f *firsts) shard(print fingerprint) *shard { return &f.shards[print[1]&0xff] }

// more are the bits that stand above the position.
func more(print fingerprint) uint64 { return print[1] &^ positionMask }

func (s slot) position() int64 { return int64(s[1]&positionMask) - 1 }

// find is the place of a fingerprint, or the free one where it belongs.
func (s *shard) find(print fingerprint) int {
	at := s.home(print[0])
	for s.slots[at][1] != 0 && (s.slots[at][0] != print[0] || s.slots[at][1]&^positionMask != more(print)) {
		if at++; at == len(s.slots) {
			at = 0
		}
	}
	return at
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
			s.slots[s.find(fingerprint{moved[0], moved[1] &^ positionMask})] = moved
		}
	}
}
