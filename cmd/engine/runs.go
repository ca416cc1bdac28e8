package main

import (
	"strings"

	"github.com/spf13/cobra"

	"passerelle/cmd/engine/view"
	"passerelle/engine"
	"passerelle/engine/diag"
	"passerelle/engine/report"
)

func (c *command) runsCommand() *cobra.Command {
	return group("runs", "List past runs and what they did, person by person",
		c.runsListCommand(), c.runsShowCommand(), c.runsExportCommand())
}

func (c *command) runsListCommand() *cobra.Command {
	var mapping, format string
	var limit int
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List past runs, latest first",
		Args:  exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := c.chosenFormat(format); err != nil {
				return err
			}
			return c.ask(cmd, engine.ToRead, func(out view.View, a *report.Answers) error {
				runs, err := a.Runs(cmd.Context(), mapping, limit)
				if err != nil {
					return err
				}
				if format == formatCSV {
					return report.RunsCSV(c.stdout, runs)
				}
				out.Runs(runs)
				return nil
			})
		},
	}
	c.answerFlags(cmd)
	cmd.Flags().StringVar(&mapping, "mapping", "", "runs of this mapping alone")
	cmd.Flags().IntVar(&limit, "limit", 20, "how many runs")
	cmd.Flags().StringVar(&format, "format", formatText, "text, json or csv")
	return cmd
}

func (c *command) runsShowCommand() *cobra.Command {
	var everybody bool
	var lang string
	cmd := &cobra.Command{
		Use:   "show RUN",
		Short: "Show what a run did; RUN may be last",
		Args:  exactly("one run"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.showRun(cmd, args[0], formatText, lang, everybody)
		},
	}
	c.answerFlags(cmd)
	langFlag(cmd, &lang, "en")
	cmd.Flags().BoolVar(&everybody, "all", false, "list everybody, not the first of each kind")
	return cmd
}

func (c *command) runsExportCommand() *cobra.Command {
	var format, lang string
	cmd := &cobra.Command{
		Use:   "export RUN",
		Short: "Write every result of a run as text, JSON or CSV",
		Long: `export writes every result of a run on stdout: date, source id and target id with the
address of each one's page where it is known, name, operation, result, message, remedy,
and the target's answer without any value of the record. It names people: keep it as you
would keep any list of them.`,
		Args: exactly("one run"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := c.chosenFormat(format); err != nil {
				return err
			}
			return c.showRun(cmd, args[0], format, lang, true)
		},
	}
	c.answerFlags(cmd)
	langFlag(cmd, &lang, "en")
	cmd.Flags().StringVar(&format, "format", formatCSV, "text, json or csv")
	return cmd
}

// langFlag chooses the language of what is written for people to read.
func langFlag(cmd *cobra.Command, lang *string, usual string) {
	cmd.Flags().StringVar(lang, "lang", usual, "fr or en")
}

func knownLang(lang string) error {
	if lang != "fr" && lang != "en" {
		return usageFault("--lang is fr or en, not \"" + lang + "\"")
	}
	return nil
}

func (c *command) showRun(cmd *cobra.Command, id, format, lang string, everybody bool) error {
	if err := knownLang(lang); err != nil {
		return err
	}
	return c.ask(cmd, engine.ToRead, func(out view.View, a *report.Answers) error {
		run, err := a.Run(cmd.Context(), id)
		if err != nil {
			return err
		}
		lines, err := a.Lines(cmd.Context(), run)
		if err != nil {
			return err
		}
		if format == formatCSV {
			return report.ResultsCSV(c.stdout, run, lines, report.Language(lang))
		}
		out.RunResults(run, lines, report.Language(lang), everybody)
		return nil
	})
}

func (c *command) reportCommand() *cobra.Command {
	var lang, format string
	cmd := &cobra.Command{
		Use:   "report RUN",
		Short: "Write the report of a run, in French or English, for who administers HR data",
		Long: `report says what a run did, what only a person can do, and what was not done and how
to agree to it. RUN may be last. It names people as shown_as does, and holds no value.
As html it also lists everybody, one a line. Names lead to people's own pages where a
connection says where those are (profile_url).`,
		Args: exactly("one run"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := knownLang(lang); err != nil {
				return err
			}
			if format != formatText && format != "html" {
				return usageFault("--format is text or html, not \"" + format + "\"")
			}
			return c.ask(cmd, engine.ToRead, func(out view.View, a *report.Answers) error {
				made, err := a.Report(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				write := made.Text
				if format == "html" {
					write = made.HTML
				}
				var text strings.Builder
				if err := write(&text, report.Language(lang)); err != nil {
					return err
				}
				out.Told(view.Told{Type: "report", Text: text.String(), Members: map[string]any{
					"run": made.Run.ID, "lang": lang, "format_of": format, "text": text.String(),
				}})
				return nil
			})
		},
	}
	c.answerFlags(cmd)
	langFlag(cmd, &lang, "fr")
	cmd.Flags().StringVar(&format, "format", formatText, "text or html")
	return cmd
}

func (c *command) undoCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "undo RUN",
		Short: "Reverse the deactivations and the links of a run",
		Long: `undo switches on again whom a run deactivated, and forgets the links that it made to
records that were already there. It shows them, asks on a terminal, and is a run of
its own. Whoever was touched since is left as they are; what was created, updated or
deleted can't be undone. Nothing is read from the source: who has still left there is
deactivated again by the next run.`,
		Args: exactly("one run"),
		RunE: func(cmd *cobra.Command, args []string) error {
			out := c.view()
			w, found := c.open(cmd, []string{c.dir}, out)
			var ran *engine.Ran
			if w != nil {
				defer w.Close()
				if !found.HasErrors() {
					var refused, more diag.Diagnostics
					ran, more = w.Undo(cmd.Context(), engine.UndoOptions{RunID: args[0], Confirm: func(u *engine.Undoing) bool {
						found = append(found, out.Undoing(u)...)
						c.note(false, u.Plan.Summary.Counts.Held > 0)
						ok, ds := c.confirm(yes, u.Plan.Summary.Counts.Changes())
						refused = ds
						return ok && !found.HasErrors()
					}})
					found = append(append(found, more...), refused...)
				}
			}
			out.Diagnostics(found, sources(w))
			if ran != nil {
				found = append(found, c.show(out, w, ran)...)
			}
			c.finish(out, found)
			return nil
		},
	}
	c.workspaceFlags(cmd)
	c.answerFlags(cmd)
	cmd.Flags().BoolVar(&yes, "yes", false, "do it without asking")
	return cmd
}

// confirm asks on a terminal; elsewhere only --yes is a word.
func (c *command) confirm(yes bool, changes int64) (bool, diag.Diagnostics) {
	switch {
	case changes == 0:
		return false, nil
	case yes:
		return true, nil
	case !c.interactive():
		return false, diag.Diagnostics{needsYes("There is no terminal to ask on.")}
	}
	return c.asked("Undo this? Type yes: "), nil
}
