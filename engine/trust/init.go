package trust

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/hashicorp/go-version"

	"passerelle/engine/diag"
)

// Want is a plugin that a workspace needs, and what its files say of the version.
type Want struct {
	Name        string
	Constraints []string
}

// InitOptions say where plugins come from and whom to believe.
type InitOptions struct {
	From         string   // folder, tar file or https address; "": what is locked and stored must do
	Certificates string   // PEM file of a mirror's own authority; "": the system's
	TrustKeys    []Key    // accepted signers; none: a new plugin's first signer is trusted from then on
	Keep         []string // plugins whose lines in the lock file stay as they are
	Upgrade      bool     // the newest version that fits, not the locked one, where From is given; packages of mappings as they are now
}

// Found is a package of mappings that the workspace uses, and where it was found.
type Found struct {
	*Pinned
	Dir string
}

// Installed is what Init did for one plugin or, with Package, for one package of
// mappings: that is pinned where it is, and Fetched says that another one was
// before.
type Installed struct {
	Package       bool
	Files         int // of a package
	Name, Version string
	SignedBy      Key
	Platforms     []string
	New           bool   // not in the lock file before: its signer was seen for the first time
	Named         bool   // the signer is one that TrustKeys names
	Fetched       bool   // brought from the mirror just now
	Path          string // where one lies that was left as it is; then only Name is given besides
}

// Init makes the lock file name every wanted plugin and every package, and the
// store hold the plugins. It writes the lock file only when all of them passed.
func Init(ctx context.Context, dir string, wants []Want, packages []Found, o InitOptions) ([]Installed, diag.Diagnostics) {
	out, err := initialise(ctx, dir, wants, packages, o)
	return out, diag.From(err, "installing plugins")
}

func initialise(ctx context.Context, dir string, wants []Want, packages []Found, o InitOptions) ([]Installed, error) {
	for _, key := range o.TrustKeys {
		if err := CheckKey(key); err != nil {
			return nil, err
		}
	}
	store, err := OpenStore()
	if err != nil {
		return nil, err
	}
	release, err := store.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	old, found := ReadLock(dir) // read under the store's lock: another init may just have written it
	if found.HasErrors() {
		return nil, found.Err()
	}
	i := &initiation{store: store, o: o, old: old, lock: newLock(filepath.Join(dir, LockName)), packages: len(packages) > 0}
	if o.From != "" {
		if i.source, err = openSource(o.From, o.Certificates); err != nil {
			return nil, err
		}
		defer i.source.close()
	}
	var out []Installed
	for _, want := range wants {
		installed, err := i.plugin(ctx, want)
		if err != nil {
			return nil, err
		}
		out = append(out, installed)
	}
	for _, found := range packages {
		pinned, err := i.pin(found.Pinned, found.Dir)
		if err != nil {
			return nil, err
		}
		out = append(out, pinned)
	}
	for _, name := range o.Keep {
		if old != nil && old.Plugins[name] != nil {
			i.lock.Plugins[name] = old.Plugins[name]
		}
	}
	return out, i.lock.write()
}

// initiation is one Init.
type initiation struct {
	store  *Store
	source source // nil: none was named
	o      InitOptions
	old    *Lock // nil: there was none
	lock   *Lock

	packages bool // there are some, which --upgrade may be about
}

func (i *initiation) plugin(ctx context.Context, want Want) (Installed, error) {
	var locked *Locked
	if i.old != nil {
		locked = i.old.Plugins[want.Name]
	}
	newer := i.o.Upgrade && (i.source != nil || !i.packages) // to agree to a package takes no mirror
	if locked != nil && !newer && allowed(locked.Version, want.Constraints) {
		return i.again(ctx, locked)
	}
	if i.source == nil {
		return Installed{}, noSource(want.Name)
	}
	chosen, err := choose(ctx, i.source, want)
	if err != nil {
		return Installed{}, err
	}
	p, err := i.fetch(ctx, want.Name, chosen)
	if err != nil {
		return Installed{}, err
	}
	if err := i.believe(p, locked); err != nil {
		return Installed{}, err
	}
	if locked != nil && locked.Version == p.Version && locked.Manifest != p.Manifest {
		return Installed{}, wrongManifest(locked, p.from, Hash(p.Manifest))
	}
	if err := i.install(ctx, p); err != nil {
		return Installed{}, err
	}
	i.lock.Plugins[want.Name] = &p.Locked
	return i.installed(&p.Locked, locked == nil, true), nil
}

// again makes sure that a plugin which is locked already is in the store.
func (i *initiation) again(ctx context.Context, locked *Locked) (Installed, error) {
	if len(i.o.TrustKeys) > 0 && !slices.Contains(i.o.TrustKeys, Key(locked.SignedBy)) {
		return Installed{}, untrusted(locked.Name, i.o.TrustKeys, Key(locked.SignedBy))
	}
	i.lock.Plugins[locked.Name] = locked
	file, err := i.store.Open(locked)
	if err == nil {
		return i.installed(locked, false, false), file.Close()
	}
	if i.source == nil || !mendable(err) {
		return Installed{}, err
	}
	p, err := i.fetch(ctx, locked.Name, locked.Version)
	if err != nil {
		return Installed{}, err
	}
	if err := locked.agrees(p.manifest, p.signature, p.from); err != nil {
		return Installed{}, err
	}
	return i.installed(locked, false, true), i.install(ctx, p)
}

// mendable reports whether bringing a plugin anew can help: not where the lock
// file itself is wrong, nor where the store is open to others.
func mendable(err error) bool {
	var d diag.Diagnostic
	return errors.As(err, &d) && !slices.Contains([]string{"plugin-lock-mismatch", "plugin-no-build", "plugin-store"}, d.Code)
}

