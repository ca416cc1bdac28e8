package format

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/rogpeppe/go-internal/diff"

	"passerelle/engine/diag"
)

// File is one mapping file and what formatting makes of it.
type File struct {
	Name          string
	Before, After []byte
	Found         diag.Diagnostics // with errors: After is Before
}

// Changed reports whether the file is not formatted.
func (f *File) Changed() bool { return !bytes.Equal(f.Before, f.After) }

// Diff of the file as a unified diff; nil when nothing changes.
func (f *File) Diff() []byte {
	out := diff.Diff(f.Name, f.Before, f.Name+" (formatted)", f.After)
	// The first line is the name of a command that nobody ran.
	if _, rest, ok := bytes.Cut(out, []byte("\n")); ok {
		return rest
	}
	return out
}

// Path formats, in memory, the file at path, or every *.hcl file of the
// directory at path in the order of their names. Hidden files, directories and
// the lock file, whose layout is its writer's, are passed over, and so are JSON
// files. Diagnostics are about the path itself; each File carries its own.
func Path(path string) ([]*File, diag.Diagnostics) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, diag.Diagnostics{unreadable(path, err)}
	}
	if !info.IsDir() {
		if !strings.HasSuffix(path, ".hcl") {
			return nil, diag.Diagnostics{{
				Code: "not-hcl", Subject: &diag.Range{File: path},
				Summary: "This is no HCL file",
				Detail:  "Only files whose names end in .hcl are formatted.",
				Remedy:  "Name an .hcl file or a directory, or send the text to engine fmt - .",
			}}
		}
		return []*File{read(path)}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, diag.Diagnostics{unreadable(path, err)}
	}
	var files []*File
	for _, e := range entries {
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") || !strings.HasSuffix(e.Name(), ".hcl") || e.Name() == "engine.lock.hcl" {
			continue
		}
		files = append(files, read(filepath.Join(path, e.Name())))
	}
	return files, nil
}

func read(name string) *File {
	src, err := os.ReadFile(name)
	if err != nil {
		return &File{Name: name, Found: diag.Diagnostics{unreadable(name, err)}}
	}
	f := &File{Name: name, Before: src}
	f.After, f.Found = Source(name, src)
	return f
}

// Write puts the formatted text in the place of the file, at once: whoever reads
// the file, or cuts the power, finds the old text or the new. It keeps the file's
// permissions, and follows a symbolic link rather than replacing it.
func (f *File) Write() error {
	path, err := filepath.EvalSymlinks(f.Name)
	if err == nil {
		err = renameio.WriteFile(path, f.After, 0o644, renameio.WithTempDir(filepath.Dir(path)))
	}
	if err != nil {
		return diag.Diagnostic{
			Code: "file-not-written", Class: diag.Fault, Subject: &diag.Range{File: f.Name},
			Summary: "The formatted file can't be written",
			Detail:  fmt.Sprintf("The system says: %s. The file is as it was.", reason(err)),
			Remedy:  "Give this user the right to write in the folder, or check that the disk isn't full.",
		}
	}
	return nil
}

func unreadable(name string, err error) diag.Diagnostic {
	return diag.Diagnostic{
		Code: "unreadable-file", Subject: &diag.Range{File: name},
		Summary: "This can't be read",
		Detail:  fmt.Sprintf("The system says: %s.", reason(err)),
		Remedy:  "Check that it exists and that the user who runs engine may read it.",
	}
}

// reason is the system's own, without the path that Go puts in front of it.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err.Error()
	}
	return err.Error()
}
