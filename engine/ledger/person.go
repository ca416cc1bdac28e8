package ledger

import (
	"cmp"
	"context"
	"slices"

	"zombiezen.com/go/sqlite"
)

// PersonLink is one link of a person, and where it leads.
type PersonLink struct {
	Scope ScopeID
	Of    Scope
	Link
	Changed int64 // microseconds since 1970
}

// LinksOf are the links with this source id or this target id, in any scope. Both
// indexes of links begin with the scope: it goes from one to the next.
func (l *Ledger) LinksOf(ctx context.Context, sourceID, targetID string) ([]PersonLink, error) {
	var links []PersonLink
	err := l.read(ctx, "reading the links of a person", func() error {
		return each(l.conn, `SELECT l.number, l.target, l.state, l.prints, l.source, l.changed, l.scope,
				s.source_tenant, s.source_resource, s.target_tenant, s.target_resource
			FROM links l JOIN scopes s ON s.id = l.scope
			WHERE l.number IN (
				SELECT l.number FROM scopes s CROSS JOIN links l ON l.scope = s.id AND l.source = ?1 WHERE ?1 <> ''
				UNION SELECT l.number FROM scopes s CROSS JOIN links l ON l.scope = s.id AND l.target = ?2 AND l.target <> '')
			ORDER BY l.scope, l.number`,
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
	type found struct {
		pageKey
		number int64
		PersonResult
	}
	var all []found
	err := l.read(ctx, "reading the results of a person", func() error {
		return l.eachPageAbout([]string{sourceID}, "ORDER BY p.run DESC, p.until DESC", nil, func(at pageKey) error {
			if last := len(all) - 1; last >= max(n-1, 0) && (all[last].run != at.run || all[last].until != at.until) {
				return errEnough // not before: pages of one settling interleave
			}
			return l.pageAt(at, func(k *keptPage) error {
				leftOut, err := l.leftOutOf(k)
				for i := range k.people {
					if a := &k.people[i]; a.source == sourceID {
						all = append(all, found{at, a.number, PersonResult{RunID: k.runID, Mapping: k.mapping, Result: k.result(a, leftOut)}})
					}
				}
				return err
			})
		})
	})
	slices.SortFunc(all, func(a, b found) int { return cmp.Or(cmp.Compare(b.run, a.run), cmp.Compare(b.number, a.number)) })
	var results []PersonResult
	for _, f := range all[:min(n, len(all))] {
		results = append(results, f.PersonResult)
	}
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
