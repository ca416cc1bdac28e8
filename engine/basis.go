package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"passerelle/engine/compile"
	"passerelle/engine/lang"
)

// basis is a hash of all that decides what a plan holds besides the data: the
// mapping files, the bound settings and the plugins' executables. Secrets don't
// go in: a new key of the same tenant makes no plan stale.
func (w *Workspace) basis(m *compile.Mapping) (string, error) {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(w.sources)) {
		fmt.Fprintf(h, "file %d %s %d\n", len(name), name, len(w.sources[name]))
		h.Write(w.sources[name])
	}
	for _, c := range []*lang.Connection{m.Source.Connection, m.Target.Connection} {
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
		if err := w.hashPlugin(h, c.Plugin); err != nil {
			return "", err
		}
	}
	fmt.Fprintf(h, "source %d %s target %d %s", len(m.Source.Settings), m.Source.Settings, len(m.Target.Settings), m.Target.Settings)
	for _, input := range m.Decl.Module.Inputs {
		if !input.Sensitive {
			fmt.Fprintf(h, "input %s %#v\n", input.Name, input.Value)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func (w *Workspace) hashPlugin(h io.Writer, name string) error {
	plugin, ds := w.host.Plugin(w.background(), name)
	if ds.HasErrors() {
		return ds.Err()
	}
	file, err := os.Open(plugin.Path())
	if err != nil {
		return err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return err
	}
	_, err = fmt.Fprintf(h, "plugin %s %x\n", name, sum.Sum(nil))
	return err
}
