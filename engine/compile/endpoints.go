package compile

import (
	"slices"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
)

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

// endpoints checks the declared endpoints and writes them as the connector takes
// them.
func (c *compiler) endpoints(out *Target, decl *lang.Target, block string) []*protocol.EndpointDeclaration {
	declared := make([]*protocol.EndpointDeclaration, 0, len(decl.Endpoints))
	for _, e := range decl.Endpoints {
		operation, known := operations[e.Name]
		if !known {
			continue // lang has said so
		}
		if d := refusedEndpoint(out, e, operation); d != nil {
			c.report(*d, block)
			continue
		}
		c.endpointFields(e, decl, block)
		declared = append(declared, &protocol.EndpointDeclaration{
			Operation:         operation,
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
			PageJson:          e.PageJSON,
		})
	}
	return declared
}

// refusedEndpoint says why an endpoint can't be declared: the connector speaks
// its system's API itself, or has nothing that would complete the declaration.
func refusedEndpoint(out *Target, e *lang.Endpoint, operation protocol.Operation) *diag.Diagnostic {
	own := endpointOf(out.Resource, operation)
	switch {
	case own != nil && !own.GetDeclarable(), own == nil && !declarable(out.Resource):
		return &diag.Diagnostic{
			Code: "endpoint-not-declarable", Subject: &e.Range,
			Summary: "The endpoint " + quote(e.Name) + " can't be declared here",
			Detail:  "The connector " + quote(out.Connection.Plugin) + " decides itself how it speaks to " + quote(out.Resource.GetName()) + ".",
			Remedy:  "Remove the block; the connector's own way applies.",
		}
	case own == nil && (e.Method == "" || e.Path == ""):
		return &diag.Diagnostic{
			Code: "incomplete-endpoint", Subject: &e.Range,
			Summary: "The endpoint " + quote(e.Name) + " lacks its method or its path",
			Detail:  "The connector " + quote(out.Connection.Plugin) + " has none of its own that would complete it.",
			Remedy:  `Write both: method = "PATCH" and path = "/users/{id}", for example.`,
		}
	case e.Wrap != "" && e.Body != nil && e.Batch != "array":
		// With batch = "array" the body is one element, and wrap stands around the list.
		return &diag.Diagnostic{
			Code: "wrap-beside-body", Subject: &e.WrapR,
			Summary: "The endpoint " + quote(e.Name) + " has both a wrap and a body",
			Detail:  "A body is sent exactly as it is written, so that the wrap would be ignored.",
			Remedy:  "Write the wrapper into the body, { " + e.Wrap + " = { … } }, and take wrap out; or leave the body to map and keep wrap.",
		}
	}
	return nil
}

func endpointOf(r *protocol.Resource, operation protocol.Operation) *protocol.Endpoint {
	at := slices.IndexFunc(r.GetEndpoints(), func(e *protocol.Endpoint) bool { return e.GetOperation() == operation })
	if at < 0 {
		return nil
	}
	return r.GetEndpoints()[at]
}

// declarable: the connector is one whose calls a mapping may shape.
func declarable(r *protocol.Resource) bool {
	return slices.ContainsFunc(r.GetEndpoints(), (*protocol.Endpoint).GetDeclarable)
}

// endpointFields holds the fields that an endpoint is for against the map. They
// are the outermost names, as a connector is told what changed.
func (c *compiler) endpointFields(e *lang.Endpoint, decl *lang.Target, block string) {
	var sent []string
	for _, line := range decl.Map {
		if name := stepsOf(line.Name)[0].Name; !slices.Contains(sent, name) {
			sent = append(sent, name)
		}
	}
	for _, word := range e.Fields {
		if !slices.Contains(sent, word.Name) {
			c.report(diag.Diagnostic{
				Code: "unknown-target-field", Subject: &word.Range,
				Summary: "The endpoint is for " + quote(word.Name) + ", which map does not send",
				Detail:  "It would never be used. Its fields are the outermost names in map.",
				Remedy:  suggestionOr(word.Name, sent, "Correct the name, or add a line to map."),
			}, block, "endpoint "+quote(e.Name))
		}
	}
}

// abilities are the connector's own, with what the mapping declares on top.
func abilities(r *protocol.Resource, declared []*protocol.EndpointDeclaration) Abilities {
	if isSnapshot(r) {
		return snapshotAbilities()
	}
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
		case protocol.Operation_OPERATION_DEACTIVATE:
			out.Deactivate = true
		case protocol.Operation_OPERATION_REACTIVATE:
			out.Reactivate = true
		case protocol.Operation_OPERATION_DELETE:
			out.Delete = true
		}
	}
	for _, e := range declared {
		if len(e.GetFields()) == 0 { // else a second way, for these fields alone
			out.declare(e)
		}
	}
	return out
}

func (a *Abilities) declare(e *protocol.EndpointDeclaration) {
	reconcile, given := reconciles[e.GetReconcile()]
	switch e.GetOperation() {
	case protocol.Operation_OPERATION_FIND:
		a.FindByKey = true
	case protocol.Operation_OPERATION_DEACTIVATE:
		a.Deactivate = true
	case protocol.Operation_OPERATION_REACTIVATE:
		a.Reactivate = true
	case protocol.Operation_OPERATION_DELETE:
		a.Delete = true
	case protocol.Operation_OPERATION_CREATE:
		a.Create = true
		if given {
			a.CreateReconciled = reconcile
		}
	case protocol.Operation_OPERATION_UPDATE:
		a.Update = true
		if given {
			a.UpdateReconciled = reconcile
		}
		if e.GetMethod() == "PUT" || e.GetMethod() == "POST" || len(e.GetBodyJson()) > 0 {
			a.ChangedOnly = false // the whole record replaces the old one, or fills a body
		}
	}
}

func words(list []lang.Word) []string {
	var out []string
	for _, w := range list {
		out = append(out, w.Name)
	}
	return out
}
