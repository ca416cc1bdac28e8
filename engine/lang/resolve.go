package lang

import (
	"fmt"
	"slices"
	"strings"

	"passerelle/engine/diag"
)

// resolve checks what the files of a module say together: names that are there
// twice, references to what isn't there. It loads the packages on the way.
func (r *reader) resolve() {
	m, p := r.m, r.problems
	unique(p, "The plugin", nil, m.Plugins, func(x *PluginRequirement) Named { return x.Named })
	unique(p, "The input", nil, m.Inputs, func(x *Input) Named { return x.Named })
	unique(p, "The local", nil, m.locals, func(x *local) Named { return x.Named })
	unique(p, "The transform", nil, m.Transforms, func(x *Transform) Named { return x.Named })
	unique(p, "The connection", nil, m.Connections, func(x *Connection) Named { return x.Named })
	unique(p, "The table", nil, m.Tables, func(x *Table) Named { return x.Named })
	unique(p, "The fieldset", nil, m.Fieldsets, func(x *Fieldset) Named { return x.Named })
	unique(p, "The mapping", nil, m.Mappings, func(x *Mapping) Named { return x.Named })
	unique(p, "The package", nil, m.Packages, func(x *Package) Named { return x.Named })
	for _, mapping := range m.Mappings {
		r.resolveMapping(mapping)
	}
	for _, pkg := range m.Packages {
		r.loadPackage(pkg)
	}
	for _, mapping := range m.Mappings { // now that the packages' names are known
		r.resolveAfter(mapping, mapping.After, []string{fmt.Sprintf("mapping %q", mapping.Name)})
	}
	for _, pkg := range m.Packages {
		for _, e := range pkg.extends {
			if pkg.Module != nil {
				inner := &reader{loader: r.loader, m: pkg.Module}
				inner.resolveAfter(e, e.After, []string{fmt.Sprintf("package %q", pkg.Name), fmt.Sprintf("extend %q", e.Name)})
			}
		}
	}
}

func (r *reader) resolveMapping(m *Mapping) {
	in := []string{fmt.Sprintf("mapping %q", m.Name)}
	for _, s := range m.Sources {
		inSource := append(slices.Clip(in), fmt.Sprintf("source %q", s.Name))
		r.resolveConnection(s.Connection, inSource)
		r.expand(r.m, s, inSource)
	}
	if t := m.Target; t != nil {
		r.resolveConnection(t.Connection, append(slices.Clip(in), fmt.Sprintf("target %q", t.Name)))
	}
}

func (r *reader) resolveConnection(ref Reference, in []string) {
	if ref.Name == "" {
		return
	}
	var known []string
	for _, c := range r.m.Connections {
		known = append(known, c.Name)
	}
	r.known(ref, known, in)
}

func (r *reader) resolveAfter(m *Mapping, after []Reference, in []string) {
	if len(after) == 0 {
		return // the names are many where the mappings are
	}
	if r.mappings == nil {
		for _, o := range r.m.Mappings {
			r.mappings = append(r.mappings, o.Name)
		}
	}
	var packaged []string
	for _, p := range r.m.Packages {
		if p.Module == nil {
			return // what it holds isn't known; that has been said
		}
		for _, o := range p.Module.Mappings {
			packaged = append(packaged, p.Name+"."+o.Name)
		}
	}
	for _, ref := range after {
		if ref.Kind == "package" {
			r.known(ref, packaged, in)
			continue
		}
		if ref.Name == m.Name {
			r.refuse(place{ref.Range, in}, "wrong-reference", fmt.Sprintf("The mapping %q can't come after itself", m.Name),
				"It would never begin.", "Take it out of the list.")
			continue
		}
		r.known(ref, r.mappings, in)
	}
}

func (r *reader) known(ref Reference, known, in []string) {
	if !slices.Contains(known, ref.Name) {
		r.unknownName(place{ref.Range, in}, fmt.Sprintf("There is no %s %q", ref.Kind, ref.Name), ref.Name, known)
	}
}

// Where thousands of names are wrong among thousands that are declared, a hint
// for each takes minutes (10,000 by 10,000: two) and a list for each all memory.
const (
	mostHinted = 100
	mostListed = 12
)

func (p *problems) unknownName(where place, summary, name string, known []string) {
	detail := "Nothing of this name is declared."
	if len(known) > 0 {
		detail = "What is declared is " + strings.Join(quoteAll(known[:min(len(known), mostListed)]), ", ")
		if more := len(known) - mostListed; more > 0 {
			detail += fmt.Sprintf(", and %d more", more)
		}
		detail += "."
	}
	if p.unknown++; p.unknown <= mostHinted {
		detail += suggest(name, known)
	}
	p.refuse(where, "unknown-reference", summary, detail, "Correct the name, or declare it.")
}

// expand puts the fields of fieldsets in front of the source's own, and checks
// the names of all of them together.
func (r *reader) expand(m *Module, s *Source, in []string) {
	var fields []*Field
	var known []string
	for _, f := range m.Fieldsets {
		known = append(known, f.Name)
	}
	for _, ref := range s.uses {
		i := slices.Index(known, ref.Name)
		if i < 0 {
			r.known(ref, known, in)
			continue
		}
		for _, f := range m.Fieldsets[i].Fields {
			own := *f
			fields = append(fields, &own)
		}
	}
	s.uses = nil
	s.Fields = append(fields, s.Fields...)
	unique(r.problems, "The field", in, s.Fields, func(f *Field) Named { return f.Named })
}

func quoteAll(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = `"` + w + `"`
	}
	return out
}

func suggest(given string, known []string) string { return diag.Suggest(given, known) }
