package compile_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/compile"
)

// References imply what comes before what, and each field knows whose id it takes.
func TestReferences(t *testing.T) {
	t.Parallel()
	mappings, _, found := validated(t, filepath.Join("testdata", "right", "linked"))
	require.Empty(t, found)
	var order []string
	fields := map[string]string{}
	for _, m := range compile.Ordered(mappings) {
		order = append(order, m.Address)
		for _, f := range m.Target.Fields {
			if f.Linked != nil {
				fields[m.Address+" "+f.Name] = f.Linked.Address
				require.False(t, f.Copies())
			}
		}
	}
	require.Equal(t, []string{"teams", "people", "heads"}, order)
	require.Equal(t, map[string]string{
		"heads head": "people", "people chef": "people", "people floor.chief": "people", "people team": "teams",
	}, fields)
	require.Equal(t, []string{"people"}, addresses(compile.Ordered(mappings[1:2])), "alone, it waits for nobody")
}

func addresses(mappings []*compile.Mapping) []string {
	var out []string
	for _, m := range mappings {
		out = append(out, m.Address)
	}
	return out
}
