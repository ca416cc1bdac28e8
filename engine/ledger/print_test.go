package ledger

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFingerprintsTellEverythingApart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, stranger := open(t, dir), open(t, t.TempDir())
	long := strings.Repeat("x", 3*onStack)
	met := map[uint64]string{}
	for _, field := range []FieldID{1, 2, 1 << 31} {
		for _, id := range []string{"", "1", "12", long} {
			for _, value := range []string{"", "2", "12", "a", long, long + "y"} {
				sum := l.Fingerprint(field, id, []byte(value))
				require.NotZero(t, sum)
				require.Equal(t, sum, l.Fingerprint(field, id, []byte(value)))
				require.NotEqual(t, sum, stranger.Fingerprint(field, id, []byte(value)), "another ledger's")
				what := fmt.Sprintf("%d %.3q %.3q", field, id, value)
				require.Empty(t, met[sum], what)
				met[sum] = what
			}
		}
	}
	want := l.Fingerprint(1, "1", []byte("a"))
	require.NoError(t, l.Close())
	require.Equal(t, want, open(t, dir).Fingerprint(1, "1", []byte("a")), "the same after reopening")
}

func TestAFingerprintAllocatesNothing(t *testing.T) {
	l := open(t, t.TempDir())
	value := []byte("jeanne.delacroix@example.org")
	require.Zero(t, testing.AllocsPerRun(100, func() { l.Fingerprint(7, "employee-0000123", value) }))
}

func TestPackedPrintsComeBack(t *testing.T) {
	t.Parallel()
	for _, prints := range [][]Print{
		{}, {{1, 1}}, {{1, 1}, {2, 2}, {500, 3}}, {{1<<32 - 1, 1<<64 - 1}},
	} {
		got, ok := unpack(nil, pack(nil, prints))
		require.True(t, ok)
		require.True(t, slices.Equal(prints, got))
	}
	whole := pack(nil, []Print{{1, 1}, {300, 2}})
	for n := 1; n < len(whole); n++ {
		if n == 9 {
			continue // exactly the first
		}
		_, ok := unpack(nil, whole[:n])
		require.False(t, ok, "cut after %d bytes", n)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(pack(nil, []Print{{1, 1}, {300, 2}, {1<<32 - 1, 3}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		prints, ok := unpack(nil, b)
		require.True(t, sortedByField(prints), "whatever came, it is in order")
		if ok {
			again, ok := unpack(nil, pack(nil, prints))
			require.True(t, ok)
			require.True(t, slices.Equal(prints, again))
		}
	})
}

func FuzzJSONArray(f *testing.F) {
	l := open(f, f.TempDir())
	n := 0
	f.Add("a\"b\\c\x00\x1f\x7f", "\xff\u2028")
	f.Fuzz(func(t *testing.T, a, b string) {
		n++
		scope, err := l.Scope(t.Context(), Scope{SourceTenant: itoa(int64(n))})
		require.NoError(t, err)
		if a != b {
			w := linkWriter{ledger: l, scope: scope}
			require.NoError(t, w.put(&Link{SourceID: a, TargetID: "t", State: Active}, &Link{}))
			require.NoError(t, w.makeFresh())
		}
		links, err := l.Links(t.Context(), scope, []string{b, a}, nil)
		require.NoError(t, err)
		require.Zero(t, links[0].Row)
		require.Equal(t, a != b, links[1].Row != 0)
	})
}
