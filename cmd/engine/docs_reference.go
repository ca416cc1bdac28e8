package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"passerelle/engine/diag"
	"passerelle/engine/tools/reference"
)

//go:generate go run . reference --write ../../docs/reference

func (c *command) referenceCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "reference [PAGE]",
		Short: "Print a page of the reference: functions, language, commands, events, errors, conformance",
		Long: `reference prints a page of the reference in Markdown, made from this very program:
functions, language, commands, events, errors, environment or conformance. Without a page it lists them.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageFault("engine reference takes one page, and was given more")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			out := c.view()
			pages, err := pages(cmd.Root())
			found := diag.From(err, "making the reference")
			if !found.HasErrors() {
				found = c.showPages(pages, args, dir)
			}
			out.Diagnostics(found, nil)
			c.finish(out, found)
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "write", "", "folder to write all pages into, instead")
	return cmd
}

func (c *command) showPages(pages map[string]string, args []string, dir string) diag.Diagnostics {
	names := slices.Sorted(maps.Keys(pages))
	switch {
	case dir != "":
		return writePages(pages, dir)
	case len(args) == 0 && c.json:
		return c.event(map[string]any{"type": "pages", "pages": names})
	case len(args) == 0:
		_, err := fmt.Fprintln(c.stdout, strings.Join(names, "\n"))
		return diag.From(err, "writing to stdout")
	}
	page, ok := pages[args[0]]
	if !ok {
		d := usageFault("the reference has no page " + args[0])
		d.Detail = "Its pages are " + strings.Join(names, ", ") + "." + diag.Suggest(args[0], names)
		return diag.Diagnostics{d}
	}
	if c.json {
		return c.event(map[string]any{"type": "page", "page": args[0], "text": page})
	}
	_, err := io.WriteString(c.stdout, page)
	return diag.From(err, "writing to stdout")
}

func writePages(pages map[string]string, dir string) diag.Diagnostics {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return diag.From(err, "making the folder of the reference")
	}
	for name, text := range pages {
		if err := os.WriteFile(filepath.Join(dir, name+".md"), []byte(text), 0o644); err != nil {
			return diag.From(err, "writing the reference")
		}
	}
	return nil
}

// pages makes every page of the reference, by name.
func pages(root *cobra.Command) (map[string]string, error) {
	functions, err := reference.Functions()
	if err != nil {
		return nil, err
	}
	var all []reference.Command
	for _, cmd := range root.Commands() {
		if cmd.IsAvailableCommand() && cmd.Name() != "completion" && cmd.Name() != "help" {
			all = append(all, describeAll(cmd)...)
		}
	}
	return map[string]string{
		"functions": functions,
		"language":  reference.Language(),
		"commands":  reference.Commands(describe(root), all),
		"events":    reference.Events(),
		"errors":    reference.Errors(),

		"environment": reference.Environment(),

		"conformance": conformancePage(),
	}, nil
}

// describeAll is a command, or those that it holds.
func describeAll(cmd *cobra.Command) []reference.Command {
	if !cmd.HasSubCommands() {
		return []reference.Command{describe(cmd)}
	}
	var all []reference.Command
	for _, sub := range cmd.Commands() {
		all = append(all, describeAll(sub)...)
	}
	return all
}

func describe(cmd *cobra.Command) reference.Command {
	out := reference.Command{
		Use: strings.TrimSuffix(cmd.UseLine(), " [flags]"), Short: cmd.Short, Long: cmd.Long, Example: cmd.Example,
	}
	flags := cmd.LocalFlags()
	flags.VisitAll(func(f *pflag.Flag) {
		// help and version are added while a command runs, not before.
		if f.Hidden || f.Name == "help" || f.Name == "version" {
			return
		}
		kind, usage := pflag.UnquoteUsage(f)
		flag := reference.Flag{Written: strings.TrimSpace("--" + f.Name + " " + strings.TrimSuffix(kind, "Array")), About: usage}
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" {
			flag.Default = f.DefValue
		}
		out.Flags = append(out.Flags, flag)
	})
	return out
}
