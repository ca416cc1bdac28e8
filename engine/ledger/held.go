package ledger

import (
	"context"
	"time"

	"zombiezen.com/go/sqlite"
)

// HeldRecord is a record that has not reached the target as it should, and why.
// It stays until the record succeeds, is found unchanged, or is no longer
// wanted.
type HeldRecord struct {
	SourceID string
	Outcome  string // Held, Waiting, Failed or Ambiguous

	Code, Field, Summary, Remedy string
	Retry                        string
	LastRun                      string    // the last run that met it
	FirstSeen, LastSeen          time.Time // UTC
	Attempts                     int       // in all runs since FirstSeen
	ShownName                    string
}

// heldWriter keeps the held records of one mapping in step with the results of
// one transaction.
type heldWriter struct {
	conn    *sqlite.Conn
	mapping string
	run     string
	any     bool // there may be an entry to clear: most often there is none
}

func (l *Ledger) newHeldWriter(mapping, run string) (*heldWriter, error) {
	n, err := number(l.conn, "SELECT EXISTS (SELECT 1 FROM held WHERE mapping = ?)", func(s *sqlite.Stmt) { s.BindText(1, mapping) })
	return &heldWriter{conn: l.conn, mapping: mapping, run: run, any: n != 0}, err
}

// follow keeps an entry for who is held, waiting, failed or ambiguous. A blocked
// record says nothing about whether its fault is gone: its entry stays as it is.
// Every other outcome clears it.
func (h *heldWriter) follow(a *Applied, name []byte, now int64) error {
	switch a.Outcome {
	case Held, Waiting, Failed, Ambiguous:
		h.any = true
		return h.keep(a, name, now)
	case Blocked:
		return nil
	}
	if !h.any {
		return nil
	}
	return clearHeld(h.conn, h.mapping, a.SourceID)
}

func (h *heldWriter) keep(a *Applied, name []byte, now int64) error {
	return exec(h.conn, `INSERT INTO held (mapping, source, outcome, code, field, summary, remedy, retry, run,
			first_seen, last_seen, attempts, name)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?11, ?12)
		ON CONFLICT DO UPDATE SET outcome = excluded.outcome, code = excluded.code, field = excluded.field,
			summary = excluded.summary, remedy = excluded.remedy, retry = excluded.retry, run = excluded.run,
			last_seen = excluded.last_seen, attempts = attempts + excluded.attempts, name = excluded.name`,
		func(s *sqlite.Stmt) {
			s.BindText(1, h.mapping)
			s.BindText(2, a.SourceID)
			s.BindText(3, a.Outcome)
			s.BindText(4, a.Code)
			s.BindText(5, a.Field)
			s.BindText(6, a.Summary)
			s.BindText(7, a.Remedy)
			s.BindText(8, a.Retry)
			s.BindText(9, h.run)
			s.BindInt64(10, now)
			s.BindInt64(11, int64(a.Attempts))
			s.BindBytes(12, name)
		})
}

func clearHeld(conn *sqlite.Conn, mapping, sourceID string) error {
	return exec(conn, "DELETE FROM held WHERE mapping = ? AND source = ?", func(s *sqlite.Stmt) {
		s.BindText(1, mapping)
		s.BindText(2, sourceID)
	})
}

// ClearHeld removes the entries of records that need no result of their own: a
// plan that finds a held record unchanged, or no longer read.
func (l *Ledger) ClearHeld(ctx context.Context, mapping string, sourceIDs []string) error {
	return l.write(ctx, "clearing held records", func() error {
		for _, id := range sourceIDs {
			if err := clearHeld(l.conn, mapping, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// HeldNow are the records of a mapping that are held, waiting, failed or
// ambiguous at present, longest first.
func (l *Ledger) HeldNow(ctx context.Context, mapping string) ([]HeldRecord, error) {
	var held []HeldRecord
	err := l.read(ctx, "reading the held records", func() error {
		return each(l.conn, `SELECT source, outcome, code, field, summary, remedy, retry, run, first_seen, last_seen, attempts, name
			FROM held WHERE mapping = ? ORDER BY first_seen, source`,
			func(s *sqlite.Stmt) { s.BindText(1, mapping) },
			func(s *sqlite.Stmt) error {
				h := HeldRecord{
					SourceID: s.ColumnText(0), Outcome: s.ColumnText(1), Code: s.ColumnText(2), Field: s.ColumnText(3),
					Summary: s.ColumnText(4), Remedy: s.ColumnText(5), Retry: s.ColumnText(6), LastRun: s.ColumnText(7),
					FirstSeen: fromMicro(s.ColumnInt64(8)), LastSeen: fromMicro(s.ColumnInt64(9)), Attempts: s.ColumnInt(10),
				}
				var err error
				h.ShownName, err = l.keys.openName(columnBytes(s, 11), h.SourceID)
				held = append(held, h)
				return err
			})
	})
	return held, err
}
