package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"passerelle/cmd/engine/view"
	"passerelle/engine/diag"
	"passerelle/engine/tools/format"
)

// standardInput is how an argument names what the command is fed.
const standardInput = "-"

func (c *command) fmtCommand() *cobra.Command {
	f := &formatting{command: c}
	cmd := &cobra.Command{
		Use:   "fmt [DIR|FILE|-]...",
		Short: "Write mapping files in their canonical layout",
		Long: `fmt writes the *.hcl files of a folder (the current one without an argument) in
HCL's canonical layout, and lists the files that it changed. Only white space
moves: CEL texts, heredocs and comments stay as they were written. With - it
reads one file from stdin and writes the result to stdout.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.out = c.view()
			found := f.run(cmd.InOrStdin(), args)
			c.finish(f.out, found)
			return nil
		},
	}
	cmd.Flags().BoolVar(&f.check, "check", false, "change nothing; list the files that would change, and exit 1 if there is one")
	cmd.Flags().BoolVar(&f.diff, "diff", false, "change nothing; show what would change")
	return cmd
}

// formatting is one engine fmt.
type formatting struct {
	*command
	out         view.View
	check, diff bool
}

func (f *formatting) run(in io.Reader, args []string) diag.Diagnostics {
	if len(args) == 0 {
		args = []string{"."}
	}
	if slices.Contains(args, standardInput) {
		if len(args) > 1 {
			d := diag.Diagnostics{usageFault("engine fmt - takes stdin alone, and was given more")}
			f.out.Diagnostics(d, nil)
			return d
		}
		return f.stdin(in)
	}
	var all diag.Diagnostics
	for _, path := range args {
		files, found := format.Path(path)
		f.out.Diagnostics(found, nil)
		all = append(all, found...)
		for _, file := range files {
			all = append(all, f.file(file)...)
		}
	}
	return all
}

func (f *formatting) stdin(in io.Reader) diag.Diagnostics {
	src, err := io.ReadAll(in)
	if err != nil {
		found := diag.From(err, "reading stdin")
		f.out.Diagnostics(found, nil)
		return found
	}
	file := &format.File{Name: "<stdin>", Before: src}
	file.After, file.Found = format.Source(file.Name, src)
	if f.check || f.diff || f.json {
		return f.file(file)
	}
	f.out.Diagnostics(file.Found, diag.Sources{file.Name: src})
	// What can't be formatted passes through, so that a pipe loses nothing.
	if _, err := f.stdout.Write(file.After); err != nil {
		file.Found = append(file.Found, diag.From(err, "writing to stdout")...)
	}
	return file.Found
}

// file shows one file, and writes it unless somebody only asks.
func (f *formatting) file(file *format.File) diag.Diagnostics {
	found := file.Found
	asked := f.check || f.diff || file.Name == "<stdin>"
	if file.Changed() && !asked {
		if err := file.Write(); err != nil {
			found = append(found, diag.From(err, "writing "+file.Name)...)
		}
	}
	f.out.Diagnostics(found, diag.Sources{file.Name: file.Before})
	if found.HasErrors() || !file.Changed() {
		return found
	}
	if f.check {
		f.code = weightier(f.code, codeRefused)
	}
	switch {
	case f.json:
		event := map[string]any{"type": "formatted", "file": file.Name, "written": !asked}
		if f.diff {
			event["diff"] = string(file.Diff())
		}
		if file.Name == "<stdin>" && !f.check && !f.diff {
			event["text"] = string(file.After)
		}
		return append(found, f.event(event)...)
	case f.diff:
		fmt.Fprint(f.stdout, diag.Visible(string(file.Diff())))
	default:
		fmt.Fprintln(f.stdout, diag.VisibleLine(file.Name))
	}
	return found
}

// event writes one event of --json beside those of the view.
func (c *command) event(event map[string]any) diag.Diagnostics {
	encoder := json.NewEncoder(c.stdout)
	encoder.SetEscapeHTML(false)
	return diag.From(encoder.Encode(event), "writing to stdout")
}
