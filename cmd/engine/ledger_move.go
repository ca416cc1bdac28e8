package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"passerelle/cmd/engine/view"
	"passerelle/engine"
	"passerelle/engine/report"
)

func (c *command) ledgerMoveCommand() *cobra.Command {
	var rename report.Rename
	var yes bool
	cmd := &cobra.Command{
		Use:   "move --from TENANT --to TENANT",
		Short: "Give the links of a tenant to another name of the same system",
		Long: `move is for a system that is the same under a new name: a new address, another
subdomain, the number of a contract that changed. Its people keep their ids there, so
that links and fingerprints stay as they are. It shows what would move, asks on a
terminal, and writes down who moved what and when; ledger show lists it, and ledger
verify covers it.

The next run looks people up at the target before it plans: if they have other ids
there, it is another system, and nothing is sent. For another system, such as
production after a test, nothing is moved: start anew with engine run --ledger
OTHER.db, whose first run adopts who is there.`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case rename.From == "" || rename.To == "":
				return usageFault("engine ledger move takes --from TENANT and --to TENANT, as engine ledger show names them")
			case rename.From == rename.To:
				return usageFault("--from and --to are the same tenant")
			case rename.Side != "" && rename.Side != "source" && rename.Side != "target":
				return usageFault("--side is source or target, not \"" + rename.Side + "\"")
			}
			return c.ask(cmd, engine.ToWrite, func(out view.View, a *report.Answers) error {
				moving, err := a.Movable(cmd.Context(), rename)
				if err != nil {
					return err
				}
				out.Moving(rename, moving, false)
				if !yes && !c.interactive() {
					return needsYes("There is no terminal to ask on.")
				}
				if !yes && !c.asked("Is it the same system? Type yes to move: ") {
					fmt.Fprintln(c.stderr, "Nothing was moved.")
					return nil
				}
				if moving, err = a.MoveLinks(cmd.Context(), rename, whoami()); err != nil {
					return err
				}
				out.Moving(rename, moving, true)
				return nil
			})
		},
	}
	c.answerFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&rename.From, "from", "", "the tenant's name in the ledger, as engine ledger show says it")
	flags.StringVar(&rename.To, "to", "", "its name from now on, as the refusal of a run says it")
	flags.StringVar(&rename.Side, "side", "", "where the tenant is the source alone, or the target alone (default: both)")
	flags.BoolVar(&yes, "yes", false, "do it without asking")
	return cmd
}
