package spill

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"passerelle/engine/diag"
)

// Sizes of a store. A frame is what is sealed, written and read at a time: small
// enough that fetching one record of it costs some ten microseconds.
const (
	frameBytes = 16 << 10
	cached     = 64 // frames read back from the file
)

// Budget is how much of a mapping's records stays in memory.
const Budget = 64 << 20

// Ref is where a record lies: the frame, then the place in it.
type Ref int64

const offsetBits = 32 // a record larger than a frame has one of its own, up to 4 GiB

func refOf(frame, offset int) Ref { return Ref(frame)<<offsetBits | Ref(offset) }

func (r Ref) frame() int  { return int(r >> offsetBits) }
func (r Ref) offset() int { return int(r & (1<<offsetBits - 1)) }

// Store keeps records in the order of Add. Beside them it holds 40 bytes a
// frame, a quarter of a percent. Not for concurrent use. Close must be called.
type Store struct {
	budget int
	kept   int // bytes of frames in memory

	open   []byte // the frame being filled; made whole, so that it never moves
	frames []frame
	file   *os.File
	size   int64
	aead   cipher.AEAD

	cache map[int][]byte
	order []int // of the cache, oldest first
}

// frame is one that is full: in memory, or in the file.
type frame struct {
	data []byte // nil: in the file
	at   int64
	size int
}

// New makes a store with a budget of memory in bytes.
func New(budget int) *Store { return &Store{budget: budget, cache: map[int][]byte{}} }

// Add keeps a copy of a record.
func (s *Store) Add(data []byte) (Ref, error) {
	if len(s.open) > 0 && len(s.open)+binary.MaxVarintLen64+len(data) > frameBytes {
		if err := s.shut(); err != nil {
			return 0, err
		}
	}
	if s.open == nil {
		s.open = make([]byte, 0, max(frameBytes, binary.MaxVarintLen64+len(data)))
	}
	ref := refOf(len(s.frames), len(s.open))
	s.open = binary.AppendUvarint(s.open, uint64(len(data)))
	s.open = append(s.open, data...)
	return ref, nil
}

// End is behind the last record: where Each begins or ends.
func (s *Store) End() Ref { return refOf(len(s.frames), len(s.open)) }

// Get gives a record. The bytes stay as they are for as long as they are held.
func (s *Store) Get(ref Ref) ([]byte, error) {
	data, err := s.frame(ref.frame())
	if err != nil {
		return nil, err
	}
	record, _ := cut(data[ref.offset():])
	return record, nil
}

// Each calls do with every record from one place to another, in order.
func (s *Store) Each(from, to Ref, do func(Ref, []byte) error) error {
	for from < to {
		data, err := s.frame(from.frame())
		if err != nil {
			return err
		}
		end := len(data)
		if from.frame() == to.frame() {
			end = to.offset()
		}
		for at := from.offset(); at < end; {
			record, size := cut(data[at:])
			if err := do(refOf(from.frame(), at), record); err != nil {
				return err
			}
			at += size
		}
		from = refOf(from.frame()+1, 0)
	}
	return nil
}

// cut gives the record at the beginning of data, and how long it is with its
// length.
func cut(data []byte) (record []byte, size int) {
	n, head := binary.Uvarint(data)
	return data[head : head+int(n) : head+int(n)], head + int(n)
}

// shut ends the open frame: it stays in memory while the budget lasts.
func (s *Store) shut() error {
	if s.kept+cap(s.open) <= s.budget {
		s.kept += cap(s.open)
		s.frames = append(s.frames, frame{data: s.open})
		s.open = nil
		return nil
	}
	if s.file == nil {
		if err := s.begin(); err != nil {
			return err
		}
	}
	sealed := s.aead.Seal(nil, nonce(len(s.frames)), s.open, nil)
	if _, err := s.file.WriteAt(sealed, s.size); err != nil {
		return fault("writing to it", err)
	}
	s.frames = append(s.frames, frame{at: s.size, size: len(sealed)})
	s.size += int64(len(sealed))
	s.open = nil // not used again: Get may have given pieces of it away
	return nil
}

// begin makes the file and its key. The name goes at once: whatever ends the
// process, nothing is left.
func (s *Store) begin() error {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	block, err := aes.NewCipher(key)
	if err == nil {
		s.aead, err = cipher.NewGCM(block)
	}
	if err != nil {
		return fault("sealing it", err)
	}
	file, err := os.CreateTemp("", "engine-read-*") // mode 0600
	if err != nil {
		return fault("making it", err)
	}
	s.file = file
	if err := os.Remove(file.Name()); err != nil {
		return fault("hiding it", err)
	}
	return nil
}

// nonce is the number of a frame: the key is this store's alone, and no frame is
// sealed twice.
func nonce(frame int) []byte {
	out := make([]byte, 12)
	binary.BigEndian.PutUint64(out[4:], uint64(frame))
	return out
}

func (s *Store) frame(n int) ([]byte, error) {
	if n == len(s.frames) {
		return s.open, nil
	}
	f := s.frames[n]
	if f.data != nil {
		return f.data, nil
	}
	if data := s.cache[n]; data != nil {
		return data, nil
	}
	sealed := make([]byte, f.size)
	if _, err := s.file.ReadAt(sealed, f.at); err != nil {
		return nil, fault("reading from it", err)
	}
	data, err := s.aead.Open(nil, nonce(n), sealed, nil)
	if err != nil {
		return nil, fault("reading from it", errors.New("what it holds was changed"))
	}
	if len(s.order) == cached {
		delete(s.cache, s.order[0])
		s.order = s.order[1:]
	}
	s.cache[n], s.order = data, append(s.order, n)
	return data, nil
}

// Close lets go of everything.
func (s *Store) Close() {
	if s.file != nil {
		_ = s.file.Close() // it has no name: this removes it
	}
	*s = Store{}
}

// fault says what the system said, without a path: the file has none.
func fault(doing string, err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	return diag.Diagnostic{
		Code: "temporary-file", Class: diag.Fault,
		Summary: "The temporary file for records that are read can't be used",
		Detail:  fmt.Sprintf("The engine failed while %s: %v.", doing, err),
		Remedy:  "Make room in the folder for temporary files, or name another one in TMPDIR. Nothing was planned.",
	}
}
