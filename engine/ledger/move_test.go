package ledger

import (
	"fmt"
	"io/fs"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine/diag"
)

var renamed = Scope{"lucca.example", "users", "new.example", "employees"}

// linkedLedger has two links of people, one with a kept line and a day.
func linkedLedger(t *testing.T) (*Ledger, ScopeID, string) {
	t.Helper()
	l := open(t, t.TempDir())
	scope, run, plan := started(t, l)
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, []Applied{created("1", 11), created("2", 22)}))
	keep(t, l, scope, "1", "1;Zoé")
	return l, scope, run
}

func TestLinksMoveWhole(t *testing.T) {
	t.Parallel()
	l, scope, _ := linkedLedger(t)
	require.NoError(t, l.SaveSnapshot(t.Context(), scope, Snapshot{Content: []byte("x"), Fresh: newClock().now}, nil, time.Hour))
	// The refused run that comes before leaves the new name, without a link.
	empty, err := l.Scope(t.Context(), renamed)
	require.NoError(t, err)
	before, err := l.Generation(t.Context())
	require.NoError(t, err)

	rename := Rename{From: "oppus.example", To: "new.example"}
	want := []Moving{{Before: people, After: renamed, Active: 2}}
	looked, err := l.Movable(t.Context(), rename)
	require.NoError(t, err)
	require.Equal(t, want, looked)
	generation, err := l.Generation(t.Context())
	require.NoError(t, err)
	require.Equal(t, before, generation, "looking changes nothing")

	moved, err := l.MoveLinks(t.Context(), rename, "zoe@desk")
	require.NoError(t, err)
	require.Equal(t, want, moved)
	after, err := l.Scope(t.Context(), renamed)
	require.NoError(t, err)
	require.Equal(t, scope, after, "it keeps its number, and with it its fingerprints")
	require.NotEqual(t, empty, after)
	require.Equal(t, Link{Row: 1, SourceID: "1", TargetID: "t-1", State: Active, Prints: []Print{{1, 11}}}, link(t, l, after, "1"))
	require.Equal(t, "1;Zoé", string(keptLines(t, l, after, "1")[0].Line))
	generation, err = l.Generation(t.Context())
	require.NoError(t, err)
	require.Greater(t, generation, before, "plans saved before are stale")
	last, known, err := l.LastScope(t.Context(), "people")
	require.NoError(t, err)
	require.True(t, known)
	require.Equal(t, renamed, last)
	scopes, err := l.Scopes(t.Context())
	require.NoError(t, err)
	require.Len(t, scopes, 1)
	require.NoError(t, l.CheckPages(t.Context()))
	require.NoError(t, l.Verify(t.Context()))

	moves, err := l.Unconfirmed(t.Context(), after)
	require.NoError(t, err)
	require.Equal(t, []Move{{
		Scope: renamed, Side: TargetSide, Before: "oppus.example", After: "new.example", Links: 2, Who: "zoe@desk", At: newClock().now,
	}}, moves)
	require.NoError(t, l.ConfirmMoves(t.Context(), after))
	moves, err = l.Unconfirmed(t.Context(), after)
	require.NoError(t, err)
	require.Empty(t, moves)
	moves, err = l.Moves(t.Context())
	require.NoError(t, err)
	require.True(t, moves[0].Confirmed)
	require.NoError(t, l.Verify(t.Context()), "what a run finds is no alteration")
}

// The tenant is at both sides of two scopes; one side alone may be meant.
func TestLinksMoveOnOneSideOrBoth(t *testing.T) {
	t.Parallel()
	back := Scope{"oppus.example", "employees", "lucca.example", "users"}
	for side, want := range map[string][]Scope{
		"":         {{"lucca.example", "users", "new", "employees"}, {"new", "employees", "lucca.example", "users"}},
		SourceSide: {people, {"new", "employees", "lucca.example", "users"}},
		TargetSide: {{"lucca.example", "users", "new", "employees"}, back},
	} {
		l, _, _ := linkedLedger(t)
		_, err := l.Scope(t.Context(), back)
		require.NoError(t, err)
		_, err = l.MoveLinks(t.Context(), Rename{From: "oppus.example", To: "new", Side: side}, "zoe")
		require.NoError(t, err)
		scopes, err := l.Scopes(t.Context())
		require.NoError(t, err)
		require.Len(t, scopes, 2)
		require.Equal(t, want, []Scope{scopes[0].Scope, scopes[1].Scope}, "side %q", side)
		require.NoError(t, l.Verify(t.Context()))
	}
}

// Two scopes that a rename of both sides would call the same are told apart by
// their links; one that has none gives way when the sides move one after the other.
func TestScopesThatWouldBecomeOneAreRefused(t *testing.T) {
	t.Parallel()
	crossed := Scope{"oppus.example", "users", "lucca.example", "employees"}
	both := Rename{From: "lucca.example", To: "oppus.example"}

	l, scope, _ := linkedLedger(t)
	_, err := l.Scope(t.Context(), crossed)
	require.NoError(t, err)
	_, err = l.Movable(t.Context(), both)
	require.Contains(t, requireCode(t, err, "moves-meet", diag.Refused).Remedy, "--side source")
	_, err = l.MoveLinks(t.Context(), both, "zoe")
	requireCode(t, err, "moves-meet", diag.Refused)
	for _, side := range []string{SourceSide, TargetSide} {
		_, err = l.MoveLinks(t.Context(), Rename{From: both.From, To: both.To, Side: side}, "zoe")
		require.NoError(t, err)
	}
	scopes, err := l.Scopes(t.Context())
	require.NoError(t, err)
	require.Equal(t, []ScopeLinks{{ID: scope, Scope: Scope{"oppus.example", "users", "oppus.example", "employees"}, Active: 2}}, scopes)
	require.NoError(t, l.Verify(t.Context()))

	l, _, run := linkedLedger(t)
	other, err := l.Scope(t.Context(), crossed)
	require.NoError(t, err)
	require.NoError(t, l.SavePlan(t.Context(), Plan{ID: "other", RunID: run, Scope: other, Batches: 1}))
	require.NoError(t, l.Settle(t.Context(), run, "other", 0, []Applied{created("9", 99)}))
	_, err = l.Movable(t.Context(), both)
	requireCode(t, err, "links-of-both", diag.Refused)
}

