package compile

import (
	"slices"
	"strings"

	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/engine/lang"
	"passerelle/plugins/record"
)

// mappingNames are the names that linked() accepts in a module: its own mappings,
// and those of its packages with the package's name before them.
func mappingNames(m *lang.Module) []string {
	var names []string
	for _, decl := range m.Mappings {
		names = append(names, decl.Name)
	}
	for _, p := range m.Packages {
		if p.Module == nil {
			continue
		}
		for _, decl := range p.Module.Mappings {
			names = append(names, p.Name+"/"+decl.Name)
		}
	}
	return names
}

// reference compiles a line that is linked(): its value is the other record's id
// at the source, as text, for that is how the ledger knows it.
func (m *mapLines) reference(entry *lang.MapEntry, program *expr.Program, mapping string, want record.Type, w what) (valueOf, bool) {
	out := valueOf{want: record.Basic(record.String), place: entry.ValueR, program: program, cel: entry.CEL, linked: mapping}
	out.copyOf, out.copies = program.CopyOf()
	out.exact = program.Type().Equal(out.want)
	switch {
	case w.part != "":
		m.report(diag.Diagnostic{
			Code: "linked-inside", Subject: &entry.ValueR,
			Summary: "linked stands alone, as the whole of a line of map",
			Detail:  "The field " + quote(w.name) + " is one value to the target, and this is a part of it. Only a whole field can wait for another record.",
			Remedy:  "Declare the field that holds the id as a field of its own, and map that.",
		})
		return out, false
	case want.Kind != record.String && want.Kind != record.Int && want.Kind != record.Empty:
		m.report(diag.Diagnostic{
			Code: "wrong-type", Subject: &entry.ValueR,
			Summary: w.words() + " takes " + article(want) + ", and linked gives the target's id of a record",
			Detail:  "An id at the target is a string or an int.",
			Remedy:  "Map linked to the field that holds the other record's id.",
		})
		return out, false
	}
	return out, true
}

// link ties every linked() to the mapping that it names, once all are compiled. A
// name whose mapping has errors of its own stays untied: nothing runs then.
func link(mappings []*Mapping) diag.Diagnostics {
	var found diag.Diagnostics
	for _, m := range mappings {
		for i := range m.Target.Fields {
			field := &m.Target.Fields[i]
			if field.value.linked == "" {
				continue
			}
			to := referred(mappings, m.Decl.Module, field.value.linked)
			d := switchedOff(m.Decl.Module, field)
			if to != nil {
				d = wrongLink(m, field, to)
			}
			if d != nil {
				d.Subject, d.In = &field.Place, append(inModule(m.Decl.Module), "mapping "+quote(m.Decl.Name), "target "+quote(m.Target.Name))
				found = append(found, *d)
				continue
			}
			field.Linked = to
		}
	}
	return found
}

// referred finds the mapping that a name means in a module: "people", or
// "package/people". Nil: it has errors, or is switched off.
func referred(mappings []*Mapping, in *lang.Module, name string) *Mapping {
	in, name = moduleOf(in, name)
	at := slices.IndexFunc(mappings, func(m *Mapping) bool { return m.Decl.Module == in && m.Decl.Name == name })
	if at < 0 {
		return nil
	}
	return mappings[at]
}

// moduleOf finds the module whose mapping a name means, nil where there is none,
// and the mapping's name there.
func moduleOf(in *lang.Module, name string) (*lang.Module, string) {
	of, inner, packaged := strings.Cut(name, "/")
	if !packaged {
		return in, name
	}
	at := slices.IndexFunc(in.Packages, func(p *lang.Package) bool { return p.Name == of })
	if at < 0 {
		return nil, inner
	}
	return in.Packages[at].Module, inner
}

