package ledger

import (
	"context"
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"
)

// Reading is where the next read of a mapping goes on, to see what changed alone.
// It is kept with the end of a run (Run.Reading), and then covers what that run
// read: all of it took effect, or its record is among the unfinished.
type Reading struct {
	Scope  ScopeID
	Cursor string    // the connector's own; "": the scope is read whole next time, whichever mapping reads it
	Basis  string    // hash of what makes a record what it is: with another one everything is read
	Read   time.Time // when the read that gave the cursor began
	Whole  time.Time // when the last read of everything began
	// Unfinished are the source ids to be read again, changed or not. Those whose
	// result in the run was no success come to them by themselves.
	Unfinished []string
}

// LastReading is where a mapping goes on; ok is false where everything is to be
// read. Times are in UTC.
func (l *Ledger) LastReading(ctx context.Context, scope ScopeID, mapping string) (r Reading, ok bool, err error) {
	err = l.read(ctx, "reading where the last read ended", func() error {
		bind := func(s *sqlite.Stmt) {
			s.BindInt64(1, int64(scope))
			s.BindText(2, mapping)
		}
		err := each(l.conn, "SELECT cursor, basis, read, whole FROM readings WHERE scope = ? AND mapping = ?", bind, func(s *sqlite.Stmt) error {
			cursor, err := l.keys.names.Open(nil, columnBytes(s, 0), cursorOf(scope, mapping))
			ok = true
			r = Reading{
				Scope: scope, Cursor: string(cursor), Basis: s.ColumnText(1),
				Read: fromMicro(s.ColumnInt64(2)), Whole: fromMicro(s.ColumnInt64(3)),
			}
			return err
		})
		if err != nil || !ok {
			return err
		}
		return each(l.conn, "SELECT source FROM unfinished WHERE scope = ? AND mapping = ? ORDER BY source", bind, func(s *sqlite.Stmt) error {
			r.Unfinished = append(r.Unfinished, s.ColumnText(0))
			return nil
		})
	})
	return r, ok, err
}

// cursorOf is what a sealed cursor is bound to.
func cursorOf(scope ScopeID, mapping string) []byte {
	return fmt.Appendf(nil, "cursor of %d %s", scope, mapping)
}

// DropReadings lets the next read of a scope be of everybody, whichever mapping
// reads it.
func (l *Ledger) DropReadings(ctx context.Context, scope ScopeID) error {
	return l.write(ctx, "recording that everybody is read next", func() error { return l.dropReadings(scope) })
}

func (l *Ledger) dropReadings(scope ScopeID) error {
	for _, query := range []string{"DELETE FROM readings WHERE scope = ?", "DELETE FROM unfinished WHERE scope = ?"} {
		if err := exec(l.conn, query, func(s *sqlite.Stmt) { s.BindInt64(1, int64(scope)) }); err != nil {
			return err
		}
	}
	return nil
}

// keepReading writes down where the mapping of a run goes on, within the
// transaction that ends it.
func (l *Ledger) keepReading(run *Run) error {
	r := run.Reading
	if r.Cursor == "" {
		return l.dropReadings(r.Scope)
	}
	bind := func(s *sqlite.Stmt) {
		s.BindInt64(1, int64(r.Scope))
		s.BindText(2, run.Mapping)
	}
	err := exec(l.conn, `INSERT INTO readings (scope, mapping, cursor, basis, read, whole) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET cursor = excluded.cursor, basis = excluded.basis, read = excluded.read, whole = excluded.whole`,
		func(s *sqlite.Stmt) {
			bind(s)
			s.BindBytes(3, l.keys.names.Seal(nil, []byte(r.Cursor), cursorOf(r.Scope, run.Mapping)))
			s.BindText(4, r.Basis)
			s.BindInt64(5, r.Read.UnixMicro())
			s.BindInt64(6, r.Whole.UnixMicro())
		})
	if err != nil {
		return err
	}
	if err := exec(l.conn, "DELETE FROM unfinished WHERE scope = ? AND mapping = ?", bind); err != nil {
		return err
	}
	again := func(source string) error {
		return exec(l.conn, "INSERT OR IGNORE INTO unfinished (scope, mapping, source) VALUES (?, ?, ?)", func(s *sqlite.Stmt) {
			bind(s)
			s.BindText(3, source)
		})
	}
	for _, source := range r.Unfinished {
		if err := again(source); err != nil {
			return err
		}
	}
	return l.eachPage("WHERE u.id = ? AND (p.outcome IN ('held', 'waiting', 'failed', 'ambiguous', 'blocked') OR p.code = 'reference-pending')",
		func(s *sqlite.Stmt) { s.BindText(1, run.ID) },
		func(k *keptPage) error {
			for i := range k.people {
				if err := again(k.people[i].source); err != nil {
					return err
				}
			}
			return nil
		})
}
