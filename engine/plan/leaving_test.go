package plan

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine/compile"
	"passerelle/engine/flow"
	"passerelle/engine/lang"
	"passerelle/engine/ledger"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// leaversMapping deactivates who has left, and takes them back.
func leaversMapping() *compile.Mapping {
	m := mapping()
	m.Target.Connection, m.Target.Resource = &lang.Connection{Plugin: "x"}, &protocol.Resource{Name: "profiles"}
	m.Leavers = &compile.Leavers{Do: protocol.Operation_OPERATION_DEACTIVATE, Back: true}
	m.Target.Abilities.Deactivate, m.Target.Abilities.Reactivate = true, true
	return m
}

func leftItem(id string) flow.Item {
	return flow.Item{ID: id, Shown: "N" + id, Left: true, Values: make([]record.Value, 4)}
}

// company links n people and gives them back as items.
func company(t testing.TB, l *ledger.Ledger, m *compile.Mapping, n int) []flow.Item {
	items := make([]flow.Item, n)
	for i := range items {
		items[i] = item(fmt.Sprint(i), fmt.Sprintf("m%d", i), "A", "a@x", "1")
	}
	done(t, l, try(t, l, m, items))
	return items
}

func TestRemovalsGuard(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		company, leave int
		guard          lang.Guard
		blocked        bool
	}{
		"two of twelve are an ordinary day":    {12, 2, lang.Guard{}, false},
		"three of twelve are not":              {12, 3, lang.Guard{}, true},
		"five of a hundred":                    {100, 5, lang.Guard{}, false},
		"six of a hundred":                     {100, 6, lang.Guard{}, true},
		"everybody":                            {30, 30, lang.Guard{}, true},
		"a higher limit":                       {30, 10, lang.Guard{Limits: map[string]*lang.Limit{PartRemovals: {Count: 10}}}, false},
		"a limit of nobody":                    {30, 1, lang.Guard{Limits: map[string]*lang.Limit{PartRemovals: {}}}, true},
		"the end of a season, announced":       {30, 12, expecting(10, "2026-08-31", "2026-09-05"), false},
		"more than announced":                  {30, 13, expecting(10, "2026-08-31", "2026-09-05"), true},
		"announced for another week":           {30, 12, expecting(10, "2026-09-02", "2026-09-05"), true},
		"announced until yesterday":            {30, 12, expecting(10, "2026-08-01", "2026-08-31"), true},
		"announced, the last day of it is due": {30, 12, expecting(10, "2026-08-01", "2026-09-01"), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, m := newLedger(t), leaversMapping()
			m.Decl.Guard = test.guard
			items := company(t, l, m, test.company)
			for i := range test.leave {
				items[i] = leftItem(items[i].ID)
			}
			items[test.company-1].Values = item("", "mm", "changed", "a@x", "1").Values
			if test.leave == test.company {
				items[test.company-1] = leftItem(fmt.Sprint(test.company - 1))
			}
			s := try(t, l, m, items).Summary
			if !test.blocked {
				require.Empty(t, s.Blocked)
				require.EqualValues(t, test.leave, s.Counts.Deactivate)
				return
			}
			require.Len(t, s.Blocked, 1)
			require.Equal(t, PartRemovals, s.Blocked[0].Part)
			require.True(t, s.Stands(), "the rest goes on")
			require.Zero(t, s.Counts.Deactivate)
			require.EqualValues(t, test.leave, s.Counts.Blocked)
			require.Len(t, s.Stopped, test.leave)
			require.Len(t, s.Dropped, test.leave)
		})
	}
}

func expecting(n int64, from, until string) lang.Guard {
	day := func(text string) time.Time {
		d, err := time.Parse(time.DateOnly, text)
		if err != nil {
			panic(err)
		}
		return d
	}
	return lang.Guard{Expects: []*lang.Expect{{Removals: n, From: day(from), Until: day(until)}}}
}

func TestApprovedPeopleGoOn(t *testing.T) {
	t.Parallel()
	l, m := newLedger(t), leaversMapping()
	items := company(t, l, m, 20)
	for i := range 5 {
		items[i] = leftItem(items[i].ID)
	}
	require.NoError(t, l.Approve(t.Context(), m.Address, []ledger.Approval{{SourceID: "0", Operation: "deactivate", Who: "anne"}}))
	made := try(t, l, m, items)
	require.EqualValues(t, 1, made.Summary.Counts.Deactivate)
	require.EqualValues(t, 4, made.Summary.Counts.Blocked)
	all := entries(t, made)
	require.Len(t, all, 1)
	require.Equal(t, "0", all[0].SourceID)
	require.Equal(t, Deactivate, all[0].Operation)
}

// The one who is present has the key; two records with one id are held, whoever
// has left.
func TestLeaversAndTwins(t *testing.T) {
	t.Parallel()
	l, m := newLedger(t), leaversMapping()
	company(t, l, m, 3)
	made := try(t, l, m, []flow.Item{
		leftItem("0"), item("9", "m0", "New", "n@x", ""), leftItem("1"), leftItem("1"), leftItem("never linked"),
	})
	require.Equal(t, Counts{Deactivate: 1, Create: 1, Held: 2, Left: 1, Gone: 1}, made.Summary.Counts)
	require.Len(t, entries(t, made), 2)
}

