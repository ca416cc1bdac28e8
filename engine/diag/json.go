package diag

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Sources holds the contents of files by the name that ranges use.
type Sources map[string][]byte

// JSON is a diagnostic as machines read it; WriteText renders the same struct
// for people. Field names are stable: later versions only add.
type JSON struct {
	Severity string   `json:"severity"` // error, warning
	Code     string   `json:"code"`
	Summary  string   `json:"summary"`
	Detail   string   `json:"detail,omitempty"`
	Remedy   string   `json:"remedy,omitempty"`
	Say      *Say     `json:"say,omitempty"` // what the mapping's author says of it, by language
	Class    string   `json:"class"`         // refused, credentials, unavailable, fault, interrupted
	Range    *Range   `json:"range,omitempty"`
	In       []string `json:"in,omitempty"` // outermost first
	Snippet  *Snippet `json:"snippet,omitempty"`
}

// Snippet is the piece of source that a diagnostic is about: whole lines,
// joined by newlines. Start and End are offsets in Text, in Unicode code
// points, of the wrong thing.
type Snippet struct {
	Line  int    `json:"line"` // of the first line, from 1
	Text  string `json:"text"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// MarshalJSON writes every character that could act on a terminal as a JSON
// escape, those that JSON would let through included. Nothing is lost by it.
func (j JSON) MarshalJSON() ([]byte, error) {
	type plain JSON
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(plain(j)); err != nil {
		return nil, fmt.Errorf("write a diagnostic as JSON: %w", err)
	}
	var out strings.Builder
	for _, r := range strings.TrimSuffix(buf.String(), "\n") {
		if unsafeToShow(r) {
			fmt.Fprintf(&out, `\u%04x`, r)
			continue
		}
		out.WriteRune(r)
	}
	return []byte(out.String()), nil
}

// JSON gives the machine form, with the snippet when the file is among src.
func (d Diagnostic) JSON(src Sources) JSON {
	j := JSON{
		Severity: d.Severity.String(),
		Code:     d.Code,
		Summary:  d.Summary,
		Detail:   d.Detail,
		Remedy:   d.Remedy,
		Say:      d.Say,
		Class:    d.Class.String(),
		Range:    d.Subject,
		In:       d.In,
	}
	if d.Subject != nil && d.Subject.Start.Line > 0 && !d.Conceal {
		j.Snippet = snippet(src[d.Subject.File], *d.Subject, d.Context)
	}
	return j
}

// maxContextLines bounds what one diagnostic shows of a file.
const maxContextLines = 7

// snippet cuts whole lines out of a file. It gives nil where the range lies
// outside of it: the file may have changed since it was read.
func snippet(file []byte, subject Range, context *Range) *Snippet {
	from, to := subject.Start.Byte, subject.End.Byte
	if len(file) == 0 || from < 0 || from > len(file) {
		return nil
	}
	to = min(max(to, from), len(file))
	first, last := lineStart(file, from), lineEnd(file, max(from, to-1))
	line := subject.Start.Line
	if context != nil && context.File == subject.File && context.Start.Byte <= from && context.End.Byte <= len(file) &&
		context.End.Line-context.Start.Line < maxContextLines {
		first = lineStart(file, max(0, context.Start.Byte))
		last = max(last, lineEnd(file, max(0, context.End.Byte-1)))
		line = context.Start.Line
	}
	if to > last { // a range that ends with its line's newline
		to = last
	}
	text := file[first:last]
	return &Snippet{
		Line:  line,
		Text:  string(text),
		Start: utf8.RuneCount(file[first:from]),
		End:   utf8.RuneCount(file[first:max(from, to)]),
	}
}

func lineStart(file []byte, at int) int {
	return bytes.LastIndexByte(file[:at], '\n') + 1
}

func lineEnd(file []byte, at int) int {
	end := len(file)
	if i := bytes.IndexByte(file[min(at, len(file)):], '\n'); i >= 0 {
		end = at + i
	}
	if end > 0 && end > lineStart(file, end) && file[end-1] == '\r' {
		end--
	}
	return end
}
