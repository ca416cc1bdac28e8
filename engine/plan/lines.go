package plan

import (
	"encoding/binary"
	"io"
	"os"
)

// Line is one line of a target that is written as a whole.
type Line struct {
	Number   int64 // in the whole, from 0
	SourceID string
	Shown    string
	Body     []byte
}

// lineFrame bounds a frame of lines, which is sent as one batch: records and
// bytes, whichever comes first.
const (
	lineFrame      = 512
	lineFrameBytes = 512 << 10
)

func (l *Line) append(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(l.Number))
	dst = append(dst, 0) // reserved: once said whether the line was to be kept
	dst = appendText(dst, l.SourceID)
	dst = appendText(dst, l.Shown)
	return appendText(dst, l.Body)
}

func (d *decoder) line() (l Line, ok bool) {
	l.Number = int64(d.number())
	if len(d.data) == 0 {
		return Line{}, false
	}
	d.data = d.data[1:]
	l.SourceID, l.Shown, l.Body = string(d.text()), string(d.text()), d.text()
	return l, !d.bad
}

// Lines calls each with the lines of the whole, in order, a batch at a time. They
// are valid until it returns, their bodies and texts as long as anybody has them.
func (p *Plan) Lines(each func(lines []Line) error) error {
	s := p.Summary.Snapshot
	if s == nil || s.Frames == 0 {
		return nil
	}
	file, err := os.Open(p.Path)
	if err != nil {
		return spoolFault("reading the plan", err)
	}
	defer file.Close()
	if s.Start < p.start || s.Start > p.end {
		return notAPlan(p.Path)
	}
	frames := readFrames(p.Path, io.NewSectionReader(file, s.Start, p.end-s.Start), p.Summary.ID, p.sealer, lineName)
	lines := make([]Line, 0, lineFrame)
	for range s.Frames {
		plain, err := frames.open()
		if err != nil {
			return err
		}
		lines = lines[:0]
		for d := (decoder{data: plain}); len(d.data) > 0; {
			line, ok := d.line()
			if !ok {
				return notAPlan(p.Path)
			}
			lines = append(lines, line)
		}
		if err := each(lines); err != nil {
			return err
		}
	}
	return nil
}

// addLines writes one frame of lines. No operation may follow.
func (w *spoolWriter) addLines(lines []Line) error {
	w.plain = w.plain[:0]
	for i := range lines {
		w.plain = lines[i].append(w.plain)
	}
	err := w.frame(w.plain, lineName(w.planID, w.lines))
	w.plain = w.plain[:0]
	w.lines++
	return err
}

// dropLines takes the lines back that were written from an offset on.
func (w *spoolWriter) dropLines(from int64) error {
	err := w.out.Flush()
	if err == nil {
		err = w.file.Truncate(from)
	}
	if err == nil {
		_, err = w.file.Seek(from, io.SeekStart)
	}
	if err != nil {
		return spoolFault("writing the plan", err)
	}
	w.offset, w.lines = from, 0
	return nil
}
