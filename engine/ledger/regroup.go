package ledger

import "zombiezen.com/go/sqlite"

// pageOldResults puts the results of a ledger that kept a row a person into
// pages, one page's worth in memory at a time, and drops their table. A script
// has no key to open the names and to seal the pages with.
func (l *Ledger) pageOldResults() error {
	pages := pageWriter{ledger: l}
	last := int64(0)
	err := each(l.conn, `SELECT run, number, plan, outcome, operation, code, field, summary, remedy, retry, place, answer, why, left_out,
			status, attempts, at, position, source, target, name FROM results ORDER BY run, number`, nil,
		func(s *sqlite.Stmt) error {
			run := s.ColumnInt64(0)
			if run != pages.run || pages.results == pageOfResults {
				if err := pages.write(last); err != nil {
					return err
				}
				pages.run = run
			}
			last = s.ColumnInt64(1)
			a := about{number: last, position: s.ColumnInt64(17), source: s.ColumnText(18), target: s.ColumnText(19)}
			a.name, _ = l.keys.openName(columnBytes(s, 20), a.source) // a damaged one was none before, either
			pages.add(&said{
				plan: s.ColumnText(2), outcome: s.ColumnText(3), operation: s.ColumnText(4),
				code: s.ColumnText(5), field: s.ColumnText(6), summary: s.ColumnText(7), remedy: s.ColumnText(8), retry: s.ColumnText(9),
				place: s.ColumnText(10), answer: s.ColumnText(11), why: s.ColumnText(12), leftOut: s.ColumnText(13),
				status: s.ColumnInt64(14), attempts: s.ColumnInt64(15), at: s.ColumnInt64(16),
			}, a)
			return nil
		})
	if err != nil {
		return err
	}
	if err := pages.write(last); err != nil {
		return err
	}
	return run(l.conn, "DROP TABLE results")
}
