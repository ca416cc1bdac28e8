package main

import (
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMedian(t *testing.T) {
	t.Parallel()
	require.Zero(t, median(nil))
	require.InDelta(t, 2, median([]float64{9, 1, 2}), 0)
	require.InDelta(t, 2.5, median([]float64{9, 1, 2, 3}), 0)
}

// Ratios are taken within a round: a round in which all was slow changes none.
func TestRatiosAreWithinRounds(t *testing.T) {
	t.Parallel()
	r := &Report{Base: 1000}
	for round, slow := range []time.Duration{1, 10, 2} {
		add := func(name string, cpu, wall time.Duration, peak float64) {
			process := Process{Name: "engine", CPU: slow * cpu, PeakMB: peak}
			r.add(scenario{Name: name, Title: name}, 1000, round, Cost{CPU: slow * cpu, Wall: slow * wall, Processes: []Process{process, {Name: "engine-plugin-file", CPU: time.Millisecond, PeakMB: 20}}})
		}
		add(loopA, time.Millisecond, 2*time.Millisecond, 30)
		add(loopB, 5*time.Millisecond, 5*time.Millisecond, 30)
		alone := []time.Duration{1, 1, 5}[round] // it was disturbed, and they were not
		add("unchanged", alone*3*time.Millisecond, alone*4*time.Millisecond, float64(100+round))
	}
	r.settle()
	row := r.row("unchanged", 1000)
	require.InDelta(t, 30, row.CPUMedian, 0.001)
	require.InDelta(t, 3, row.ToA, 0.001)
	require.InDelta(t, 0.6, row.ToB, 0.001)
	require.InDelta(t, 0.5, row.RateToA, 0.001)
	require.InDelta(t, 25_000, row.PerSecond, 0.001)
	require.Equal(t, []ProcessCost{{"engine", 30, 101}, {"engine-plugin-file", 1, 20}}, row.Processes)
	require.Equal(t, []Goal{
		{Title: "nothing has changed: CPU to A", Goal: 2.9, Found: 3},
		{Title: "nothing has changed: records/s to A", Goal: 0.55, Found: 0.5, AtLeast: true},
		{Title: "nothing has changed: peak memory of the engine, MB", Goal: 200, Found: 101},
		{Title: "nothing has changed: peak memory of a plugin, MB", Goal: 50, Found: 20},
	}, r.Goals)
	for i, verdict := range []string{"1.0 times it", "1/1.1 of it", "reached", "reached"} {
		require.Equal(t, verdict, r.Goals[i].verdict())
	}
}

func TestShares(t *testing.T) {
	t.Parallel()
	got, err := shares([]byte(`File: bench
Type: cpu
Duration: 1.2s, Total samples = 100000us
-----------+-------------------------------------------------------
   60000us   runtime.memmove
             modernc.org/sqlite/lib._sqlite3Step
             zombiezen.com/go/sqlite.(*Stmt).Step
             passerelle/engine/ledger.(*Ledger).Plan
-----------+-------------------------------------------------------
   20000us   crypto/internal/fips140/aes/gcm.seal
             passerelle/engine/plan.(*spool).frame
-----------+-------------------------------------------------------
   15000us   crypto/internal/fips140/aes/gcm.seal
             crypto/tls.(*Conn).Write
             google.golang.org/grpc/internal/transport.(*bufWriter).Flush
-----------+-------------------------------------------------------
    5000us   runtime.futex
             runtime.schedule
-----------+-------------------------------------------------------
`), 1000)
	require.NoError(t, err)
	require.Equal(t, []Part{
		{"SQLite", 60, 60}, {"plan: compare, guards, spool", 20, 20}, {"TLS", 15, 15}, {otherwise, 5, 5},
	}, got)
	_, err = shares([]byte("File: bench\n"), 1000)
	require.Error(t, err)
}

// CPU that the kernel's sum has not is a plugin that nobody waited for.
func TestWholeCPU(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("true")
	require.NoError(t, cmd.Run())
	cost := &Cost{CPU: time.Second, Processes: []Process{{CPU: time.Second}, {CPU: 30 * time.Millisecond}}}
	require.NoError(t, whole(cost, cmd))
	cost.Processes[1].CPU = 100 * time.Millisecond
	require.ErrorContains(t, whole(cost, cmd), "didn't wait for all of them")
}

func TestGrouped(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		require.Equal(t, want, grouped(n))
	}
}
