package main

import (
	"time"

	"github.com/spf13/cobra"

	"passerelle/cmd/engine/view"
	"passerelle/engine"
	"passerelle/engine/report"
)

func (c *command) heldCommand() *cobra.Command {
	return group("held", "List who is held, waiting, refused or ambiguous, and decide about them",
		c.heldListCommand(), c.heldShowCommand(), c.heldRetryCommand(), c.heldDropCommand(), c.heldAcknowledgeCommand())
}

// heldOn is a command about one person's held records.
func (c *command) heldOn(cmd *cobra.Command, mapping *string) *cobra.Command {
	cmd.Args = exactly("one person or record, by name as shown or by id")
	c.answerFlags(cmd)
	cmd.Flags().StringVar(mapping, "mapping", "", "in this mapping alone")
	return cmd
}

func (c *command) heldListCommand() *cobra.Command {
	var mapping string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List everybody who is held, waiting, refused or ambiguous",
		Args:  exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.showHeld(cmd, "", mapping)
		},
	}
	c.answerFlags(cmd)
	cmd.Flags().StringVar(&mapping, "mapping", "", "in this mapping alone")
	return cmd
}

func (c *command) heldShowCommand() *cobra.Command {
	var mapping string
	return c.heldOn(&cobra.Command{
		Use:   "show PERSON",
		Short: "Show why one person is held, where in the mapping, and what to do",
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.showHeld(cmd, args[0], mapping)
		},
	}, &mapping)
}

func (c *command) showHeld(cmd *cobra.Command, person, mapping string) error {
	return c.ask(cmd, engine.ToRead, func(out view.View, a *report.Answers) error {
		held, err := a.Held(cmd.Context(), person, mapping)
		if err == nil {
			out.HeldNow(held, engine.RetentionOf(c.dir).Held, person != "")
		}
		return err
	})
}

func (c *command) heldRetryCommand() *cobra.Command {
	var mapping string
	return c.heldOn(&cobra.Command{
		Use:   "retry PERSON",
		Short: "Count a held person's attempts anew, and no longer as acknowledged",
		Long: `Every run reads and tries again everybody who is held: nothing of a record is kept, and
there is no pause to wait out. retry begins to count the attempts anew, and takes back
that somebody acknowledged it. To try one person at once: engine run --who PERSON.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.ask(cmd, engine.ToWrite, func(out view.View, a *report.Answers) error {
				held, err := a.Retry(cmd.Context(), args[0], mapping)
				if err == nil {
					c.changed(out, "retry", held, "The next run reads and tries again. At once: engine run"+c.folder()+" --who "+shellWord(args[0]))
				}
				return err
			})
		},
	}, &mapping)
}

func (c *command) heldDropCommand() *cobra.Command {
	var mapping string
	var decision report.Decision
	cmd := c.heldOn(&cobra.Command{
		Use:   "drop PERSON",
		Short: "Forget a held entry, or say what became of one that the target never answered for",
		Long: `drop forgets why a person is held; a run that meets the same fault holds them again.

Who is ambiguous was sent something that the target never answered. Somebody must look
there and say: --target ID when the record is there, under that id (it is linked, and
the next run brings it up to date); --send-again when it is not there, or not as it
should be.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.ask(cmd, engine.ToWrite, func(out view.View, a *report.Answers) error {
				held, err := a.Drop(cmd.Context(), args[0], mapping, decision)
				if err == nil {
					c.changed(out, "drop", held, "Forgotten. Nothing was sent; the next run looks at them afresh.")
				}
				return err
			})
		},
	}, &mapping)
	cmd.Flags().StringVar(&decision.TargetID, "target", "", "of an ambiguous person: the record is there, under this id of the target")
	cmd.Flags().BoolVar(&decision.SendAgain, "send-again", false, "of an ambiguous person: it is not there, or not as it should be")
	return cmd
}

func (c *command) heldAcknowledgeCommand() *cobra.Command {
	var mapping, until string
	cmd := c.heldOn(&cobra.Command{
		Use:   "acknowledge PERSON --until DAY",
		Short: "Say that somebody knows: until that day the person makes no run partial",
		Long: `acknowledge keeps one stuck person from making every night partial. They stay on the
list and are tried by every run. It ends after that day, once they are no longer held,
or when they are held for another reason.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			day, err := time.ParseInLocation(time.DateOnly, until, time.Local)
			if err != nil {
				return usageFault("--until takes a day, as 2027-01-31")
			}
			return c.ask(cmd, engine.ToWrite, func(out view.View, a *report.Answers) error {
				held, err := a.Acknowledge(cmd.Context(), args[0], mapping, whoami(), time.Now(), day.AddDate(0, 0, 1))
				if err == nil {
					c.changed(out, "acknowledge", held, "Acknowledged until the end of "+until+". Every run tries them all the same.")
				}
				return err
			})
		},
	}, &mapping)
	cmd.Flags().StringVar(&until, "until", "", "the last day, as 2027-01-31")
	return cmd
}

// changed says what was changed of whom.
func (c *command) changed(out view.View, what string, held []report.HeldRecord, say string) {
	people := make([]map[string]string, len(held))
	text := ""
	for i, h := range held {
		people[i] = map[string]string{"id": h.SourceID, "shown": h.ShownName, "mapping": h.Mapping}
		text += view.Name(h.ShownName, h.SourceID) + " in " + h.Mapping + "\n"
	}
	out.Told(view.Told{Type: "held_changed", Text: text + say + "\n", Members: map[string]any{"change": what, "people": people}})
}
