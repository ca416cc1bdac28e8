package ledger

import (
	"bytes"
	"context"
	"slices"
	"time"

	"zombiezen.com/go/sqlite"
)

// KeptLine is the last line of a record, and since when it is not known to be
// true.
type KeptLine struct {
	Line  []byte
	Since time.Time // UTC
}

// KeptLines calls found with the last line of each of the source ids, which are
// all different, that has one; at is its place among them. It opens each page
// that holds one of them once, and no other, so that it is asked for all at once
// rather than for some after the others. found may use the ledger.
func (l *Ledger) KeptLines(ctx context.Context, scope ScopeID, sourceIDs []string, found func(at int, line KeptLine) error) error {
	const doing = "reading last lines"
	var snapshot Snapshot
	var pages []int64
	since := map[string]time.Time{}
	wanted := l.wantedLines(sourceIDs)
	err := l.read(ctx, doing, func() (err error) {
		if snapshot, _, err = l.snapshot(scope); err != nil {
			return err
		}
		if pages, err = l.linePagesOf(scope, wanted); err != nil {
			return err
		}
		return each(l.conn, "SELECT source, since FROM stale_lines WHERE scope = ?",
			func(s *sqlite.Stmt) { s.BindInt64(1, int64(scope)) },
			func(s *sqlite.Stmt) error {
				since[s.ColumnText(0)] = fromMicro(s.ColumnInt64(1))
				return nil
			})
	})
	if err != nil {
		return err
	}
	met := make([]bool, len(sourceIDs))
	type one struct {
		at   int
		line KeptLine
	}
	var page linePage
	for _, number := range pages {
		var lines []one
		err := l.read(ctx, doing, func() error {
			if err := l.openLinePage(scope, number, &page); err != nil {
				return err
			}
			return l.eachLine(&page, func(i int, sourceID, line []byte) {
				for _, at := range wanted[page.prints.at(i)] {
					if met[at] || sourceIDs[at] != string(sourceID) {
						continue
					}
					met[at] = true
					kept := KeptLine{Line: slices.Clone(line), Since: snapshot.Fresh}
					if stale, ok := since[sourceIDs[at]]; ok {
						kept.Since = stale
					}
					lines = append(lines, one{at, kept})
				}
			})
		})
		if err != nil {
			return err
		}
		for _, o := range lines {
			if err := found(o.at, o.line); err != nil {
				return err
			}
		}
	}
	return nil
}

// wantedLines are source ids, by their place, under their prints.
func (l *Ledger) wantedLines(sourceIDs []string) map[uint32][]int {
	wanted := make(map[uint32][]int, len(sourceIDs))
	for at, id := range sourceIDs {
		print := l.printOf(id)
		wanted[print] = append(wanted[print], at)
	}
	return wanted
}

// linePagesOf are the numbers of the pages that may have a line of those wanted, the
// newest first.
func (l *Ledger) linePagesOf(scope ScopeID, wanted map[uint32][]int) (pages []int64, err error) {
	if len(wanted) == 0 {
		return nil, nil
	}
	var page linePage
	err = each(l.conn, "SELECT number, prints FROM line_pages WHERE scope = ? ORDER BY number DESC",
		func(s *sqlite.Stmt) { s.BindInt64(1, int64(scope)) },
		func(s *sqlite.Stmt) error {
			page.prints = columnInto(s, 1, page.prints)
			if anyIn(page.prints, wanted) {
				pages = append(pages, s.ColumnInt64(0))
			}
			return nil
		})
	return pages, err
}

// openLinePage reads a page into page; one that is no longer there is empty.
func (l *Ledger) openLinePage(scope ScopeID, number int64, page *linePage) error {
	page.reset()
	return each(l.conn, "SELECT prints, digest, lines FROM line_pages WHERE number = ?",
		func(s *sqlite.Stmt) { s.BindInt64(1, number) },
		func(s *sqlite.Stmt) (err error) {
			page.prints = columnInto(s, 0, page.prints)
			page.plain, err = l.keys.lines.Open(page.plain[:0], columnBytes(s, 2), linePageName(scope, columnBytes(s, 1)))
			return err
		})
}

