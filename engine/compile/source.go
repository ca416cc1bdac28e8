package compile

import (
	"slices"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// source checks a source block and fills out. False when the resource is not
// known, so that expressions over it can't be checked. A field that is wrong
// stays among the others, so that these are checked all the same.
func (c *compiler) source(out *Source, decl *lang.Source) bool {
	block := "source " + quote(decl.Name)
	out.Name, out.Decl = decl.Name, decl
	out.Connection, out.Resource = c.resource(decl.Connection, decl.Resource, decl.ResourceR, c.schemas, reading, block)
	if out.Resource == nil {
		return false
	}
	out.Settings = c.settings(decl.Settings, out.Resource.GetReadSettings(), settingsOf{
		in:    c.in(block),
		whose: "The resource " + quote(out.Resource.GetName()),
		place: decl.Block,
		words: []string{"connection", "resource", "on", "many", "where", "group", "use", "id", "field", "section", "window"},
	})
	zone := connectionZone(out.Connection)
	fields := catalogueOf(out.Resource)
	for _, field := range decl.Fields {
		f, slot := c.sourceField(out.Connection, fields, field, block)
		slot.Zone = zone
		out.Slots = append(out.Slots, slot)
		out.Fields = append(out.Fields, f)
	}
	c.used = append(c.used, make([]bool, len(out.Fields)))
	if decl == c.decl.Sources[0] { // links are kept on the first source's records
		c.identity(out, decl, fields, block)
	}
	c.group(out, decl, block)
	c.window(out, decl, block)
	for _, slot := range out.Slots {
		if path := slot.Path.String(); !slices.Contains(out.Projection, path) {
			out.Projection = append(out.Projection, path)
		}
	}
	return true
}

// identity finds the slots that tell one record from another for good.
func (c *compiler) identity(out *Source, decl *lang.Source, fields *catalogue, block string) {
	resource := quote(out.Resource.GetName())
	stated := out.Resource.GetIdentity()
	switch {
	case len(stated) > 0 && len(decl.ID) > 0:
		c.report(diag.Diagnostic{
			Code: "known-identity", Subject: &decl.IDR,
			Summary: "The connector says itself what identifies a record of " + resource,
			Detail:  "It is " + quoted(stated, "and") + ". Links are kept on it; another identity would tie people to other links.",
			Remedy:  "Remove id.",
		}, block)
	case len(stated) > 0:
		c.statedIdentity(out, stated, fields, decl, block)
	case len(decl.ID) > 0:
		c.declaredIdentity(out, decl, block)
	case len(decl.Group) > 0: // a group is identified by its fields
	default:
		c.report(diag.Diagnostic{
			Code: "no-identity", Subject: &decl.Range,
			Summary: "Nothing tells the records of " + resource + " apart",
			Detail:  "The connector states no identity for this resource, and links are kept on it.",
			Remedy:  `Name the source fields that identify a record for good, such as id = ["matricule"].`,
		}, block)
	}
}

func (c *compiler) statedIdentity(out *Source, stated []string, fields *catalogue, decl *lang.Source, block string) {
	for _, text := range stated {
		path, err := record.ParsePath(text)
		if err != nil {
			c.report(diag.Diagnostic{
				Code: "connector-schema", Subject: &decl.ResourceR,
				Summary: "The connector names " + quote(text) + " as the identity of " + quote(out.Resource.GetName()) + ", which is no path",
				Detail:  "Links are kept on the identity, and nothing can be read at such a path.",
				Remedy:  "Tell the connector's author.",
			}, block)
			continue
		}
		of := record.Basic(record.String)
		if found := fields.at(path); found.field != nil && found.err == nil {
			of = found.of
		}
		out.Identity = append(out.Identity, len(out.Slots))
		out.Slots = append(out.Slots, record.Slot{Path: path, Type: of, Zone: connectionZone(out.Connection)})
	}
}

func (c *compiler) declaredIdentity(out *Source, decl *lang.Source, block string) {
	for _, name := range decl.ID {
		at := slices.IndexFunc(out.Fields, func(f SourceField) bool { return f.Name == name })
		if at < 0 {
			c.report(diag.Diagnostic{
				Code: "unknown-name", Subject: &decl.IDR,
				Summary: "id names " + quote(name) + ", which is no field of this source",
				Detail:  "It names the fields declared in this source, not paths of the connector.",
				Remedy:  suggestionOr(name, sourceFieldNames(out), "Declare the field."),
			}, block)
			continue
		}
		if c.walks(&out.Fields[at], "id", decl.IDR, block) {
			continue
		}
		switch of := out.Fields[at].Type; of.Kind {
		case record.List, record.Map, record.Object:
			c.report(diag.Diagnostic{
				Code: "wrong-type", Subject: &decl.IDR,
				Summary: quote(name) + " is " + article(of) + ", which can't identify a record",
				Detail:  "An identity is a single value, or several of them.",
				Remedy:  "Name fields with a single value each.",
			}, block)
			continue
		}
		c.used[0][at] = true
		out.Identity = append(out.Identity, at)
	}
}

// use is what a block does with a resource.
type use struct {
	verb  string
	other string
	able  func(*protocol.Resource) bool
}

var (
	reading = use{"read", "written", (*protocol.Resource).GetReadable}
	writing = use{"written", "read", (*protocol.Resource).GetWritable}
)

// resource finds a connection and one of its resources; nil, for what it could
// not find.
func (c *compiler) resource(ref lang.Reference, name string, place diag.Range, schemas Schemas, u use, block string) (*lang.Connection, *protocol.Resource) {
	at := slices.IndexFunc(c.module.Connections, func(x *lang.Connection) bool { return x.Name == ref.Name })
	if at < 0 {
		return nil, nil // lang has said so
	}
	connection := c.module.Connections[at]
	described := schemas[connection.Plugin]
	if described == nil || name == "" {
		return connection, nil // that has been said too
	}
	detail := "The connector " + quote(connection.Plugin) + " has no resource of this name."
	var names []string
	for _, r := range described.GetResources() {
		switch able := u.able(r); {
		case able && r.GetName() == name:
			return connection, r
		case able:
			names = append(names, r.GetName())
		case r.GetName() == name:
			detail = "The connector " + quote(connection.Plugin) + " has it, but it can only be " + u.other + "."
			if u.verb == writing.verb {
				detail = join(detail, r.GetWhyReadOnly())
			}
		}
	}
	c.report(diag.Diagnostic{
		Code: "unknown-resource", Subject: &place,
		Summary: "No resource " + quote(name) + " can be " + u.verb + " here",
		Detail:  detail,
		Remedy:  suggestionOr(name, names, "See the connector's documentation for what can be "+u.verb+"."),
	}, block)
	return connection, nil
}

func sourceFieldNames(s *Source) []string {
	var out []string
	for _, f := range s.Fields {
		out = append(out, f.Name)
	}
	return out
}
