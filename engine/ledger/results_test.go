package ledger

import (
	"bytes"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestResultsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	_, run, plan := started(t, l)
	a := Applied{
		Position: 41, SourceID: "7", TargetID: "t-7", Outcome: Failed, Operation: "update", Code: "email-taken", Field: "email",
		Summary: "The e-mail is in use", Remedy: "Change it.", Retry: "later", Status: 409, ShownName: "Zoé N'Guyen", Attempts: 3,
	}
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, []Applied{a}))
	require.NoError(t, l.Record(t.Context(), run, []Applied{{SourceID: "8", Outcome: Gone, State: Active, TargetID: "t-8"}}))
	at := newClock().now
	require.Equal(t, []Result{
		{
			PlanID: plan, Position: 41, SourceID: "7", TargetID: "t-7", Outcome: Failed, Operation: "update", Code: "email-taken", Field: "email",
			Summary: "The e-mail is in use", Remedy: "Change it.", Retry: "later", Status: 409, ShownName: "Zoé N'Guyen", Attempts: 3, At: at,
		},
		{SourceID: "8", TargetID: "t-8", Outcome: Gone, At: at},
	}, resultsOf(t, l, run))
	require.Zero(t, link(t, l, 1, "8").Row, "Record changes no link")
	require.Empty(t, resultsOf(t, l, "none"))
	require.Equal(t, "journal-misuse", codeOf(l.Record(t.Context(), "none", []Applied{a})))
}

func TestResultsOfManyPages(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	_, run, plan := started(t, l)
	_, other, _ := started(t, l)
	n := 0
	for batch := range int64(5) {
		var results []Applied
		for range 500 {
			results = append(results, Applied{SourceID: fmt.Sprint(n), Outcome: Succeeded})
			n++
		}
		require.NoError(t, l.Settle(t.Context(), run, plan, batch, results))
		require.NoError(t, l.Record(t.Context(), other, []Applied{{SourceID: "other's", Outcome: Gone}}))
	}
	all := resultsOf(t, l, run)
	require.Len(t, all, n)
	for i, r := range all {
		require.Equal(t, fmt.Sprint(i), r.SourceID)
	}
	for range l.Results(t.Context(), run) {
		break // and nothing is left half-read
	}
	require.Len(t, resultsOf(t, l, other), 5)
}

func TestAHeldRecordFromFirstToLast(t *testing.T) {
	t.Parallel()
	clock := newClock()
	l := openAt(t, t.TempDir(), clock)
	_, run, plan := started(t, l)
	first := clock.now
	batch := int64(0)
	settle := func(a Applied) {
		t.Helper()
		require.NoError(t, l.Settle(t.Context(), run, plan, batch, []Applied{a}))
		batch++
		clock.now = clock.now.Add(time.Hour)
	}
	a := heldBack("7", "reference-missing")
	a.ShownName = "Zoé N'Guyen"
	settle(a)
	a.Outcome, a.Code, a.Attempts = Failed, "email-taken", 2
	settle(a)
	settle(Applied{SourceID: "7", Outcome: Blocked})
	settle(Applied{SourceID: "8", Outcome: Succeeded})

	held, err := l.HeldNow(t.Context(), "people")
	require.NoError(t, err)
	require.Equal(t, []HeldRecord{{
		Mapping: "people", SourceID: "7", Outcome: Failed, Code: "email-taken", Field: "email", Summary: a.Summary, Remedy: a.Remedy, Retry: "never",
		LastRun: run, FirstSeen: first, LastSeen: first.Add(time.Hour), Attempts: 3, ShownName: "Zoé N'Guyen",
	}}, held)
	others, err := l.HeldNow(t.Context(), "absences")
	require.NoError(t, err)
	require.Empty(t, others)
}

func TestWhatHoldsAndWhatClears(t *testing.T) {
	t.Parallel()
	for outcome, held := range map[string]bool{
		Held: true, Waiting: true, Failed: true, Ambiguous: true, Blocked: true,
		Succeeded: false, Unchanged: false, OutOfScope: false, Skipped: false, Gone: false,
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			l := open(t, t.TempDir())
			_, run, plan := started(t, l)
			require.NoError(t, l.Settle(t.Context(), run, plan, 0, []Applied{heldBack("7", "x"), heldBack("8", "x"), heldBack("9", "x")}))
			require.NoError(t, l.Record(t.Context(), run, []Applied{{SourceID: "7", Outcome: outcome}}))
			require.NoError(t, l.ClearHeld(t.Context(), "people", []string{"9", "unknown"}))
			now, err := l.HeldNow(t.Context(), "people")
			require.NoError(t, err)
			var ids []string
			for _, h := range now {
				ids = append(ids, h.SourceID)
			}
			want := []string{"8"}
			if held {
				want = []string{"7", "8"}
			}
			require.Equal(t, want, ids)
		})
	}
}

// A note of what is to be done by hand is no word about what a person is held for.
func TestANoteClearsNothing(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	_, run, plan := started(t, l)
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, []Applied{heldBack("7", "x")}))
	require.NoError(t, l.Record(t.Context(), run, []Applied{{SourceID: "7", Outcome: Unchanged, Code: CodeByHand, Field: "start"}}))
	now, err := l.HeldNow(t.Context(), "people")
	require.NoError(t, err)
	require.Len(t, now, 1)
}

func TestNoNameAndNoValueIsInTheFiles(t *testing.T) {
	t.Parallel()
	const name, value = "Canary-Name Ünique", "canary.value@example.org"
	dir := t.TempDir()
	l := open(t, dir)
	scope, run, plan := started(t, l)
	ids, err := l.FieldIDs(t.Context(), scope, []string{"email"})
	require.NoError(t, err)
	sum := l.Fingerprint(ids[0], "7", []byte(value))
	ok := created("7", 0)
	ok.ShownName, ok.Prints = name, []Print{{ids[0], sum}}
	no := heldBack("8", "email-taken")
	no.ShownName = name
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, []Applied{ok, no}))

	holdsNone := func(when string) {
		t.Helper()
		files, err := os.ReadDir(dir)
		require.NoError(t, err)
		source := false
		for _, f := range files {
			text, err := os.ReadFile(dir + "/" + f.Name())
			require.NoError(t, err)
			for _, canary := range []string{name, "Canary", "Ünique", value, "canary"} {
				require.False(t, bytes.Contains(text, []byte(canary)), "%s: %q in %s", when, canary, f.Name())
			}
			require.False(t, bytes.Contains(text, l.keys.chain), "%s: a key", when)
			key := testKey(t)
			require.False(t, bytes.Contains(text, key.secret[:]), "%s: the key", when)
			source = source || bytes.Contains(text, []byte("email-taken"))
		}
		require.True(t, source, "%s: looked in the right files", when)
	}
	holdsNone("in the write-ahead log")
	require.NoError(t, exec(l.conn, "PRAGMA wal_checkpoint(TRUNCATE)", nil))
	holdsNone("after a checkpoint")
	require.Equal(t, name, resultsOf(t, l, run)[0].ShownName)
	require.NoError(t, l.Close())
	holdsNone("closed")
}
