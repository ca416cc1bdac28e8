package main

import (
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"passerelle/cmd/engine/view"
	"passerelle/engine"
	"passerelle/engine/diag"
	"passerelle/engine/report"
)

// answerFlags are those of the commands that ask the ledger alone.
func (c *command) answerFlags(cmd *cobra.Command) {
	c.ledgerFlags(cmd)
	cmd.Flags().StringVar(&c.dir, "workspace", ".", "the workspace whose ledger is asked")
}

// ask opens the ledger and hands it to f, which shows what it finds. No mapping
// file is needed and no plugin is started.
func (c *command) ask(cmd *cobra.Command, use engine.LedgerUse, f func(out view.View, a *report.Answers) error) error {
	out := c.view()
	a, found := engine.Answer(cmd.Context(), c.dir, c.ledgerOptions(cmd), use)
	if !found.HasErrors() {
		defer a.Close()
		found = append(found, diag.From(f(out, a), "answering from the ledger")...)
	}
	out.Diagnostics(found, nil)
	c.finish(out, found)
	return nil
}

func (c *command) ledgerOptions(cmd *cobra.Command) engine.Options {
	return engine.Options{Ledger: c.ledger, KeyFile: c.keyFile, Command: cmd.CommandPath()}
}

// formats of what can be exported.
const (
	formatText = "text"
	formatJSON = "json"
	formatCSV  = "csv"
)

// chosenFormat checks --format; json is --json by another name.
func (c *command) chosenFormat(format string) error {
	switch {
	case !slices.Contains([]string{formatText, formatJSON, formatCSV}, format):
		return usageFault("--format is text, json or csv, not \"" + format + "\"")
	case c.json && format == formatCSV:
		return usageFault("--json and --format csv ask for two things at once")
	case format == formatJSON:
		c.json = true
	}
	return nil
}

// exactly refuses another number of arguments, in words.
func exactly(words ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != len(words) {
			want := strings.Join(words, " and ")
			if want == "" {
				want = "no argument"
			}
			return folderByFlag(cmd, args, usageOf(cmd, cmd.CommandPath()+" takes "+want))
		}
		return nil
	}
}

// folderByFlag says how a folder is named to a command whose argument is something
// else: engine run takes it as it is, so people give it everywhere.
func folderByFlag(cmd *cobra.Command, args []string, d diag.Diagnostic) diag.Diagnostic {
	if cmd.Flags().Lookup("workspace") == nil {
		return d
	}
	for _, arg := range args {
		if info, err := os.Stat(arg); err == nil && info.IsDir() {
			d.Remedy = "Name the folder with a flag: --workspace " + shellWord(arg) + ". " + d.Remedy
			break
		}
	}
	return d
}

// folder is --workspace as an argument, of the commands that take it so.
func (c *command) folder() string {
	if dir := c.workspaceDir(); dir != "." {
		return " " + shellWord(dir)
	}
	return ""
}

// elsewhere are the flags with which another command, typed where this one was,
// finds the same workspace and ledger.
func elsewhere(cmd *cobra.Command, args []string) (flags string) {
	give := func(flag, value string) {
		if value != "" && value != "." {
			flags += " --" + flag + " " + shellWord(value)
		}
	}
	value := func(flag string) string {
		if f := cmd.Flags().Lookup(flag); f != nil {
			return f.Value.String()
		}
		return ""
	}
	if cmd.Flags().Lookup("workspace") != nil {
		give("workspace", value("workspace"))
	} else if len(args) > 0 {
		give("workspace", args[0])
	}
	give("ledger", value("ledger"))
	give("key-file", value("key-file"))
	return flags
}

// group is a command that only holds others.
func group(use, short string, list ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: knownCommand, RunE: helpOrRefuse}
	cmd.AddCommand(list...)
	return cmd
}

// helpOrRefuse helps a person who names no command. An automation, which reads
// events, has forgotten one.
func helpOrRefuse(cmd *cobra.Command, _ []string) error {
	if events, _ := cmd.Flags().GetBool("json"); !events {
		return cmd.Help()
	}
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	d := usageFault(cmd.CommandPath() + " needs a command")
	d.Detail = "It has " + strings.Join(names, ", ") + "."
	return d
}

func needsYes(detail string) diag.Diagnostic {
	return diag.Diagnostic{
		Code: "needs-yes", Summary: "Nothing was done: it needs somebody's word", Detail: detail,
		Remedy: "Add --yes if that is what you want.",
	}
}
