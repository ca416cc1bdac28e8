package compile

import (
	"bytes"
	"slices"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
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

// checkSharedLinks refuses two mappings whose links can't be told apart. Links are
// kept by the two tenants and the two resources; of a connector that states no
// identity the resource is a name for anything ("records"), so that only the
// connection says which collection is meant. What is read or written differently
// over the same connections is then another collection, and record 1 of one would
// pass for record 1 of the other.
func checkSharedLinks(mappings []*Mapping) diag.Diagnostics {
	var found diag.Diagnostics
	for i, m := range mappings {
		for _, before := range mappings[:i] {
			if sameWay(m, before) && (otherSource(m, before) || otherTarget(m, before)) {
				found = append(found, sharedLinks(m, before))
				break
			}
		}
	}
	return found
}

// sameWay: their links are the same.
func sameWay(a, b *Mapping) bool {
	return a.Source.Connection == b.Source.Connection && a.Identifies() == b.Identifies() &&
		a.Target.Connection == b.Target.Connection && a.Target.Resource == b.Target.Resource
}

func otherSource(a, b *Mapping) bool {
	if len(a.Source.Resource.GetIdentity()) > 0 {
		return false
	}
	return !slices.Equal(a.Decl.Sources[0].ID, b.Decl.Sources[0].ID) || !bytes.Equal(a.Source.Settings, b.Source.Settings)
}

func otherTarget(a, b *Mapping) bool {
	if len(a.Target.Resource.GetIdentity()) > 0 {
		return false
	}
	return !bytes.Equal(a.Target.Settings, b.Target.Settings) || createdAt(a) != createdAt(b)
}

// createdAt is where a mapping's declared endpoint creates: two that create at one
// place write one collection, whatever else they do there.
func createdAt(m *Mapping) string {
	for _, e := range m.Target.Endpoints {
		if e.GetOperation() == protocol.Operation_OPERATION_CREATE && len(e.GetFields()) == 0 {
			return e.GetPath()
		}
	}
	return ""
}

func sharedLinks(m, before *Mapping) diag.Diagnostic {
	whose, at := "source", m.Decl.Sources[0].ResourceR
	if !otherSource(m, before) {
		whose, at = "target", m.Decl.Target.ResourceR
	}
	return diag.Diagnostic{
		Code: "shared-links", Subject: &at,
		In:      append(inModule(m.Decl.Module), "mapping "+quote(m.Decl.Name)),
		Summary: "The links of this mapping could not be told from those of mapping " + quote(before.Address),
		Detail: "Both go over the same two connections and resources, and their " + whose + "s are not the same collection. " +
			"The connector states no identity that would tell them apart, so that record 1 of one would pass for record 1 of the other.",
		Remedy: "Give each collection a connection of its own, with the setting that names it where the connector has one (collection, tenant).",
	}
}
