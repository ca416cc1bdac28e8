package compile

import (
	"slices"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// Table is a resource that paths lead into: its records are kept by id while a
// mapping is read.
type Table struct {
	Connection *lang.Connection
	Resource   *protocol.Resource
	// Fed is the source whose own read fills the table, by its place in the file;
	// -1: the resource is read once more, for all fields that need it.
	Fed        int
	ByIDs      bool   // who was not in that read can be looked up
	Settings   []byte // of the source that reads the same resource; nil: none does
	Slots      []record.Slot
	Projection []string
}

// TableID is the slot of a table in which its records hold their id.
const TableID = 0

// Hop is one step from an id to a value of the record that has it, which is the
// id of the next hop or what is wanted at last. A list of ids gives a list.
type Hop struct{ Table, Slot int }

// reference is a described field that holds ids of another resource, and how
// many steps of a path lead to it.
type reference struct {
	field *protocol.Field
	path  record.Path
	steps int
}

// reference finds the longest part of a path at which the record holds the id of
// another one, where the record itself does not hold what the path leads to: the
// id's own path (managerId), or the path around it (manager, of manager.id).
func (c *catalogue) reference(path record.Path) *reference {
	if c.at(path).field != nil {
		return nil
	}
	for steps := len(path) - 1; steps > 0; steps-- {
		for i, p := range c.paths {
			field := c.resource.GetFields()[i]
			if field.GetReference() != "" && beginsWith(p, path[:steps]) && len(p) <= steps+1 {
				return &reference{field: field, path: p, steps: steps}
			}
		}
	}
	return nil
}

// within is the described field that a path goes on from, though it holds a
// single value; nil where there is none.
func (c *catalogue) within(path record.Path) *protocol.Field {
	var out *protocol.Field
	length := 0
	for i, p := range c.paths {
		if len(p) >= len(path) || len(p) <= length || !beginsWith(path, p) {
			continue
		}
		if of, err := record.ParseType(c.resource.GetFields()[i].GetType()); err == nil && !isMany(of) {
			out, length = c.resource.GetFields()[i], len(p)
		}
	}
	return out
}

func noReference(decl *lang.Field, fields *catalogue, at *protocol.Field) *diag.Diagnostic {
	of, _ := record.ParseType(at.GetType())
	return &diag.Diagnostic{
		Code: "no-reference", Subject: &decl.PathR,
		Summary: quote(decl.Path) + " leads through " + quote(at.GetPath()) + ", which refers to no other record",
		Detail:  quote(at.GetPath()) + " of " + quote(fields.resource.GetName()) + " is " + article(of) + ", so that nothing can follow it.",
		Remedy:  join(nearest(decl.Path, fields.readable()), "End the path there, or begin it with a field that refers: "+fields.references()+"."),
	}
}

// references lists the paths that lead into other records.
func (c *catalogue) references() string {
	var out []string
	for i, f := range c.resource.GetFields() {
		if f.GetReference() == "" {
			continue
		}
		name := c.paths[i].String()
		if len(c.paths[i]) > 1 {
			name = c.paths[i][:len(c.paths[i])-1].String()
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	if len(out) == 0 {
		return "this resource has none"
	}
	return quoted(out, "and")
}

// beyond are the paths that go on, as this one does, from something that refers:
// what a misspelt beginning may have meant.
func (c *catalogue) beyond(path record.Path) []string {
	var out []string
	for i, f := range c.resource.GetFields() {
		if f.GetReference() == "" || len(path) < 2 {
			continue
		}
		lead := c.paths[i]
		if len(lead) > 1 {
			lead = lead[:len(lead)-1]
		}
		out = append(out, append(slices.Clone(lead), path[1:]...).String())
	}
	return out
}

// walking is a path on its way through references.
type walking struct {
	connection *lang.Connection
	fields     *catalogue
	path       record.Path
	reference  *reference
	lists      int // hops so far that start at a list of ids
}

// walk follows a path into the records that are referred to, and fills in the
// field's hops and type. The slot becomes that of the first id.
func (c *compiler) walk(out *SourceField, slot *record.Slot, w walking) *diag.Diagnostic {
	decl := out.Decl
	of, d := w.idType(decl)
	if d != nil {
		return d
	}
	if len(out.Walk) == 0 {
		slot.Path, slot.Type = w.reference.path, of
	}
	if of.Kind == record.List {
		w.lists++
	}
	at, d := c.table(w, decl)
	if d != nil {
		return d
	}
	table := c.tables[at]
	next := walking{connection: w.connection, fields: catalogueOf(table.Resource), path: w.path[w.reference.steps:], lists: w.lists}
	if next.reference = next.fields.reference(next.path); next.reference != nil {
		of, d := next.idType(decl)
		if d != nil {
			return d
		}
		out.Walk = append(out.Walk, Hop{at, table.slot(next.reference.path, of)})
		return c.walk(out, slot, next)
	}
	if d := c.arrive(out, next, w); d != nil {
		return d
	}
	read := out.Type
	for range next.lists {
		read = elemOf(read)
	}
	out.Walk = append(out.Walk, Hop{at, table.slot(next.path, read)})
	return nil
}

// arrive describes the value that a path ends at.
func (c *compiler) arrive(out *SourceField, w, from walking) *diag.Diagnostic {
	decl, resource := out.Decl, w.fields.resource
	described := w.fields.at(w.path)
	switch {
	case described.field.GetWriteOnly():
		return &diag.Diagnostic{
			Code: "write-only-field", Subject: &decl.PathR,
			Summary: "The field " + quote(w.path.String()) + " of " + quote(resource.GetName()) + " can't be read",
			Detail:  "The connector only writes it; the other system never gives it back.",
			Remedy:  "Read another field, or remove this one.",
		}
	case described.field == nil && !resource.GetOpen() && w.fields.within(w.path) != nil:
		return noReference(decl, w.fields, w.fields.within(w.path))
	case described.field == nil && !resource.GetOpen():
		lead := from.path[:len(from.path)-len(w.path)].String()
		return &diag.Diagnostic{
			Code: "unknown-field", Subject: &decl.PathR,
			Summary: "Unknown field " + quote(w.path.String()) + " of resource " + quote(resource.GetName()),
			Detail:  quote(lead) + " refers to a record of " + quote(resource.GetName()) + ", and the connector knows every field of it.",
			Remedy:  suggestionOr(w.path.String(), w.fields.readable(), "See the connector's documentation for the fields that it reads."),
		}
	}
	for range w.lists {
		described.of = record.ListOf(described.of)
	}
	if d := typeOfField(out, described); d != nil {
		return d
	}
	class := decl.Class
	if !needsPurpose(class) {
		class = w.fields.sensitiveClass(w.path)
	}
	if needsPurpose(class) && c.purpose(class) == nil {
		return purposeNeeded("field", decl.Name, class, decl.Range)
	}
	return nil
}

// idType is the type of the ids that a reference holds.
func (w walking) idType(decl *lang.Field) (record.Type, *diag.Diagnostic) {
	of, err := record.ParseType(w.reference.field.GetType())
	if err != nil {
		return of, wrongReference(decl, "It describes "+quote(w.reference.field.GetPath())+" with a type that is none.")
	}
	return of, nil
}

// table is the place of the resource that a reference names among the tables of
// the mapping; several fields share one.
func (c *compiler) table(w walking, decl *lang.Field) (int, *diag.Diagnostic) {
	name := w.reference.field.GetReference()
	at := slices.IndexFunc(c.tables, func(t *Table) bool { return t.Connection == w.connection && t.Resource.GetName() == name })
	if at >= 0 {
		return at, nil
	}
	resources := c.schemas[w.connection.Plugin].GetResources()
	found := slices.IndexFunc(resources, func(r *protocol.Resource) bool { return r.GetName() == name && r.GetReadable() })
	if found < 0 {
		return 0, wrongReference(decl, quote(w.reference.field.GetPath())+" refers to "+quote(name)+", which the connector can't read.")
	}
	resource := resources[found]
	if len(resource.GetIdentity()) != 1 {
		return 0, wrongReference(decl, quote(w.reference.field.GetPath())+" refers to "+quote(name)+", whose records are not identified by one field.")
	}
	fields, id := catalogueOf(resource), stepsOf(resource.GetIdentity()[0])
	of := record.Basic(record.String)
	if described := fields.at(id); described.field != nil && described.err == nil {
		of = described.of
	}
	table := &Table{Connection: w.connection, Resource: resource, Fed: -1, ByIDs: slices.Contains(resource.GetLookUp(), "ids")}
	table.slot(id, of)
	c.tables = append(c.tables, table)
	return len(c.tables) - 1, nil
}

func wrongReference(decl *lang.Field, why string) *diag.Diagnostic {
	return &diag.Diagnostic{
		Code: "connector-schema", Subject: &decl.PathR,
		Summary: "The path " + quote(decl.Path) + " can't be followed",
		Detail:  why,
		Remedy:  "Leave the field out, and tell the connector's author.",
	}
}

// slot is the place of a path in the table's rows.
func (t *Table) slot(path record.Path, of record.Type) int {
	at := slices.IndexFunc(t.Slots, func(s record.Slot) bool { return slices.Equal(s.Path, path) && s.Type.Equal(of) })
	if at >= 0 {
		return at
	}
	t.Slots = append(t.Slots, record.Slot{Path: path, Type: of, Zone: connectionZone(t.Connection)})
	if text := path.String(); !slices.Contains(t.Projection, text) {
		t.Projection = append(t.Projection, text)
	}
	return len(t.Slots) - 1
}

// feed finds for each table a source that reads the same records anyway. A
// window leaves records out that others refer to, so that it feeds none.
func (c *compiler) feed(out *Mapping) {
	out.Tables = c.tables
	for _, t := range out.Tables {
		for i, s := range out.Sources() {
			if t.Fed >= 0 || s.Connection != t.Connection || s.Resource.GetName() != t.Resource.GetName() {
				continue
			}
			t.Settings = s.Settings // the same people, also in a read of its own
			if s.Window != nil {
				continue
			}
			t.Fed = i
			for _, path := range t.Projection {
				if !slices.Contains(s.Projection, path) {
					s.Projection = append(s.Projection, path)
				}
			}
		}
	}
}
