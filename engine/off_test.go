package engine

import (
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/compile"
	"passerelle/engine/lang"
)

func TestChooseSaysThatAMappingIsOff(t *testing.T) {
	t.Parallel()
	on := &compile.Mapping{Address: "people"}
	off := map[string]*lang.Mapping{"absences": {Named: lang.Named{Name: "absences"}, Enabled: &lang.Enabled{Text: "input.absences"}}}
	chosen, found := choose([]*compile.Mapping{on}, []string{"people"}, off)
	require.Empty(t, found)
	require.Len(t, chosen, 1)
	_, found = choose([]*compile.Mapping{on}, []string{"absences"}, off)
	require.Equal(t, "mapping-off", found[0].Code)
	require.Contains(t, found[0].Detail, "input.absences")
	_, found = choose([]*compile.Mapping{on}, []string{"absence"}, off)
	require.Equal(t, "unknown-mapping", found[0].Code)
}
