package ledger

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"zombiezen.com/go/sqlite"

	"passerelle/engine/diag"
)

// testKey is one fixed key: what these tests show doesn't hang on which.
func testKey(t testing.TB) Key {
	t.Helper()
	k, ok := ParseKey("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
	require.True(t, ok)
	return k
}

// testClock stands still until it is moved.
type testClock struct{ now time.Time }

func (c *testClock) read() time.Time { return c.now }

func newClock() *testClock {
	return &testClock{time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)}
}

func ledgerIn(dir string) string { return filepath.Join(dir, "ledger.db") }

func open(t testing.TB, dir string) *Ledger {
	t.Helper()
	return openAt(t, dir, newClock())
}

func openAt(t testing.TB, dir string, clock *testClock) *Ledger {
	t.Helper()
	l, err := Open(t.Context(), Options{Path: ledgerIn(dir), Key: testKey(t), Command: "engine run people", Clock: clock.read})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	t.Cleanup(func() { nothingDangles(t, l) })
	return l
}

// nothingDangles holds what SQLite isn't asked to look for at each row: that what
// refers to a row finds it.
func nothingDangles(t testing.TB, l *Ledger) {
	t.Helper()
	if _, bench := t.(*testing.B); bench || t.Failed() || l.conn == nil {
		return
	}
	require.NoError(t, each(l.conn, "PRAGMA foreign_key_check", nil, func(s *sqlite.Stmt) error {
		return fmt.Errorf("a row of %s refers to one of %s that isn't there", s.ColumnText(0), s.ColumnText(2))
	}))
}

var people = Scope{"lucca.example", "users", "oppus.example", "employees"}

// started is a scope, a run and a plan of it.
func started(t testing.TB, l *Ledger) (ScopeID, string, string) {
	t.Helper()
	scope, err := l.Scope(t.Context(), people)
	require.NoError(t, err)
	run, err := l.BeginRun(t.Context(), "people", time.UTC)
	require.NoError(t, err)
	planID := "plan of " + run.ID
	require.NoError(t, l.SavePlan(t.Context(), Plan{
		ID: planID, RunID: run.ID, Scope: scope, SpoolPath: "spool/" + run.ID, MappingHash: "h", Batches: 2,
	}))
	return scope, run.ID, planID
}

// link is the one of a source id.
func link(t testing.TB, l *Ledger, scope ScopeID, id string) Link {
	t.Helper()
	links, err := l.Links(t.Context(), scope, []string{id}, nil)
	require.NoError(t, err)
	require.Len(t, links, 1)
	return links[0]
}

// requireCode is that err is one diagnostic, complete, with that code and class.
func requireCode(t testing.TB, err error, code string, class diag.Class) diag.Diagnostic {
	t.Helper()
	var d diag.Diagnostic
	require.True(t, errors.As(err, &d), "not a diagnostic: %v", err)
	require.Equal(t, code, d.Code, "%v", err)
	require.Equal(t, class, d.Class)
	require.NotEmpty(t, d.Summary)
	require.NotEmpty(t, d.Detail)
	require.NotEmpty(t, d.Remedy)
	return d
}

// codeOf is a diagnostic's code, "" for anything else.
func codeOf(err error) string {
	var d diag.Diagnostic
	errors.As(err, &d)
	return d.Code
}

func requireLockedBy(t testing.TB, err error, says ...string) {
	t.Helper()
	d := requireCode(t, err, "ledger-locked", diag.Unavailable)
	for _, text := range says {
		require.Contains(t, d.Detail, text)
	}
}

// created is a record that was made in the target, with one fingerprint.
func created(id string, sum uint64) Applied {
	return Applied{
		SourceID: id, TargetID: "t-" + id, Outcome: Succeeded, Operation: "create",
		State: Active, Prints: []Print{{1, sum}}, Attempts: 1, Status: 201,
	}
}

// heldBack is a record that was not sent.
func heldBack(id, code string) Applied {
	return Applied{
		SourceID: id, Outcome: Held, Operation: "create", Code: code, Field: "email",
		Summary: "The value is not accepted", Remedy: "Correct it at the source.", Retry: "never", Attempts: 1,
	}
}

func resultsOf(t testing.TB, l *Ledger, runID string) []Result {
	t.Helper()
	var all []Result
	for r, err := range l.Results(t.Context(), runID) {
		require.NoError(t, err)
		all = append(all, r)
	}
	return all
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
