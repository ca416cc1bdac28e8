package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"passerelle/engine"
	"passerelle/engine/diag"
)

// mirrorFlags say where plugins come from.
func mirrorFlags(flags *pflag.FlagSet, o *engine.InitOptions) {
	flags.StringVar(&o.From, "from", "", "where plugins are: a folder, a tar file of one, or an https address (default: ENGINE_PLUGIN_MIRROR)")
	flags.StringVar(&o.Certificates, "mirror-ca", "", "certificate (PEM) of the mirror's own authority")
}

func (c *command) initCommand() *cobra.Command {
	var o engine.InitOptions
	var keys []string
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Install the plugins that the workspace needs, and lock them and its packages",
		Long: `Installs the plugins that the workspace needs, in the newest versions that its files
allow, and writes engine.lock.hcl: from then on these very executables run, on every
platform, and anything else is refused. Commit that file. The packages of mappings
that the workspace uses are locked too, by the content of their files: --upgrade
takes one as it is now. Without a mirror, and where no plugin is locked yet, plugins
that lie beside the engine are left as they are: they need no installing.

Each plugin is signed. The first signer of a plugin that is new to the workspace is
trusted from then on, and its key is printed: compare it with the one that the
publisher shows. With --trust-key only the keys that it names are accepted.`,
		Example: `  engine init --from https://plugins.example.org
  engine init --from plugins.tar --trust-key ed25519:…`,
		Args: atMostOneFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.From = given(o.From, "ENGINE_PLUGIN_MIRROR")
			for _, key := range keys {
				o.TrustKeys = append(o.TrustKeys, engine.Key(key))
			}
			out := c.view()
			w, found := c.open(cmd, args, out)
			var installed []engine.Installed
			if w != nil {
				defer w.Close()
				if !found.HasErrors() {
					var more diag.Diagnostics
					installed, more = w.Init(cmd.Context(), o)
					found = append(found, more...)
				}
			}
			out.Diagnostics(found, sources(w))
			for _, p := range installed {
				found = append(found, c.showInstalled(p)...)
			}
			if !c.json && !found.HasErrors() && slices.ContainsFunc(installed, lying) {
				fmt.Fprintln(c.stdout, nothingToInstall)
			}
			c.finish(out, found)
			return nil
		},
	}
	c.workspaceFlags(cmd)
	mirrorFlags(cmd.Flags(), &o)
	cmd.Flags().StringArrayVar(&keys, "trust-key", nil, "accept this signer alone, as ed25519:…; may be repeated")
	cmd.Flags().BoolVar(&o.Upgrade, "upgrade", false, "take the newest versions that the files allow, not the locked ones")
	return cmd
}

// showPinned shows one package of mappings.
func (c *command) showPinned(p engine.Installed) diag.Diagnostics {
	if c.json {
		return c.event(map[string]any{"type": "pinned", "package": p.Name, "version": p.Version, "files": p.Files, "new": p.New, "changed": p.Fetched})
	}
	how := "is as locked"
	switch {
	case p.New:
		how = "locked as it is"
	case p.Fetched:
		how = "has changed, and is locked as it is now"
	}
	fmt.Fprintf(c.stdout, "package %s %s, %s\n", strings.Join(strings.Fields(p.Name+" "+p.Version), " "), how, countFiles(p.Files))
	return nil
}

func countFiles(n int) string {
	if n == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", n)
}

// lying: it was there, nobody has locked it, and init left it so.
func lying(p engine.Installed) bool { return p.Path != "" }

const nothingToInstall = `
Nothing is to be installed: plugins that lie here are used as they are, and not
locked. engine init --from MIRROR installs signed ones and locks those.`

func (c *command) showInstalled(p engine.Installed) diag.Diagnostics {
	if p.Package {
		return c.showPinned(p)
	}
	if lying(p) {
		return c.showPlugin(engine.PluginState{Name: p.Name, Path: p.Path})
	}
	if c.json {
		return c.event(map[string]any{
			"type": "installed", "plugin": p.Name, "version": p.Version, "signed_by": p.SignedBy, "platforms": p.Platforms,
			"new": p.New, "fetched": p.Fetched,
		})
	}
	how := "was here already, and is as locked"
	if p.Fetched {
		how = "installed"
	}
	fmt.Fprintf(c.stdout, "%s %s %s, for %s\n  signed by %s\n", p.Name, p.Version, how, strings.Join(p.Platforms, ", "), p.SignedBy)
	if p.New && !p.Named {
		fmt.Fprintf(c.stderr, "The signer of %s was seen here for the first time and is trusted from now on. Compare its key with the one that the publisher shows.\n", p.Name)
	}
	return nil
}

// workspaceDir is --workspace, or the current folder.
func (c *command) workspaceDir() string {
	if c.dir == "" {
		return "."
	}
	return c.dir
}

// inCheckout reports whether a folder is in a working copy of git, where a secret
// is one command away from being published.
func inCheckout(dir string) bool {
	for {
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			return true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return false
		}
		dir = parent
	}
}
