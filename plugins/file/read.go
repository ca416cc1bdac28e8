package main

import (
	"context"
	"io/fs"

	"passerelle/plugins/sdk"
)

// Read implements sdk.Reader: the whole file, from its first row to its proven
// end. It is complete only if it didn't change meanwhile.
func (c *connection) Read(ctx context.Context, request sdk.ReadRequest, out *sdk.Output) (sdk.End, error) {
	if request.Cursor != "" {
		return sdk.End{Expected: -1}, placeFault("no-cursor", c.place.name()+": a file is always read whole", "It has no cursor to go on from.",
			"Remove incremental from the source block.", afterFix)
	}
	f, complaint := newForm(c.place.name(), request.Settings)
	if complaint != nil {
		return sdk.End{Expected: -1}, complaint
	}
	err := c.readFile(ctx, f, request.Projection, out.Record)
	if err == nil {
		return sdk.End{Complete: true, Expected: -1, Calls: 1}, nil
	}
	return sdk.End{Expected: -1, Calls: 1}, err
}

// readFile emits the records of the file. Whatever was wrong in a file that
// changed while it was read is put down to that.
func (c *connection) readFile(ctx context.Context, f *form, projection []string, emit func([]byte) error) error {
	file, err := c.place.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // only read from
	before, err := file.Stat()
	if err != nil {
		return readFailed(c.place.name())
	}
	err = readRecords(ctx, file, before.Size(), f, c.place.name(), projection, emit)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	after, statErr := file.Stat()
	switch {
	case err != nil && !isComplaint(err):
		return err // the engine has gone
	case statErr != nil:
		return readFailed(c.place.name())
	case changed(before, after):
		return changedWhileRead(c.place.name())
	}
	return err
}

func changed(before, after fs.FileInfo) bool {
	return before.Size() != after.Size() || !before.ModTime().Equal(after.ModTime())
}

// readRecords reads a file of any format.
func readRecords(ctx context.Context, file openedFile, size int64, f *form, name string, projection []string, emit func([]byte) error) error {
	at := locus{file: name, what: "line"}
	switch f.format {
	case formatJSONL:
		return readLines(ctx, file, at, emit)
	case formatJSON:
		return readArray(ctx, file, at, emit)
	case formatXLSX:
		at.what = "row"
		sheet, err := newSheetTable(file, size, f, at)
		if err != nil {
			return err
		}
		defer func() { _ = sheet.close() }()
		return readTable(ctx, sheet, f, at, projection, emit)
	}
	rows, err := newCSVTable(file, f, at)
	if err != nil {
		return err
	}
	return readTable(ctx, rows, f, at, projection, emit)
}
