package plan

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"passerelle/engine/diag"
	"passerelle/engine/ledger"
)

// A spool is a magic line, sealed frames each behind its length, and at the end
// the offset of the last frame, which is the plan's Summary as JSON. Every frame
// is sealed with the plan's id and its own number, so that none can be cut out,
// repeated or put elsewhere.
const magic = "passerelle plan 1\n"

// frameRecords is how many operations share a frame, and so a batch of the
// journal: few enough that a kill leaves little to settle, enough that the two
// commits around a batch (0.1 ms each) don't count.
const frameRecords = 128

type spoolWriter struct {
	file   *os.File
	out    *bufio.Writer
	sealer *ledger.Sealer
	planID string
	offset int64
	frames int64
	plain  []byte // the frame being filled
	count  int
	sealed []byte
}

// createSpool makes a new file, readable by its owner alone.
func createSpool(path, planID string, sealer *ledger.Sealer) (*spoolWriter, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, spoolFault("writing the plan", err)
	}
	w := &spoolWriter{file: file, out: bufio.NewWriterSize(file, 1<<16), sealer: sealer, planID: planID}
	head := fmt.Sprintf("%s%s\n", magic, planID)
	_, err = w.out.WriteString(head)
	w.offset = int64(len(head))
	return w, err
}

func (w *spoolWriter) add(e *Entry) error {
	w.plain = e.append(w.plain)
	w.count++
	if w.count < frameRecords {
		return nil
	}
	return w.flush()
}

func (w *spoolWriter) flush() error {
	if w.count == 0 {
		return nil
	}
	err := w.frame(w.plain, frameName(w.planID, w.frames))
	w.plain, w.count = w.plain[:0], 0
	w.frames++
	return err
}

func (w *spoolWriter) frame(plain, name []byte) error {
	w.sealed = w.sealer.Seal(w.sealed[:0], plain, name)
	var size [4]byte
	binary.BigEndian.PutUint32(size[:], uint32(len(w.sealed)))
	if _, err := w.out.Write(size[:]); err != nil {
		return spoolFault("writing the plan", err)
	}
	if _, err := w.out.Write(w.sealed); err != nil {
		return spoolFault("writing the plan", err)
	}
	w.offset += int64(4 + len(w.sealed))
	return nil
}

// finish writes the summary and makes the file durable: what is applied must be
// on disk before it is sent.
func (w *spoolWriter) finish(summary *Summary) error {
	if err := w.flush(); err != nil {
		return err
	}
	summary.Batches = w.frames
	text, err := json.Marshal(summary)
	if err != nil {
		return spoolFault("writing the plan", err)
	}
	last := w.offset
	if err := w.frame(text, summaryName(w.planID)); err != nil {
		return err
	}
	var tail [8]byte
	binary.BigEndian.PutUint64(tail[:], uint64(last))
	_, err = w.out.Write(tail[:])
	err = errors.Join(err, w.out.Flush(), w.file.Sync(), w.file.Close())
	if err != nil {
		return spoolFault("writing the plan", err)
	}
	return nil
}

// discard forgets a spool that came to nothing.
func (w *spoolWriter) discard() {
	_ = w.file.Close()
	_ = os.Remove(w.file.Name())
}

func frameName(planID string, frame int64) []byte {
	return fmt.Appendf(nil, "%s/%d", planID, frame)
}

func summaryName(planID string) []byte { return fmt.Appendf(nil, "%s/summary", planID) }

