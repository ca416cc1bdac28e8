package plan

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"passerelle/engine/diag"
	"passerelle/engine/ledger"
)

// A spool is a magic line, the plan's id, sealed frames each behind its length,
// then the sealed Summary as JSON, and at the end the offset at which that one
// begins. Every frame is sealed with the plan's id and its own number, so that
// none can be cut out, repeated or put elsewhere.
const magic = "passerelle plan 2\n"

// sizeBytes is the length before a frame, tailBytes the offset at the end.
const (
	sizeBytes = 4
	tailBytes = 8
)

// BatchRecords is how many operations share a frame, and so a batch of the
// journal: few enough that a kill leaves little to settle. A target that answers
// at once is given several batches together.
const BatchRecords = 128

type spoolWriter struct {
	path   string
	file   *os.File
	out    *bufio.Writer
	sealer *ledger.Sealer
	planID string
	start  int64 // where the first frame begins
	offset int64
	frames int64
	starts []int64 // where each frame begins
	plain  []byte  // the frame being filled
	count  int
	sealed []byte
	lines  int64 // frames of lines, after those of operations
}

// createSpool makes a new file, readable by its owner alone.
func createSpool(path, planID string, sealer *ledger.Sealer) (*spoolWriter, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, spoolFault("writing the plan", err)
	}
	w := &spoolWriter{path: path, file: file, out: bufio.NewWriterSize(file, 1<<16), sealer: sealer, planID: planID}
	n, err := fmt.Fprintf(w.out, "%s%s\n", magic, planID)
	if err != nil {
		w.discard()
		return nil, spoolFault("writing the plan", err)
	}
	w.start, w.offset = int64(n), int64(n)
	return w, nil
}

func (w *spoolWriter) add(e *Entry) error {
	w.plain = e.append(w.plain)
	w.count++
	if w.count < BatchRecords {
		return nil
	}
	return w.flush()
}

// flush seals what the open frame holds; nothing is done where that is nothing.
func (w *spoolWriter) flush() error {
	if w.count == 0 {
		return nil
	}
	w.starts = append(w.starts, w.offset)
	err := w.frame(w.plain, frameName(w.planID, w.frames))
	w.plain, w.count = w.plain[:0], 0
	w.frames++
	return err
}

func (w *spoolWriter) frame(plain, name []byte) error {
	w.sealed = w.sealer.Seal(w.sealed[:0], plain, name)
	var size [sizeBytes]byte
	binary.BigEndian.PutUint32(size[:], uint32(len(w.sealed)))
	_, err := w.out.Write(size[:])
	if err == nil {
		_, err = w.out.Write(w.sealed)
	}
	if err != nil {
		return spoolFault("writing the plan", err)
	}
	w.offset += int64(sizeBytes + len(w.sealed))
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
	var tail [tailBytes]byte
	binary.BigEndian.PutUint64(tail[:], uint64(last))
	_, err = w.out.Write(tail[:])
	err = errors.Join(err, w.out.Flush(), w.file.Sync(), w.file.Close())
	if err != nil {
		return spoolFault("writing the plan", err)
	}
	return nil
}

// readBack calls each with what was written so far.
func (w *spoolWriter) readBack(each func(entries []Entry) error) error {
	if err := w.flush(); err != nil {
		return err
	}
	if err := w.out.Flush(); err != nil {
		return spoolFault("writing the plan", err)
	}
	frames := readFrames(w.path, io.NewSectionReader(w.file, w.start, w.offset-w.start), w.planID, w.sealer, frameName)
	for range w.frames {
		entries, err := frames.next()
		if err == nil {
			err = each(entries)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// discard forgets a spool that came to nothing.
func (w *spoolWriter) discard() {
	_ = w.file.Close()
	_ = os.Remove(w.path)
}

func frameName(planID string, frame int64) []byte {
	return fmt.Appendf(nil, "%s/%d", planID, frame)
}

// lineName is that of a frame of lines.
func lineName(planID string, frame int64) []byte {
	return fmt.Appendf(nil, "%s/lines/%d", planID, frame)
}

func summaryName(planID string) []byte { return fmt.Appendf(nil, "%s/summary", planID) }

// spoolFault is what the file system refused.
func spoolFault(doing string, err error) error {
	if d, ok := errors.AsType[diag.Diagnostic](err); ok {
		return d
	}
	return diag.Diagnostic{
		Code: "plan-file", Class: diag.Fault, Summary: "Failed while " + doing,
		Detail: "The system says: " + reason(err) + ".", Remedy: "Check that the disk has room and that its folder may be written to.",
	}
}

// reason is the system's own words, without the path that Go puts before them.
func reason(err error) string {
	if path, ok := errors.AsType[*os.PathError](err); ok {
		return path.Err.Error()
	}
	return err.Error()
}
