package main

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"time"
)

// Start is how long a command takes from its start to its end, with next to
// nothing to do.
type Start struct {
	Name   string  `json:"name"`
	Title  string  `json:"title"`
	Millis float64 `json:"ms"`
	Times  int     `json:"times"`
}

// manyMappings is a large customer's workspace.
const manyMappings = 200

func (o *options) start(ctx context.Context, temp string, report *Report, talk io.Writer) error {
	stage, err := measureStage(o.rounds)
	if err != nil {
		return err
	}
	report.Mapping = stage
	p, err := newPlace(o.binaries, filepath.Join(temp, "starts"), 1)
	if err != nil {
		return err
	}
	one, err := p.operations()
	if err != nil {
		return err
	}
	j := job{from: p.in(), to: p.out(), reader: "file"}
	text := language + connection("from", j.reader, j.from)
	for i := range manyMappings {
		to := fmt.Sprintf("to_%d", i) // two mappings may not send one field to one place
		text += connection(to, j.writer(), p.path(to)) + j.mapping(fmt.Sprintf("people_%d", i), to)
	}
	many := p.path("many")
	if err := writeWorkspace(many, text); err != nil {
		return err
	}
	for _, c := range []struct {
		start Start
		args  []string
	}{
		{Start{Name: "version", Title: "engine version", Times: 20}, []string{"version"}},
		{Start{Name: "validate", Title: "engine validate, schemas remembered", Times: 20}, []string{"validate", one}},
		{Start{Name: "plan", Title: "engine plan of one record, two plugins started", Times: 20}, []string{"plan", one}},
		{Start{Name: "validate-many", Title: fmt.Sprintf("engine validate of %d mappings", manyMappings), Times: 5}, []string{"validate", many}},
	} {
		var millis []float64
		for i := range c.start.Times + 1 {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			took, err := lasts(p.engineCommand("starts-ledger", c.args...))
			if err != nil {
				return err
			}
			if i > 0 { // the first one fills what is remembered
				millis = append(millis, float64(took.Microseconds())/1000)
			}
		}
		c.start.Millis = rounded(median(millis))
		report.Starts = append(report.Starts, c.start)
		fmt.Fprintf(talk, "  %-67s %7.1f ms\n", c.start.Title, c.start.Millis)
	}
	return nil
}

func lasts(cmd *exec.Cmd) (time.Duration, error) {
	start := time.Now()
	said, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("%v: %w\n%s", cmd.Args, err, said)
	}
	return time.Since(start), nil
}
