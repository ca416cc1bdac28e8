package apply

import (
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/ledger"
	"passerelle/engine/plan"
)

// TestMoved: that somebody came back under a new id is a fact, whatever the
// target thought of the changes; but not while nobody knows what it did.
func TestMoved(t *testing.T) {
	t.Parallel()
	back := plan.Entry{
		Operation: plan.Reactivate, SourceID: "70", From: "7", TargetID: "t-7", Person: ledger.PersonMark{1},
		Agreed: []ledger.Print{{Field: 2, Sum: 22}}, Facts: []ledger.Print{{Field: 1, Sum: 11}},
	}
	both := []ledger.Print{{Field: 1, Sum: 11}, {Field: 2, Sum: 22}}
	done := applied(&back)
	require.Equal(t, "7", done.MovedFrom)
	require.True(t, done.DropPrints, "those of the old id mean nothing under the new one")
	require.Equal(t, both, done.Prints)
	require.Equal(t, ledger.Active, done.State)

	failed := refused(&back)
	require.Equal(t, "7", failed.MovedFrom)
	require.Equal(t, ledger.NoLink, failed.State, "still switched off")
	require.Equal(t, both, failed.Prints)

	back.Operation = plan.Link
	require.Equal(t, ledger.Active, refused(&back).State)
	unknown := ambiguous(&back)
	require.Empty(t, unknown.MovedFrom)
	require.False(t, unknown.DropPrints)

	kept := nothingSent(&plan.Entry{Operation: plan.Note, SourceID: "70", From: "7", TargetID: "t-7", Person: ledger.PersonMark{1}})
	require.Equal(t, "7", kept.MovedFrom, "the tie moves though the account stays off")
	require.Equal(t, ledger.NoLink, kept.State, "still switched off")

	ordinary := plan.Entry{Operation: plan.Update, SourceID: "7"}
	require.False(t, applied(&ordinary).DropPrints)
}
