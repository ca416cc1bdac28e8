package record

import (
	"fmt"
	"time"
	"unsafe"
)

// Slot is one value that is wanted of each record.
type Slot struct {
	Path Path
	Type Type           // the zero Type takes what is there
	Zone *time.Location // of timestamps without offset; nil: such a one is a fault
}

// Scanner fills a row of typed values from a record's JSON, reading only the
// declared paths and checking all of it. It learns the order of the keys of its
// stream, so that one stream has one Scanner; it is not safe for concurrent use.
type Scanner struct {
	shapes []*shape // of each slot
	zones  []*time.Location
	root   *node

	// Of the record being scanned.
	data   []byte
	all    string // data itself, not a copy
	row    []Value
	states []state // of each slot
	faulty bool    // some state has, or had, a trouble
	stamp  uint64  // counts the objects entered, over all records
	err    *Malformed
}

// state is where one slot stands.
type state struct {
	want    *shape // inside a list the path goes through: of one element
	trouble trouble
}

// NewScanner prepares a scanner. Slots may share a path, or a part of it, and
// one may lie within another. It refuses an empty path, one that begins with an
// index, and a type that is none.
func NewScanner(slots []Slot) (*Scanner, error) {
	s := &Scanner{root: &node{}, states: make([]state, len(slots))}
	for i, slot := range slots {
		if len(slot.Path) == 0 {
			return nil, fmt.Errorf("slot %d: its path is empty", i)
		}
		if slot.Path[0].IsIndex {
			return nil, fmt.Errorf("slot %d: the path %s begins with an index, but a record is an object", i, slot.Path)
		}
		want, err := newShape(slot.Type)
		if err != nil {
			return nil, fmt.Errorf("slot %d, path %s: %w", i, slot.Path, err)
		}
		s.shapes = append(s.shapes, want)
		s.zones = append(s.zones, slot.Zone)
		s.states[i].want = want
		s.root.add(slot.Path, i)
	}
	return s, nil
}

// Scan reads one JSON object into row, which has a value for each slot at
// least: empty where the record has nothing, null or "". A path through a list
// gives a list, empties kept in place.
//
// A fault tells why one slot could not be filled and leaves it empty; the
// faults are in the order of the slots. The error, always a *Malformed, tells
// that data is not one JSON object in sound UTF-8 nested at most 1000 deep; row
// then means nothing. Of a key that comes twice the last value counts.
//
// Strings of the row are pieces of data, which must not change as long as the
// row is used.
func (s *Scanner) Scan(data []byte, row []Value) (faults []Fault, err error) {
	if len(row) < len(s.states) {
		panic("record: Scan was given a row shorter than its slots")
	}
	s.row = row[:len(s.states)]
	clear(s.row)
	s.data, s.all, s.err = data, unsafe.String(unsafe.SliceData(data), len(data)), nil
	s.record()
	if s.faulty || s.err != nil {
		faults = s.settle()
	}
	if s.err != nil {
		faults, err = nil, s.err
	}
	s.data, s.all, s.row, s.err = nil, "", nil, nil
	return faults, err
}

// record reads the one object that the data must be.
func (s *Scanner) record() {
	p := s.space(0)
	if p < 0 {
		return
	}
	if s.data[p] != '{' {
		s.fail(p, "a record must be a JSON object")
		return
	}
	if p = s.object(p, s.root, 1); p >= 0 {
		s.end(p)
	}
}

// end checks that only white space follows.
func (s *Scanner) end(p int) {
	for ; p < len(s.data); p++ {
		switch s.data[p] {
		case ' ', '\t', '\n', '\r':
		default:
			s.fail(p, "something follows the end of the value")
			return
		}
	}
}

// settle turns troubles into faults and makes the states those of a new record.
func (s *Scanner) settle() []Fault {
	var faults []Fault
	for i := range s.states {
		st := &s.states[i]
		if st.trouble.problem != fine {
			faults = append(faults, st.trouble.fault(i))
			s.row[i] = Value{}
		}
		*st = state{want: s.shapes[i]}
	}
	s.faulty = false
	return faults
}

// refuse keeps the first trouble of a slot.
func (s *Scanner) refuse(slot int, t trouble) {
	if st := &s.states[slot]; st.trouble.problem == fine {
		st.trouble = t
		s.faulty = true
	}
}

// forget undoes all that a value of the node has filled: its key came again.
func (s *Scanner) forget(n *node) {
	for _, i := range n.slots {
		s.row[i] = Value{}
		s.states[i].trouble = trouble{}
	}
}
