package ledger

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestApprovalsStandForThreeDays(t *testing.T) {
	t.Parallel()
	clock := newClock()
	l := openAt(t, t.TempDir(), clock)
	require.NoError(t, l.Approve(t.Context(), "people", []Approval{
		{SourceID: "7", Operation: "deactivate", RunID: "2026-09-01-0200", Who: "anne"},
		{SourceID: "8", Operation: "deactivate", RunID: "2026-09-01-0200", Who: "anne"},
	}))
	now, err := l.Approvals(t.Context(), "people")
	require.NoError(t, err)
	require.Equal(t, []Approval{
		{SourceID: "7", Operation: "deactivate", RunID: "2026-09-01-0200", Who: "anne", At: clock.now, Expires: clock.now.Add(72 * time.Hour)},
		{SourceID: "8", Operation: "deactivate", RunID: "2026-09-01-0200", Who: "anne", At: clock.now, Expires: clock.now.Add(72 * time.Hour)},
	}, now)
	others, err := l.Approvals(t.Context(), "others")
	require.NoError(t, err)
	require.Empty(t, others, "an approval is one mapping's")

	clock.now = clock.now.Add(72*time.Hour - time.Microsecond)
	now, err = l.Approvals(t.Context(), "people")
	require.NoError(t, err)
	require.Len(t, now, 2)
	clock.now = clock.now.Add(time.Microsecond)
	now, err = l.Approvals(t.Context(), "people")
	require.NoError(t, err)
	require.Empty(t, now)
}

// A clock that is set back makes no approval stand longer, nor again.
func TestApprovalsOfTheFutureDoNotStand(t *testing.T) {
	t.Parallel()
	clock := newClock()
	l := openAt(t, t.TempDir(), clock)
	require.NoError(t, l.Approve(t.Context(), "people", []Approval{{SourceID: "7", Operation: "deactivate", Who: "anne"}}))
	for back, stands := range map[time.Duration]int{ClockSlack: 1, ClockSlack + time.Microsecond: 0, 30 * 24 * time.Hour: 0} {
		clock.now = newClock().now.Add(-back)
		now, err := l.Approvals(t.Context(), "people")
		require.NoError(t, err)
		require.Len(t, now, stands, "%s back", back)
	}
}

func TestWhatWasApprovedDoesNotCount(t *testing.T) {
	t.Parallel()
	clock := newClock()
	l := openAt(t, t.TempDir(), clock)
	scope, run, plan := started(t, l)
	require.NoError(t, l.Approve(t.Context(), "people", []Approval{{SourceID: "1", Operation: "deactivate", RunID: run, Who: "anne"}}))
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, []Applied{
		{SourceID: "1", Outcome: Succeeded, Operation: "deactivate"},
		{SourceID: "2", Outcome: Succeeded, Operation: "deactivate"},
		{SourceID: "3", Outcome: Failed, Operation: "deactivate"},
		{SourceID: "4", Outcome: Succeeded, Operation: "delete"},
		{SourceID: "5", Outcome: Succeeded, Operation: "update"},
	}))
	count := func(since time.Time, scope ScopeID, operations ...string) int64 {
		counts, err := l.CountSince(t.Context(), scope, since, operations...)
		require.NoError(t, err)
		return counts[""]
	}
	week := clock.now.Add(-7 * 24 * time.Hour)
	require.EqualValues(t, 1, count(week, scope, "deactivate"))
	require.EqualValues(t, 2, count(week, scope, "deactivate", "delete", "deactivate"))
	require.Zero(t, count(clock.now.Add(time.Second), scope, "deactivate"), "what is older does not count")
	require.Zero(t, count(week, scope+1, "deactivate"), "another scope's do not count")
}
