package ledger

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"passerelle/engine/diag"
)

// settled is a ledger with one person linked and another held.
func settled(t *testing.T, clock *testClock) (l *Ledger, dir, run string) {
	t.Helper()
	dir = t.TempDir()
	l = openAt(t, dir, clock)
	_, run, planID := started(t, l)
	require.NoError(t, l.Settle(t.Context(), run, planID, 0, []Applied{{
		SourceID: "s-one", TargetID: "t-one", Outcome: Succeeded, Operation: "create", State: Active, ShownName: "Zoé N'Guyen",
		Prints: []Print{{Field: 1, Sum: 7}},
	}}))
	require.NoError(t, l.Record(t.Context(), run, []Applied{
		{SourceID: "s-two", Outcome: Held, Code: "missing-required", Field: "email", ShownName: "Léa Morel", Place: "a.hcl:3:5", Answer: "no", Attempts: 1},
		{SourceID: "s-three", Outcome: Ambiguous, Code: "ambiguous", Attempts: 1},
	}))
	return l, dir, run
}

func TestAReaderTakesNoLockAndChangesNothing(t *testing.T) {
	t.Parallel()
	l, dir, run := settled(t, newClock())
	reader, err := OpenReader(t.Context(), Options{Path: ledgerIn(dir), Key: testKey(t)})
	require.NoError(t, err)
	defer reader.Close()
	names, err := reader.Named(t.Context(), func(string) bool { return true })
	require.NoError(t, err)
	require.Equal(t, []Name{{"people", "s-one", "Zoé N'Guyen"}, {"people", "s-two", "Léa Morel"}}, names)
	require.Error(t, reader.SaveStory(t.Context(), run, []byte("x")))
	require.NoError(t, l.SaveStory(t.Context(), run, []byte("the story")), "the writer goes on")
	story, err := reader.Story(t.Context(), run)
	require.NoError(t, err)
	require.Equal(t, "the story", string(story))
	require.NoError(t, reader.CheckPages(t.Context()))
	known, _, err := reader.FindRun(t.Context(), run)
	require.NoError(t, err)
	require.Equal(t, RunRunning, known.Status)
	require.NoError(t, os.WriteFile(ledgerIn(dir)+".lock", nil, 0o600)) // as after a kill and engine unlock
	known, _, err = reader.FindRun(t.Context(), run)
	require.NoError(t, err)
	require.Equal(t, RunFailed, known.Status, "nobody is running it")
	_, err = OpenReader(t.Context(), Options{Path: ledgerIn(dir), Key: NewKey()})
	requireCode(t, err, "wrong-ledger-key", diag.Refused)
}

