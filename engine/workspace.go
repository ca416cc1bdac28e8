package engine

import (
	"context"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/host"
	"passerelle/engine/lang"
	"passerelle/engine/ledger"
	"passerelle/engine/tools/load"
	"passerelle/engine/trust"
)

// Options say where things are. The zero Options use the environment and the
// usual places.
type Options struct {
	Inputs     map[string]lang.InputValue // those of --input and --inputs; ENGINE_INPUT_… is looked up besides
	Plugins    map[string]string          // name → executable
	PluginDirs []string
	Ledger     string                      // path; "": ENGINE_LEDGER, else .engine/ledger.db in the workspace
	KeyFile    string                      // "": ENGINE_KEY, else a file under the user's config directory
	LookupEnv  func(string) (string, bool) // nil: os.LookupEnv
	Now        func() time.Time            // nil: time.Now
	Logger     hclog.Logger                // nil: nothing is logged
	LogLevel   string
	Command    string // said to whoever finds the ledger locked
	Watch      func(Event)
	Attach     map[string]string // name → socket of a plugin under a debugger
	Limits     Limits            // of each plugin's process
	Sandbox    Sandbox           // of each plugin's process; refuse it where CanSandbox does
	// PluginSilence is how long a plugin may say nothing while it is asked for
	// something; then it is given up. 0: 10 minutes.
	PluginSilence time.Duration
	WatchCalls    func(Call) // told of every call to a plugin, from any goroutine
}

// Event is progress, for whoever watches.
type Event struct {
	Mapping  string
	Phase    string // "reading", "applying"
	Done     int64
	Expected int64 // -1: not known
}

// Workspace is a directory of mapping files, and what it takes to run them. Its
// methods are not for concurrent use. Close must be called.
type Workspace struct {
	Dir     string
	options Options
	module  *lang.Module
	sources diag.Sources
	loaded  diag.Diagnostics // what was wrong with the files
	lock    *trust.Lock      // nil: there is no lock file
	host    *host.Host

	schemas   compile.Schemas  // nil until the plugins were asked
	described diag.Diagnostics // what was wrong with them
	mappings  []*compile.Mapping
	ledger    *ledger.Ledger
	open      map[*lang.Connection]*host.Connection
	hashes    map[string]string // of the plugins' executables
}

// Load reads a directory. Diagnostics with errors may come with a Workspace: it
// can be validated, to find everything else that is wrong, but not run.
func Load(dir string, o Options) (*Workspace, diag.Diagnostics) {
	o = withDefaults(o)
	module, sources, found := lang.Load(dir, lang.LoadOptions{PackagePath: load.PackagePath()})
	lock, ds := trust.ReadLock(dir)
	if len(sources) > 0 || !found.HasErrors() {
		found = append(found, ds...) // else the folder can't be read, which has been said
	}
	return &Workspace{
		Dir: dir, options: o, module: module, sources: sources, loaded: found, lock: lock,
		host:   host.New(hostOptions(dir, o, lock)),
		open:   map[*lang.Connection]*host.Connection{},
		hashes: map[string]string{},
	}, found
}

// Sources are the files that diagnostics point into.
func (w *Workspace) Sources() diag.Sources { return w.sources }

// Close stops the plugins and releases the ledger.
func (w *Workspace) Close() error {
	w.host.Close()
	if w.ledger == nil {
		return nil
	}
	return w.ledger.Close()
}

// Validate checks everything that can be checked without credentials, network or
// values of inputs.
func (w *Workspace) Validate(ctx context.Context) diag.Diagnostics {
	if w.module == nil {
		return nil
	}
	found := w.module.CheckStatic()
	schemas, ds := w.remembered(ctx)
	found = append(found, ds...)
	found = append(found, w.checkPins()...)
	_, ds = compile.Workspace(w.module, schemas)
	return host.Unique(sorted(append(found, ds...)))
}

// compile asks the plugins what they speak and compiles every mapping.
func (w *Workspace) compile(ctx context.Context) ([]*compile.Mapping, diag.Diagnostics) {
	found := w.describe(ctx)
	mappings, ds := compile.Workspace(w.module, w.schemas)
	return mappings, slices.Concat(found, ds)
}

