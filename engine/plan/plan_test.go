package plan

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/flow"
	"passerelle/engine/lang"
	"passerelle/engine/ledger"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// The tests of this package plan items as flow hands them over; those of package
// engine plan through real connectors.

var scope = ledger.Scope{SourceTenant: "s", SourceResource: "staff", TargetTenant: "t", TargetResource: "profiles"}

// mapping has four text fields; the key is the first, and mail is never cleared.
func mapping() *compile.Mapping {
	m := &compile.Mapping{Address: "people", Decl: &lang.Mapping{Module: &lang.Module{}, Target: &lang.Target{}}}
	for _, name := range []string{"matricule", "nom", "mail", "phone"} {
		m.Target.Fields = append(m.Target.Fields, compile.TargetField{
			Name: name, Path: []string{name}, Type: record.Basic(record.String), KeepsFilled: name == "mail",
		})
	}
	m.Target.Key = []int{0}
	m.Target.Identity = record.Slot{Path: record.Path{{Name: "id"}}, Type: record.Basic(record.String)}
	m.Target.Abilities = compile.Abilities{Create: true, Update: true, ChangedOnly: true, CreateReconciled: protocol.Reconcile_RECONCILE_UPSERT}
	return m
}

func newKey(t testing.TB, digit string) ledger.Key {
	text := ""
	for len(text) < 64 {
		text += digit
	}
	key, ok := ledger.ParseKey(text)
	require.True(t, ok)
	return key
}

func newLedger(t testing.TB) *ledger.Ledger {
	l, err := ledger.Open(t.Context(), ledger.Options{Path: filepath.Join(t.TempDir(), "ledger.db"), Key: newKey(t, "a")})
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// item is a person as the map gives it; "" is empty. It is named after its id.
func item(id string, values ...string) flow.Item {
	out := flow.Item{ID: id, Shown: "N" + id, Values: make([]record.Value, 4)}
	for i, text := range values {
		if text != "" {
			out.Values[i] = record.NewString(text)
		}
	}
	return out
}

func heldItem(id string) flow.Item {
	return flow.Item{ID: id, Held: &compile.Failure{Code: "missing-required"}}
}

func outItem(id string) flow.Item { return flow.Item{ID: id, Out: true} }

// try plans batches of items against a ledger.
func try(t testing.TB, l *ledger.Ledger, m *compile.Mapping, batches ...[]flow.Item) *Plan {
	t.Helper()
	return tryWith(t, l, m, 0, batches...)
}

// tryWith is try with so many ids and keys in memory.
func tryWith(t testing.TB, l *ledger.Ledger, m *compile.Mapping, firsts int, batches ...[]flow.Item) *Plan {
	t.Helper()
	p, err := newPlanner(t.Context(), Input{
		Mapping: m, Ledger: l, Dir: t.TempDir(), Now: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC),
		Basis: func() (string, error) { return "basis", nil }, FirstsInMemory: firsts,
	}, scope)
	require.NoError(t, err)
	defer p.close()
	var received int64
	for _, batch := range batches {
		for i := range batch {
			batch[i].Position = received
			received++
		}
		require.NoError(t, spent(t.Context(), p, batch))
	}
	made, err := p.finish(t.Context(), flow.End{Complete: true, Expected: received, Received: received, Calls: 1})
	require.NoError(t, err)
	return made
}

// spent plans a batch as flow and the ledger hand it over: what holds it is used
// again for the next one, so that nothing of it may be looked at later.
func spent(ctx context.Context, p *planner, batch []flow.Item) error {
	items := slices.Clone(batch)
	var values [][]record.Value
	for i := range items {
		items[i].Values, items[i].Facts = slices.Clone(items[i].Values), slices.Clone(items[i].Facts)
		values = append(values, items[i].Values, items[i].Facts)
	}
	err := p.batch(ctx, items)
	other := record.NewString("of another record")
	for _, of := range values {
		for i := range of {
			of[i] = other
		}
	}
	for i := range items {
		items[i] = flow.Item{Position: 1 << 30, ID: "another", Shown: "another", Held: &compile.Failure{Code: "another"}, Left: true, Out: true}
	}
	for i := range p.links {
		for k := range p.links[i].Prints {
			p.links[i].Prints[k] = ledger.Print{Field: 1 << 20, Sum: 1}
		}
		p.links[i] = ledger.Link{Row: 1 << 20, SourceID: "another", TargetID: "another", State: ledger.Deactivated, Prints: p.links[i].Prints}
	}
	return err
}

