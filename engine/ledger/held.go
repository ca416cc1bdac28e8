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
	Mapping  string
	SourceID string
	Outcome  string // Held, Waiting, Failed or Ambiguous

	Code, Field, Summary, Remedy string
	Retry                        string
	Place                        string    // of the expression that held it: people.hcl:12:5
	Answer                       string    // the target's own words, without any value
	KnownUntil                   time.Time // somebody knows of it until then; zero: nobody
	KnownBy                      string
	LastRun                      string    // the last run that met it
	FirstSeen, LastSeen          time.Time // UTC
	Attempts                     int       // in all runs since FirstSeen
	ShownName                    string
}

// heldWriter keeps the held records of one mapping in step with the results of
// one transaction.
type heldWriter struct {
	conn    *sqlite.Conn
	keys    *keys
	mapping string
	run     string
	any     bool // there may be an entry to clear: most often there is none
}

func (l *Ledger) newHeldWriter(mapping, run string) (*heldWriter, error) {
	n, err := number(l.conn, "SELECT EXISTS (SELECT 1 FROM held WHERE mapping = ?)", func(s *sqlite.Stmt) { s.BindText(1, mapping) })
	return &heldWriter{conn: l.conn, keys: &l.keys, mapping: mapping, run: run, any: n != 0}, err
}

// follow keeps an entry for who is held, waiting, failed or ambiguous. A blocked
// record says nothing about whether its fault is gone, nor does a note of what is
// left to be done by hand: its entry stays as it is. Every other outcome clears it.
func (h *heldWriter) follow(a *Applied, now int64) error {
	switch a.Outcome {
	case Held, Waiting, Failed, Ambiguous:
		h.any = true
		return h.keep(a, now)
	case Blocked:
		return nil
	case Unchanged:
		if a.Code == CodeByHand {
			return nil
		}
	}
	if !h.any {
		return nil
	}
	return clearHeld(h.conn, h.mapping, a.SourceID)
}

// keep writes the entry of one record. What somebody acknowledged was this
// fault: another one is news.
func (h *heldWriter) keep(a *Applied, now int64) error {
	return exec(h.conn, `INSERT INTO held (mapping, source, outcome, code, field, summary, remedy, retry, run,
			first_seen, last_seen, attempts, name, place, answer)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?11, ?12, ?13, ?14)
		ON CONFLICT DO UPDATE SET
			known_until = iif(code = excluded.code AND field = excluded.field, known_until, 0),
			place = excluded.place, answer = excluded.answer, outcome = excluded.outcome, code = excluded.code, field = excluded.field,
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
			s.BindBytes(12, h.keys.sealName(a.ShownName, a.SourceID))
			s.BindText(13, a.Place)
			s.BindText(14, a.Answer)
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

// HeldNow are the records of a mapping, or of all when it is "", that are held,
// waiting, failed or ambiguous at present, longest first.
func (l *Ledger) HeldNow(ctx context.Context, mapping string) ([]HeldRecord, error) {
	var held []HeldRecord
	err := l.read(ctx, "reading the held records", func() error {
		return each(l.conn, `SELECT mapping, source, outcome, code, field, summary, remedy, retry, run, first_seen, last_seen,
				attempts, name, place, answer, known_until, known_by
			FROM held WHERE ?1 = '' OR mapping = ?1 ORDER BY mapping, first_seen, source`,
			func(s *sqlite.Stmt) { s.BindText(1, mapping) },
			func(s *sqlite.Stmt) error {
				h := HeldRecord{
					Mapping: s.ColumnText(0), SourceID: s.ColumnText(1), Outcome: s.ColumnText(2), Code: s.ColumnText(3),
					Field: s.ColumnText(4), Summary: s.ColumnText(5), Remedy: s.ColumnText(6), Retry: s.ColumnText(7), LastRun: s.ColumnText(8),
					FirstSeen: fromMicro(s.ColumnInt64(9)), LastSeen: fromMicro(s.ColumnInt64(10)), Attempts: s.ColumnInt(11),
					Place: s.ColumnText(13), Answer: s.ColumnText(14),
				}
				if until := s.ColumnInt64(15); until > l.now() {
					h.KnownUntil, h.KnownBy = fromMicro(until), s.ColumnText(16)
				}
				var err error
				h.ShownName, err = l.keys.openName(columnBytes(s, 12), h.SourceID)
				held = append(held, h)
				return err
			})
	})
	return held, err
}

// Acknowledge records that somebody knows of a held record: until then it makes
// no run partial. ok is false where there is no such record.
func (l *Ledger) Acknowledge(ctx context.Context, mapping, sourceID, who string, until time.Time) (ok bool, err error) {
	err = l.write(ctx, "recording that somebody knows of a held record", func() error {
		err := exec(l.conn, "UPDATE held SET known_until = ?, known_by = ? WHERE mapping = ? AND source = ?", func(s *sqlite.Stmt) {
			s.BindInt64(1, until.UnixMicro())
			s.BindText(2, who)
			s.BindText(3, mapping)
			s.BindText(4, sourceID)
		})
		ok = l.conn.Changes() > 0
		return err
	})
	return ok, err
}

// RetryHeld begins to count the attempts of a held record anew, and takes back
// that somebody acknowledged it.
func (l *Ledger) RetryHeld(ctx context.Context, mapping, sourceID string) error {
	return l.write(ctx, "marking a held record", func() error {
		return exec(l.conn, "UPDATE held SET attempts = 0, known_until = 0, known_by = '' WHERE mapping = ? AND source = ?", func(s *sqlite.Stmt) {
			s.BindText(1, mapping)
			s.BindText(2, sourceID)
		})
	})
}
