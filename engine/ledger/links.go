package ledger

import (
	"context"

	"zombiezen.com/go/sqlite"
)

// Scope is what a link belongs to. Tenants are what the connectors' Configure
// reports; no mapping name is in it, so that renaming a mapping loses nobody.
type Scope struct {
	SourceTenant, SourceResource string
	TargetTenant, TargetResource string
}

// ScopeID is the ledger's number of a Scope.
type ScopeID int64

// State of a link.
type State uint8

const (
	NoLink      State = iota // there is none; in an Applied: leave the link's state as it is
	Active                   // the target has the record
	Deactivated              // the target has it, switched off
	Deleted                  // only in an Applied: the target no longer has it; the link goes
)

func (s State) String() string {
	switch s {
	case Active:
		return "active"
	case Deactivated:
		return "deactivated"
	case Deleted:
		return "deleted"
	default:
		return "none"
	}
}

// Link ties a source id to a target id. Row is its number for a RowSet, 0 where
// there is no link.
type Link struct {
	Row      int64
	SourceID string
	TargetID string
	State    State
	Prints   []Print // sorted by field
	Person   PersonMark
}

// Scope is the number of s, new or known.
func (l *Ledger) Scope(ctx context.Context, s Scope) (ScopeID, error) {
	var id int64
	err := l.write(ctx, "looking up what the ledger's links belong to", func() error {
		bind := func(st *sqlite.Stmt) {
			st.BindText(1, s.SourceTenant)
			st.BindText(2, s.SourceResource)
			st.BindText(3, s.TargetTenant)
			st.BindText(4, s.TargetResource)
		}
		err := exec(l.conn, `INSERT INTO scopes (source_tenant, source_resource, target_tenant, target_resource)
			VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, bind)
		if err != nil {
			return err
		}
		id, err = number(l.conn, `SELECT id FROM scopes
			WHERE source_tenant = ? AND source_resource = ? AND target_tenant = ? AND target_resource = ?`, bind)
		return err
	})
	return ScopeID(id), err
}

// Links answers for each source id, in their order, with its link, or one whose
// Row is 0. It overwrites out and the Prints in it: with the same out from batch
// to batch nothing is allocated for prints. An id may occur twice.
//
// One statement reads the whole batch, joined to a JSON array of the ids: three
// times as fast as a statement an id.
func (l *Ledger) Links(ctx context.Context, scope ScopeID, sourceIDs []string, out []Link) ([]Link, error) {
	out = resize(out, len(sourceIDs))
	err := l.read(ctx, "reading the ledger's links", func() error { return l.links(scope, sourceIDs, out) })
	return out, err
}

func (l *Ledger) links(scope ScopeID, sourceIDs []string, out []Link) error {
	for i, id := range sourceIDs {
		out[i] = Link{SourceID: id, Prints: out[i].Prints[:0]}
	}
	var blob []byte
	return each(l.conn, `SELECT l.number, l.target, l.state, l.prints, j.key, l.person
		FROM json_each(?) j CROSS JOIN links l ON l.scope = ? AND l.source = j.value`,
		func(s *sqlite.Stmt) {
			s.BindText(1, jsonArray(sourceIDs))
			s.BindInt64(2, int64(scope))
		},
		func(s *sqlite.Stmt) (err error) {
			link := &out[s.ColumnInt(4)]
			blob, err = l.scan(s, link, blob)
			link.Person = columnMark(s, 5)
			return err
		})
}

// scan reads number, target, state and prints into link; blob is its scratch.
func (l *Ledger) scan(s *sqlite.Stmt, link *Link, blob []byte) ([]byte, error) {
	link.Row = s.ColumnInt64(0)
	link.TargetID = s.ColumnText(1)
	link.State = State(s.ColumnInt64(2))
	blob = columnInto(s, 3, blob)
	var ok bool
	link.Prints, ok = unpack(link.Prints[:0], blob)
	if !ok {
		return blob, l.damagedPrints()
	}
	return blob, nil
}

func (l *Ledger) damagedPrints() error {
	return unreadable(l.path, "The fingerprints of a link are damaged.")
}

// LinkCount counts the links of a scope.
func (l *Ledger) LinkCount(ctx context.Context, scope ScopeID) (total, active int64, err error) {
	err = l.read(ctx, "counting the ledger's links", func() error {
		// Not GROUP BY: that sorts them all first.
		return each(l.conn, "SELECT count(*), total(state = ?) FROM links WHERE scope = ?",
			func(s *sqlite.Stmt) {
				s.BindInt64(1, int64(Active))
				s.BindInt64(2, int64(scope))
			},
			func(s *sqlite.Stmt) error {
				total, active = s.ColumnInt64(0), s.ColumnInt64(1)
				return nil
			})
	})
	return total, active, err
}

// LinkedTargets answers for each target id, in their order, with the source id
// that holds it, or "". Adoption asks before it takes somebody. Should two hold
// it, the active one is named.
func (l *Ledger) LinkedTargets(ctx context.Context, scope ScopeID, targetIDs []string) ([]string, error) {
	holders := make([]string, len(targetIDs))
	// Worst first, so that the one to be named overwrites the others.
	err := l.read(ctx, "looking up who holds a target's records", func() error {
		return each(l.conn, `SELECT j.key, l.source
			FROM json_each(?) j CROSS JOIN links l ON l.scope = ? AND l.target = j.value AND l.target <> ''
			ORDER BY l.state DESC, l.number DESC`,
			func(s *sqlite.Stmt) {
				s.BindText(1, jsonArray(targetIDs))
				s.BindInt64(2, int64(scope))
			},
			func(s *sqlite.Stmt) error {
				holders[s.ColumnInt(0)] = s.ColumnText(1)
				return nil
			})
	})
	return holders, err
}

func resize(links []Link, n int) []Link {
	if cap(links) >= n {
		return links[:n]
	}
	// What lies beyond the length may have prints worth reusing, too.
	grown := make([]Link, n)
	copy(grown, links[:cap(links)])
	return grown
}

// columnInto reads a blob into buf, grown where needed.
func columnInto(s *sqlite.Stmt, col int, buf []byte) []byte {
	n := s.ColumnLen(col)
	if cap(buf) < n {
		buf = make([]byte, n, 2*n)
	}
	buf = buf[:n]
	s.ColumnBytes(col, buf)
	return buf
}

// jsonArray is texts as SQLite's JSON reads them back byte for byte, also where
// they are no UTF-8, which encoding/json would replace.
func jsonArray(texts []string) string {
	size := 2
	for _, t := range texts {
		size += len(t) + 3
	}
	b := append(make([]byte, 0, size), '[')
	for i, text := range texts {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		for _, c := range []byte(text) {
			switch {
			case c == '"' || c == '\\':
				b = append(b, '\\', c)
			case c < 0x20:
				const hex = "0123456789abcdef"
				b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			default:
				b = append(b, c)
			}
		}
		b = append(b, '"')
	}
	return string(append(b, ']'))
}
