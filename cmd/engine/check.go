package main

import (
	"github.com/spf13/cobra"

	"passerelle/engine"
	"passerelle/engine/diag"
)

func (c *command) checkCommand() *cobra.Command {
	var only []string
	cmd := &cobra.Command{
		Use:   "check [DIR]",
		Short: "Try the credentials, the rights and each declared field, and change nothing",
		Args:  atMostOneFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			out := c.view()
			w, found := c.open(cmd, args, out)
			var checked []*engine.Checked
			if w != nil {
				defer w.Close()
				if !found.HasErrors() {
					var more diag.Diagnostics
					checked, more = w.Check(cmd.Context(), only)
					found = append(found, more...)
				}
			}
			out.Diagnostics(found, sources(w))
			for _, side := range checked {
				out.Diagnostics(side.Found, sources(w))
				out.Checked(side)
				found = append(found, side.Found...)
				c.noteEvidence(side)
			}
			c.finish(out, found)
			return nil
		},
	}
	c.workspaceFlags(cmd)
	cmd.Flags().StringArrayVar(&only, "only", nil, "check this mapping alone; may be repeated")
	return cmd
}

// noteEvidence: a field that may not be read is a matter of rights.
func (c *command) noteEvidence(side *engine.Checked) {
	for _, f := range side.Findings {
		if f.Evidence == engine.NotPermitted {
			c.code = weightier(c.code, codeCredentials)
		}
	}
}
