package ledger

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine/diag"
)

func TestRunIDsAreTheMinuteInTheZone(t *testing.T) {
	t.Parallel()
	paris, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	clock := newClock()
	l := openAt(t, t.TempDir(), clock)
	var ids []string
	for _, mapping := range []string{"people", "people", "absences"} {
		run, err := l.BeginRun(t.Context(), mapping, paris)
		require.NoError(t, err)
		ids = append(ids, run.ID)
		clock.now = clock.now.Add(time.Second)
	}
	clock.now = clock.now.Add(time.Minute)
	run, err := l.BeginRun(t.Context(), "people", nil)
	require.NoError(t, err)
	ids = append(ids, run.ID)
	require.Equal(t, []string{"2026-09-01-0200", "2026-09-01-0200-2", "2026-09-01-0200-3", "2026-09-01-0001"}, ids)
}

func TestARunIsKeptAsItEnded(t *testing.T) {
	t.Parallel()
	clock := newClock()
	l := openAt(t, t.TempDir(), clock)
	first, err := l.BeginRun(t.Context(), "people", time.UTC)
	require.NoError(t, err)
	scope, err := l.Scope(t.Context(), people)
	require.NoError(t, err)
	require.NoError(t, l.SavePlan(t.Context(), Plan{ID: "p", RunID: first.ID, Scope: scope}))
	first.Trigger, first.Status = "daily", RunPartial
	first.Counts[Succeeded], first.Counts[Held] = 212, 1
	first.Calls["lucca"] = 3
	clock.now = clock.now.Add(90 * time.Second)
	require.NoError(t, l.EndRun(t.Context(), first))
	require.Equal(t, "p", first.PlanID, "taken from the plan that was saved for it")
	second, err := l.BeginRun(t.Context(), "absences", time.UTC)
	require.NoError(t, err)

	kept, ok, err := l.FindRun(t.Context(), first.ID)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, *first, kept)
	require.Equal(t, 90*time.Second, kept.Ended.Sub(kept.Started))
	_, ok, err = l.FindRun(t.Context(), "none")
	require.NoError(t, err)
	require.False(t, ok)

	all, err := l.LastRuns(t.Context(), "", 9)
	require.NoError(t, err)
	require.Equal(t, []Run{*second, *first}, all)
	all, err = l.LastRuns(t.Context(), "", 1)
	require.NoError(t, err)
	require.Equal(t, []Run{*second}, all)
	all, err = l.LastRuns(t.Context(), "people", 9)
	require.NoError(t, err)
	require.Equal(t, []Run{*first}, all)

	requireCode(t, l.EndRun(t.Context(), first), "journal-misuse", diag.Fault)
	requireCode(t, l.EndRun(t.Context(), second), "journal-misuse", diag.Fault)
	require.NoError(t, l.Verify(t.Context()), "refused, they changed nothing")
}

// endedRuns is a closed ledger of three ended runs, and one left running.
func endedRuns(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	clock := newClock()
	l := openAt(t, dir, clock)
	require.NoError(t, l.Verify(t.Context()), "an empty chain holds")
	for range 3 {
		run, err := l.BeginRun(t.Context(), "people", time.UTC)
		require.NoError(t, err)
		run.Status = RunSucceeded
		run.Counts["succeeded"] = 5
		clock.now = clock.now.Add(time.Hour)
		require.NoError(t, l.EndRun(t.Context(), run))
	}
	require.NoError(t, l.Verify(t.Context()))
	require.NoError(t, l.Close())
	return dir
}

func TestTheChainShowsWhatWasAltered(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"a status":      `UPDATE runs SET status = 'partial' WHERE position = 2`,
		"a count":       `UPDATE runs SET counts = '{"succeeded":6}' WHERE position = 3`,
		"a time":        `UPDATE runs SET ended = ended + 1 WHERE position = 1`,
		"a mapping":     `UPDATE runs SET mapping = 'others' WHERE position = 1`,
		"text moved":    `UPDATE runs SET run_trigger = 'x', plan = '' WHERE position = 1`,
		"the first":     `DELETE FROM runs WHERE position = 1`,
		"the middle":    `DELETE FROM runs WHERE position = 2`,
		"the last":      `DELETE FROM runs WHERE position = 3`,
		"all of them":   `DELETE FROM runs`,
		"their order":   `UPDATE runs SET position = -position; UPDATE runs SET position = 4 + position`,
		"one added":     `INSERT INTO runs SELECT 9, 'new', mapping, run_trigger, plan, started, ended, status, counts, calls, 4, hash, hash, profiles FROM runs WHERE position = 3`,
		"hash blanked":  `UPDATE runs SET hash = x'00' WHERE position = 2`,
		"made to run":   `UPDATE runs SET status = 'running', hash = NULL, ended = NULL, position = NULL, prev_hash = NULL WHERE position = 2`,
		"end forgotten": `UPDATE ledger SET chain_mac = x''`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := endedRuns(t)
			withSQL(t, ledgerIn(dir), sql)
			requireCode(t, open(t, dir).Verify(t.Context()), "ledger-altered", diag.Refused)
		})
	}
}

func TestAnAbandonedRunIsEndedAndChained(t *testing.T) {
	t.Parallel()
	dir := endedRuns(t)
	l := open(t, dir)
	run, err := l.BeginRun(t.Context(), "people", time.UTC)
	require.NoError(t, err)
	require.NoError(t, l.Close())

	l = open(t, dir)
	kept, _, err := l.FindRun(t.Context(), run.ID)
	require.NoError(t, err)
	require.Equal(t, RunFailed, kept.Status)
	require.False(t, kept.Ended.IsZero())
	require.NoError(t, l.Verify(t.Context()))
}