// open reads the head and the summary of a spool.
func open(path string, sealer *ledger.Sealer) (*Plan, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, diag.Diagnostic{
			Code: "plan-not-found", Summary: "The plan " + path + " can't be read",
			Detail: reason(err) + ".", Remedy: "Check the path, or make a plan again: engine plan --out FILE.",
		}
	}
	defer file.Close()
	in := bufio.NewReader(file)
	head := make([]byte, len(magic))
	if _, err := io.ReadFull(in, head); err != nil || string(head) != magic {
		return nil, notAPlan(path)
	}
	id, err := in.ReadString('\n')
	if err != nil || len(id) < 2 || len(id) > 64 {
		return nil, notAPlan(path)
	}
	p := &Plan{Path: path, sealer: sealer, start: int64(len(magic) + len(id))}
	p.Summary.ID = id[:len(id)-1]
	end, err := file.Seek(-8, io.SeekEnd)
	if err != nil {
		return nil, notAPlan(path)
	}
	var tail [8]byte
	if _, err := io.ReadFull(file, tail[:]); err != nil {
		return nil, notAPlan(path)
	}
	last := int64(binary.BigEndian.Uint64(tail[:]))
	if last < p.start || last > end-4 || end-last > 1<<30 {
		return nil, notAPlan(path)
	}
	sealed := make([]byte, end-last-4)
	if _, err := file.ReadAt(sealed, last+4); err != nil {
		return nil, notAPlan(path)
	}
	p.end = last
	text, err := sealer.Open(nil, sealed, summaryName(p.Summary.ID))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &p.Summary); err != nil {
		return nil, notAPlan(path)
	}
	return p, nil
}

// Batches calls each with the entries of every batch, in order, until it
// returns an error. Entries that the plan dropped after they were written
// (Summary.Dropped) are left out; the batch numbers stay.
func (p *Plan) Batches(each func(batch int64, entries []Entry) error) error {
	file, err := os.Open(p.Path)
	if err != nil {
		return spoolFault("reading the plan", err)
	}
	defer file.Close()
	frames := io.NewSectionReader(file, p.start, p.end-p.start)
	dropped := p.droppedSet()
	return readFrames(frames, p.Summary.ID, p.Summary.Batches, p.sealer, func(batch int64, entries []Entry) error {
		return each(batch, slices.DeleteFunc(entries, func(e Entry) bool { return dropped[e.Position] }))
	})
}

// readBack calls each with what was written so far.
func (w *spoolWriter) readBack(each func(batch int64, entries []Entry) error) error {
	if err := w.flush(); err != nil {
		return err
	}
	if err := w.out.Flush(); err != nil {
		return spoolFault("writing the plan", err)
	}
	start := int64(len(magic) + len(w.planID) + 1)
	return readFrames(io.NewSectionReader(w.file, start, w.offset-start), w.planID, w.frames, w.sealer, each)
}

func readFrames(from io.Reader, planID string, count int64, sealer *ledger.Sealer, each func(batch int64, entries []Entry) error) error {
	in := bufio.NewReaderSize(from, 1<<16)
	for batch := range count {
		entries, err := readFrame(in, planID, batch, sealer)
		if err == nil {
			err = each(batch, entries)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Batch reads one batch alone.
func (p *Plan) Batch(wanted int64) ([]Entry, error) {
	var found []Entry
	stop := errors.New("found")
	err := p.Batches(func(batch int64, entries []Entry) error {
		if batch != wanted {
			return nil
		}
		found = entries
		return stop
	})
	if err != nil && !errors.Is(err, stop) {
		return nil, err
	}
	return found, nil
}

func readFrame(in io.Reader, planID string, batch int64, sealer *ledger.Sealer) ([]Entry, error) {
	var size [4]byte
	if _, err := io.ReadFull(in, size[:]); err != nil {
		return nil, spoolFault("reading the plan", err)
	}
	sealed := make([]byte, binary.BigEndian.Uint32(size[:]))
	if _, err := io.ReadFull(in, sealed); err != nil {
		return nil, spoolFault("reading the plan", err)
	}
	plain, err := sealer.Open(nil, sealed, frameName(planID, batch))
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for d := (decoder{data: plain}); len(d.data) > 0; {
		entry, err := d.entry()
		if err != nil {
			return nil, spoolFault("reading the plan", err)
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

func notAPlan(path string) error {
	return diag.Diagnostic{
		Code: "not-a-plan", Summary: path + " is no plan, or it is damaged",
		Detail: "It does not have the form that engine plan --out writes.",
		Remedy: "Make the plan again.",
	}
}

func spoolFault(doing string, err error) error {
	var d diag.Diagnostic
	if errors.As(err, &d) {
		return err
	}
	return diag.Diagnostic{
		Code: "plan-file", Class: diag.Fault, Summary: "Failed while " + doing,
		Detail: reason(err) + ".", Remedy: "Check that the disk has room and that its folder may be written to.",
	}
}

// reason is the system's own words, without the path that Go puts before them.
func reason(err error) string {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
