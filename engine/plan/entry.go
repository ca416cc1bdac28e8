package plan

import (
	"encoding/binary"
	"math"

	"passerelle/engine/ledger"
)

// Operation is what is done with one record.
type Operation uint8

const (
	Create Operation = iota + 1
	Update
	Link // adopt a record that the target already has; with a body, its differences are sent
	Deactivate
	Reactivate
	Delete
	Unlink // forget a link; nothing is sent. Only an undo does it
	Note   // nothing is sent; what was read of the person is remembered
)

func (o Operation) String() string {
	switch o {
	case Create:
		return "create"
	case Update:
		return "update"
	case Link:
		return "link"
	case Deactivate:
		return "deactivate"
	case Reactivate:
		return "reactivate"
	case Delete:
		return "delete"
	case Unlink:
		return "unlink"
	case Note:
		return "note"
	}
	return "none"
}

// Entry is one operation of a plan.
type Entry struct {
	Position  int64
	Operation Operation
	SourceID  string
	TargetID  string // empty on create
	Shown     string
	Key       []byte // JSON of the key's fields: to find the record again
	Body      []byte // JSON to send; empty when there is nothing to send
	Changed   []int  // indexes of Plan.Fields that Body sends
	Cleared   []int  // those of them that it empties
	Added     []int  // those of them that were never sent before
	// Prints are the fingerprints of what Body sends, one for each of Changed; Sum 0
	// for what it empties.
	Prints []ledger.Print
	// Agreed are those of an adoption's fields that the target already has as they
	// should be: nothing is sent for them.
	Agreed []ledger.Print
	// References are the fields whose value is looked up when the entry is sent. They
	// are in Changed like the others, and not in Body.
	References []Reference
	// Pending are the indexes of fields that were left out, because the record that
	// they refer to is not linked.
	Pending []int
	// Facts are the fingerprints of what leavers.when read, where they are new; they
	// are remembered whatever becomes of the operation.
	Facts    []ledger.Print
	Appeared []int  // facts that are an end date where there was none
	Moved    []int  // facts that are another end date
	Why      string // how it counts against limits
	// From is the source id whose link the record takes over; "": none.
	From string
	// PutBack are those of Changed that somebody edited at the target.
	PutBack []int
	// Person is the mark of who the record's person is, where it is new.
	Person ledger.PersonMark
}

// Reference is a field that holds the target's id of another record.
type Reference struct {
	Field    int    // index of Plan.Fields
	To       int    // index of Summary.References
	SourceID string // of the record referred to
	InKey    bool   // part of the key: Key lacks it too
	Must     bool   // without it the entry can't be sent
}

// append writes an entry. Numbers are varints and texts carry their length;
// nothing else reads it than decode.
func (e *Entry) append(dst []byte) []byte {
	dst = binary.AppendVarint(dst, e.Position)
	refers := len(e.References)+len(e.Pending) > 0
	if refers {
		dst = append(dst, byte(e.Operation)|refersMark)
	} else {
		dst = append(dst, byte(e.Operation))
	}
	dst = appendText(dst, e.SourceID)
	dst = appendText(dst, e.TargetID)
	dst = appendText(dst, e.Shown)
	dst = appendText(dst, e.Key)
	dst = appendText(dst, e.Body)
	dst = appendInts(dst, e.Changed)
	dst = appendInts(dst, e.Cleared)
	dst = appendInts(dst, e.Added)
	dst = appendPrints(dst, e.Prints)
	dst = appendPrints(dst, e.Agreed)
	dst = appendPrints(dst, e.Facts)
	dst = appendInts(dst, e.Appeared)
	dst = appendInts(dst, e.Moved)
	dst = appendText(dst, e.Why)
	dst = appendText(dst, e.From)
	dst = e.appendPerson(dst)
	dst = appendInts(dst, e.PutBack)
	if refers {
		dst = appendReferences(dst, e.References)
		dst = appendInts(dst, e.Pending)
	}
	return dst
}

// refersMark is set in the byte of the operation where references follow: an
// entry without is written as if there were none in the world.
const refersMark = 0x80

func appendReferences(dst []byte, references []Reference) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(references)))
	for _, r := range references {
		dst = binary.AppendUvarint(dst, uint64(r.Field))
		dst = binary.AppendUvarint(dst, uint64(r.To))
		var flags byte
		if r.InKey {
			flags |= 1
		}
		if r.Must {
			flags |= 2
		}
		dst = append(dst, flags)
		dst = appendText(dst, r.SourceID)
	}
	return dst
}

func appendPrints(dst []byte, prints []ledger.Print) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(prints)))
	for _, p := range prints {
		dst = binary.AppendUvarint(dst, uint64(p.Field))
		dst = binary.LittleEndian.AppendUint64(dst, p.Sum)
	}
	return dst
}

