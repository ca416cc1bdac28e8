package ledger

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ends ends the running run of people with a reading.
func ends(t *testing.T, l *Ledger, run string, reading *Reading) {
	t.Helper()
	r, ok, err := l.FindRun(t.Context(), run)
	require.NoError(t, err)
	require.True(t, ok)
	r.Status, r.Reading = RunPartial, reading
	require.NoError(t, l.EndRun(t.Context(), &r))
}

func TestAReadingIsKeptWithTheEndOfItsRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, dir)
	scope, run, plan := started(t, l)
	_, ok, err := l.LastReading(t.Context(), scope, "people")
	require.NoError(t, err)
	require.False(t, ok)

	require.NoError(t, l.Settle(t.Context(), run, plan, 0, []Applied{
		{SourceID: "1", TargetID: "t-1", Outcome: Succeeded, State: Active},
		{SourceID: "2", Outcome: Failed}, {SourceID: "3", Outcome: Held}, {SourceID: "4", Outcome: Ambiguous}, {SourceID: "5", Outcome: Blocked},
		{SourceID: "6", Outcome: Waiting}, {SourceID: "7", Outcome: Succeeded, State: Active, TargetID: "t-7", Code: "reference-pending"}, {SourceID: "8", Outcome: Gone},
	}))
	_, ok, err = l.LastReading(t.Context(), scope, "people")
	require.NoError(t, err)
	require.False(t, ok, "the run has not ended")

	at := time.Date(2026, 9, 1, 2, 0, 0, 0, time.UTC)
	kept := Reading{Scope: scope, Cursor: "the-connectors-own-cursor", Basis: "b", Read: at, Whole: at.Add(-time.Hour), Unfinished: []string{"9", "2"}}
	ends(t, l, run, &kept)
	got, ok, err := l.LastReading(t.Context(), scope, "people")
	require.NoError(t, err)
	require.True(t, ok)
	kept.Unfinished = []string{"2", "3", "4", "5", "6", "7", "9"}
	require.Equal(t, kept, got)
	_, ok, err = l.LastReading(t.Context(), scope, "others")
	require.NoError(t, err)
	require.False(t, ok, "each mapping has its own")

	// A run that ends without one leaves it; one that ends with another replaces all
	// of it.
	_, run, _ = started(t, l)
	ends(t, l, run, nil)
	got, _, err = l.LastReading(t.Context(), scope, "people")
	require.NoError(t, err)
	require.Equal(t, kept, got)
	_, run, _ = started(t, l)
	ends(t, l, run, &Reading{Scope: scope, Cursor: "next", Basis: "c", Read: at, Whole: at, Unfinished: []string{"6"}})
	got, _, err = l.LastReading(t.Context(), scope, "people")
	require.NoError(t, err)
	require.Equal(t, Reading{Scope: scope, Cursor: "next", Basis: "c", Read: at, Whole: at, Unfinished: []string{"6"}}, got)

	_, err = l.Forget(t.Context(), []Forgetting{{Way: Way{Scope: scope, Mapping: "people"}, SourceIDs: []string{"6"}}})
	require.NoError(t, err)
	got, _, err = l.LastReading(t.Context(), scope, "people")
	require.NoError(t, err)
	require.Empty(t, got.Unfinished, "who is forgotten is asked for no more")

	_, run, _ = started(t, l)
	ends(t, l, run, &Reading{Scope: scope})
	_, ok, err = l.LastReading(t.Context(), scope, "people")
	require.NoError(t, err)
	require.False(t, ok)
}

// A cursor may hold anything: it is sealed, and bound to its mapping.
func TestACursorIsSealed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, dir)
	scope, run, _ := started(t, l)
	ends(t, l, run, &Reading{Scope: scope, Cursor: "cursor-canary", Basis: "b"})
	for _, path := range []string{ledgerIn(dir), ledgerIn(dir) + "-wal"} {
		text, err := os.ReadFile(path)
		if err == nil {
			require.False(t, bytes.Contains(text, []byte("cursor-canary")), path)
		}
	}
	withSQL(t, ledgerIn(dir), "UPDATE readings SET mapping = 'others'")
	_, _, err := l.LastReading(t.Context(), scope, "others")
	require.Error(t, err)
}
