package lang

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"passerelle/engine/diag"
)

// LoadOptions says where to look beyond the workspace.
type LoadOptions struct {
	// PackagePath lists folders in which a package's `from` is looked for,
	// after the workspace itself and the folder that the workspace is in.
	PackagePath []string
}

// Load reads all *.hcl and *.hcl.json files of a directory, tests and the lock
// file excepted, and the packages that they use. It finds every mistake it can
// without schemas, values or expressions, in reading order; the module is what
// could be understood, never nil. Files are named as dir joined with their name.
// It reads files and nothing else; several loads may run at once.
func Load(dir string, opts LoadOptions) (*Module, diag.Sources, diag.Diagnostics) {
	l := &loader{problems: &problems{}, opts: opts, sources: diag.Sources{}}
	m := l.module(dir, "", diag.Range{}, nil)
	if !l.found.HasErrors() {
		(&evaluator{problems: &problems{}}).module(m) // gives constants their types
	}
	l.found.Sort()
	return m, l.sources, l.found
}

// loader is one Load: its modules share diagnostics and sources.
type loader struct {
	*problems
	opts    LoadOptions
	sources diag.Sources
}

// reader turns the files of one directory into a Module.
type reader struct {
	*loader
	m     *Module
	stack []string // real paths of the modules being loaded, for cycles

	mappings []string // their names, once all are read
}

func (l *loader) module(dir, name string, at diag.Range, stack []string) *Module {
	m := &Module{Name: name, Dir: dir, Range: at, Language: 1, Files: map[string][]byte{}}
	r := &reader{loader: l, m: m, stack: append(slices.Clone(stack), realPath(dir))}
	broken := false
	for _, f := range r.parseAll(dir) {
		if f.broken {
			broken = true
			continue
		}
		r.file(f)
	}
	if !broken { // a file that can't be read may hold what others refer to
		r.resolve()
	}
	return m
}

// parseAll parses the directory's files in name order. What it can't open it
// reports and leaves out.
func (r *reader) parseAll(dir string) []*file {
	entries, ok := r.list(dir)
	if !ok {
		return nil
	}
	var out []*file
	mappings := 0
	for _, e := range entries {
		if !isMappingFile(e) {
			continue
		}
		mappings++
		name := filepath.Join(dir, e.Name())
		src, err := os.ReadFile(name)
		if err != nil {
			r.unreadable(name, err)
			continue
		}
		r.m.Files[e.Name()] = src
		if at, bad := notUTF8(name, src); bad {
			r.sources[name] = src
			r.refuse(place{at, nil}, "not-utf8", "This file is not UTF-8", "A byte here belongs to no character; the file was probably saved in another encoding.",
				"Save the file as UTF-8.")
			out = append(out, &file{name: name, broken: true})
			continue
		}
		f, found := parse(name, src)
		r.sources[name] = src
		r.syntax(found)
		out = append(out, f)
	}
	if mappings == 0 {
		r.refuse(place{diag.Range{File: dir}, nil}, "no-mapping-files", "There is no mapping file in this directory",
			"A workspace is a directory with files that end in .hcl or .hcl.json. Tests (*.test.hcl), the lock file and sub-directories don't count.",
			"Name the directory that holds the mappings. To begin one, write its connections into a file here, such as main.hcl; engine generate then makes a first mapping between two of them.")
	}
	return out
}

func (r *reader) list(dir string) ([]fs.DirEntry, bool) {
	where := place{diag.Range{File: dir}, nil}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.refuse(where, "missing-directory", "The directory doesn't exist", "Nothing of this name was found.", "Check the spelling of the path, and from which directory the command is run.")
		return nil, false
	case err != nil:
		r.unreadable(dir, err)
		return nil, false
	case !info.IsDir():
		r.refuse(where, "not-a-directory", "This is not a directory", "A workspace is a directory; all mapping files in it are read together.", "Name the directory that the file is in.")
		return nil, false
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		r.unreadable(dir, err)
		return nil, false
	}
	return entries, true
}

// unreadable gives the system's own reason, without the path that Go puts in
// front of it.
func (p *problems) unreadable(name string, err error) {
	reason := err.Error()
	var pe *fs.PathError
	if errors.As(err, &pe) {
		reason = pe.Err.Error()
	}
	p.refuse(place{diag.Range{File: name}, nil}, "unreadable-file", "This can't be read",
		fmt.Sprintf("The system says: %s.", reason), "Check that it exists and that the user who runs engine may read it.")
}

func isMappingFile(e fs.DirEntry) bool {
	name := e.Name()
	if e.IsDir() || strings.HasPrefix(name, ".") || name == "engine.lock.hcl" || name == "engine.lock.hcl.json" {
		return false
	}
	base, ok := strings.CutSuffix(strings.TrimSuffix(name, ".json"), ".hcl")
	return ok && base != "" && !strings.HasSuffix(base, ".test")
}

// realPath is how one directory is told from another whatever way it was named.
func realPath(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return dir
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		return real
	}
	return abs
}
