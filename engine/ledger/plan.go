package ledger

import (
	"context"
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"
)

// State of a plan.
const (
	PlanReady    = "ready"
	PlanApplying = "applying"
	PlanDone     = "done"
	PlanDropped  = "dropped"
)

// Plan is what the ledger knows of a plan; its body is the spool.
type Plan struct {
	ID          string
	RunID       string // "" for one saved outside a run
	Scope       ScopeID
	SpoolPath   string
	MappingHash string
	Generation  int64     // of the ledger when it was saved; SavePlan sets it
	Created     time.Time // SavePlan sets it where it is zero; read back in UTC
	Batches     int64
	State       string // PlanReady…; "" is ready
}

// Batch is one of a plan's batches that was intended and not answered.
type Batch struct {
	PlanID    string
	RunID     string // of the plan
	Batch     int64
	SpoolPath string
}

// SavePlan records a new plan, bound to the present generation.
func (l *Ledger) SavePlan(ctx context.Context, p Plan) error {
	if p.State == "" {
		p.State = PlanReady
	}
	if p.Created.IsZero() {
		p.Created = l.clock()
	}
	return l.write(ctx, "recording a plan", func() error {
		err := exec(l.conn, `INSERT INTO plans (id, run, scope, spool, mapping_hash, generation, created, batches, state)
			VALUES (?, ?, ?, ?, ?, (SELECT generation FROM ledger), ?, ?, ?)`,
			func(s *sqlite.Stmt) {
				s.BindText(1, p.ID)
				s.BindText(2, p.RunID)
				s.BindInt64(3, int64(p.Scope))
				s.BindText(4, p.SpoolPath)
				s.BindText(5, p.MappingHash)
				s.BindInt64(6, p.Created.UnixMicro())
				s.BindInt64(7, p.Batches)
				s.BindText(8, p.State)
			})
		if err != nil {
			return err
		}
		return exec(l.conn, "UPDATE runs SET plan = ? WHERE id = ? AND status = 'running'", func(s *sqlite.Stmt) {
			s.BindText(1, p.ID)
			s.BindText(2, p.RunID)
		})
	})
}

// OpenPlans are the plans of a scope that are ready or being applied, oldest
// first.
func (l *Ledger) OpenPlans(ctx context.Context, scope ScopeID) ([]Plan, error) {
	return l.plans(ctx, "WHERE scope = ? AND state IN ('ready', 'applying') ORDER BY created, id", func(s *sqlite.Stmt) {
		s.BindInt64(1, int64(scope))
	})
}

// FindPlan is the plan of that id; ok is false where there is none.
func (l *Ledger) FindPlan(ctx context.Context, id string) (p Plan, ok bool, err error) {
	plans, err := l.plans(ctx, "WHERE id = ?", func(s *sqlite.Stmt) { s.BindText(1, id) })
	if err != nil || len(plans) == 0 {
		return Plan{}, false, err
	}
	return plans[0], true, nil
}

func (l *Ledger) plans(ctx context.Context, which string, bind func(*sqlite.Stmt)) ([]Plan, error) {
	var plans []Plan
	err := l.read(ctx, "reading plans", func() error {
		return each(l.conn, "SELECT id, run, scope, spool, mapping_hash, generation, created, batches, state FROM plans "+which, bind,
			func(s *sqlite.Stmt) error {
				plans = append(plans, Plan{
					ID: s.ColumnText(0), RunID: s.ColumnText(1), Scope: ScopeID(s.ColumnInt64(2)), SpoolPath: s.ColumnText(3),
					MappingHash: s.ColumnText(4), Generation: s.ColumnInt64(5), Created: fromMicro(s.ColumnInt64(6)),
					Batches: s.ColumnInt64(7), State: s.ColumnText(8),
				})
				return nil
			})
	})
	return plans, err
}

