package flow

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Who has left is a fact of the record, and an unfinished file never holds a
// departure: neither a failing map nor an unmet requirement does.
func TestLeavers(t *testing.T) {
	t.Parallel()
	m := people(t, []string{"id"}, `
		leavers { when = "person.level == 9" }
		require "a site" { fields = ["person.site"] }`, ``, `required = ["name"]`, `level = "100 / size(person.first)"`)
	items, err := mapped(t, m,
		`{"id":1,"name":"N","first":"F","site":"S","level":1}`,
		`{"id":2,"level":9}`,
		`{"id":3,"name":"N","first":"F","site":"S"}`,
		`{"id":4,"name":"N","first":"F","site":"S","level":"x"}`,
	)
	require.NoError(t, err)
	require.False(t, items[0].Left)
	require.NotNil(t, items[0].Values)

	require.True(t, items[1].Left, "nothing else of the record matters")
	require.Nil(t, items[1].Held)
	require.Empty(t, items[1].Unmet)
	require.NotNil(t, items[1].Values)

	require.Equal(t, "empty-condition", items[2].Held.Code, "empty is neither here nor gone")
	require.Equal(t, "leavers", items[2].Held.Field)
	require.False(t, items[2].Left)
	require.NotNil(t, items[3].Held, "what can't be read decides nothing")
}

func TestRequire(t *testing.T) {
	t.Parallel()
	m := people(t, []string{"id"}, `
		require "site and first name" { fields = ["person.site", "person.first"] }
		require "a level" {
		  that   = "filled(person.level) && person.level > 0"
		  before = ["create"]
		}`, ``, ``, ``)
	items, err := mapped(t, m,
		`{"id":1,"name":"N","first":"F","site":"S","level":1}`,
		`{"id":2,"name":"N","first":"F","level":1}`,
		`{"id":3,"name":"N","level":0}`,
	)
	require.NoError(t, err)
	unmet := func(i int) (names []string) {
		for _, r := range items[i].Unmet {
			names = append(names, r.Decl.Name)
		}
		return names
	}
	require.Empty(t, unmet(0))
	require.Equal(t, []string{"site and first name"}, unmet(1))
	require.Equal(t, []string{"site and first name", "a level"}, unmet(2))
	for _, item := range items {
		require.NotNil(t, item.Values, "what is not met yet is no failure")
	}
	for operation, want := range map[string]int{"create": 2, "update": 1, "reactivate": 1} {
		n := 0
		for _, r := range items[2].Unmet {
			if r.Before(operation) {
				n++
			}
		}
		require.Equal(t, want, n, operation)
	}
}
