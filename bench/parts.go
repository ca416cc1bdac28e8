package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// Part is a share of the engine's CPU, as its profile has it.
type Part struct {
	Name    string  `json:"name"`
	CPU     float64 `json:"cpu_us_per_record"`
	Percent float64 `json:"percent"`
}

// owners say to which part a function belongs. A sample is its who, going from
// where the processor was towards main, is met first: what a package has done by
// the standard library is its own.
var owners = []struct{ prefix, part string }{
	{"runtime.gcBgMarkWorker", "garbage collection"},
	{"runtime.bgsweep", "garbage collection"},
	{"runtime.bgscavenge", "garbage collection"},
	{"modernc.org/", "SQLite"},
	{"zombiezen.com/", "SQLite"},
	{"net.(*conn).", "sockets"},
	{"crypto/tls.", "TLS"},
	{"google.golang.org/", "gRPC and protobuf"},
	{"golang.org/x/net/", "gRPC and protobuf"},
	{"passerelle/plugins/protocol", "gRPC and protobuf"},
	{"passerelle/engine/host", "gRPC and protobuf"},
	{"passerelle/plugins/record.(*Scanner)", "reading JSON"},
	{"passerelle/plugins/record.(*Encoder)", "writing JSON"},
	{"passerelle/engine/expr", "expressions"},
	{"passerelle/engine/ledger", "ledger, without SQLite"},
	{"passerelle/engine/plan", "plan: compare, guards, spool"},
	{"passerelle/engine/flow", "flow: rows, stages"},
	{"passerelle/engine/apply", "apply: send, results"},
	{"passerelle/engine", "the rest of the engine"},
}

const otherwise = "Go's runtime: scheduling, timers"

// parts reads a CPU profile by way of the Go tool, which prints each sample as a
// duration and the functions that were under way, innermost first.
func parts(ctx context.Context, profile string, records int) ([]Part, error) {
	var complained bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", "tool", "pprof", "-traces", "-unit=us", profile)
	cmd.Stderr = &complained
	text, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go tool pprof: %w\n%s", err, complained.String())
	}
	return shares(text, records)
}

func shares(traces []byte, records int) ([]Part, error) {
	spent := map[string]time.Duration{}
	var total, sample time.Duration
	var stack []string
	settle := func() {
		spent[owner(stack)] += sample
		total += sample
		sample, stack = 0, stack[:0]
	}
	lines := bufio.NewScanner(bytes.NewReader(traces))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		fields := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "-----"):
			settle()
		case len(fields) == 0 || line[0] != ' ':
			// what the tool says of the profile as a whole
		case len(stack) == 0 && len(fields) > 1:
			took, err := time.ParseDuration(fields[0])
			if err != nil {
				continue // a label of the sample
			}
			sample, stack = took, append(stack, fields[1])
		case len(stack) > 0:
			stack = append(stack, fields[0])
		}
	}
	settle()
	if total == 0 {
		return nil, fmt.Errorf("the profile has no samples")
	}
	var out []Part
	for name, took := range spent {
		if took > 0 {
			out = append(out, Part{Name: name, CPU: rounded(microseconds(took, records)), Percent: rounded(100 * float64(took) / float64(total))})
		}
	}
	slices.SortFunc(out, func(a, b Part) int {
		if a.Percent != b.Percent {
			return int(b.Percent*100) - int(a.Percent*100)
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out, lines.Err()
}

func owner(stack []string) string {
	for _, function := range stack {
		for _, o := range owners {
			if strings.HasPrefix(function, o.prefix) {
				return o.part
			}
		}
	}
	return otherwise
}
