package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/lang"
)

// basis is a hash of all that decides what a plan holds besides the data: the
// mapping files, the bound settings and the plugins' executables. Secrets don't
// go in: a new key of the same tenant makes no plan stale.
func (w *Workspace) basis(ctx context.Context, m *compile.Mapping) (string, error) {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(w.sources)) {
		fmt.Fprintf(h, "file %d %s %d\n", len(name), name, len(w.sources[name]))
		h.Write(w.sources[name])
	}
	for _, c := range connectionsOf(m) {
		for _, s := range c.Settings {
			if s.Secret {
				continue
			}
			text, err := compile.SettingsJSON([]*lang.Setting{s})
			if err != nil {
				return "", err
			}
			fmt.Fprintf(h, "setting %d %s", len(text), text)
		}
		sum, err := w.pluginHash(ctx, c.Plugin)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "plugin %s %s\n", c.Plugin, sum)
	}
	fmt.Fprintf(h, "source %d %s target %d %s", len(m.Source.Settings), m.Source.Settings, len(m.Target.Settings), m.Target.Settings)
	for _, j := range m.Joined {
		fmt.Fprintf(h, "joined %d %s", len(j.Settings), j.Settings)
	}
	for _, input := range m.Decl.Module.Inputs {
		if !input.Sensitive {
			fmt.Fprintf(h, "input %s %#v\n", input.Name, input.Value)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// reads is a hash of all that makes a record what it is when it is read and
// mapped: the basis, and what is secret, by keyed sums. Another key may see other
// people, who did not change.
func (w *Workspace) reads(ctx context.Context, m *compile.Mapping) (string, error) {
	basis, err := w.basis(ctx, m)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintf(h, "basis %s\n", basis)
	for _, s := range m.Source.Connection.Settings {
		if !s.Secret {
			continue
		}
		text, err := compile.SettingsJSON([]*lang.Setting{s})
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "secret %s %x\n", s.Name, w.ledger.Definition(string(text)))
	}
	for _, input := range m.Decl.Module.Inputs {
		if input.Sensitive {
			fmt.Fprintf(h, "input %s %x\n", input.Name, w.ledger.Definition(fmt.Sprintf("%#v", input.Value)))
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// pluginHash reads a plugin's executable, once, unless it was read and verified as
// it was started. One under a debugger has none that the engine knows: its socket,
// which no later process has, binds the plan to it.
func (w *Workspace) pluginHash(ctx context.Context, name string) (string, error) {
	if sum, known := w.hashes[name]; known {
		return sum, nil
	}
	if address, attached := w.options.Attach[name]; attached {
		return "attached at " + address, nil
	}
	plugin, ds := w.host.Plugin(ctx, name)
	if ds.HasErrors() {
		return "", ds.Err()
	}
	if verified := plugin.Hash(); verified != "" {
		w.hashes[name] = verified
		return verified, nil
	}
	file, err := os.Open(plugin.Path())
	if err != nil {
		return "", unreadablePlugin(name, err)
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", unreadablePlugin(name, err)
	}
	w.hashes[name] = hex.EncodeToString(sum.Sum(nil))
	return w.hashes[name], nil
}

func unreadablePlugin(name string, err error) error {
	return diag.Diagnostic{
		Code: "plugin-unreadable", Class: diag.Fault,
		Summary: "The executable of the plugin " + name + " can't be read",
		Detail:  "A plan is bound to the plugins that it was made with. The system says: " + systemSays(err) + ".",
		Remedy:  "Give this user the right to read it, not only to execute it.",
	}
}