// An older ledger, of the first two published files, is brought up to date
// before it is read.
func TestAReaderOfAnOlderLedger(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	old := filepath.Join(t.TempDir(), "ledger.db")
	conn, err := sqlite.OpenConn(old, sqlite.OpenReadWrite|sqlite.OpenCreate)
	require.NoError(t, err)
	scripts, err := migrations()
	require.NoError(t, err)
	for _, script := range scripts[:2] {
		require.NoError(t, sqlitex.ExecuteScript(conn, script, nil))
	}
	require.NoError(t, sqlitex.ExecuteScript(conn, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = 2;", applicationID), nil))
	require.NoError(t, exec(conn, "INSERT INTO ledger VALUES (1, ?, ?, 0, ?, 0)", func(s *sqlite.Stmt) {
		s.BindText(1, l.id)
		s.BindBytes(2, l.keys.check)
		s.BindBytes(3, l.keys.chainMAC(0, nil))
	}))
	require.NoError(t, conn.Close())

	reader, err := OpenReader(t.Context(), Options{Path: old, Key: testKey(t)})
	require.NoError(t, err)
	defer reader.Close()
	held, err := reader.HeldNow(t.Context(), "")
	require.NoError(t, err)
	require.Empty(t, held)
	require.NoError(t, reader.Verify(t.Context()))
}

func TestAcknowledgedUntilThenOrAnotherFault(t *testing.T) {
	t.Parallel()
	clock := newClock()
	l, _, runID := settled(t, clock)
	until := clock.now.Add(48 * time.Hour)
	ok, err := l.Acknowledge(t.Context(), "people", "s-two", "ada", until)
	require.NoError(t, err)
	require.True(t, ok)
	ok, err = l.Acknowledge(t.Context(), "people", "nobody", "ada", until)
	require.NoError(t, err)
	require.False(t, ok)
	known := func() time.Time {
		held, err := l.HeldNow(t.Context(), "people")
		require.NoError(t, err)
		for _, h := range held {
			if h.SourceID == "s-two" {
				require.Equal(t, "a.hcl:3:5", h.Place)
				return h.KnownUntil
			}
		}
		return time.Time{}
	}
	again := Applied{SourceID: "s-two", Outcome: Held, Code: "missing-required", Field: "email", Place: "a.hcl:3:5"}
	require.NoError(t, l.Record(t.Context(), runID, []Applied{again}))
	require.Equal(t, until, known(), "the same fault")
	again.Field = "nom"
	require.NoError(t, l.Record(t.Context(), runID, []Applied{again}))
	require.Zero(t, known(), "another fault is news")
	_, err = l.Acknowledge(t.Context(), "people", "s-two", "ada", until)
	require.NoError(t, err)
	clock.now = until
	require.Zero(t, known(), "the day has come")
}

// Forgotten is forgotten: neither ids nor prints are left in any of the files.
func TestForgetLeavesNothing(t *testing.T) {
	t.Parallel()
	l, dir, runID := settled(t, newClock())
	require.NoError(t, l.Approve(t.Context(), "people", []Approval{{SourceID: "s-one", Operation: "deactivate", RunID: runID, Who: "ada"}}))
	ways, err := l.Ways(t.Context())
	require.NoError(t, err)
	before, err := l.Generation(t.Context())
	require.NoError(t, err)
	gone, err := l.Forget(t.Context(), forgetting("s-one", ways))
	require.NoError(t, err)
	require.Equal(t, Forgotten{Links: 1, Results: 1, Approvals: 1}, gone)
	after, err := l.Generation(t.Context())
	require.NoError(t, err)
	require.Greater(t, after, before, "a saved plan about them is stale")
	count := 0
	for r, err := range l.Results(t.Context(), runID) {
		require.NoError(t, err)
		require.NotEqual(t, "s-one", r.SourceID)
		count++
	}
	require.Equal(t, 3, count, "results stay counted")
	requireNowhere(t, dir, "s-one", "t-one")
}

func forgetting(id string, ways []Way) (of []Forgetting) {
	for _, way := range ways {
		of = append(of, Forgetting{way, []string{id}})
	}
	return of
}

// Pages that were freed before still hold copies of what was moved out of them;
// only writing the file anew leaves none.
func TestForgetLeavesNothingInFreePages(t *testing.T) {
	t.Parallel()
	l, dir, runID := settled(t, newClock())
	ways, err := l.Ways(t.Context())
	require.NoError(t, err)
	var others []string
	for n := range 400 {
		others = append(others, fmt.Sprintf("s-%03d", n))
		if n == 200 {
			others = append(others, "s-one") // between the others: pages are split and merged around it
		}
	}
	var held []Applied
	for _, id := range others {
		held = append(held, Applied{SourceID: id, Outcome: Held, Code: "x", Summary: strings.Repeat(".", 300)})
	}
	require.NoError(t, l.Record(t.Context(), runID, held))
	require.NoError(t, l.ClearHeld(t.Context(), "people", slices.DeleteFunc(others, func(id string) bool { return id == "s-one" })))
	_, err = l.Forget(t.Context(), forgetting("s-one", ways))
	require.NoError(t, err)
	requireNowhere(t, dir, "s-one", "t-one")
}

// While another program reads, the log can't be emptied, and that is said.
func TestForgetSaysWhatTheLogStillHolds(t *testing.T) {
	t.Parallel()
	l, dir, _ := settled(t, newClock())
	ways, err := l.Ways(t.Context())
	require.NoError(t, err)
	l.conn.SetBusyTimeout(time.Millisecond)
	reader, err := sqlite.OpenConn(ledgerIn(dir), sqlite.OpenReadOnly)
	require.NoError(t, err)
	require.NoError(t, run(reader, "BEGIN"))
	_, err = number(reader, "SELECT count(*) FROM links", nil)
	require.NoError(t, err)

	gone, err := l.Forget(t.Context(), forgetting("s-one", ways))
	requireCode(t, err, "ledger-in-use", diag.Unavailable)
	require.EqualValues(t, 1, gone.Links, "it is erased all the same")
	require.NoError(t, run(reader, "ROLLBACK"))
	require.NoError(t, reader.Close())
	require.NoError(t, l.Close())
	requireNowhere(t, dir, "s-one", "t-one")
}

func requireNowhere(t *testing.T, dir string, words ...string) {
	t.Helper()
	files, err := filepath.Glob(ledgerIn(dir) + "*")
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, word := range words {
			require.False(t, strings.Contains(string(text), word), "%s is in %s", word, file)
		}
	}
}

func TestPruneKeepsCountsAndWhatIsAmbiguous(t *testing.T) {
	t.Parallel()
	clock := newClock()
	l, _, runID := settled(t, clock)
	require.NoError(t, l.SaveStory(t.Context(), runID, []byte("the story")))
	r, _, err := l.FindRun(t.Context(), runID)
	require.NoError(t, err)
	r.Status = RunPartial
	require.NoError(t, l.EndRun(t.Context(), &r))
	results := func() (n int) {
		for _, err := range l.Results(t.Context(), runID) {
			require.NoError(t, err)
			n++
		}
		return n
	}
	require.NoError(t, l.Prune(t.Context(), Keep{Runs: clock.now, Held: clock.now}))
	require.Equal(t, 3, results(), "it is not older than that")

	clock.now = clock.now.Add(time.Hour)
	require.NoError(t, l.Prune(t.Context(), Keep{Runs: clock.now, Held: clock.now}))
	require.Zero(t, results())
	story, err := l.Story(t.Context(), runID)
	require.NoError(t, err)
	require.Nil(t, story)
	held, err := l.HeldNow(t.Context(), "")
	require.NoError(t, err)
	require.Len(t, held, 1)
	require.Equal(t, Ambiguous, held[0].Outcome)
	_, known, err := l.FindRun(t.Context(), runID)
	require.NoError(t, err)
	require.True(t, known, "the run's own line stays")
	require.NoError(t, l.Verify(t.Context()))
}

func TestUnlockClearsOnlyWhatNobodyHolds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	left, err := Unlock(ledgerIn(dir))
	require.NoError(t, err)
	require.Empty(t, left)
	l := open(t, dir)
	_, err = Unlock(ledgerIn(dir))
	requireCode(t, err, "ledger-locked", diag.Unavailable)
	require.ErrorContains(t, err, "has had it since")
	require.NoError(t, l.Close())
	require.NoError(t, os.WriteFile(ledgerIn(dir)+".lock", []byte(`{"user":"ada","host":"h","pid":7,"command":"engine run","since":"2026-09-01T00:00:00Z"}`), 0o600))
	left, err = Unlock(ledgerIn(dir))
	require.NoError(t, err)
	require.Contains(t, left, `"ada" on "h"`)
	text, err := os.ReadFile(ledgerIn(dir) + ".lock")
	require.NoError(t, err)
	require.Empty(t, text)
}