// checkLinePages opens every page, and compares its prints, which are not sealed,
// with whose lines it holds.
func (l *Ledger) checkLinePages() error {
	var page linePage
	var right idPrints
	return each(l.conn, "SELECT number, scope FROM line_pages", nil, func(s *sqlite.Stmt) error {
		if err := l.openLinePage(ScopeID(s.ColumnInt64(1)), s.ColumnInt64(0), &page); err != nil {
			return err
		}
		right = right[:0]
		err := l.eachLine(&page, func(_ int, sourceID, _ []byte) {
			right = right.with(l.printOf(string(sourceID)))
		})
		if err == nil && !bytes.Equal(page.prints, right) {
			err = unreadable(l.path, "The last lines of a file are damaged.")
		}
		return err
	})
}

func (l *Ledger) eachLine(page *linePage, do func(at int, sourceID, line []byte)) error {
	if !page.each(do) {
		return unreadable(l.path, "The last lines of a file are damaged.")
	}
	return nil
}

// linedIDs gives the source id of every line that is kept for a scope.
func (l *Ledger) linedIDs(scope ScopeID, give func(sourceID string)) error {
	var pages []int64
	err := each(l.conn, "SELECT number FROM line_pages WHERE scope = ?",
		func(s *sqlite.Stmt) { s.BindInt64(1, int64(scope)) },
		func(s *sqlite.Stmt) error {
			pages = append(pages, s.ColumnInt64(0))
			return nil
		})
	var page linePage
	for _, number := range pages {
		if err == nil {
			err = l.openLinePage(scope, number, &page)
		}
		if err == nil {
			err = l.eachLine(&page, func(_ int, sourceID, _ []byte) { give(string(sourceID)) })
		}
	}
	return err
}

// eraseLines takes records' lines out of their pages, which are sealed anew
// without them.
func (l *Ledger) eraseLines(scope ScopeID, sourceIDs []string) error {
	for _, id := range sourceIDs {
		err := exec(l.conn, "DELETE FROM stale_lines WHERE scope = ? AND source = ?", func(s *sqlite.Stmt) {
			s.BindInt64(1, int64(scope))
			s.BindText(2, id)
		})
		if err != nil {
			return err
		}
	}
	wanted := l.wantedLines(sourceIDs)
	pages, err := l.linePagesOf(scope, wanted)
	if err != nil || len(pages) == 0 {
		return err
	}
	var page linePage
	for _, number := range pages {
		if err := l.openLinePage(scope, number, &page); err != nil {
			return err
		}
		var left linePage
		err := l.eachLine(&page, func(i int, sourceID, line []byte) {
			erased := slices.ContainsFunc(wanted[page.prints.at(i)], func(at int) bool { return sourceIDs[at] == string(sourceID) })
			if !erased {
				left.add(page.prints.at(i), string(sourceID), line)
			}
		})
		if err == nil {
			err = l.replaceLinePage(scope, number, &left)
		}
		if err != nil {
			return err
		}
	}
	return exec(l.conn, "UPDATE snapshots SET kept = x'' WHERE scope = ?", func(s *sqlite.Stmt) { s.BindInt64(1, int64(scope)) })
}

// replaceLinePage keeps a page's number: it stays older than those that came later.
func (l *Ledger) replaceLinePage(scope ScopeID, number int64, page *linePage) error {
	if len(page.plain) == 0 {
		return l.deleteLinePage(number)
	}
	sealed := l.sealLines(scope, page, l.keys.lineDigest(page.plain))
	return exec(l.conn, "UPDATE line_pages SET prints = ?, digest = ?, lines = ? WHERE number = ?", func(s *sqlite.Stmt) {
		s.BindBytes(1, sealed.prints)
		s.BindBytes(2, sealed.digest[:])
		s.BindBytes(3, sealed.lines)
		s.BindInt64(4, number)
	})
}

// ForgetLines erases every last line of a scope.
func (l *Ledger) ForgetLines(ctx context.Context, scope ScopeID) error {
	return l.write(ctx, "erasing last lines", func() error {
		for _, query := range []string{
			"DELETE FROM line_pages WHERE scope = ?",
			"DELETE FROM stale_lines WHERE scope = ?",
			"UPDATE snapshots SET kept = x'' WHERE scope = ? AND kept <> x''",
		} {
			if err := exec(l.conn, query, func(s *sqlite.Stmt) { s.BindInt64(1, int64(scope)) }); err != nil {
				return err
			}
		}
		return nil
	})
}
