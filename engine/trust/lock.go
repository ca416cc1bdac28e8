package trust

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/diag"
)

// LockName is the lock file's name in a workspace.
const LockName = "engine.lock.hcl"

// Lock says which plugins a workspace runs, and what its packages of mappings are.
type Lock struct {
	Path     string
	Plugins  map[string]*Locked
	Packages map[string]*Pinned
}

func newLock(path string) *Lock {
	return &Lock{Path: path, Plugins: map[string]*Locked{}, Packages: map[string]*Pinned{}}
}

// Locked is one plugin of a lock.
type Locked struct {
	Name     string            `hcl:"name,label"`
	Version  string            `hcl:"version"`
	SignedBy string            `hcl:"signed_by"`
	Manifest string            `hcl:"manifest"`
	Hashes   map[string]string `hcl:"executables"` // platform → hash
}

// ReadLock reads the lock of a workspace; nil where it has none.
func ReadLock(dir string) (*Lock, diag.Diagnostics) {
	path := filepath.Join(dir, LockName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, diag.From(cantRead(path, err), "reading the lock file")
	}
	var content struct {
		Format   int       `hcl:"lock"`
		Plugins  []*Locked `hcl:"plugin,block"`
		Packages []*Pinned `hcl:"package,block"`
	}
	file, found := hclsyntax.ParseConfig(text, path, hcl.InitialPos)
	if !found.HasErrors() {
		found = gohcl.DecodeBody(file.Body, nil, &content)
	}
	if found.HasErrors() {
		return nil, diag.Diagnostics{badLock(path, found[0].Summary+".", found[0].Subject)}
	}
	if content.Format != format {
		return nil, diag.Diagnostics{badLock(path, "Its format is another than 1, the one that this engine reads.", nil)}
	}
	lock := newLock(path)
	for _, p := range content.Plugins {
		if why := p.objection(); why != "" {
			return nil, diag.Diagnostics{badLock(path, `In plugin "`+p.Name+`": `+why, nil)}
		}
		if lock.Plugins[p.Name] != nil {
			return nil, diag.Diagnostics{badLock(path, `It has plugin "`+p.Name+`" twice.`, nil)}
		}
		lock.Plugins[p.Name] = p
	}
	for _, p := range content.Packages {
		if why := p.objection(); why != "" {
			return nil, diag.Diagnostics{badLock(path, `In package "`+p.Name+`": `+why, nil)}
		}
		if lock.Packages[p.Name] != nil {
			return nil, diag.Diagnostics{badLock(path, `It has package "`+p.Name+`" twice.`, nil)}
		}
		lock.Packages[p.Name] = p
	}
	return lock, nil
}

func (p *Locked) objection() string {
	if !pluginName.MatchString(p.Name) {
		return "this can't be the name of a plugin."
	}
	if _, err := version.NewSemver(p.Version); err != nil {
		return "the version is not of the form 1.2.3."
	}
	if CheckKey(Key(p.SignedBy)) != nil {
		return "signed_by is no public key."
	}
	if !Hash(p.Manifest).valid() {
		return "manifest is no hash."
	}
	for platform, hash := range p.Hashes {
		if !Platform(platform).Valid() || !Hash(hash).valid() {
			return "executables has a platform or a hash that is none."
		}
	}
	return ""
}

// Platforms are those that the lock holds a build for.
func (p *Locked) Platforms() []string { return slices.Sorted(maps.Keys(p.Hashes)) }

// HashHere is the SHA-256 of the executable for this machine, in hexadecimal.
func (p *Locked) HashHere() string { return Hash(p.Hashes[string(Here())]).hex() }

const lockHeader = `# Written by engine init, which checks what it says: don't edit it.
# Commit it: it says which plugins this workspace runs, on every platform, and what
# the packages of mappings are that it uses.

`

// write replaces the lock file as a whole: a reader sees the old or the new one.
func (l *Lock) write() error {
	file := hclwrite.NewEmptyFile()
	body := file.Body()
	body.SetAttributeValue("lock", cty.NumberIntVal(format))
	for _, name := range slices.Sorted(maps.Keys(l.Plugins)) {
		p := l.Plugins[name]
		body.AppendNewline()
		block := body.AppendNewBlock("plugin", []string{name}).Body()
		block.SetAttributeValue("version", cty.StringVal(p.Version))
		block.SetAttributeValue("signed_by", cty.StringVal(p.SignedBy))
		block.SetAttributeValue("manifest", cty.StringVal(p.Manifest))
		block.SetAttributeValue("executables", texts(p.Hashes))
	}
	for _, name := range slices.Sorted(maps.Keys(l.Packages)) {
		p := l.Packages[name]
		body.AppendNewline()
		block := body.AppendNewBlock("package", []string{name}).Body()
		if p.Version != "" {
			block.SetAttributeValue("version", cty.StringVal(p.Version))
		}
		block.SetAttributeValue("files", texts(p.Files))
	}
	text := lockHeader + strings.TrimSpace(string(hclwrite.Format(file.Bytes()))) + "\n"
	if current, err := os.ReadFile(l.Path); err == nil && string(current) == text {
		return nil
	}
	if err := renameio.WriteFile(l.Path, []byte(text), 0o644); err != nil {
		return cantWrite(l.Path, err)
	}
	return nil
}

func texts(of map[string]string) cty.Value {
	out := map[string]cty.Value{}
	for name, text := range of {
		out[name] = cty.StringVal(text)
	}
	return cty.MapVal(out)
}
