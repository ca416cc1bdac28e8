package compile

import (
	"slices"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
)

// checkOverlaps refuses two mappings that send one field to one resource of one
// connection: each would undo the other's work. A field that is the key of both
// is no such field: it finds the record.
func checkOverlaps(mappings []*Mapping) diag.Diagnostics {
	type sent struct {
		connection      *lang.Connection
		resource, field string
	}
	type sender struct {
		mapping *Mapping
		isKey   bool
	}
	first := map[sent]sender{}
	var found diag.Diagnostics
	for _, m := range mappings {
		if m.Target.Snapshot != nil {
			continue
		}
		for i, f := range m.Target.Fields {
			what := sent{m.Target.Connection, m.Target.Resource.GetName(), f.Name}
			now := sender{m, slices.Contains(m.Target.Key, i)}
			before, twice := first[what]
			switch {
			case !twice:
				first[what] = now
			case !before.isKey || !now.isKey:
				found = append(found, sentTwice(m, f, before.mapping))
			}
		}
	}
	return append(found, wholeTwice(mappings)...)
}

// wholeTwice refuses two mappings that replace one whole: each would take out
// everybody that the other put in, whatever their fields.
func wholeTwice(mappings []*Mapping) diag.Diagnostics {
	type whole struct {
		connection *lang.Connection
		resource   string
	}
	first := map[whole]*Mapping{}
	var found diag.Diagnostics
	for _, m := range mappings {
		if m.Target.Snapshot == nil {
			continue
		}
		what := whole{m.Target.Connection, m.Target.Resource.GetName()}
		before := first[what]
		if before == nil {
			first[what] = m
			continue
		}
		found = append(found, diag.Diagnostic{
			Code: "sent-twice", Subject: &m.Decl.Target.ResourceR,
			In:      append(inModule(m.Decl.Module), "mapping "+quote(m.Decl.Name), "target "+quote(m.Target.Name)),
			Summary: "The whole of " + quote(what.resource) + " is already written by mapping " + quote(before.Address),
			Detail:  "Each of the two would replace what the other wrote, at every run.",
			Remedy:  "Give each a connection of its own, or keep one of them.",
		})
	}
	return found
}

func sentTwice(m *Mapping, f TargetField, before *Mapping) diag.Diagnostic {
	return diag.Diagnostic{
		Code: "sent-twice", Subject: &f.Place,
		In:      append(inModule(m.Decl.Module), "mapping "+quote(m.Decl.Name), "target "+quote(m.Target.Name)),
		Summary: "The field " + quote(f.Name) + " is already sent by mapping " + quote(before.Address),
		Detail:  "Two mappings that send one field to one resource would undo each other's work at every run.",
		Remedy:  "Keep the line in one of them.",
	}
}