func entries(t testing.TB, p *Plan) []Entry {
	var out []Entry
	require.NoError(t, p.Batches(func(_ int64, batch []Entry) error {
		out = append(out, batch...)
		return nil
	}))
	return out
}

// done records that every operation of a plan took effect.
func done(t testing.TB, l *ledger.Ledger, p *Plan) {
	id, err := l.Scope(t.Context(), scope)
	require.NoError(t, err)
	require.NoError(t, l.SavePlan(t.Context(), ledger.Plan{ID: p.Summary.ID, Scope: id, SpoolPath: p.Path}))
	run, err := l.BeginRun(t.Context(), "people", nil)
	require.NoError(t, err)
	require.NoError(t, p.Batches(func(n int64, batch []Entry) error {
		var results []ledger.Applied
		for _, e := range batch {
			target := e.TargetID
			if target == "" {
				target = "t-" + e.SourceID
			}
			results = append(results, ledger.Applied{
				SourceID: e.SourceID, TargetID: target, Outcome: ledger.Succeeded, State: ledger.Active, Prints: e.Prints,
			})
		}
		return l.Settle(t.Context(), run.ID, p.Summary.ID, n, results)
	}))
	require.NoError(t, l.SetPlanState(t.Context(), p.Summary.ID, ledger.PlanDone))
}

func code(t testing.TB, err error) string {
	var d diag.Diagnostic
	require.ErrorAs(t, err, &d)
	require.NotEmpty(t, d.Summary)
	require.NotEmpty(t, d.Remedy)
	return d.Code
}

func TestCompare(t *testing.T) {
	t.Parallel()
	l, m := newLedger(t), mapping()
	made := try(t, l, m, []flow.Item{
		item("1", "m1", "A", "a@x", "1"), item("2", "m2", "B", "b@x", "2"), item("3", "m3", "C", "", ""),
		item("4", "m4", "D", "d@x", "4"), item("5", "m5", "E", "", ""), heldItem("6"), outItem("7"),
	})
	require.Equal(t, Counts{Create: 5, Held: 1, Out: 1}, made.Summary.Counts)
	for _, e := range entries(t, made) {
		require.Equal(t, Create, e.Operation)
		require.Empty(t, e.TargetID)
		require.Len(t, e.Prints, len(e.Changed))
	}
	require.JSONEq(t, `{"matricule":"m3","nom":"C"}`, string(entries(t, made)[2].Body), "what is empty is left out")
	require.JSONEq(t, `{"matricule":"m3"}`, string(entries(t, made)[2].Key))
	done(t, l, made)

	made = try(t, l, m, []flow.Item{
		item("1", "m1", "A", "a@x", "1"),  // unchanged
		item("2", "m2", "Bb", "", ""),     // changed, kept, cleared
		item("3", "m3", "C", "c@x", ""),   // filled for the first time
		item("4", "m44", "D", "d@x", "4"), // a changed key is an update
		heldItem("5"),                     // present
	})
	require.Equal(t, Counts{Unchanged: 1, Update: 3, Held: 1}, made.Summary.Counts)
	require.Equal(t, []FieldCount{
		{Name: "matricule", Changed: 1}, {Name: "nom", Changed: 1}, {Name: "mail", Added: 1, Kept: 1}, {Name: "phone", Cleared: 1},
	}, made.Summary.Fields)
	all := entries(t, made)
	require.JSONEq(t, `{"nom":"Bb","phone":null}`, string(all[0].Body))
	require.Equal(t, []int{1, 3}, all[0].Changed)
	require.Equal(t, []int{3}, all[0].Cleared)
	require.Zero(t, all[0].Prints[1].Sum, "what is emptied is forgotten")
	require.JSONEq(t, `{"mail":"c@x"}`, string(all[1].Body))
	require.Equal(t, []int{2}, all[1].Added)
	require.Equal(t, "t-4", all[2].TargetID)
	require.Empty(t, made.Summary.Gone)

	made = try(t, l, m, []flow.Item{item("1", "m1", "A", "a@x", "1"), outItem("2")})
	require.Equal(t, Counts{Unchanged: 1, Out: 1, Gone: 3}, made.Summary.Counts)
	require.Equal(t, []Person{{SourceID: "3"}, {SourceID: "4"}, {SourceID: "5"}}, made.Summary.Gone)
}

