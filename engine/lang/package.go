package lang

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func (r *reader) packageBlock(n Named, b *content) {
	b.checkName(n, b.in, hyphenOK)
	b.need("from")
	p := &Package{Named: n}
	p.From, p.FromR = b.fullText("from")
	p.Version, p.versionR = b.fullText("version")
	b.constraint(p.Version, p.versionR)
	if a := b.attrs["inputs"]; a != nil {
		p.Inputs = b.settingsIn(a.Expr)
		unique(b.problems, "The input", b.in, p.Inputs, func(s *Setting) Named { return Named{Name: s.Name, Range: s.Range} })
	}
	b.each("extend", mappingWords, func(n Named, e *content) {
		p.extends = append(p.extends, e.mapping(n, nil, true))
	})
	unique(b.problems, "The extension of", b.in, p.extends, func(m *Mapping) Named { return m.Named })
	r.m.Packages = append(r.m.Packages, p)
}

// loadPackage finds and loads what a package block names, then checks it
// against the block and merges its extensions.
func (r *reader) loadPackage(p *Package) {
	in := []string{fmt.Sprintf("package %q", p.Name)}
	if p.From == "" {
		return // reported as missing
	}
	places := r.lookIn(p.From)
	dir := ""
	for _, candidate := range places {
		if info, err := os.Stat(candidate); err == nil && info.IsDir() {
			dir = candidate
			break
		}
	}
	if dir == "" {
		r.refuse(place{p.FromR, in}, "package-not-found", fmt.Sprintf("The package %q isn't there", p.Name),
			"It was looked for in "+strings.Join(places, ", ")+".", "Check the spelling of from, or put the package in one of these places.")
		return
	}
	if slices.Contains(r.stack, realPath(dir)) {
		r.refuse(place{p.FromR, in}, "package-cycle", fmt.Sprintf("The package %q uses itself", p.Name),
			"By way of other packages or directly, it would be loaded inside itself without end.", "Take this package block out.")
		return
	}
	p.Module = r.module(dir, p.Name, p.Block, r.stack)
	if i := p.Module.Integration; i != nil && i.Version != "" && p.Version != "" && !satisfies(i.Version, p.Version) {
		r.refuse(place{p.versionR, in}, "wrong-version", fmt.Sprintf("The package %q has another version", p.Name),
			fmt.Sprintf("What was found in %s is version %s.", dir, i.Version), "Change the constraint, or put the wanted version there.")
	}
	r.checkPackageInputs(p, in)
	for _, e := range p.extends {
		r.extend(p, e, append(slices.Clip(in), fmt.Sprintf("extend %q", e.Name)))
	}
}

// lookIn lists where a package may be: in the workspace, beside it, and then in
// the folders that the caller named.
func (r *reader) lookIn(from string) []string {
	if filepath.IsAbs(from) {
		return []string{filepath.Clean(from)}
	}
	out := []string{filepath.Join(r.m.Dir, from), filepath.Join(r.m.Dir, "..", from)}
	for _, dir := range r.opts.PackagePath {
		out = append(out, filepath.Join(dir, from))
	}
	return out
}

func (r *reader) checkPackageInputs(p *Package, in []string) {
	var known []string
	for _, i := range p.Module.Inputs {
		known = append(known, i.Name)
		given := slices.ContainsFunc(p.Inputs, func(s *Setting) bool { return s.Name == i.Name })
		if !given && i.Default == nil {
			r.refuse(place{p.Block, in}, "missing-input", fmt.Sprintf("The package %q needs the input %q", p.Name, i.Name),
				fmt.Sprintf("It is declared in %s, line %d, and has no default.", i.Range.File, i.Range.Start.Line),
				fmt.Sprintf("Add inputs = { %s = … } to the package block.", i.Name))
		}
	}
	for _, s := range p.Inputs {
		if !slices.Contains(known, s.Name) {
			r.refuse(place{s.Range, in}, "unknown-input", fmt.Sprintf("The package %q has no input %q", p.Name, s.Name),
				"Only what the package declares can be given to it."+suggest(s.Name, known), "Correct the name or take it out.")
		}
	}
}
