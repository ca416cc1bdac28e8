package ledger

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine/diag"
)

func TestAPlanIsKeptAndBoundToItsGeneration(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, run, plan := started(t, l)
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, []Applied{created("1", 11)}))
	generation, err := l.Generation(t.Context())
	require.NoError(t, err)

	want := Plan{
		ID: "saved", Scope: scope, SpoolPath: "plan.bin", MappingHash: "abc", Generation: generation,
		Created: time.Date(2026, 8, 31, 1, 2, 3, 0, time.UTC), Batches: 7, State: PlanReady,
	}
	given := want
	given.Generation, given.State = 0, ""
	require.NoError(t, l.SavePlan(t.Context(), given))
	got, ok, err := l.FindPlan(t.Context(), "saved")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, want, got)
	_, ok, err = l.FindPlan(t.Context(), "none")
	require.NoError(t, err)
	require.False(t, ok)

	open, err := l.OpenPlans(t.Context(), scope)
	require.NoError(t, err)
	require.Len(t, open, 2)
	require.Equal(t, "saved", open[0].ID, "oldest first")
	require.NoError(t, l.SetPlanState(t.Context(), "saved", PlanDropped))
	open, err = l.OpenPlans(t.Context(), scope)
	require.NoError(t, err)
	require.Len(t, open, 1)
}

func TestTheJournal(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, run, plan := started(t, l)
	unanswered := func() (batches []int64) {
		open, err := l.Unanswered(t.Context(), scope)
		require.NoError(t, err)
		for _, b := range open {
			require.Equal(t, plan, b.PlanID)
			batches = append(batches, b.Batch)
		}
		return batches
	}
	state := func() string {
		p, _, err := l.FindPlan(t.Context(), plan)
		require.NoError(t, err)
		return p.State
	}
	require.Equal(t, PlanReady, state())
	require.Empty(t, unanswered())
	require.NoError(t, l.Intend(t.Context(), plan, 1))
	require.NoError(t, l.Intend(t.Context(), plan, 0))
	require.NoError(t, l.Intend(t.Context(), plan, 1), "to be resent")
	require.Equal(t, PlanApplying, state())
	require.Equal(t, []int64{0, 1}, unanswered())

	requireCode(t, l.SetPlanState(t.Context(), plan, PlanDone), "journal-misuse", diag.Fault)
	requireCode(t, l.SetPlanState(t.Context(), plan, PlanDropped), "journal-misuse", diag.Fault)
	require.Equal(t, PlanApplying, state())

	require.NoError(t, l.Settle(t.Context(), run, plan, 1, nil))
	require.Equal(t, []int64{0}, unanswered())
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, nil))
	require.NoError(t, l.Settle(t.Context(), run, plan, 5, nil), "a batch that sent nothing")
	require.Empty(t, unanswered())

	requireCode(t, l.Intend(t.Context(), plan, 1), "journal-misuse", diag.Fault)
	requireCode(t, l.Settle(t.Context(), run, plan, 1, []Applied{created("1", 1)}), "journal-misuse", diag.Fault)
	require.Zero(t, link(t, l, scope, "1").Row)

	require.NoError(t, l.SetPlanState(t.Context(), plan, PlanDone))
	require.NoError(t, l.SetPlanState(t.Context(), plan, PlanDone))
	for name, err := range map[string]error{
		"sent after its end":  l.Intend(t.Context(), plan, 9),
		"back to life":        l.SetPlanState(t.Context(), plan, PlanApplying),
		"no such plan":        l.Intend(t.Context(), "none", 0),
		"no such plan either": l.SetPlanState(t.Context(), "none", PlanDone),
	} {
		require.Equal(t, "journal-misuse", codeOf(err), name)
	}
}

// Batches that are sent together are intended and answered each by its number,
// all or none.
func TestBatchesTogether(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, run, plan := started(t, l)
	unanswered := func() []Batch {
		open, err := l.Unanswered(t.Context(), scope)
		require.NoError(t, err)
		return open
	}
	require.NoError(t, l.Intend(t.Context(), plan, 0, 1, 2))
	require.Len(t, unanswered(), 3)
	require.NoError(t, l.SettleAll(t.Context(), run, plan, []int64{0, 1}, []Applied{created("1", 1), created("2", 2)}))
	require.Len(t, unanswered(), 1)
	require.NotZero(t, link(t, l, scope, "2").Row)

	requireCode(t, l.Intend(t.Context(), plan, 3, 1), "journal-misuse", diag.Fault)
	requireCode(t, l.SettleAll(t.Context(), run, plan, []int64{2, 1}, []Applied{created("3", 3)}), "journal-misuse", diag.Fault)
	require.Len(t, unanswered(), 1, "none of them")
	require.Zero(t, link(t, l, scope, "3").Row)
}

func TestSettleIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, run, plan := started(t, l)
	require.NoError(t, l.Intend(t.Context(), plan, 0))
	before, err := l.Generation(t.Context())
	require.NoError(t, err)

	// The run is looked at after batch and links were written.
	err = l.Settle(t.Context(), "no such run", plan, 0, []Applied{created("1", 11)})
	requireCode(t, err, "journal-misuse", diag.Fault)
	require.Zero(t, link(t, l, scope, "1").Row)
	after, err := l.Generation(t.Context())
	require.NoError(t, err)
	require.Equal(t, before, after)
	open, err := l.Unanswered(t.Context(), scope)
	require.NoError(t, err)
	require.Len(t, open, 1)

	require.NoError(t, l.Settle(t.Context(), run, plan, 0, []Applied{created("1", 11)}))
	require.NotZero(t, link(t, l, scope, "1").Row)
	after, err = l.Generation(t.Context())
	require.NoError(t, err)
	require.Equal(t, before+1, after)
}
