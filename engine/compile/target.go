package compile

import (
	"slices"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/plugins/record"
)

// target checks a target block but for its map, and fills out. False when the
// resource is not known.
func (c *compiler) target(out *Target, decl *lang.Target, schemas Schemas) bool {
	block := "target " + quote(decl.Name)
	out.Name = decl.Name
	out.Connection, out.Resource = c.resource(decl.Connection, decl.Resource, decl.ResourceR, schemas, writing, block)
	if out.Resource == nil {
		return false
	}
	out.Settings = c.settings(decl.Settings, out.Resource.GetWriteSettings(), settingsOf{
		in:    c.in(block),
		whose: "The resource " + quote(out.Resource.GetName()),
		place: decl.Block,
		words: []string{"connection", "resource", "key", "required", "map", "field", "endpoint", "snapshot", "match", "authority"},
	})
	out.Endpoints = c.endpoints(out, decl, block)
	out.Abilities = abilities(out.Resource, out.Endpoints)
	c.snapshotOf(out, decl, block)
	c.authority(out, decl, block)
	out.Identity = record.Slot{Path: record.Path{{Name: "id"}}, Type: record.Basic(record.String)}
	if identity := out.Resource.GetIdentity(); len(identity) == 1 {
		if path, err := record.ParsePath(identity[0]); err == nil {
			out.Identity.Path = path
		}
	}
	if !out.Abilities.Create {
		remedy := "Choose a resource in which the connector can create."
		if declarable(out.Resource) {
			remedy = `Declare an endpoint "create" with its method and path.`
		}
		c.report(diag.Diagnostic{
			Code: "no-create", Subject: &decl.ResourceR,
			Summary: "Nothing can be created in " + quote(decl.Resource),
			Detail:  "The connector " + quote(out.Connection.Plugin) + " has no create endpoint for this resource, and the mapping declares none.",
			Remedy:  remedy,
		}, block)
	}
	return true
}

// keyOf finds the key's fields among what is sent.
func (m *mapLines) keyOf(decl *lang.Target) {
	if len(decl.Key) == 0 && decl.Match == nil {
		m.report(diag.Diagnostic{
			Code: "missing-key", Subject: &decl.Range,
			Summary: "The target has no key",
			Detail:  "Without a key nothing says which record of the target is the same as one of the source.",
			Remedy:  `Name the target fields that identify a record there: key = "matricule", or a list.`,
		})
	}
	for _, word := range decl.Key {
		name := nameOf(stepsOf(word.Name))
		if field, known := m.fields[name]; known && needsPurpose(field.class()) {
			m.report(diag.Diagnostic{
				Code: "sensitive-key", Subject: &word.Range,
				Summary: "A field of class " + field.class() + " can't be a key",
				Detail:  "Keys are kept in the ledger, and such data is not.",
				Remedy:  "Choose another key.",
			})
			continue
		}
		if !m.sends(name) {
			m.report(diag.Diagnostic{
				Code: "key-not-mapped", Subject: &word.Range,
				Summary: "The key " + quote(word.Name) + " is not in map",
				Detail:  "A key must be sent, or nothing could be found again.",
				Remedy:  suggestionOr(word.Name, m.names(), "Add a line to map for it."),
			})
			continue
		}
		if at := fieldAt(m.out, name); at >= 0 {
			m.out.Key = append(m.out.Key, at)
		}
	}
}

// requiredOf marks what holds a record when it is empty, and refuses a required
// field that nobody sends.
func (m *mapLines) requiredOf(decl *lang.Target) {
	named := map[string]bool{}
	for _, word := range decl.Required {
		name := nameOf(stepsOf(word.Name))
		named[name] = true
		if !m.sends(name) {
			remedy := "Add it to map, or take it out of required."
			if near := nearest(word.Name, m.writable()); near != "" && m.fields[name].of.Kind == record.Empty {
				remedy = near
			}
			m.report(diag.Diagnostic{
				Code: "required-not-mapped", Subject: &word.Range,
				Summary: "The required field " + quote(word.Name) + " is not in map",
				Detail:  "Every record would be held back for the lack of it.",
				Remedy:  remedy,
			})
			continue
		}
		m.require(name)
	}
	var missing []string
	for name, field := range m.fields {
		if !field.described.GetRequired() || field.described.GetReadOnly() || named[name] {
			continue
		}
		if m.sends(name) {
			m.require(name)
		} else {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 || decl.MapR.File == "" { // without a map lang has said so
		return
	}
	slices.Sort(missing)
	m.report(diag.Diagnostic{
		Code: "required-not-mapped", Subject: &decl.MapR,
		Summary: "The target requires " + quoted(missing, "and") + ", which map does not send",
		Detail:  "The connector says that the target refuses a record without.",
		Remedy:  "Add a line to map for each.",
	})
}

// fieldAt is the place of a field among what is sent; -1 when it is not.
func fieldAt(t *Target, name string) int {
	return slices.IndexFunc(t.Fields, func(f TargetField) bool { return f.Name == name })
}

func targetFieldNames(t *Target) []string {
	var out []string
	for _, f := range t.Fields {
		out = append(out, f.Name)
	}
	return out
}

func (m *mapLines) require(name string) {
	if at := fieldAt(m.out, name); at >= 0 {
		m.out.Fields[at].Required = true
	}
}
