package ledger

import (
	"context"
	"slices"
	"strings"
	"time"

	"zombiezen.com/go/sqlite"

	"passerelle/engine/diag"
)

// Sides of a scope.
const (
	SourceSide = "source"
	TargetSide = "target"
)

// Rename says that a tenant is known under another name from now on.
type Rename struct {
	From, To string // tenants, as Configure reports them
	Side     string // SourceSide or TargetSide alone; "": wherever the tenant is
}

// sides are those that are meant.
func (r Rename) sides() []string {
	if r.Side != "" {
		return []string{r.Side}
	}
	return []string{SourceSide, TargetSide}
}

// of is the scope under its new names, and on which sides that changes it.
func (r Rename) of(s Scope) (renamed Scope, changed []string) {
	for _, side := range r.sides() {
		tenant := &s.SourceTenant
		if side == TargetSide {
			tenant = &s.TargetTenant
		}
		if *tenant == r.From {
			*tenant = r.To
			changed = append(changed, side)
		}
	}
	return s, changed
}

// Moving is one scope whose links a Rename moves.
type Moving struct {
	Before, After       Scope
	Active, Deactivated int64
}

// Move is a Rename of one side of a scope, as it was done.
type Move struct {
	Scope         Scope // as it is called now
	Side          string
	Before, After string
	Links         int64
	Who           string
	At            time.Time // UTC
	Confirmed     bool      // a run has found that the links lead to the same people
}

// Movable is what MoveLinks would do. It fails as MoveLinks does, and changes
// nothing.
func (l *Ledger) Movable(ctx context.Context, r Rename) (moving []Moving, err error) {
	err = l.read(ctx, "looking what belongs to a tenant", func() error {
		steps, err := l.moveSteps(r)
		for _, step := range steps {
			moving = append(moving, step.Moving)
		}
		return err
	})
	return moving, err
}

// MoveLinks gives the links of a tenant to another name of it, in all scopes or
// in none: ids, states, fingerprints and kept lines stay as they are, because a
// scope keeps its number. Who did it, when and how many stays in the ledger, and
// Verify covers it. The generation goes up, so that saved plans are stale.
//
// It fails with unknown-tenant, with unsettled while a batch of one of the
// scopes waits for an answer, with links-of-both where links stand under both
// names, because fingerprints can't be carried from one scope to another, and with
// moves-meet where two scopes would become one at once.
func (l *Ledger) MoveLinks(ctx context.Context, r Rename, who string) (moving []Moving, err error) {
	err = l.write(ctx, "moving links to another tenant", func() error {
		steps, err := l.moveSteps(r)
		if err != nil {
			return err
		}
		for _, step := range steps {
			if err := l.moveScope(step); err != nil {
				return err
			}
			for _, side := range step.sides {
				if err := l.noteMove(step.keep, side, r, step.Active+step.Deactivated, who); err != nil {
					return err
				}
			}
			moving = append(moving, step.Moving)
		}
		return nextGeneration(l.conn)
	})
	if err != nil {
		return nil, err
	}
	return moving, nil
}

// moveStep is what becomes of one scope. Where the new name has a scope already,
// empty, the two become one: that with the links keeps its number.
type moveStep struct {
	Moving
	sides      []string
	keep, drop ScopeID // drop 0: there is only one
}

