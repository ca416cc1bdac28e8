package host

import (
	"fmt"
	"os"
	"path/filepath"

	"passerelle/engine/diag"
	"passerelle/engine/trust"
)

// located is where a plugin's executable is, and why it may be started.
type located struct {
	path   string
	locked *trust.Locked // nil: nothing vouches for it
	named  bool          // by --plugin, --plugin-dir or ENGINE_PLUGIN_DIR
}

// locate finds a plugin. What somebody named by hand comes before the lock file,
// and the lock file before what lies beside the engine.
func locate(name string, o Options) (located, diag.Diagnostics) {
	if !pluginName.MatchString(name) {
		return located{}, diag.Diagnostics{badName()}
	}
	if path, ok := o.Paths[name]; ok {
		path, found := checkNamed(name, path)
		return located{path: path, named: true}, found
	}
	path, unusable := search(name, overrides(o))
	if path != "" {
		return located{path: path, named: true}, nil
	}
	if locked := o.locked(name); locked != nil {
		store, err := trust.OpenStore()
		if err != nil {
			return located{}, diag.From(err, "opening the store of plugins")
		}
		return located{path: store.Path(locked), locked: locked}, nil
	}
	path, more := search(name, ordinary())
	if path != "" {
		return located{path: path}, nil
	}
	if unusable = append(unusable, more...); len(unusable) > 0 {
		return located{}, diag.Diagnostics{notExecutableAt(name, unusable[0])}
	}
	dirs := places(o)
	return located{}, diag.Diagnostics{notFound(name, dirs, nearestName(name, installed(dirs)))}
}

func (o Options) locked(name string) *trust.Locked {
	if o.Lock == nil {
		return nil
	}
	return o.Lock.Plugins[name]
}

// search gives the first executable of a plugin, and what has its name but can't
// be executed.
func search(name string, dirs []string) (path string, unusable []string) {
	for _, dir := range dirs {
		path := filepath.Join(dir, executablePrefix+name)
		switch usable(path) {
		case isUsable:
			return absolute(path), nil
		case notExecutable:
			unusable = append(unusable, path)
		}
	}
	return "", unusable
}

// open gives the executable of a locked plugin, verified just now; nil for one
// that nothing vouches for.
func (l located) open() (*os.File, diag.Diagnostics) {
	if l.locked == nil {
		return nil, nil
	}
	store, err := trust.OpenStore()
	if err != nil {
		return nil, diag.From(err, "opening the store of plugins")
	}
	file, err := store.Open(l.locked)
	return file, diag.From(err, "verifying the plugin "+l.locked.Name)
}

// hash is that of the executable that open gives.
func (l located) hash() string {
	if l.locked == nil {
		return ""
	}
	return l.locked.HashHere()
}

// Unverified warns of plugins that are used although the lock file doesn't vouch
// for them. Without a lock file, those beside the engine are as trusted as the
// engine itself.
func Unverified(names []string, o Options) diag.Diagnostics {
	if o.Lock == nil {
		return nil
	}
	var out diag.Diagnostics
	for _, name := range names {
		l, found := locate(name, o)
		address, attached := o.Attach[name]
		if !attached && (found.HasErrors() || l.locked != nil) {
			continue
		}
		d := diag.Diagnostic{
			Severity: diag.Warning, Code: "plugin-unverified",
			Summary: fmt.Sprintf("The plugin %q is used without verification", name),
			Detail:  l.path + ". " + o.Lock.Path + " doesn't name it.",
			Remedy:  "Run engine init with a mirror that has it, so that a changed executable is noticed.",
		}
		switch {
		case attached:
			d.Detail = "The process that listens on " + address + " was named by hand; nobody knows what it runs."
			d.Remedy = "Leave out --attach, or ENGINE_PLUGIN_ATTACH, once it is debugged."
		case l.named:
			d.Detail = l.path + " was named by --plugin, --plugin-dir or ENGINE_PLUGIN_DIR, which come before the lock file."
			d.Remedy = "Leave that out to use the version that is locked."
		}
		out = append(out, d)
	}
	return out
}

// Origin says where a plugin would be started from, without starting it.
func Origin(name string, o Options) (path string, locked *trust.Locked, found diag.Diagnostics) {
	l, found := locate(name, o)
	return l.path, l.locked, found
}
