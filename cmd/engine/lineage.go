package main

import (
	"os"
	"slices"

	"github.com/hashicorp/go-hclog"
	"github.com/spf13/cobra"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/engine/tools/lineage"
	"passerelle/engine/tools/load"
)

func (c *command) lineageCommand() *cobra.Command {
	var form string
	var only []string
	cmd := &cobra.Command{
		Use:   "lineage [DIR]",
		Short: "Say where every field that is sent comes from",
		Long: `lineage lists, for every mapping, each target field with the source fields that it
is computed from and the expression that computes it. It needs neither
credentials nor network.`,
		Args: atMostOneFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			out := c.view()
			if !slices.Contains([]string{"text", "json", "mermaid"}, form) {
				return usageFault(`--format is text, json or mermaid, not "` + form + `"`)
			}
			dir := "."
			if len(args) > 0 {
				dir = args[0]
			}
			w, found := c.load(cmd, dir, nil)
			if w == nil {
				w = &load.Workspace{}
			}
			for _, name := range only {
				_, ds := w.Mapping(name)
				found = append(found, ds...)
			}
			out.Diagnostics(found, w.Sources)
			if !found.HasErrors() {
				found = append(found, c.writeLineage(form, lineage.Of(w, only))...)
			}
			c.finish(out, found)
			return nil
		},
	}
	c.pluginFlags(cmd)
	cmd.Flags().StringVar(&form, "format", "text", "text, json or mermaid (a chart for Markdown pages)")
	cmd.Flags().StringArrayVar(&only, "only", nil, "this mapping alone; may be repeated")
	return cmd
}

func (c *command) writeLineage(form string, mappings []lineage.Mapping) diag.Diagnostics {
	if c.json {
		var found diag.Diagnostics
		for _, m := range mappings {
			found = append(found, c.event(map[string]any{"type": "lineage", "lineage": m})...)
		}
		return found
	}
	write := lineage.WriteText
	switch form {
	case "json":
		write = lineage.WriteJSON
	case "mermaid":
		write = lineage.WriteMermaid
	}
	return diag.From(write(c.stdout, mappings), "writing to stdout")
}

// load compiles the workspace of a tool that runs nothing. inputs, where not nil,
// give the inputs their values.
func (c *command) load(cmd *cobra.Command, dir string, inputs map[string]lang.InputValue) (*load.Workspace, diag.Diagnostics) {
	return c.loadWith(cmd, dir, load.Options{Inputs: inputs})
}

// loadRemembered does so from what the plugins last said of themselves.
func (c *command) loadRemembered(cmd *cobra.Command, dir string) (*load.Workspace, diag.Diagnostics) {
	return c.loadWith(cmd, dir, load.Options{Remembered: true})
}

func (c *command) loadWith(cmd *cobra.Command, dir string, o load.Options) (*load.Workspace, diag.Diagnostics) {
	plugins, ds := pairs("--plugin", "name=path", c.plugins)
	if ds.HasErrors() {
		return nil, ds
	}
	level := hclog.LevelFromString(c.logLevel)
	if level == hclog.NoLevel {
		return nil, diag.Diagnostics{usageFault(`--log is trace, debug, info, warn, error or off, not "` + c.logLevel + `"`)}
	}
	o.Plugins, o.PluginDirs, o.LogLevel = plugins, c.pluginDirs, c.logLevel
	o.Logger = hclog.New(&hclog.LoggerOptions{Name: "engine", Level: level, Output: c.stderr, JSONFormat: c.json})
	return load.Load(cmd.Context(), dir, o)
}

// pluginFlags are those of the tools that ask plugins what they speak.
func (c *command) pluginFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&c.plugins, "plugin", nil, "executable of a plugin, as name=path; may be repeated")
	flags.StringArrayVar(&c.pluginDirs, "plugin-dir", nil, "folder to look for plugins in, before all others; may be repeated")
}

// isTerminal reports whether a person is at the other end of a file.
func isTerminal(f any, ask func(fd int) bool) (*os.File, bool) {
	file, ok := f.(*os.File)
	return file, ok && ask(int(file.Fd()))
}
