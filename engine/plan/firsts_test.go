package plan

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Compared with a plain map, which can't be wrong: where most fingerprints belong
// in the same slot, where they differ in one half alone, and where they are as
// they come; in memory, on disk, and on both. Who is new to put and has a twin all
// the same is found by settle, and no one else.
func TestFirstsAreThoseOfAMap(t *testing.T) {
	t.Parallel()
	for name, draw := range map[string]func(*rand.Rand) fingerprint{
		"random":           func(r *rand.Rand) fingerprint { return fingerprint{r.Uint64(), r.Uint64()} },
		"one slot":         func(r *rand.Rand) fingerprint { return fingerprint{r.Uint64N(3000), 0} },
		"the last slot":    func(r *rand.Rand) fingerprint { return fingerprint{^uint64(0) - r.Uint64N(3000), 255} },
		"upper bits alone": func(r *rand.Rand) fingerprint { return fingerprint{7, r.Uint64N(3000) << positionBits} },
		"shards":           func(r *rand.Rand) fingerprint { return fingerprint{r.Uint64N(100), r.Uint64N(256)} },
	} {
		for _, most := range []int{0, 1, 700, mostFirsts} {
			t.Run(fmt.Sprint(name, "/", most), func(t *testing.T) {
				t.Parallel()
				random := rand.New(rand.NewPCG(1, 2))
				dir := t.TempDir()
				table := firsts{most: most, later: later{dir: dir}}
				defer table.later.close()
				plain := map[fingerprint][]int64{} // who has it, in order
				twins := map[int64]bool{}          // positions of whom put or settle says so
				for position := range int64(20_000) {
					print := draw(random)
					plain[print] = append(plain[print], position)
					first, isNew := table.put(print, position)
					if !isNew {
						require.Equal(t, plain[print][0], first)
						twins[first], twins[position] = true, true
					} else if most == mostFirsts {
						require.Len(t, plain[print], 1)
					}
				}
				require.NoError(t, table.settle(func(positions []int64) {
					require.True(t, slices.IsSorted(positions))
					for _, position := range positions {
						require.False(t, twins[position], "said already")
						twins[position] = true
					}
				}))
				for print, who := range plain {
					for _, position := range who {
						require.Equal(t, len(who) > 1, twins[position])
					}
					got, known, err := table.first(print)
					require.NoError(t, err)
					require.True(t, known)
					require.Equal(t, who[0], got)
				}
				for range 5000 {
					asked := draw(random)
					_, known, err := table.first(asked)
					require.NoError(t, err)
					require.Equal(t, plain[asked] != nil, known)
				}
				left, err := os.ReadDir(dir)
				require.NoError(t, err)
				require.Empty(t, left, "the file has a name")
			})
		}
	}
}

// The position that is the greatest, and a hash that is nothing.
func TestFirstsAtTheEdges(t *testing.T) {
	t.Parallel()
	for _, most := range []int{0, 1} {
		table := firsts{most: most, later: later{dir: t.TempDir()}}
		defer table.later.close()
		_, known, err := table.first(fingerprint{})
		require.NoError(t, err)
		require.False(t, known)
		_, isNew := table.put(fingerprint{}, positionMask-1)
		require.True(t, isNew)
		require.NoError(t, table.settle(func([]int64) { t.Error("it is alone") }))
		at, known, err := table.first(fingerprint{})
		require.NoError(t, err)
		require.True(t, known)
		require.EqualValues(t, positionMask-1, at)
	}
}

// A disk that has no room for them is said, not taken for "nobody is twice".
func TestFirstsThatCannotBeKept(t *testing.T) {
	t.Parallel()
	table := firsts{later: later{dir: filepath.Join(t.TempDir(), "nowhere")}}
	for position := range int64(100_000) {
		table.put(fingerprint{uint64(position), uint64(position)}, position)
	}
	require.ErrorIs(t, table.settle(func([]int64) {}), os.ErrNotExist)
}

// However many were read, each is found again, and nothing of them can be read on
// disk.
func TestRollNamesEverybody(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := roll{sealer: newLedger(t).Sealer(), planID: "p", dir: dir}
	defer r.close()
	who := func(i int64) Person { return Person{fmt.Sprintf("canary-%d", i), fmt.Sprintf("Zoé %d", i)} }
	const all = 3*rollFrame + 5
	for i := range int64(all) {
		require.NoError(t, r.add(who(i).SourceID, who(i).Shown))
		if i%700 == 0 { // while more come
			got, err := r.at(i)
			require.NoError(t, err)
			require.Equal(t, who(i), got)
		}
	}
	for _, i := range []int64{0, rollFrame - 1, rollFrame, all - 1, 3, 3 * rollFrame, 1} {
		got, err := r.at(i)
		require.NoError(t, err)
		require.Equal(t, who(i), got)
	}
	var met int64
	require.NoError(t, r.each(func(position int64, got Person) {
		require.Equal(t, met, position)
		require.Equal(t, who(met), got)
		met++
	}))
	require.EqualValues(t, all, met)
	text := make([]byte, r.ends[len(r.ends)-1])
	_, err := r.file.ReadAt(text, 0)
	require.NoError(t, err)
	require.NotContains(t, string(text), "canary")
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left, "the file has a name")
}

// BenchmarkFirsts is of a million, in memory and as they are kept.
func BenchmarkFirsts(b *testing.B) {
	const all = 1_000_000
	for name, most := range map[string]int{"memory": all, "as kept": mostFirsts} {
		b.Run(name, func(b *testing.B) {
			random := rand.New(rand.NewPCG(1, 2))
			for b.Loop() {
				table := firsts{most: most, later: later{dir: b.TempDir()}}
				for position := range int64(all) {
					table.put(fingerprint{random.Uint64(), random.Uint64()}, position)
				}
				slots := 0
				for i := range table.shards {
					slots += len(table.shards[i].slots)
				}
				require.NoError(b, table.settle(func([]int64) { b.Error("all are different") }))
				table.later.close()
				b.ReportMetric(float64(slots*slotBytes)/all, "bytes/record")
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/all, "ns/record")
		})
	}
}