func (l *Ledger) moveSteps(r Rename) ([]moveStep, error) {
	scopes, err := l.scopes()
	if err != nil {
		return nil, err
	}
	var steps []moveStep
	for _, s := range scopes {
		after, sides := r.of(s.Scope)
		if len(sides) == 0 || after == s.Scope {
			continue
		}
		step := moveStep{
			Moving: Moving{Before: s.Scope, After: after, Active: s.Active, Deactivated: s.Deactivated},
			sides:  sides, keep: s.ID,
		}
		at := slices.IndexFunc(scopes, func(o ScopeLinks) bool { return o.Scope == after })
		if at >= 0 {
			there := scopes[at]
			here, links := s.Active+s.Deactivated, there.Active+there.Deactivated
			if here > 0 && links > 0 {
				return nil, linksOfBoth(s.Scope, here, there.Scope, links)
			}
			step.drop = there.ID
			if links > 0 {
				step.keep, step.drop = there.ID, s.ID
			}
		}
		for _, other := range steps {
			if other.After != after {
				continue
			}
			here, links := s.Active+s.Deactivated, other.Active+other.Deactivated
			if here > 0 && links > 0 {
				return nil, linksOfBoth(other.Before, links, s.Scope, here)
			}
			return nil, movesMeet(other.Before, s.Scope)
		}
		for _, id := range []ScopeID{step.keep, step.drop} {
			open, err := number(l.conn, "SELECT count(*) FROM batches b JOIN plans p ON p.id = b.plan WHERE b.answered IS NULL AND p.scope = ?",
				func(st *sqlite.Stmt) { st.BindInt64(1, int64(id)) })
			if err != nil {
				return nil, err
			}
			if open > 0 {
				return nil, unsettledMove(r.From)
			}
		}
		steps = append(steps, step)
	}
	if len(steps) == 0 {
		return nil, unknownTenant(r, scopes)
	}
	return steps, nil
}

// moveScope renames the scope that stays. The other one has no link: its plans
// are about the same place now, and nothing else in it says anything.
//
// A place to go on reading from is another tenant's now, and whether the links
// are right is asked of everybody: the next read is of all.
func (l *Ledger) moveScope(step moveStep) error {
	for _, query := range []string{
		"DELETE FROM readings WHERE scope IN (?1, ?2)",
		"DELETE FROM unfinished WHERE scope IN (?1, ?2)",
	} {
		err := exec(l.conn, query, func(st *sqlite.Stmt) {
			st.BindInt64(1, int64(step.keep))
			st.BindInt64(2, int64(step.drop))
		})
		if err != nil {
			return err
		}
	}
	if step.drop != 0 {
		for _, query := range []string{
			"UPDATE plans SET scope = ?1 WHERE scope = ?2",
			"UPDATE moves SET scope = ?1 WHERE scope = ?2",
			"DELETE FROM line_pages WHERE scope = ?2",
			"DELETE FROM stale_lines WHERE scope = ?2",
			"DELETE FROM snapshots WHERE scope = ?2",
			"DELETE FROM fields WHERE scope = ?2",
			"DELETE FROM scopes WHERE id = ?2",
		} {
			err := exec(l.conn, query, func(st *sqlite.Stmt) {
				st.BindInt64(1, int64(step.keep))
				st.BindInt64(2, int64(step.drop))
			})
			if err != nil {
				return err
			}
		}
	}
	return exec(l.conn, "UPDATE scopes SET source_tenant = ?, target_tenant = ? WHERE id = ?", func(st *sqlite.Stmt) {
		st.BindText(1, step.After.SourceTenant)
		st.BindText(2, step.After.TargetTenant)
		st.BindInt64(3, int64(step.keep))
	})
}

// Moves are all that were ever done, first to last.
func (l *Ledger) Moves(ctx context.Context) (moves []Move, err error) {
	err = l.read(ctx, "reading which links were moved", func() error {
		moves, err = l.moves("ORDER BY m.number", nil)
		return err
	})
	return moves, err
}

// Unconfirmed are the moves of a scope of which no run has found yet that the
// links still lead to the same people.
func (l *Ledger) Unconfirmed(ctx context.Context, scope ScopeID) (moves []Move, err error) {
	err = l.read(ctx, "reading which links were moved", func() error {
		moves, err = l.moves("WHERE m.scope = ? AND m.confirmed = 0 ORDER BY m.number",
			func(st *sqlite.Stmt) { st.BindInt64(1, int64(scope)) })
		return err
	})
	return moves, err
}

