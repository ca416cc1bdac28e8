package ledger

import (
	"context"
	"time"

	"zombiezen.com/go/sqlite"
)

// approvalFor is how long an approval stands: long enough for a week-end, short
// enough that nobody's agreement meets another company than the one they saw.
const approvalFor = 72 * time.Hour

// Approval is one person's agreement that an operation be done with a record.
type Approval struct {
	SourceID  string
	Operation string
	RunID     string // the blocked run that was looked at
	Who       string
	At        time.Time // UTC
	Expires   time.Time // UTC
}

// Approve signs (record, operation) pairs of a mapping for 72 hours. A pair that
// is signed again stands that long from now.
func (l *Ledger) Approve(ctx context.Context, mapping string, approvals []Approval) error {
	return l.write(ctx, "recording an approval", func() error {
		now := l.clock()
		for _, a := range approvals {
			err := exec(l.conn, `INSERT INTO approvals (mapping, source, operation, run, who, at, expires)
				VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET expires = excluded.expires, who = excluded.who`,
				func(s *sqlite.Stmt) {
					s.BindText(1, mapping)
					s.BindText(2, a.SourceID)
					s.BindText(3, a.Operation)
					s.BindText(4, a.RunID)
					s.BindText(5, a.Who)
					s.BindInt64(6, now.UnixMicro())
					s.BindInt64(7, now.Add(approvalFor).UnixMicro())
				})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// ClockSlack is how far the machine's clock may be set back before what it now
// dates in the future is not believed: clocks are put right by seconds all the
// time.
const ClockSlack = 5 * time.Minute

// Approvals are those of a mapping that still stand, latest first. One that was
// signed in the future does not: it would stand longer than 72 hours, and one
// that had lapsed would stand again.
func (l *Ledger) Approvals(ctx context.Context, mapping string) ([]Approval, error) {
	var out []Approval
	err := l.read(ctx, "reading the approvals", func() error {
		return each(l.conn, `SELECT source, operation, run, who, at, expires FROM approvals
			WHERE mapping = ?1 AND expires > ?2 AND at <= ?2 + ?3
			ORDER BY at DESC, source, operation`,
			func(s *sqlite.Stmt) {
				s.BindText(1, mapping)
				s.BindInt64(2, l.now())
				s.BindInt64(3, ClockSlack.Microseconds())
			},
			func(s *sqlite.Stmt) error {
				out = append(out, Approval{
					SourceID: s.ColumnText(0), Operation: s.ColumnText(1), RunID: s.ColumnText(2), Who: s.ColumnText(3),
					At: fromMicro(s.ColumnInt64(4)), Expires: fromMicro(s.ColumnInt64(5)),
				})
				return nil
			})
	})
	return out, err
}
