package ledger

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever the order, the gaps and the strangers among them: a LinkReader says what
// Links says.
func TestLinkReaderSaysWhatLinksSays(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, run, plan := started(t, l)
	other, err := l.Scope(t.Context(), Scope{"lucca.example", "users", "personio.example", "persons"})
	require.NoError(t, err)
	require.NoError(t, l.SavePlan(t.Context(), Plan{ID: "other", RunID: run, Scope: other, SpoolPath: "s", MappingHash: "h", Batches: 99}))

	const people, size = 600, 50
	var ids []string
	for n := range people {
		ids = append(ids, fmt.Sprintf("%05d", n))
	}
	for at := 0; at < people; at += size {
		var batch, elsewhere []Applied
		for n := at; n < at+size; n++ {
			a := created(ids[n], uint64(n+1))
			if n%7 == 0 {
				a.Person = PersonMark{byte(n), 1}
			}
			batch, elsewhere = append(batch, a), append(elsewhere, created(ids[n], uint64(9*n+1)))
		}
		require.NoError(t, l.Settle(t.Context(), run, plan, int64(at), batch))
		if at >= people/2 { // numbers of another scope lie between from here on
			require.NoError(t, l.Settle(t.Context(), run, "other", int64(at), elsewhere))
		}
	}
	var gone []Applied
	for n := 100; n < 180; n++ {
		gone = append(gone, Applied{SourceID: ids[n], State: Deleted})
	}
	require.NoError(t, l.Settle(t.Context(), run, plan, people, gone))

	random := rand.New(rand.NewPCG(1, 2))
	shuffled := slices.Clone(ids)
	random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	backwards := slices.Clone(ids)
	slices.Reverse(backwards)
	var withNew, sparse, twice []string
	astray := slices.Clone(ids) // never at the same places of two batches
	for at := 0; at+size < people; at += 23 {
		astray[at], astray[at+size/2] = astray[at+size/2], astray[at]
	}
	for n, id := range ids {
		withNew = append(withNew, id)
		if n%5 == 0 {
			withNew = append(withNew, "new-"+id)
		}
		if n%9 == 0 {
			sparse = append(sparse, id)
		}
		twice = append(twice, id, id)
	}
	for name, order := range map[string][]string{
		"in order": ids, "some astray": astray, "backwards": backwards, "shuffled": shuffled, "strangers between": withNew, "few of them": sparse,
		"each twice": twice, "in order after a shuffle": slices.Concat(shuffled, ids, ids[300:], ids),
	} {
		for _, in := range []ScopeID{scope, other} {
			reader := l.LinkReader(in)
			var got []Link
			for batch := range slices.Chunk(order, size) {
				want, err := l.Links(t.Context(), in, batch, nil)
				require.NoError(t, err)
				got, err = reader.Links(t.Context(), batch, got)
				require.NoError(t, err)
				require.Len(t, got, len(want))
				for i := range want {
					link := got[i] // it is used again as it is
					link.Prints = append([]Print(nil), link.Prints...)
					want[i].Prints = append([]Print(nil), want[i].Prints...)
					require.Equal(t, want[i], link, name)
				}
			}
		}
	}
}

// In order, nobody is looked up one by one; out of order, nothing is read for
// nothing; and in order again, it is noticed.
func TestLinkReaderFollowsTheOrder(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, run, plan := started(t, l)
	var ids []string
	var batch []Applied
	for n := range 400 {
		ids = append(ids, fmt.Sprintf("%05d", n))
		batch = append(batch, created(ids[n], 1))
	}
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, batch))
	reader := l.LinkReader(scope)
	read := func(ids []string) (lookedUp int) {
		_, err := reader.Links(t.Context(), ids, nil)
		require.NoError(t, err)
		return len(reader.missing)
	}
	require.Zero(t, read(ids[:100]))
	require.Zero(t, read(ids[100:200]))
	require.Equal(t, 1, read(append([]string{"new"}, ids[200:300]...)))
	backwards := slices.Clone(ids)
	slices.Reverse(backwards)
	read(backwards[:100])
	require.False(t, reader.ordered)
	read(ids[:100])
	require.True(t, reader.ordered)
	require.Zero(t, read(ids[100:200]))
}
