package lang

import (
	"fmt"
	"slices"

	"passerelle/engine/diag"
)

// extend merges one extension into the shipped mapping. What it replaces is
// noted in the workspace's module.
func (r *reader) extend(p *Package, e *Mapping, in []string) {
	i := slices.IndexFunc(p.Module.Mappings, func(m *Mapping) bool { return m.Name == e.Name })
	if i < 0 {
		var known []string
		for _, m := range p.Module.Mappings {
			known = append(known, m.Name)
		}
		r.unknownName(place{e.Range, in[:1]}, fmt.Sprintf("The package %q has no mapping %q", p.Name, e.Name), e.Name, known)
		return
	}
	m := p.Module.Mappings[i]
	m.Extended = true
	if e.ShownAs != nil {
		if m.ShownAs != nil {
			r.replaced("shown_as", m.ShownAs.Range, e.ShownAs.Range)
		}
		m.ShownAs = e.ShownAs
	}
	if e.Trigger.Range.File != "" {
		if m.Trigger.Range.File != "" {
			r.replaced("trigger", m.Trigger.Range, e.Trigger.Range)
		}
		m.Trigger = e.Trigger
	}
	m.After = append(m.After, e.After...)
	for _, s := range e.Sources {
		r.extendSource(p.Module, m, s, in)
	}
	if e.Target != nil {
		r.extendTarget(m, e.Target, in)
	}
}

func (r *reader) extendSource(module *Module, m *Mapping, e *Source, in []string) {
	i := slices.IndexFunc(m.Sources, func(s *Source) bool { return s.Name == e.Name })
	if i < 0 {
		var known []string
		for _, s := range m.Sources {
			known = append(known, s.Name)
		}
		r.unknownName(place{e.Range, in}, fmt.Sprintf("The mapping %q has no source %q", m.Name, e.Name), e.Name, known)
		return
	}
	s := m.Sources[i]
	in = append(slices.Clip(in), fmt.Sprintf("source %q", e.Name))
	if e.Where != nil {
		if s.Where != nil {
			r.replaced(fmt.Sprintf("where of source %q", s.Name), s.Where.Range, e.Where.Range)
		}
		s.Where = e.Where
	}
	r.expand(module, e, in)
	s.Fields = merge(r, s.Fields, e.Fields, fmt.Sprintf("of source %q", s.Name), "field", func(f *Field) Named { return f.Named })
	s.Settings = mergeSettings(r, s.Settings, e.Settings, fmt.Sprintf("of source %q", s.Name))
}

func (r *reader) extendTarget(m *Mapping, e *Target, in []string) {
	t := m.Target
	if t == nil {
		return
	}
	if t.Name != e.Name {
		r.unknownName(place{e.Range, in}, fmt.Sprintf("The mapping %q has no target %q", m.Name, e.Name), e.Name, []string{t.Name})
		return
	}
	of := fmt.Sprintf("of target %q", t.Name)
	t.Fields = merge(r, t.Fields, e.Fields, of, "field", func(f *TargetField) Named { return f.Named })
	t.Settings = mergeSettings(r, t.Settings, e.Settings, of)
	t.Map = merge(r, t.Map, e.Map, of, "map line", func(l *MapEntry) Named { return Named{Name: l.Name, Range: l.Range} })
	for _, w := range e.Required {
		if !slices.ContainsFunc(t.Required, func(had Word) bool { return had.Name == w.Name }) {
			t.Required = append(t.Required, w)
		}
	}
	t.Endpoints = r.mergeEndpoints(t.Endpoints, e.Endpoints, of)
}

// merge appends, except that what has the name of something shipped takes its
// place.
func merge[T any](r *reader, shipped, added []T, of, kind string, named func(T) Named) []T {
	out := slices.Clone(shipped)
	for _, a := range added {
		n := named(a)
		i := slices.IndexFunc(out, func(s T) bool { return named(s).Name == n.Name })
		if i < 0 {
			out = append(out, a)
			continue
		}
		r.replaced(fmt.Sprintf("%s %q %s", kind, n.Name, of), named(out[i]).Range, n.Range)
		out[i] = a
	}
	return out
}

func mergeSettings(r *reader, shipped, added []*Setting, of string) []*Setting {
	return merge(r, shipped, added, of, "setting", func(s *Setting) Named { return Named{Name: s.Name, Range: s.Range} })
}

// mergeEndpoints takes two endpoints for the same when they have one name and
// the same fields.
func (r *reader) mergeEndpoints(shipped, added []*Endpoint, of string) []*Endpoint {
	out := slices.Clone(shipped)
	for _, a := range added {
		i := slices.IndexFunc(out, func(s *Endpoint) bool {
			return s.Name == a.Name && slices.Equal(sortedNames(s.Fields), sortedNames(a.Fields))
		})
		if i < 0 {
			out = append(out, a)
			continue
		}
		r.replaced(fmt.Sprintf("endpoint %q %s", a.Name, of), out[i].Range, a.Range)
		out[i] = a
	}
	return out
}

func sortedNames(words []Word) []string {
	out := names(words)
	slices.Sort(out)
	return out
}

func (r *reader) replaced(what string, before, after diag.Range) {
	r.m.Replaced = append(r.m.Replaced, Replaced{What: what, Old: before, New: after})
}