// describe starts the plugins, all at once, and keeps what they say.
func (w *Workspace) describe(ctx context.Context) diag.Diagnostics {
	if w.schemas != nil {
		return w.described
	}
	w.schemas = compile.Schemas{}
	names := compile.Plugins(w.module)
	w.described = append(w.checkAttached(names), host.Unverified(names, hostOptions(w.Dir, w.options, w.lock))...)
	w.host.Start(ctx, names)
	for _, name := range names {
		plugin, ds := w.host.Plugin(ctx, name)
		if ds.HasErrors() {
			w.described = append(w.described, compile.AtPlugin(w.module, name, ds)...)
			continue
		}
		description, ds := plugin.Describe(ctx)
		w.described = append(w.described, ds...)
		if !ds.HasErrors() {
			w.schemas[name] = description
		}
	}
	w.described = append(w.described, w.checkVersions(w.schemas)...)
	return w.described
}

// bind gives inputs, locals, settings and constants their values.
func (w *Workspace) bind() diag.Diagnostics {
	return lang.Bind(w.module, lang.Bindings{
		Inputs:   w.inputs(),
		Env:      w.options.LookupEnv,
		ReadFile: os.ReadFile,
	})
}

// inputPrefix begins the environment variables that give inputs.
const inputPrefix = "ENGINE_INPUT_"

// inputs are those given, and those that the environment gives besides. An
// environment is shared: what it has for another workspace is no mistake here,
// unless its name is almost that of one of ours.
func (w *Workspace) inputs() map[string]lang.InputValue {
	out := map[string]lang.InputValue{}
	var declared []string
	for _, in := range w.module.Inputs {
		declared = append(declared, in.Name)
		if text, ok := w.options.LookupEnv(inputPrefix + in.Name); ok {
			out[in.Name] = lang.InputValue{Text: text, From: inputPrefix + in.Name}
		}
	}
	for name, value := range w.options.Inputs {
		fromEnv := strings.HasPrefix(value.From, inputPrefix)
		if fromEnv && !slices.Contains(declared, name) && diag.DidYouMean(name, declared) == "" {
			continue
		}
		out[name] = value
	}
	return out
}

// prepare does all that comes before a connection is opened.
func (w *Workspace) prepare(ctx context.Context, only []string) ([]*compile.Mapping, diag.Diagnostics) {
	if w.loaded.HasErrors() {
		return nil, w.loaded
	}
	found := append(w.bind(), w.checkPins()...)
	mappings, ds := w.compile(ctx)
	found = sorted(append(found, ds...))
	if found.HasErrors() {
		return nil, host.Unique(found)
	}
	w.mappings = mappings
	selected, ds := choose(mappings, only, w.switchedOff())
	return selected, host.Unique(append(found, ds...))
}

// choose keeps the mappings that --only names; all of them without.
func choose(mappings []*compile.Mapping, only []string, off map[string]*lang.Mapping) ([]*compile.Mapping, diag.Diagnostics) {
	if len(only) == 0 {
		return mappings, nil
	}
	var found diag.Diagnostics
	var names []string
	for _, m := range mappings {
		names = append(names, m.Address)
	}
	for _, name := range only {
		if m := off[name]; m != nil {
			found = append(found, isOff(m))
		} else if !slices.Contains(names, name) {
			d := diag.Diagnostic{
				Code: "unknown-mapping", Summary: "There is no mapping " + name,
				Detail: "--only names a mapping as the files do, with package.NAME. before those of a package.",
			}
			if near := diag.DidYouMean(name, names); near != "" {
				d.Remedy = "Did you mean " + near + "?"
			}
			found = append(found, d)
		}
	}
	return slices.DeleteFunc(slices.Clone(mappings), func(m *compile.Mapping) bool {
		return !slices.Contains(only, m.Address)
	}), found
}

func sorted(ds diag.Diagnostics) diag.Diagnostics {
	ds.Sort()
	return ds
}
