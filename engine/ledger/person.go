package ledger

import (
	"context"

	"zombiezen.com/go/sqlite"
)

// Name is how a person was last shown in a mapping.
type Name struct{ Mapping, SourceID, Shown string }

// Names are the last names that the kept results and held records give, one a
// mapping and source id. It opens as many seals as there are people.
func (l *Ledger) Names(ctx context.Context) ([]Name, error) {
	var names []Name
	err := l.read(ctx, "reading the names of people", func() error {
		// SQLite takes a bare column from the row that max found.
		return each(l.conn, `SELECT mapping, source, name, max(at) FROM (
				SELECT u.mapping, r.source, r.name, r.at FROM results r JOIN runs u ON u.number = r.run WHERE r.name <> x''
				UNION ALL SELECT mapping, source, name, last_seen FROM held WHERE name <> x'')
			GROUP BY mapping, source ORDER BY mapping, source`, nil,
			func(s *sqlite.Stmt) error {
				n := Name{Mapping: s.ColumnText(0), SourceID: s.ColumnText(1)}
				var err error
				n.Shown, err = l.keys.openName(columnBytes(s, 2), n.SourceID)
				names = append(names, n)
				return err
			})
	})
	return names, err
}

// PersonLink is one link of a person, and where it leads.
type PersonLink struct {
	Scope ScopeID
	Of    Scope
	Link
	Changed int64 // microseconds since 1970
}

// LinksOf are the links with this source id or this target id, in any scope.
func (l *Ledger) LinksOf(ctx context.Context, sourceID, targetID string) ([]PersonLink, error) {
	var links []PersonLink
	err := l.read(ctx, "reading the links of a person", func() error {
		return each(l.conn, `SELECT l.number, l.target, l.state, l.prints, l.source, l.changed, l.scope,
				s.source_tenant, s.source_resource, s.target_tenant, s.target_resource
			FROM links l JOIN scopes s ON s.id = l.scope
			WHERE (?1 <> '' AND l.source = ?1) OR (?2 <> '' AND l.target = ?2) ORDER BY l.scope, l.number`,
			func(s *sqlite.Stmt) {
				s.BindText(1, sourceID)
				s.BindText(2, targetID)
			},
			func(s *sqlite.Stmt) error {
				p := PersonLink{
					Scope: ScopeID(s.ColumnInt64(6)), Changed: s.ColumnInt64(5),
					Of: Scope{s.ColumnText(7), s.ColumnText(8), s.ColumnText(9), s.ColumnText(10)},
				}
				p.SourceID = s.ColumnText(4)
				_, err := l.scan(s, &p.Link, nil)
				links = append(links, p)
				return err
			})
	})
	return links, err
}

// PersonResult is a result with the run that it is of.
type PersonResult struct {
	RunID, Mapping string
	Result
}

// ResultsOf are up to n results of a source id, latest first.
func (l *Ledger) ResultsOf(ctx context.Context, sourceID string, n int) ([]PersonResult, error) {
	var results []PersonResult
	err := l.read(ctx, "reading the results of a person", func() error {
		return each(l.conn, `SELECT r.number, r.plan, r.position, r.source, r.target, r.outcome, r.operation,
				r.code, r.field, r.summary, r.remedy, r.retry, r.status, r.attempts, r.at, r.name, r.place, r.answer, r.why, r.left_out, u.id, u.mapping
			FROM results r JOIN runs u ON u.number = r.run WHERE r.source = ? ORDER BY r.run DESC, r.number DESC LIMIT ?`,
			func(s *sqlite.Stmt) {
				s.BindText(1, sourceID)
				s.BindInt64(2, int64(n))
			},
			func(s *sqlite.Stmt) error {
				r, err := l.result(s)
				results = append(results, PersonResult{RunID: s.ColumnText(20), Mapping: s.ColumnText(21), Result: r})
				return err
			})
	})
	return results, err
}

// ApprovalsOf are all approvals that name a source id, those that lapsed too,
// latest first, by mapping.
func (l *Ledger) ApprovalsOf(ctx context.Context, sourceID string) (map[string][]Approval, error) {
	out := map[string][]Approval{}
	err := l.read(ctx, "reading the approvals of a person", func() error {
		return each(l.conn, `SELECT mapping, operation, run, who, at, expires FROM approvals
			WHERE source = ? ORDER BY mapping, at DESC, operation`,
			func(s *sqlite.Stmt) { s.BindText(1, sourceID) },
			func(s *sqlite.Stmt) error {
				mapping := s.ColumnText(0)
				out[mapping] = append(out[mapping], Approval{
					SourceID: sourceID, Operation: s.ColumnText(1), RunID: s.ColumnText(2), Who: s.ColumnText(3),
					At: fromMicro(s.ColumnInt64(4)), Expires: fromMicro(s.ColumnInt64(5)),
				})
				return nil
			})
	})
	return out, err
}

// Way is a mapping and a scope that it has planned for.
type Way struct {
	Mapping string
	Scope   ScopeID
	Of      Scope
}

// Ways are the scopes that each mapping has ever planned for, latest last.
func (l *Ledger) Ways(ctx context.Context) ([]Way, error) {
	var ways []Way
	err := l.read(ctx, "reading what mappings carry where", func() error {
		return each(l.conn, `SELECT u.mapping, s.id, s.source_tenant, s.source_resource, s.target_tenant, s.target_resource
			FROM runs u JOIN plans p ON p.run = u.id JOIN scopes s ON s.id = p.scope
			GROUP BY u.mapping, s.id ORDER BY u.mapping, max(u.number)`, nil,
			func(s *sqlite.Stmt) error {
				ways = append(ways, Way{
					Mapping: s.ColumnText(0), Scope: ScopeID(s.ColumnInt64(1)),
					Of: Scope{s.ColumnText(2), s.ColumnText(3), s.ColumnText(4), s.ColumnText(5)},
				})
				return nil
			})
	})
	return ways, err
}
