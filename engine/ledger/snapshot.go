package ledger

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"hash"
	"time"

	"zombiezen.com/go/sqlite"
)

// Snapshot is what the ledger knows of a flat file as a whole.
type Snapshot struct {
	Content []byte    // of Digest; empty: the file is not what a plan said, or was never written
	Fresh   time.Time // when its lines were last known to be true; UTC
}

// KeptLine is the last line of a record, and since when it is not known to be
// true. The zero KeptLine is none.
type KeptLine struct {
	Line  []byte
	Since time.Time // UTC
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
	err = each(l.conn, "SELECT content, fresh FROM snapshots WHERE scope = ?",
		func(st *sqlite.Stmt) { st.BindInt64(1, int64(scope)) },
		func(st *sqlite.Stmt) error {
			s = Snapshot{Content: columnBytes(st, 0), Fresh: fromMicro(st.ColumnInt64(1))}
			known = true
			return nil
		})
	return s, known, err
}

// SaveSnapshot records that the file is as s says. stale are those whose line in
// it is not true any more: it is kept for them since it last was. Everybody
// else's line is true. What was kept for longer than keep is erased.
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
		err = exec(l.conn, "DELETE FROM kept_lines WHERE scope = ? AND since < ?", func(st *sqlite.Stmt) {
			st.BindInt64(1, int64(scope))
			st.BindInt64(2, s.Fresh.Add(-keep).UnixMicro())
		})
		if err != nil {
			return err
		}
		err = exec(l.conn, `INSERT INTO snapshots (scope, content, fresh) VALUES (?1, ?2, ?3)
			ON CONFLICT DO UPDATE SET content = ?2, fresh = ?3`, func(st *sqlite.Stmt) {
			st.BindInt64(1, int64(scope))
			st.BindBytes(2, s.Content)
			st.BindInt64(3, s.Fresh.UnixMicro())
		})
		if err != nil || string(before.Content) == string(s.Content) {
			return err
		}
		return nextGeneration(l.conn)
	})
}

// markStale says whose lines are not true any more, and that all others are.
// Only those of now or before are touched: a file of a million lines is not
// written anew for one.
func (l *Ledger) markStale(scope ScopeID, stale []string, since time.Time) error {
	bind := func(st *sqlite.Stmt) {
		st.BindInt64(1, int64(scope))
		st.BindText(2, jsonArray(stale))
	}
	err := exec(l.conn, `UPDATE kept_lines SET since = NULL
		WHERE scope = ? AND since IS NOT NULL AND source NOT IN (SELECT value FROM json_each(?))`, bind)
	if err != nil {
		return err
	}
	return exec(l.conn, `UPDATE kept_lines SET since = ?3
		WHERE scope = ?1 AND since IS NULL AND source IN (SELECT value FROM json_each(?2))`, func(st *sqlite.Stmt) {
		bind(st)
		st.BindInt64(3, since.UnixMicro())
	})
}

// KeptLines answers for each source id, in their order, with its last line.
func (l *Ledger) KeptLines(ctx context.Context, scope ScopeID, sourceIDs []string) ([]KeptLine, error) {
	out := make([]KeptLine, len(sourceIDs))
	err := l.read(ctx, "reading last lines", func() error {
		return each(l.conn, `SELECT k.line, coalesce(k.since, s.fresh), j.key
			FROM json_each(?) j CROSS JOIN kept_lines k ON k.scope = ? AND k.source = j.value
			JOIN snapshots s ON s.scope = k.scope`,
			func(st *sqlite.Stmt) {
				st.BindText(1, jsonArray(sourceIDs))
				st.BindInt64(2, int64(scope))
			},
			func(st *sqlite.Stmt) error {
				at := st.ColumnInt(2)
				line, err := l.keys.lines.Open(nil, columnBytes(st, 0), lineName(scope, sourceIDs[at]))
				out[at] = KeptLine{Line: line, Since: fromMicro(st.ColumnInt64(1))}
				return err
			})
	})
	return out, err
}

// HasLines reports for each source id, in their order, whether a last line is
// kept.
func (l *Ledger) HasLines(ctx context.Context, scope ScopeID, sourceIDs []string) ([]bool, error) {
	out := make([]bool, len(sourceIDs))
	err := l.read(ctx, "looking for last lines", func() error {
		return each(l.conn, "SELECT j.key FROM json_each(?) j CROSS JOIN kept_lines k ON k.scope = ? AND k.source = j.value",
			func(st *sqlite.Stmt) {
				st.BindText(1, jsonArray(sourceIDs))
				st.BindInt64(2, int64(scope))
			},
			func(st *sqlite.Stmt) error {
				out[st.ColumnInt(0)] = true
				return nil
			})
	})
	return out, err
}

// ForgetLines erases every last line of a scope.
func (l *Ledger) ForgetLines(ctx context.Context, scope ScopeID) error {
	return l.write(ctx, "erasing last lines", func() error {
		return exec(l.conn, "DELETE FROM kept_lines WHERE scope = ?", func(st *sqlite.Stmt) { st.BindInt64(1, int64(scope)) })
	})
}

// settleLines keeps the lines that results carry, and erases those of records
// that are no longer there.
func (l *Ledger) settleLines(scope ScopeID, results []Applied) error {
	var kept []keptLine
	for i := range results {
		a := &results[i]
		switch {
		case a.State == Deleted:
			if err := l.keepLines(scope, kept); err != nil { // one of them may be erased again
				return err
			}
			kept = kept[:0]
			err := exec(l.conn, "DELETE FROM kept_lines WHERE scope = ? AND source = ?", func(st *sqlite.Stmt) {
				st.BindInt64(1, int64(scope))
				st.BindText(2, a.SourceID)
			})
			if err != nil {
				return err
			}
		case len(a.Line) > 0:
			kept = append(kept, keptLine{a.SourceID, a.Line})
		}
	}
	return l.keepLines(scope, kept)
}

// KeepLines keeps lines, by source id, of records that no operation is about.
func (l *Ledger) KeepLines(ctx context.Context, scope ScopeID, lines map[string][]byte) error {
	return l.record(ctx, "keeping last lines", func() error {
		kept := make([]keptLine, 0, len(lines))
		for id, line := range lines {
			kept = append(kept, keptLine{id, line})
		}
		return l.keepLines(scope, kept)
	})
}

type keptLine struct {
	source string
	line   []byte
}

var lineRows = newRows("kept_lines (scope, source, line, since)", "(?, ?, ?, NULL)",
	"ON CONFLICT DO UPDATE SET line = excluded.line, since = NULL")

func (l *Ledger) keepLines(scope ScopeID, lines []keptLine) error {
	return lineRows.insert(l.conn, len(lines), func(s *sqlite.Stmt, row, at int) {
		kept := lines[row]
		s.BindInt64(at, int64(scope))
		s.BindText(at+1, kept.source)
		s.BindBytes(at+2, l.keys.lines.Seal(nil, kept.line, lineName(scope, kept.source)))
	})
}

func lineName(scope ScopeID, sourceID string) []byte {
	return fmt.Appendf(nil, "%d/%s", scope, sourceID)
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
