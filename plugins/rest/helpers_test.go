package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

const canary = "canary-4f1d2c"

func configure(t *testing.T, settings map[string]any) (*connection, error) {
	t.Helper()
	c := &connector{tune: func(c *rest.Config) { c.FirstWait, c.Attempts = time.Millisecond, 2 }}
	text, err := json.Marshal(settings)
	require.NoError(t, err)
	checked, complaint := sdk.NewSettings(text, c.Describe().GetSettings())
	if complaint != nil {
		return nil, complaint
	}
	opened, err := c.Configure(t.Context(), checked)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { require.NoError(t, opened.(*connection).Close()) })
	return opened.(*connection), nil
}

func connect(t *testing.T, api http.Handler, settings map[string]any) *connection {
	t.Helper()
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	if settings == nil {
		settings = map[string]any{"auth": "none"}
	}
	settings["url"] = server.URL + "/v2"
	settings["rate_limit"] = "100000/s"
	c, err := configure(t, settings)
	require.NoError(t, err)
	return c
}

// read reads with a source block's settings, as the engine hands them on.
func read(t *testing.T, c *connection, settings string, change ...func(*sdk.ReadRequest)) (sdk.End, []string, error) {
	t.Helper()
	checked, complaint := sdk.NewSettings([]byte(settings), readSettings())
	require.Nil(t, complaint)
	request := sdk.ReadRequest{Resource: resource, Settings: checked}
	for _, c := range change {
		c(&request)
	}
	out, collected := sdk.NewTestOutput()
	end, err := c.Read(t.Context(), request, out)
	var found []string
	for _, r := range collected.Records() {
		found = append(found, r.Key+string(r.Data))
	}
	return end, found, err
}

func codeOf(t *testing.T, err error) string {
	t.Helper()
	var complaint *sdk.Error
	require.ErrorAs(t, err, &complaint)
	require.NotEmpty(t, complaint.Remedy)
	return complaint.Code
}

func answer(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}

const (
	opCreate     = protocol.Operation_OPERATION_CREATE
	opUpdate     = protocol.Operation_OPERATION_UPDATE
	opDeactivate = protocol.Operation_OPERATION_DEACTIVATE
	opReactivate = protocol.Operation_OPERATION_REACTIVATE
	opDelete     = protocol.Operation_OPERATION_DELETE
	opFind       = protocol.Operation_OPERATION_FIND
)