// SetPlanState moves a plan on. A plan with an unanswered batch can't become
// done or dropped: what was perhaps sent would be forgotten. Nothing becomes
// ready or applying again once it is done or dropped.
func (l *Ledger) SetPlanState(ctx context.Context, planID, state string) error {
	return l.record(ctx, "recording how far a plan is", func() error {
		old, _, err := l.planState(planID)
		if err != nil {
			return err
		}
		ends := state == PlanDone || state == PlanDropped
		switch {
		case old == state:
			return nil
		case old == PlanDone || old == PlanDropped:
			return misuse("A plan that has ended can't change", "Plan "+planID+" is "+old+".")
		case !ends && state != PlanReady && state != PlanApplying:
			return misuse("A plan has no such state", "Plan "+planID+" was to become something else than ready, applying, done or dropped.")
		}
		if ends {
			open, err := number(l.conn, "SELECT count(*) FROM batches WHERE plan = ? AND answered IS NULL",
				func(s *sqlite.Stmt) { s.BindText(1, planID) })
			if err != nil {
				return err
			}
			if open > 0 {
				return misuse("A plan can't end before its batches are answered",
					fmt.Sprintf("Plan %s has %d batches that were perhaps sent.", planID, open))
			}
		}
		return l.setPlanState(planID, state)
	})
}

func (l *Ledger) setPlanState(planID, state string) error {
	return exec(l.conn, "UPDATE plans SET state = ? WHERE id = ?", func(s *sqlite.Stmt) {
		s.BindText(1, state)
		s.BindText(2, planID)
	})
}

// planState is a misuse for a plan that was never saved.
func (l *Ledger) planState(planID string) (state string, scope ScopeID, err error) {
	err = each(l.conn, "SELECT state, scope FROM plans WHERE id = ?", func(s *sqlite.Stmt) { s.BindText(1, planID) },
		func(s *sqlite.Stmt) error {
			state, scope = s.ColumnText(0), ScopeID(s.ColumnInt64(1))
			return nil
		})
	if err == nil && state == "" {
		err = misuse("There is no such plan", "Plan "+planID+" was never recorded.")
	}
	return state, scope, err
}

// Intend commits to disk that batches are about to be sent; only then may they
// be. The plan is then being applied. To intend an unanswered batch again is no
// change; one that was answered is refused: it would take effect twice.
func (l *Ledger) Intend(ctx context.Context, planID string, batches ...int64) error {
	return l.write(ctx, "recording that a batch is about to be sent", func() error {
		state, _, err := l.planState(planID)
		if err != nil {
			return err
		}
		if state != PlanReady && state != PlanApplying {
			return misuse("A plan that has ended can't be sent", "Plan "+planID+" is "+state+".")
		}
		for _, batch := range batches {
			if err := l.intend(planID, batch); err != nil {
				return err
			}
		}
		if state == PlanApplying {
			return nil
		}
		return l.setPlanState(planID, PlanApplying)
	})
}

func (l *Ledger) intend(planID string, batch int64) error {
	_, answered, err := l.batchState(planID, batch)
	if err != nil {
		return err
	}
	if answered {
		return misuse("A batch can't be sent twice", fmt.Sprintf("Batch %d of plan %s was answered.", batch, planID))
	}
	return exec(l.conn, "INSERT INTO batches (plan, batch, intended) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", func(s *sqlite.Stmt) {
		s.BindText(1, planID)
		s.BindInt64(2, batch)
		s.BindInt64(3, l.now())
	})
}

func (l *Ledger) batchState(planID string, batch int64) (intended, answered bool, err error) {
	err = each(l.conn, "SELECT answered IS NOT NULL FROM batches WHERE plan = ? AND batch = ?",
		func(s *sqlite.Stmt) {
			s.BindText(1, planID)
			s.BindInt64(2, batch)
		},
		func(s *sqlite.Stmt) error {
			intended, answered = true, s.ColumnBool(0)
			return nil
		})
	return intended, answered, err
}

// Unanswered are the batches of a scope that were intended and never settled,
// oldest plan first: perhaps the target has them, perhaps not.
func (l *Ledger) Unanswered(ctx context.Context, scope ScopeID) ([]Batch, error) {
	var batches []Batch
	err := l.read(ctx, "looking for batches without an answer", func() error {
		return each(l.conn, `SELECT p.id, p.run, b.batch, p.spool FROM batches b JOIN plans p ON p.id = b.plan
			WHERE b.answered IS NULL AND p.scope = ? ORDER BY p.created, p.id, b.batch`,
			func(s *sqlite.Stmt) { s.BindInt64(1, int64(scope)) },
			func(s *sqlite.Stmt) error {
				batches = append(batches, Batch{
					PlanID: s.ColumnText(0), RunID: s.ColumnText(1), Batch: s.ColumnInt64(2), SpoolPath: s.ColumnText(3),
				})
				return nil
			})
	})
	return batches, err
}
