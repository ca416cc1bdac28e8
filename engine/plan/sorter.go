package plan

import (
	"bufio"
	"bytes"
	"container/heap"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"slices"

	"passerelle/engine/ledger"
)

// sortedAtOnce is how many bytes of lines are ordered in memory; more go to disk
// in runs that are merged at the end.
const sortedAtOnce = 16 << 20

// runFrame is about how much of a run is sealed, and read back, at a time.
const runFrame = 256 << 10

// lineOverhead is what a line takes in the buffer besides its texts, at most.
const lineOverhead = 8 + 1 + 3*binary.MaxVarintLen64

// loose is a line on its way into order: the key that it is ordered by, the
// position of its record, and the rest.
type loose struct {
	key      []byte
	origin   int64
	kept     bool // the last one, of a record that has no other now
	sourceID string
	shown    string
	body     []byte
}

// sorter orders lines however many there are, in memory that does not grow with
// them. On disk they are sealed, in a file without a name.
type sorter struct {
	sealer *ledger.Sealer
	planID string
	dir    string
	limit  int

	buffer  []byte
	spans   []span
	file    *os.File
	end     int64
	runs    []run
	scratch []byte
}

// span is where a line lies in the buffer; its key is at the front.
type span struct{ start, key, end int }

// run is an ordered piece of the file.
type run struct{ start, end int64 }

func (s *sorter) add(l *loose) error {
	start := len(s.buffer)
	if most := len(l.key) + len(l.sourceID) + len(l.shown) + len(l.body) + lineOverhead; cap(s.buffer)-start < most {
		s.buffer = slices.Grow(s.buffer, start+most) // append grows large ones by a quarter: five copies on the way
	}
	s.buffer = append(s.buffer, l.key...)
	s.buffer = binary.BigEndian.AppendUint64(s.buffer, uint64(l.origin)) // the source's order breaks ties
	key := len(s.buffer)
	kept := byte(0)
	if l.kept {
		kept = 1
	}
	s.buffer = append(s.buffer, kept)
	s.buffer = appendText(s.buffer, l.sourceID)
	s.buffer = appendText(s.buffer, l.shown)
	s.buffer = appendText(s.buffer, l.body)
	s.spans = append(s.spans, span{start, key, len(s.buffer)})
	if len(s.buffer) < s.limit {
		return nil
	}
	return s.spill()
}

// order orders what is in memory.
func (s *sorter) order() {
	slices.SortFunc(s.spans, func(a, b span) int {
		return bytes.Compare(s.buffer[a.start:a.key], s.buffer[b.start:b.key])
	})
}

// spill orders what is in memory and writes it down as a run.
func (s *sorter) spill() error {
	if len(s.spans) == 0 {
		return nil
	}
	s.order()
	if err := s.openFile(); err != nil {
		return err
	}
	r := run{start: s.end}
	out := bufio.NewWriterSize(io.NewOffsetWriter(s.file, s.end), 1<<16)
	var plain []byte
	frame := 0
	for i, at := range s.spans {
		plain = appendText(plain, s.buffer[at.start:at.key])
		plain = appendText(plain, s.buffer[at.key:at.end])
		if len(plain) < runFrame && i < len(s.spans)-1 {
			continue
		}
		s.scratch = s.sealer.Seal(s.scratch[:0], plain, s.name(len(s.runs), frame))
		var size [sizeBytes]byte
		binary.BigEndian.PutUint32(size[:], uint32(len(s.scratch)))
		_, _ = out.Write(size[:]) // a bufio.Writer keeps its error
		_, _ = out.Write(s.scratch)
		s.end += int64(sizeBytes + len(s.scratch))
		plain = plain[:0]
		frame++
	}
	if err := out.Flush(); err != nil {
		return spoolFault("ordering the lines", err)
	}
	r.end = s.end
	s.runs = append(s.runs, r)
	s.buffer, s.spans = s.buffer[:0], s.spans[:0]
	return nil
}

func (s *sorter) openFile() error {
	if s.file != nil {
		return nil
	}
	var err error
	if s.file, err = unnamed(s.dir, ".lines-*.plan"); err != nil {
		return spoolFault("ordering the lines", err)
	}
	return nil
}

