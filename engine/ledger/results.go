package ledger

import (
	"context"
	"encoding/json"
	"iter"
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
	last, err := number(l.conn, "SELECT max(number) FROM results WHERE run = ?", func(s *sqlite.Stmt) { s.BindInt64(1, run) })
	if err != nil {
		return err
	}
	now := l.now()
	for i := range results {
		a := &results[i]
		if a.Outcome == "" {
			continue
		}
		last++
		name := l.keys.sealName(a.ShownName, a.SourceID)
		if err := l.insertResult(run, last, planID, a, name, now); err != nil {
			return err
		}
		if err := held.follow(a, name, now); err != nil {
			return err
		}
	}
	return nil
}

func (l *Ledger) insertResult(run, nth int64, planID string, a *Applied, name []byte, now int64) error {
	leftOut := []byte{}
	if len(a.LeftOut) > 0 {
		var err error
		if leftOut, err = json.Marshal(a.LeftOut); err != nil {
			return err
		}
	}
	return exec(l.conn, `INSERT INTO results (run, number, plan, position, source, target, outcome, operation,
			code, field, summary, remedy, retry, status, attempts, at, name, place, answer, why, left_out)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		func(s *sqlite.Stmt) {
			s.BindInt64(1, run)
			s.BindInt64(2, nth)
			s.BindText(3, planID)
			s.BindInt64(4, a.Position)
			s.BindText(5, a.SourceID)
			s.BindText(6, a.TargetID)
			s.BindText(7, a.Outcome)
			s.BindText(8, a.Operation)
			s.BindText(9, a.Code)
			s.BindText(10, a.Field)
			s.BindText(11, a.Summary)
			s.BindText(12, a.Remedy)
			s.BindText(13, a.Retry)
			s.BindInt64(14, int64(a.Status))
			s.BindInt64(15, int64(a.Attempts))
			s.BindInt64(16, now)
			s.BindBytes(17, name)
			s.BindText(18, a.Place)
			s.BindText(19, a.Answer)
			s.BindText(20, a.Why)
			s.BindText(21, string(leftOut))
		})
}

// Results yields the results of a run in the order they were recorded, each as
// often as it was settled. After an error it ends.
func (l *Ledger) Results(ctx context.Context, runID string) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		for last := int64(0); ; {
			page, next, err := l.resultPage(ctx, runID, last)
			if err != nil {
				yield(Result{}, err)
				return
			}
			for _, r := range page {
				if !yield(r, nil) {
					return
				}
			}
			if len(page) == 0 {
				return
			}
			last = next
		}
	}
}

// resultPage reads the results of a run after the row last; next is where it
// ended.
func (l *Ledger) resultPage(ctx context.Context, runID string, last int64) (page []Result, next int64, err error) {
	err = l.read(ctx, "reading the results of a run", func() error {
		return each(l.conn, `SELECT `+resultColumns+` FROM results WHERE run = (SELECT number FROM runs WHERE id = ?) AND number > ? ORDER BY number LIMIT ?`,
			func(s *sqlite.Stmt) {
				s.BindText(1, runID)
				s.BindInt64(2, last)
				s.BindInt64(3, pageSize)
			},
			func(s *sqlite.Stmt) error {
				next = s.ColumnInt64(0)
				r, err := l.result(s)
				page = append(page, r)
				return err
			})
	})
	return page, next, err
}

// resultColumns are what result reads.
const resultColumns = `number, plan, position, source, target, outcome, operation,
	code, field, summary, remedy, retry, status, attempts, at, name, place, answer, why, left_out`

func (l *Ledger) result(s *sqlite.Stmt) (Result, error) {
	r := Result{
		PlanID: s.ColumnText(1), Position: s.ColumnInt64(2), SourceID: s.ColumnText(3), TargetID: s.ColumnText(4),
		Outcome: s.ColumnText(5), Operation: s.ColumnText(6), Code: s.ColumnText(7), Field: s.ColumnText(8),
		Summary: s.ColumnText(9), Remedy: s.ColumnText(10), Retry: s.ColumnText(11),
		Status: s.ColumnInt(12), Attempts: s.ColumnInt(13), At: fromMicro(s.ColumnInt64(14)),
		Place: s.ColumnText(16), Answer: s.ColumnText(17), Why: s.ColumnText(18),
	}
	if text := s.ColumnText(19); text != "" && json.Unmarshal([]byte(text), &r.LeftOut) != nil {
		return r, unreadable(l.path, "What a target left out of a record is damaged.")
	}
	var err error
	r.ShownName, err = l.keys.openName(columnBytes(s, 15), r.SourceID)
	return r, err
}
