package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"passerelle/cmd/engine/view"
	"passerelle/engine/diag"
	"passerelle/engine/tools/cases"
)

func (c *command) testCommand() *cobra.Command {
	t := &trying{command: c}
	cmd := &cobra.Command{
		Use:   "test [DIR]",
		Short: "Run the examples of a workspace, its *.test.hcl files",
		Long: `test plans every example of the *.test.hcl files of a folder as a run would, over
the records that it gives, and holds what would be done against what it expects.
It asks no system, needs no credentials and reads no clock but the example's own.

An example that fails says field by field what was expected and what came, with
the place of the map line. --update writes what is sent into those expectations
that agree with everything else.

Exit codes: 0 all passed; 1 one failed, or a file is wrong.`,
		Args: atMostOneFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			t.out, t.dir = c.view(), "."
			if len(args) > 0 {
				t.dir = args[0]
			}
			found := t.run(cmd)
			c.finish(t.out, found)
			return nil
		},
	}
	c.pluginFlags(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&t.update, "update", false, "write what is sent into the expectations (output)")
	flags.BoolVar(&t.coverage, "coverage", false, "list the map lines and branches that no example goes through")
	flags.StringVar(&t.junit, "junit", "", "file to write the results into as well, in JUnit's XML")
	return cmd
}

// trying is one engine test.
type trying struct {
	*command
	out              view.View
	dir, junit       string
	update, coverage bool
}

func (t *trying) run(cmd *cobra.Command) diag.Diagnostics {
	w, found := t.loadRemembered(cmd, t.dir)
	if found.HasErrors() || w == nil {
		var sources diag.Sources
		if w != nil {
			sources = w.Sources
		}
		t.out.Diagnostics(found.Errors(), sources)
		return found
	}
	report, found := cases.Run(cmd.Context(), w, t.dir)
	if !found.HasErrors() && t.update {
		var again diag.Diagnostics
		report, again = t.updated(cmd, report)
		found = append(found, again...)
	}
	t.out.Diagnostics(found, report.Sources)
	if found.HasErrors() {
		return found
	}
	found = append(found, t.show(report)...)
	if t.junit != "" {
		ds := t.writeJUnit(report)
		t.out.Diagnostics(ds, nil)
		found = append(found, ds...)
	}
	if _, failed := report.Counts(); failed > 0 {
		t.code = weightier(t.code, codeRefused)
	}
	return found
}

// updated fills the expectations in and runs again where something changed.
func (t *trying) updated(cmd *cobra.Command, report *cases.Report) (*cases.Report, diag.Diagnostics) {
	files, found := cases.Update(report)
	for _, name := range files {
		fmt.Fprintln(t.stderr, "updated "+diag.VisibleLine(name))
	}
	if len(files) == 0 || found.HasErrors() {
		return report, found
	}
	w, ds := t.loadRemembered(cmd, t.dir)
	if found = append(found, ds.Errors()...); found.HasErrors() {
		return report, found
	}
	again, ds := cases.Run(cmd.Context(), w, t.dir)
	return again, append(found, ds...)
}

func (t *trying) show(report *cases.Report) diag.Diagnostics {
	passed, failed := report.Counts()
	if t.json {
		var found diag.Diagnostics
		for _, r := range report.Results {
			t.out.Diagnostics(r.Found, report.Sources)
			found = append(found, t.event(map[string]any{"type": "test", "test": r})...)
		}
		for _, c := range report.Coverage {
			found = append(found, t.event(map[string]any{"type": "coverage", "coverage": c})...)
		}
		return append(found, t.event(map[string]any{"type": "tests", "passed": passed, "failed": failed})...)
	}
	for _, r := range report.Results {
		t.result(r, report.Sources)
	}
	if len(report.Results) == 0 {
		fmt.Fprintln(t.stderr, "There are no tests here: examples stand in files whose names end in .test.hcl.")
	}
	for _, c := range report.Coverage {
		t.covered(c)
	}
	fmt.Fprintf(t.stdout, "%d passed, %d failed\n", passed, failed)
	return nil
}

func (t *trying) result(r *cases.Result, sources diag.Sources) {
	title := diag.VisibleLine(r.Title())
	if r.Passed {
		fmt.Fprintf(t.stdout, "ok    %s\n", title)
		return
	}
	fmt.Fprintf(t.stdout, "FAIL  %s\n", title)
	for _, f := range r.Failures {
		fmt.Fprintf(t.stdout, "      %s (%s)\n        expected  %s\n        got       %s\n", diag.VisibleLine(f.What), diag.VisibleLine(f.At), diag.VisibleLine(f.Expected), diag.VisibleLine(f.Got))
		if f.Why != "" && f.Why != f.Got {
			fmt.Fprintf(t.stdout, "        because   %s\n", diag.VisibleLine(f.Why))
		}
		if f.MapLine != "" {
			fmt.Fprintf(t.stdout, "        mapping   %s\n", diag.VisibleLine(f.MapLine))
		}
	}
	for _, d := range r.Found { // in full on stderr
		fmt.Fprintf(t.stdout, "      the test itself is wrong: %s [%s]\n", diag.VisibleLine(d.Summary), d.Code)
	}
	t.out.Diagnostics(r.Found, sources)
}

func (t *trying) covered(c *cases.Coverage) {
	fmt.Fprintf(t.stdout, "%s: %d of %d map lines, %d of %d branches\n", diag.VisibleLine(c.Mapping), c.Lines.Covered, c.Lines.Of, c.Branches.Covered, c.Branches.Of)
	if !t.coverage {
		return
	}
	for _, part := range c.Missed {
		fmt.Fprintf(t.stdout, "      not covered: %s (%s)\n", diag.VisibleLine(part.What), diag.VisibleLine(part.At))
	}
}

func (t *trying) writeJUnit(report *cases.Report) diag.Diagnostics {
	file, err := os.Create(t.junit)
	if err == nil {
		err = cases.WriteJUnit(file, t.dir, report)
		if closed := file.Close(); err == nil {
			err = closed
		}
	}
	if err != nil {
		return diag.Diagnostics{notWritten(t.junit, err)}
	}
	return nil
}
