package ledger

import (
	"context"
	"time"

	"zombiezen.com/go/sqlite"
)

// What guards ask of the past: what was done lately and on whose word, how much
// was read, whom a mapping served before, and by which expressions.

// CountSince counts, by their why, the records of a scope that an operation took
// effect on since a time, without those that somebody had approved: what a guard
// already let pass counts against its limit, what a person answered for does
// not. It opens the pages alone that an approval of their mapping may be about.
func (l *Ledger) CountSince(ctx context.Context, scope ScopeID, since time.Time, operations ...string) (map[string]int64, error) {
	counts := map[string]int64{}
	err := l.read(ctx, "counting what was done lately", func() error {
		return each(l.conn, `WITH words AS (SELECT mapping, operation, min(at) AS first, max(expires) AS last FROM approvals GROUP BY mapping, operation)
			SELECT p.run, p.until, p.first, p.why, length(p.prints) / 4, w.mapping IS NOT NULL FROM result_pages p
			JOIN plans n ON n.id = p.plan
			JOIN runs u ON u.number = p.run
			LEFT JOIN words w ON w.mapping = u.mapping AND w.operation = p.operation AND w.first <= p.at AND w.last >= p.at
			WHERE p.outcome = 'succeeded' AND p.operation IN (SELECT value FROM json_each(?1)) AND p.at >= ?2 AND n.scope = ?3`,
			func(s *sqlite.Stmt) {
				s.BindText(1, jsonArray(operations))
				s.BindInt64(2, since.UnixMicro())
				s.BindInt64(3, int64(scope))
			},
			func(s *sqlite.Stmt) error {
				why := s.ColumnText(3)
				counts[why] += s.ColumnInt64(4)
				if !s.ColumnBool(5) {
					return nil
				}
				approved, err := l.approvedIn(keyAt(s))
				if counts[why] -= approved; counts[why] == 0 {
					delete(counts, why)
				}
				return err
			})
	})
	return counts, err
}

// approvedIn counts the results of a page that somebody had approved.
func (l *Ledger) approvedIn(at pageKey) (approved int64, err error) {
	err = l.pageAt(at, func(k *keptPage) error {
		for i := range k.people {
			n, err := number(l.conn, `SELECT EXISTS (SELECT 1 FROM approvals
				WHERE mapping = ?1 AND source = ?2 AND operation = ?3 AND at <= ?4 AND expires >= ?4)`,
				func(s *sqlite.Stmt) {
					s.BindText(1, k.mapping)
					s.BindText(2, k.people[i].source)
					s.BindText(3, k.operation)
					s.BindInt64(4, k.at)
				})
			if err != nil {
				return err
			}
			approved += n
		}
		return nil
	})
	return approved, err
}

// PlannedRuns are the ended runs of a mapping that planned something for a scope
// since a time, oldest first: each of them had seen its read end.
func (l *Ledger) PlannedRuns(ctx context.Context, scope ScopeID, mapping string, since time.Time) ([]Run, error) {
	var runs []Run
	err := l.read(ctx, "reading past runs", func() (err error) {
		runs, err = l.runs(`WHERE mapping = ?1 AND started >= ?2 AND status <> 'running'
			AND plan IN (SELECT id FROM plans WHERE scope = ?3) ORDER BY number`,
			func(s *sqlite.Stmt) {
				s.BindText(1, mapping)
				s.BindInt64(2, since.UnixMicro())
				s.BindInt64(3, int64(scope))
			})
		return err
	})
	return runs, err
}

// CountPilot marks, among a run's counts, one that was about named people alone.
const CountPilot = "pilot"

// EverDone reports whether a plan of a scope was ever carried out to its end;
// one that was about named people alone is no beginning.
func (l *Ledger) EverDone(ctx context.Context, scope ScopeID) (bool, error) {
	var n int64
	err := l.read(ctx, "looking for an earlier plan", func() (err error) {
		n, err = number(l.conn, `SELECT EXISTS (SELECT 1 FROM plans p LEFT JOIN runs r ON r.id = p.run
			WHERE p.scope = ? AND p.state = 'done' AND json_extract(r.counts, '$.pilot') IS NULL)`,
			func(s *sqlite.Stmt) { s.BindInt64(1, int64(scope)) })
		return err
	})
	return n != 0, err
}

// LastScope is what the latest plan of a mapping's runs was made for; ok is
// false where it never had one.
func (l *Ledger) LastScope(ctx context.Context, mapping string) (last Scope, ok bool, err error) {
	err = l.read(ctx, "looking up whom the mapping served last", func() error {
		return each(l.conn, `SELECT s.source_tenant, s.source_resource, s.target_tenant, s.target_resource
			FROM runs r JOIN plans p ON p.id = r.plan JOIN scopes s ON s.id = p.scope
			WHERE r.mapping = ? ORDER BY r.number DESC LIMIT 1`,
			func(s *sqlite.Stmt) { s.BindText(1, mapping) },
			func(s *sqlite.Stmt) error {
				last = Scope{s.ColumnText(0), s.ColumnText(1), s.ColumnText(2), s.ColumnText(3)}
				ok = true
				return nil
			})
	})
	return last, ok, err
}

// LastAgreement is the latest approval of a mapping that is about no person and
// whose operation begins so, also where it has expired; ok is false where there
// is none.
func (l *Ledger) LastAgreement(ctx context.Context, mapping, operation string) (last Approval, ok bool, err error) {
	err = l.read(ctx, "reading the approvals", func() error {
		return each(l.conn, `SELECT operation, run, who, at, expires FROM approvals
			WHERE mapping = ?1 AND source = '' AND substr(operation, 1, length(?2)) = ?2 ORDER BY at DESC LIMIT 1`,
			func(s *sqlite.Stmt) {
				s.BindText(1, mapping)
				s.BindText(2, operation)
			},
			func(s *sqlite.Stmt) error {
				ok = true
				last = Approval{
					Operation: s.ColumnText(0), RunID: s.ColumnText(1), Who: s.ColumnText(2),
					At: fromMicro(s.ColumnInt64(3)), Expires: fromMicro(s.ColumnInt64(4)),
				}
				return nil
			})
	})
	return last, ok, err
}

// Definition is a keyed sum over the expression that makes a field; never 0.
func (l *Ledger) Definition(text string) uint64 { return l.Fingerprint(0, "", []byte(text)) }

// Definitions are those of fields as they were last kept; 0: not known.
func (l *Ledger) Definitions(ctx context.Context, fields []FieldID) ([]uint64, error) {
	out := make([]uint64, len(fields))
	err := l.read(ctx, "reading how fields were made", func() error {
		for i, field := range fields {
			n, err := number(l.conn, "SELECT definition FROM fields WHERE id = ?", func(s *sqlite.Stmt) { s.BindInt64(1, int64(field)) })
			if err != nil {
				return err
			}
			out[i] = uint64(n)
		}
		return nil
	})
	return out, err
}

// KeepDefinitions remembers by which expressions fields are made now.
func (l *Ledger) KeepDefinitions(ctx context.Context, definitions map[FieldID]uint64) error {
	return l.write(ctx, "recording how fields are made", func() error {
		for field, definition := range definitions {
			err := exec(l.conn, "UPDATE fields SET definition = ? WHERE id = ?", func(s *sqlite.Stmt) {
				s.BindInt64(1, int64(definition))
				s.BindInt64(2, int64(field))
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}