// switchedOff refuses a reference to a mapping that the customer leaves out; nil
// where the one named is there. The field would never be sent, and nobody said
// that it goes too.
func switchedOff(in *lang.Module, field *TargetField) *diag.Diagnostic {
	module, name := moduleOf(in, field.value.linked)
	if module == nil {
		return nil
	}
	at := slices.IndexFunc(module.Mappings, func(decl *lang.Mapping) bool { return decl.Name == name })
	if at < 0 || !module.Mappings[at].Enabled.Off() {
		return nil
	}
	e := module.Mappings[at].Enabled
	return &diag.Diagnostic{
		Code:    "needs-optional",
		Summary: "The target field " + quote(field.Name) + " refers to mapping " + quote(name) + ", which is left out",
		Detail:  "enabled = " + e.Text + ", in " + e.Range.File + ", line " + line(e.Range) + ", leaves it out, and without it no record has an id there.",
		Remedy:  "Switch the mapping on, or write the same enabled on the source field that gives the id: the line of map goes with it.",
	}
}

// wrongLink says why a field can't hold the id of what a mapping writes; nil
// when it can.
func wrongLink(m *Mapping, field *TargetField, to *Mapping) *diag.Diagnostic {
	mine, theirs := m.Target.Connection, to.Target.Connection
	switch {
	case m.Target.Snapshot != nil || to.Target.Snapshot != nil:
		return &diag.Diagnostic{
			Code:    "not-in-a-snapshot",
			Summary: "linked means nothing for a target that is written as a whole",
			Detail:  "Its lines have no ids of their own.",
			Remedy:  "Map the value that names the other record there, such as its number.",
		}
	case mine.Plugin != theirs.Plugin, m.Decl.Module == to.Decl.Module && mine != theirs:
		return &diag.Diagnostic{
			Code:    "linked-elsewhere",
			Summary: "Mapping " + quote(to.Address) + " writes to another system",
			Detail:  "Its records get their ids at connection " + quote(theirs.Name) + "; connection " + quote(mine.Name) + " would not know them.",
			Remedy:  "Refer to a mapping with the same target connection.",
		}
	case field.reference != "" && field.reference != to.Target.Resource.GetName():
		return &diag.Diagnostic{
			Code:    "linked-elsewhere",
			Summary: "The target field " + quote(field.Name) + " refers to " + quote(field.reference) + ", and mapping " + quote(to.Address) + " writes " + quote(to.Target.Resource.GetName()),
			Detail:  "The connector says what the field's ids are of; the ids of another resource would point at strangers.",
			Remedy:  "Refer to a mapping whose target is " + quote(field.reference) + ".",
		}
	case severalValues(to):
		return &diag.Diagnostic{
			Code:    "linked-identity",
			Summary: "The records of mapping " + quote(to.Address) + " are identified by several values",
			Detail:  "linked takes one value, and can't say which of those records is meant.",
			Remedy:  "Give that mapping's source an id of one field, or refer to another mapping. Groups by several fields and elements of each can't be referred to.",
		}
	}
	return nil
}

// severalValues: a record of the mapping is no one value: its id has several parts,
// it is a group by several fields, or an element of a record.
func severalValues(m *Mapping) bool {
	parts := m.Source.Identity
	if len(m.Source.Group) > 0 {
		parts = m.Source.Group
	}
	return len(parts) != 1 || m.Each != nil
}

// MustResolve reports whether a record can't be sent without a reference: the
// field is required, or part of the key.
func (t *Target) MustResolve(field int) bool {
	return t.Fields[field].Required || slices.Contains(t.Key, field)
}

// HasReferences reports whether some field holds the target's id of another
// record.
func (t *Target) HasReferences() bool {
	return slices.ContainsFunc(t.Fields, func(f TargetField) bool { return f.Linked != nil })
}

// ReferenceValue is a target's id as a field takes it; false when it does not fit.
func (f *TargetField) ReferenceValue(id string) (record.Value, bool) {
	if f.Type.Kind != record.Int {
		return record.NewString(id), true
	}
	return record.Coerce(record.NewString(id), f.Type, nil)
}
