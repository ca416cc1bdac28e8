package lineage

import (
	"slices"
	"strconv"

	"passerelle/engine/compile"
	"passerelle/engine/expr"
)

// sourceOf is the field that an expression reads: of a source, or of the element
// that each takes.
func sourceOf(m *compile.Mapping, ref expr.Ref) Source {
	if ref = declared(m, ref); ref.Source < len(m.Sources()) {
		return sourceAt(m.Sources()[ref.Source], ref.Field)
	}
	f := m.Each.Fields[ref.Field]
	return Source{Name: m.Each.Decl.Name + "." + f.Name, Path: f.Name, Type: f.Type.String()}
}

// declared finds the field of the joined source that a field of an element is,
// where the elements are its records.
func declared(m *compile.Mapping, ref expr.Ref) expr.Ref {
	if m.Each == nil || ref.Source != m.Each.Source || m.Each.Of < 0 {
		return ref
	}
	name := m.Each.Fields[ref.Field].Name
	fields := m.Sources()[m.Each.Of].Fields
	at := slices.IndexFunc(fields, func(f compile.SourceField) bool { return f.Name == name })
	if at < 0 {
		return ref
	}
	return expr.Ref{Source: m.Each.Of, Field: at}
}

// gathered tells what decides which records belong together.
func gathered(m *compile.Mapping, use func(word string, refs []expr.Ref, expression string)) {
	for at, s := range m.Sources() {
		of := " of source " + strconv.Quote(s.Name)
		var group []expr.Ref
		for _, field := range s.Group {
			group = append(group, expr.Ref{Source: at, Field: field})
		}
		if group != nil {
			use("group"+of, group, "")
		}
		if s.Window != nil {
			use("window"+of, []expr.Ref{{Source: at, Field: s.Window.Field}}, s.Window.Decl.From.Text+" … "+s.Window.Decl.To.Text)
		}
		if at == 0 {
			continue
		}
		j := m.Joined[at-1]
		for _, on := range j.On {
			use("on"+of, append(on.Value.Reads(), expr.Ref{Source: at, Field: on.Field}), on.CEL.Text)
		}
		if j.Where != nil {
			var refs []expr.Ref
			for _, ref := range j.Where.Reads() {
				refs = append(refs, expr.Ref{Source: at, Field: ref.Field}) // it names its own fields alone
			}
			use("where"+of, refs, s.Decl.Where.Text)
		}
	}
	if e := m.Each; e != nil {
		use("each "+strconv.Quote(e.Decl.Name), append(e.In.Reads(), e.ID.Reads()...), e.Decl.In.Text+"; "+e.Decl.ID.Text)
	}
}
