package diag

import (
	"fmt"
	"io"
	"strings"

	"github.com/mitchellh/go-wordwrap"
)

// TextOptions says how diagnostics are laid out for people.
type TextOptions struct {
	Width int  // cells of the terminal; 0 means 80, anything below 40 counts as 40
	Color bool // ANSI colours; ask for them on a terminal only
}

// WriteText renders diagnostics for people, in their order, a blank line
// between two. A file that src does not hold gives the place without its text.
func (ds Diagnostics) WriteText(w io.Writer, src Sources, opts TextOptions) error {
	if opts.Width == 0 {
		opts.Width = 80
	}
	opts.Width = max(opts.Width, 40)
	var b strings.Builder
	for i, d := range ds {
		if i > 0 {
			b.WriteByte('\n')
		}
		page{&b, opts}.write(d.JSON(src))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write diagnostics: %w", err)
	}
	return nil
}

// page lays one diagnostic out.
type page struct {
	*strings.Builder
	opts TextOptions
}

func (p page) write(j JSON) {
	word, hue := "Error", red
	if j.Severity == Warning.String() {
		word, hue = "Warning", yellow
	}
	summary := p.wrap(VisibleLine(word+": "+j.Summary)+"  ["+VisibleLine(j.Code)+"]", "")
	summary = strings.TrimPrefix(summary, word+": ")
	summary, code, hasCode := cutCode(summary, j.Code)
	p.WriteString(p.paint(hue+bold, word+": ") + p.paint(bold, summary))
	if hasCode {
		p.WriteString(p.paint(faint, code))
	}
	p.WriteByte('\n')
	if j.Range != nil {
		p.place(*j.Range, j.In, j.Snippet != nil)
	} else if len(j.In) > 0 {
		p.WriteString("\n" + p.wrap("in "+VisibleLine(strings.Join(j.In, ", ")), "  ") + "\n")
	}
	if j.Snippet != nil {
		p.snippet(*j.Snippet, hue)
	}
	p.paragraphs(j, j.Range != nil && j.Snippet != nil)
}

// cutCode parts a wrapped summary from its code, so that they can be painted
// apart. Wrapping may have put a newline between them, never one inside.
func cutCode(summary, code string) (before, after string, ok bool) {
	mark := "[" + VisibleLine(code) + "]"
	before, ok = strings.CutSuffix(summary, mark)
	return before, mark, ok
}

func (p page) place(r Range, in []string, snippet bool) {
	where := fmt.Sprintf("on %s line %d", VisibleLine(r.File), r.Start.Line)
	if r.Start.Line == 0 {
		where = "in " + VisibleLine(r.File)
	}
	if len(in) > 0 {
		where += ", in " + VisibleLine(strings.Join(in, ", "))
	}
	if snippet {
		where += ":"
	}
	p.WriteString("\n" + p.wrap(where, "  ") + "\n")
}

func (p page) paragraphs(j JSON, tight bool) {
	for i, text := range []string{j.Detail, j.Remedy} {
		if text == "" {
			continue
		}
		if i == 0 && !tight {
			p.WriteByte('\n')
		}
		if i == 1 && j.Detail == "" && !tight {
			p.WriteByte('\n')
		}
		p.WriteString(p.wrap(Visible(text), "  ") + "\n")
	}
}

// wrap breaks between words at the page's width. A word longer than a line
// stays whole, so that a path can be copied.
func (p page) wrap(text, indent string) string {
	wrapped := wordwrap.WrapString(text, uint(p.opts.Width-len(indent)))
	if indent == "" {
		return wrapped
	}
	lines := strings.Split(wrapped, "\n")
	for i, l := range lines {
		if l != "" {
			lines[i] = indent + l
		}
	}
	return strings.Join(lines, "\n")
}

const (
	bold   = "\x1b[1m"
	faint  = "\x1b[2m"
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	plain  = "\x1b[0m"
)

func (p page) paint(style, text string) string {
	if !p.opts.Color || text == "" {
		return text
	}
	return style + text + plain
}

func spaces(n int) string { return strings.Repeat(" ", max(n, 0)) }
