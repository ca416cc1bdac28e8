package plan

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/flow"
)

// None and one are singular in French; in English one alone is.
func TestCountsAgree(t *testing.T) {
	t.Parallel()
	for _, v := range []voice{{}, {records: true}} {
		for n, want := range map[int64]Text{
			0: {FR: v.or("0 personne", "0 fiche"), EN: v.or("0 people", "0 records")},
			1: {FR: v.or("1 personne", "1 fiche"), EN: v.or("1 person", "1 record")},
			2: {FR: v.or("2 personnes", "2 fiches"), EN: v.or("2 people", "2 records")},
		} {
			require.Equal(t, want, Text{FR: v.personnes(n), EN: v.people(n)})
		}
	}
}

// What a block says of one agrees with one, whichever block it is.
func TestBlocksAgree(t *testing.T) {
	t.Parallel()
	one := limited{open: 1, done: 1, limit: 1, of: 1, expected: 1}
	v := voice{}
	for _, said := range []Text{
		v.sayDepartures(PartRemovals, one), v.sayCreates(one, false), v.sayHeld(one, 1), v.sayIdentity(limited{open: 2, limit: 1, of: 1}),
		sayNotWhole(flow.End{Received: 1, Expected: 1}),
	} {
		for _, wrong := range []string{"1 personnes", "personne sur 1 déjà liée ne peut être créées", "1 fiches", "les 1 ", "1 déjà liées", "1 annoncées", "1 fiche ont", "1 qui sont"} {
			require.NotContains(t, said.FR, wrong)
		}
		for _, wrong := range []string{"1 person are", "1 person were", "1 person appear ", "1 person wait ", "1 who are", "1 records", "1 record were"} {
			require.NotContains(t, said.EN, wrong)
		}
	}
	require.True(t, strings.HasPrefix(v.sayHeld(limited{open: 0}, 0).FR, "0 personne est retenue"))
}
