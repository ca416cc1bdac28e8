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
	r.extendEnabled(&m.Enabled, e.Enabled, fmt.Sprintf("of mapping %q", m.Name))
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
	if e.Leavers != nil {
		if m.Leavers != nil {
			r.replaced(m.Leavers.Word, m.Leavers.Range, e.Leavers.Range)
		}
		m.Leavers = e.Leavers
	}
	for _, part := range guardParts {
		limit := e.Guard.Limits[part]
		if limit == nil {
			continue
		}
		if m.Guard.Limits == nil {
			m.Guard.Limits = map[string]*Limit{}
		}
		if known := m.Guard.Limits[part]; known != nil {
			r.replaced("the guard's limit of "+part, known.Range, limit.Range)
		}
		m.Guard.Limits[part] = limit
	}
	of := fmt.Sprintf("of mapping %q", m.Name)
	r.extendSamePerson(m, e, of)
	m.Guard.Expects = merge(r, m.Guard.Expects, e.Guard.Expects, of, "expect", func(x *Expect) Named { return x.Named })
	m.Requires = merge(r, m.Requires, e.Requires, of, "require", func(x *Require) Named { return x.Named })
	m.Purposes = merge(r, m.Purposes, e.Purposes, of, "purpose", func(x *Purpose) Named { return x.Named })
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
	r.extendEnabled(&s.Enabled, e.Enabled, fmt.Sprintf("of source %q", s.Name))
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
	t.Required = addWords(t.Required, e.Required)
	t.Once = addWords(t.Once, e.Once)
	t.NeverClear = addWords(t.NeverClear, e.NeverClear)
	t.Endpoints = r.mergeEndpoints(t.Endpoints, e.Endpoints, of)
	r.extendSnapshot(t, e)
	r.extendMatch(t, e, of)
}

func (r *reader) extendEnabled(shipped **Enabled, added *Enabled, of string) {
	if added == nil {
		return
	}
	if *shipped != nil {
		r.replaced("enabled "+of, (*shipped).Range, added.Range)
	}
	*shipped = added
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

func addWords(shipped, added []Word) []Word {
	out := slices.Clone(shipped)
	for _, w := range added {
		if !slices.ContainsFunc(out, func(had Word) bool { return had.Name == w.Name }) {
			out = append(out, w)
		}
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
