package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"passerelle/cmd/engine/view"
	"passerelle/engine"
	"passerelle/engine/diag"
)

func (c *command) validateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "validate [DIR]",
		Short: "Check the mapping files, without credentials or network",
		Args:  atMostOneFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			out := c.view()
			w, found := c.open(cmd, args, out)
			if w != nil {
				defer w.Close()
				found = append(found, w.Validate(cmd.Context())...)
			}
			out.Diagnostics(found, sources(w))
			if !found.HasErrors() {
				out.Valid(w)
			}
			c.finish(out, found)
			return nil
		},
	}
	c.workspaceFlags(cmd)
	return cmd
}

func (c *command) planCommand() *cobra.Command {
	var options engine.PlanOptions
	var show view.PlanOptions
	var detailed bool
	cmd := &cobra.Command{
		Use:   "plan [DIR]",
		Short: "Show what a run would do, and do nothing",
		Args:  atMostOneFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			out := c.view()
			w, found := c.open(cmd, args, out)
			var planned []*engine.Planned
			if w != nil {
				defer w.Close()
				if !found.HasErrors() {
					var more diag.Diagnostics
					planned, more = w.Plan(cmd.Context(), options)
					found = append(found, more...)
				}
			}
			out.Diagnostics(found, sources(w))
			var changes bool
			for _, p := range planned {
				defer p.Discard()
				out.Diagnostics(p.Found, sources(w))
				found = append(found, p.Found...)
				if p.Plan == nil {
					continue
				}
				unread := out.Plan(p, show)
				out.Diagnostics(unread, sources(w))
				found = append(found, unread...)
				c.note(p.Plan.Summary.Blocked != nil, p.Plan.Summary.Counts.Held+p.Plan.Summary.Counts.Missing > 0 || len(p.Plan.Summary.Unfilled) > 0)
				changes = changes || p.Plan.Summary.Counts.Changes() > 0
			}
			if detailed && changes {
				c.code = weightier(c.code, codeChanges)
			}
			c.finish(out, found)
			return nil
		},
	}
	c.workspaceFlags(cmd)
	c.ledgerFlags(cmd)
	cmd.Flags().StringArrayVar(&options.Only, "only", nil, "plan this mapping alone; may be repeated")
	cmd.Flags().StringSliceVar(&options.Who, "who", nil, "these people alone, by id or name as shown, with commas between")
	cmd.Flags().StringVar(&options.Out, "out", "", "save the plan, encrypted, for engine apply")
	cmd.Flags().BoolVar(&show.Values, "show-values", false, "show the values that would be sent: they are personal data")
	cmd.Flags().BoolVar(&show.Everybody, "all", false, "list everybody, not the first of each kind")
	cmd.Flags().BoolVar(&detailed, "detailed-exitcode", false, "exit 2 when there is something to do")
	return cmd
}

func (c *command) applyCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "apply PLAN",
		Short: "Apply a saved plan",
		Args:  onePlan,
		RunE: func(cmd *cobra.Command, args []string) error {
			out := c.view()
			w, found := c.open(cmd, []string{dir}, out)
			var ran *engine.Ran
			if w != nil {
				defer w.Close()
				if !found.HasErrors() {
					var more diag.Diagnostics
					ran, more = w.Apply(cmd.Context(), args[0])
					found = append(found, more...)
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
	c.ledgerFlags(cmd)
	cmd.Flags().StringVar(&dir, "workspace", ".", "the workspace that the plan was made in")
	return cmd
}

func (c *command) runCommand() *cobra.Command {
	var options engine.RunOptions
	cmd := &cobra.Command{
		Use:   "run [DIR]",
		Short: "Plan and apply, asking nothing",
		Args:  atMostOneFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			out := c.view()
			w, found := c.open(cmd, args, out)
			var runs []*engine.Ran
			if w != nil {
				defer w.Close()
				if !found.HasErrors() {
					var more diag.Diagnostics
					runs, more = w.Run(cmd.Context(), options)
					found = append(found, more...)
				}
			}
			out.Diagnostics(found, sources(w))
			for _, ran := range runs {
				found = append(found, c.show(out, w, ran)...)
			}
			if options.Due && len(runs) == 0 && !found.HasErrors() {
				out.NothingDue()
			}
			c.finish(out, found)
			return nil
		},
	}
	c.workspaceFlags(cmd)
	c.ledgerFlags(cmd)
	cmd.Flags().StringArrayVar(&options.Only, "only", nil, "run this mapping alone; may be repeated")
	cmd.Flags().StringSliceVar(&options.Who, "who", nil, "these people alone, by id or name as shown, with commas between; nothing is inferred of the others")
	cmd.Flags().BoolVar(&options.Due, "due", false, "run only what its trigger says is due; for cron to call")
	return cmd
}

// show shows one run and notes what it means for the exit code.
func (c *command) show(out view.View, w *engine.Workspace, ran *engine.Ran) diag.Diagnostics {
	out.Diagnostics(ran.Found, sources(w))
	out.Run(ran)
	c.note(len(ran.Plan.Blocked) > 0, ran.Open() > 0 || len(ran.Plan.Unfilled) > 0)
	return ran.Found
}

func (c *command) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Say which engine this is",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			out := c.view() // as events, the first of each command says it
			if !c.json {
				fmt.Fprintf(c.stdout, "engine %s (%s), language %d\n", version, view.Platform, view.Language)
			}
			c.finish(out, nil)
			return nil
		},
	}
}

func atMostOneFolder(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usageOf(cmd, cmd.CommandPath()+" takes at most one folder, and was given more")
	}
	return nil
}

func onePlan(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usageOf(cmd, "engine apply takes one plan, the file that engine plan --out wrote")
	}
	return nil
}

func sources(w *engine.Workspace) diag.Sources {
	if w == nil {
		return nil
	}
	return w.Sources()
}
