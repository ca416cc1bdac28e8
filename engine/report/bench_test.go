package report_test

import (
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine/ledger"
	"passerelle/engine/report"
)

// benchPeople is how many people were loaded for the first time.
const benchPeople = 1_000_000

// loaded is a ledger after a first load.
func loaded(b *testing.B) *ledger.Ledger {
	b.Helper()
	l, err := ledger.Open(b.Context(), ledger.Options{Path: filepath.Join(b.TempDir(), "ledger.db"), Key: ledger.NewKey(), Command: "engine run people"})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, l.Close()) })
	scope, err := l.Scope(b.Context(), ledger.Scope{SourceTenant: "lucca.example", SourceResource: "users", TargetTenant: "oppus.example", TargetResource: "employees"})
	require.NoError(b, err)
	run, err := l.BeginRun(b.Context(), "people", time.UTC)
	require.NoError(b, err)
	const plan = "6f1b2c3d-0000-4000-8000-000000000000"
	require.NoError(b, l.SavePlan(b.Context(), ledger.Plan{ID: plan, RunID: run.ID, Scope: scope, SpoolPath: "x", MappingHash: "h", Batches: 1}))
	batch := make([]ledger.Applied, 0, 1024)
	for n := range benchPeople {
		batch = append(batch, ledger.Applied{
			Position: int64(n), SourceID: fmt.Sprintf("employee-%07d", n), TargetID: fmt.Sprintf("t-%08d", n),
			Outcome: ledger.Succeeded, Operation: "create", State: ledger.Active, ShownName: benchName(n), Status: 201, Attempts: 1,
		})
		if len(batch) == cap(batch) || n == benchPeople-1 {
			require.NoError(b, l.Settle(b.Context(), run.ID, plan, int64(n), batch))
			batch = batch[:0]
		}
	}
	return l
}

// benchName is a name that is like few others; one in seven has an accent.
func benchName(n int) string {
	letters := strconv.AppendUint(nil, uint64(n+1)*0x9e3779b97f4a7c15, 26)
	for i := range letters {
		if letters[i] <= '9' {
			letters[i] += 'q' - '0'
		}
	}
	if n%7 == 0 {
		return "Zoé " + string(letters)
	}
	return "Zoe " + string(letters)
}

// Looking somebody up by id, by name, and by a name that nobody has.
func BenchmarkLookUp(b *testing.B) {
	l := loaded(b)
	for _, asked := range []string{"employee-0500000", benchName(700_000), "Zoe Nobody"} {
		b.Run(asked, func(b *testing.B) {
			for b.Loop() {
				_, err := report.LookUp(b.Context(), l, asked)
				require.NoError(b, err)
			}
		})
	}
}
