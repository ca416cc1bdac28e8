package ledger

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"zombiezen.com/go/sqlite"
)

// Result is one record in one run, as it is kept.
type Result struct {
	PlanID    string // "" where no batch carried it
	Position  int64
	SourceID  string
	TargetID  string
	Outcome   string // Succeeded…
	Operation string

	Code, Field, Summary, Remedy string
	Retry, Place, Answer         string
	Status                       int
	Attempts                     int
	LeftOut                      []LeftOut // of one that succeeded
	ShownName                    string
	Why                          string    // it counts against no limit, or against which other one
	At                           time.Time // UTC
}

// LeftOut is a field that the target did not take of a record that it took. It
// holds no value.
type LeftOut struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Summary string `json:"summary"`
	Remedy  string `json:"remedy,omitempty"`
}

// settleResults writes results of a running run and keeps the held records in
// step with them.
func (l *Ledger) settleResults(runID, planID string, results []Applied) error {
	var run int64
	var mapping string
	err := each(l.conn, "SELECT number, mapping FROM runs WHERE id = ? AND status = 'running'",
		func(s *sqlite.Stmt) { s.BindText(1, runID) },
		func(s *sqlite.Stmt) error {
			run, mapping = s.ColumnInt64(0), s.ColumnText(1)
			return nil
		})
	if err != nil {
		return err
	}
	if run == 0 {
		return misuse("There is no such run", "Run "+runID+" isn't running.")
	}
	held, err := l.newHeldWriter(mapping, runID)
	if err != nil {
		return err
	}
	last, err := number(l.conn, "SELECT until FROM result_pages WHERE run = ? ORDER BY until DESC LIMIT 1", func(s *sqlite.Stmt) { s.BindInt64(1, run) })
	if err != nil {
		return err
	}
	now := l.now()
	pages := pageWriter{ledger: l, run: run}
	for i := range results {
		a := &results[i]
		if a.Outcome == "" {
			continue
		}
		if err := held.follow(a, now); err != nil {
			return err
		}
		said, err := l.saidOf(a, planID, now)
		if err != nil {
			return err
		}
		last++
		pages.add(&said, about{last, a.Position, a.SourceID, a.TargetID, a.ShownName})
		if pages.results < pageOfResults {
			continue
		}
		if err := pages.write(last); err != nil {
			return err
		}
	}
	return pages.write(last)
}

// Results yields the results of a run in the order they were recorded, each as
// often as it was settled. After an error it ends.
func (l *Ledger) Results(ctx context.Context, runID string) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		for after := int64(0); ; {
			settled, until, err := l.settledAfter(ctx, runID, after)
			if err != nil {
				yield(Result{}, err)
				return
			}
			for i := range settled {
				if !yield(settled[i].Result, nil) {
					return
				}
			}
			if until == after {
				return
			}
			after = until
		}
	}
}

// numbered is a result with its number in its run.
type numbered struct {
	number int64
	Result
}

// settledAfter are the results of a run that were settled next after the number
// after, and the last of their numbers: after again, where there are none.
func (l *Ledger) settledAfter(ctx context.Context, runID string, after int64) (settled []numbered, until int64, err error) {
	until = after
	err = l.read(ctx, "reading the results of a run", func() error {
		return l.eachPage(`WHERE u.id = ?1
				AND p.until = (SELECT min(q.until) FROM result_pages q WHERE q.run = u.number AND q.until > ?2)`,
			func(s *sqlite.Stmt) {
				s.BindText(1, runID)
				s.BindInt64(2, after)
			},
			func(k *keptPage) error {
				until = k.until
				leftOut, err := l.leftOutOf(k)
				for i := range k.people {
					settled = append(settled, numbered{k.people[i].number, k.result(&k.people[i], leftOut)})
				}
				return err
			})
	})
	slices.SortFunc(settled, func(a, b numbered) int { return cmp.Compare(a.number, b.number) })
	return settled, until, err
}
