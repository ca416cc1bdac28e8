package load

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"slices"

	"github.com/hashicorp/go-hclog"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/host"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
)

// Options say where things are, and whether inputs get their values.
type Options struct {
	Plugins    map[string]string // name → executable
	PluginDirs []string
	Logger     hclog.Logger // nil: nothing is logged
	LogLevel   string
	// Inputs, where not nil, are given to the mappings. One that has neither a value
	// nor a default stays unknown, and is read as empty.
	Inputs map[string]lang.InputValue
	// Remembered lets what the plugins last said of themselves stand for asking them.
	Remembered bool
}

// Workspace is a compiled workspace. It holds nothing open.
type Workspace struct {
	Module   *lang.Module
	Sources  diag.Sources
	Schemas  compile.Schemas
	Mappings []*compile.Mapping // those without errors

	dir     string
	options Options
}

// Load reads a directory, asks its plugins what they speak and compiles its
// mappings. It is never nil; with errors among the diagnostics it lacks what
// they are about.
func Load(ctx context.Context, dir string, o Options) (*Workspace, diag.Diagnostics) {
	w, found := read(dir, o)
	if found.HasErrors() {
		return w, found
	}
	found = append(found, w.describe(ctx, o)...)
	return w, w.compile(found)
}

// With reads the same directory again and gives its inputs other values. The
// plugins are not asked again.
func (w *Workspace) With(inputs map[string]lang.InputValue) (*Workspace, diag.Diagnostics) {
	o := w.options
	o.Inputs = inputs
	out, found := read(w.dir, o)
	if found.HasErrors() {
		return out, found
	}
	out.Schemas = w.Schemas
	return out, out.compile(found)
}

func read(dir string, o Options) (*Workspace, diag.Diagnostics) {
	module, sources, found := lang.Load(dir, lang.LoadOptions{PackagePath: PackagePath()})
	w := &Workspace{Module: module, Sources: sources, Schemas: compile.Schemas{}, dir: dir, options: o}
	switch {
	case found.HasErrors():
	case o.Inputs != nil:
		found = append(found, bind(module, o.Inputs)...)
	default:
		found = append(found, module.CheckStatic()...)
	}
	return w, found
}

func (w *Workspace) compile(found diag.Diagnostics) diag.Diagnostics {
	mappings, ds := compile.Workspace(w.Module, w.Schemas)
	w.Mappings = mappings
	found = append(found, ds...)
	found.Sort()
	return host.Unique(found)
}

// Mapping finds a mapping by its address.
func (w *Workspace) Mapping(address string) (*compile.Mapping, diag.Diagnostics) {
	var names []string
	for _, m := range w.Mappings {
		if m.Address == address {
			return m, nil
		}
		names = append(names, m.Address)
	}
	remedy := "Correct the name; engine lineage lists the mappings of a workspace."
	if near := diag.DidYouMean(address, names); near != "" {
		remedy = "Did you mean \"" + near + "\"?"
	}
	return nil, diag.Diagnostics{{
		Code: "unknown-mapping", Summary: "There is no mapping " + address,
		Detail: "A mapping is named as the files name it, with package.NAME. before those of a package.",
		Remedy: remedy,
	}}
}

// bind gives inputs their values. Secrets are stood in for: what is computed from
// a record needs none, so none is read. An input without a value is no mistake
// here: most are the address of a system, which a tool never calls.
func bind(m *lang.Module, inputs map[string]lang.InputValue) diag.Diagnostics {
	found := lang.Bind(m, lang.Bindings{
		Inputs:   inputs,
		Env:      func(string) (string, bool) { return "not-read", true },
		ReadFile: func(string) ([]byte, error) { return []byte("not-read"), nil },
	})
	return slices.DeleteFunc(found, func(d diag.Diagnostic) bool { return d.Code == "missing-input" })
}

// describe keeps what the plugins say of themselves. Those that must be asked are
// started and stopped again.
func (w *Workspace) describe(ctx context.Context, o Options) diag.Diagnostics {
	options := host.Options{Paths: o.Plugins, Dirs: o.PluginDirs, Logger: o.Logger, Level: o.LogLevel}
	var names []string
	for _, name := range compile.Plugins(w.Module) {
		if o.Remembered {
			if w.Schemas[name] = host.Remembered(name, options); w.Schemas[name] != nil {
				continue
			}
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return nil
	}
	h := host.New(options)
	defer h.Close()
	var found diag.Diagnostics
	h.Start(ctx, names)
	for _, name := range names {
		plugin, ds := h.Plugin(ctx, name)
		if ds.HasErrors() {
			found = append(found, compile.AtPlugin(w.Module, name, ds)...)
			continue
		}
		var description *protocol.Description
		if description, ds = plugin.Describe(ctx); !ds.HasErrors() {
			w.Schemas[name] = description
			if o.Remembered {
				host.Remember(name, options, description)
			}
		}
		found = append(found, ds...)
	}
	return found
}

// Title is what people call the system behind a connection.
func (w *Workspace) Title(c *lang.Connection) string {
	return cmp.Or(w.Schemas[c.Plugin].GetTitle().GetEn(), c.Plugin)
}

// PackagePath is where packages are looked for after beside the workspace:
// beside the executable, and one folder up, where a checkout has them.
func PackagePath() []string {
	path, err := os.Executable()
	if err != nil {
		return nil
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	dir := filepath.Dir(path)
	return slices.Compact([]string{dir, filepath.Dir(dir)})
}
