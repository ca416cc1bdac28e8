package compile

import (
	"slices"
	"time"

	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// source checks a source block and fills out. False when so little is known
// that expressions over it can't be checked.
func (c *compiler) source(out *Source, decl *lang.Source, schemas Schemas) bool {
	out.Name = decl.Name
	out.Connection, out.Resource = c.resource(decl.Connection, decl.Resource, decl.ResourceR, schemas, readable)
	if out.Resource == nil {
		return false
	}
	in := []string{"mapping " + quote(c.decl.Name), "source " + quote(decl.Name)}
	out.Settings = c.settings(decl.Settings, out.Resource.GetReadSettings(), settingsOf{
		what:  "source " + quote(decl.Name),
		whose: "The resource " + quote(out.Resource.GetName()),
		place: decl.Block,
	})
	zone := connectionZone(out.Connection)
	before := len(c.found)
	for _, field := range decl.Fields {
		slot, ok := c.sourceField(out.Resource, field, in)
		if !ok {
			continue
		}
		slot.Zone = zone
		out.Slots = append(out.Slots, slot)
		out.Fields = append(out.Fields, SourceField{Name: field.Name, Type: slot.Type, Required: field.Required, Decl: field})
	}
	c.identity(out, decl, in)
	for _, slot := range out.Slots {
		if path := slot.Path.String(); !slices.Contains(out.Projection, path) {
			out.Projection = append(out.Projection, path)
		}
	}
	return len(c.found) == before || !c.found[before:].HasErrors()
}

// sourceField resolves one field's path and type.
func (c *compiler) sourceField(resource *protocol.Resource, field *lang.Field, in []string) (record.Slot, bool) {
	full := field.Path
	if field.Section != nil && resource.GetSectionPath() != "" {
		full = resource.GetSectionPath() + "." + field.Path
		if field.Path != "" && field.Path[0] == '[' {
			full = resource.GetSectionPath() + field.Path
		}
	}
	report := func(d diag.Diagnostic) (record.Slot, bool) {
		d.In = in
		c.report(d)
		return record.Slot{}, false
	}
	path, err := record.ParsePath(full)
	if err != nil {
		return report(diag.Diagnostic{
			Code: "bad-path", Subject: &field.PathR,
			Summary: "The path of field " + quote(field.Name) + " can't be read",
			Detail:  err.Error() + ".",
			Remedy:  `Write names joined by dots, quoted where needed: department.name, extendedData["e_Nom-de-la-voie"], list[0].`,
		})
	}
	if field.Section != nil && resource.GetSectionPath() == "" {
		return report(diag.Diagnostic{
			Code: "no-sections", Subject: &field.Section.Range,
			Summary: "The resource " + quote(resource.GetName()) + " has no sections",
			Detail:  "Its connector knows of no custom fields there.",
			Remedy:  "Declare the field outside a section.",
		})
	}
	described := describedField(resource, path.String())
	if described == nil && field.Section == nil && !resource.GetOpen() {
		return report(diag.Diagnostic{
			Code: "unknown-field", Subject: &field.PathR,
			Summary: "Unknown field " + quote(field.Path) + " of resource " + quote(resource.GetName()),
			Detail:  "The connector knows every field of this resource, and this is none of them.",
			Remedy:  suggestion(field.Path, fieldPaths(resource, false)),
		})
	}
	of, ok := c.fieldType(field, described, in)
	if !ok {
		return record.Slot{}, false
	}
	class := field.Class
	if class == "" {
		class = described.GetClass()
	}
	if needsPurpose(class) {
		place := field.Range
		return report(diag.Diagnostic{
			Code: "not-yet", Subject: &place,
			Summary: "The field " + quote(field.Name) + " is of class " + class + ", which needs a purpose",
			Detail:  "Such data may only be read where a purpose block says why, and this version can't carry purposes out yet.",
			Remedy:  "Leave the field out for now.",
		})
	}
	return record.Slot{Path: path, Type: of}, true
}

func (c *compiler) fieldType(field *lang.Field, described *protocol.Field, in []string) (record.Type, bool) {
	if field.Type != "" {
		of, err := record.ParseType(field.Type)
		if err != nil {
			c.report(diag.Diagnostic{
				Code: "wrong-type", Subject: &field.TypeR, In: in,
				Summary: "Unknown type of field " + quote(field.Name),
				Detail:  err.Error() + ".",
				Remedy:  "Write one of these types, without quotes.",
			})
			return record.Type{}, false
		}
		return of, true
	}
	if described == nil {
		c.report(diag.Diagnostic{
			Code: "untyped-field", Subject: &field.Range, In: in,
			Summary: "The field " + quote(field.Name) + " needs a type",
			Detail:  "The connector does not know this field, so that only the mapping can say what it holds.",
			Remedy:  "Add its type: type = string, or int, date, list(string), …",
		})
		return record.Type{}, false
	}
	of, err := record.ParseType(described.GetType())
	if err != nil {
		c.report(diag.Diagnostic{
			Code: "connector-schema", Subject: &field.PathR, In: in,
			Summary: "The connector describes " + quote(field.Path) + " with a type that is none",
			Detail:  err.Error() + ".",
			Remedy:  "Give the field a type in the mapping, and tell the connector's author.",
		})
		return record.Type{}, false
	}
	return of, true
}

// identity finds the slots that tell one record from another for good.
func (c *compiler) identity(out *Source, decl *lang.Source, in []string) {
	if len(out.Resource.GetIdentity()) > 0 {
		for _, text := range out.Resource.GetIdentity() {
			path, err := record.ParsePath(text)
			if err != nil {
				continue // conformance holds connectors to this
			}
			of := record.Basic(record.String)
			if described := describedField(out.Resource, path.String()); described != nil {
				if t, err := record.ParseType(described.GetType()); err == nil {
					of = t
				}
			}
			out.Identity = append(out.Identity, len(out.Slots))
			out.Slots = append(out.Slots, record.Slot{Path: path, Type: of})
		}
		return
	}
	for _, name := range decl.ID {
		at := slices.IndexFunc(out.Fields, func(f SourceField) bool { return f.Name == name })
		if at < 0 {
			c.report(diag.Diagnostic{
				Code: "unknown-name", Subject: &decl.IDR, In: in,
				Summary: "id names " + quote(name) + ", which is no field of this source",
				Remedy:  suggestion(name, sourceFieldNames(out)),
			})
			continue
		}
		out.Identity = append(out.Identity, at)
	}
	if len(decl.ID) == 0 {
		c.report(diag.Diagnostic{
			Code: "no-identity", Subject: &decl.Range, In: in,
			Summary: "Nothing tells the records of " + quote(out.Resource.GetName()) + " apart",
			Detail:  "The connector states no identity for this resource, and links are kept on it.",
			Remedy:  `Name the source fields that identify a record for good: id = ["matricule"].`,
		})
	}
}

// resource finds a connection and one of its resources.
func (c *compiler) resource(ref lang.Reference, name string, place diag.Range, schemas Schemas, able func(*protocol.Resource) bool) (*lang.Connection, *protocol.Resource) {
	at := slices.IndexFunc(c.module.Connections, func(x *lang.Connection) bool { return x.Name == ref.Name })
	if at < 0 {
		return nil, nil // lang has said so
	}
	connection := c.module.Connections[at]
	described := schemas[connection.Plugin]
	if described == nil {
		return connection, nil
	}
	var names []string
	for _, r := range described.GetResources() {
		if !able(r) {
			continue
		}
		if r.GetName() == name {
			return connection, r
		}
		names = append(names, r.GetName())
	}
	c.report(diag.Diagnostic{
		Code: "unknown-resource", Subject: &place,
		Summary: "Unknown resource " + quote(name),
		Detail:  "The connector " + quote(connection.Plugin) + " has no such resource to use here.",
		Remedy:  suggestion(name, names),
	})
	return connection, nil
}

func readable(r *protocol.Resource) bool { return r.GetReadable() }
func writable(r *protocol.Resource) bool { return r.GetWritable() }

// settings checks a block's settings and writes them as the connector takes
// them.
func (c *compiler) settings(given []*lang.Setting, schema []*protocol.Setting, of settingsOf) []byte {
	for _, d := range checkSettings(given, schema, of) {
		c.report(d)
	}
	text, err := SettingsJSON(given)
	if err != nil {
		c.found = append(c.found, diag.From(err, "writing the settings of "+of.what)...)
	}
	return text
}

func describedField(r *protocol.Resource, path string) *protocol.Field {
	for _, f := range r.GetFields() {
		if f.GetPath() == path {
			return f
		}
	}
	return nil
}

func fieldPaths(r *protocol.Resource, toWrite bool) []string {
	var out []string
	for _, f := range r.GetFields() {
		if toWrite && f.GetReadOnly() || !toWrite && f.GetWriteOnly() {
			continue
		}
		out = append(out, f.GetPath())
	}
	return out
}

func sourceFieldNames(s *Source) []string {
	var out []string
	for _, f := range s.Fields {
		out = append(out, f.Name)
	}
	return out
}

func needsPurpose(class string) bool {
	switch class {
	case "bank", "social-security", "health", "pay":
		return true
	}
	return false
}

// connectionZone is the time zone that a connection's timestamps without offset
// are in: its own setting "timezone"; nil when it has none.
func connectionZone(c *lang.Connection) *time.Location {
	for _, s := range c.Settings {
		if s.Name != "timezone" || s.Value == cty.NilVal || !s.Value.IsKnown() || s.Value.IsNull() {
			continue
		}
		if value, _ := s.Value.Unmark(); value.Type() == cty.String {
			if zone, err := time.LoadLocation(value.AsString()); err == nil {
				return zone
			}
		}
	}
	return nil
}
