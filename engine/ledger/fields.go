package ledger

import (
	"context"

	"zombiezen.com/go/sqlite"
)

// FieldIDs are the numbers of target fields, in the order of names; a new field
// gets a new one, and so does one that comes back after ForgetFields.
func (l *Ledger) FieldIDs(ctx context.Context, scope ScopeID, names []string) ([]FieldID, error) {
	ids := make([]FieldID, len(names))
	err := l.write(ctx, "looking up the numbers of fields", func() error {
		for i, name := range names {
			id, err := fieldID(l.conn, scope, name)
			if err != nil {
				return err
			}
			if id == 0 {
				err := exec(l.conn, "INSERT INTO fields (scope, name) VALUES (?, ?)", bindField(scope, name))
				if err != nil {
					return err
				}
				id = l.conn.LastInsertRowID()
			}
			ids[i] = FieldID(id)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return ids, nil
}

func fieldID(conn *sqlite.Conn, scope ScopeID, name string) (int64, error) {
	return number(conn, "SELECT id FROM fields WHERE scope = ? AND name = ? AND forgotten = 0", bindField(scope, name))
}

func bindField(scope ScopeID, name string) func(*sqlite.Stmt) {
	return func(s *sqlite.Stmt) {
		s.BindInt64(1, int64(scope))
		s.BindText(2, name)
	}
}

// FieldNames are the target fields the ledger knows in a scope, sorted: what
// ForgetFields may be asked to forget.
func (l *Ledger) FieldNames(ctx context.Context, scope ScopeID) ([]string, error) {
	var names []string
	err := l.read(ctx, "reading the names of fields", func() error {
		return each(l.conn, "SELECT name FROM fields WHERE scope = ? AND forgotten = 0 ORDER BY name",
			func(s *sqlite.Stmt) { s.BindInt64(1, int64(scope)) },
			func(s *sqlite.Stmt) error {
				names = append(names, s.ColumnText(0))
				return nil
			})
	})
	return names, err
}

// ForgetFields takes the fingerprints of fields that are no longer mapped out of
// the ledger; the target keeps what it has. The fields are forgotten at once and
// for good; their fingerprints are then swept out of the links batch by batch,
// which a later call finishes if this one is cut off. Names the ledger doesn't
// know are passed over.
func (l *Ledger) ForgetFields(ctx context.Context, scope ScopeID, names []string) error {
	const doing = "forgetting fields that are no longer mapped"
	var dropped []FieldID
	err := l.write(ctx, doing, func() error {
		changed := false
		for _, name := range names {
			err := exec(l.conn, "UPDATE fields SET forgotten = 1 WHERE scope = ? AND name = ? AND forgotten = 0", bindField(scope, name))
			if err != nil {
				return err
			}
			changed = changed || l.conn.Changes() > 0
		}
		if changed {
			if err := nextGeneration(l.conn); err != nil {
				return err
			}
		}
		return each(l.conn, "SELECT id FROM fields WHERE scope = ? AND forgotten = 1 ORDER BY id",
			func(s *sqlite.Stmt) { s.BindInt64(1, int64(scope)) },
			func(s *sqlite.Stmt) error {
				dropped = append(dropped, FieldID(s.ColumnInt64(0)))
				return nil
			})
	})
	if err != nil || len(dropped) == 0 {
		return err
	}
	for last, more := int64(0), true; more; {
		err := l.write(ctx, doing, func() (err error) {
			last, more, err = l.sweep(scope, dropped, last)
			return err
		})
		if err != nil {
			return err
		}
	}
	return l.write(ctx, doing, func() error {
		for _, id := range dropped {
			if err := exec(l.conn, "DELETE FROM fields WHERE id = ?", func(s *sqlite.Stmt) { s.BindInt64(1, int64(id)) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// sweep rewrites one page of links after last without the dropped fields.
func (l *Ledger) sweep(scope ScopeID, dropped []FieldID, last int64) (next int64, more bool, err error) {
	type page struct {
		number int64
		prints []Print
	}
	var links []page
	next = last
	err = each(l.conn, "SELECT number, prints FROM links WHERE +scope = ? AND number > ? ORDER BY number LIMIT ?",
		func(s *sqlite.Stmt) {
			s.BindInt64(1, int64(scope))
			s.BindInt64(2, last)
			s.BindInt64(3, pageSize)
		},
		func(s *sqlite.Stmt) error {
			next, more = s.ColumnInt64(0), true
			prints, ok := unpack(nil, columnBytes(s, 1))
			if !ok {
				return l.damagedPrints()
			}
			before := len(prints)
			if prints = without(prints, dropped); len(prints) < before {
				links = append(links, page{next, prints})
			}
			return nil
		})
	if err != nil {
		return next, false, err
	}
	for _, link := range links {
		err := exec(l.conn, "UPDATE links SET prints = ? WHERE number = ?", func(s *sqlite.Stmt) {
			s.BindBytes(1, pack(nil, link.prints))
			s.BindInt64(2, link.number)
		})
		if err != nil {
			return next, false, err
		}
	}
	return next, more, nil
}
