package ledger

import (
	"context"
	"iter"
	"math/bits"

	"zombiezen.com/go/sqlite"
)

// RowSet is a set of link rows: one bit a row. The zero RowSet is empty. Not
// safe for concurrent use.
type RowSet struct{ words []uint64 }

// Add puts row in and reports whether it was not there yet: false means that two
// records of one read have one link. Rows below 1 stand for no link: they are
// not kept, and always new.
func (r *RowSet) Add(row int64) bool {
	if row < 1 {
		return true
	}
	word, bit := row>>6, uint64(1)<<(row&63)
	if word >= int64(len(r.words)) {
		r.words = append(r.words, make([]uint64, word+1-int64(len(r.words)))...)
	}
	if r.words[word]&bit != 0 {
		return false
	}
	r.words[word] |= bit
	return true
}

// Has reports whether row is in.
func (r *RowSet) Has(row int64) bool {
	word := row >> 6
	return row > 0 && word < int64(len(r.words)) && r.words[word]&(1<<(row&63)) != 0
}

// Len counts the rows.
func (r *RowSet) Len() int {
	n := 0
	for _, w := range r.words {
		n += bits.OnesCount64(w)
	}
	return n
}

// pageSize is how many rows an iterator reads at a turn.
const pageSize = 1024

// Absent yields the active links of a scope whose rows are not in seen, by row.
// It means something only after a read that was proven whole. After an error it
// ends.
func (l *Ledger) Absent(ctx context.Context, scope ScopeID, seen *RowSet) iter.Seq2[Link, error] {
	return func(yield func(Link, error) bool) {
		var last int64
		for {
			rows, next, err := l.absentRows(ctx, scope, seen, last)
			if err != nil {
				yield(Link{}, err)
				return
			}
			for _, row := range rows {
				link, err := l.linkAt(ctx, row)
				if !yield(link, err) || err != nil {
					return
				}
			}
			if next == last {
				return
			}
			last = next
		}
	}
}

// absentRows looks at one page of rows after last; next is where it ended, last
// again at the end.
func (l *Ledger) absentRows(ctx context.Context, scope ScopeID, seen *RowSet, last int64) (rows []int64, next int64, err error) {
	next = last
	err = l.read(ctx, "looking for links that were not read", func() error {
		return each(l.conn, "SELECT number FROM links WHERE +scope = ? AND state = 1 AND number > ? ORDER BY number LIMIT ?",
			func(s *sqlite.Stmt) {
				s.BindInt64(1, int64(scope))
				s.BindInt64(2, last)
				s.BindInt64(3, pageSize)
			},
			func(s *sqlite.Stmt) error {
				next = s.ColumnInt64(0)
				if !seen.Has(next) {
					rows = append(rows, next)
				}
				return nil
			})
	})
	return rows, next, err
}

func (l *Ledger) linkAt(ctx context.Context, row int64) (Link, error) {
	var link Link
	err := l.read(ctx, "reading a link", func() error {
		return each(l.conn, "SELECT number, target, state, prints, source FROM links WHERE number = ?",
			func(s *sqlite.Stmt) { s.BindInt64(1, row) },
			func(s *sqlite.Stmt) error {
				link.SourceID = s.ColumnText(4)
				_, err := l.scan(s, &link, nil)
				return err
			})
	})
	return link, err
}
