package ledger

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"zombiezen.com/go/sqlite"
)

// PersonMark tells a person under any source id. The zero mark is none.
type PersonMark [16]byte

// Mark is 128 bits of HMAC-SHA-256 over the values that make a person, under the
// ledger's key. No id goes in: the mark must be the same under another one.
// 64 bits would do for a company, not for telling two people apart by it.
func (l *Ledger) Mark(values ...[]byte) PersonMark {
	h := hmac.New(sha256.New, l.keys.person)
	for _, v := range values {
		h.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(v)))) // no part slides into the next
		h.Write(v)
	}
	return PersonMark(h.Sum(nil))
}

// LinksOfPersons are the links of a scope whose person is one of these, by row.
func (l *Ledger) LinksOfPersons(ctx context.Context, scope ScopeID, marks []PersonMark) (map[PersonMark][]Link, error) {
	found := map[PersonMark][]Link{}
	if len(marks) == 0 {
		return found, nil
	}
	texts := make([]string, len(marks))
	for i, m := range marks {
		texts[i] = hex.EncodeToString(m[:])
	}
	err := l.read(ctx, "looking for people known under another id", func() error {
		return each(l.conn, `SELECT l.number, l.target, l.state, l.prints, l.source, l.person
			FROM (SELECT DISTINCT value FROM json_each(?)) j
			CROSS JOIN links l ON l.scope = ? AND l.person = unhex(j.value)
			WHERE l.person IS NOT NULL ORDER BY l.number`,
			func(s *sqlite.Stmt) {
				s.BindText(1, jsonArray(texts))
				s.BindInt64(2, int64(scope))
			},
			func(s *sqlite.Stmt) error {
				link := Link{SourceID: s.ColumnText(4), Person: columnMark(s, 5)}
				_, err := l.scan(s, &link, nil)
				found[link.Person] = append(found[link.Person], link)
				return err
			})
	})
	return found, err
}

func columnMark(s *sqlite.Stmt, col int) PersonMark {
	var m PersonMark
	if s.ColumnLen(col) == len(m) {
		s.ColumnBytes(col, m[:])
	}
	return m
}

func bindMark(s *sqlite.Stmt, param int, m PersonMark) {
	if m == (PersonMark{}) {
		s.BindNull(param)
		return
	}
	s.BindBytes(param, m[:])
}

// moved is the link that a result takes over from another source id; the link
// has its new id from then on, and keeps its number. Nil: that id has none any
// more.
func (w *linkWriter) moved(a *Applied) (*Link, error) {
	olds := make([]Link, 1)
	if err := w.ledger.links(w.scope, []string{a.MovedFrom}, olds); err != nil || olds[0].Row == 0 {
		return nil, err
	}
	w.changed = true
	err := exec(w.ledger.conn, "UPDATE links SET source = ?, changed = ? WHERE number = ?", func(s *sqlite.Stmt) {
		s.BindText(1, a.SourceID)
		s.BindInt64(2, w.now)
		s.BindInt64(3, olds[0].Row)
	})
	olds[0].SourceID = a.SourceID
	return &olds[0], err
}
