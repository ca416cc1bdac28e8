package permissions

import (
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/compile"
	"passerelle/plugins/protocol"
)

// A right that an operation alone needs is asked for only where runs may need the
// operation.
func TestDoes(t *testing.T) {
	t.Parallel()
	const create, update, deactivate, reactivate, erase = protocol.Operation_OPERATION_CREATE, protocol.Operation_OPERATION_UPDATE,
		protocol.Operation_OPERATION_DEACTIVATE, protocol.Operation_OPERATION_REACTIVATE, protocol.Operation_OPERATION_DELETE
	for name, x := range map[string]struct {
		leavers *compile.Leavers
		does    []protocol.Operation
	}{
		"nobody leaves":       {nil, []protocol.Operation{create, update}},
		"leavers stay":        {&compile.Leavers{}, []protocol.Operation{create, update}},
		"leave":               {&compile.Leavers{Do: deactivate}, []protocol.Operation{create, update, deactivate}},
		"and come back":       {&compile.Leavers{Do: deactivate, Back: true}, []protocol.Operation{create, update, deactivate, reactivate}},
		"are erased":          {&compile.Leavers{Do: erase}, []protocol.Operation{create, update, erase}},
		"the others are out":  {&compile.Leavers{Do: erase, Out: true}, []protocol.Operation{create, update, deactivate, erase}},
		"the others are gone": {&compile.Leavers{Gone: true}, []protocol.Operation{create, update, deactivate}},
	} {
		var got []protocol.Operation
		for _, operation := range []protocol.Operation{create, update, deactivate, reactivate, erase} {
			if does(&compile.Mapping{Leavers: x.leavers}, operation) {
				got = append(got, operation)
			}
		}
		require.Equal(t, x.does, got, name)
	}
}
