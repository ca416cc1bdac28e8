package view

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"
	"golang.org/x/term"

	"passerelle/engine"
	"passerelle/engine/diag"
)

// human shows results to people.
type human struct {
	out, talk io.Writer
	outColor  bool
	talkColor bool
	live      bool // talk is a terminal: progress may overwrite itself
	width     int
	shown     int // cells of the progress line
	last      time.Time
	pace      pace
	elsewhere string // the flags that a command needs besides, which people are to type
}

// NewHuman is a view for people. Colours and progress appear only where the
// writer is a terminal, and colours only if color says so. The flags elsewhere end
// each command that it gives, so that it finds the same ledger.
func NewHuman(out, talk io.Writer, color bool, elsewhere string) View {
	h := &human{out: out, talk: talk, width: 100, elsewhere: elsewhere}
	if columns, ok := terminal(talk); ok {
		h.live, h.talkColor, h.width = true, color, min(columns, 120)
	}
	if _, ok := terminal(out); ok {
		h.outColor = color
	}
	return h
}

func terminal(w io.Writer) (columns int, ok bool) {
	file, isFile := w.(*os.File)
	if !isFile || !term.IsTerminal(int(file.Fd())) {
		return 0, false
	}
	columns, _, err := term.GetSize(int(file.Fd()))
	if err != nil || columns <= 0 {
		columns = 80
	}
	return columns, true
}

func (h *human) Diagnostics(ds diag.Diagnostics, src diag.Sources) {
	if len(ds) == 0 {
		return
	}
	h.clear()
	shown := ds
	if len(shown) > mostAtOnce {
		if errs := ds.Errors(); len(errs) > 0 {
			shown = errs // what stops comes before what warns
		}
		shown = shown[:min(len(shown), mostAtOnce)]
	}
	_ = shown.WriteText(h.talk, src, diag.TextOptions{Width: h.width, Color: h.talkColor})
	fmt.Fprintln(h.talk)
	if more := len(ds) - len(shown); more > 0 {
		fmt.Fprintf(h.talk, "And %d more, which --json has all of.\n\n", more)
	}
}

// mostAtOnce is how many diagnostics a person is shown: one mistake may be
// repeated by a thousand mappings.
const mostAtOnce = 50

func (h *human) Valid(w *engine.Workspace) {
	fmt.Fprintf(h.out, "%s is valid.\n", diag.VisibleLine(w.Dir))
	replaced := replacedLines(w)
	if len(replaced) == 0 {
		return
	}
	fmt.Fprintln(h.out, "\nWhat it replaces of its packages:")
	for _, r := range replaced {
		fmt.Fprintf(h.out, "  %s, %s line %d → %s line %d\n", diag.VisibleLine(r.What),
			diag.VisibleLine(r.Shipped.File), r.Shipped.Start.Line, diag.VisibleLine(r.By.File), r.By.Start.Line)
	}
}

// progressEvery keeps a fast run from writing more than a terminal can show.
const progressEvery = 100 * time.Millisecond

func (h *human) Progress(e engine.Event) {
	now := time.Now()
	if !h.live || now.Sub(h.last) < progressEvery {
		return
	}
	h.last = now
	line := h.pace.line(e, now)
	h.clear()
	fmt.Fprint(h.talk, line)
	h.shown = runewidth.StringWidth(line)
}

func (h *human) clear() {
	if h.shown > 0 {
		fmt.Fprint(h.talk, "\r"+strings.Repeat(" ", h.shown)+"\r")
		h.shown = 0
	}
}

// Result says nothing: people read what stands above it, and scripts the exit
// code.
func (h *human) Result(int) { h.clear() }

const (
	bold   = "\x1b[1m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	red    = "\x1b[31m"
	faint  = "\x1b[2m"
	plain  = "\x1b[0m"
)

func (h *human) paint(code, text string) string {
	if !h.outColor {
		return text
	}
	return code + text + plain
}

func (h *human) printf(format string, args ...any) { fmt.Fprintf(h.out, format, args...) }

// pad fills text up to a width in cells, not bytes: names have accents, and some
// scripts are two cells wide.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-runewidth.StringWidth(text)))
}

// wrap breaks text at spaces, no-break ones left out, and indents every line.
func wrap(text string, width int, indent string) string {
	var out strings.Builder
	line := indent
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' }) {
		if line != indent && runewidth.StringWidth(line)+1+runewidth.StringWidth(word) > width {
			out.WriteString(line + "\n")
			line = indent
		}
		if line != indent {
			line += " "
		}
		line += word
	}
	return out.String() + line + "\n"
}
