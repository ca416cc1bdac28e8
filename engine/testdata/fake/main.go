// The connector of the engine's tests: a source and targets that misbehave as a
// file says. All it knows is in one folder, the setting dir:
//
//	people.ndjson  what the source has, one object a line
//	hidden.ndjson  whom it gives by id alone
//	script.json    the misbehaviour, see script
//	target.json    what the target holds
//	writes.ndjson  what it was sent
//	whole.ndjson   the target that is written as a whole
//	seen-N.ndjson  what the source had when it gave the cursor N
//	reads.ndjson   each read of the source: its cursor, and who was asked for besides
package main

import (
	"context"
	"path/filepath"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

func main() { sdk.Serve(connector{}) }

type connector struct{}

func (connector) Describe() *sdk.Description {
	look := protocol.Reconcile_RECONCILE_LOOK_UP
	return &sdk.Description{
		Name: "fake", Version: "1.0.0", Title: &sdk.Text{En: "Fake"},
		Settings: []*sdk.Setting{
			{Name: "dir", Type: "string", Required: true},
			{Name: "tenant", Type: "string", Required: true},
			{Name: "api_key", Type: "string", Secret: true},
		},
		Resources: []*sdk.Resource{
			{Name: "staff", Readable: true, Identity: []string{"id"}, LookUp: []string{"ids"}, Incremental: &sdk.Incremental{}, Fields: append(fields(), &sdk.Field{Path: "end", Type: "date", Sharp: "end-date"})},
			target("look-up", look, true, true),
			target("whole", look, true, false),
			target("key", protocol.Reconcile_RECONCILE_IDEMPOTENCY_KEY, false, true),
			target("upsert", protocol.Reconcile_RECONCILE_UPSERT, false, true),
			target("none", protocol.Reconcile_RECONCILE_NONE, false, true),
			{Name: "everybody", Writable: true, Fields: fields(), WriteForm: protocol.WriteForm_WRITE_FORM_SNAPSHOT},
		},
	}
}

func target(name string, how protocol.Reconcile, finds, changedOnly bool) *sdk.Resource {
	r := &sdk.Resource{
		Name: name, Readable: true, Writable: true, Identity: []string{"id"}, Fields: fields(),
		Endpoints: []*sdk.Endpoint{
			{Operation: protocol.Operation_OPERATION_CREATE, Reconcile: how, Declarable: true},
			{Operation: protocol.Operation_OPERATION_UPDATE, Reconcile: how, Declarable: true, ChangedOnly: changedOnly},
		},
		WriteForm: protocol.WriteForm_WRITE_FORM_OPERATIONS,
	}
	if finds {
		r.LookUp = []string{"keys"}
	}
	return r
}

func fields() []*sdk.Field {
	return []*sdk.Field{
		{Path: "id", Type: "string", Filled: true},
		{Path: "matricule", Type: "string"},
		{Path: "nom", Type: "string"},
		{Path: "email", Type: "string", Sharp: "e-mail"},
		{Path: "phone", Type: "string"},
		{Path: "manager", Type: "string"},
	}
}

func (connector) Configure(_ context.Context, s sdk.Settings) (sdk.Connection, error) {
	tenant := s.String("tenant")
	if key := s.String("api_key"); strings.Contains(key, "production") { // a key says whose data it is
		tenant += "-production"
	}
	return &connection{dir: s.String("dir"), tenant: tenant}, nil
}

type connection struct{ dir, tenant string }

func (c *connection) Tenant() *sdk.Tenant { return &sdk.Tenant{Id: c.tenant} }

func (c *connection) ProfileURLs() map[string]string {
	return map[string]string{"staff": "https://" + c.tenant + ".example/{id}", "look-up": "https://" + c.tenant + ".example/?of={id}", "none": "javascript:alert({id})"}
}

func (c *connection) file(name string) string { return filepath.Join(c.dir, name) }
