package plan

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"io"
	"os"
	"slices"

	"passerelle/engine/diag"
	"passerelle/engine/ledger"
)

// longestID bounds what is read of a file that is perhaps no plan.
const longestID = 64

// open reads the head and the summary of a spool.
func open(path string, sealer *ledger.Sealer) (*Plan, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, diag.Diagnostic{
			Code: "plan-not-found", Summary: "The plan " + path + " can't be read",
			Detail: "The system says: " + reason(err) + ".", Remedy: "Check the path, or make a plan again: engine plan --out FILE.",
		}
	}
	defer file.Close()
	p := &Plan{Path: path, sealer: sealer}
	sealed, ok := p.outline(file)
	if !ok {
		return nil, notAPlan(path)
	}
	text, err := sealer.Open(nil, sealed, summaryName(p.Summary.ID))
	if err != nil {
		return nil, unreadable(path)
	}
	if err := json.Unmarshal(text, &p.Summary); err != nil {
		return nil, notAPlan(path)
	}
	return p, nil
}

// outline finds the plan's id, the place of its frames, and its sealed summary.
func (p *Plan) outline(file *os.File) (summary []byte, ok bool) {
	head := make([]byte, len(magic)+longestID)
	n, err := io.ReadFull(file, head)
	if n < len(magic) || (err != nil && err != io.ErrUnexpectedEOF) || string(head[:len(magic)]) != magic {
		return nil, false
	}
	length := slices.Index(head[len(magic):n], '\n')
	if length < 1 {
		return nil, false
	}
	p.Summary.ID = string(head[len(magic) : len(magic)+length])
	p.start = int64(len(magic) + length + 1)

	end, err := file.Seek(-tailBytes, io.SeekEnd)
	if err != nil {
		return nil, false
	}
	var tail [tailBytes]byte
	if _, err := io.ReadFull(file, tail[:]); err != nil {
		return nil, false
	}
	p.end = int64(binary.BigEndian.Uint64(tail[:]))
	if p.end < p.start || p.end > end-sizeBytes {
		return nil, false
	}
	frame := make([]byte, end-p.end)
	_, err = file.ReadAt(frame, p.end)
	summary = frame[sizeBytes:]
	return summary, err == nil && int64(binary.BigEndian.Uint32(frame)) == int64(len(summary))
}

// Batches calls each with the entries of every batch, in order, until it
// returns an error. Entries that the plan dropped after they were written
// (Summary.Dropped) are left out; the batch numbers stay.
func (p *Plan) Batches(each func(batch int64, entries []Entry) error) error {
	return p.frames(func(frames *frameReader) error {
		dropped := p.droppedSet()
		for batch := range p.Summary.Batches {
			entries, err := frames.next()
			if err == nil {
				err = each(batch, without(entries, dropped))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Batch reads one batch alone.
func (p *Plan) Batch(wanted int64) ([]Entry, error) {
	var found []Entry
	err := p.frames(func(frames *frameReader) error {
		for range wanted {
			if err := frames.skip(); err != nil {
				return err
			}
		}
		entries, err := frames.next()
		found = without(entries, p.droppedSet())
		return err
	})
	return found, err
}

func (p *Plan) frames(read func(*frameReader) error) error {
	file, err := os.Open(p.Path)
	if err != nil {
		return spoolFault("reading the plan", err)
	}
	defer file.Close()
	return read(readFrames(p.Path, io.NewSectionReader(file, p.start, p.end-p.start), p.Summary.ID, p.sealer, frameName))
}

func (p *Plan) droppedSet() map[int64]bool {
	set := make(map[int64]bool, len(p.Summary.Dropped))
	for _, position := range p.Summary.Dropped {
		set[position] = true
	}
	return set
}

func without(entries []Entry, dropped map[int64]bool) []Entry {
	if len(dropped) == 0 {
		return entries
	}
	return slices.DeleteFunc(entries, func(e Entry) bool { return dropped[home(e.Position)] })
}

// frameReader reads frames one after the other.
type frameReader struct {
	path   string
	in     *bufio.Reader
	left   int64 // a damaged length must not make us allocate
	planID string
	frame  int64 // number of the next one
	name   func(planID string, frame int64) []byte
	sealer *ledger.Sealer
	sealed []byte // reused from frame to frame
}

func readFrames(path string, from *io.SectionReader, planID string, sealer *ledger.Sealer, name func(string, int64) []byte) *frameReader {
	return &frameReader{path: path, in: bufio.NewReaderSize(from, 1<<16), left: from.Size(), planID: planID, name: name, sealer: sealer}
}

// size reads the length of the next frame.
func (r *frameReader) size() (int, error) {
	var size [sizeBytes]byte
	if _, err := io.ReadFull(r.in, size[:]); err != nil {
		return 0, r.cut(err)
	}
	n := int64(binary.BigEndian.Uint32(size[:]))
	r.left -= sizeBytes + n
	if r.left < 0 {
		return 0, notAPlan(r.path)
	}
	return int(n), nil
}

func (r *frameReader) skip() error {
	n, err := r.size()
	if err != nil {
		return err
	}
	r.frame++
	_, err = r.in.Discard(n)
	return r.cut(err)
}

// open reads the next frame's content.
func (r *frameReader) open() ([]byte, error) {
	n, err := r.size()
	if err != nil {
		return nil, err
	}
	r.sealed = slices.Grow(r.sealed[:0], n)[:n]
	if _, err := io.ReadFull(r.in, r.sealed); err != nil {
		return nil, r.cut(err)
	}
	plain, err := r.sealer.Open(nil, r.sealed, r.name(r.planID, r.frame))
	if err != nil {
		return nil, unreadable(r.path)
	}
	r.frame++
	return plain, nil
}

func (r *frameReader) next() ([]Entry, error) {
	plain, err := r.open()
	if err != nil {
		return nil, err
	}
	entries := make([]Entry, 0, BatchRecords)
	for d := (decoder{data: plain}); len(d.data) > 0; {
		entry, ok := d.entry()
		if !ok {
			return nil, notAPlan(r.path)
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// cut tells the end of a file that is too short from a disk that fails.
func (r *frameReader) cut(err error) error {
	switch err {
	case nil:
		return nil
	case io.EOF, io.ErrUnexpectedEOF:
		return notAPlan(r.path)
	}
	return spoolFault("reading the plan", err)
}

func notAPlan(path string) error {
	return diag.Diagnostic{
		Code: "not-a-plan", Summary: path + " is no plan, or it is damaged",
		Detail: "It does not have the form that engine plan --out writes.",
		Remedy: "Make the plan again.",
	}
}

func unreadable(path string) error {
	return diag.Diagnostic{
		Code: "plan-unreadable", Summary: "The plan " + path + " can't be opened",
		Detail: "It is encrypted, and either belongs to another ledger or was damaged or changed.",
		Remedy: "Apply it with the ledger that it was made with, or make the plan again.",
	}
}
