package trust

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"passerelle/engine/diag"
)

type hclRange = hcl.Range

// place is where in a file something is; the file as a whole where that is not
// known.
func place(file string, at *hclRange) *diag.Range {
	r := &diag.Range{File: file}
	if at != nil {
		r.Start = diag.Pos{Line: at.Start.Line, Column: at.Start.Column, Byte: at.Start.Byte}
		r.End = diag.Pos{Line: at.End.Line, Column: at.End.Column, Byte: at.End.Byte}
	}
	return r
}

// Verified is one plugin of a lock that was checked.
type Verified struct {
	Name, Version string
	SignedBy      Key
	Platforms     []string // those whose archive was checked; this machine's alone without a mirror
	Fault         *diag.Diagnostic
}

// Verify checks every plugin of a lock as it is stored here, and with a mirror
// what that has for every platform, to the last byte.
func Verify(ctx context.Context, lock *Lock, o InitOptions) ([]Verified, diag.Diagnostics) {
	store, err := OpenStore()
	if err != nil {
		return nil, diag.From(err, "checking plugins")
	}
	var s source
	if o.From != "" {
		if s, err = openSource(o.From, o.Certificates); err != nil {
			return nil, diag.From(err, "opening the mirror")
		}
		defer s.close()
	}
	var out []Verified
	var found diag.Diagnostics
	for _, name := range slices.Sorted(maps.Keys(lock.Plugins)) {
		p := lock.Plugins[name]
		v := Verified{Name: p.Name, Version: p.Version, SignedBy: Key(p.SignedBy), Platforms: []string{string(Here())}}
		if s == nil {
			err = store.check(p)
		} else {
			v.Platforms = p.Platforms()
			err = p.checkMirror(ctx, s, store)
		}
		if ds := diag.From(err, "checking the plugin "+name); ds.HasErrors() {
			v.Fault = &ds[0]
			found = append(found, ds...)
		}
		out = append(out, v)
	}
	return out, found
}

// Check checks one plugin as it is installed here.
func Check(p *Locked) diag.Diagnostics {
	store, err := OpenStore()
	if err == nil {
		err = store.check(p)
	}
	return diag.From(err, "checking the plugin "+p.Name)
}

func (s *Store) check(p *Locked) error {
	file, err := s.Open(p)
	if err != nil {
		return err
	}
	return file.Close()
}

// checkMirror reads all that a manifest names.
func (p *Locked) checkMirror(ctx context.Context, s source, store *Store) error {
	if err := store.make(); err != nil {
		return err
	}
	f, err := fetch(ctx, s, p.Name, p.Version)
	if err != nil {
		return err
	}
	if err := p.agrees(f.manifest, f.signature, f.from); err != nil {
		return err
	}
	for _, b := range f.parsed.Builds {
		if err := checkBuild(ctx, s, store, f, b); err != nil {
			return err
		}
	}
	for _, file := range []File{f.parsed.Schema, f.parsed.Docs} {
		text, err := small(ctx, s, path.Join(f.at, file.Name), file.Size)
		if errors.Is(err, fs.ErrNotExist) {
			return missingArchive(f.from + "/" + file.Name)
		}
		if err != nil {
			return err
		}
		if got := hashOf(text); got != file.Hash {
			return wrongHash(f.from+"/"+file.Name, file.Hash, got)
		}
	}
	return nil
}

func checkBuild(ctx context.Context, s source, store *Store, f *fetched, b Build) error {
	archive, err := download(ctx, s, store.dir, path.Join(f.at, b.Archive.Name), b.Archive)
	if err != nil {
		return err
	}
	defer archive.Close()
	return unpack(archive, f.from+"/"+b.Archive.Name, b.Executable, io.Discard)
}
