package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/go-hclog"
	"github.com/spf13/cobra"

	"passerelle/engine"
	"passerelle/engine/diag"
)

func (c *command) pluginCommand() *cobra.Command {
	return group("plugin", "Begin, try, list, show and verify plugins; package and sign them",
		c.pluginNewCommand(), c.pluginTestCommand(),
		c.pluginListCommand(), c.pluginShowCommand(), c.pluginSchemaCommand(), c.pluginVerifyCommand(), c.pluginPackageCommand(), c.pluginKeygenCommand())
}

func (c *command) pluginListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list [DIR]",
		Short: "List the plugins of the workspace, where they are and who signed them; start none",
		Args:  atMostOneFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			out := c.view()
			w, found := c.open(cmd, args, out)
			out.Diagnostics(found, sources(w))
			if w != nil {
				defer w.Close()
				if !found.HasErrors() {
					for _, p := range w.Plugins() {
						found = append(found, c.showPlugin(p)...)
					}
				}
			}
			c.finish(out, found)
			return nil
		},
	}
	c.workspaceFlags(cmd)
	return cmd
}

// showPlugin shows one line of the list. What is wrong with it is said, and is no
// failure of the list.
func (c *command) showPlugin(p engine.PluginState) diag.Diagnostics {
	state := "not verified against a lock file"
	switch {
	case p.Fault != nil:
		state = p.Fault.Summary
	case p.Version != "":
		state = "as locked, signed by " + string(p.SignedBy)
	}
	if c.json {
		event := map[string]any{"type": "plugin", "plugin": p.Name, "path": p.Path, "version": p.Version, "signed_by": p.SignedBy, "verified": p.Fault == nil && p.Version != ""}
		if p.Fault != nil {
			event["code"], event["summary"] = p.Fault.Code, p.Fault.Summary
		}
		return c.event(event)
	}
	fmt.Fprintln(c.stdout, diag.VisibleLine(strings.Join(strings.Fields(p.Name+" "+p.Version), " ")+": "+state))
	if p.Path != "" {
		fmt.Fprintln(c.stdout, "  "+diag.VisibleLine(p.Path))
	}
	return nil
}

func (c *command) pluginShowCommand() *cobra.Command {
	return c.describing("show NAME", "Show what a plugin says of itself: settings, resources, fields", func(d *engine.Described) diag.Diagnostics {
		if c.json {
			return c.event(map[string]any{"type": "described", "plugin": d.Name, "version": d.Version, "path": d.Path, "text": d.Page})
		}
		_, err := fmt.Fprint(c.stdout, d.Page)
		return diag.From(err, "writing to stdout")
	})
}

func (c *command) pluginSchemaCommand() *cobra.Command {
	return c.describing("schema NAME", "Write what a plugin says of itself as JSON", func(d *engine.Described) diag.Diagnostics {
		if c.json {
			return c.event(map[string]any{"type": "schema", "plugin": d.Name, "version": d.Version, "schema": json.RawMessage(d.Schema)})
		}
		_, err := c.stdout.Write(d.Schema)
		return diag.From(err, "writing to stdout")
	})
}

// describing is a command that starts one plugin, asks it, and shows the answer.
func (c *command) describing(use, short string, show func(*engine.Described) diag.Diagnostics) *cobra.Command {
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			out := c.view()
			options, found := c.bareOptions()
			var described *engine.Described
			if !found.HasErrors() {
				var more diag.Diagnostics
				described, more = engine.DescribePlugin(cmd.Context(), c.workspaceDir(), args[0], options)
				found = append(found, more...)
			}
			out.Diagnostics(found, nil)
			if described != nil && !found.HasErrors() {
				found = append(found, show(described)...)
			}
			c.finish(out, found)
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&c.dir, "workspace", ".", "the workspace whose lock file counts")
	flags.StringArrayVar(&c.plugins, "plugin", nil, "executable of a plugin, as name=path; may be repeated")
	flags.StringArrayVar(&c.pluginDirs, "plugin-dir", nil, "folder to look for plugins in, before all others; may be repeated")
	c.process.flags(flags)
	return cmd
}

// bareOptions are those of a command that starts plugins without a mapping.
func (c *command) bareOptions() (engine.Options, diag.Diagnostics) {
	plugins, found := pairs("--plugin", "name=path", c.plugins)
	if found.HasErrors() {
		return engine.Options{}, found
	}
	level := hclog.LevelFromString(c.logLevel)
	o := engine.Options{
		Plugins: plugins, PluginDirs: c.pluginDirs, LogLevel: c.logLevel,
		Logger: hclog.New(&hclog.LoggerOptions{Name: "engine", Level: level, Output: c.stderr, JSONFormat: c.json}),
	}
	return o, c.process.options(c, &o)
}

func (c *command) pluginVerifyCommand() *cobra.Command {
	var o engine.InitOptions
	cmd := &cobra.Command{
		Use:   "verify [DIR]",
		Short: "Check the installed plugins against the lock file; with --from a mirror, for every platform",
		Args:  atMostOneFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			out := c.view()
			w, found := c.open(cmd, args, out)
			var verified []engine.Verified
			if w != nil {
				defer w.Close()
				if !found.HasErrors() {
					var more diag.Diagnostics
					verified, more = w.Verify(cmd.Context(), o)
					found = append(found, more...)
				}
			}
			out.Diagnostics(found, sources(w))
			for _, v := range verified {
				found = append(found, c.showVerified(v)...)
			}
			c.finish(out, found)
			return nil
		},
	}
	c.workspaceFlags(cmd)
	mirrorFlags(cmd.Flags(), &o)
	return cmd
}

