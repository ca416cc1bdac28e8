package ledger

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The life of a last line: true, stale while its record is held, true again, too
// old, gone with its record.
func TestTheLifeOfALastLine(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, run, plan := started(t, l)
	at := func(day int) time.Time { return time.Date(2026, 9, day, 2, 0, 0, 0, time.UTC) }
	save := func(day int, content string, stale ...string) {
		require.NoError(t, l.SaveSnapshot(t.Context(), scope, Snapshot{Content: []byte(content), Fresh: at(day)}, stale, 7*24*time.Hour))
	}
	kept := func(id string) KeptLine {
		lines := keptLines(t, l, scope, "nobody", id)
		require.Equal(t, KeptLine{}, lines[0])
		return lines[1]
	}
	generation := func() int64 {
		n, err := l.Generation(t.Context())
		require.NoError(t, err)
		return n
	}
	const one, two = `{"nom":"Un"}`, `{"nom":"Deux"}`
	require.NoError(t, l.Settle(t.Context(), run, plan, 1, []Applied{created("1", 11), created("2", 22)}))
	keep(t, l, scope, "1", one, "2", two)
	save(1, "a")
	require.Equal(t, KeptLine{[]byte(one), at(1)}, kept("1"))

	before := generation()
	save(3, "a", "1")
	require.Equal(t, at(1), kept("1").Since, "stale since it was last true")
	require.Equal(t, at(3), kept("2").Since)
	save(8, "a", "1")
	require.Equal(t, at(1), kept("1").Since, "not since it was last kept")
	require.Equal(t, before, generation(), "a saved plan is stale though nothing was written")
	save(8, "b")
	require.Greater(t, generation(), before)
	require.Equal(t, at(8), kept("1").Since, "true again")

	save(9, "b", "1")
	save(16, "b", "1")
	require.Empty(t, kept("1").Line, "older than it may be, and still there")
	require.NotEmpty(t, kept("2").Line)
	keep(t, l, scope, "1", one, "2", two)
	require.NotEmpty(t, kept("1").Line)
	require.NoError(t, l.Settle(t.Context(), run, plan, 2, []Applied{{SourceID: "2", Outcome: Succeeded, State: Deleted}}))
	keep(t, l, scope, "1", one)
	require.Empty(t, kept("2").Line)
	_, err := l.Forget(t.Context(), []Forgetting{{Way{Scope: scope, Mapping: "people"}, []string{"1"}}})
	require.NoError(t, err)
	require.Empty(t, kept("1").Line, "somebody who was forgotten has a line")
	keep(t, l, scope, "1", one)
	require.NoError(t, l.ForgetLines(t.Context(), scope))
	require.Empty(t, kept("1").Line)

	snapshot, err := l.Snapshot(t.Context(), scope)
	require.NoError(t, err)
	require.Equal(t, Snapshot{Content: []byte("b"), Fresh: at(16)}, snapshot)
	answered, err := l.Answered(t.Context(), plan)
	require.NoError(t, err)
	require.EqualValues(t, 2, answered)
}
