package plan

import (
	"fmt"
	"io"
	"os"
	"slices"

	"passerelle/engine/ledger"
)

// rollFrame is how many people share a frame of a roll.
const rollFrame = 1024

// roll is who was read, in order. Of two that are twins the first must be named,
// and nobody knows before that he will have one: kept in memory, everybody's id
// and name would grow with the read. On disk it is sealed, in a file without a
// name; a read of less than a frame needs none.
type roll struct {
	sealer  *ledger.Sealer
	planID  string
	dir     string
	file    *os.File
	ends    []int64 // of each frame
	plain   []byte  // the frame being filled
	count   int64
	scratch []byte
	last    int64 // number of the frame that at read last
	people  []Person
}

// add puts the next one on the roll: its position is how many there were.
func (r *roll) add(id, shown string) error {
	r.plain = appendText(r.plain, id)
	r.plain = appendText(r.plain, shown)
	if r.count++; r.count%rollFrame != 0 {
		return nil
	}
	if r.file == nil {
		var err error
		if r.file, err = unnamed(r.dir, ".people-*.plan"); err != nil {
			return spoolFault("keeping who was read", err)
		}
	}
	r.scratch = r.sealer.Seal(r.scratch[:0], r.plain, r.name(len(r.ends)))
	start := r.start(len(r.ends))
	if _, err := r.file.WriteAt(r.scratch, start); err != nil {
		return spoolFault("keeping who was read", err)
	}
	r.ends = append(r.ends, start+int64(len(r.scratch)))
	r.plain = r.plain[:0]
	return nil
}

func (r *roll) start(frame int) int64 {
	if frame == 0 {
		return 0
	}
	return r.ends[frame-1]
}

func (r *roll) name(frame int) []byte { return fmt.Appendf(nil, "%s/people/%d", r.planID, frame) }

// at is who stands at a position.
func (r *roll) at(position int64) (Person, error) {
	frame := position / rollFrame
	if r.people == nil || r.last != frame || frame == int64(len(r.ends)) { // the open one may have grown
		var err error
		if r.people, err = r.frame(int(frame)); err != nil {
			return Person{}, err
		}
		r.last = frame
	}
	return r.people[position%rollFrame], nil
}

// each calls with everybody, in order.
func (r *roll) each(do func(position int64, who Person)) error {
	position := int64(0)
	for frame := range len(r.ends) + 1 {
		people, err := r.frame(frame)
		if err != nil {
			return err
		}
		for _, who := range people {
			do(position, who)
			position++
		}
	}
	return nil
}

func (r *roll) frame(number int) ([]Person, error) {
	plain := r.plain
	if number < len(r.ends) {
		sealed := slices.Grow(r.scratch[:0], int(r.ends[number]-r.start(number)))
		sealed = sealed[:r.ends[number]-r.start(number)]
		r.scratch = sealed
		_, err := r.file.ReadAt(sealed, r.start(number))
		if err == nil {
			plain, err = r.sealer.Open(nil, sealed, r.name(number))
		}
		if err != nil {
			return nil, spoolFault("reading who was read", err)
		}
	}
	people := make([]Person, 0, rollFrame)
	for d := (decoder{data: plain}); len(d.data) > 0; {
		who := Person{SourceID: string(d.text()), Shown: string(d.text())}
		if d.bad {
			return nil, spoolFault("reading who was read", io.ErrUnexpectedEOF)
		}
		people = append(people, who)
	}
	return people, nil
}

func (r *roll) close() {
	if r.file != nil {
		_ = r.file.Close()
	}
}

// unnamed makes a file and takes its name away: whatever becomes of this process,
// nothing is left of it.
func unnamed(dir, pattern string) (*os.File, error) {
	file, err := os.CreateTemp(dir, pattern)
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.Name()); err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}
