package engine

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"google.golang.org/protobuf/encoding/protojson"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/host"
	"passerelle/engine/tools/connector"
	"passerelle/engine/trust"
	"passerelle/plugins/protocol"
)

// What is done with plugins as files is package trust's; a program that embeds
// the engine finds its types here.
type (
	InitOptions = trust.InitOptions
	Installed   = trust.Installed
	Verified    = trust.Verified
	Packaged    = trust.Packaged
	Key         = trust.Key
	Call        = host.Call
	Limits      = host.Limits
)

// LockName is the name of a workspace's lock file.
const LockName = trust.LockName

// Init installs the plugins that the workspace needs, pins the packages of mappings
// that it uses, and writes its lock file.
// Those that Options.Plugins names are under somebody's hands: they are left as
// they are, in the lock file too. So are those that lie here, as long as nobody
// has asked for others: no mirror is named, no signer, and no plugin is locked.
func (w *Workspace) Init(ctx context.Context, o InitOptions) ([]Installed, diag.Diagnostics) {
	if w.loaded.HasErrors() {
		return nil, w.loaded
	}
	constraints := map[string][]string{}
	for _, p := range w.required() {
		if p.Version != "" {
			constraints[p.Name] = append(constraints[p.Name], p.Version)
		}
	}
	o.Keep = slices.Sorted(maps.Keys(w.options.Plugins))
	asked := o.From != "" || len(o.TrustKeys) > 0 || (w.lock != nil && len(w.lock.Plugins) > 0)
	options := hostOptions(w.Dir, w.options, w.lock)
	var lying []Installed
	var wants []trust.Want
	for _, name := range w.pluginNames() {
		if _, named := w.options.Plugins[name]; named {
			continue
		}
		if path, _, found := host.Origin(name, options); !asked && !found.HasErrors() {
			lying = append(lying, Installed{Name: name, Path: path})
			o.Keep = append(o.Keep, name)
			continue
		}
		wants = append(wants, trust.Want{Name: name, Constraints: constraints[name]})
	}
	var packages []trust.Found
	for _, p := range pins(w.module, "") {
		packages = append(packages, trust.Found{Pinned: p.Pinned, Dir: p.block.Module.Dir})
	}
	if w.lock == nil && len(lying) > 0 && len(wants)+len(packages) == 0 {
		return lying, nil // there is nothing to lock
	}
	installed, found := trust.Init(ctx, w.Dir, wants, packages, o)
	return append(lying, installed...), found
}

