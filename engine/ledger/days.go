package ledger

import (
	"context"
	"encoding/binary"

	"zombiezen.com/go/sqlite"
)

// Day is where a record lies in the window by which its source is read, in days
// since 1970-01-01.
type Day struct {
	SourceID string
	Day      int64
}

// NoteDays keeps the days of records that have a link; of others nothing is
// kept. A day that is known already is not written again. The generation stays:
// no plan grows stale by it.
func (l *Ledger) NoteDays(ctx context.Context, scope ScopeID, days []Day) error {
	for start := 0; start < len(days); start += pageSize {
		if err := l.notePage(ctx, scope, days[start:min(start+pageSize, len(days))]); err != nil {
			return err
		}
	}
	return nil
}

func (l *Ledger) notePage(ctx context.Context, scope ScopeID, days []Day) error {
	ids := make([]string, len(days))
	for i, d := range days {
		ids[i] = d.SourceID
	}
	type change struct{ link, day int64 }
	var changes []change
	err := l.read(ctx, "reading the days of records", func() error {
		var blob []byte
		return each(l.conn, `SELECT l.number, j.key, d.day
			FROM json_each(?) j CROSS JOIN links l ON l.scope = ? AND l.source = j.value
			LEFT JOIN days d ON d.link = l.number`,
			func(s *sqlite.Stmt) {
				s.BindText(1, jsonArray(ids))
				s.BindInt64(2, int64(scope))
			},
			func(s *sqlite.Stmt) error {
				link, wanted := s.ColumnInt64(0), days[s.ColumnInt(1)].Day
				blob = columnInto(s, 2, blob)
				if day, ok := l.openDay(link, blob); !ok || day != wanted {
					changes = append(changes, change{link, wanted})
				}
				return nil
			})
	})
	if err != nil || len(changes) == 0 {
		return err
	}
	return l.write(ctx, "noting the days of records", func() error {
		for _, c := range changes {
			err := exec(l.conn, "INSERT INTO days (link, day) VALUES (?, ?) ON CONFLICT DO UPDATE SET day = excluded.day",
				func(s *sqlite.Stmt) {
					s.BindInt64(1, c.link)
					s.BindBytes(2, l.sealDay(c.link, c.day))
				})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// DayOf is the day of a link; known is false where none was noted, or what was
// noted can't be read: then nothing is known of it.
func (l *Ledger) DayOf(ctx context.Context, row int64) (day int64, known bool, err error) {
	err = l.read(ctx, "reading the day of a record", func() error {
		return each(l.conn, "SELECT day FROM days WHERE link = ?",
			func(s *sqlite.Stmt) { s.BindInt64(1, row) },
			func(s *sqlite.Stmt) error {
				day, known = l.openDay(row, columnBytes(s, 0))
				return nil
			})
	})
	return day, known, err
}

// The link's number goes into the seal, so that no day can be moved to another.
func (l *Ledger) sealDay(link, day int64) []byte {
	return l.keys.days.Seal(nil, binary.BigEndian.AppendUint64(nil, uint64(day)), dayOf(link))
}

func (l *Ledger) openDay(link int64, sealed []byte) (day int64, ok bool) {
	if len(sealed) == 0 {
		return 0, false
	}
	plain, err := l.keys.days.Open(nil, sealed, dayOf(link))
	if err != nil || len(plain) != 8 {
		return 0, false
	}
	return int64(binary.BigEndian.Uint64(plain)), true
}

func dayOf(link int64) []byte { return binary.BigEndian.AppendUint64([]byte("day"), uint64(link)) }
