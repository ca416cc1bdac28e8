package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/engine/tools/generate"
	"passerelle/engine/tools/load"
	"passerelle/plugins/protocol"
)

func (c *command) generateCommand() *cobra.Command {
	g := &generating{command: c}
	cmd := &cobra.Command{
		Use:   "generate CONNECTION RESOURCE --to CONNECTION RESOURCE",
		Short: "Write a first mapping between two resources",
		Long: `generate writes a first mapping from what the connectors say of two resources:
fields that both systems call alike are paired, sections and custom fields of the
source stand under their labels, and everything else is there as comments. The
connections are those of the workspace.

It asks the source for its custom fields where its credentials are given, and does
without where they are not, or with --offline. The result is formatted; it goes to
stdout, or with --out into a new file.`,
		Example: "  engine generate lucca users --to oppus employees --out people.hcl",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 3 || g.to == "" {
				return usageFault("engine generate takes CONNECTION RESOURCE --to CONNECTION RESOURCE")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			out := c.view()
			found, sources := g.run(cmd, args)
			out.Diagnostics(found, sources)
			c.finish(out, found)
			return nil
		},
	}
	c.workspaceFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&g.to, "to", "", "connection and resource to write to")
	flags.StringVar(&g.dir, "workspace", ".", "the workspace of the connections")
	flags.StringVar(&g.file, "out", "", "new file to write the mapping into")
	flags.BoolVar(&g.offline, "offline", false, "ask no system for its custom fields")
	return cmd
}

// generating is one engine generate.
type generating struct {
	*command
	to, dir, file string
	offline       bool
}

func (g *generating) run(cmd *cobra.Command, args []string) (diag.Diagnostics, diag.Sources) {
	w, found := g.load(cmd, g.dir, nil)
	if w == nil {
		return found, nil
	}
	if found = found.Errors(); found.HasErrors() {
		return found, w.Sources
	}
	from, found := side(w, args[0], args[1], (*protocol.Resource).GetReadable, "read")
	to, ds := side(w, g.to, args[2], (*protocol.Resource).GetWritable, "written")
	if found = append(found, ds...); found.HasErrors() {
		return found, w.Sources
	}
	if !g.offline {
		from.Custom, found = g.discover(cmd, from)
	}
	made, ds := generate.Between(from, to)
	if found = append(found, ds...); made == nil {
		return found, w.Sources
	}
	if len(made.Missing) > 0 {
		found = append(found, diag.Diagnostic{
			Severity: diag.Warning, Code: "required-not-mapped",
			Summary: "Nothing at the source is called like " + strings.Join(made.Missing, ", ") + ", which the target requires",
			Detail:  "The mapping is refused until a line of map says what they are.", Remedy: "Write these lines; they stand in map as comments.",
		})
	}
	return append(found, g.put(made)...), w.Sources
}

// side finds a connection's resource.
func side(w *load.Workspace, connection, resource string, able func(*protocol.Resource) bool, verb string) (generate.Side, diag.Diagnostics) {
	var names []string
	for _, c := range w.Module.Connections {
		names = append(names, c.Name)
	}
	at := slices.IndexFunc(w.Module.Connections, func(c *lang.Connection) bool { return c.Name == connection })
	if at < 0 {
		return generate.Side{}, diag.Diagnostics{{
			Code: "unknown-connection", Summary: `There is no connection "` + connection + `"`, Detail: "The workspace has " + strings.Join(names, ", ") + ".",
			Remedy: remedyOf(connection, names, "Declare it: connection \""+connection+"\" { plugin = … }."),
		}}
	}
	c := w.Module.Connections[at]
	var known []string
	for _, r := range w.Schemas[c.Plugin].GetResources() {
		if able(r) && r.GetName() == resource {
			return generate.Side{Connection: connection, Title: w.Title(c), Resource: r}, nil
		}
		if able(r) {
			known = append(known, r.GetName())
		}
	}
	return generate.Side{}, diag.Diagnostics{{
		Code: "unknown-resource", Summary: `No resource "` + resource + `" can be ` + verb + " there",
		Detail: `The connector "` + c.Plugin + `" has ` + strings.Join(known, ", ") + ".", Remedy: remedyOf(resource, known, "Choose one of these."),
	}}
}

func remedyOf(name string, known []string, otherwise string) string {
	if near := diag.DidYouMean(name, known); near != "" {
		return `Did you mean "` + near + `"?`
	}
	return otherwise
}

// discover asks for the custom fields. Without them there is still a mapping.
func (g *generating) discover(cmd *cobra.Command, from generate.Side) ([]*protocol.CustomField, diag.Diagnostics) {
	out := g.view()
	w, found := g.open(cmd, []string{g.dir}, out)
	var custom []*protocol.CustomField
	if w != nil && !found.HasErrors() {
		defer w.Close()
		var ds diag.Diagnostics
		custom, ds = w.Discover(cmd.Context(), from.Connection, from.Resource.GetName())
		found = append(found, ds...)
	}
	if !found.HasErrors() {
		return custom, nil
	}
	return nil, diag.Diagnostics{{
		Severity: diag.Warning, Code: "not-discovered", Summary: "Custom fields are not in it: " + from.Title + " could not be asked",
		Detail: found.Errors()[0].Summary + ".", Remedy: "Give its address and key, and generate again; or leave it, with --offline.",
	}}
}

func (g *generating) put(made *generate.Mapping) diag.Diagnostics {
	switch {
	case g.file != "":
		return g.newFile(made.Text)
	case g.json:
		return g.event(map[string]any{"type": "generated", "text": string(made.Text), "paired": made.Paired, "missing": made.Missing})
	}
	_, err := g.stdout.Write(made.Text)
	return diag.From(err, "writing to stdout")
}

// newFile never overwrites anything.
func (g *generating) newFile(text []byte) diag.Diagnostics {
	file, err := os.OpenFile(g.file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return diag.Diagnostics{{
			Code: "file-exists", Subject: &diag.Range{File: g.file}, Summary: "There is already a file " + g.file,
			Detail: "A generated mapping never overwrites one that somebody wrote.", Remedy: "Choose another name, or compare with what stdout gives.",
		}}
	}
	if err == nil {
		_, err = file.Write(text)
		if closed := file.Close(); err == nil {
			err = closed
		}
	}
	if err != nil {
		return diag.Diagnostics{notWritten(g.file, err)}
	}
	if g.json {
		return g.event(map[string]any{"type": "written", "file": g.file})
	}
	fmt.Fprintln(g.stdout, diag.VisibleLine(g.file))
	return nil
}
