package report_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine/diag"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
	"passerelle/engine/report"
)

var update = flag.Bool("update", false, "write the goldens anew")

func newLedger(t *testing.T) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(t.Context(), ledger.Options{Path: filepath.Join(t.TempDir(), "ledger.db"), Key: ledger.NewKey(), Command: "test"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}

// night is a ledger after one run in which something of everything happened.
func night(t *testing.T) (*ledger.Ledger, string) {
	t.Helper()
	return nightBy(t, func() time.Time { return time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC) })
}

func nightBy(t *testing.T, clock func() time.Time) (*ledger.Ledger, string) {
	t.Helper()
	key := ledger.NewKey()
	l, err := ledger.Open(t.Context(), ledger.Options{
		Path: filepath.Join(t.TempDir(), "ledger.db"), Key: key, Command: "test", Clock: clock,
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	paris, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	run, err := l.BeginRun(t.Context(), "people", paris)
	require.NoError(t, err)
	require.NoError(t, l.KeepProfiles(t.Context(), run.ID, ledger.Profiles{Source: "https://from.example/{id}", Target: "https://to.example/people?of={id}"}))
	scope, err := l.Scope(t.Context(), ledger.Scope{SourceTenant: "from", SourceResource: "users", TargetTenant: "to", TargetResource: "persons"})
	require.NoError(t, err)
	require.NoError(t, l.SavePlan(t.Context(), ledger.Plan{ID: "p", RunID: run.ID, Scope: scope, Batches: 1, State: ledger.PlanApplying}))
	require.NoError(t, l.Settle(t.Context(), run.ID, "p", 0, applied()))
	require.NoError(t, l.Record(t.Context(), run.ID, notApplied()))
	known, err := l.Acknowledge(t.Context(), "people", "31", "ada@host", time.Date(2026, 9, 30, 22, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	require.True(t, known)
	run.Status = ledger.RunPartial
	run.Counts = map[string]int64{"unchanged": 212, plan.CountReceived: 247}
	run.Calls = map[string]int64{ledger.CallsSource: 3, ledger.LeastSource: 3, ledger.CallsTarget: 22, ledger.LeastTarget: 9}
	story := report.Story{
		From: report.Text{FR: "Source", EN: "Source"}, To: report.Text{FR: "Cible", EN: "Target"}, Zone: "Europe/Paris",
		Blocks: []plan.Block{{Part: "removals", Code: "removals", Ask: true, Say: plan.Text{FR: "Ce qui ressemble à un accident.", EN: "What looks like an accident."}, Do: plan.Text{FR: "Que faire.", EN: "What to do."}}},
		Fields: []plan.FieldCount{{Name: "service", Changed: 2}, {Name: "fonction", Added: 1}, {Name: "contrat", ByHand: 1}},
		Read:   plan.Reading{Expected: 247, Received: 247, Calls: 3},
		Says:   map[string]report.Text{"an address": {FR: "pas d'e-mail professionnel", EN: "no work e-mail"}},
	}
	require.NoError(t, story.Keep(t.Context(), l, run.ID))
	require.NoError(t, l.EndRun(context.WithoutCancel(t.Context()), run))
	return l, run.ID
}

func applied() []ledger.Applied {
	one := func(position int64, id, name, operation string, state ledger.State) ledger.Applied {
		return ledger.Applied{Position: position, SourceID: id, TargetID: "t-" + id, Outcome: ledger.Succeeded, Operation: operation, State: state, ShownName: name}
	}
	return []ledger.Applied{
		one(0, "1", "Léa Morel", "create", ledger.Active), one(1, "2", "Karim Aït-Saïd", "create", ledger.Active), one(2, "3", "Zoé N'Guyen", "create", ledger.Active),
		one(3, "4", "Ana Roy", "deactivate", ledger.Deactivated), one(4, "5", "<b>Bo</b>", "update", ledger.Active), without(one(5, "6", "", "update", ledger.Active)),
		one(6, "7", "Eve Neuf", "reactivate", ledger.Active), one(^6, "7", "Eve Neuf", "update", ledger.Active), // two operations, one person
		{Position: 7, SourceID: "8", Outcome: ledger.Failed, Operation: "create", Code: "conflict", ShownName: "Max Sept", Summary: "The record contradicts another one there", Attempts: 1},
		{Position: 8, SourceID: "9", Outcome: ledger.Ambiguous, Operation: "create", Code: "ambiguous", ShownName: "Ida Huit", Summary: "It was sent, and the target never answered", Attempts: 1},
	}
}

// without is a record that the target took without two of its fields.
func without(a ledger.Applied) ledger.Applied {
	a.LeftOut = []ledger.LeftOut{
		{Field: "service", Code: "name-not-found", Summary: "Target has no department of this name.", Remedy: "Add it."},
		{Field: "badge", Code: "a-code-of-a-partner", Summary: "The badge is gone"},
	}
	return a
}

func notApplied() []ledger.Applied {
	out := []ledger.Applied{
		{SourceID: "30", Outcome: ledger.Waiting, Code: "waiting", Field: "an address", ShownName: "Paul Girard", Summary: "no work e-mail"},
		{SourceID: "31", Outcome: ledger.Held, Code: "missing-required", Field: "matricule", ShownName: "Inès Roy", Summary: "It is empty", Remedy: "Fill it.", Place: "people.hcl:12:5"},
		{SourceID: "32", Outcome: ledger.Held, Code: "a-code-of-a-partner", ShownName: "Luc Faure", Summary: "The moon is full", Remedy: "Wait."},
		{SourceID: "1", Outcome: ledger.Unchanged, Code: ledger.CodeByHand, Field: "contrat", ShownName: "Léa Morel"},
		{SourceID: "33", Outcome: ledger.Gone},
		{SourceID: "34", Outcome: ledger.Blocked, Operation: "identity", Code: "blocked", Field: "of-a-later-version", ShownName: "Une Autre"},
	}
	for _, name := range []string{"Jean Petit", "Anne Roux", "Luc Blanc", "Marie Faure", "Un", "Deux", "Trois"} {
		out = append(out, ledger.Applied{SourceID: "b-" + name, Outcome: ledger.Blocked, Operation: "deactivate", Code: "blocked", Field: "removals", ShownName: name})
	}
	return out
}

func TestReports(t *testing.T) {
	t.Parallel()
	l, id := night(t)
	made, err := report.Make(t.Context(), l, id)
	require.NoError(t, err)
	records := *made
	records.Story.Records = true
	for name, write := range map[string]func(*bytes.Buffer) error{
		"fr-records.txt": func(b *bytes.Buffer) error { return records.Text(b, report.French) },
		"en-records.txt": func(b *bytes.Buffer) error { return records.Text(b, report.English) },
		"fr.txt":         func(b *bytes.Buffer) error { return made.Text(b, report.French) },
		"en.txt":         func(b *bytes.Buffer) error { return made.Text(b, report.English) },
		"fr.html":        func(b *bytes.Buffer) error { return made.HTML(b, report.French) },
		"en.html":        func(b *bytes.Buffer) error { return made.HTML(b, report.English) },
	} {
		var b bytes.Buffer
		require.NoError(t, write(&b))
		path := filepath.Join("testdata", name)
		if *update {
			require.NoError(t, os.WriteFile(path, b.Bytes(), 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, string(want), b.String(), name)
	}
}

// A run that was killed, or is no longer kept in detail, has a report that says
// so.
func TestAReportWithoutItsStory(t *testing.T) {
	t.Parallel()
	l, _ := night(t)
	run, err := l.BeginRun(t.Context(), "people", time.UTC)
	require.NoError(t, err)
	for lang, say := range map[report.Language]string{report.French: "n'est pas terminé", report.English: "has not ended"} {
		made, err := report.Make(t.Context(), l, run.ID)
		require.NoError(t, err)
		var b bytes.Buffer
		require.NoError(t, made.Text(&b, lang))
		require.Contains(t, b.String(), say)
	}
	_, err = report.Make(t.Context(), l, "2020-01-01-0000")
	require.ErrorContains(t, err, "There is no run")
}

func TestWhoIsFound(t *testing.T) {
	t.Parallel()
	l, id := night(t)
	for asked, want := range map[string]report.State{
		"1": report.AtTarget, "t-2": report.AtTarget, "zoe n'guyen": report.AtTarget, "LEA MOREL": report.AtTarget,
		"ana roy": report.SwitchedOff, "Inès Roy": report.NotThere, "Ida Huit": report.Undecided, "Jean Petit": report.NotThere,
	} {
		who, err := report.LookUp(t.Context(), l, asked)
		require.NoError(t, err)
		require.Len(t, who.People, 1, asked)
		require.Len(t, who.People[0].Mappings, 1, asked)
		m := who.People[0].Mappings[0]
		require.Equal(t, want, m.State, asked)
		require.True(t, m.Told(), asked)
		require.Equal(t, id, m.LastRun.ID)
	}
	who, err := report.LookUp(t.Context(), l, "Lea Morell")
	require.NoError(t, err)
	require.Empty(t, who.People)
	require.Equal(t, []string{"Léa Morel"}, who.Near)
}

func TestDecisions(t *testing.T) {
	t.Parallel()
	l, _ := night(t)
	ctx := t.Context()
	_, err := report.Retry(ctx, l, "Ida Huit", "")
	require.ErrorContains(t, err, "never answered")
	_, err = report.Drop(ctx, l, "Ida Huit", "", report.Decision{})
	require.ErrorContains(t, err, "never answered")
	_, err = report.Drop(ctx, l, "Ida Huit", "", report.Decision{TargetID: "t-1"})
	require.ErrorContains(t, err, "belongs to another record")
	_, err = report.Drop(ctx, l, "Luc Faure", "", report.Decision{SendAgain: true})
	require.ErrorContains(t, err, "nothing to decide")

	_, err = report.Drop(ctx, l, "Ida Huit", "", report.Decision{TargetID: "t-99"})
	require.NoError(t, err)
	who, err := report.LookUp(ctx, l, "9")
	require.NoError(t, err)
	require.Equal(t, report.AtTarget, who.People[0].Mappings[0].State)
	require.Equal(t, "t-99", who.People[0].Mappings[0].TargetID)
	_, err = report.Held(ctx, l, "Ida Huit", "")
	require.ErrorContains(t, err, "held")
	_, err = report.Drop(ctx, l, "Luc Faure", "", report.Decision{})
	require.NoError(t, err)

	erased, err := report.Forget(ctx, l, "Inès Roy", report.ForgetOptions{})
	require.NoError(t, err)
	require.Equal(t, ledger.Forgotten{Results: 1, Held: 1}, erased.Forgotten)
	who, err = report.LookUp(ctx, l, "31")
	require.NoError(t, err)
	require.Empty(t, who.People)
}

// Whose records are not people is not called a person, also where the last run was
// cut short; of what nothing is known, a person is supposed.
func TestRecordsAreNotCalledPeople(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	l, id := night(t)
	person, err := report.One(ctx, l, "1")
	require.NoError(t, err)
	require.Equal(t, "person", person.Called())

	require.NoError(t, (&report.Story{Records: true}).Keep(ctx, l, id))
	_, err = l.BeginRun(ctx, "people", time.UTC)
	require.NoError(t, err)
	person, err = report.One(ctx, l, "1")
	require.NoError(t, err)
	require.Equal(t, "record", person.Called())
	_, err = report.Held(ctx, l, "1", "")
	require.ErrorContains(t, err, "Nothing of this record is held")
	for _, asked := range []func() error{
		func() error { _, err := report.Retry(ctx, l, "Ida Huit", ""); return err },
		func() error {
			_, err := report.Drop(ctx, l, "Luc Faure", "", report.Decision{SendAgain: true})
			return err
		},
	} {
		require.NotContains(t, asked().Error(), "person")
	}
}

// What is beneath a person goes with them: elements of each blocks, and groups
// where somebody says so. Another one's stay.
func TestForgetReachesWhatIsBeneath(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	for _, c := range []struct {
		name    string
		options report.ForgetOptions
		left    []string // source ids that the ledger still has links of
	}{
		{"not decided", report.ForgetOptions{}, []string{"7", "70", "1:72:c1", "2:702:c1", "1:710:2026-01-01", "4:Lyon1:7", "1:8"}},
		{"left", report.ForgetOptions{Decided: true}, []string{"70", "2:702:c1", "1:710:2026-01-01", "4:Lyon1:7", "1:8"}},
		{"with groups", report.ForgetOptions{Decided: true, Grouped: true}, []string{"70", "2:702:c1", "1:8"}},
	} {
		l := newLedger(t)
		for i, way := range []struct {
			mapping, resource string
			ids               []string
		}{
			{"people", "users", []string{"7", "70"}},
			{"contracts", "users > work-contracts", []string{"1:72:c1", "2:702:c1"}},
			{"days", "leaves by owner, date", []string{"1:710:2026-01-01", "4:Lyon1:7", "1:8"}},
		} {
			scope, err := l.Scope(ctx, ledger.Scope{SourceTenant: "s", SourceResource: way.resource, TargetTenant: "t", TargetResource: "r"})
			require.NoError(t, err)
			run, err := l.BeginRun(ctx, way.mapping, nil)
			require.NoError(t, err)
			plan := ledger.Plan{ID: fmt.Sprint("plan", i), RunID: run.ID, Scope: scope, SpoolPath: filepath.Join(t.TempDir(), "spool")}
			require.NoError(t, os.WriteFile(plan.SpoolPath, []byte("sealed"), 0o600))
			require.NoError(t, l.SavePlan(ctx, plan))
			var results []ledger.Applied
			for _, id := range way.ids {
				results = append(results, ledger.Applied{SourceID: id, TargetID: "t-" + id, State: ledger.Active, Outcome: ledger.Succeeded, Operation: "create"})
			}
			if way.mapping == "contracts" { // which elements there are could not be told: held as the person
				results = append(results, ledger.Applied{SourceID: "7", Outcome: ledger.Held, Code: "x"})
			}
			require.NoError(t, l.Settle(ctx, run.ID, plan.ID, 0, results))
			defer func() {
				_, err := os.Stat(plan.SpoolPath)
				require.Equal(t, c.options.Decided && way.mapping != "days" || c.options.Grouped, os.IsNotExist(err), "%s: the spool of %s", c.name, way.mapping)
			}()
		}
		erased, err := report.Forget(ctx, l, "7", c.options)
		if c.options.Decided {
			require.NoError(t, err, c.name)
			require.Equal(t, 2, erased.Children)
			require.Equal(t, map[string]int{"leaves by owner, date": 2}, erased.Grouped)
		} else {
			require.ErrorContains(t, err, "groups of records")
		}
		var left []string
		require.NoError(t, l.EachLink(ctx, func(p ledger.PersonLink) error {
			left = append(left, p.SourceID)
			return nil
		}))
		require.Equal(t, c.left, left, c.name)
		held, err := l.HeldNow(ctx, "")
		require.NoError(t, err)
		require.Equal(t, c.options.Decided, len(held) == 0, c.name)
	}
}

// One id in two collections, or under two tenants, is told apart by where it is
// from: else such a person could be neither forgotten nor decided about.
func TestOneIDOfSeveralCollections(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	l := newLedger(t)
	for _, source := range [][2]string{{"s.example", "users"}, {"s.example", "departments"}, {"test.example", "users"}} {
		scope, err := l.Scope(ctx, ledger.Scope{SourceTenant: source[0], SourceResource: source[1], TargetTenant: "t", TargetResource: "r"})
		require.NoError(t, err)
		run, err := l.BeginRun(ctx, source[1], nil)
		require.NoError(t, err)
		plan := ledger.Plan{ID: source[0] + source[1], RunID: run.ID, Scope: scope}
		require.NoError(t, l.SavePlan(ctx, plan))
		require.NoError(t, l.Settle(ctx, run.ID, plan.ID, 0, []ledger.Applied{
			{SourceID: "7", TargetID: "t-7", State: ledger.Active, Outcome: ledger.Succeeded, Operation: "create", ShownName: "Léa Morel"},
			{SourceID: "8", Outcome: ledger.Held, Code: "x"},
		}))
	}
	for _, asked := range []string{"7", "lea morel", "t-7", "8"} {
		_, err := report.One(ctx, l, asked)
		var d diag.Diagnostic
		require.ErrorAs(t, err, &d)
		require.Equal(t, "ambiguous-person", d.Code)
		require.Contains(t, d.Remedy, "s.example/departments/ID or s.example/users/ID or test.example/users/ID")
	}
	for _, asked := range []string{"test.example/users/7", "test.example/users/lea morel", "test.example/users/t-7"} {
		person, err := report.One(ctx, l, asked)
		require.NoError(t, err, asked)
		require.Equal(t, [3]string{"7", "test.example", "users"}, [3]string{person.SourceID, person.Tenant, person.Resource})
	}
	_, err := report.One(ctx, l, "test.example/departments/7")
	require.ErrorContains(t, err, "knows nobody")
	_, err = report.Forget(ctx, l, "test.example/users/7", report.ForgetOptions{})
	require.NoError(t, err)
	var left []string
	require.NoError(t, l.EachLink(ctx, func(p ledger.PersonLink) error {
		left = append(left, p.Of.SourceTenant+"/"+p.Of.SourceResource)
		return nil
	}))
	require.Equal(t, []string{"s.example/users", "s.example/departments"}, left)
}
