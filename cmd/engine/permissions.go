package main

import (
	"slices"

	"github.com/spf13/cobra"

	"passerelle/engine/diag"
	"passerelle/engine/tools/permissions"
)

func (c *command) permissionsCommand() *cobra.Command {
	var language string
	cmd := &cobra.Command{
		Use:   "permissions [DIR]",
		Short: "List the rights that a workspace needs, and why",
		Long: `permissions lists, for every connection and resource, the fewest rights that the
mappings can do with: their names in French and English, the fields and sections
that need each, what writing needs, and what can be left out. It asks the
connectors alone: no credentials, no network. engine check then says which of
them are missing.`,
		Args: atMostOneFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			out := c.view()
			if !slices.Contains(languages, language) {
				return noLanguage(language)
			}
			w, found := c.loadRemembered(cmd, folder(args))
			var sources diag.Sources
			if w != nil {
				sources = w.Sources
			}
			out.Diagnostics(found.Errors(), sources)
			if !found.HasErrors() {
				found = append(found, c.writePermissions(permissions.Of(w), language)...)
			}
			c.finish(out, found)
			return nil
		},
	}
	c.pluginFlags(cmd)
	cmd.Flags().StringVar(&language, "lang", "fr", "fr or en")
	return cmd
}

// languages are those of what HR administrators read.
var languages = []string{"fr", "en"}

func noLanguage(given string) error { return usageFault(`--lang is fr or en, not "` + given + `"`) }

// folder is the workspace that the arguments name: the current one without.
func folder(args []string) string {
	if len(args) > 0 {
		return args[0]
	}
	return "."
}

func (c *command) writePermissions(needs []*permissions.Need, language string) diag.Diagnostics {
	if !c.json {
		return diag.From(permissions.WriteText(c.stdout, needs, language), "writing to stdout")
	}
	var found diag.Diagnostics
	for _, n := range needs {
		found = append(found, c.event(map[string]any{"type": "permissions", "permissions": n})...)
	}
	return found
}
