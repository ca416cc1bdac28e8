package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"golang.org/x/term"

	"passerelle/engine/diag"
	"passerelle/engine/tools/evaluate"
	"passerelle/plugins/record"
)

// lines evaluates one expression a line until stdin ends. A line that is wrong
// stops nothing; it counts for the exit code only when no person is there to
// have seen it.
func (e *evaluation) lines(s *evaluate.Subject) diag.Diagnostics {
	file, ok := isTerminal(e.in, term.IsTerminal)
	if !ok {
		reader := bufio.NewReader(e.in)
		return e.evaluateEach(s, func() (string, error) { return reader.ReadString('\n') })
	}
	raw := func() (func() error, error) {
		state, err := term.MakeRaw(int(file.Fd()))
		return func() error { return term.Restore(int(file.Fd()), state) }, err
	}
	return e.prompt(s, file, raw)
}

func (e *evaluation) evaluateEach(s *evaluate.Subject, next func() (string, error)) diag.Diagnostics {
	var all diag.Diagnostics
	for {
		line, err := next()
		if text := strings.TrimSpace(line); text != "" {
			all = append(all, e.expression(s, text)...)
		}
		switch {
		case errors.Is(err, io.EOF):
			return all
		case err != nil:
			return append(all, e.tell(diag.From(err, "reading stdin"))...)
		}
	}
}

// prompt reads the lines of a person, with editing and history. The terminal is
// raw only while somebody types, so that results and errors are written to it as
// every other command finds it.
func (e *evaluation) prompt(s *evaluate.Subject, in io.Reader, raw func() (restore func() error, err error)) diag.Diagnostics {
	terminal := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, e.stderr}, "> ")
	e.evaluateEach(s, func() (string, error) {
		restore, err := raw()
		if err != nil {
			return "", err
		}
		line, err := terminal.ReadLine()
		if errors.Is(err, term.ErrPasteIndicator) {
			err = nil
		}
		return line, errors.Join(err, restore())
	})
	e.code = codeDone // who typed has seen what was wrong
	return nil
}

func rawJSON(v record.Value) json.RawMessage { return v.AppendJSON(nil) }

// writeIndented writes a JSON document for a person to read.
func writeIndented(w io.Writer, v any) diag.Diagnostics {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return diag.From(encoder.Encode(v), "writing to stdout")
}
