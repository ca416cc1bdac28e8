package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"

	"passerelle/plugins/record"
)

// readLines emits each line of a JSON lines file as it is. The last line may lack
// its line end, for an object shows by itself whether it is whole.
func readLines(ctx context.Context, r io.ReadSeeker, at locus, emit func([]byte) error) error {
	if _, err := skipMark(r, &form{}, at); err != nil {
		return err
	}
	sound, err := record.NewScanner(nil)
	if err != nil {
		return err
	}
	g := newGuard(r, true)
	buffered := bufio.NewReaderSize(g, readBuffer)
	var long []byte // a line longer than the buffer
	for {
		piece, err := buffered.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			long = append(long, piece...)
			continue
		}
		at.line++
		line := piece
		if len(long) > 0 {
			line = append(long, piece...)
			long = line[:0]
		}
		if complaint := g.complaint(at); complaint != nil {
			return complaint
		}
		last := errors.Is(err, io.EOF)
		if trimmed := bytes.TrimSpace(line); len(trimmed) > 0 {
			// It reads no field, only whether the line is one object: three times as
			// fast as encoding/json, which then says what is wrong.
			if _, err := sound.Scan(trimmed, nil); err != nil {
				if complaint := checkObject(trimmed, at, last); complaint != nil {
					return complaint
				}
			}
			if err := emit(trimmed); err != nil {
				return err
			}
		}
		if last {
			if !g.any {
				return emptyFile(at.file)
			}
			return nil
		}
		g.row()
		if at.line%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// checkObject refuses what is not one sound JSON object. cut: nothing follows it,
// not even a line end.
func checkObject(data []byte, at locus, cut bool) error {
	switch {
	case !utf8.Valid(data):
		return at.fault("wrong-encoding", "the line is not UTF-8", "JSON is always in UTF-8.", "Have the file written again in UTF-8.")
	case !json.Valid(data) && cut:
		return at.halfWritten("The last line is not whole JSON and has no line end.")
	case !json.Valid(data):
		return at.fault("bad-json", "the line is not valid JSON", "Each line of a JSON lines file is one JSON object.",
			"Correct the line, or set format to what the file is.")
	case data[0] != '{':
		return at.fault("not-an-object", "the line is not a JSON object", "A record is an object: names and values between braces.",
			"Deliver the file with one object a line.")
	}
	return nil
}

// readArray emits each object of a JSON file, which is one array of objects. It
// reads one at a time.
func readArray(ctx context.Context, r io.ReadSeeker, at locus, emit func([]byte) error) error {
	start, err := skipMark(r, &form{}, at)
	if err != nil {
		return err
	}
	g := newGuard(r, true)
	a := &arrayReader{guard: g, file: r, start: start, at: at, decoder: json.NewDecoder(g)}
	if opening, err := a.decoder.Token(); err != nil {
		return a.explain(err)
	} else if opening != json.Delim('[') {
		return a.place(0).fault("not-an-array", "the file is not a JSON array", "A JSON file holds one list of objects: [ {…}, {…} ].",
			`Deliver it so, or set format = "jsonl" if it has one object a line.`)
	}
	var raw json.RawMessage
	for n := 0; a.decoder.More(); n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := a.decoder.Decode(&raw); err != nil {
			return a.explain(err)
		}
		g.row()
		if len(raw) > maxRowBytes {
			return a.place(a.decoder.InputOffset()).fault("row-too-long", "a record has more than 4 MiB", "It is larger than what a record may be.", "Leave documents out of the file.")
		}
		if !utf8.Valid(raw) || raw[0] != '{' {
			return checkObject(raw, a.place(a.decoder.InputOffset()), false)
		}
		if err := emit(raw); err != nil {
			return err
		}
	}
	if _, err := a.decoder.Token(); err != nil { // the closing bracket
		return a.explain(err)
	}
	if _, err := a.decoder.Token(); !errors.Is(err, io.EOF) {
		if complaint := g.complaint(at); complaint != nil {
			return complaint
		}
		return a.place(a.decoder.InputOffset()).fault("bad-json", "something follows the array", "A JSON file is one array.",
			"Remove what follows, or have the file written again.")
	}
	return nil
}

// arrayReader knows where a JSON file is being read.
type arrayReader struct {
	guard   *guard
	file    io.ReadSeeker
	start   int64 // where the text begins, behind a byte order mark
	at      locus
	decoder *json.Decoder
}

func (a *arrayReader) explain(err error) error {
	at := a.place(a.decoder.InputOffset())
	if complaint := a.guard.complaint(at); complaint != nil {
		return complaint
	}
	if errors.Is(err, io.EOF) && !a.guard.any {
		return emptyFile(a.at.file)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return at.halfWritten("The array or a record in it is never closed.")
	}
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		at = a.place(syntax.Offset)
	}
	return at.fault("bad-json", "this is not valid JSON", "A JSON file holds one list of objects: [ {…}, {…} ].", "Correct it, or have the file written again.")
}

// place finds the line of an offset by reading the file once more: only an error
// needs it. Without success it is the file as a whole.
func (a *arrayReader) place(offset int64) locus {
	at := a.at
	failed := a.guard.failed
	if _, err := a.file.Seek(0, io.SeekStart); err != nil || failed != nil {
		return at
	}
	counted := newGuard(io.LimitReader(a.file, a.start+offset), false)
	buffer := make([]byte, readBuffer)
	for {
		counted.row()
		if _, err := counted.Read(buffer); err != nil {
			break
		}
	}
	at.line = counted.lines + 1
	return at
}
