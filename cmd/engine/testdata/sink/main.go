// The target of BenchmarkOperations: it takes what it is sent, answers with an
// id, and keeps nothing, so that what is measured is the engine.
package main

import (
	"context"
	"encoding/json"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

func main() { sdk.Serve(connector{}) }

type connector struct{}

func (connector) Describe() *sdk.Description {
	upsert := protocol.Reconcile_RECONCILE_UPSERT
	return &sdk.Description{
		Name: "sink", Version: "1.0.0", Title: &sdk.Text{En: "Sink"},
		Resources: []*sdk.Resource{{
			Name: "people", Writable: true, Identity: []string{"id"},
			Fields: []*sdk.Field{
				{Path: "id", Type: "string", Filled: true},
				{Path: "matricule", Type: "string"}, {Path: "nom", Type: "string"},
				{Path: "ne_le", Type: "date"}, {Path: "taux", Type: "decimal"},
			},
			Endpoints: []*sdk.Endpoint{
				{Operation: protocol.Operation_OPERATION_CREATE, Reconcile: upsert},
				{Operation: protocol.Operation_OPERATION_UPDATE, Reconcile: upsert, ChangedOnly: true},
			},
			WriteForm: protocol.WriteForm_WRITE_FORM_OPERATIONS,
		}},
	}
}

func (connector) Configure(context.Context, sdk.Settings) (sdk.Connection, error) {
	return connection{}, nil
}

type connection struct{}

func (connection) Tenant() *sdk.Tenant { return &sdk.Tenant{Id: "sink"} }

// Write gives a new record its own number as id, and keeps the id of another one.
func (connection) Write(_ context.Context, _ sdk.WriteSession, records []sdk.WriteRecord) ([]sdk.WriteResult, error) {
	results := make([]sdk.WriteResult, len(records))
	for i, r := range records {
		id := r.ID
		if id == "" {
			var data struct{ Matricule string }
			if err := json.Unmarshal(r.Data, &data); err != nil {
				return nil, err
			}
			id = "t-" + data.Matricule
		}
		results[i] = sdk.WriteResult{Outcome: protocol.Outcome_OUTCOME_APPLIED, ID: id, Attempts: 1}
	}
	return results, nil
}
