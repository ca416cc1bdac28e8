package main

import (
	"bytes"
	"errors"
	"io"
)

// Limits of what a file may ask of memory.
const (
	maxRowBytes    = 4 << 20   // one row or record
	maxSharedBytes = 512 << 20 // the texts that a workbook's rows share
	readBuffer     = 128 << 10
)

var (
	errTooLong = errors.New("a row is longer than the limit")
	errNUL     = errors.New("a NUL byte")
)

// guard lies under a parser and ends its reading where the parser would go on
// without limit: in a row that never ends, or in bytes that are no text. The
// parser's user calls row after each row.
type guard struct {
	r        io.Reader
	left     int64 // bytes that may still come before row is called
	lines    int64 // line ends that have gone through
	last     byte
	any      bool
	failed   error // what ended the reading, other than io.EOF
	textOnly bool  // refuse NUL bytes
}

func newGuard(r io.Reader, textOnly bool) *guard {
	g := &guard{r: r, textOnly: textOnly}
	g.row()
	return g
}

// row says that a row is over. A parser may already have taken part of the next
// ones into its buffers, hence the addition.
func (g *guard) row() { g.left = maxRowBytes + 4*readBuffer }

func (g *guard) Read(p []byte) (int, error) {
	if g.failed != nil {
		return 0, g.failed
	}
	if g.left <= 0 {
		g.failed = errTooLong
		return 0, g.failed
	}
	p = p[:min(int64(len(p)), g.left)]
	n, err := g.r.Read(p)
	g.left -= int64(n)
	if n > 0 {
		g.any, g.last = true, p[n-1]
	}
	if at := bytes.IndexByte(p[:n], 0); at >= 0 && g.textOnly {
		g.lines += int64(bytes.Count(p[:at], []byte{'\n'}))
		g.failed = errNUL
		return 0, g.failed
	}
	g.lines += int64(bytes.Count(p[:n], []byte{'\n'}))
	if err != nil && !errors.Is(err, io.EOF) {
		g.failed = err
	}
	return n, err
}

// complaint explains what ended the reading; nil when the guard did not. at is
// where the parser stood.
func (g *guard) complaint(at locus) error {
	switch {
	case g.failed == nil:
		return nil
	case errors.Is(g.failed, errNUL):
		at.line = g.lines + 1
		return at.fault("nul-byte", "there is a NUL byte",
			"A text file has none: it is another kind of file, in another encoding such as UTF-16, or damaged.",
			"Save it again as text, in UTF-8 or windows-1252.")
	case errors.Is(g.failed, errTooLong):
		return at.fault("row-too-long", "a row that begins here goes on for more than 4 MiB",
			"Most often a quote was opened and never closed, or the file has no line ends.",
			"Correct the row, or save the file again as the format it should be.")
	}
	return readFailed(at.file)
}