func (c *command) showVerified(v engine.Verified) diag.Diagnostics {
	if c.json {
		event := map[string]any{"type": "plugin_verified", "plugin": v.Name, "version": v.Version, "signed_by": v.SignedBy, "platforms": v.Platforms, "intact": v.Fault == nil}
		return c.event(event)
	}
	state := "intact, for " + strings.Join(v.Platforms, ", ")
	if v.Fault != nil {
		state = "REFUSED"
	}
	fmt.Fprintf(c.stdout, "%s %s: %s\n", v.Name, v.Version, state)
	return nil
}

func (c *command) pluginPackageCommand() *cobra.Command {
	var o engine.PackageOptions
	cmd := &cobra.Command{
		Use:   "package NAME PLATFORM=PATH...",
		Short: "Package a plugin for all its platforms and sign it, into a mirror's folder",
		Long: `Packages one version of a plugin into a mirror's folder: an archive a platform, its
schema, a page of documentation, and a signed manifest with the hash of each. The folder
can be copied to any web server, or carried as a tar file. A version that is there is
never replaced. A PATH is an executable or the folder it is in. The build for this machine is started once, to ask for its version.`,
		Example: `  engine plugin package payroll linux_amd64=dist/linux-amd64 darwin_arm64=dist/darwin-arm64 --out mirror`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usageFault("engine plugin package takes a plugin's name and one PLATFORM=PATH for each build")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			out := c.view()
			o.Name = args[0]
			var found diag.Diagnostics
			var packaged *engine.Packaged
			o.KeyFile, found = keyFile(o.KeyFile)
			if !found.HasErrors() {
				o.Executables, found = pairs("A build", "PLATFORM=PATH", args[1:])
			}
			if !found.HasErrors() {
				packaged, found = engine.PackagePlugin(cmd.Context(), o)
			}
			out.Diagnostics(found, nil)
			if packaged != nil && !found.HasErrors() {
				found = append(found, c.showPackaged(packaged)...)
			}
			c.finish(out, found)
			return nil
		},
	}
	cmd.Flags().StringVar(&o.KeyFile, "key", "", "signing key (default: engine/signing.key under your config folder)")
	cmd.Flags().StringVar(&o.Out, "out", "mirror", "the mirror's folder; made, or added to")
	cmd.Flags().StringVar(&o.Docs, "docs", "", "page of documentation (Markdown) to ship; without, one made of the schema")
	return cmd
}

func (c *command) showPackaged(p *engine.Packaged) diag.Diagnostics {
	if c.json {
		return c.event(map[string]any{"type": "packaged", "plugin": p.Name, "version": p.Version, "signed_by": p.SignedBy, "platforms": p.Platforms, "folder": p.Dir})
	}
	fmt.Fprintf(c.stdout, "%s %s packaged for %s in %s\n  signed by %s\n", p.Name, p.Version, strings.Join(p.Platforms, ", "), diag.VisibleLine(p.Dir), p.SignedBy)
	return nil
}

func (c *command) pluginKeygenCommand() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "keygen",
		Short: "Make a key to sign plugins with, and print its public half",
		Long: `Makes an Ed25519 key in a file that only you may read, and prints its public half: show
that where those who install your plugins can find it. Whoever has the file can sign
in your name, and nobody can restore it: keep a copy where your other secrets are.`,
		Args: exactly(),
		RunE: func(*cobra.Command, []string) error {
			out := c.view()
			path, found := keyFile(path)
			var key engine.Key
			if !found.HasErrors() {
				key, found = engine.NewSigningKey(path)
			}
			out.Diagnostics(found, nil)
			if !found.HasErrors() {
				found = c.showKey(path, key)
			}
			c.finish(out, found)
			return nil
		},
	}
	cmd.Flags().StringVar(&path, "out", "", "file to make (default: engine/signing.key under your config folder)")
	return cmd
}

func (c *command) showKey(path string, key engine.Key) diag.Diagnostics {
	if c.json {
		return c.event(map[string]any{"type": "key", "public": key, "file": path})
	}
	fmt.Fprintln(c.stdout, key)
	fmt.Fprintln(c.stderr, "The private half is in "+diag.VisibleLine(path)+".")
	if inCheckout(filepath.Dir(path)) {
		fmt.Fprintln(c.stderr, "That is in a working copy of git: see that it is never committed.")
	}
	return nil
}

// keyFile is the signing key that a flag names, or the usual one.
func keyFile(path string) (string, diag.Diagnostics) {
	if path == "" {
		config, err := os.UserConfigDir()
		if err != nil {
			return "", diag.Diagnostics{usageFault("There is no config folder for the signing key: name a file")}
		}
		return filepath.Join(config, "engine", "signing.key"), nil
	}
	full, err := filepath.Abs(path)
	return full, diag.From(err, "finding the current folder")
}
