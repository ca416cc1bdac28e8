package compile

import (
	"slices"
	"strings"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// target checks a target block but for its map, and fills out.
func (c *compiler) target(out *Target, decl *lang.Target, schemas Schemas) bool {
	out.Name = decl.Name
	out.Connection, out.Resource = c.resource(decl.Connection, decl.Resource, decl.ResourceR, schemas, writable)
	if out.Resource == nil {
		return false
	}
	out.Settings = c.settings(decl.Settings, out.Resource.GetWriteSettings(), settingsOf{
		what:  "target " + quote(decl.Name),
		whose: "The resource " + quote(out.Resource.GetName()),
		place: decl.Block,
	})
	out.Endpoints = endpoints(decl)
	out.Abilities = abilities(out.Resource, out.Endpoints)
	out.Identity = record.Slot{Path: record.Path{{Name: "id"}}, Type: record.Basic(record.String)}
	if identity := out.Resource.GetIdentity(); len(identity) == 1 {
		if path, err := record.ParsePath(identity[0]); err == nil {
			out.Identity.Path = path
		}
	}
	if !out.Abilities.Create {
		c.report(diag.Diagnostic{
			Code: "no-create", Subject: &decl.ResourceR,
			Summary: "Nothing can be created in " + quote(decl.Resource),
			Detail:  "The connector " + quote(out.Connection.Plugin) + " has no create endpoint for this resource, and the mapping declares none.",
			Remedy:  `Declare an endpoint "create" with its method and path.`,
		})
	}
	return true
}

// abilities are the connector's own, with what the mapping declares on top.
func abilities(r *protocol.Resource, declared []*protocol.EndpointDeclaration) Abilities {
	out := Abilities{
		FindByKey: slices.Contains(r.GetLookUp(), "keys"),
		FindByID:  slices.Contains(r.GetLookUp(), "ids"),
	}
	for _, e := range r.GetEndpoints() {
		switch e.GetOperation() {
		case protocol.Operation_OPERATION_CREATE:
			out.Create, out.CreateReconciled = true, e.GetReconcile()
		case protocol.Operation_OPERATION_UPDATE:
			out.Update, out.UpdateReconciled, out.ChangedOnly = true, e.GetReconcile(), e.GetChangedOnly()
		}
	}
	for _, e := range declared {
		switch e.GetOperation() {
		case protocol.Operation_OPERATION_FIND:
			out.FindByKey = true
		case protocol.Operation_OPERATION_CREATE:
			out.Create = true
			if e.GetReconcile() != "" {
				out.CreateReconciled = reconciles[e.GetReconcile()]
			}
		case protocol.Operation_OPERATION_UPDATE:
			out.Update = true
			if e.GetReconcile() != "" {
				out.UpdateReconciled = reconciles[e.GetReconcile()]
			}
		}
	}
	return out
}

var reconciles = map[string]protocol.Reconcile{
	"none":            protocol.Reconcile_RECONCILE_NONE,
	"lookup":          protocol.Reconcile_RECONCILE_LOOK_UP,
	"idempotency-key": protocol.Reconcile_RECONCILE_IDEMPOTENCY_KEY,
	"upsert":          protocol.Reconcile_RECONCILE_UPSERT,
}

var operations = map[string]protocol.Operation{
	"find":       protocol.Operation_OPERATION_FIND,
	"create":     protocol.Operation_OPERATION_CREATE,
	"update":     protocol.Operation_OPERATION_UPDATE,
	"deactivate": protocol.Operation_OPERATION_DEACTIVATE,
	"reactivate": protocol.Operation_OPERATION_REACTIVATE,
	"delete":     protocol.Operation_OPERATION_DELETE,
}

func endpoints(decl *lang.Target) []*protocol.EndpointDeclaration {
	out := make([]*protocol.EndpointDeclaration, len(decl.Endpoints))
	for i, e := range decl.Endpoints {
		out[i] = &protocol.EndpointDeclaration{
			Operation:         operations[e.Name],
			Fields:            words(e.Fields),
			Method:            e.Method,
			Path:              e.Path,
			Query:             e.Query,
			Headers:           e.Headers,
			BodyJson:          e.BodyJSON,
			Wrap:              e.Wrap,
			Batch:             e.Batch,
			Success:           e.Success,
			Conflict:          e.Conflict,
			Items:             e.Items,
			Id:                e.ID,
			Clear:             e.Clear,
			IdempotencyHeader: e.IdempotencyHeader,
			Reconcile:         e.Reconcile,
		}
	}
	return out
}

// mapped compiles the map, then checks key and required against it.
func (c *compiler) mapped(out *Target, decl *lang.Target) {
	in := []string{"mapping " + quote(c.decl.Name), "target " + quote(decl.Name)}
	fields := c.targetSchema(out.Resource, decl, in)
	for _, entry := range decl.Map {
		c.mapEntry(out, fields, nil, entry, in)
	}
	c.keyOf(out, decl, in)
	c.requiredOf(out, decl, fields, in)
}

// keyOf finds the key's fields among what is sent.
func (c *compiler) keyOf(out *Target, decl *lang.Target, in []string) {
	if len(decl.Key) == 0 {
		c.report(diag.Diagnostic{
			Code: "missing-key", Subject: &decl.Range, In: in,
			Summary: "The target has no key",
			Detail:  "Without a key nothing says which record of the target is the same as one of the source.",
			Remedy:  `Name the target fields that identify a record there: key = "matricule", or a list.`,
		})
	}
	for _, word := range decl.Key {
		at := fieldAt(out, word.Name)
		if at < 0 {
			c.report(diag.Diagnostic{
				Code: "key-not-mapped", Subject: &word.Range, In: in,
				Summary: "The key " + quote(word.Name) + " is not in map",
				Detail:  "A key must be sent, or nothing could be found again.",
				Remedy:  suggestion(word.Name, targetFieldNames(out)),
			})
			continue
		}
		out.Key = append(out.Key, at)
		if class := describedField(out.Resource, word.Name).GetClass(); needsPurpose(class) {
			c.report(diag.Diagnostic{
				Code: "sensitive-key", Subject: &word.Range, In: in,
				Summary: "A field of class " + class + " can't be a key",
				Detail:  "Keys are kept in the ledger, and such data is not.",
				Remedy:  "Choose another key.",
			})
		}
	}
}

// requiredOf marks what holds a record when it is empty, and refuses a required
// field that nobody sends.
func (c *compiler) requiredOf(out *Target, decl *lang.Target, fields map[string]targetType, in []string) {
	for _, word := range decl.Required {
		at := fieldAt(out, word.Name)
		if at < 0 {
			c.report(diag.Diagnostic{
				Code: "required-not-mapped", Subject: &word.Range, In: in,
				Summary: "The required field " + quote(word.Name) + " is not in map",
				Detail:  "Every record would be held back for the lack of it.",
				Remedy:  "Add it to map, or take it out of required. " + suggestion(word.Name, targetFieldNames(out)),
			})
			continue
		}
		out.Fields[at].Required = true
	}
	var missing []string
	for name, field := range fields {
		if !field.described.GetRequired() {
			continue
		}
		if at := fieldAt(out, name); at >= 0 {
			out.Fields[at].Required = true
		} else {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	if len(missing) > 0 {
		c.report(diag.Diagnostic{
			Code: "required-not-mapped", Subject: &decl.MapR, In: in,
			Summary: "The target requires " + quoted(missing) + ", which map does not send",
			Detail:  "The connector says that the target refuses a record without.",
			Remedy:  "Add a line to map for each.",
		})
	}
}

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

func words(list []lang.Word) []string {
	var out []string
	for _, w := range list {
		out = append(out, w.Name)
	}
	return out
}

// checkOverlaps refuses two mappings that send one field to one resource of one
// connection: each would undo the other's work.
func checkOverlaps(mappings []*Mapping) diag.Diagnostics {
	type sent struct{ connection, resource, field string }
	first := map[sent]*TargetField{}
	by := map[sent]*Mapping{}
	var found diag.Diagnostics
	for _, m := range mappings {
		for i := range m.Target.Fields {
			f := &m.Target.Fields[i]
			key := sent{connectionKey(m), m.Target.Resource.GetName(), f.Name}
			if first[key] == nil {
				first[key], by[key] = f, m
				continue
			}
			if slices.Contains(m.Target.Key, i) {
				continue // both need the key
			}
			found = append(found, diag.Diagnostic{
				Code: "sent-twice", Subject: &f.Place, In: []string{"mapping " + quote(m.Decl.Name)},
				Summary: "The field " + quote(f.Name) + " is already sent by mapping " + quote(by[key].Address),
				Detail:  "Two mappings that send one field to one resource would undo each other's work at every run.",
				Remedy:  "Keep the line in one of them.",
			})
		}
	}
	return found
}

func connectionKey(m *Mapping) string {
	return strings.TrimSuffix(m.Address, m.Decl.Name) + m.Target.Connection.Name
}
