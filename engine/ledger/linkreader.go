package ledger

import (
	"context"

	"zombiezen.com/go/sqlite"
)

// LinkReader answers for the links of a scope as Links does, batch after batch of
// one read. A source mostly gives its records in the order in which they were first
// linked, and links are numbered in that order: the next ones lie behind those of
// the last batch. They are read from there at a third of what looking each up
// costs. Whoever isn't found there is looked up; where most aren't, everybody is,
// until a batch comes in order again.
//
// A LinkReader is for one goroutine.
type LinkReader struct {
	ledger  *Ledger
	scope   ScopeID
	after   int64 // the number of the last link that was met
	ordered bool  // the last batch came in the order of its links
	source  []byte
	prints  []byte
	missing []int
	ids     []string
	found   []Link
}

// LinkReader begins before the first link of a scope.
func (l *Ledger) LinkReader(scope ScopeID) *LinkReader {
	return &LinkReader{ledger: l, scope: scope, ordered: true}
}

// Links is as Ledger.Links.
func (r *LinkReader) Links(ctx context.Context, sourceIDs []string, out []Link) ([]Link, error) {
	out = resize(out, len(sourceIDs))
	err := r.ledger.read(ctx, "reading the ledger's links", func() error {
		if !r.ordered {
			return r.ledger.links(r.scope, sourceIDs, out)
		}
		if err := r.follow(sourceIDs, out); err != nil {
			return err
		}
		return r.lookUp(out)
	})
	if err == nil {
		r.learn(out)
	}
	return out, err
}

// How far follow looks for a link's record in the batch, and how many numbers a
// batch's links may be spread over: what was taken away leaves gaps, and other
// scopes' links may lie between.
const (
	lookAhead = 8
	spread    = 4
)

// follow fills in those whose links come next, in the same order.
func (r *LinkReader) follow(sourceIDs []string, out []Link) error {
	for i, id := range sourceIDs {
		out[i] = Link{SourceID: id, Prints: out[i].Prints[:0]}
	}
	at := 0
	// The plus keeps SQLite from going through the index by source.
	return each(r.ledger.conn, `SELECT number, target, state, prints, source, person FROM links
		WHERE number > ?1 AND number <= ?2 AND +scope = ?3 ORDER BY number LIMIT ?4`,
		func(s *sqlite.Stmt) {
			s.BindInt64(1, r.after)
			s.BindInt64(2, r.after+int64(spread*len(sourceIDs)))
			s.BindInt64(3, int64(r.scope))
			s.BindInt64(4, int64(len(sourceIDs)))
		},
		func(s *sqlite.Stmt) (err error) {
			r.source = columnInto(s, 4, r.source)
			for i := at; i < min(at+lookAhead, len(sourceIDs)); i++ {
				if sourceIDs[i] != string(r.source) {
					continue
				}
				at = i + 1
				r.prints, err = r.ledger.scan(s, &out[i], r.prints)
				out[i].Person = columnMark(s, 5)
				return err
			}
			return nil
		})
}

// lookUp asks for those whom follow did not find.
func (r *LinkReader) lookUp(out []Link) error {
	r.missing, r.ids = r.missing[:0], r.ids[:0]
	for i := range out {
		if out[i].Row == 0 {
			r.missing, r.ids = append(r.missing, i), append(r.ids, out[i].SourceID)
		}
	}
	if len(r.missing) == 0 {
		return nil
	}
	r.found = resize(r.found, len(r.missing))
	if err := r.ledger.links(r.scope, r.ids, r.found); err != nil {
		return err
	}
	for n, i := range r.missing {
		out[i], r.found[n] = r.found[n], out[i] // each keeps prints to be written over
	}
	return nil
}

// learn decides by a batch how to read the next one.
func (r *LinkReader) learn(out []Link) {
	linked, ascending := 0, 0
	for i := range out {
		row := out[i].Row
		if row == 0 {
			continue
		}
		linked++
		if row > r.after {
			ascending++
		}
		r.after = row
	}
	r.ordered = ascending > linked*3/4
}
