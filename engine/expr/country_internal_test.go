package expr

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A name as it is written leads where its folded form leads.
func TestExactCountryNames(t *testing.T) {
	t.Parallel()
	c := &countries{}
	_, ok := c.find("France")
	require.True(t, ok)
	require.Greater(t, len(c.exact), 700)
	for name, region := range c.exact {
		require.Equal(t, c.byName[foldName(name)], region, name)
	}
}
