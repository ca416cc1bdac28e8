package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/bench/people"
	"passerelle/engine/expr"
)

// The binaries are built once; this program starts itself too, as the benchmark
// does.
var built binaries

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "loop" || os.Args[1] == "inside") {
		if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(tested(m))
}

func tested(m *testing.M) int {
	dir, err := os.MkdirTemp("", "bench-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	built.dir = dir
	for output, pkg := range map[string]string{
		built.engine(): "passerelle/cmd/engine", built.plugin("file"): "passerelle/plugins/file", built.plugin("bench"): "passerelle/bench/plugin",
	} {
		if out, err := exec.Command("go", "build", "-o", output, pkg).CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build %s: %v\n%s", pkg, err, out)
			return 1
		}
	}
	return m.Run()
}

// Every scenario compares what was written with what the loops write, or it
// fails: that is what is tested here, not how long it takes.
func TestScenarios(t *testing.T) {
	t.Parallel()
	p, err := newPlace(built, t.TempDir(), 400)
	require.NoError(t, err)
	for _, s := range slices.Concat(everyRound, variations()) {
		cost, err := s.run(p)
		require.NoError(t, err, s.Name)
		require.NotEmpty(t, cost.Processes, s.Name)
	}
}

// A wrong result ends the benchmark, in each of the scenarios that write.
func TestWrongResultsDoNotCount(t *testing.T) {
	t.Parallel()
	p, err := newPlace(built, t.TempDir(), 400)
	require.NoError(t, err)
	for name, wanted := range map[string]string{loopA: "before", loopB: "before", "snapshot": "before", "first": "before", "changed": "changes"} {
		at := slices.IndexFunc(everyRound, func(s scenario) bool { return s.Name == name })
		_, err := p.load() // where it is needed: the first load itself must be right there
		require.NoError(t, err)
		path := p.path(wanted + ".wanted")
		right, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, bytes.Replace(right, []byte("@ex.org"), []byte("@ex.com"), 1), 0o600))
		_, err = everyRound[at].run(p)
		require.ErrorContains(t, err, "is not what it must be", name)
		require.NoError(t, os.WriteFile(path, right, 0o600))
	}
	require.NoError(t, os.WriteFile(p.out(), nil, 0o600))
	require.ErrorContains(t, p.wroteNothing(), "though nothing had changed")
}

func TestSame(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name string, text []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, text, 0o600))
		return path
	}
	long := bytes.Repeat([]byte("abcdefg\n"), 300_000) // several pieces
	other := bytes.Clone(long)
	other[2_000_001] = 'x'
	want := file("want", long)
	require.NoError(t, same(file("equal", long), want))
	require.ErrorContains(t, same(file("other", other), want), "after 2000001 bytes")
	require.ErrorContains(t, same(file("shorter", long[:1<<20]), want), "after 1048576 bytes")
	require.ErrorContains(t, same(file("longer", append(long, 'x')), want), "after 2400000 bytes")
	require.Error(t, same(filepath.Join(dir, "none"), want))
}

// The whole of it, as make bench runs it: table, JSON, and the page made of it.
func TestRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	figures, page := filepath.Join(dir, "figures.json"), filepath.Join(dir, "page.md")
	var table bytes.Buffer
	require.NoError(t, run([]string{"--bin", built.dir, "--temp", dir, "--records", "300", "--rounds", "2", "--only", "A,B,snapshot,unchanged",
		"--profile", filepath.Join(dir, "profiles"), "--json", figures}, &table, io.Discard))
	require.Regexp(t, `(?m)^A: by hand.* 1\.00 `, table.String())
	require.Contains(t, table.String(), "snapshot: CPU to A")

	text, err := os.ReadFile(figures)
	require.NoError(t, err)
	var r Report
	require.NoError(t, json.Unmarshal(text, &r))
	require.Len(t, r.Rows, 4)
	snapshot := r.row("snapshot", 300)
	require.Len(t, snapshot.CPU, 2)
	require.Greater(t, snapshot.ToA, 1.0)
	require.Greater(t, snapshot.Ledger, 100.0)
	require.Len(t, r.Inside, 2)
	require.Greater(t, r.Inside[0].Allocs, 1.0)
	require.FileExists(t, filepath.Join(dir, "profiles", "unchanged.pprof"))

	require.NoError(t, os.WriteFile(page, []byte("# Speed\n\n"+figuresBegin+"old\n"+figuresEnd+"\nEnd.\n"), 0o600))
	require.NoError(t, run([]string{"page", figures, page}, nil, nil))
	text, err = os.ReadFile(page)
	require.NoError(t, err)
	require.Regexp(t, `(?s)^# Speed\n\n<!-- figures.*### 300 records.*### How far.*<!-- end of figures -->\n\nEnd\.\n$`, string(text))
	require.NotContains(t, string(text), "old\n")
	left, err := filepath.Glob(filepath.Join(dir, "engine-bench-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestMisuse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"--records", "many"}, `"many" is none`},
		{[]string{"--records", "10"}, "100 or more"},
		{[]string{"--rounds", "0"}, "--rounds is 1 or more"},
		{[]string{"--only", "snapshots"}, `--only knows no "snapshots"; it knows A, B, plan, snapshot`},
		{[]string{"--bin", "nowhere"}, "nowhere/engine isn't there: `make bench` builds it"},
		{[]string{"snapshot"}, `bench takes no "snapshot"`},
		{[]string{"page", "x"}, "bench page takes the figures"},
		{[]string{"page", "nowhere.json", "page.md"}, "nowhere.json"},
		{[]string{"loop", "fast", "a", "b"}, "is for bench itself"},
		{[]string{"inside", "a"}, "is for bench itself"},
	} {
		require.ErrorContains(t, run(c.args, io.Discard, io.Discard), c.says, strings.Join(c.args, " "))
	}
	_, err := putIn("# Speed\n", "x")
	require.ErrorContains(t, err, "no place for figures")
}

// The page that is shipped has a place for figures, filled.
func TestShippedPage(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/speed.md")
	require.NoError(t, err)
	changed, err := putIn(string(text), "x")
	require.NoError(t, err)
	require.Less(t, len(changed), len(text)-1000)
	require.Equal(t, 1, strings.Count(string(text), figuresBegin))
}

// BenchmarkScenarios is each of them once an iteration, at 2,000 records: a small
// form that shows whether it still runs. Starting three processes is most of it.
func BenchmarkScenarios(b *testing.B) {
	const records = 2000
	p, err := newPlace(built, b.TempDir(), records)
	require.NoError(b, err)
	for _, s := range everyRound {
		b.Run(s.Name, func(b *testing.B) {
			var total Cost
			for b.Loop() {
				cost, err := s.run(p)
				require.NoError(b, err)
				total.CPU += cost.CPU
			}
			b.ReportMetric(microseconds(total.CPU, records*b.N), "CPU-µs/record")
		})
	}
}

// BenchmarkMapping is the mapping stage alone, whole and by expression.
func BenchmarkMapping(b *testing.B) {
	rows, err := stageInput()
	require.NoError(b, err)
	programs, err := compiled()
	require.NoError(b, err)
	b.Run("by hand", func(b *testing.B) {
		out := made()
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			people.MapByHand(rows[i%len(rows)], out)
		}
	})
	evaluate := func(b *testing.B, programs ...*expr.Program) {
		do := evaluator(programs, made())
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if err := do(rows[i%len(rows)]); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("engine", func(b *testing.B) { evaluate(b, programs...) })
	for i, p := range programs {
		b.Run(people.Expressions[i], func(b *testing.B) { evaluate(b, p) })
	}
}
