package apply

import (
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/compile"
	"passerelle/plugins/protocol"
)

// Several batches go together only where nothing would be worse for it after a
// kill: what was sent and not answered is repeated, or looked up, by itself.
func TestWhoIsGivenSeveralBatches(t *testing.T) {
	t.Parallel()
	const (
		none   = protocol.Reconcile_RECONCILE_NONE
		lookUp = protocol.Reconcile_RECONCILE_LOOK_UP
		upsert = protocol.Reconcile_RECONCILE_UPSERT
	)
	for name, c := range map[string]struct {
		abilities compile.Abilities
		refers    bool
		want      bool
	}{
		"upsert":                {compile.Abilities{CreateReconciled: upsert, UpdateReconciled: upsert}, false, true},
		"looked up":             {compile.Abilities{CreateReconciled: lookUp, UpdateReconciled: lookUp, FindByKey: true}, false, true},
		"can't be looked up":    {compile.Abilities{CreateReconciled: lookUp, UpdateReconciled: lookUp}, false, false},
		"a person must look":    {compile.Abilities{CreateReconciled: none, UpdateReconciled: upsert, FindByKey: true}, false, false},
		"or after an update":    {compile.Abilities{CreateReconciled: upsert, UpdateReconciled: none}, false, false},
		"nothing is said of it": {compile.Abilities{}, false, false},
		"refers to others":      {compile.Abilities{CreateReconciled: upsert, UpdateReconciled: upsert}, true, false},
	} {
		a := applier{Input: Input{Mapping: &compile.Mapping{}}}
		a.Mapping.Target.Abilities = c.abilities
		if c.refers {
			a.referrer = &referrer{}
		}
		require.Equal(t, c.want, a.mayGroup(), name)
	}
}
