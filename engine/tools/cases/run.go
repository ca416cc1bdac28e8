package cases

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/engine/ledger"
	"passerelle/engine/tools/load"
)

// Result is what became of one case. Names in JSON are stable: later versions
// only add.
type Result struct {
	Test     string    `json:"test"`
	Case     string    `json:"case,omitempty"`
	Mapping  string    `json:"mapping"`
	File     string    `json:"file"`
	Line     int       `json:"line"`
	Passed   bool      `json:"passed"`
	Failures []Failure `json:"failures,omitempty"`

	// Found is what is wrong with the case itself; it was then not run.
	Found diag.Diagnostics `json:"-"`
	Took  time.Duration    `json:"-"`

	of     *lang.Case
	became []*Became
}

// Title is how people call the case.
func (r *Result) Title() string { return r.of.Title() }

// Report is what became of all cases of a workspace.
type Report struct {
	Results  []*Result
	Coverage []*Coverage
	Sources  diag.Sources
}

// Counts says how many passed, and how many didn't.
func (r *Report) Counts() (passed, failed int) {
	for _, result := range r.Results {
		if result.Passed {
			passed++
		} else {
			failed++
		}
	}
	return passed, failed
}

// Run runs the cases of a workspace's directory. Diagnostics with errors mean
// that nothing could be run.
func Run(ctx context.Context, w *load.Workspace, dir string) (*Report, diag.Diagnostics) {
	all, files, found := lang.LoadTests(dir)
	out := &Report{Sources: files}
	for name, text := range w.Sources {
		out.Sources[name] = text
	}
	if found.HasErrors() {
		return out, found
	}
	r, err := newRunner(ctx, w)
	if err != nil {
		return out, diag.From(err, "preparing a ledger for the tests")
	}
	defer r.close()
	for _, c := range all {
		if ctx.Err() != nil {
			return out, append(found, diag.Diagnostic{
				Code: "interrupted", Class: diag.Interrupted, Summary: "Stopped while the tests ran", Remedy: "Run them again.",
			})
		}
		out.Results = append(out.Results, r.result(ctx, c))
	}
	out.Coverage = r.coverage(w)
	return out, found
}

// runner runs cases, one after the other. They share a ledger, and each has
// tenants of its own in it.
type runner struct {
	w       *load.Workspace
	dir     string
	ledger  *ledger.Ledger
	run     *ledger.Run
	now     time.Time
	number  int
	bound   map[string]*load.Workspace // by the text of the inputs
	covered map[string]*covered        // by mapping
}

func newRunner(ctx context.Context, w *load.Workspace) (*runner, error) {
	dir, err := os.MkdirTemp("", "engine-cases-")
	if err != nil {
		return nil, err
	}
	r := &runner{w: w, dir: dir, bound: map[string]*load.Workspace{}, covered: map[string]*covered{}}
	r.ledger, err = ledger.Open(ctx, ledger.Options{
		Path: filepath.Join(dir, "ledger.db"), Key: ledger.NewKey(), Command: "engine test", Clock: func() time.Time { return r.now },
	})
	if err == nil {
		r.run, err = r.ledger.BeginRun(ctx, "test", nil)
	}
	if err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *runner) close() {
	if r.ledger != nil {
		_ = r.ledger.Close()
	}
	_ = os.RemoveAll(r.dir)
}

// unsaidNow is the moment of a case that names none: the same on every machine.
var unsaidNow = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func (r *runner) result(ctx context.Context, c *lang.Case) *Result {
	began := time.Now()
	out := &Result{Test: c.Test, Case: c.Name, File: c.Block.File, Line: c.Block.Start.Line, of: c}
	out.Mapping = address(c.Mapping)
	r.now = c.Now
	if r.now.IsZero() {
		r.now = unsaidNow
	}
	r.number++
	m, found := r.mapping(ctx, c)
	if !found.HasErrors() {
		var became []*Became
		var failed diag.Diagnostics
		became, failed, found = r.plan(ctx, m, c)
		if !found.HasErrors() {
			out.became = became
			out.Failures = judge(m, c, became, failed)
		}
	}
	out.Found = found.Errors()
	out.Passed = len(out.Failures) == 0 && len(out.Found) == 0
	out.Took = time.Since(began)
	return out
}

func address(ref lang.Reference) string {
	if ref.Kind == "package" {
		return "package." + ref.Name
	}
	return ref.Name
}

// mapping compiles the case's mapping with the case's inputs.
func (r *runner) mapping(ctx context.Context, c *lang.Case) (*compile.Mapping, diag.Diagnostics) {
	inputs := map[string]lang.InputValue{}
	var key strings.Builder
	for _, f := range c.Inputs {
		inputs[f.Name] = lang.InputValue{Text: f.Text, From: c.Block.File, Expr: true}
		key.WriteString(f.Name + "=" + f.Text + "\n")
	}
	w := r.bound[key.String()]
	if w == nil {
		bound, found := r.w.With(inputs)
		if found.HasErrors() {
			return nil, atInputs(found.Errors(), c)
		}
		w = bound
		r.bound[key.String()] = w
	}
	m, found := w.Mapping(address(c.Mapping))
	for i := range found {
		at := c.Mapping.Range
		found[i].Subject = &at
	}
	return m, found
}

// atInputs puts what is said of an input's value at the value, which stands in
// the test.
func atInputs(found diag.Diagnostics, c *lang.Case) diag.Diagnostics {
	for i := range found {
		for _, f := range c.Inputs {
			if strings.Contains(found[i].Summary, `"`+f.Name+`"`) && slices.Contains([]string{"wrong-input", "unknown-input"}, found[i].Code) {
				at := f.Range
				found[i].Subject = &at
			}
		}
	}
	return found
}
