package ledger

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever their number, results and links are kept in their order, whole; with
// texts and without.
func TestRowsOfEveryNumber(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, runID, planID := started(t, l)
	var want []Applied
	for batch, size := range []int{1, 3, 4, 5, 16, 17, 63, 64, 65, 150} {
		var results []Applied
		for i := range size {
			a := benchApplied(len(want)+i, uint64(len(want)+i+1))
			a.Status, a.Attempts = 201, 1
			if i%3 == 1 {
				a.Outcome, a.State, a.Prints, a.TargetID, a.ShownName = Failed, NoLink, nil, "", ""
				a.Code, a.Field, a.Summary, a.Remedy = fmt.Sprint("code-", i), "field", "summary", "remedy"
				a.Retry, a.Place, a.Answer, a.Why = "retry", "a.hcl:1:2", "answer", "announced"
				a.LeftOut = []LeftOut{{Field: "iban"}}
			}
			results = append(results, a)
		}
		require.NoError(t, l.Settle(t.Context(), runID, planID, int64(batch), results))
		want = append(want, results...)
	}
	n := 0
	for r, err := range l.Results(t.Context(), runID) {
		require.NoError(t, err)
		a := want[n]
		r.At = r.At.Truncate(0)
		require.Equal(t, Result{
			PlanID: planID, Position: a.Position, SourceID: a.SourceID, TargetID: a.TargetID, Outcome: a.Outcome, Operation: a.Operation,
			Code: a.Code, Field: a.Field, Summary: a.Summary, Remedy: a.Remedy, Retry: a.Retry, Place: a.Place, Answer: a.Answer,
			Status: a.Status, Attempts: a.Attempts, ShownName: a.ShownName, Why: a.Why, At: r.At, LeftOut: a.LeftOut,
		}, r)
		n++
	}
	require.Len(t, want, n)
	last := int64(0)
	for _, a := range want {
		links, err := l.Links(t.Context(), scope, []string{a.SourceID}, nil)
		require.NoError(t, err)
		if a.State == NoLink {
			require.Zero(t, links[0].Row)
			continue
		}
		require.Equal(t, last+1, links[0].Row, "numbers follow the order of the results")
		last = links[0].Row
		require.Equal(t, Link{Row: last, SourceID: a.SourceID, TargetID: a.TargetID, State: Active, Prints: a.Prints}, links[0])
	}
}

// A link made in the same batch can be taken over by a later result of it.
func TestMovedWithinABatch(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, runID, planID := started(t, l)
	first := benchApplied(1, 7)
	moved := benchApplied(2, 8)
	moved.MovedFrom, moved.TargetID = first.SourceID, ""
	require.NoError(t, l.Settle(t.Context(), runID, planID, 0, []Applied{first, moved}))
	links, err := l.Links(t.Context(), scope, []string{first.SourceID, moved.SourceID}, nil)
	require.NoError(t, err)
	require.Zero(t, links[0].Row)
	require.Equal(t, first.TargetID, links[1].TargetID)
}

// A statement whose rows lie far apart has more to take back than is kept in
// memory: what it writes to a file must be what SQLite can write at once.
func TestRowsFarApart(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, run, plan := started(t, l)
	const everybody = 4096
	settle := func(batch int64, from, step int) {
		var results []Applied
		for n := from; n < everybody; n += step {
			a := benchApplied(n*1999%everybody, 1)
			a.SourceID += strings.Repeat("-", 500)
			results = append(results, a)
		}
		require.NoError(t, l.Settle(t.Context(), run, plan, batch, results))
	}
	for batch := range 16 {
		settle(int64(batch), batch, 16)
	}
	total, _, err := l.LinkCount(t.Context(), scope)
	require.NoError(t, err)
	require.EqualValues(t, everybody, total)
	require.NoError(t, l.CheckPages(t.Context()))
}