// pluginNames are the plugins of connections and of plugin blocks.
func (w *Workspace) pluginNames() []string {
	names := compile.Plugins(w.module)
	for _, p := range w.required() {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Verify checks what the lock file names: as it is installed here, or, with
// From, as a mirror has it for every platform.
func (w *Workspace) Verify(ctx context.Context, o InitOptions) ([]Verified, diag.Diagnostics) {
	if w.loaded.HasErrors() {
		return nil, w.loaded
	}
	if w.lock == nil {
		return nil, diag.Diagnostics{{
			Code: "no-lock", Summary: "The workspace has no lock file",
			Detail: "Without " + LockName + " nothing says which plugins were agreed on, so there is nothing to verify.",
			Remedy: "Run engine init with --from and the place where the plugins are.",
		}}
	}
	return trust.Verify(ctx, w.lock, o)
}

// PluginState is where a plugin of the workspace would be started from.
type PluginState struct {
	Name, Path string
	Version    string // of the lock file; "" where it names none
	SignedBy   Key
	Fault      *diag.Diagnostic
}

// Plugins lists the plugins of the workspace and starts none.
func (w *Workspace) Plugins() []PluginState {
	options := hostOptions(w.Dir, w.options, w.lock)
	var out []PluginState
	for _, name := range w.pluginNames() {
		path, locked, found := host.Origin(name, options)
		state := PluginState{Name: name, Path: path}
		if locked != nil {
			state.Version, state.SignedBy = locked.Version, Key(locked.SignedBy)
			found = append(found, trust.Check(locked)...)
		}
		if found.HasErrors() {
			state.Fault = &found.Errors()[0]
		}
		out = append(out, state)
	}
	return out
}

// Described is what a plugin says of itself, in the forms that people and
// programs read.
type Described struct {
	Name, Version, Path string
	Page                string // Markdown
	Schema              []byte // JSON
	description         *protocol.Description
}

// DescribePlugin starts one plugin and asks it. The lock file of dir counts,
// where dir is given and has one.
func DescribePlugin(ctx context.Context, dir, name string, o Options) (*Described, diag.Diagnostics) {
	var lock *trust.Lock
	if dir != "" {
		var found diag.Diagnostics
		if lock, found = trust.ReadLock(dir); found.HasErrors() {
			return nil, found
		}
	}
	options := hostOptions(dir, withDefaults(o), lock)
	h := host.New(options)
	defer h.Close()
	found := host.Unverified([]string{name}, options)
	plugin, ds := h.Plugin(ctx, name)
	if ds.HasErrors() {
		return nil, append(found, ds...)
	}
	description, ds := plugin.Describe(ctx)
	if ds.HasErrors() {
		return nil, append(found, ds...)
	}
	schema, err := protojson.MarshalOptions{Multiline: true, UseProtoNames: true}.Marshal(description)
	return &Described{
		Name: description.GetName(), Version: description.GetVersion(), Path: plugin.Path(),
		Page: connector.Page(description), Schema: append(schema, '\n'), description: description,
	}, append(found, diag.From(err, "writing the description as JSON")...)
}

// PackageOptions say what to put together.
type PackageOptions struct {
	Name        string
	Executables map[string]string // platform → path, of the file or the folder it is in; this machine's is started and asked
	KeyFile     string
	Out         string
	Docs        string // path of a page of the author's; "": one made of the description
}

// PackagePlugin asks a plugin what it is and packages it.
func PackagePlugin(ctx context.Context, p PackageOptions) (*Packaged, diag.Diagnostics) {
	for platform, path := range p.Executables {
		if !trust.Platform(platform).Valid() {
			return nil, diag.Diagnostics{{
				Code: "bad-package", Summary: "The platform " + platform + " is none",
				Detail: "A platform is a system and a processor with _ between, as Go names them. This machine is " + string(trust.Here()) + ".",
				Remedy: "Write it as linux_amd64 or darwin_arm64.",
			}}
		}
		if inside := filepath.Join(path, "engine-plugin-"+p.Name); isFile(inside) {
			p.Executables[platform] = inside
		}
	}
	here, ok := p.Executables[string(trust.Here())]
	if !ok {
		return nil, diag.Diagnostics{{
			Code: "bad-package", Summary: "There is no build for this machine among those to package",
			Detail: "The plugin is started once to ask for its name, version and schema. Expected: " + string(trust.Here()) + "=PATH.",
			Remedy: "Build it for this machine too, or package it on a machine that it was built for.",
		}}
	}
	asked, found := DescribePlugin(ctx, "", p.Name, Options{Plugins: map[string]string{p.Name: here}})
	if found.HasErrors() {
		return nil, found
	}
	packaging := trust.Packaging{
		Name: p.Name, Version: asked.Version, Protocol: protocol.Version, Schema: asked.Schema, Docs: []byte(asked.Page),
		Executables: map[trust.Platform]string{}, KeyFile: p.KeyFile, Out: p.Out,
	}
	for platform, path := range p.Executables {
		packaging.Executables[trust.Platform(platform)] = path
	}
	if p.Docs != "" {
		text, err := os.ReadFile(p.Docs)
		if err != nil || len(text) == 0 {
			return nil, diag.Diagnostics{{
				Code: "unreadable-file", Summary: p.Docs + " can't be read, or is empty", Detail: "It is the page that --docs names.",
				Remedy: "Check that it exists, or leave --docs out: a page is then made of what the plugin says of itself.",
			}}
		}
		packaging.Docs = text
	}
	packaged, err := trust.Package(ctx, packaging)
	return packaged, append(found, diag.From(err, "packaging the plugin")...)
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// NewSigningKey makes a key to sign plugins with, and gives its public half.
func NewSigningKey(path string) (Key, diag.Diagnostics) {
	key, err := trust.NewKey(path)
	return key, diag.From(err, "making a signing key")
}

// CanLimit says whether this system can hold plugins to limits.
func CanLimit(l Limits) bool { return host.CanLimit(l) }