// A cursor of one tenant says nothing of another, and links that were moved are
// looked at for everybody: the next read is whole.
func TestAMoveEndsTheReadingOfChanges(t *testing.T) {
	t.Parallel()
	l, scope, run := linkedLedger(t)
	ends(t, l, run, &Reading{Scope: scope, Cursor: "c", Basis: "b", Read: time.Now(), Whole: time.Now(), Unfinished: []string{"9"}})
	_, ok, err := l.LastReading(t.Context(), scope, "people")
	require.NoError(t, err)
	require.True(t, ok)
	_, err = l.MoveLinks(t.Context(), Rename{From: "oppus.example", To: "new.example"}, "zoe")
	require.NoError(t, err)
	_, ok, err = l.LastReading(t.Context(), scope, "people")
	require.NoError(t, err)
	require.False(t, ok)
}

func TestWhatCannotMoveStays(t *testing.T) {
	t.Parallel()
	rename := Rename{From: "oppus.example", To: "new.example"}
	for name, c := range map[string]struct {
		rename Rename
		code   string
		before func(t *testing.T, l *Ledger, run string)
		says   string
	}{
		"a tenant that nobody knows": {Rename{From: "opus.example", To: "x"}, "unknown-tenant", nil, "Did you mean oppus.example?"},
		"the other side":             {Rename{From: "oppus.example", To: "x", Side: SourceSide}, "unknown-tenant", nil, "ledger show"},
		"links under both names": {rename, "links-of-both", func(t *testing.T, l *Ledger, run string) {
			to, err := l.Scope(t.Context(), renamed)
			require.NoError(t, err)
			require.NoError(t, l.SavePlan(t.Context(), Plan{ID: "other", RunID: run, Scope: to, Batches: 1}))
			require.NoError(t, l.Settle(t.Context(), run, "other", 0, []Applied{created("9", 99)}))
		}, "--ledger"},
		"what was never answered": {rename, "unsettled", func(t *testing.T, l *Ledger, run string) {
			require.NoError(t, l.Intend(t.Context(), "plan of "+run, 1))
		}, "Run once more with the connection to oppus.example"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, scope, run := linkedLedger(t)
			if c.before != nil {
				c.before(t, l, run)
			}
			scopes, err := l.Scopes(t.Context())
			require.NoError(t, err)
			_, err = l.Movable(t.Context(), c.rename)
			require.Contains(t, requireCode(t, err, c.code, diag.Refused).Remedy, c.says)
			_, err = l.MoveLinks(t.Context(), c.rename, "zoe")
			requireCode(t, err, c.code, diag.Refused)
			after, err := l.Scopes(t.Context())
			require.NoError(t, err)
			require.Equal(t, scopes, after)
			require.NotZero(t, link(t, l, scope, "1").Row)
			require.NoError(t, l.Verify(t.Context()))
		})
	}
}

func TestTheListOfMovesShowsWhatWasAltered(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"by whom":        `UPDATE moves SET who = 'somebody else' WHERE number = 1`,
		"where to":       `UPDATE moves SET after = 'x' WHERE number = 2`,
		"how many":       `UPDATE moves SET links = 1 WHERE number = 2`,
		"the last":       `DELETE FROM moves WHERE number = 2`,
		"the first":      `DELETE FROM moves WHERE number = 1; UPDATE moves SET number = 1`,
		"all of them":    `DELETE FROM moves`,
		"as never moved": `DELETE FROM moves; UPDATE ledger SET moves_mac = x''`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, _, _ := linkedLedger(t)
			for _, r := range []Rename{{From: "oppus.example", To: "a"}, {From: "a", To: "b"}} {
				_, err := l.MoveLinks(t.Context(), r, "zoe")
				require.NoError(t, err)
			}
			require.NoError(t, l.Verify(t.Context()))
			withSQL(t, l.Path(), sql)
			requireCode(t, l.Verify(t.Context()), "ledger-altered", diag.Refused)
		})
	}
}

// A ledger that an older version wrote has no list of moves, and no key in its
// script to vouch for the empty one.
func TestAnOlderLedgerVouchesForItsMoves(t *testing.T) {
	t.Parallel()
	dir := endedRuns(t)
	asBeforePages(t, dir)
	scripts, err := fs.Glob(schemaFiles, "schema/*.sql")
	require.NoError(t, err)
	require.Equal(t, "schema/0010_moves.sql", scripts[movesSince-1])
	require.Len(t, scripts, movesSince+4, "later scripts are to be undone here, too")
	withSQL(t, ledgerIn(dir), fmt.Sprintf("DROP TABLE line_pages; DROP TABLE stale_lines; ALTER TABLE snapshots DROP COLUMN kept; DROP TRIGGER days_go; "+
		"DROP TABLE readings; DROP TABLE unfinished; DROP TABLE moves; ALTER TABLE ledger DROP COLUMN moves_mac; PRAGMA user_version = %d", movesSince-1))
	require.NoError(t, open(t, dir).Verify(t.Context()))
}
