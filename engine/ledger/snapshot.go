package ledger

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"time"

	"zombiezen.com/go/sqlite"
)

// Snapshot is what the ledger knows of a flat file as a whole.
type Snapshot struct {
	Content []byte    // of Digest; empty: the file is not what a plan said, or was never written
	Fresh   time.Time // when its lines were last known to be true; UTC
	Kept    bool      // each line of it is kept
}

// Digest hashes a file's content under a key of the ledger: from the hash alone
// nobody can try out what a small file holds.
func (l *Ledger) Digest() hash.Hash { return hmac.New(sha256.New, l.keys.content) }

// Snapshot is the file of a scope; the zero Snapshot where none was written.
func (l *Ledger) Snapshot(ctx context.Context, scope ScopeID) (s Snapshot, err error) {
	err = l.read(ctx, "reading what a file held", func() error {
		s, _, err = l.snapshot(scope)
		return err
	})
	return s, err
}

func (l *Ledger) snapshot(scope ScopeID) (s Snapshot, known bool, err error) {
	err = each(l.conn, "SELECT content, fresh, content = kept AND content <> x'' FROM snapshots WHERE scope = ?",
		func(st *sqlite.Stmt) { st.BindInt64(1, int64(scope)) },
		func(st *sqlite.Stmt) error {
			s = Snapshot{Content: columnBytes(st, 0), Fresh: fromMicro(st.ColumnInt64(1)), Kept: st.ColumnBool(2)}
			known = true
			return nil
		})
	return s, known, err
}

// SaveSnapshot records that the file is as s says. stale are those whose line in
// it is not true any more: it is kept for them since it last was. Everybody
// else's line is true. What was kept for longer than keep is erased. Without
// s.Kept the file is no less kept than it was.
func (l *Ledger) SaveSnapshot(ctx context.Context, scope ScopeID, s Snapshot, stale []string, keep time.Duration) error {
	return l.record(ctx, "recording what a file holds", func() error {
		before, known, err := l.snapshot(scope)
		if err != nil {
			return err
		}
		if !known {
			before.Fresh = s.Fresh
		}
		if err := l.markStale(scope, stale, before.Fresh); err != nil {
			return err
		}
		err = exec(l.conn, `INSERT INTO snapshots (scope, content, fresh, kept) VALUES (?1, ?2, ?3, iif(?4, ?2, x''))
			ON CONFLICT DO UPDATE SET content = ?2, fresh = ?3, kept = iif(?4, ?2, kept)`, func(st *sqlite.Stmt) {
			st.BindInt64(1, int64(scope))
			st.BindBytes(2, s.Content)
			st.BindInt64(3, s.Fresh.UnixMicro())
			st.BindBool(4, s.Kept)
		})
		if err != nil {
			return err
		}
		if err := l.eraseStale(scope, s.Fresh.Add(-keep)); err != nil || string(before.Content) == string(s.Content) {
			return err
		}
		return nextGeneration(l.conn)
	})
}

// markStale says whose lines are not true any more, and that all others are. Who
// was stale before is so since then.
func (l *Ledger) markStale(scope ScopeID, stale []string, since time.Time) error {
	bind := func(st *sqlite.Stmt) {
		st.BindInt64(1, int64(scope))
		st.BindText(2, jsonArray(stale))
	}
	err := exec(l.conn, "DELETE FROM stale_lines WHERE scope = ? AND source NOT IN (SELECT value FROM json_each(?))", bind)
	if err != nil {
		return err
	}
	// Without WHERE the word ON would be taken for that of a join.
	return exec(l.conn, `INSERT INTO stale_lines (scope, source, since)
		SELECT ?1, value, ?3 FROM json_each(?2) WHERE true ON CONFLICT DO NOTHING`, func(st *sqlite.Stmt) {
		bind(st)
		st.BindInt64(3, since.UnixMicro())
	})
}

// eraseStale erases the lines that are not true since before a time.
func (l *Ledger) eraseStale(scope ScopeID, before time.Time) error {
	var old []string
	err := each(l.conn, "SELECT source FROM stale_lines WHERE scope = ? AND since < ?",
		func(st *sqlite.Stmt) {
			st.BindInt64(1, int64(scope))
			st.BindInt64(2, before.UnixMicro())
		},
		func(st *sqlite.Stmt) error {
			old = append(old, st.ColumnText(0))
			return nil
		})
	if err != nil {
		return err
	}
	return l.eraseLines(scope, old)
}

// Answered counts the batches of a plan that were answered.
func (l *Ledger) Answered(ctx context.Context, planID string) (n int64, err error) {
	err = l.read(ctx, "reading the journal", func() error {
		n, err = number(l.conn, "SELECT count(*) FROM batches WHERE plan = ? AND answered IS NOT NULL",
			func(s *sqlite.Stmt) { s.BindText(1, planID) })
		return err
	})
	return n, err
}
