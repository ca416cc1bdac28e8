package ledger

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// keep keeps lines, each behind its source id, in place of all others.
func keep(t testing.TB, l *Ledger, scope ScopeID, idsAndLines ...string) {
	t.Helper()
	require.NoError(t, l.KeepLines(t.Context(), scope, func(keep func(string, []byte) error) error {
		for i := 0; i < len(idsAndLines); i += 2 {
			if err := keep(idsAndLines[i], []byte(idsAndLines[i+1])); err != nil {
				return err
			}
		}
		return nil
	}))
}

// keptLines are the last lines of source ids; none is the zero one.
func keptLines(t testing.TB, l *Ledger, scope ScopeID, sourceIDs ...string) []KeptLine {
	t.Helper()
	lines := make([]KeptLine, len(sourceIDs))
	require.NoError(t, l.KeptLines(t.Context(), scope, sourceIDs, func(at int, line KeptLine) error {
		require.Nil(t, lines[at].Line, "found twice")
		lines[at] = line
		return nil
	}))
	return lines
}

// aFile is so many lines, as keep takes them.
func aFile(n int) (idsAndLines []string) {
	for i := range n {
		idsAndLines = append(idsAndLines, benchID(i), fmt.Sprintf(`{"nom":"Nom%d","prénom":"Prénom%d"}`, i, i))
	}
	return idsAndLines
}

// pageRows are the numbers of a scope's pages.
func pageRows(t testing.TB, l *Ledger, scope ScopeID) (numbers []int64) {
	t.Helper()
	require.NoError(t, each(l.conn, "SELECT number FROM line_pages WHERE scope = ? ORDER BY number",
		func(s *sqlite.Stmt) { s.BindInt64(1, int64(scope)) },
		func(s *sqlite.Stmt) error {
			numbers = append(numbers, s.ColumnInt64(0))
			return nil
		}))
	return numbers
}

// Who changes, comes or goes changes a page or two, and nobody's change none; and
// each line is found, whatever page it is on.
func TestOnlyPagesThatDifferAreWritten(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, _, _ := started(t, l)
	const everybody = 20_000
	lines := aFile(everybody)
	keep(t, l, scope, lines...)
	before := pageRows(t, l, scope)
	require.InDelta(t, everybody/linesAPage, len(before), 30)
	check := func(lines []string) {
		var ids []string
		for i := 0; i < len(lines); i += 2 {
			ids = append(ids, lines[i])
		}
		for i, kept := range keptLines(t, l, scope, ids...) {
			require.Equal(t, lines[2*i+1], string(kept.Line))
		}
	}
	check(lines)

	writes := func(change string, lines []string, most int) {
		keep(t, l, scope, lines...)
		now := pageRows(t, l, scope)
		stay := 0
		for _, number := range now {
			for _, was := range before {
				if number == was {
					stay++
				}
			}
		}
		require.LessOrEqual(t, len(now)-stay, most, "pages written where %s", change)
		require.LessOrEqual(t, len(before)-stay, most, "pages erased where %s", change)
		check(lines)
		before = now
	}
	writes("nobody changed", lines, 0)
	lines[2*777+1] = `{"nom":"Autre"}`
	writes("one changed", lines, 1)
	lines = append(append(append([]string{}, lines[:2*5000]...), "newcomer", "{}"), lines[2*5000:]...)
	writes("one came", lines, 2)
	lines = append(append([]string{}, lines[:2*9000]...), lines[2*9001:]...)
	writes("one went", lines, 2)
	keep(t, l, scope, lines[:4]...)
	require.Len(t, pageRows(t, l, scope), 1)
	check(lines[:4])
}

// What was kept before stays while lines are kept that come to nothing; where a
// line is there twice, the newer one holds.
func TestKilledWhileLinesAreKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, dir)
	scope, _, _ := started(t, l)
	long := strings.Repeat("x", 1000)
	keep(t, l, scope, "1", "old", "2", "old", "gone", "only then")
	killed := errors.New("killed")
	err := l.KeepLines(t.Context(), scope, func(keep func(string, []byte) error) error {
		for i := range 3 * committedBytes / len(long) {
			if err := keep(fmt.Sprint(i), []byte("new"+long)); err != nil {
				return err
			}
		}
		return killed
	})
	require.ErrorIs(t, err, killed)
	require.NoError(t, l.Close())
	l = open(t, dir)
	lines := keptLines(t, l, scope, "1", "gone")
	require.Equal(t, "new"+long, string(lines[0].Line))
	require.Equal(t, "only then", string(lines[1].Line))
	keep(t, l, scope, "1", "newer", "2", "newer")
	require.Len(t, pageRows(t, l, scope), 1, "what the killed one left")
	lines = keptLines(t, l, scope, "1", "gone")
	require.Equal(t, "newer", string(lines[0].Line))
	require.Nil(t, lines[1].Line)
}

