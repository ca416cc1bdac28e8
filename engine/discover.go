package engine

import (
	"context"
	"slices"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
)

// Discover lists what only this tenant has of a resource: custom fields, their
// sections, the values of lists. It needs credentials. nil without an error: the
// connector can't tell.
func (w *Workspace) Discover(ctx context.Context, connection, resource string) ([]*protocol.CustomField, diag.Diagnostics) {
	if _, found := w.prepare(ctx, nil); found.HasErrors() {
		return nil, found
	}
	at := slices.IndexFunc(w.module.Connections, func(c *lang.Connection) bool { return c.Name == connection })
	if at < 0 || !slices.Contains(w.schemas[w.module.Connections[at].Plugin].GetCapabilities(), "discover") {
		return nil, nil
	}
	c := w.module.Connections[at]
	opened, found := w.connect(ctx, c)
	if found.HasErrors() {
		return nil, found
	}
	fields, complaints := opened.Discover(ctx, resource)
	return fields, append(found, complaints.Located(func(attribute []string) *diag.Range { return placeOf(c, attribute) })...)
}
