// Package node tests the plugin in Node.js beside it, which is written from
// docs/protocol.md alone.
package node

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/sdk/conformance"
	"passerelle/plugins/sdk/conformance/people"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	if why := unready(); why != "" {
		if os.Getenv("CI") != "" {
			t.Fatal(why) // .ci/run installs what it takes
		}
		t.Skip(why)
	}
	path, err := filepath.Abs("engine-plugin-node-people")
	require.NoError(t, err)
	api := httptest.NewServer(people.New(250))
	t.Cleanup(api.Close)
	conformance.Test(t, conformance.Options{
		Path: path, Patience: 30 * time.Second,
		Trial: conformance.Trial{
			Connection: map[string]any{"url": api.URL, "api_key": people.Key},
			Resources: map[string]conformance.TrialResource{"people": {
				Key:    []string{"number"},
				Create: map[string]any{"number": "N{n}", "name": "Node {n}", "email": "n{n}@example.com"},
			}},
		},
	})
}

// unready says what is missing to run the plugin.
func unready() string {
	if _, err := exec.LookPath("node"); err != nil {
		return "node is not installed"
	}
	if _, err := os.Stat(filepath.Join("node_modules", "@grpc", "grpc-js")); err != nil {
		return "the packages are not installed: npm ci in examples/plugin-node"
	}
	return ""
}

// The files of proto are copies, as a partner has them.
func TestTheProtocolIsTheCurrentOne(t *testing.T) {
	t.Parallel()
	ours, err := os.ReadFile("../../plugins/protocol/connector.proto")
	require.NoError(t, err)
	copied, err := os.ReadFile("proto/connector.proto")
	require.NoError(t, err)
	require.Equal(t, string(ours), string(copied), "cp plugins/protocol/connector.proto examples/plugin-node/proto/")
}