// Of a page that somebody is erased from, another one may be what is left: that of
// a run that was killed while it kept lines without him. Neither outlives the other.
func TestNoPageIsLeftThatIsThereTwice(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, _, _ := started(t, l)
	keep(t, l, scope, "1", "line", "left", "line")
	page := linePage{}
	page.add(l.printOf("1"), "1", []byte("line"))
	require.NoError(t, l.insertLinePage(scope, l.sealLines(scope, &page, l.keys.lineDigest(page.plain))))
	_, err := l.Forget(t.Context(), []Forgetting{{Way{Scope: scope, Mapping: "people"}, []string{"left"}}})
	require.NoError(t, err)
	require.Len(t, pageRows(t, l, scope), 2)
	keep(t, l, scope, "1", "line")
	require.Len(t, pageRows(t, l, scope), 1)
	keep(t, l, scope, "2", "line")
	require.Nil(t, keptLines(t, l, scope, "1")[0].Line)
}

// A forgotten person is on no page, the others of his page are, and the file is
// no longer said to be kept whole.
func TestForgottenOnHisPage(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, _, _ := started(t, l)
	lines := aFile(600)
	keep(t, l, scope, lines...)
	fresh := newClock().now
	save := func(s Snapshot, stale ...string) {
		s.Content, s.Fresh = []byte("c"), fresh
		require.NoError(t, l.SaveSnapshot(t.Context(), scope, s, stale, time.Hour))
	}
	whole := func() bool {
		s, err := l.Snapshot(t.Context(), scope)
		require.NoError(t, err)
		return s.Kept
	}
	save(Snapshot{Kept: true}, benchID(7))
	require.True(t, whole())
	save(Snapshot{}, benchID(7))
	require.True(t, whole(), "a run that writes nothing takes nothing away")

	way := Way{Scope: scope, Mapping: "people"}
	ids, err := l.SourceIDs(t.Context(), way, func(id string) bool { return id == benchID(7) || id == benchID(8) })
	require.NoError(t, err)
	require.ElementsMatch(t, []string{benchID(7), benchID(8)}, ids, "nothing but a line and its age tells of them")
	_, err = l.Forget(t.Context(), []Forgetting{{way, []string{benchID(7)}}})
	require.NoError(t, err)
	require.False(t, whole())
	require.NoError(t, l.linedIDs(scope, func(id string) { require.NotEqual(t, benchID(7), id) }))
	stale, err := number(l.conn, "SELECT count(*) FROM stale_lines", nil)
	require.NoError(t, err)
	require.Zero(t, stale)
	ids = ids[:0]
	for i := range 600 {
		ids = append(ids, benchID(i))
	}
	for i, kept := range keptLines(t, l, scope, ids...) {
		require.Equal(t, i == 7, kept.Line == nil, i)
	}
	save(Snapshot{Kept: true})
	require.True(t, whole())
	require.NoError(t, l.ForgetLines(t.Context(), scope))
	require.False(t, whole())
	require.Empty(t, pageRows(t, l, scope))
}

// A page can't be given to another scope, nor one that was changed be opened.
func TestAPageIsBoundToItsPlace(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"another scope": "UPDATE line_pages SET scope = 2",
		"another page":  "UPDATE line_pages SET digest = (SELECT digest FROM line_pages WHERE scope = 3)",
		"changed":       "UPDATE line_pages SET lines = CAST(substr(lines, 1, length(lines) - 1) || x'00' AS BLOB)",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t, t.TempDir())
			scope, _, _ := started(t, l)
			other, err := l.Scope(t.Context(), renamed)
			require.NoError(t, err)
			third, err := l.Scope(t.Context(), Scope{"a", "b", "c", "d"})
			require.NoError(t, err)
			keep(t, l, scope, "1", "line")
			keep(t, l, third, "3", "line")
			require.NoError(t, sqlitex.ExecuteScript(l.conn, script, nil))
			for _, scope := range []ScopeID{scope, other} {
				err = errors.Join(err, l.KeptLines(context.Background(), scope, []string{"1"}, func(int, KeptLine) error { return nil }))
			}
			require.ErrorContains(t, err, "can't be opened")
		})
	}
}

