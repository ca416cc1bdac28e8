package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	_ "time/tzdata" // a static binary knows its time zones wherever it runs
)

// version is set by the build.
var version = "dev"

func main() {
	keepMemorySmall()
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is main without the process: tests call it.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first signal asks for a clean stop; a second one is obeyed at once.
	context.AfterFunc(ctx, stop)

	c := &command{stdin: stdin, stdout: stdout, stderr: stderr}
	root := c.root()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	if err := root.ExecuteContext(ctx); err != nil {
		c.json = c.json || slices.Contains(args, "--json") // also when a flag before it was wrong
		c.usage(err)
	}
	if c.jsonFile != nil {
		_ = c.jsonFile.Close()
	}
	return c.code
}
