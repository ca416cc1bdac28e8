package plan

import (
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"
)

// later is where fingerprints go that firsts has no more room for: to disk, 16
// bytes each, in a file without a name. They are random bits to whoever reads it,
// since the seeds lie in this process alone. Which of them are the same is found at
// the end, a shard at a time: of ten million, one is 600 kB.
type later struct {
	dir    string
	file   *os.File
	size   int64
	shards [256]laterShard // by the last byte, as in firsts
	failed error           // of a write; settle says it
}

type laterShard struct {
	slots  []slot  // the chunk being filled
	chunks []int64 // where the others lie
	start  int64   // where all of them lie in order, once settled
	count  int64
}

const (
	slotBytes  = 16
	chunkSlots = 256
)

func (l *later) add(print fingerprint, position int64) {
	s := &l.shards[print[1]&0xff]
	if s.slots = append(s.slots, newSlot(print, position)); len(s.slots) < chunkSlots || l.failed != nil {
		return
	}
	at, err := l.append(s.slots)
	s.slots, s.chunks, l.failed = s.slots[:0], append(s.chunks, at), err
}

// append writes slots behind all that was written before.
func (l *later) append(slots []slot) (at int64, err error) {
	if l.file == nil {
		if l.file, err = unnamed(l.dir, ".keys-*.plan"); err != nil {
			return 0, err
		}
	}
	text := make([]byte, 0, len(slots)*slotBytes)
	for _, s := range slots {
		text = binary.LittleEndian.AppendUint64(text, s[0])
		text = binary.LittleEndian.AppendUint64(text, s[1])
	}
	at = l.size
	n, err := l.file.WriteAt(text, at)
	l.size += int64(n)
	return at, err
}

// settle puts all in order and calls with those that share a fingerprint, by their
// positions. It comes after the last add and before the first find.
func (l *later) settle(same func(positions []int64)) error {
	if l.failed != nil {
		return l.failed
	}
	for i := range l.shards {
		s := &l.shards[i]
		slots, err := l.all(s)
		if err != nil {
			return err
		}
		if len(slots) == 0 {
			continue
		}
		slices.SortFunc(slots, func(a, b slot) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
		for from := 0; from < len(slots); {
			to := from + 1
			for to < len(slots) && slots[to].compare(slots[from]) == 0 {
				to++
			}
			if to-from > 1 {
				var positions []int64
				for _, one := range slots[from:to] {
					positions = append(positions, one.position())
				}
				same(positions)
			}
			from = to
		}
		s.slots, s.chunks, s.count = nil, nil, int64(len(slots))
		if s.start, err = l.append(slots); err != nil {
			return err
		}
	}
	return nil
}

// all are a shard's slots, those on disk and those that are not yet there.
func (l *later) all(s *laterShard) ([]slot, error) {
	slots := make([]slot, 0, len(s.chunks)*chunkSlots+len(s.slots))
	text := make([]byte, chunkSlots*slotBytes)
	for _, at := range s.chunks {
		if _, err := l.file.ReadAt(text, at); err != nil {
			return nil, cut(err)
		}
		for one := text; len(one) > 0; one = one[slotBytes:] {
			slots = append(slots, readSlot(one))
		}
	}
	return append(slots, s.slots...), nil
}

// find is the first position with a fingerprint, by some 16 reads of the file.
func (l *later) find(print fingerprint) (position int64, known bool, err error) {
	s := &l.shards[print[1]&0xff]
	wanted := newSlot(print, -1)
	read := func(i int64) (one slot) {
		var text [slotBytes]byte
		if _, failed := l.file.ReadAt(text[:], s.start+i*slotBytes); failed != nil {
			err = cut(failed)
		}
		return readSlot(text[:])
	}
	from, to := int64(0), s.count
	for from < to && err == nil {
		if middle := (from + to) / 2; read(middle).compare(wanted) < 0 {
			from = middle + 1
		} else {
			to = middle
		}
	}
	if from == s.count || err != nil {
		return 0, false, err
	}
	found := read(from)
	return found.position(), err == nil && found.compare(wanted) == 0, err
}

func (l *later) close() {
	if l.file != nil {
		_ = l.file.Close()
	}
}

func readSlot(text []byte) slot {
	return slot{binary.LittleEndian.Uint64(text), binary.LittleEndian.Uint64(text[8:])}
}

// cut: a file that ends too early was cut short by somebody else.
func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
