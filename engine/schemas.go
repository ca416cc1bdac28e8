package engine

import (
	"context"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/host"
	"passerelle/engine/lang"
	"passerelle/engine/trust"
)

// hostOptions are those of the plugins of a workspace; dir is "" without one.
func hostOptions(dir string, o Options, lock *trust.Lock) host.Options {
	return host.Options{
		Paths: o.Plugins, Dirs: o.PluginDirs, Lock: lock, Logger: o.Logger, Level: o.LogLevel,
		Attach: o.Attach, Limits: o.Limits, Sandbox: o.sandbox(dir), Watch: o.WatchCalls, Silence: o.PluginSilence,
	}
}

// Replaced lists what extensions put in the place of shipped lines.
func (w *Workspace) Replaced() []lang.Replaced {
	var out []lang.Replaced
	for _, m := range compile.Modules(w.module) {
		out = append(out, m.Replaced...)
	}
	return out
}

// remembered is what the plugins say of themselves, for checking files: from
// memory where it can be had, and from the plugins where not. It is kept apart
// from what describe gives: what is read and written is never decided by it.
func (w *Workspace) remembered(ctx context.Context) (compile.Schemas, diag.Diagnostics) {
	if w.schemas != nil {
		return w.schemas, w.described
	}
	options := hostOptions(w.Dir, w.options, w.lock)
	schemas := compile.Schemas{}
	var ask []string
	for _, name := range compile.Plugins(w.module) {
		if description := host.Remembered(name, options); description != nil {
			schemas[name] = description
			continue
		}
		ask = append(ask, name)
	}
	names := compile.Plugins(w.module)
	found := append(w.checkAttached(names), host.Unverified(names, options)...)
	w.host.Start(ctx, ask)
	for _, name := range ask {
		plugin, ds := w.host.Plugin(ctx, name)
		if ds.HasErrors() {
			found = append(found, compile.AtPlugin(w.module, name, ds)...)
			continue
		}
		description, ds := plugin.Describe(ctx)
		found = append(found, ds...)
		if !ds.HasErrors() {
			schemas[name] = description
			host.Remember(name, options, description)
		}
	}
	return schemas, append(found, w.checkVersions(schemas)...)
}
