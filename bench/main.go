package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/pflag"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, pflag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run is main without its process. Some first words are those with which this
// program starts itself, and one brings the page up to date.
func run(args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 {
		switch args[0] {
		case "loop":
			return runLoop(args[1:])
		case "inside":
			return runInside(args[1:])
		case "page":
			return runPage(args[1:])
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	report, err := o.measure(ctx, stderr)
	if err != nil {
		return err
	}
	if err := report.table(stdout); err != nil || o.json == "" {
		return err
	}
	return report.save(o.json)
}

// options are what the flags say.
type options struct {
	binaries
	sizes   []int
	base    int // the size at which one thing at a time is varied
	rounds  int
	only    []string
	temp    string
	json    string
	profile string
	extras  bool // allocations, the mapping stage, starts
}

func parse(args []string, stderr io.Writer) (*options, error) {
	o := &options{}
	flags := pflag.NewFlagSet("bench", pflag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintf(stderr, "bench measures the engine beside two loops written by hand.\n\n  bench [FLAGS]\n  bench page FIGURES.json PAGE.md   put what --json wrote into a page\n\n")
		fmt.Fprint(stderr, flags.FlagUsages())
	}
	sizes := flags.String("records", "10000,100000,1000000", "how many records; several sizes with commas between")
	flags.IntVar(&o.rounds, "rounds", 3, "how often everything is measured; figures are medians")
	only := flags.String("only", "", "measure these alone, of: "+strings.Join(names(), ", ")+"; ratios are given to the loops among them")
	flags.StringVar(&o.binaries.dir, "bin", "bin", "folder of the engine, its plugins and engine-plugin-bench")
	flags.StringVar(&o.temp, "temp", "", "folder for the files of a run, about 4 KB a record (default: the system's)")
	flags.StringVar(&o.json, "json", "", "write the figures to this file too")
	flags.StringVar(&o.profile, "profile", "", "keep CPU profiles of the engine in this folder, for go tool pprof")
	quick := flags.Bool("quick", false, "20000 records, one round: whether it works, not what it costs")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("bench takes no %q: see bench --help", flags.Arg(0))
	}
	if *quick {
		*sizes, o.rounds = "20000", 1
	}
	for _, text := range strings.Split(*sizes, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 100 {
			return nil, fmt.Errorf("--records is a list of numbers of 100 or more, such as 10000,100000; %q is none", text)
		}
		o.sizes = append(o.sizes, n)
	}
	slices.Sort(o.sizes)
	o.sizes = slices.Compact(o.sizes)
	if o.rounds < 1 {
		return nil, errors.New("--rounds is 1 or more")
	}
	o.base = 100_000
	if !slices.Contains(o.sizes, o.base) {
		o.base = o.sizes[0]
	}
	if *only != "" {
		o.only = strings.Split(*only, ",")
		for _, name := range o.only {
			if !slices.Contains(names(), name) {
				return nil, fmt.Errorf("--only knows no %q; it knows %s", name, strings.Join(names(), ", "))
			}
		}
	}
	o.extras = o.only == nil
	return o, o.complete()
}

// names are what --only can choose.
func names() (out []string) {
	for _, s := range slices.Concat(everyRound, variations()) {
		out = append(out, s.Name)
	}
	return out
}

// complete makes paths absolute and looks whether the binaries are there.
func (o *options) complete() error {
	for _, path := range []*string{&o.binaries.dir, &o.json, &o.profile} {
		if *path == "" {
			continue
		}
		full, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = full
	}
	for _, path := range []string{o.engine(), o.plugin("file"), o.plugin("bench")} {
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("%s isn't there: `make bench` builds it, or say with --bin where it is", path)
		}
	}
	return nil
}

func runLoop(args []string) error {
	if len(args) != 3 || loops[args[0]] == nil {
		return errors.New("bench loop NAME IN OUT is for bench itself")
	}
	return through(loops[args[0]], args[1], args[2])
}
