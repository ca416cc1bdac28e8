package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// connect opens a connection as the engine would.
func connect(t testing.TB, settings map[string]any) *connection {
	t.Helper()
	s := settingsOf(t, settings, connectionSettings())
	c, err := connector{}.Configure(t.Context(), s)
	require.NoError(t, err)
	return c.(*connection)
}

func settingsOf(t testing.TB, values map[string]any, schema []*sdk.Setting) sdk.Settings {
	t.Helper()
	text, err := json.Marshal(values)
	require.NoError(t, err)
	s, complaint := sdk.NewSettings(text, schema)
	require.Nil(t, complaint)
	return s
}

// read reads a file whole and gives its records.
func read(t testing.TB, c *connection, settings map[string]any, projection ...string) ([]string, sdk.End, error) {
	t.Helper()
	out, got := sdk.NewTestOutput()
	end, err := c.Read(t.Context(), sdk.ReadRequest{
		Resource: rowsResource, Projection: projection,
		Settings: settingsOf(t, settings, append(commonSettings(), readSettings()...)),
	}, out)
	var records []string
	for _, r := range got.Records() {
		records = append(records, string(r.Data))
	}
	return records, end, err
}

// complaint is the error as the engine is told of it.
func complaint(t testing.TB, err error) *sdk.Error {
	t.Helper()
	var e *sdk.Error
	require.ErrorAs(t, err, &e)
	require.NotEmpty(t, e.Remedy)
	require.NotEmpty(t, e.Detail)
	require.NotZero(t, e.Retry)
	return e
}

// put writes a file of a test and gives its path.
func put(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// fields makes a schema: name, type, name, type.
func fields(pairs ...string) []*sdk.Field {
	var out []*sdk.Field
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, &sdk.Field{Path: pairs[i], Type: pairs[i+1]})
	}
	return out
}

func open(t testing.TB, c *connection, settings map[string]any, schema []*sdk.Field) (sdk.Snapshot, error) {
	t.Helper()
	return c.OpenSnapshot(context.WithoutCancel(t.Context()), sdk.WriteSession{
		Resource: rowsResource, Schema: schema,
		Settings: settingsOf(t, settings, append(commonSettings(), writeSettings()...)),
	})
}

// records makes write records.
func records(data ...string) []sdk.WriteRecord {
	var out []sdk.WriteRecord
	for _, d := range data {
		out = append(out, sdk.WriteRecord{Data: []byte(d)})
	}
	return out
}

// write writes a whole file and gives the codes of the records it refused, "" for
// one that it took.
func write(t testing.TB, c *connection, settings map[string]any, schema []*sdk.Field, data ...string) []string {
	t.Helper()
	s, err := open(t, c, settings, schema)
	require.NoError(t, err)
	results, err := s.Write(t.Context(), records(data...))
	require.NoError(t, err)
	var codes []string
	var applied int64
	for _, r := range results {
		if r.Err != nil {
			require.Equal(t, protocol.Outcome_OUTCOME_REFUSED, r.Outcome)
			require.NotEmpty(t, r.Err.Remedy)
			codes = append(codes, r.Err.Code)
			continue
		}
		require.Equal(t, protocol.Outcome_OUTCOME_APPLIED, r.Outcome)
		applied++
		codes = append(codes, "")
	}
	require.NoError(t, s.Commit(t.Context(), applied))
	s.Abort() // harmless now
	return codes
}

func content(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

// entries are the names in a folder.
func entries(t testing.TB, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}
