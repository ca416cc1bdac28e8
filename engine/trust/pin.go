package trust

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/go-version"
	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/diag"
)

// Pinned is a package of mappings in a lock: what each of its files was when it
// was agreed on. Packages are found beside the workspace or the engine; wherever
// one is found, it is this one.
type Pinned struct {
	Name    string            `hcl:"name,label"` // with a / between, one inside another
	Version string            `hcl:"version,optional"`
	Files   map[string]string `hcl:"files"` // name, relative to the package → hash
}

// Pin takes down what a package's files are now.
func Pin(name, version string, files map[string][]byte) *Pinned {
	p := &Pinned{Name: name, Version: version, Files: map[string]string{}}
	for _, file := range slices.Sorted(maps.Keys(files)) {
		hash := hashOf(files[file])
		file = cty.NormalizeString(file) // as the lock file gives it back
		if other, taken := p.Files[file]; taken {
			hash = hashOf([]byte(other + string(hash))) // two that differ in the form of an accent
		}
		p.Files[file] = string(hash)
	}
	return p
}

// Check holds a package as it was found, in dir, against the lock. A lock that
// doesn't know it is worth a warning: it was written before the package was used.
func (l *Lock) Check(found *Pinned, dir string) *diag.Diagnostic {
	locked := l.Packages[found.Name]
	if locked == nil {
		return &diag.Diagnostic{
			Severity: diag.Warning, Code: "package-unpinned", Summary: fmt.Sprintf("The package %q is not in the lock file", found.Name),
			Detail: fmt.Sprintf("It was found in %s. %s doesn't say what it should be, so that a change in it would go unnoticed.", dir, l.Path),
			Remedy: "Run engine init, and commit the lock file.",
		}
	}
	for _, file := range slices.Sorted(maps.Keys(union(locked.Files, found.Files))) {
		want, got := locked.Files[file], found.Files[file]
		if want == got {
			continue
		}
		return &diag.Diagnostic{
			Code: "package-changed", Summary: fmt.Sprintf("The package %q is not the one that was locked", found.Name),
			Detail: fmt.Sprintf("It was found in %s. Of its files %s differs. %s%s", dir, file, expected(orNone(want), orNone(got)), versions(locked, found)),
			Remedy: "Put the package back as it was; what you want otherwise belongs into an extend block of your own. If the change is wanted, look at it, run engine init --upgrade, which takes newer plugins too where it is told of a mirror, and commit the lock file.",
		}
	}
	return nil
}

func versions(locked, found *Pinned) string {
	if locked.Version == found.Version {
		return ""
	}
	return fmt.Sprintf(" Locked is version %s, and this one says that it is %s.", orNone(locked.Version), orNone(found.Version))
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func union(a, b map[string]string) map[string]string {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

func (p *Pinned) objection() string {
	if _, err := version.NewSemver(p.Version); p.Version != "" && err != nil {
		return "the version is not of the form 1.2.3."
	}
	if len(p.Files) == 0 {
		return "it has no files."
	}
	for _, hash := range p.Files {
		if !Hash(hash).valid() {
			return "files has a hash that is none."
		}
	}
	return ""
}

// pin takes a package into the new lock: as it was locked, or as it is now where
// it is new or newly agreed on.
func (i *initiation) pin(found *Pinned, dir string) (Installed, error) {
	done := Installed{Name: found.Name, Version: found.Version, Package: true, Files: len(found.Files), New: true}
	if i.old != nil && i.old.Packages[found.Name] != nil {
		done.New = false
		if d := i.old.Check(found, dir); d != nil {
			if !i.o.Upgrade {
				return Installed{}, *d
			}
			done.Fetched = true
		}
	}
	i.lock.Packages[found.Name] = found
	return done, nil
}
