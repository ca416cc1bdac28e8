package host

import (
	"bufio"
	"bytes"
	"encoding/json"
	"strings"
	"sync"
)

const (
	longestLogLine = 32 << 10 // bytes; the rest of a longer line is dropped
	longestText    = 4 << 10  // characters of a plain line
	tailLines      = 8        // shown of a plugin that doesn't start
	keptLines      = 400      // kept of a crash, enough for its first goroutine
)

// trace is what a plugin writes on stderr: it cleans each line for the log,
// keeps the last ones, and sets a crash aside, whose text may quote a record and
// so never reaches the log.
type trace struct {
	clean *cleaner

	mu      sync.Mutex
	last    []string
	crash   []string
	crashed bool
}

func newTrace(clean *cleaner) *trace { return &trace{clean: clean} }

// readLine reads one line without its end. What exceeds the reader's buffer is
// read and dropped.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, prefix, err := r.ReadLine()
	line = bytes.Clone(line)
	for prefix && err == nil {
		_, prefix, err = r.ReadLine()
	}
	return line, err
}

// line takes one line and gives what may be logged of it, if anything. What it
// gives is either a JSON log line that go-plugin can read or no JSON at all.
func (t *trace) line(raw []byte) ([]byte, bool) {
	if entry, ok := t.entry(raw); ok {
		return entry, true
	}
	text := t.clean.text(string(raw), longestText)
	if text == "" {
		return nil, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if beginsCrash(text) {
		t.crash, t.crashed = nil, true // the last one is the one that ended it
	}
	if t.crashed {
		if len(t.crash) < keptLines {
			t.crash = append(t.crash, t.clean.textIndented(string(raw)))
		}
		return nil, false
	}
	t.last = append(t.last, t.clean.textIndented(string(raw)))
	if len(t.last) > keptLines {
		t.last = t.last[1:]
	}
	if text[0] == '{' {
		text = "text " + text // what became JSON by the cleaning isn't to be read as such
	}
	return []byte(text), true
}

// entry cleans a JSON log line, so that what go-plugin takes for a string is one.
func (t *trace) entry(raw []byte) ([]byte, bool) {
	if trimmed := bytes.TrimSpace(raw); len(trimmed) == 0 || trimmed[0] != '{' {
		return nil, false
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var fields map[string]any
	if decoder.Decode(&fields) != nil || decoder.More() {
		return nil, false
	}
	fields, _ = t.value(fields, 0).(map[string]any)
	for _, name := range []string{"@message", "@level", "@timestamp"} {
		if value, ok := fields[name]; ok {
			if _, isString := value.(string); !isString {
				delete(fields, name)
			}
		}
	}
	out, err := json.Marshal(fields)
	return out, err == nil && len(out) <= 2*longestLogLine
}

// value cleans all strings in a JSON value. What is nested deeper than any log
// needs is dropped.
func (t *trace) value(v any, depth int) any {
	if depth > 8 {
		return nil
	}
	switch v := v.(type) {
	case string:
		return t.clean.text(v, longestText)
	case json.Number:
		if shown := t.clean.text(v.String(), longestText); shown != v.String() {
			return shown // a secret may be all digits
		}
	case []any:
		for i := range v {
			v[i] = t.value(v[i], depth+1)
		}
		return v
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, value := range v {
			out[t.clean.text(name, 100)] = t.value(value, depth+1)
		}
		return out
	}
	return v
}

// tail gives the last plain lines.
func (t *trace) tail() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var lines []string
	for _, line := range t.last[max(0, len(t.last)-tailLines):] {
		lines = append(lines, strings.TrimSpace(line))
	}
	return lines
}

// stack gives the lines in which a crash may be found.
func (t *trace) stack() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.crashed {
		return append([]string(nil), t.crash...)
	}
	return append([]string(nil), t.last...)
}

func beginsCrash(line string) bool {
	return strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") ||
		strings.HasPrefix(line, "SIG") && strings.Contains(line, ": ")
}
