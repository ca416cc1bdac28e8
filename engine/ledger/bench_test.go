package ledger

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	benchLinks = 100_000
	benchBatch = 1024
	benchPrint = 9
)

// filled is a ledger of benchLinks links with benchPrint fingerprints each, and
// the plan that made them.
func filled(b *testing.B) (*Ledger, ScopeID, string, string) {
	b.Helper()
	l := open(b, b.TempDir())
	scope, runID, planID := started(b, l)
	batch := make([]Applied, 0, benchBatch)
	for n := range benchLinks {
		batch = append(batch, benchApplied(n, uint64(n+1)))
		if len(batch) == cap(batch) || n == benchLinks-1 {
			require.NoError(b, l.Settle(b.Context(), runID, planID, int64(n), batch))
			batch = batch[:0]
		}
	}
	return l, scope, runID, planID
}

func benchApplied(n int, sum uint64) Applied {
	a := Applied{
		Position: int64(n), SourceID: benchID(n), TargetID: fmt.Sprintf("t-%08d", n),
		Outcome: Succeeded, Operation: "create", State: Active, ShownName: "Someone Or-Other",
	}
	for f := range benchPrint {
		a.Prints = append(a.Prints, Print{FieldID(f + 1), sum})
	}
	return a
}

func benchID(n int) string { return fmt.Sprintf("employee-%07d", n) }

func BenchmarkLinks(b *testing.B) {
	l, scope, _, _ := filled(b)
	reader := l.LinkReader(scope)
	for name, read := range map[string]func([]string, []Link) ([]Link, error){
		"looked up": func(ids []string, out []Link) ([]Link, error) { return l.Links(b.Context(), scope, ids, out) },
		"in order":  func(ids []string, out []Link) ([]Link, error) { return reader.Links(b.Context(), ids, out) },
	} {
		b.Run(name, func(b *testing.B) {
			ids := make([]string, benchBatch)
			var out []Link
			var err error
			at := 0
			b.ReportAllocs()
			for b.Loop() {
				for i := range ids {
					ids[i] = benchID((at + i) % benchLinks)
				}
				at += benchBatch
				out, err = read(ids, out)
				require.NoError(b, err)
				require.NotZero(b, out[0].Row)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*benchBatch), "ns/record")
		})
	}
}

func BenchmarkSettle(b *testing.B) {
	for name, first := range map[string]int{"create": benchLinks, "update": 0} {
		b.Run(name, func(b *testing.B) {
			l, _, runID, planID := filled(b)
			batch := make([]Applied, benchBatch)
			at, n := first, int64(1)<<40
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				for i := range batch {
					batch[i] = benchApplied(at+i, uint64(n))
				}
				at += benchBatch
				if name == "update" {
					at %= benchLinks - benchBatch
				}
				n++
				b.StartTimer()
				require.NoError(b, l.Intend(b.Context(), planID, n))
				require.NoError(b, l.Settle(b.Context(), runID, planID, n, batch))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*benchBatch), "ns/record")
		})
	}
}

func BenchmarkFingerprint(b *testing.B) {
	l := open(b, b.TempDir())
	value := []byte("jeanne.delacroix@example.org")
	b.ReportAllocs()
	for b.Loop() {
		l.Fingerprint(7, "employee-0000123", value)
	}
}
