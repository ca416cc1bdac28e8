package main

import (
	"os"
	"os/user"
	"strings"

	"github.com/spf13/cobra"

	"passerelle/engine"
	"passerelle/engine/diag"
	"passerelle/engine/plan"
)

func (c *command) approveCommand() *cobra.Command {
	var options engine.ApproveOptions
	var dir string
	cmd := &cobra.Command{
		Use:   "approve RUN --part PART",
		Short: "Agree to what a guard blocked in a run, person by person",
		Long: `approve signs, for 72 hours, that what a guard blocked in a run be done with those
people. Nothing is sent: the next run reads and plans again, does what was signed
and is still right, and judges new people without them.`,
		Args: oneRun,
		RunE: func(cmd *cobra.Command, args []string) error {
			out := c.view()
			options.RunID, options.Who = args[0], whoami()
			w, found := c.open(cmd, []string{dir}, out)
			var approved *engine.Approved
			if w != nil {
				defer w.Close()
				if !found.HasErrors() {
					var more diag.Diagnostics
					approved, more = w.Approve(cmd.Context(), options)
					found = append(found, more...)
				}
			}
			out.Diagnostics(found, sources(w))
			if approved != nil {
				out.Approved(approved)
			}
			c.finish(out, found)
			return nil
		},
	}
	c.ledgerFlags(cmd)
	cmd.Flags().StringVar(&dir, "workspace", ".", "the workspace of the run")
	cmd.Flags().StringVar(&options.Part, "part", "", "what is agreed to, as the run names it: "+strings.Join(plan.Parts(), ", "))
	cmd.Flags().StringArrayVar(&options.People, "person", nil, "this person alone, by name as shown or by id; may be repeated")
	return cmd
}

func oneRun(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return folderByFlag(cmd, args, usageOf(cmd, "engine approve takes one run, by the name that it gave itself on its last line"))
	}
	return nil
}

// whoami is who stands in the journal: the user, and the machine they are on.
func whoami() string {
	name := "somebody"
	if u, err := user.Current(); err == nil && u.Username != "" {
		name = u.Username
	}
	if host, err := os.Hostname(); err == nil && host != "" {
		return name + "@" + strings.ToLower(host)
	}
	return name
}