func (i *initiation) installed(p *Locked, isNew, fetched bool) Installed {
	return Installed{
		Name: p.Name, Version: p.Version, SignedBy: Key(p.SignedBy), Platforms: p.Platforms(),
		New: isNew, Named: slices.Contains(i.o.TrustKeys, Key(p.SignedBy)), Fetched: fetched,
	}
}

// believe decides whether a signer is to be trusted: one that was named, the one
// of the lock file, or, for a plugin that is new to the workspace, the first.
func (i *initiation) believe(p *fetched, locked *Locked) error {
	key := Key(p.SignedBy)
	switch {
	case slices.Contains(i.o.TrustKeys, key):
		return nil
	case len(i.o.TrustKeys) > 0:
		return untrusted(p.Name, i.o.TrustKeys, key)
	case locked != nil && Key(locked.SignedBy) != key:
		return wrongSigner(p.Name, p.from, Key(locked.SignedBy), key)
	}
	return nil
}

// fetched is a version whose manifest is signed, by whomever.
type fetched struct {
	Locked
	parsed              *Manifest
	manifest, signature []byte
	at, from            string
}

func (i *initiation) fetch(ctx context.Context, name, wanted string) (*fetched, error) {
	return fetch(ctx, i.source, name, wanted)
}

func fetch(ctx context.Context, s source, name, wanted string) (*fetched, error) {
	p := &fetched{at: path.Join(name, wanted)}
	p.from = s.place() + "/" + p.at
	var err error
	if p.manifest, err = small(ctx, s, path.Join(p.at, manifestName), maxManifest); err == nil {
		p.signature, err = small(ctx, s, path.Join(p.at, signatureName), maxManifest)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notInMirror(name, wanted, s.place())
	}
	if err != nil {
		return nil, err
	}
	key, err := signer(p.manifest, p.signature, p.from)
	if err != nil {
		return nil, err
	}
	if p.parsed, err = parseManifest(p.manifest, p.from); err != nil {
		return nil, err
	}
	if p.parsed.Name != name || p.parsed.Version != wanted {
		return nil, badManifest(p.from, fmt.Sprintf("Expected: %s %s. Found: %s %s.", name, wanted, p.parsed.Name, p.parsed.Version))
	}
	p.Locked = Locked{
		Name: name, Version: wanted, SignedBy: string(key), Manifest: string(hashOf(p.manifest)), Hashes: hashesOf(p.parsed),
	}
	return p, nil
}

// install brings this platform's archive into the store, unless it is there.
func (i *initiation) install(ctx context.Context, p *fetched) error {
	if file, err := i.store.Open(&p.Locked); err == nil {
		return file.Close()
	}
	b, ok := p.parsed.build(Here())
	if !ok {
		return noBuildHere(&p.Locked)
	}
	archive, err := download(ctx, i.source, i.store.dir, path.Join(p.at, b.Archive.Name), b.Archive)
	if err != nil {
		return err
	}
	defer archive.Close()
	return i.store.put(p.parsed, b, p.manifest, p.signature, archive, p.from+"/"+b.Archive.Name)
}

// download brings an archive into a file without a name, checked whole before a
// byte of it is unpacked.
func download(ctx context.Context, s source, dir, name string, want File) (*os.File, error) {
	body, err := s.open(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missingArchive(s.place() + "/" + name)
	}
	if err != nil {
		return nil, err
	}
	defer body.Close()
	file, err := os.CreateTemp(dir, ".download-")
	if err != nil {
		return nil, cantWrite(dir, err)
	}
	_ = os.Remove(file.Name()) // gone with the process, however it ends
	err = copyExactly(file, body, want, s.place()+"/"+name)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

// index lists the versions of one plugin. It is not signed: a mirror can hide a
// version, but not forge one.
type index struct {
	Format   int      `json:"format"`
	Name     string   `json:"name"`
	Versions []string `json:"versions"`
}

const indexName = "index.json"

// choose picks the newest version that the files allow.
func choose(ctx context.Context, s source, want Want) (string, error) {
	list, err := readIndex(ctx, s, want.Name)
	if err != nil {
		return "", err
	}
	var best *version.Version
	for _, text := range list.Versions {
		v, err := version.NewSemver(text)
		if err != nil || v.String() != text || !allowed(text, want.Constraints) {
			continue
		}
		if v.Prerelease() != "" && len(want.Constraints) == 0 {
			continue // a test version is taken only where it is asked for
		}
		if best == nil || v.GreaterThan(best) {
			best = v
		}
	}
	if best == nil {
		return "", noVersion(want, s.place(), list.Versions)
	}
	return best.String(), nil
}

func readIndex(ctx context.Context, s source, name string) (*index, error) {
	text, err := small(ctx, s, path.Join(name, indexName), maxManifest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notInMirror(name, "", s.place())
	}
	if err != nil {
		return nil, err
	}
	list := &index{}
	if json.Unmarshal(text, list) != nil || list.Format != format || list.Name != name {
		return nil, badIndex(s.place() + "/" + path.Join(name, indexName))
	}
	return list, nil
}

// allowed holds a version against all constraints. One that can't be read was
// refused with the files.
func allowed(have string, constraints []string) bool {
	v, err := version.NewVersion(have)
	if err != nil {
		return false
	}
	for _, text := range constraints {
		if c, err := version.NewConstraint(text); err == nil && !c.Check(v) {
			return false
		}
	}
	return true
}