func TestReturn(t *testing.T) {
	t.Parallel()
	l, m := newLedger(t), leaversMapping()
	m.Target.Fields[3].Once = true // phone
	company(t, l, m, 2)
	settle(t, l, try(t, l, m, []flow.Item{leftItem("0"), item("1", "m1", "A", "a@x", "1")}), ledger.Deactivated)

	require.EqualValues(t, 1, try(t, l, m, []flow.Item{leftItem("0"), item("1", "m1", "A", "a@x", "1")}).Summary.Counts.Left, "it is done")

	made := try(t, l, m, []flow.Item{item("0", "m0", "Back", "a@x", "2"), item("1", "m1", "A", "a@x", "2")})
	require.Equal(t, Counts{Reactivate: 1, Unchanged: 1}, made.Summary.Counts)
	require.EqualValues(t, 1, made.Summary.Fields[3].ByHand, "what is sent once is listed for who never left")
	require.Equal(t, []ByHand{{Person{SourceID: "1", Shown: made.Summary.ByHand[0].Shown}, "phone"}}, made.Summary.ByHand, "by name")
	all := entries(t, made)
	require.Len(t, all, 2)
	require.Equal(t, Reactivate, all[0].Operation)
	require.Equal(t, Update, all[1].Operation)
	require.Equal(t, home(all[0].Position), home(all[1].Position))
	require.NotEqual(t, all[0].Position, all[1].Position)
	require.JSONEq(t, `{"nom":"Back","phone":"2"}`, string(all[1].Body), "at return it is sent again")

	twin := try(t, l, m, []flow.Item{item("0", "m0", "Back", "a@x", "2"), item("0", "m0", "Back", "a@x", "2")})
	require.Empty(t, entries(t, twin), "withdrawing a record withdraws both its operations")

	m.Target.Abilities.Reactivate = false
	require.Equal(t, "no-reactivate", try(t, l, m, []flow.Item{item("0", "m0", "A", "a@x", "1")}).Summary.Held[0].Code)
	m.Leavers.Back = false
	require.EqualValues(t, 1, try(t, l, m, []flow.Item{item("0", "m0", "A", "a@x", "1")}).Summary.Counts.Left)
}

// settle records every operation of a plan with a state of the link after it.
func settle(t testing.TB, l *ledger.Ledger, p *Plan, state ledger.State) {
	id, err := l.Scope(t.Context(), scope)
	require.NoError(t, err)
	require.NoError(t, l.SavePlan(t.Context(), ledger.Plan{ID: p.Summary.ID, Scope: id, SpoolPath: p.Path}))
	run, err := l.BeginRun(t.Context(), "people", nil)
	require.NoError(t, err)
	var results []ledger.Applied
	for _, e := range entries(t, p) {
		results = append(results, ledger.Applied{SourceID: e.SourceID, Outcome: ledger.Succeeded, Operation: e.Operation.String(), State: state})
	}
	require.NoError(t, l.Settle(t.Context(), run.ID, p.Summary.ID, 0, results))
	run.Status = ledger.RunSucceeded
	require.NoError(t, l.EndRun(t.Context(), run))
}

func TestNotReady(t *testing.T) {
	t.Parallel()
	l, m := newLedger(t), leaversMapping()
	company(t, l, m, 1)
	waits := func(otherwise string, before ...string) []*compile.Require {
		return []*compile.Require{{Decl: &lang.Require{Else: otherwise, Before: before}}}
	}
	unready := func(id string, unmet []*compile.Require) flow.Item {
		i := item(id, "m"+id, "A", "a@x", "2")
		i.Unmet = unmet
		return i
	}
	made := try(t, l, m, []flow.Item{
		unready("0", waits("wait", "create")), // linked: only creation waits
		unready("1", waits("wait", "create")),
		unready("2", waits("hold")),
		unready("3", waits("skip")),
		func() flow.Item { // a failing map of somebody who is not ready is no error yet
			i := unready("4", waits("wait"))
			i.Values, i.Held = nil, &compile.Failure{Code: "missing-required"}
			return i
		}(),
	})
	require.Equal(t, Counts{Update: 1, Waiting: 2, Held: 1, Skipped: 1}, made.Summary.Counts)
	require.Equal(t, "require-unmet", made.Summary.Held[0].Code)
	require.Equal(t, "N1", made.Summary.Waiting[0].Shown)
}

// A target that replaces whole records would empty a field that is never
// cleared, for lack of a value to send.
func TestWholeUpdatesNeverEmptyWhatIsKept(t *testing.T) {
	t.Parallel()
	l, m := newLedger(t), mapping()
	company(t, l, m, 2)
	m.Target.Abilities.ChangedOnly = false
	made := try(t, l, m, []flow.Item{item("0", "m0", "B", "", "1"), item("1", "m1", "B", "a@x", "1")})
	require.Equal(t, Counts{Held: 1, Update: 1}, made.Summary.Counts)
	require.Equal(t, "would-empty", made.Summary.Held[0].Code)
	require.Zero(t, made.Summary.Fields[2].Kept)
	require.JSONEq(t, `{"matricule":"m1","nom":"B","mail":"a@x","phone":"1"}`, string(entries(t, made)[0].Body))
}
