package plan

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine/flow"
	"passerelle/engine/ledger"
)

// Of a record a byte and a bit stay while everybody is read, once as many ids and
// keys are in memory as may be; nothing else grows with them. Live memory is counted: unlike a process's it is
// the same on every machine. Not parallel: that of other tests would count.
func TestMemoryIsFlat(t *testing.T) {
	few, many, inMemory := 80_000, 240_000, 1_000
	if racing { // with fewer people, all in memory: less exactly
		few, many, inMemory = 4_000, 16_000, 0
	}
	linked := newLedger(t)
	done(t, linked, plannedOf(t, planning(t, linked, many, inMemory), many))
	for name, c := range map[string]struct {
		ledger *ledger.Ledger
		bound  float64 // bytes a record
	}{
		"linked": {linked, 3},
		"new":    {newLedger(t), 3},
	} {
		if racing {
			c.bound = 52 // of each table
		}
		base := live(t, c.ledger, few, inMemory)
		grown := float64(live(t, c.ledger, many, inMemory) - base)
		each := grown / float64(many-few)
		t.Logf("%s: %.1f bytes a record", name, each)
		require.Less(t, each, c.bound, name)
	}
}

// live is how much memory is in use when so many were read.
func live(t testing.TB, l *ledger.Ledger, people, inMemory int) int64 {
	p := planning(t, l, people, inMemory)
	require.EqualValues(t, people, p.summary.Counts.Create+p.summary.Counts.Unchanged)
	runtime.GC()
	runtime.GC() // what finalizers held
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	p.close()
	p.discard()
	return int64(stats.HeapAlloc)
}

// planning has read so many people, a batch at a time.
func planning(t testing.TB, l *ledger.Ledger, people, inMemory int) *planner {
	t.Helper()
	p, err := newPlanner(t.Context(), Input{
		Mapping: mapping(), Ledger: l, Dir: t.TempDir(), Now: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC),
		Basis: func() (string, error) { return "basis", nil }, FirstsInMemory: inMemory,
	}, scope)
	require.NoError(t, err)
	batch := make([]flow.Item, 0, 1024)
	for i := range people {
		one := item(fmt.Sprintf("employee-%07d", i), fmt.Sprintf("%07d", i), "Œuvrard", "o@example.org", "1")
		one.Position = int64(i)
		if batch = append(batch, one); len(batch) == cap(batch) || i == people-1 {
			require.NoError(t, p.batch(t.Context(), batch))
			batch = batch[:0]
		}
	}
	return p
}

func plannedOf(t testing.TB, p *planner, people int) *Plan {
	made, err := p.finish(t.Context(), flow.End{Complete: true, Expected: int64(people), Received: int64(people), Calls: 1})
	require.NoError(t, err)
	p.close()
	return made
}

// BenchmarkPlan plans people for a target that is written record by record: a
// first load, and again unchanged. PLAN_BENCH_PEOPLE=1000000 is the million.
func BenchmarkPlan(b *testing.B) {
	people := 100_000
	if text := os.Getenv("PLAN_BENCH_PEOPLE"); text != "" {
		var err error
		people, err = strconv.Atoi(text)
		require.NoError(b, err)
	}
	l := newLedger(b)
	for _, name := range []string{"first", "unchanged"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				made := plannedOf(b, planning(b, l, people, 0), people)
				b.StopTimer()
				if name == "first" && made.Summary.Counts.Create > 0 {
					done(b, l, made)
				}
				b.StartTimer()
			}
			var stats runtime.MemStats
			runtime.ReadMemStats(&stats)
			b.ReportMetric(float64(stats.Sys)/(1<<20), "sys-MB")
		})
	}
}
