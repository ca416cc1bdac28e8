package host

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"

	"passerelle/engine/diag"
)

// executablePrefix begins the file name of every plugin.
const executablePrefix = "engine-plugin-"

// envDirs names directories to look in, separated as PATH is.
const envDirs = "ENGINE_PLUGIN_DIR"

// pluginName keeps a name from the mapping file from walking the file system.
var pluginName = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// Find gives the executable of a plugin. One named in Options.Paths is looked at
// there alone; any other in Options.Dirs and the directories of
// ENGINE_PLUGIN_DIR; then, where Options.Lock names it, in the store alone; then
// beside this executable, and in engine/plugins under the user's configuration
// directory.
func Find(name string, o Options) (string, diag.Diagnostics) {
	l, found := locate(name, o)
	return l.path, found
}

func checkNamed(name, path string) (string, diag.Diagnostics) {
	switch usable(path) {
	case isUsable:
		return absolute(path), nil
	case notExecutable:
		return "", diag.Diagnostics{notExecutableAt(name, path)}
	}
	return "", diag.Diagnostics{notFoundAt(name, path)}
}

// places are all directories to look in, each once.
func places(o Options) []string { return once(append(overrides(o), ordinary()...)) }

// overrides are the directories that somebody named.
func overrides(o Options) []string {
	dirs := slices.Clone(o.Dirs)
	for _, dir := range filepath.SplitList(os.Getenv(envDirs)) {
		if dir != "" {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// ordinary are the directories that are looked in always.
func ordinary() []string {
	var dirs []string
	if self, err := os.Executable(); err == nil {
		dirs = append(dirs, filepath.Dir(self))
		if real, err := filepath.EvalSymlinks(self); err == nil {
			dirs = append(dirs, filepath.Dir(real)) // /usr/local/bin/engine may be a link into a package
		}
	}
	if config, err := os.UserConfigDir(); err == nil {
		dirs = append(dirs, filepath.Join(config, "engine", "plugins"))
	}
	return dirs
}

func once(dirs []string) []string {
	var out []string
	for _, dir := range dirs {
		if !slices.Contains(out, dir) {
			out = append(out, dir)
		}
	}
	return out
}

type usability int

const (
	isAbsent usability = iota
	notExecutable
	isUsable
)

func usable(path string) usability {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return isAbsent
	case !info.Mode().IsRegular() || info.Mode().Perm()&0o111 == 0:
		return notExecutable
	}
	return isUsable
}

// absolute keeps exec from looking in PATH for a name without a slash.
func absolute(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

// installed are the names of the plugins that are there.
func installed(dirs []string) []string {
	var names []string
	for _, dir := range dirs {
		entries, _ := os.ReadDir(dir) // a directory that isn't there has none
		for _, entry := range entries {
			name, ok := strings.CutPrefix(entry.Name(), executablePrefix)
			if ok && pluginName.MatchString(name) && usable(filepath.Join(dir, entry.Name())) == isUsable {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// nearestName is the name that a misspelt one most likely meant, if any.
func nearestName(name string, known []string) string {
	best, bestDistance := "", min(max(2, len(name)/3)+1, len(name))
	for _, candidate := range known {
		if distance := levenshtein.Distance(name, candidate, nil); distance < bestDistance {
			best, bestDistance = candidate, distance
		}
	}
	return best
}
