package ledger

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"passerelle/engine/diag"
)

func TestALedgerIsPrivateAndKeepsItsIdentity(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), ".engine")
	path := ledgerIn(dir)
	there, err := Exists(path)
	require.NoError(t, err)
	require.False(t, there)

	l := open(t, dir)
	id := l.ID()
	require.NotEmpty(t, id)
	for _, name := range []string{path, path + "-wal", path + "-shm", path + ".lock"} {
		info, err := os.Stat(name)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), name)
	}
	info, err := os.Stat(dir)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	requireLockedBy(t, errorOf(Open(t.Context(), Options{Path: path, Key: testKey(t)})), "engine run people")
	require.NoError(t, l.Close())
	require.NoError(t, l.Close(), "closing twice is harmless")
	require.Equal(t, "ledger-fault", codeOf(errorOf(l.Generation(t.Context()))))

	there, err = Exists(path)
	require.NoError(t, err)
	require.True(t, there)
	require.Equal(t, id, open(t, dir).ID())
	require.NotEqual(t, id, open(t, t.TempDir()).ID())
}

func errorOf[T any](_ T, err error) error { return err }

func TestTheDatabaseIsDurable(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scripts, err := migrations()
	require.NoError(t, err)
	for pragma, want := range map[string]int64{
		"synchronous": 2, "cache_size": -16384, "foreign_keys": 0, "application_id": applicationID, "user_version": int64(len(scripts)),
	} {
		got, err := number(l.conn, "PRAGMA "+pragma, nil)
		require.NoError(t, err)
		require.Equal(t, want, got, pragma)
	}
	mode, err := sqlitex.ResultText(l.conn.Prep("PRAGMA journal_mode"))
	require.NoError(t, err)
	require.Equal(t, "wal", mode)
}

func TestAnotherKeyIsRefusedAndNothingChanges(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, open(t, dir).Close())
	before, err := os.ReadFile(ledgerIn(dir))
	require.NoError(t, err)

	_, err = Open(t.Context(), Options{Path: ledgerIn(dir), Key: NewKey()})
	requireCode(t, err, "wrong-ledger-key", diag.Refused)
	_, err = Open(t.Context(), Options{Path: ledgerIn(dir)})
	requireCode(t, err, "missing-ledger-key", diag.Refused)

	after, err := os.ReadFile(ledgerIn(dir))
	require.NoError(t, err)
	require.True(t, bytes.Equal(before, after))
	open(t, dir)
}

// withSQL changes a closed ledger as another program would.
func withSQL(t *testing.T, path, script string) {
	t.Helper()
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate)
	require.NoError(t, err)
	require.NoError(t, sqlitex.ExecuteScript(conn, script, nil))
	require.NoError(t, conn.Close())
}

func TestWhatIsNoLedgerIsRefusedUnchanged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		make func(t *testing.T, path string)
		code string
	}{
		"newer schema": {func(t *testing.T, path string) {
			require.NoError(t, open(t, filepath.Dir(path)).Close())
			withSQL(t, path, "PRAGMA user_version = 999")
		}, "ledger-too-new"},
		"text": {func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(path, bytes.Repeat([]byte("matricule;nom\n"), 500), 0o600))
		}, "ledger-unreadable"},
		"short text": {func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(path, []byte("x"), 0o600))
		}, "ledger-unreadable"},
		"another program's database": {func(t *testing.T, path string) {
			withSQL(t, path, "CREATE TABLE songs (title TEXT)")
		}, "ledger-unreadable"},
		"another program's database of a like version": {func(t *testing.T, path string) {
			withSQL(t, path, "CREATE TABLE ledger (id TEXT, key_check BLOB); INSERT INTO ledger VALUES ('x', x'00'); PRAGMA user_version = 1; PRAGMA application_id = 7")
		}, "ledger-unreadable"},
		"a table gone": {func(t *testing.T, path string) {
			require.NoError(t, open(t, filepath.Dir(path)).Close())
			withSQL(t, path, "DELETE FROM ledger")
		}, "ledger-unreadable"},
		"damaged pages": {func(t *testing.T, path string) {
			require.NoError(t, open(t, filepath.Dir(path)).Close())
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			copy(text[100:], bytes.Repeat([]byte{0xa5}, len(text)-100))
			require.NoError(t, os.WriteFile(path, text, 0o600))
		}, "ledger-unreadable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := ledgerIn(t.TempDir())
			c.make(t, path)
			before, err := os.ReadFile(path)
			require.NoError(t, err)
			_, err = Open(t.Context(), Options{Path: path, Key: testKey(t)})
			requireCode(t, err, c.code, diag.Refused)
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			require.True(t, bytes.Equal(before, after))
		})
	}
}

func TestADirectoryIsNoLedger(t *testing.T) {
	t.Parallel()
	_, err := Open(t.Context(), Options{Path: t.TempDir(), Key: testKey(t)})
	requireCode(t, err, "ledger-unreadable", diag.Refused)
}

func TestAPathThroughAFileIsNotWritable(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := Open(t.Context(), Options{Path: filepath.Join(file, "ledger.db"), Key: testKey(t)})
	requireCode(t, err, "ledger-not-writable", diag.Fault)
}

func TestAFullDiskLosesNothingThatWasWritten(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, run, plan := started(t, l)
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, []Applied{created("1", 11)}))

	pages, err := number(l.conn, "PRAGMA page_count", nil)
	require.NoError(t, err)
	_, err = number(l.conn, "PRAGMA max_page_count = "+itoa(pages), nil)
	require.NoError(t, err)
	var many []Applied
	for n := range int64(2000) {
		many = append(many, created("many-"+itoa(n), 5))
	}
	require.NoError(t, l.Intend(t.Context(), plan, 1))
	requireCode(t, l.Settle(t.Context(), run, plan, 1, many), "disk-full", diag.Fault)

	open, err := l.Unanswered(t.Context(), scope)
	require.NoError(t, err)
	require.Len(t, open, 1)
	total, _, err := l.LinkCount(t.Context(), scope)
	require.NoError(t, err)
	require.EqualValues(t, 1, total)
}

func TestTheEndOfTheContext(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, run, plan := started(t, l)
	ended, cancel := context.WithCancel(t.Context())
	cancel()

	requireCode(t, l.Intend(ended, plan, 0), "interrupted", diag.Interrupted)
	requireCode(t, errorOf(l.Links(ended, scope, []string{"1"}, nil)), "interrupted", diag.Interrupted)
	require.NoError(t, l.Settle(ended, run, plan, 0, []Applied{created("1", 11)}), "what happened is recorded all the same")
	require.NotZero(t, link(t, l, scope, "1").Row)
}
