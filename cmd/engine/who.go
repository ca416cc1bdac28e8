package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"passerelle/cmd/engine/view"
	"passerelle/engine"
	"passerelle/engine/diag"
	"passerelle/engine/report"
)

func (c *command) whoCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "who PERSON",
		Short: "Say what is known of one person: are they at the target, and if not, why",
		Long: `who asks the ledger, and nothing else, about one person, or about a record that is none,
such as an absence: in every mapping, whether they are linked and to what, the last
results, why they are held, who approved what, and how the last run ended. PERSON is the
source's id, the target's id, or the name that shown_as gives; case and accents don't
matter. Where several collections of the source have it, TENANT/RESOURCE/ before it, as
who shows them, says which one is meant; so it does for held and forget.`,
		Args: exactly("one person or record, by name as shown or by id"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.ask(cmd, engine.ToRead, func(out view.View, a *report.Answers) error {
				who, err := a.Who(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				out.Who(who)
				if len(who.People) != 1 {
					c.code = weightier(c.code, codeRefused)
				}
				return nil
			})
		},
	}
	c.answerFlags(cmd)
	return cmd
}

func (c *command) forgetCommand() *cobra.Command {
	var yes bool
	var options report.ForgetOptions
	cmd := &cobra.Command{
		Use:   "forget PERSON",
		Short: "Erase what the ledger has about one person; the target is not touched",
		Long: `forget erases a person's links, fingerprints, held entries, last lines and shown names,
and those of the elements that each blocks made of their record. Results and approvals
stay counted, under a random word in the place of the ids. The file is written anew, so
that no free page still holds them.

Groups of records (a mapping with group) have ids of others in theirs. Where some have
the person's, forget asks for --grouped, to erase them, or --grouped=false. Records of
other collections that have an id of their own, such as an absence, are forgotten by
that id.

The target is not touched: what it has of them is erased there. If they are still in the
source, the next run adopts or creates them again: take them out of the source, or out
of where, first. Backups of the ledger, saved plans and exported files are yours to
clear.`,
		Args: exactly("one person or record, by name as shown or by id"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.ask(cmd, engine.ToWrite, func(out view.View, a *report.Answers) error {
				if !yes {
					one, err := a.One(cmd.Context(), args[0])
					if err != nil {
						return err
					}
					return needsYes("It erases one " + one.Called() + "'s links, fingerprints, held entries and names from the ledger, for good. What is still in the source is adopted or created again by the next run.")
				}
				options.Decided = cmd.Flags().Changed("grouped")
				erased, err := a.Forget(cmd.Context(), args[0], options)
				if erased != nil {
					out.Told(forgotten(erased, options.Grouped))
				}
				return err
			})
		},
	}
	c.answerFlags(cmd)
	cmd.Flags().BoolVar(&yes, "yes", false, "do it: it can't be taken back")
	cmd.Flags().BoolVar(&options.Grouped, "grouped", false, "also groups of records whose id has the person's id in it")
	return cmd
}

func forgotten(e *report.Erased, grouped bool) view.Told {
	text := fmt.Sprintf("Forgotten: %d links with their fingerprints, %d held entries; %d results and %d approvals stay counted, without the %s.\n",
		e.Links, e.Held, e.Results, e.Approvals, e.Called())
	if e.Children > 0 {
		text += fmt.Sprintf("Among them are %d records beneath the %s.\n", e.Children, e.Called())
	}
	for _, collection := range slices.Sorted(maps.Keys(e.Grouped)) {
		if grouped {
			text += fmt.Sprintf("Among them are %d groups of %s.\n", e.Grouped[collection], diag.VisibleLine(collection))
			continue
		}
		text += fmt.Sprintf("Left as they are: %d groups of %s whose id has this one in it.\n", e.Grouped[collection], diag.VisibleLine(collection))
	}
	text += "The target was not touched. If the source still has this " + e.Called() + ", the next run adopts or creates it again.\n" +
		"Backups of the ledger, saved plans and exported files are yours to clear.\n"
	return view.Told{Type: "forgotten", Text: text, Members: map[string]any{
		"id": e.SourceID, "links": e.Links, "held": e.Held, "results": e.Results, "approvals": e.Approvals, "children": e.Children, "grouped": e.Grouped,
	}}
}

// shellWord quotes a word for a shell where it needs it.
func shellWord(word string) string {
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.@/", r))
	}) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