// ConfirmMoves: the links of a scope were found to lead to the same people.
func (l *Ledger) ConfirmMoves(ctx context.Context, scope ScopeID) error {
	return l.write(ctx, "recording that moved links are right", func() error {
		return exec(l.conn, "UPDATE moves SET confirmed = 1 WHERE scope = ? AND confirmed = 0",
			func(st *sqlite.Stmt) { st.BindInt64(1, int64(scope)) })
	})
}

func (l *Ledger) moves(which string, bind func(*sqlite.Stmt)) (moves []Move, err error) {
	err = each(l.conn, `SELECT s.source_tenant, s.source_resource, s.target_tenant, s.target_resource,
			m.side, m.before, m.after, m.links, m.who, m.at, m.confirmed
		FROM moves m JOIN scopes s ON s.id = m.scope `+which, bind, func(st *sqlite.Stmt) error {
		moves = append(moves, Move{
			Scope: Scope{st.ColumnText(0), st.ColumnText(1), st.ColumnText(2), st.ColumnText(3)},
			Side:  st.ColumnText(4), Before: st.ColumnText(5), After: st.ColumnText(6), Links: st.ColumnInt64(7),
			Who: st.ColumnText(8), At: fromMicro(st.ColumnInt64(9)), Confirmed: st.ColumnBool(10),
		})
		return nil
	})
	return moves, err
}

func unknownTenant(r Rename, scopes []ScopeLinks) error {
	var known []string
	for _, s := range scopes {
		for side, tenant := range map[string]string{SourceSide: s.SourceTenant, TargetSide: s.TargetTenant} {
			if slices.Contains(r.sides(), side) && !slices.Contains(known, tenant) {
				known = append(known, tenant)
			}
		}
	}
	slices.Sort(known)
	what := "tenant"
	if r.Side != "" {
		what = r.Side + " tenant"
	}
	d := diag.Diagnostic{
		Code: "unknown-tenant", Summary: "The ledger knows no " + what + " called " + r.From,
		Detail: "Nothing was ever planned with it. Those it knows: " + strings.Join(known, ", ") + ".",
		Remedy: "Give the name that engine ledger show says.",
	}
	if len(known) == 0 {
		d.Detail = "Nothing was ever planned with this ledger."
	}
	if near := diag.DidYouMean(r.From, known); near != "" {
		d.Remedy = "Did you mean " + near + "? " + d.Remedy
	}
	return d
}

// movesMeet: with the tenant at both sides of scopes, two of them may come to be
// called the same. One side after the other, an empty one gives way as it always does.
func movesMeet(one, other Scope) error {
	return diag.Diagnostic{
		Code: "moves-meet", Summary: "Two entries of the ledger would be called the same at once",
		Detail: "They are " + one.SourceResource + " at " + one.SourceTenant + " to " + one.TargetResource + " at " + one.TargetTenant +
			", and the same at " + other.SourceTenant + " and " + other.TargetTenant + "; at most one of them has links. Nothing was changed.",
		Remedy: "Move one side after the other: the same command with --side source, then with --side target.",
	}
}

func linksOfBoth(from Scope, links int64, to Scope, there int64) error {
	return diag.Diagnostic{
		Code: "links-of-both", Summary: "There are links under both names already",
		Detail: "Of " + from.SourceResource + " at " + from.SourceTenant + " to " + from.TargetResource + " at " + from.TargetTenant + " there are " +
			count(links) + ", and at " + to.SourceTenant + " and " + to.TargetTenant + " " + count(there) +
			". Which of two is right can't be told, and what was sent to one can't be compared under the other. Nothing was changed.",
		Remedy: "Start anew with another ledger: engine run --ledger OTHER.db. Its first run adopts what is already in the target.",
	}
}

func unsettledMove(tenant string) error {
	return diag.Diagnostic{
		Code: "unsettled", Summary: "An earlier run was interrupted, and what it had sent is not settled yet",
		Detail: "Whether it arrived can only be asked where it was sent. Nothing was changed.",
		Remedy: "Run once more with the connection to " + tenant + ", then move. If that can't be reached any more, start anew with another ledger: engine run --ledger OTHER.db.",
	}
}