// A ledger that kept lines one by one keeps them, and how old they are, in pages;
// and there is no trace of the one by one.
func TestLinesOfAnOlderLedger(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	old := filepath.Join(t.TempDir(), "ledger.db")
	conn, err := sqlite.OpenConn(old, sqlite.OpenReadWrite|sqlite.OpenCreate)
	require.NoError(t, err)
	scripts, err := migrations()
	require.NoError(t, err)
	lines := 0
	for _, script := range scripts {
		if strings.Contains(script, "CREATE TABLE line_pages") {
			break
		}
		require.NoError(t, sqlitex.ExecuteScript(conn, script, nil))
		lines++
	}
	require.Less(t, lines, len(scripts))
	at := newClock().now.Truncate(time.Microsecond).UTC()
	require.NoError(t, sqlitex.ExecuteScript(conn, fmt.Sprintf(`PRAGMA application_id = %d; PRAGMA user_version = %d;
		INSERT INTO scopes VALUES (1, 'a', 'b', 'c', 'd'), (2, 'a', 'b', 'c', 'e');
		INSERT INTO snapshots VALUES (1, x'aa', %d), (2, x'bb', %d);`, applicationID, lines, at.UnixMicro(), at.UnixMicro()), nil))
	require.NoError(t, exec(conn, "INSERT INTO ledger (one, id, key_check, generation, chain_mac, created, moves_mac) VALUES (1, ?, ?, 0, ?, 0, ?)", func(s *sqlite.Stmt) {
		s.BindText(1, l.id)
		s.BindBytes(2, l.keys.check)
		s.BindBytes(3, l.keys.chainMAC(0, nil))
		s.BindBytes(4, l.keys.movesMAC(0, firstLink()))
	}))
	const everybody = 1500 // several pages
	var ids []string
	require.NoError(t, run(conn, "BEGIN"))
	for i := range everybody {
		ids = append(ids, benchID(i))
		for scope := 1; scope <= 2; scope++ {
			require.NoError(t, exec(conn, "INSERT INTO kept_lines VALUES (?, ?, ?, ?)", func(s *sqlite.Stmt) {
				s.BindInt64(1, int64(scope))
				s.BindText(2, benchID(i))
				s.BindBytes(3, l.keys.lines.Seal(nil, fmt.Appendf(nil, "line %d of %d", i, scope), fmt.Appendf(nil, "%d/%s", scope, benchID(i))))
				if i == 5 {
					s.BindInt64(4, at.Add(-time.Hour).UnixMicro())
				} else {
					s.BindNull(4)
				}
			}))
		}
	}
	require.NoError(t, run(conn, "UPDATE kept_lines SET line = CAST(substr(line, 2) AS BLOB) WHERE source = '"+benchID(6)+"'"))
	require.NoError(t, run(conn, "COMMIT"))
	require.NoError(t, conn.Close())

	l, err = Open(t.Context(), Options{Path: old, Key: testKey(t), Command: "engine run people"})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	for scope := ScopeID(1); scope <= 2; scope++ {
		for i, kept := range keptLines(t, l, scope, ids...) {
			want := KeptLine{Line: fmt.Appendf(nil, "line %d of %d", i, scope), Since: at}
			if i == 5 {
				want.Since = at.Add(-time.Hour)
			}
			if i == 6 {
				want = KeptLine{} // it can't be opened any more: nobody else loses theirs by it
			}
			require.Equal(t, want, kept)
		}
		snapshot, err := l.Snapshot(t.Context(), scope)
		require.NoError(t, err)
		require.False(t, snapshot.Kept, "the next plan is to keep them in the file's order")
	}
	n, err := number(l.conn, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'kept_lines%'", nil)
	require.NoError(t, err)
	require.Zero(t, n)
	require.NoError(t, l.Verify(t.Context()))
}