func TestNoUpdateHolds(t *testing.T) {
	t.Parallel()
	l, m := newLedger(t), mapping()
	m.Target.Connection = &lang.Connection{Plugin: "fake"}
	m.Target.Resource = &protocol.Resource{Name: "profiles"}
	done(t, l, try(t, l, m, []flow.Item{item("1", "m1", "A")}))
	m.Target.Abilities.Update = false
	made := try(t, l, m, []flow.Item{item("1", "m1", "B")})
	require.Equal(t, Counts{Held: 1}, made.Summary.Counts)
	require.Equal(t, "no-update", made.Summary.Held[0].Code)
	made = try(t, l, m, []flow.Item{item("1", "m1", "A")})
	require.Equal(t, Counts{Unchanged: 1}, made.Summary.Counts)
}

// New to the mapping is a field that nobody was ever sent.
func TestNewField(t *testing.T) {
	t.Parallel()
	l, m := newLedger(t), mapping()
	done(t, l, try(t, l, m, []flow.Item{item("1", "m1", "A", "", "1"), item("2", "m2", "B")}))
	made := try(t, l, m, []flow.Item{item("1", "m1", "A", "a@x", "1"), item("2", "m2", "B", "b@x", "2")})
	require.Equal(t, FieldCount{Name: "mail", Added: 2, New: true}, made.Summary.Fields[2])
	require.Equal(t, FieldCount{Name: "phone", Added: 1}, made.Summary.Fields[3])
}

func TestJudgeRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end      flow.End
		code     string
		say      string
		windowed bool
	}{
		"whole":             {end: flow.End{Complete: true, Expected: 3, Received: 3}},
		"whole, unknown":    {end: flow.End{Complete: true, Expected: -1, Received: 3}},
		"empty":             {flow.End{Complete: true, Expected: 0}, "read-empty", "nobody at all", false},
		"cut":               {flow.End{Expected: 9, Received: 3, Reason: "why"}, "read-not-whole", "why. 3 records were read of 9 announced.", false},
		"cut, unknown":      {flow.End{Expected: -1, Received: 3, Reason: "why"}, "read-not-whole", "how many there are is not known", false},
		"cut before anyone": {flow.End{Expected: 9, Reason: "why"}, "read-not-whole", "0 records", false},
		"empty window":      {end: flow.End{Complete: true, Expected: 0}, windowed: true},
		"cut window":        {flow.End{Expected: 9, Reason: "why"}, "read-not-whole", "0 records", true},
		"joined, cut": {
			flow.End{Received: 3, Expected: 3, Short: "contracts", Reason: "why", Others: []flow.Other{{Name: "contracts", Expected: 9, Received: 2}}},
			"read-not-whole", `The source "contracts" was not read whole: why. 2 records were read of 9 announced.`, false,
		},
		"joined, empty": {
			flow.End{Complete: true, Received: 3, Others: []flow.Other{{Name: "contracts", Expected: -1}}},
			"read-empty", `The source "contracts" gave nothing at all`, false,
		},
		"joined, empty window": {end: flow.End{Complete: true, Received: 3, Others: []flow.Other{{Name: "leaves", Windowed: true}}}},
	} {
		blocks := judgeRead(c.end, voice{}, c.windowed)
		if c.code == "" {
			require.Empty(t, blocks, name)
			continue
		}
		require.Equal(t, c.code, blocks[0].Code, name)
		require.Equal(t, "read", blocks[0].Part, name)
		require.Contains(t, blocks[0].Say.EN, c.say, name)
		require.NotEmpty(t, blocks[0].Say.FR)
	}
}