func (s *sorter) name(run, frame int) []byte {
	return fmt.Appendf(nil, "%s/sort/%d/%d", s.planID, run, frame)
}

// each calls with every line in order, once; a line is valid until the call
// returns.
func (s *sorter) each(do func(*loose) error) error {
	if len(s.runs) == 0 {
		return s.eachInMemory(do)
	}
	if err := s.spill(); err != nil {
		return err
	}
	s.buffer, s.spans = nil, nil
	var heads merge
	for i, r := range s.runs {
		h := &head{sorter: s, run: i, in: bufio.NewReaderSize(io.NewSectionReader(s.file, r.start, r.end-r.start), 1<<16)}
		if err := h.next(); err != nil {
			return err
		}
		heads = append(heads, h) // no run is empty
	}
	heap.Init(&heads)
	for len(heads) > 0 {
		h := heads[0]
		l, err := lineOf(h.key, h.value)
		if err == nil {
			err = do(l)
		}
		if err == nil {
			err = h.next()
		}
		if err != nil {
			return err
		}
		if h.key == nil {
			heap.Pop(&heads)
		} else {
			heap.Fix(&heads, 0)
		}
	}
	return nil
}

// eachInMemory is each where all fit: none of them goes to disk.
func (s *sorter) eachInMemory(do func(*loose) error) error {
	s.order()
	for _, at := range s.spans {
		l, err := lineOf(s.buffer[at.start:at.key], s.buffer[at.key:at.end])
		if err == nil {
			err = do(l)
		}
		if err != nil {
			return err
		}
	}
	s.buffer, s.spans = nil, nil
	return nil
}

func (s *sorter) close() {
	if s.file != nil {
		_ = s.file.Close()
	}
}

// head is the next line of one run.
type head struct {
	sorter *sorter
	run    int
	frame  int
	in     *bufio.Reader
	rest   decoder
	sealed []byte
	plain  []byte
	key    []byte // nil at the end
	value  []byte
}

// next reads on.
func (h *head) next() error {
	if len(h.rest.data) == 0 {
		var size [sizeBytes]byte
		if _, err := io.ReadFull(h.in, size[:]); err == io.EOF {
			h.key = nil
			return nil
		} else if err != nil {
			return spoolFault("ordering the lines", err)
		}
		h.sealed = slices.Grow(h.sealed[:0], int(binary.BigEndian.Uint32(size[:])))[:binary.BigEndian.Uint32(size[:])]
		if _, err := io.ReadFull(h.in, h.sealed); err != nil {
			return spoolFault("ordering the lines", err)
		}
		var err error
		if h.plain, err = h.sorter.sealer.Open(h.plain[:0], h.sealed, h.sorter.name(h.run, h.frame)); err != nil {
			return spoolFault("ordering the lines", err)
		}
		h.frame++
		h.rest = decoder{data: h.plain}
	}
	h.key, h.value = h.rest.text(), h.rest.text()
	if h.rest.bad {
		return spoolFault("ordering the lines", io.ErrUnexpectedEOF)
	}
	return nil
}

// lineOf takes a key and what stands behind it apart.
func lineOf(key, value []byte) (*loose, error) {
	const originBytes = 8
	if len(key) < originBytes || len(value) < 1 {
		return nil, spoolFault("ordering the lines", io.ErrUnexpectedEOF)
	}
	d := decoder{data: value[1:]}
	return &loose{
		origin:   int64(binary.BigEndian.Uint64(key[len(key)-originBytes:])),
		kept:     value[0] == 1,
		sourceID: string(d.text()),
		shown:    string(d.text()),
		body:     d.text(),
	}, nil
}

// merge is a heap of runs, the one with the first line on top.
type merge []*head

func (m merge) Len() int           { return len(m) }
func (m merge) Less(i, j int) bool { return bytes.Compare(m[i].key, m[j].key) < 0 }
func (m merge) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }
func (m *merge) Push(h any)        { *m = append(*m, h.(*head)) }
func (m *merge) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}
