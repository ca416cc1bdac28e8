package ledger

import (
	"context"

	"zombiezen.com/go/sqlite"

	"passerelle/engine/diag"
)

// read lets f use the connection, in its turn, until ctx ends.
func (l *Ledger) read(ctx context.Context, doing string, f func() error) error {
	select {
	case _, open := <-l.turn:
		if !open {
			return closed(doing)
		}
	case <-ctx.Done():
		return interrupted(doing)
	}
	defer func() { l.turn <- struct{}{} }()
	if ctx.Done() != nil {
		l.conn.SetInterrupt(ctx.Done())
		defer l.conn.SetInterrupt(nil)
	}
	return l.failed(f(), doing)
}

// write is read within a transaction that is committed, and on disk, when it
// returns nil.
func (l *Ledger) write(ctx context.Context, doing string, f func() error) error {
	return l.read(ctx, doing, func() error { return transact(l.conn, f) })
}

// record is write for what has already happened outside: once begun, the end of
// ctx doesn't lose it.
func (l *Ledger) record(ctx context.Context, doing string, f func() error) error {
	return l.write(context.WithoutCancel(ctx), doing, f)
}

// transact commits when f succeeds and otherwise leaves everything as it was.
// After a full disk or an I/O error SQLite has rolled back by itself.
func transact(conn *sqlite.Conn, f func() error) error {
	if err := run(conn, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := f()
	if err == nil {
		err = run(conn, "COMMIT")
	}
	if err != nil && !conn.AutocommitEnabled() {
		conn.SetInterrupt(nil) // else the rollback is interrupted, too
		if undone := run(conn, "ROLLBACK"); undone != nil {
			return undone
		}
	}
	return err
}

// run executes a statement without parameters.
func run(conn *sqlite.Conn, query string) error { return exec(conn, query, nil) }

// exec runs a statement to its end; its rows are dropped.
func exec(conn *sqlite.Conn, query string, bind func(*sqlite.Stmt)) error {
	return each(conn, query, bind, nil)
}

// each runs a cached statement and calls row for each of its rows. row must not
// run the same query.
func each(conn *sqlite.Conn, query string, bind func(*sqlite.Stmt), row func(*sqlite.Stmt) error) error {
	s, err := conn.Prepare(query)
	if err != nil {
		return err
	}
	if bind != nil {
		bind(s)
	}
	for {
		more, err := s.Step()
		if err != nil {
			return err // Step has reset it
		}
		if !more {
			return s.Reset()
		}
		if row == nil {
			continue
		}
		if err := row(s); err != nil {
			s.Reset()
			return err
		}
	}
}

// number is the first column of the last row, 0 without one.
func number(conn *sqlite.Conn, query string, bind func(*sqlite.Stmt)) (n int64, err error) {
	err = each(conn, query, bind, func(s *sqlite.Stmt) error {
		n = s.ColumnInt64(0)
		return nil
	})
	return n, err
}

func columnBytes(s *sqlite.Stmt, col int) []byte {
	b := make([]byte, s.ColumnLen(col))
	s.ColumnBytes(col, b)
	return b
}

func generation(conn *sqlite.Conn) (int64, error) {
	return number(conn, "SELECT generation FROM ledger", nil)
}

func nextGeneration(conn *sqlite.Conn) error {
	return run(conn, "UPDATE ledger SET generation = generation + 1")
}

func closed(doing string) error {
	return diag.Diagnostic{
		Code: "ledger-fault", Class: diag.Fault,
		Summary: "Failed while " + doing,
		Detail:  "The ledger was already closed.",
		Remedy:  "This is a fault of the engine: report it with this message.",
	}
}