func appendText[T string | []byte](dst []byte, text T) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(text)))
	return append(dst, text...)
}

func appendInts(dst []byte, list []int) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(list)))
	for _, n := range list {
		dst = binary.AppendUvarint(dst, uint64(n))
	}
	return dst
}

// decoder reads what append wrote; after a fault every read gives zero. Lists are
// cut from shared pieces of memory: a few allocations a frame, not two an entry.
type decoder struct {
	data   []byte
	bad    bool
	fields []int          // what is left of a piece
	sums   []ledger.Print // as well
}

// piece is how many elements a piece of memory for lists has.
const piece = 512

// carve takes n elements off a piece, or off a new one. Who appends to them does
// not reach the next ones.
func carve[T any](left *[]T, n int) []T {
	if len(*left) < n {
		*left = make([]T, max(n, piece))
	}
	out := (*left)[:n:n]
	*left = (*left)[n:]
	return out
}

// entry reads one; ok is false when what is there is none.
func (d *decoder) entry() (e Entry, ok bool) {
	position, n := binary.Varint(d.data)
	if n <= 0 || len(d.data) <= n {
		return Entry{}, false
	}
	mark := d.data[n]
	e.Position, e.Operation = position, Operation(mark&^refersMark)
	d.data = d.data[n+1:]
	e.SourceID = string(d.text())
	e.TargetID = string(d.text())
	e.Shown = string(d.text())
	e.Key = d.text()
	e.Body = d.text()
	e.Changed = d.ints()
	e.Cleared = d.ints()
	e.Added = d.ints()
	e.Prints = d.prints()
	e.Agreed = d.prints()
	e.Facts = d.prints()
	e.Appeared = d.ints()
	e.Moved = d.ints()
	e.Why = string(d.text())
	e.From = string(d.text())
	e.Person = d.person()
	e.PutBack = d.ints()
	if mark&refersMark != 0 {
		e.References = d.references()
		e.Pending = d.ints()
	}
	if d.bad || len(e.Prints) != len(e.Changed) || e.Operation < Create || e.Operation > Note {
		return Entry{}, false
	}
	return e, true
}

// appendPerson writes no more than its length where there is no mark.
func (e *Entry) appendPerson(dst []byte) []byte {
	if e.Person == (ledger.PersonMark{}) {
		return append(dst, 0)
	}
	return appendText(dst, e.Person[:])
}

func (d *decoder) person() (mark ledger.PersonMark) {
	text := d.text()
	if len(text) != 0 && len(text) != len(mark) {
		d.bad = true
		return mark
	}
	copy(mark[:], text)
	return mark
}

func (d *decoder) references() []Reference {
	const least = 1 + 1 + 1 + 1 // field, to, flags, the length of the id
	out := make([]Reference, d.count(least))
	for i := range out {
		out[i].Field, out[i].To = int(d.number()), int(d.number())
		if flags := d.flags(); !d.bad {
			out[i].InKey, out[i].Must = flags&1 != 0, flags&2 != 0
		}
		out[i].SourceID = string(d.text())
	}
	return out
}

func (d *decoder) flags() byte {
	if len(d.data) == 0 {
		d.bad = true
		return 0
	}
	flags := d.data[0]
	d.data = d.data[1:]
	return flags
}

func (d *decoder) prints() []ledger.Print {
	const least = 1 + 8 // a varint, a sum
	n := d.count(least)
	if n == 0 {
		return nil
	}
	prints := carve(&d.sums, n)
	for i := range prints {
		field := d.number()
		d.bad = d.bad || field > math.MaxUint32
		prints[i] = ledger.Print{Field: ledger.FieldID(field), Sum: d.fixed()}
	}
	return prints
}

func (d *decoder) number() uint64 {
	n, size := binary.Uvarint(d.data)
	if size <= 0 || n > math.MaxInt64 {
		d.bad, d.data = true, nil
		return 0
	}
	d.data = d.data[size:]
	return n
}

func (d *decoder) fixed() uint64 {
	if len(d.data) < 8 {
		d.bad, d.data = true, nil
		return 0
	}
	n := binary.LittleEndian.Uint64(d.data)
	d.data = d.data[8:]
	return n
}

// count is a length of things that take at least size bytes each: a damaged
// count must not make us allocate.
func (d *decoder) count(size int) int {
	n := d.number()
	if n > uint64(len(d.data)/size) {
		d.bad, d.data = true, nil
		return 0
	}
	return int(n)
}

func (d *decoder) text() []byte {
	n := d.count(1)
	text := d.data[:n]
	d.data = d.data[n:]
	return text
}

func (d *decoder) ints() []int {
	n := d.count(1)
	if n == 0 {
		return nil
	}
	out := carve(&d.fields, n)
	for i := range out {
		out[i] = int(d.number())
	}
	return out
}
