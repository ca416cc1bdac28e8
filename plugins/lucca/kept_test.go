package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/sdk"
)

// Half a list that was kept would leave people out of every read that follows.
func TestOnlyWhatIsWholeIsKept(t *testing.T) {
	t.Parallel()
	var k kept[int]
	fetched := 0
	get := func(whole bool, complaint *sdk.Error) int {
		got, _ := k.get(time.Unix(0, 0), func() (int, bool, *sdk.Error) {
			fetched++
			return fetched, whole, complaint
		})
		return got
	}
	require.Equal(t, []int{1, 2, 3, 3}, []int{get(false, nil), get(true, &sdk.Error{}), get(true, nil), get(true, nil)})
}
