package compile

import (
	"slices"
	"strings"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
)

// Before is a mapping that another one comes after, and why.
type Before struct {
	Mapping *Mapping
	Field   string // the target field whose linked() says so; "": the mapping's own after
	place   diag.Range
}

// befores are the mappings that each one comes after: those that its after names
// and those that its references need, each once. Its own records are no other
// mapping.
func befores(mappings []*Mapping) {
	for _, m := range mappings {
		m.After = nil
		add := func(b Before) {
			if b.Mapping != nil && b.Mapping != m && !slices.ContainsFunc(m.After, func(had Before) bool { return had.Mapping == b.Mapping }) {
				m.After = append(m.After, b)
			}
		}
		for _, ref := range m.Decl.After {
			add(Before{Mapping: stated(mappings, m.Decl.Module, ref), place: ref.Range})
		}
		for i := range m.Target.Fields {
			f := &m.Target.Fields[i]
			add(Before{Mapping: f.Linked, Field: f.Name, place: f.Place})
		}
	}
}

// stated finds what mapping.NAME or package.NAME.MAPPING means in a
// module; nil when it has errors of its own.
func stated(mappings []*Mapping, in *lang.Module, ref lang.Reference) *Mapping {
	if ref.Kind == "package" {
		return referred(mappings, in, strings.Replace(ref.Name, ".", "/", 1))
	}
	return referred(mappings, in, ref.Name)
}

// Ordered puts mappings behind those they come after; otherwise the order stays.
// Among those given only: who comes after one that is not there waits for nobody.
func Ordered(mappings []*Mapping) []*Mapping {
	var out []*Mapping
	placed := map[*Mapping]bool{}
	var place func(m *Mapping)
	place = func(m *Mapping) {
		if placed[m] {
			return
		}
		placed[m] = true // a cycle was refused; this ends the walk all the same
		for _, before := range m.After {
			place(before.Mapping)
		}
		if slices.Contains(mappings, m) {
			out = append(out, m)
		}
	}
	for _, m := range mappings {
		place(m)
	}
	return out
}

// checkCycles refuses mappings that come after themselves: none of them could
// begin.
func checkCycles(mappings []*Mapping) diag.Diagnostics {
	var found diag.Diagnostics
	done := map[*Mapping]bool{}
	var path []*Mapping // the walk, each one coming after the next
	var walk func(m *Mapping)
	walk = func(m *Mapping) {
		if at := slices.Index(path, m); at >= 0 {
			found = append(found, cycle(path[at:]))
			return
		}
		if done[m] {
			return
		}
		path = append(path, m)
		for _, before := range m.After {
			walk(before.Mapping)
		}
		path = path[:len(path)-1]
		done[m] = true
	}
	for _, m := range mappings {
		walk(m)
	}
	return found
}

// cycle spells out how the first of a circle comes back to itself.
func cycle(circle []*Mapping) diag.Diagnostic {
	var steps []string
	var first Before
	for i, m := range circle {
		next := circle[(i+1)%len(circle)]
		at := slices.IndexFunc(m.After, func(b Before) bool { return b.Mapping == next })
		b := m.After[at]
		if i == 0 {
			first = b
		}
		why := "by its after"
		if b.Field != "" {
			why = "because its field " + quote(b.Field) + " refers to it"
		}
		steps = append(steps, quote(m.Address)+" comes after "+quote(next.Address)+", "+why+" (line "+line(b.place)+")")
	}
	start := circle[0]
	return diag.Diagnostic{
		Code: "mapping-cycle", Subject: &first.place,
		In:      append(inModule(start.Decl.Module), "mapping "+quote(start.Decl.Name)),
		Summary: "Mapping " + quote(start.Address) + " would have to come after itself",
		Detail:  strings.Join(steps, "; ") + ". None of them could begin.",
		Remedy:  "Take one of these out. A reference that closes a circle may be sent by a mapping of its own, after both, over the same records with the same key, where the target requires no other field.",
	}
}
