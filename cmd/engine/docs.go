package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"passerelle/engine/diag"
	"passerelle/engine/tools/docs"
	"passerelle/engine/tools/load"
)

func (c *command) docsCommand() *cobra.Command {
	d := &documenting{command: c}
	cmd := &cobra.Command{
		Use:   "docs [DIR]",
		Short: "Write the page about an integration, in French or English",
		Long: `docs writes the page that an HR administrator reads about an integration: what it
does, which data goes where, which rights it takes and why, how to set it up, how
to add data, how to try it. All of it comes from the mapping files and from what
the connectors say of themselves; it needs neither credentials nor network.

Without --out the page is written to stdout. With it, both languages are written
into a folder as README.fr.md and README.en.md (or .html); a file that was not
written by this command is never overwritten.`,
		Args: atMostOneFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			out := c.view()
			form, known := forms[d.format]
			switch {
			case !known:
				return usageFault(`--format is md or html, not "` + d.format + `"`)
			case d.language != "" && !slices.Contains(languages, d.language):
				return noLanguage(d.language)
			}
			w, found := c.loadRemembered(cmd, folder(args))
			if w == nil {
				w = &load.Workspace{}
			}
			if found = found.Errors(); !found.HasErrors() {
				found = append(found, d.write(w, form)...)
			}
			out.Diagnostics(found, w.Sources)
			c.finish(out, found)
			return nil
		},
	}
	c.pluginFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&d.language, "lang", "", "fr or en; without, fr, and with --out both")
	flags.StringVar(&d.format, "format", "md", "md (Markdown) or html")
	flags.StringVar(&d.dir, "out", "", "folder to write README.fr and README.en into")
	return cmd
}

// documenting is one engine docs.
type documenting struct {
	*command
	language, format, dir string
}

var forms = map[string]func(io.Writer, *docs.Page) error{"md": docs.WriteMarkdown, "html": docs.WriteHTML}

func (d *documenting) write(w *load.Workspace, form func(io.Writer, *docs.Page) error) diag.Diagnostics {
	wanted := languages
	if d.language != "" {
		wanted = []string{d.language}
	} else if d.dir == "" {
		wanted = languages[:1]
	}
	var found diag.Diagnostics
	for _, language := range wanted {
		var page bytes.Buffer
		if err := form(&page, docs.Build(w, language)); err != nil {
			return append(found, diag.From(err, "writing the page")...)
		}
		found = append(found, d.put(language, page.Bytes())...)
	}
	return found
}

func (d *documenting) put(language string, page []byte) diag.Diagnostics {
	switch {
	case d.dir != "":
		return d.file(filepath.Join(d.dir, "README."+language+"."+d.format), page)
	case d.json:
		return d.event(map[string]any{"type": "page", "page": "README." + language, "text": string(page)})
	}
	_, err := d.stdout.Write(page)
	return diag.From(err, "writing to stdout")
}

func (d *documenting) file(name string, page []byte) diag.Diagnostics {
	before, err := os.ReadFile(name)
	switch {
	case err == nil && !strings.Contains(string(before), docs.Mark):
		return diag.Diagnostics{{
			Code: "file-exists", Subject: &diag.Range{File: name}, Summary: "There is already a file " + name,
			Detail: "It was not written by engine docs, and would be lost.",
			Remedy: "Move it away, or choose another folder with --out.",
		}}
	case err == nil && bytes.Equal(before, page):
		return nil
	}
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = os.MkdirAll(filepath.Dir(name), 0o755)
	}
	if err == nil {
		err = os.WriteFile(name, page, 0o644)
	}
	if err != nil {
		return diag.Diagnostics{notWritten(name, err)}
	}
	if d.json {
		return d.event(map[string]any{"type": "written", "file": name})
	}
	fmt.Fprintln(d.stdout, diag.VisibleLine(name))
	return nil
}

// notWritten is about a file that the user named.
func notWritten(name string, err error) diag.Diagnostic {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	return diag.Diagnostic{
		Code: "not-written", Subject: &diag.Range{File: name}, Summary: "The file can't be written",
		Detail: "The system says: " + err.Error() + ".", Remedy: "Check the path, and that this user may write there.",
	}
}
