package ledger

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"zombiezen.com/go/sqlite"
)

func TestDays(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, run, plan := started(t, l)
	var links []Applied
	var days []Day
	for i := range 2500 {
		id := fmt.Sprint(i)
		links = append(links, Applied{SourceID: id, TargetID: "t-" + id, Outcome: Succeeded, State: Active})
		days = append(days, Day{id, int64(20_000 + i)})
	}
	require.NoError(t, l.NoteDays(t.Context(), scope, days), "nobody is linked yet: nothing is kept")
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, links))
	dayOf := func(id string) (int64, bool) {
		day, known, err := l.DayOf(t.Context(), link(t, l, scope, id).Row)
		require.NoError(t, err)
		return day, known
	}
	_, known := dayOf("7")
	require.False(t, known)

	before, err := l.Generation(t.Context())
	require.NoError(t, err)
	require.NoError(t, l.NoteDays(t.Context(), scope, days))
	require.NoError(t, l.NoteDays(t.Context(), scope, []Day{{"7", -1}, {"nobody", 3}, {"8", 20_008}}))
	for id, want := range map[string]int64{"0": 20_000, "7": -1, "8": 20_008, "2499": 22_499} {
		day, known := dayOf(id)
		require.True(t, known)
		require.Equal(t, want, day)
	}
	after, err := l.Generation(t.Context())
	require.NoError(t, err)
	require.Equal(t, before, after, "no plan grows stale")

	// With the link it goes; the number may be another's next.
	require.NoError(t, l.Settle(t.Context(), run, plan, 1, []Applied{{SourceID: "2499", Outcome: Succeeded, State: Deleted}}))
	require.NoError(t, l.Settle(t.Context(), run, plan, 2, []Applied{{SourceID: "new", TargetID: "x", Outcome: Succeeded, State: Active}}))
	_, known = dayOf("new")
	require.False(t, known)
}

// A day is sealed, and holds for its own link alone.
func TestDaysAreSealed(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, run, plan := started(t, l)
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, []Applied{
		{SourceID: "1", TargetID: "a", Outcome: Succeeded, State: Active}, {SourceID: "2", TargetID: "b", Outcome: Succeeded, State: Active},
	}))
	require.NoError(t, l.NoteDays(t.Context(), scope, []Day{{"1", 20_000}, {"2", 20_000}}))
	require.NoError(t, l.read(t.Context(), "testing", func() error {
		kinds := map[string]bool{}
		return each(l.conn, "SELECT day FROM days", nil, func(s *sqlite.Stmt) error {
			blob := string(columnBytes(s, 0))
			require.Len(t, blob, 8+l.keys.days.Overhead())
			require.False(t, kinds[blob], "one day is not seen to be another's")
			kinds[blob] = true
			return nil
		})
	}))
	one, two := link(t, l, scope, "1").Row, link(t, l, scope, "2").Row
	require.NoError(t, l.write(t.Context(), "testing", func() error {
		return exec(l.conn, "UPDATE days SET day = (SELECT day FROM days WHERE link = ?) WHERE link = ?", func(s *sqlite.Stmt) {
			s.BindInt64(1, one)
			s.BindInt64(2, two)
		})
	}))
	_, known, err := l.DayOf(t.Context(), two)
	require.NoError(t, err)
	require.False(t, known, "moved to another link it says nothing")
}
