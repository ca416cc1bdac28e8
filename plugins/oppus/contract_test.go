package main

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
	"passerelle/plugins/sdk/rest/resttest"
)

// What the connector sends is what openapi.yaml takes, and the account that it is
// tested with answers as it says.
func TestContract(t *testing.T) {
	t.Parallel()
	a := &account{}
	server := httptest.NewServer(resttest.Open(t, "openapi.yaml", "/api/v1").Hold(a))
	t.Cleanup(server.Close)
	c := &connector{tune: func(c *rest.Config) { c.FirstWait, c.Attempts = time.Millisecond, 2 }}
	settings, complaint := sdk.NewSettings([]byte(marshal(map[string]any{"url": server.URL, "api_key": key})), c.Describe().GetSettings())
	require.Nil(t, complaint)
	opened, err := c.Configure(t.Context(), settings)
	require.NoError(t, err)
	connection := opened.(*connection)
	t.Cleanup(func() { require.NoError(t, connection.Close()) })
	results, err := connection.Write(t.Context(), sdk.WriteSession{Resource: "employees"}, []sdk.WriteRecord{
		{Operation: protocol.Operation_OPERATION_CREATE, IdempotencyKey: "k", Data: []byte(`{"matricule":"00057","nom":"D'ARCY","prenom":"Zoé","civilite":"Mme","nationalite":"FR",` +
			`"date_naissance":"29/02/2000","email":"zoe@x.example","telephone_fixe":"+33199004512","langues":["grec"]}`)},
		{Operation: protocol.Operation_OPERATION_CREATE, Data: []byte(`{"matricule":"00057","nom":"X","prenom":"Y"}`)},
	})
	require.NoError(t, err)
	require.Equal(t, protocol.Outcome_OUTCOME_APPLIED, results[0].Outcome)
	require.Equal(t, "conflict", results[1].Err.Code)
	for _, request := range []sdk.ReadRequest{
		{Resource: "employees"}, {Resource: "employees", IDs: []string{"emp-1", "emp-9"}},
		{Resource: "employees", Keys: []sdk.Key{{Ref: "a", Fields: map[string]any{"matricule": "00057"}}}},
	} {
		out, collected := sdk.NewTestOutput()
		end, err := connection.Read(t.Context(), request, out)
		require.NoError(t, err)
		require.True(t, end.Complete)
		require.Len(t, collected.Records(), 1)
	}
	_, err = connection.Check(t.Context(), []*protocol.CheckResource{{Resource: "employees"}})
	require.NoError(t, err)
}
