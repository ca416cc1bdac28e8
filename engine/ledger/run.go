package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"
)

// Status of a run.
const (
	RunRunning   = "running"
	RunSucceeded = "succeeded"
	RunPartial   = "partial"
	RunBlocked   = "blocked"
	RunFailed    = "failed"
)

// Run is one plan and its application.
type Run struct {
	ID      string // 2026-09-01-0200 in the zone given to BeginRun; -2, -3… when that minute has one
	Mapping string
	Trigger string // what started it: "manual", "daily"…
	PlanID  string
	Started time.Time        // to the microsecond
	Ended   time.Time        // zero while it runs
	Status  string           // RunRunning…
	Counts  map[string]int64 // by outcome, and whatever else was counted
	// Calls are the requests made, under the names below. A side whose plugin did
	// not say how many has no entry.
	Calls map[string]int64
	// Profiles are where its people can be opened. KeepProfiles keeps them; EndRun
	// does not.
	Profiles Profiles
	// Reading is what EndRun keeps of the run's read; nil leaves what is there. It is
	// not read back: see LastReading.
	Reading *Reading
}

// Names in Run.Calls: the requests made to each side, and how many of them
// nothing could do without.
const (
	CallsSource, LeastSource = "source", "source_least"
	CallsTarget, LeastTarget = "target", "target_least"
)

