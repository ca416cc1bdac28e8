package main

import (
	"encoding/json"
	"os"
	"time"

	"github.com/spf13/cobra"

	"passerelle/cmd/engine/view"
	"passerelle/engine"
	"passerelle/engine/report"
)

func (c *command) ledgerCommand() *cobra.Command {
	return group("ledger", "Look at what the engine remembers, export it, verify it, move its links",
		c.ledgerShowCommand(), c.ledgerExportCommand(), c.ledgerVerifyCommand(), c.ledgerMoveCommand())
}

func (c *command) ledgerShowCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Show which ledger it is, how many links it has, and its last runs",
		Args:  exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.ask(cmd, engine.ToRead, func(out view.View, a *report.Answers) error {
				scopes, err := a.Scopes(cmd.Context())
				if err != nil {
					return err
				}
				runs, err := a.Runs(cmd.Context(), "", 5)
				if err != nil {
					return err
				}
				moves, err := a.Moves(cmd.Context())
				if err != nil {
					return err
				}
				shown := view.Ledger{ID: a.ID(), Path: a.Path(), Scopes: scopes, Moves: moves, Runs: runs}
				for _, suffix := range []string{"", "-wal"} {
					if info, err := os.Stat(a.Path() + suffix); err == nil {
						shown.Bytes += info.Size()
					}
				}
				out.Ledger(&shown)
				return nil
			})
		},
	}
	c.answerFlags(cmd)
	return cmd
}

func (c *command) ledgerExportCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write every link: source id, target id, state; no names, no values",
		Args:  exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format == formatText {
				return usageFault("--format is json or csv, not \"text\"")
			}
			if err := c.chosenFormat(format); err != nil {
				return err
			}
			return c.ask(cmd, engine.ToRead, func(_ view.View, a *report.Answers) error {
				if format == formatCSV {
					return a.LinksCSV(cmd.Context(), c.stdout)
				}
				lines := json.NewEncoder(c.stdout)
				lines.SetEscapeHTML(false)
				return a.EachLink(cmd.Context(), func(p report.Link) error {
					return lines.Encode(map[string]any{
						"type": "link", "source": p.Of.SourceTenant, "source_resource": p.Of.SourceResource,
						"target": p.Of.TargetTenant, "target_resource": p.Of.TargetResource,
						"id": p.SourceID, "target_id": p.TargetID, "state": p.State.String(), "changed": time.UnixMicro(p.Changed).UTC().Format(time.RFC3339),
					})
				})
			})
		},
	}
	c.answerFlags(cmd)
	cmd.Flags().StringVar(&format, "format", formatJSON, "json (one link a line) or csv")
	return cmd
}

func (c *command) ledgerVerifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Check that the ledger's file is whole and that nobody altered the record of runs",
		Args:  exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.ask(cmd, engine.ToRead, func(out view.View, a *report.Answers) error {
				if err := a.Verify(cmd.Context()); err != nil {
					return err
				}
				out.Told(view.Told{
					Type: "verified", Text: "The ledger is whole, and the record of its runs is as it was written.\n",
					Members: map[string]any{"ledger": a.ID()},
				})
				return nil
			})
		},
	}
	c.answerFlags(cmd)
	return cmd
}

func (c *command) unlockCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "unlock",
		Short: "Clear what a killed process left in the ledger's lock, or say who has it",
		Long: `The lock goes with the process that holds it, however that ends; what stays of a killed
one is its name in the lock file, which unlock clears. A lock that is held is never
taken away: unlock says who has it, since when, and ends with 6.`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := c.view()
			left, found := engine.Unlock(c.dir, c.ledgerOptions(cmd))
			if !found.HasErrors() {
				text := "Nobody has the ledger; there was nothing to clear.\n"
				if left != "" {
					text = "Nobody has the ledger any more. Cleared what was left: " + left + "\n"
				}
				out.Told(view.Told{Type: "unlocked", Text: text, Members: map[string]any{"left": left}})
			}
			out.Diagnostics(found, nil)
			c.finish(out, found)
			return nil
		},
	}
	c.answerFlags(cmd)
	return cmd
}
