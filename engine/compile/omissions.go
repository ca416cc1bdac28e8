package compile

import (
	"slices"
	"strings"

	"passerelle/engine/lang"
)

// omissions are the source fields, and whole sources, that choices leave out,
// each with its choice.
type omissions struct {
	sources map[string]*lang.Enabled
	fields  map[[2]string]*lang.Enabled
}

func leftOut(decl *lang.Mapping, off []*lang.Enabled) omissions {
	out := omissions{sources: map[string]*lang.Enabled{}, fields: map[[2]string]*lang.Enabled{}}
	for _, s := range decl.Sources {
		if s.Enabled != nil && slices.Contains(off, s.Enabled) {
			out.sources[s.Name] = s.Enabled
		}
		for _, f := range s.Fields {
			for _, e := range f.Enabled {
				if slices.Contains(off, e) {
					out.fields[[2]string{s.Name, f.Name}] = e
				}
			}
		}
	}
	return out
}

func (o omissions) nothing() bool { return len(o.sources) == 0 && len(o.fields) == 0 }

// by is the choice that leaves a field out, or a source where field is ""; nil:
// none does.
func (o omissions) by(source, field string) *lang.Enabled {
	if e := o.sources[source]; e != nil {
		return e
	}
	return o.fields[[2]string{source, field}]
}

// without compiles the mapping again, without what choices leave out and what
// then serves nothing.
func (c *compiler) without(off []*lang.Enabled, schemas Schemas) (*Mapping, *compiler) {
	left := leftOut(c.decl, off)
	for {
		again := &compiler{module: c.module, decl: c.pruned(left), shared: c.shared}
		out := again.mapping(schemas)
		idle := c.newlyUnused(again)
		if out == nil || len(idle) == 0 {
			return out, again
		}
		for _, f := range idle {
			left.fields[f] = off[0]
		}
	}
}

// newlyUnused are fields that served only what was left out: they are not read
// either.
func (c *compiler) newlyUnused(again *compiler) [][2]string {
	var out [][2]string
	for _, d := range again.found {
		if d.Code != "unused-field" || said(c.found, d) {
			continue
		}
		for _, s := range again.decl.Sources {
			for _, f := range s.Fields {
				if f.Range == *d.Subject {
					out = append(out, [2]string{s.Name, f.Name})
				}
			}
		}
	}
	return out
}

// pruned is the declaration without what is left out, and without the lines of
// map, and the entries of lists of names, that need it.
func (c *compiler) pruned(left omissions) *lang.Mapping {
	out := *c.decl
	out.Sources = nil
	for _, s := range c.decl.Sources {
		if left.sources[s.Name] != nil {
			continue
		}
		own := *s
		own.Fields = slices.DeleteFunc(slices.Clone(s.Fields), func(f *lang.Field) bool { return left.by(s.Name, f.Name) != nil })
		out.Sources = append(out.Sources, &own)
	}
	out.Requires = nil
	for _, r := range c.decl.Requires {
		own := *r
		own.Fields = slices.DeleteFunc(slices.Clone(r.Fields), func(w lang.Word) bool {
			source, field, _ := strings.Cut(w.Name, ".")
			return left.by(source, field) != nil
		})
		if r.That != nil || len(own.Fields) > 0 || len(r.Fields) == 0 {
			out.Requires = append(out.Requires, &own)
		}
	}
	out.Target = c.prunedTarget(left)
	out.Guard.Expects = prunedExpects(c.decl.Guard.Expects, lostNames(c.decl.Target.Map, out.Target.Map))
	return &out
}

func (c *compiler) prunedTarget(left omissions) *lang.Target {
	out := *c.decl.Target
	needs := map[*lang.CEL]bool{}
	for _, compiled := range c.cels {
		if compiled.program == nil {
			continue
		}
		for _, name := range compiled.program.Names() {
			needs[compiled.cel] = needs[compiled.cel] || left.by(name.Source, name.Field) != nil
		}
	}
	out.Map = prunedLines(out.Map, needs)
	gone := lostNames(c.decl.Target.Map, out.Map)
	keep := func(words []lang.Word) []lang.Word {
		return slices.DeleteFunc(slices.Clone(words), func(w lang.Word) bool {
			return gone[nameOf(stepsOf(w.Name))]
		})
	}
	out.Once, out.NeverClear = keep(out.Once), keep(out.NeverClear)
	if out.Snapshot != nil {
		own := *out.Snapshot
		own.SortBy = keep(own.SortBy)
		out.Snapshot = &own
	}
	out.Endpoints = nil
	for _, e := range c.decl.Target.Endpoints {
		own := *e
		own.Fields = keep(e.Fields)
		if len(own.Fields) > 0 || len(e.Fields) == 0 { // else it was a way for these fields alone
			out.Endpoints = append(out.Endpoints, &own)
		}
	}
	return &out
}

// prunedLines leaves out the lines that need something, and those of which
// nothing remains.
func prunedLines(lines []*lang.MapEntry, needs map[*lang.CEL]bool) []*lang.MapEntry {
	out := make([]*lang.MapEntry, 0, len(lines))
	for _, l := range lines {
		own := *l
		own.Entries, own.Items = prunedInner(l.Entries, needs), prunedInner(l.Items, needs)
		emptied := len(l.Entries)+len(l.Items) > 0 && len(own.Entries)+len(own.Items) == 0
		if !needs[l.CEL] && !emptied {
			out = append(out, &own)
		}
	}
	return out
}

// prunedInner keeps nil, which says that a line has no such part.
func prunedInner(lines []*lang.MapEntry, needs map[*lang.CEL]bool) []*lang.MapEntry {
	if lines == nil {
		return nil
	}
	return prunedLines(lines, needs)
}

// lostNames are the target fields that lines sent before and no longer do.
func lostNames(before, after []*lang.MapEntry) map[string]bool {
	lost, kept := map[string]bool{}, map[string]bool{}
	lineNames("", before, lost)
	lineNames("", after, kept)
	for name := range kept {
		delete(lost, name)
	}
	return lost
}

func lineNames(above string, lines []*lang.MapEntry, into map[string]bool) {
	for _, l := range lines {
		name := nameOf(stepsOf(l.Name))
		if above != "" {
			name = above + "." + name
		}
		into[name] = true
		lineNames(name, l.Entries, into)
	}
}
