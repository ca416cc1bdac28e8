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
	kept := make([]keptResult, 0, len(results))
	for i := range results {
		a := &results[i]
		if a.Outcome == "" {
			continue
		}
		one, err := l.keptResult(a)
		if err != nil {
			return err
		}
		kept = append(kept, one)
		if err := held.follow(a, one.name, now); err != nil {
			return err
		}
	}
	return l.insertResults(run, last, planID, kept, now)
}

// keptResult is a result with its name, sealed, and its LeftOut as JSON.
type keptResult struct {
	*Applied
	name    []byte
	leftOut []byte
}

func (l *Ledger) keptResult(a *Applied) (keptResult, error) {
	kept := keptResult{Applied: a, name: l.keys.sealName(a.ShownName, a.SourceID)}
	if len(a.LeftOut) == 0 {
		return kept, nil
	}
	var err error
	kept.leftOut, err = json.Marshal(a.LeftOut)
	return kept, err
}

// resultRows are the columns that insertResults binds, in its order.
var resultRows = newRows(`results (run, number, plan, position, source, target, outcome, operation,
		code, field, summary, remedy, retry, status, attempts, at, name, place, answer, why, left_out)`,
	"(?, ?, ?, ?, ?, ifnull(?, ''), ?, ?, ifnull(?, ''), ifnull(?, ''), ifnull(?, ''), ifnull(?, ''), ifnull(?, ''), "+
		"?, ?, ?, ifnull(?, x''), ifnull(?, ''), ifnull(?, ''), ifnull(?, ''), ifnull(?, ''))", "")

// insertResults gives the results the numbers after last.
func (l *Ledger) insertResults(run, last int64, planID string, results []keptResult, now int64) error {
	return resultRows.insert(l.conn, len(results), func(s *sqlite.Stmt, row, at int) {
		a := results[row]
		s.BindInt64(at, run)
		s.BindInt64(at+1, last+1+int64(row))
		s.BindText(at+2, planID)
		s.BindInt64(at+3, a.Position)
		s.BindText(at+4, a.SourceID)
		bindFilled(s, at+5, a.TargetID)
		s.BindText(at+6, a.Outcome)
		s.BindText(at+7, a.Operation)
		bindFilled(s, at+8, a.Code)
		bindFilled(s, at+9, a.Field)
		bindFilled(s, at+10, a.Summary)
		bindFilled(s, at+11, a.Remedy)
		bindFilled(s, at+12, a.Retry)
		s.BindInt64(at+13, int64(a.Status))
		s.BindInt64(at+14, int64(a.Attempts))
		s.BindInt64(at+15, now)
		if len(a.name) > 0 {
			s.BindBytes(at+16, a.name)
		}
		bindFilled(s, at+17, a.Place)
		bindFilled(s, at+18, a.Answer)
		bindFilled(s, at+19, a.Why)
		bindFilled(s, at+20, string(a.leftOut))
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
