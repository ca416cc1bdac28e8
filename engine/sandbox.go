package engine

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/host"
	"passerelle/engine/lang"
	"passerelle/engine/trust"
)

// Sandbox says whether plugins run in one, and what they may read in it besides.
type Sandbox struct {
	On   bool
	Read []string // files and folders
}

// CanSandbox says why this system can't keep plugins in a sandbox; nil: it can.
func CanSandbox() error { return host.CanSandbox() }

// sandbox adds what no plugin is given: the workspace, whose files decide what is
// sent where, the ledger, every key, and the store; and what is started, which
// none may write to.
func (o Options) sandbox(dir string) host.Sandbox {
	s := host.Sandbox{On: o.Sandbox.On, Read: o.Sandbox.Read}
	if !s.On {
		return s
	}
	if dir != "" {
		s.Keep = append(s.Keep, dir, o.ledgerPath(dir))
	}
	if o.KeyFile != "" {
		s.Keep = append(s.Keep, o.KeyFile)
	}
	if config, err := os.UserConfigDir(); err == nil {
		s.Keep = append(s.Keep, filepath.Join(config, "engine"))
	}
	if store, err := trust.OpenStore(); err == nil {
		s.Keep = append(s.Keep, store.Dir())
	}
	if executable, err := os.Executable(); err == nil {
		s.Run = append(s.Run, executable)
	}
	return s
}

// fit opens the sandbox of a connection's plugin to what all connections to it
// need. Without a sandbox it does nothing.
func (w *Workspace) fit(ctx context.Context, c *lang.Connection) diag.Diagnostics {
	if !w.options.Sandbox.On {
		return nil
	}
	var needs []host.Need
	for _, m := range compile.Modules(w.module) {
		for _, other := range m.Connections {
			if other.Plugin != c.Plugin {
				continue
			}
			settings, err := settingsOf(other)
			if err != nil {
				return diag.From(err, "writing the settings of connection "+other.Name)
			}
			needs = append(needs, host.Need{
				Settings: settings,
				Writes:   slices.ContainsFunc(w.mappings, func(m *compile.Mapping) bool { return m.Target.Connection == other }),
				Place:    func(attribute []string) *diag.Range { return placeOf(other, attribute) },
			})
		}
	}
	return w.host.Fit(ctx, c.Plugin, needs)
}
