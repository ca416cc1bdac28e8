package plan

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// Compared with a plain map, which can't be wrong: where most fingerprints belong
// in the same slot, where they differ in one half alone, and where they are as
// they come.
func TestFirstsAreThoseOfAMap(t *testing.T) {
	t.Parallel()
	for name, draw := range map[string]func(*rand.Rand) fingerprint{
		"random":           func(r *rand.Rand) fingerprint { return fingerprint{r.Uint64(), r.Uint64()} },
		"one slot":         func(r *rand.Rand) fingerprint { return fingerprint{r.Uint64N(3000), 0} },
		"the last slot":    func(r *rand.Rand) fingerprint { return fingerprint{^uint64(0) - r.Uint64N(3000), 255} },
		"upper bits alone": func(r *rand.Rand) fingerprint { return fingerprint{7, r.Uint64N(3000) << positionBits} },
		"shards":           func(r *rand.Rand) fingerprint { return fingerprint{r.Uint64N(100), r.Uint64N(256)} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(1, 2))
			var table firsts
			plain := map[fingerprint]int64{}
			for position := range int64(20_000) {
				print := draw(random)
				want, seen := plain[print]
				if !seen {
					want, plain[print] = position, position
				}
				got, isNew := table.put(print, position)
				require.Equal(t, want, got)
				require.Equal(t, !seen, isNew)
				if asked := draw(random); position%3 == 0 {
					want, seen := plain[asked]
					got, known := table.first(asked)
					require.Equal(t, seen, known)
					require.True(t, !known || got == want)
				}
			}
			for print, want := range plain {
				got, known := table.first(print)
				require.True(t, known)
				require.Equal(t, want, got)
			}
		})
	}
}

// The position that is the greatest, and a hash that is nothing.
func TestFirstsAtTheEdges(t *testing.T) {
	t.Parallel()
	var table firsts
	_, known := table.first(fingerprint{})
	require.False(t, known)
	_, isNew := table.put(fingerprint{}, positionMask-1)
	require.True(t, isNew)
	at, known := table.first(fingerprint{})
	require.True(t, known)
	require.EqualValues(t, positionMask-1, at)
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

func BenchmarkFirsts(b *testing.B) {
	const all = 1_000_000
	random := rand.New(rand.NewPCG(1, 2))
	for b.Loop() {
		var table firsts
		for position := range int64(all) {
			table.put(fingerprint{random.Uint64(), random.Uint64()}, position)
		}
		slots := 0
		for i := range table.shards {
			slots += len(table.shards[i].slots)
		}
		b.ReportMetric(float64(slots*16)/all, "bytes/record")
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/all, "ns/record")
}