func TestBlockedPlanSaysNothingOfAnybody(t *testing.T) {
	t.Parallel()
	l, m := newLedger(t), mapping()
	done(t, l, try(t, l, m, []flow.Item{item("1", "m1", "A"), item("2", "m2", "B")}))
	dir := t.TempDir()
	p, err := newPlanner(t.Context(), Input{Mapping: m, Ledger: l, Dir: dir}, scope)
	require.NoError(t, err)
	require.NoError(t, p.batch(t.Context(), []flow.Item{item("1", "m1", "C"), heldItem("9")}))
	made, err := p.finish(t.Context(), flow.End{Expected: 2, Received: 1, Reason: "why"})
	require.NoError(t, err)
	require.Zero(t, made.Summary.Counts)
	require.Empty(t, made.Summary.Held)
	require.Empty(t, made.Summary.Gone)
	require.Equal(t, make([]int64, 4), []int64{made.Summary.Fields[0].Changed, made.Summary.Fields[1].Changed, made.Summary.Fields[2].Changed, made.Summary.Fields[3].Changed})
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
	made.Discard() // harmless
}

func TestStale(t *testing.T) {
	t.Parallel()
	l, m := newLedger(t), mapping()
	made := try(t, l, m, []flow.Item{item("1", "m1", "A")})
	now := made.Summary.Created
	require.NoError(t, made.Stale(t.Context(), l, scope, "basis", now))
	require.NoError(t, made.Stale(t.Context(), l, scope, "basis", now.Add(24*time.Hour)))
	stale := func(err error, why string) {
		t.Helper()
		require.Equal(t, "stale-plan", code(t, err))
		require.Contains(t, err.(diag.Diagnostic).Detail, why)
	}
	stale(made.Stale(t.Context(), l, scope, "basis", now.Add(24*time.Hour+1)), "24 hours")
	require.NoError(t, made.Stale(t.Context(), l, scope, "basis", now.Add(-5*time.Minute)), "a clock that was put right")
	stale(made.Stale(t.Context(), l, scope, "basis", now.Add(-5*time.Minute-1)), "was set back")
	stale(made.Stale(t.Context(), l, scope, "other", now), "changed")
	elsewhere := scope
	elsewhere.TargetTenant = "another"
	stale(made.Stale(t.Context(), l, elsewhere, "basis", now), "another tenant")
	stale(made.Stale(t.Context(), newLedger(t), scope, "basis", now), "another ledger")
	other := try(t, l, m, []flow.Item{item("2", "m2", "B")})
	done(t, l, other)
	stale(made.Stale(t.Context(), l, scope, "basis", now), "Something was applied")
	stale(other.Stale(t.Context(), l, scope, "basis", now), "applied already")
}

func TestToday(t *testing.T) {
	t.Parallel()
	paris, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	late := time.Date(2026, 8, 31, 22, 1, 0, 0, time.UTC)
	require.Equal(t, "2026-09-01", fmt.Sprintf("%04d-%02d-%02d", civil(Today(late, paris))...))
	require.Equal(t, "2026-08-31", fmt.Sprintf("%04d-%02d-%02d", civil(Today(late, nil))...))
}

func civil(v record.Value) []any {
	year, month, day := v.Civil()
	return []any{year, int(month), day}
}
