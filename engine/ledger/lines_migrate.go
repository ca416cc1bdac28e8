package ledger

import (
	"fmt"

	"zombiezen.com/go/sqlite"
)

// gatherLines turns the lines that a ledger of an earlier version kept one by
// one, sealed each, into pages, a page in memory at a time. A script has no key to
// open them with. They come in the order of their ids, so that the file is not
// said to be kept: the next plan keeps it in its own.
func (l *Ledger) gatherLines() error {
	there, err := number(l.conn, "SELECT count(*) FROM sqlite_schema WHERE name = 'kept_lines'", nil)
	if err != nil || there == 0 {
		return err
	}
	var scope ScopeID
	var page linePage
	end := func() error {
		if len(page.plain) == 0 {
			return nil
		}
		sealed := l.sealLines(scope, &page, l.keys.lineDigest(page.plain))
		page.reset()
		return l.insertLinePage(scope, sealed)
	}
	err = each(l.conn, "SELECT scope, source, line FROM kept_lines ORDER BY scope, source", nil, func(s *sqlite.Stmt) error {
		if of := ScopeID(s.ColumnInt64(0)); of != scope {
			if err := end(); err != nil {
				return err
			}
			scope = of
		}
		sourceID := s.ColumnText(1)
		line, err := l.keys.lines.Open(nil, columnBytes(s, 2), fmt.Appendf(nil, "%d/%s", scope, sourceID))
		if err != nil {
			return nil // damaged: it could stand in for nobody before, either
		}
		if page.add(l.printOf(sourceID), sourceID, line); !page.full() {
			return nil
		}
		return end()
	})
	if err == nil {
		err = end()
	}
	if err == nil {
		err = run(l.conn, "INSERT INTO stale_lines SELECT scope, source, since FROM kept_lines WHERE since IS NOT NULL")
	}
	if err == nil {
		err = run(l.conn, "DROP TABLE kept_lines")
	}
	return err
}
