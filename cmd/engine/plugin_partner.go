package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"passerelle/engine/diag"
	"passerelle/engine/tools/reference"
	"passerelle/plugins/sdk/conformance"
	"passerelle/plugins/sdk/scaffold"
)

func (c *command) pluginTestCommand() *cobra.Command {
	var settings string
	var options conformance.Options
	cmd := &cobra.Command{
		Use:   "test EXECUTABLE",
		Short: "Hold a plugin, in any language, to the protocol",
		Long: `test starts a plugin as the engine would, and tries every call, each kind of failure,
kills and cancellations against the rules of docs/reference/conformance.md. It needs no
mapping. Exit code 0: no rule that a plugin must keep is broken; 1: one is.

Without --settings only what needs no connection is tried. The file is JSON:

  {
    "connection": { "url": "http://127.0.0.1:8080", "api_key": "..." },
    "resources": {
      "people": {
        "key": ["number"],
        "create": { "number": "T{n}", "name": "Test {n}" },
        "update": { "name": "Test, changed" }
      }
    }
  }

It names an account made for tests: what create says is written there, several times,
and stays ({n} becomes a new number each time). Leave create out and nothing is written.
What update, deactivate, reactivate and delete say, {} too, is then done to the record
just created. read and write hold settings of a source and a target block, window the
days to read where all is too much. "through" beside "connection" names the setting
with the API's address, url without it: failures are tried by standing in between.
A secret belongs in the file of a test account alone.`,
		Args: exactly("EXECUTABLE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			out := c.view()
			found := c.testPlugin(cmd, args[0], settings, options)
			out.Diagnostics(found, nil)
			c.finish(out, found)
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&settings, "settings", "", "file of JSON: the connection to try it with, and what may be written")
	flags.StringSliceVar(&options.Only, "rule", nil, "try these rules alone, by name, with commas between")
	flags.DurationVar(&options.Patience, "patience", 0, "how long one call may take (default 10s for a start, 30s for others)")
	return cmd
}

func (c *command) testPlugin(cmd *cobra.Command, path, settings string, options conformance.Options) diag.Diagnostics {
	options.Path = path
	if err := knownRules(options.Only); err != nil {
		return diag.From(err, "choosing the rules")
	}
	if settings != "" {
		trial, err := conformance.ReadTrial(settings)
		if err != nil {
			return diag.Diagnostics{cantTest(err)}
		}
		options.Trial = trial
	}
	report, err := conformance.Run(cmd.Context(), options)
	if cmd.Context().Err() != nil {
		return diag.From(cmd.Context().Err(), "testing the plugin")
	}
	if err != nil {
		return diag.Diagnostics{cantTest(err)}
	}
	if report.Count(conformance.Failed) > 0 {
		c.code = weightier(c.code, codeRefused)
	}
	if !c.json {
		return diag.From(c.printReport(report), "writing to stdout")
	}
	for _, f := range report.Findings {
		if found := c.event(map[string]any{
			"type": "rule", "rule": f.Rule.Name, "says": f.Rule.Says, "must": !f.Rule.Should, "outcome": f.Outcome, "detail": f.Detail,
		}); found.HasErrors() {
			return found
		}
	}
	return nil
}

var marks = map[conformance.Outcome]string{
	conformance.Passed: "✓", conformance.Failed: "✗", conformance.Advised: "!", conformance.Skipped: "-",
}

func (c *command) printReport(report conformance.Report) error {
	var b strings.Builder
	for _, f := range report.Findings {
		fmt.Fprintf(&b, "%s %s\n", marks[f.Outcome], f.Rule.Name)
		switch f.Outcome {
		case conformance.Failed, conformance.Advised:
			fmt.Fprintf(&b, "    %s\n    Here: %s.\n", f.Rule.Says, strings.ReplaceAll(diag.Visible(f.Detail), "\n", "\n    "))
		case conformance.Skipped:
			fmt.Fprintf(&b, "    Not tried: %s.\n", diag.VisibleLine(f.Detail))
		}
	}
	fmt.Fprintf(&b, "\n%d rules kept, %d broken, %d that it should keep and does not, %d not tried.\n",
		report.Count(conformance.Passed), report.Count(conformance.Failed), report.Count(conformance.Advised), report.Count(conformance.Skipped))
	if report.Count(conformance.Failed)+report.Count(conformance.Advised) > 0 {
		fmt.Fprintln(&b, "Why each rule is there: engine reference conformance.")
	}
	_, err := fmt.Fprint(c.stdout, b.String())
	return err
}

// knownRules refuses a rule that there is none of, with the nearest one.
func knownRules(only []string) error {
	var names []string
	for _, rule := range conformance.Rules() {
		names = append(names, rule.Name)
	}
	for _, name := range only {
		if !slices.Contains(names, name) {
			d := usageFault(`There is no rule "` + name + `"`)
			d.Detail = strings.TrimSpace(diag.Suggest(name, names))
			d.Remedy = "engine reference conformance lists them."
			return d
		}
	}
	return nil
}

func cantTest(err error) diag.Diagnostic {
	return diag.Diagnostic{
		Code: "plugin-test-impossible", Summary: "The plugin can't be tested", Detail: sentence(err.Error()),
		Remedy: "Give the plugin's own executable, named engine-plugin-NAME, and with --settings a file as engine plugin test --help shows it.",
	}
}

func (c *command) pluginNewCommand() *cobra.Command {
	var options scaffold.Options
	cmd := &cobra.Command{
		Use:   "new NAME",
		Short: "Begin a connector: a project that builds, runs and tests itself",
		Long: `new makes a folder with a Go module of its own: a working connector to a tiny API of
people, which comes with it, tests with the conformance suite among them, a page of
documentation and a Makefile that builds and packages it. Replace the API by your own,
one piece at a time; docs/partner-guide.md shows the way.`,
		Args: exactly("NAME"),
		RunE: func(_ *cobra.Command, args []string) error {
			out := c.view()
			options.Name = args[0]
			if options.Replace == "" {
				options.Replace = checkout()
			}
			made, err := scaffold.Make(options)
			var found diag.Diagnostics
			if err != nil {
				found = diag.Diagnostics{{
					Code: "plugin-not-made", Summary: "The connector can't be begun", Detail: sentence(err.Error()),
					Remedy: "Correct the name or the folder. engine plugin new --help shows what it takes.",
				}}
			}
			out.Diagnostics(found, nil)
			if !found.HasErrors() && c.json {
				found = c.event(map[string]any{"type": "made", "dir": made.Dir, "files": made.Files})
			} else if !found.HasErrors() {
				fmt.Fprintf(c.stdout, "%s is made: %d files. Next:\n\n  cd %s\n  make test\n  make run\n", made.Dir, len(made.Files), made.Dir)
				if options.Replace == "" {
					fmt.Fprintln(c.stderr, "Where Passerelle is checked out is not known: write its folder into go.mod, at the replace line.")
				}
			}
			c.finish(out, found)
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&options.Dir, "dir", "", "folder to make (default: engine-plugin-NAME)")
	flags.StringVar(&options.Module, "module", "", "path of the Go module (default: example.com/engine-plugin-NAME)")
	flags.StringVar(&options.Replace, "replace", "", "folder of a checkout of Passerelle (default: the one that this engine was built in, where it is found)")
	return cmd
}

// checkout is the repository around this executable (bin/engine in it), or
// around the current folder; "" where neither is in one.
func checkout() string {
	var starts []string
	if exe, err := os.Executable(); err == nil {
		if exe, err = filepath.EvalSymlinks(exe); err == nil {
			starts = append(starts, filepath.Dir(exe))
		}
	}
	if dir, err := os.Getwd(); err == nil {
		starts = append(starts, dir)
	}
	for _, dir := range starts {
		for ; ; dir = filepath.Dir(dir) {
			text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
			if first, _, _ := strings.Cut(string(text), "\n"); err == nil && strings.TrimSpace(first) == "module passerelle" {
				return dir
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return ""
}

// sentence makes a sentence of an error's text.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + strings.TrimSuffix(text[1:], ".") + "."
}

// conformancePage is the page of the rules that a plugin is held to.
func conformancePage() string {
	var must, should []reference.Rule
	for _, r := range conformance.Rules() {
		if r.Should {
			should = append(should, reference.Rule{Name: r.Name, Says: r.Says, Why: r.Why})
		} else {
			must = append(must, reference.Rule{Name: r.Name, Says: r.Says, Why: r.Why})
		}
	}
	return reference.Conformance(must, should)
}
