package plan

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/record"
)

// Each list is in the order in which its lines must come.
func TestSortKeysCompareAsValuesDo(t *testing.T) {
	t.Parallel()
	decimals := []record.Value{{}}
	for _, text := range []string{"-1000", "-999.5", "-12.31", "-12.3", "-1", "-0.5", "-0.05", "-0.005", "0", "0.005", "0.05", "0.5", "1", "9", "10", "12.3", "12.31", "100", "999.5", "1000"} {
		decimals = append(decimals, record.NewDecimal(text))
	}
	for name, ordered := range map[string][]record.Value{
		"decimal": decimals,
		"int":     {{}, record.NewInt(math.MinInt64), record.NewInt(-1), record.NewInt(0), record.NewInt(2), record.NewInt(10), record.NewInt(math.MaxInt64)},
		"double":  {record.NewDouble(-1e300), record.NewDouble(-1), record.NewDouble(-1e-300), record.NewDouble(0), record.NewDouble(1e-300), record.NewDouble(2), record.NewDouble(10)},
		"date":    {{}, record.NewDate(999, 1, 1), record.NewDate(1969, 12, 31), record.NewDate(1970, 1, 1), record.NewDate(2026, 9, 1)},
		"moment": {record.NewTimestamp(time.Date(1969, 1, 1, 0, 0, 0, 5, time.UTC)), record.NewTimestamp(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)),
			record.NewTimestamp(time.Date(2026, 1, 1, 0, 0, 0, 1, time.UTC))},
		"bool": {{}, record.NewBool(false), record.NewBool(true)},
		"text": {{}, record.NewString("\x00"), record.NewString("\x00\x01"), record.NewString("\x01"), record.NewString("00057"), record.NewString("0006"),
			record.NewString("A"), record.NewString("A\x00"), record.NewString("AB"), record.NewString("a"), record.NewString("É")},
		"choice": {record.NewChoice("a", "z"), record.NewChoice("b", "a")},
	} {
		for i := range ordered {
			for j := range ordered {
				a, b := appendSortKey(nil, ordered[i]), appendSortKey(nil, ordered[j])
				want := 0
				if i != j {
					want = 1 - 2*b2i(i < j)
				}
				require.Equal(t, want, bytes.Compare(a, b), "%s: %d against %d", name, i, j)
				if i != j {
					require.False(t, bytes.HasPrefix(a, b), "%s: %d begins with %d", name, i, j)
				}
			}
		}
	}
	require.Equal(t, appendSortKey(nil, record.NewDouble(0)), appendSortKey(nil, record.NewDouble(math.Copysign(0, -1))))
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// However little memory there is, the order is the same; lines that are equal
// stay in the source's order, and nothing of them can be read on disk.
func TestSorterMergesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	s := &sorter{sealer: newLedger(t).Sealer(), planID: "p", dir: t.TempDir(), limit: 3000}
	orders(t, s, func() {
		require.Greater(t, len(s.runs), 10, "nothing was spilled")
		text := make([]byte, s.end)
		_, err := s.file.ReadAt(text, 0)
		require.NoError(t, err)
		require.NotContains(t, string(text), "canary")
		left, err := os.ReadDir(s.dir)
		require.NoError(t, err)
		require.Empty(t, left, "the file has a name")
	})
}

// What fits is never written down.
func TestSorterOfWhatFits(t *testing.T) {
	t.Parallel()
	s := &sorter{limit: 1 << 20}
	orders(t, s, func() {})
	require.Nil(t, s.file)
}

// orders gives a sorter many lines and looks at their order; between the two
// comes filled.
func orders(t *testing.T, s *sorter, filled func()) {
	t.Helper()
	defer s.close()
	random := rand.New(rand.NewPCG(1, 2))
	const lines = 5000
	want := make([][]string, 50)
	for i := range lines {
		n := random.IntN(len(want))
		name := fmt.Sprintf("canary-%d", i)
		want[n] = append(want[n], name)
		require.NoError(t, s.add(&loose{
			key: appendSortKey(nil, record.NewInt(int64(n))), origin: int64(i), kept: true, sourceID: name, shown: "who", body: []byte("{}"),
		}))
	}
	filled()
	var got []string
	require.NoError(t, s.each(func(l *loose) error {
		require.True(t, l.kept)
		require.Equal(t, "who{}", l.shown+string(l.body))
		require.Equal(t, fmt.Sprintf("canary-%d", l.origin), l.sourceID)
		got = append(got, l.sourceID)
		return nil
	}))
	var flat []string
	for _, some := range want {
		flat = append(flat, some...)
	}
	require.Equal(t, flat, got)
}

func TestSorterOfNothing(t *testing.T) {
	t.Parallel()
	s := &sorter{sealer: newLedger(t).Sealer(), dir: t.TempDir(), limit: 10}
	defer s.close()
	require.NoError(t, s.each(func(*loose) error { panic("a line out of nothing") }))
}
