package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"passerelle/bench/people"
)

// Start is how long a command takes from its start, with next to nothing to do.
type Start struct {
	Name   string  `json:"name"`
	Title  string  `json:"title"`
	Millis float64 `json:"ms"`
	Times  int     `json:"times"`
}

// manyMappings is a large customer's workspace.
const manyMappings = 200

func (o *options) start(ctx context.Context, temp string, report *Report, talk io.Writer) error {
	stage, err := measureStage(max(o.rounds, 5), 300)
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
	request, err := newFirstRequest(p)
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
	command := func(args ...string) func() (time.Duration, error) {
		return func() (time.Duration, error) { return lasts(p.engineCommand("starts-ledger", args...)) }
	}
	for _, c := range []struct {
		start Start
		took  func() (time.Duration, error)
	}{
		{Start{Name: "version", Title: "engine version", Times: 20}, command("version")},
		{Start{Name: "validate", Title: "engine validate, schemas remembered", Times: 20}, command("validate", one)},
		{Start{Name: "validate-many", Title: fmt.Sprintf("engine validate of %d mappings", manyMappings), Times: 5}, command("validate", many)},
		{Start{Name: "first-request", Title: "engine plan until the source is asked, two plugins started", Times: 20}, request.took},
		{Start{Name: "plan", Title: "engine plan of one record to its end, two plugins", Times: 20}, command("plan", one)},
	} {
		var millis []float64
		for i := range c.start.Times + 1 {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			took, err := c.took()
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

// firstRequest is a plan whose source is a pipe: it is open at both ends once the
// plugin asks for records, with the engine, both plugins and TLS behind it.
type firstRequest struct {
	place *place
	pipe  string
	dir   string
}

func newFirstRequest(p *place) (*firstRequest, error) {
	f := &firstRequest{place: p, pipe: p.path("pipe.jsonl"), dir: p.path("pipe")}
	if err := syscall.Mkfifo(f.pipe, 0o600); err != nil {
		return nil, err
	}
	return f, job{from: f.pipe, to: p.path("piped.jsonl"), reader: "bench", snapshot: true}.write(f.dir)
}

func (f *firstRequest) took() (time.Duration, error) {
	asked := make(chan time.Time, 1)
	go func() {
		pipe, err := os.OpenFile(f.pipe, os.O_WRONLY, 0)
		asked <- time.Now()
		if err == nil {
			_, _ = people.Everybody{Records: 1}.WriteTo(pipe) // the plan has failed otherwise
			_ = pipe.Close()
		}
	}()
	start := time.Now()
	if _, err := lasts(f.place.engineCommand("starts-ledger", "plan", f.dir)); err != nil {
		// Nobody may have asked: whoever waits to be is let go.
		if pipe, opened := os.OpenFile(f.pipe, os.O_RDONLY|syscall.O_NONBLOCK, 0); opened == nil {
			<-asked
			_ = pipe.Close()
		}
		return 0, err
	}
	return (<-asked).Sub(start), nil
}