// BeginRun records that a run of mapping has begun. Trigger, PlanID, Counts and
// Calls are the caller's to fill; EndRun keeps them.
func (l *Ledger) BeginRun(ctx context.Context, mapping string, zone *time.Location) (*Run, error) {
	if zone == nil {
		zone = time.UTC
	}
	r := &Run{
		Mapping: mapping,
		Started: l.clock().Truncate(time.Microsecond).In(zone),
		Status:  RunRunning,
		Counts:  map[string]int64{},
		Calls:   map[string]int64{},
	}
	err := l.write(ctx, "beginning a run", func() (err error) {
		if r.ID, err = freeRunID(l.conn, r.Started.Format("2006-01-02-1504")); err != nil {
			return err
		}
		return exec(l.conn, `INSERT INTO runs (id, mapping, run_trigger, plan, started, status, counts, calls)
			VALUES (?, ?, '', '', ?, 'running', '{}', '{}')`,
			func(s *sqlite.Stmt) {
				s.BindText(1, r.ID)
				s.BindText(2, mapping)
				s.BindInt64(3, r.Started.UnixMicro())
			})
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

func freeRunID(conn *sqlite.Conn, minute string) (string, error) {
	id := minute
	for n := 2; ; n++ {
		taken, err := number(conn, "SELECT count(*) FROM runs WHERE id = ?", func(s *sqlite.Stmt) { s.BindText(1, id) })
		if err != nil || taken == 0 {
			return id, err
		}
		id = fmt.Sprintf("%s-%d", minute, n)
	}
}

// EndRun records how a run ended and adds it to the chain. Ended is now where it
// is zero. A run ends once, with another status than running.
func (l *Ledger) EndRun(ctx context.Context, r *Run) error {
	if r.Ended.IsZero() {
		r.Ended = l.clock().Truncate(time.Microsecond).In(r.Started.Location())
	}
	return l.record(ctx, "ending a run", func() error { return l.endRun(r) })
}

// endRun writes the row as the chain will read it again.
func (l *Ledger) endRun(r *Run) error {
	switch r.Status {
	case RunSucceeded, RunPartial, RunBlocked, RunFailed:
	default:
		return misuse("A run can't end like that", "Run "+r.ID+" has no final status.")
	}
	counts, err := json.Marshal(orEmpty(r.Counts)) // keys come sorted
	if err != nil {
		return err
	}
	calls, err := json.Marshal(orEmpty(r.Calls))
	if err != nil {
		return err
	}
	if r.PlanID == "" { // SavePlan may know it
		if r.PlanID, err = l.planOfRun(r.ID); err != nil {
			return err
		}
	}
	link := chained{
		id: r.ID, mapping: r.Mapping, trigger: r.Trigger, plan: r.PlanID, status: r.Status,
		started: r.Started.UnixMicro(), ended: r.Ended.UnixMicro(), counts: string(counts), calls: string(calls),
	}
	if err := l.chain(&link); err != nil {
		return err
	}
	err = exec(l.conn, `UPDATE runs SET run_trigger = ?, plan = ?, ended = ?, status = ?, counts = ?, calls = ?,
		position = ?, prev_hash = ?, hash = ? WHERE id = ? AND mapping = ? AND started = ? AND status = 'running'`,
		func(s *sqlite.Stmt) {
			s.BindText(1, link.trigger)
			s.BindText(2, link.plan)
			s.BindInt64(3, link.ended)
			s.BindText(4, link.status)
			s.BindText(5, link.counts)
			s.BindText(6, link.calls)
			s.BindInt64(7, link.position)
			s.BindBytes(8, link.prev)
			s.BindBytes(9, link.hash)
			s.BindText(10, link.id)
			s.BindText(11, link.mapping)
			s.BindInt64(12, link.started)
		})
	if err != nil {
		return err
	}
	if l.conn.Changes() != 1 {
		return misuse("A run can't end twice", "Run "+r.ID+" isn't running.")
	}
	if r.Reading == nil {
		return nil
	}
	return l.keepReading(r)
}

func (l *Ledger) planOfRun(id string) (plan string, err error) {
	err = each(l.conn, "SELECT plan FROM runs WHERE id = ?", func(s *sqlite.Stmt) { s.BindText(1, id) },
		func(s *sqlite.Stmt) error {
			plan = s.ColumnText(0)
			return nil
		})
	return plan, err
}

func orEmpty(m map[string]int64) map[string]int64 {
	if m == nil {
		return map[string]int64{}
	}
	return m
}

// endAbandoned ends as failed what a killed process left running: with the lock
// in hand, nobody can be running it.
func (l *Ledger) endAbandoned(ctx context.Context) error {
	const doing = "ending the runs of a process that was killed"
	var abandoned []Run
	err := l.read(ctx, doing, func() (err error) {
		abandoned, err = l.runs("WHERE status = 'running' ORDER BY number", nil)
		return err
	})
	if err != nil || len(abandoned) == 0 {
		return err
	}
	return l.write(ctx, doing, func() error {
		for i := range abandoned {
			abandoned[i].Status = RunFailed
			abandoned[i].Ended = time.UnixMicro(l.now()).UTC()
			if err := l.endRun(&abandoned[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// LastRuns are up to n runs of a mapping, or of all when it is "", newest first.
// Times are in UTC.
func (l *Ledger) LastRuns(ctx context.Context, mapping string, n int) ([]Run, error) {
	var runs []Run
	err := l.read(ctx, "reading past runs", func() (err error) {
		runs, err = l.runs("WHERE ?1 = '' OR mapping = ?1 ORDER BY number DESC LIMIT ?2", func(s *sqlite.Stmt) {
			s.BindText(1, mapping)
			s.BindInt64(2, int64(n))
		})
		return err
	})
	return runs, err
}

// FindRun is the run of that id; ok is false where there is none.
func (l *Ledger) FindRun(ctx context.Context, id string) (r Run, ok bool, err error) {
	var runs []Run
	err = l.read(ctx, "reading a run", func() (err error) {
		runs, err = l.runs("WHERE id = ?", func(s *sqlite.Stmt) { s.BindText(1, id) })
		return err
	})
	if err != nil || len(runs) == 0 {
		return Run{}, false, err
	}
	return runs[0], true, nil
}

func (l *Ledger) runs(which string, bind func(*sqlite.Stmt)) ([]Run, error) {
	var runs []Run
	err := each(l.conn, "SELECT id, mapping, run_trigger, plan, started, ended, status, counts, calls, profiles FROM runs "+which, bind,
		func(s *sqlite.Stmt) error {
			r := Run{
				ID: s.ColumnText(0), Mapping: s.ColumnText(1), Trigger: s.ColumnText(2), PlanID: s.ColumnText(3),
				Started: fromMicro(s.ColumnInt64(4)), Status: s.ColumnText(6),
			}
			if !s.ColumnIsNull(5) {
				r.Ended = fromMicro(s.ColumnInt64(5))
			}
			if json.Unmarshal([]byte(s.ColumnText(7)), &r.Counts) != nil || json.Unmarshal([]byte(s.ColumnText(8)), &r.Calls) != nil {
				return unreadable(l.path, "The counts of run "+r.ID+" are damaged.")
			}
			if r.Status == RunRunning && l.lock == nil && !alive(l.path) {
				r.Status = RunFailed // as the next who takes the lock will write it down
			}
			var err error
			r.Profiles, err = l.openProfiles(columnBytes(s, 9), r.ID)
			runs = append(runs, r)
			return err
		})
	return runs, err
}

func fromMicro(us int64) time.Time { return time.UnixMicro(us).UTC() }

// LastRunEnded is the newest run of a mapping that ended in one of these ways, and
// was not started by one of those triggers; ok is false where there is none.
func (l *Ledger) LastRunEnded(ctx context.Context, mapping string, statuses, without []string) (r Run, ok bool, err error) {
	var runs []Run
	err = l.read(ctx, "reading past runs", func() (err error) {
		runs, err = l.runs(`WHERE mapping = ? AND status IN (SELECT value FROM json_each(?))
			AND run_trigger NOT IN (SELECT value FROM json_each(?)) ORDER BY number DESC LIMIT 1`, func(s *sqlite.Stmt) {
			s.BindText(1, mapping)
			s.BindText(2, jsonArray(statuses))
			s.BindText(3, jsonArray(without))
		})
		return err
	})
	if err != nil || len(runs) == 0 {
		return Run{}, false, err
	}
	return runs[0], true, nil
}
