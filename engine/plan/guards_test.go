package plan

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine/compile"
	"passerelle/engine/expr"
	"passerelle/engine/flow"
	"passerelle/engine/lang"
	"passerelle/engine/ledger"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// office is a company that is planned day by day.
type office struct {
	testing.TB
	l     *ledger.Ledger
	m     *compile.Mapping
	clock time.Time
}

// newOffice has n people linked; their phones, mails and names differ.
func newOffice(t testing.TB, n int) (*office, []flow.Item) {
	o := &office{TB: t, m: leaversMapping(), clock: time.Date(2026, 9, 1, 2, 0, 0, 0, time.UTC)}
	o.m.Leavers.Decl = &lang.Leavers{When: lang.NewCEL("past(p.end)", o.m.Decl.Range)}
	o.m.Leavers.Facts = []compile.Fact{{Ref: expr.Ref{}, Name: "p.end", EndDate: true}}
	l, err := ledger.Open(t.Context(), ledger.Options{
		Path: t.TempDir() + "/ledger.db", Key: newKey(t, "a"), Clock: func() time.Time { return o.clock },
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	o.l = l
	items := make([]flow.Item, n)
	for i := range items {
		items[i] = staff(i)
	}
	if n > 0 {
		o.day(items)
	}
	return o, items
}

func staff(i int) flow.Item {
	out := item(fmt.Sprint(i), fmt.Sprintf("m%d", i), fmt.Sprintf("Nom%d", i), fmt.Sprintf("%d@x", i), fmt.Sprintf("+33%d", i))
	out.Facts = []record.Value{{}}
	return out
}

func with(i flow.Item, field int, text string) flow.Item {
	i.Values = append([]record.Value(nil), i.Values...)
	i.Values[field] = record.Value{}
	if text != "" {
		i.Values[field] = record.NewString(text)
	}
	return i
}

func ending(i flow.Item, day string) flow.Item {
	i.Facts = []record.Value{record.NewString(day)}
	return i
}

// suddenly leaves somebody whose end date nobody has seen before.
func suddenly(i flow.Item) flow.Item { return leaving(ending(i, "2020-01-01")) }

func leaving(i flow.Item) flow.Item {
	i.Left = true
	return i
}

// officeBatch is how many people an office's source gives at once.
const officeBatch = 7

// plan makes one plan.
func (o *office) plan(items []flow.Item) *Plan {
	o.Helper()
	p, err := newPlanner(o.Context(), Input{
		Mapping: o.m, Ledger: o.l, Dir: o.TempDir(), Now: o.clock, Basis: func() (string, error) { return "basis", nil },
	}, scope)
	require.NoError(o, err)
	items = append([]flow.Item(nil), items...)
	for i := range items {
		items[i].Position = int64(i)
	}
	for batch := range slices.Chunk(items, officeBatch) {
		require.NoError(o, spent(o.Context(), p, batch))
	}
	n := int64(len(items))
	made, err := p.finish(o.Context(), flow.End{Complete: true, Expected: n, Received: n, Calls: 1})
	require.NoError(o, err)
	return made
}

// day plans, carries out what was let through, and goes on to the next day.
func (o *office) day(items []flow.Item) Summary {
	o.Helper()
	made := o.plan(items)
	defer func() { o.clock = o.clock.Add(24 * time.Hour) }()
	run, err := o.l.BeginRun(o.Context(), o.m.Address, nil)
	require.NoError(o, err)
	run.Status, run.PlanID, run.Counts = ledger.RunBlocked, made.Summary.ID, map[string]int64{CountReceived: made.Summary.Read.Received}
	if made.Summary.Stands() {
		o.carryOut(made, run)
		run.Status = ledger.RunSucceeded
	}
	require.NoError(o, o.l.EndRun(o.Context(), run))
	return made.Summary
}

func (o *office) carryOut(made *Plan, run *ledger.Run) {
	id, err := o.l.Scope(o.Context(), scope)
	require.NoError(o, err)
	require.NoError(o, o.l.SavePlan(o.Context(), ledger.Plan{ID: made.Summary.ID, RunID: run.ID, Scope: id, SpoolPath: made.Path}))
	require.NoError(o, o.l.KeepDefinitions(o.Context(), made.Summary.Definitions))
	states := map[Operation]ledger.State{Create: ledger.Active, Link: ledger.Active, Deactivate: ledger.Deactivated, Reactivate: ledger.Active}
	require.NoError(o, made.Batches(func(n int64, batch []Entry) error {
		var results []ledger.Applied
		for _, e := range batch {
			a := ledger.Applied{
				SourceID: e.SourceID, TargetID: e.TargetID, Outcome: ledger.Succeeded, Operation: e.Operation.String(),
				State: states[e.Operation], Why: e.Why, Prints: e.Prints,
				MovedFrom: e.From, DropPrints: e.From != "", Person: e.Person,
			}
			if e.Operation == Create {
				a.TargetID = "t-" + e.SourceID
			}
			if e.Operation == Note {
				a.Outcome = ""
			}
			a.Prints = slices.Concat(a.Prints, e.Agreed, e.Facts)
			slices.SortFunc(a.Prints, func(x, y ledger.Print) int { return cmp.Compare(x.Field, y.Field) })
			results = append(results, a)
			e.cells(len(made.Summary.Fields), func(at int, what kind) {
				if at < len(made.Summary.Fields) && made.Summary.Fields[at].Agreed[what] == 0 {
					name := made.Summary.Fields[at].Name
					run.Counts[[]string{CountChanged(name), CountFilled(name), CountEmptied(name)}[what]]++
				}
			})
		}
		return o.l.Settle(o.Context(), run.ID, made.Summary.ID, n, results)
	}))
	for _, h := range made.Summary.Held {
		require.NoError(o, o.l.Record(o.Context(), run.ID, []ledger.Applied{{SourceID: h.SourceID, Outcome: ledger.Held}}))
	}
	for _, w := range made.Summary.Waiting {
		require.NoError(o, o.l.Record(o.Context(), run.ID, []ledger.Applied{{SourceID: w.SourceID, Outcome: ledger.Waiting}}))
	}
	require.NoError(o, o.l.SetPlanState(o.Context(), made.Summary.ID, ledger.PlanDone))
}

func (o *office) approve(sourceID, operation string) {
	require.NoError(o, o.l.Approve(o.Context(), o.m.Address, []ledger.Approval{{SourceID: sourceID, Operation: operation, Who: "anne"}}))
}

func (o *office) limits(part string, l lang.Limit) {
	o.m.Decl.Guard.Limits = map[string]*lang.Limit{part: &l}
}

// first changes the first n people of a company.
func first(items []flow.Item, n int, change func(flow.Item) flow.Item) []flow.Item {
	out := append([]flow.Item(nil), items...)
	for i := range n {
		out[i] = change(out[i])
	}
	return out
}

func parts(s Summary) (out []string) {
	for _, b := range s.Blocked {
		out = append(out, b.Part)
		if b.Say.FR == "" || b.Say.EN == "" || b.Do.FR == "" || b.Do.EN == "" {
			out = append(out, "has nothing to say")
		}
	}
	return out
}

// An end date that was known beforehand is no surprise; one that comes with the
// departure is, and being blocked does not announce it.
func TestAnnouncedDepartures(t *testing.T) {
	t.Parallel()
	o, items := newOffice(t, 100)
	soon := func(i flow.Item) flow.Item { return ending(i, "2026-09-30") }
	for _, n := range []int{3, 6} { // a few a day: end dates appear, too
		items = first(items, n, soon)
		s := o.day(items)
		require.Empty(t, s.Blocked)
		require.Zero(t, s.Counts.Changes(), "to remember is nothing to do")
		o.clock = o.clock.AddDate(0, 0, 7)
	}
	items = first(items, 9, soon)
	o.day(items)
	require.Empty(t, o.day(items).Blocked)

	s := o.day(first(items, 9, leaving))
	require.Empty(t, s.Blocked)
	require.EqualValues(t, 9, s.Counts.Deactivate)

	items = append(first(items[9:], 6, suddenly), first(items, 9, leaving)[:9]...)
	for range 3 {
		require.Equal(t, []string{PartRemovals}, parts(o.day(items)), "a wrong date does not announce itself")
	}
}

// What an older rule has remembered does not announce anybody to a new one.
func TestEditedRuleAnnouncesNobody(t *testing.T) {
	t.Parallel()
	o, items := newOffice(t, 50)
	require.Empty(t, o.plan(first(items, 10, leaving)).Summary.Blocked, "by the calendar")
	o.m.Leavers.Decl.When = lang.NewCEL("filled(p.start)", o.m.Decl.Range)
	require.Equal(t, []string{PartRemovals}, parts(o.plan(first(items, 10, leaving)).Summary))
}

// Seventy contract ends of a thousand, known since they were hired.
func TestSeasonEnds(t *testing.T) {
	t.Parallel()
	o, _ := newOffice(t, 0)
	items := make([]flow.Item, 1000)
	for i := range items {
		if items[i] = staff(i); i < 70 {
			items[i] = ending(items[i], "2026-09-01")
		}
	}
	require.Empty(t, o.day(items).Blocked)
	s := o.day(first(items, 70, leaving))
	require.Empty(t, s.Blocked)
	require.EqualValues(t, 70, s.Counts.Deactivate)
	require.Empty(t, o.day(append(first(items, 72, leaving)[:72], items[72:]...)).Blocked, "nor do they count against those of the week")
}

// Many end dates at once announce nothing until somebody agrees.
func TestEndDatesAppear(t *testing.T) {
	t.Parallel()
	o, items := newOffice(t, 50)
	wrong := first(items, 10, func(i flow.Item) flow.Item { return ending(i, "2026-09-03") })
	s := o.day(wrong)
	require.Equal(t, []string{PartSharp}, parts(s))
	require.Equal(t, "p.end", s.Blocked[0].Field)
	require.Len(t, s.Stopped, 10)
	require.Equal(t, []string{PartRemovals}, parts(o.plan(first(wrong, 10, leaving)).Summary))
	for i := range 10 {
		o.approve(fmt.Sprint(i), cellOperation(PartSharp, "p.end"))
	}
	require.Empty(t, o.day(wrong).Blocked)
	require.Empty(t, o.day(first(wrong, 10, leaving)).Blocked)
}

func TestShrunkenRead(t *testing.T) {
	t.Parallel()
	o, items := newOffice(t, 100)
	require.Empty(t, o.day(items[:80]).Blocked, "a fifth may be missing")
	s := o.day(items[:79])
	require.Equal(t, []string{PartRead}, parts(s))
	require.False(t, s.Stands())
	require.EqualValues(t, 100, s.Read.High)
	o.m.Decl.Guard.Expects = []*lang.Expect{{Removals: 10, From: o.clock.AddDate(0, 0, -1), Until: o.clock.AddDate(0, 0, 1)}}
	require.True(t, ptr(o.plan(items[:70])).Stands(), "announced")
	o.m.Decl.Guard.Expects = nil
	o.limits(PartRead, lang.Limit{Percent: 50})
	require.True(t, ptr(o.plan(items[:50])).Stands())
	o.m.Decl.Guard.Limits = nil

	o.approve("", SignRead(60))
	require.True(t, ptr(o.plan(items[:59])).Stands(), "judged against the size that was agreed to")
	require.False(t, ptr(o.plan(items[:40])).Stands())
	require.Empty(t, parts(o.day(items[:60])))
	o.clock = o.clock.AddDate(0, 0, 5)
	require.True(t, ptr(o.plan(items[:60])).Stands(), "once used, it is the size of the company")
	o.clock = o.clock.AddDate(0, 0, 40)
	require.True(t, ptr(o.plan(items[:20])).Stands(), "nobody remembers longer than a month")
}

// An agreement that nobody used is void after three days.
func TestAgreedReadExpires(t *testing.T) {
	t.Parallel()
	o, items := newOffice(t, 100)
	o.approve("", SignRead(60))
	o.clock = o.clock.AddDate(0, 0, 4)
	require.False(t, ptr(o.plan(items[:60])).Stands())
}

func ptr(p *Plan) *Summary { return &p.Summary }

func TestCreates(t *testing.T) {
	t.Parallel()
	newcomers := func(items []flow.Item, from, n int) []flow.Item {
		for i := range n {
			items = append(items, staff(from+i))
		}
		return items
	}
	o, items := newOffice(t, 12)
	require.Empty(t, o.plan(newcomers(items, 100, 5)).Summary.Blocked)
	s := o.day(newcomers(items, 100, 6))
	require.Equal(t, []string{PartCreates}, parts(s))
	require.EqualValues(t, 6, s.Counts.Blocked)
	require.Equal(t, []string{PartCreates}, parts(o.plan(newcomers(items, 100, 6)).Summary), "blocked is not announced")

	items = newcomers(items, 100, 3)
	o.day(items)
	require.Equal(t, []string{PartCreates}, parts(o.plan(newcomers(items, 200, 3)).Summary), "those of the week count")
	o.m.Decl.Guard.Expects = []*lang.Expect{{Creates: 20, From: o.clock.AddDate(0, 0, -1), Until: o.clock.AddDate(0, 0, 1)}}
	require.Empty(t, o.plan(newcomers(items, 200, 20)).Summary.Blocked)
	o.m.Decl.Guard.Expects = nil
	o.approve("200", "create")
	made := o.plan(newcomers(items, 200, 4))
	require.Equal(t, []string{PartCreates}, parts(made.Summary))
	require.EqualValues(t, 1, made.Summary.Counts.Create)
}

// Three unfinished hires that become complete were announced.
func TestUnfinishedHires(t *testing.T) {
	t.Parallel()
	o, items := newOffice(t, 12)
	var ready, unready []flow.Item
	for i := range 9 {
		one := staff(100 + i)
		ready = append(ready, one)
		one.Unmet = []*compile.Require{{Decl: &lang.Require{Else: "wait"}}}
		unready = append(unready, one)
	}
	require.EqualValues(t, 9, o.day(append(items, unready...)).Counts.Waiting)
	s := o.day(append(items, ready...))
	require.Empty(t, s.Blocked)
	require.EqualValues(t, 9, s.Counts.Create)
}

// Nothing tells whether they are there already: somebody must look.
func TestFirstRunBlind(t *testing.T) {
	t.Parallel()
	o, _ := newOffice(t, 0)
	o.m.Target.Abilities.CreateReconciled = protocol.Reconcile_RECONCILE_NONE
	items := []flow.Item{staff(1), staff(2)}
	require.Equal(t, []string{PartCreates}, parts(o.plan(items).Summary))
	o.approve("1", "create")
	o.approve("2", "create")
	require.Empty(t, o.day(items).Blocked)
}

// A first run that was cut off goes on; one that came to its end was the first.
func TestFirstRunGoesOn(t *testing.T) {
	t.Parallel()
	o, _ := newOffice(t, 0)
	var items []flow.Item
	for i := range 200 {
		items = append(items, staff(i))
	}
	id, err := o.l.Scope(t.Context(), scope)
	require.NoError(t, err)
	require.NoError(t, o.l.SavePlan(t.Context(), ledger.Plan{ID: "cut", Scope: id}))
	run, err := o.l.BeginRun(t.Context(), o.m.Address, nil)
	require.NoError(t, err)
	require.NoError(t, o.l.Settle(t.Context(), run.ID, "cut", 0, []ledger.Applied{{SourceID: "0", TargetID: "t-0", Outcome: ledger.Succeeded, Operation: "create", State: ledger.Active}}))
	require.NoError(t, o.l.SetPlanState(t.Context(), "cut", ledger.PlanDropped))
	run.Status = ledger.RunFailed
	require.NoError(t, o.l.EndRun(t.Context(), run))
	require.Empty(t, o.day(items).Blocked)
	for i := range 30 {
		items = append(items, staff(300+i))
	}
	require.Equal(t, []string{PartCreates}, parts(o.day(items)))
}

func TestStorm(t *testing.T) {
	t.Parallel()
	const name, mail, phone = 1, 2, 3
	set := func(field int, text string) func(flow.Item) flow.Item {
		return func(i flow.Item) flow.Item { return with(i, field, text+i.ID) }
	}
	for what, test := range map[string]struct {
		company, changed, field int
		one                     bool
		guard                   lang.Guard
		part                    string
	}{
		"thirty people have another manager":   {1000, 30, phone, true, lang.Guard{}, ""},
		"a third of everybody":                 {100, 31, phone, false, lang.Guard{}, PartChanges},
		"not quite a third":                    {100, 30, phone, false, lang.Guard{}, ""},
		"ten of twelve":                        {12, 10, phone, false, lang.Guard{}, ""},
		"eleven of twelve":                     {12, 11, phone, false, lang.Guard{}, PartChanges},
		"all eight come to one value":          {8, 8, phone, true, lang.Guard{}, PartChanges},
		"all four do":                          {4, 4, phone, true, lang.Guard{}, ""},
		"three addresses":                      {60, 3, mail, false, lang.Guard{}, ""},
		"four addresses":                       {60, 4, mail, false, lang.Guard{}, PartSharp},
		"announced":                            {100, 90, phone, false, announcing("phone", 100), ""},
		"announced for half":                   {100, 51, phone, false, announcing("phone", 50), PartChanges},
		"another field was announced":          {100, 90, phone, false, announcing("nom", 100), PartChanges},
		"a wider limit":                        {100, 60, phone, false, lang.Guard{Limits: map[string]*lang.Limit{PartChanges: {Percent: 60}}}, ""},
		"a wider limit for other fields alone": {60, 4, mail, false, lang.Guard{Limits: map[string]*lang.Limit{PartChanges: {Percent: 60}}}, PartSharp},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			o, items := newOffice(t, test.company)
			o.m.Target.Fields[mail].Sharp = true
			o.m.Decl.Guard = test.guard
			change := set(test.field, "new")
			if test.one {
				change = func(i flow.Item) flow.Item { return with(i, test.field, "the same") }
			}
			items = first(items, test.changed, change)
			items[0] = with(items[0], name, "and another")
			made := o.plan(items)
			if test.part == "" {
				require.Empty(t, made.Summary.Blocked)
				require.EqualValues(t, test.changed, made.Summary.Counts.Update)
				return
			}
			require.Equal(t, []string{test.part}, parts(made.Summary))
			require.Equal(t, o.m.Target.Fields[test.field].Name, made.Summary.Blocked[0].Field)
			require.Len(t, made.Summary.Stopped, test.changed)
			require.EqualValues(t, test.changed, made.Summary.Fields[test.field].Stopped)
			require.Zero(t, made.Summary.Fields[test.field].Changed)
			all := entries(t, made)
			require.Len(t, all, 1, "the rest goes")
			require.JSONEq(t, `{"nom":"and another"}`, string(all[0].Body))
			require.EqualValues(t, test.changed-1, made.Summary.Counts.Blocked)

		})
	}
}

func TestApprovedCellsGoOn(t *testing.T) {
	t.Parallel()
	o, items := newOffice(t, 100)
	items = first(items, 40, func(i flow.Item) flow.Item { return with(i, 3, "new"+i.ID) })
	o.approve("7", cellOperation(PartChanges, "phone"))
	o.approve("8", cellOperation(PartChanges, "nom"))
	made := o.plan(items)
	require.Len(t, made.Summary.Stopped, 39)
	all := entries(t, made)
	require.Len(t, all, 1)
	require.Equal(t, "7", all[0].SourceID)
	require.JSONEq(t, `{"phone":"new7"}`, string(all[0].Body))
}

func announcing(field string, upTo float64) lang.Guard {
	guard := expecting(0, "2026-09-01", "2026-09-30")
	guard.Expects[0].Fields, guard.Expects[0].UpTo = []lang.Word{{Name: field}}, upTo
	return guard
}

// A limit can't be taken in slices, and what was announced takes none of it.
func TestStormOfAWeek(t *testing.T) {
	t.Parallel()
	for _, announced := range []bool{false, true} {
		o, items := newOffice(t, 100)
		if announced {
			o.m.Decl.Guard = announcing("phone", 100)
		}
		items = first(items, 19, func(i flow.Item) flow.Item { return with(i, 3, "a"+i.ID) })
		require.Empty(t, o.day(items).Blocked)
		o.m.Decl.Guard = lang.Guard{}
		items = first(items, 19, func(i flow.Item) flow.Item { return with(i, 3, "b"+i.ID) })
		if s := o.plan(items).Summary; announced {
			require.Empty(t, s.Blocked)
		} else {
			require.Equal(t, []string{PartChanges}, parts(s))
		}
		o.clock = o.clock.AddDate(0, 0, 7)
		require.Empty(t, o.plan(items).Summary.Blocked, "a week later")
	}
}

// Four runs of 19 %.
func TestRemovalsInSlices(t *testing.T) {
	t.Parallel()
	o, items := newOffice(t, 100)
	o.limits(PartRemovals, lang.Limit{Percent: 20})
	require.Empty(t, o.day(first(items, 19, suddenly)).Blocked)
	for n := 38; n <= 76; n += 19 {
		require.Equal(t, []string{PartRemovals}, parts(o.day(first(items, n, suddenly))))
	}
}

func TestNullOut(t *testing.T) {
	t.Parallel()
	for what, test := range map[string]struct {
		company, emptied int
		sharp, blocked   bool
	}{
		"five of a hundred":       {100, 5, false, false},
		"six of a hundred":        {100, 6, false, true},
		"five of twelve":          {12, 5, false, false},
		"one of a sharp field":    {100, 1, true, true},
		"everybody's, of a dozen": {12, 12, false, true},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			o, items := newOffice(t, test.company)
			o.m.Target.Fields[3].Sharp = test.sharp
			items = first(items, test.emptied, func(i flow.Item) flow.Item { return with(i, 3, "") })
			items[0] = with(items[0], 1, "and another")
			made := o.plan(items)
			if !test.blocked {
				require.Empty(t, made.Summary.Blocked)
				require.JSONEq(t, `{"nom":"and another","phone":null}`, string(entries(t, made)[0].Body))
				return
			}
			require.Equal(t, []string{PartNulls}, parts(made.Summary))
			require.JSONEq(t, `{"nom":"and another"}`, string(entries(t, made)[0].Body))
			require.Len(t, entries(t, made), 1)
			o.m.Target.Abilities.ChangedOnly = false
			made = o.plan(items)
			require.Empty(t, entries(t, made), "without the cell, the whole record would lose it")
			require.EqualValues(t, test.emptied, made.Summary.Counts.Blocked)
		})
	}
}

// "You changed the mapping": said, and asked once.
func TestEditedMapping(t *testing.T) {
	t.Parallel()
	o, items := newOffice(t, 20)
	all := first(items, 20, func(i flow.Item) flow.Item { return with(i, 3, "00"+i.ID) })
	s := o.plan(all).Summary
	require.NotContains(t, s.Blocked[0].Say.EN, "You changed the mapping")
	id, err := o.l.Scope(t.Context(), scope)
	require.NoError(t, err)
	ids, err := o.l.FieldIDs(t.Context(), id, []string{"phone", "nom"})
	require.NoError(t, err)
	require.NoError(t, o.l.KeepDefinitions(t.Context(), map[ledger.FieldID]uint64{ids[0]: 1, ids[1]: 1}))
	for range 2 {
		s = o.day(all)
		require.Equal(t, []string{PartChanges}, parts(s))
		require.Contains(t, s.Blocked[0].Say.EN, "You changed the mapping")
	}
	kept, err := o.l.Definitions(t.Context(), ids)
	require.NoError(t, err)
	require.EqualValues(t, 1, kept[0], "still to be asked")
	require.NotEqualValues(t, 1, kept[1])
	for i := range 20 {
		o.approve(fmt.Sprint(i), cellOperation(PartChanges, "phone"))
	}
	require.Empty(t, o.day(all).Blocked)
	require.Zero(t, o.day(all).Counts.Changes())
}

// Who is found at the target is judged against the target's own values.
func TestFirstAdoption(t *testing.T) {
	t.Parallel()
	for _, wrong := range []int{3, 4} {
		o, _ := newOffice(t, 0)
		o.m.Target.Fields[2].Sharp = true
		p, err := newPlanner(t.Context(), Input{
			Mapping: o.m, Ledger: o.l, Dir: t.TempDir(), Now: o.clock, Basis: func() (string, error) { return "", nil },
		}, scope)
		require.NoError(t, err)
		for i := range 20 {
			one := staff(i)
			one.Position = int64(i)
			found := &foundRecord{id: "t-" + one.ID, values: append(append([]record.Value(nil), one.Values...), record.Value{})}
			found.values[3] = record.Value{} // filled for the first time
			if i < wrong {
				found.values[2] = record.NewString("somebody's")
			}
			key, failure := p.keyFields(&one)
			require.Nil(t, failure)
			require.NoError(t, p.item(&one, &ledger.Link{}, key, found, nil))
		}
		made, err := p.finish(t.Context(), flow.End{Complete: true, Expected: 20, Received: 20})
		require.NoError(t, err)
		require.EqualValues(t, 20, made.Summary.Counts.Link)
		require.False(t, made.Summary.Fields[3].New)
		if wrong == 3 {
			require.Empty(t, made.Summary.Blocked)
			continue
		}
		require.Equal(t, []string{PartSharp}, parts(made.Summary))
		for _, e := range entries(t, made) {
			require.Equal(t, []int{3}, e.Changed, "linked all the same")
		}
	}
}

func TestScopeDrift(t *testing.T) {
	t.Parallel()
	o, items := newOffice(t, 50)
	o.m.Where, o.m.Leavers.Out = &expr.Program{}, true
	o.m.Decl.Sources = []*lang.Source{{Where: lang.NewCEL("p.site == 'Lyon'", o.m.Decl.Range)}}
	outside := func(i flow.Item) flow.Item {
		i.Out, i.Facts = true, nil
		return i
	}
	require.Equal(t, []string{PartScope}, parts(o.plan(first(items, 1, outside)).Summary), "nobody knows that the filter ever selected them")
	require.Empty(t, o.day(items).Blocked)
	s := o.plan(first(items, 2, outside)).Summary
	require.Empty(t, s.Blocked, "two people changed")
	require.EqualValues(t, 2, s.Counts.Deactivate)
	require.Equal(t, []string{PartRemovals}, parts(o.plan(first(items, 3, outside)).Summary))

	o.m.Decl.Sources[0].Where = lang.NewCEL("p.site == 'Paris'", o.m.Decl.Range)
	s = o.plan(first(items, 1, outside)).Summary
	require.Equal(t, []string{PartScope}, parts(s), "the filter was edited")
	o.approve("0", "deactivate")
	require.Empty(t, o.plan(first(items, 1, outside)).Summary.Blocked)
	o.m.Leavers.Out = false
	require.EqualValues(t, 3, o.plan(first(items, 3, outside)).Summary.Counts.Out, "only reported")
}

func TestGoneGuard(t *testing.T) {
	t.Parallel()
	o, items := newOffice(t, 100)
	require.EqualValues(t, 10, o.plan(items[10:]).Summary.Counts.Gone, "reported, unless opted in")
	o.m.Leavers.Gone = true
	s := o.plan(items[2:]).Summary
	require.Empty(t, s.Blocked)
	require.EqualValues(t, 2, s.Counts.Deactivate)
	s = o.plan(items[3:]).Summary
	require.Equal(t, []string{PartGone}, parts(s))
	require.Len(t, s.Stopped, 3)
	o.day(items[2:])
	require.Equal(t, []string{PartGone}, parts(o.plan(items[3:]).Summary), "those of the week count")
	require.Empty(t, o.plan(first(items[2:], 4, suddenly)).Summary.Blocked, "and not as removals")
}

func TestHeldGuard(t *testing.T) {
	t.Parallel()
	o, items := newOffice(t, 100)
	hold := func(i flow.Item) flow.Item {
		i.Values, i.Held = nil, &compile.Failure{Code: "missing-required"}
		return i
	}
	day := func(held int) []flow.Item {
		out := first(items, held, hold)
		out[98] = with(out[98], 1, "and another")
		out[99] = leaving(out[99])
		return out
	}
	require.Empty(t, o.plan(day(10)).Summary.Blocked)
	made := o.plan(day(11))
	require.Equal(t, []string{PartHeld}, parts(made.Summary))
	all := entries(t, made)
	require.Len(t, all, 1)
	require.Equal(t, Deactivate, all[0].Operation, "departures go on")
	require.Zero(t, made.Summary.Fields[1].Changed)
	o.approve("0", PartHeld)
	require.Empty(t, o.plan(day(11)).Summary.Blocked)

	o.day(day(10)) // held since today; in eight days that is nothing sudden
	o.clock = o.clock.AddDate(0, 0, 8)
	require.Empty(t, o.plan(day(19)).Summary.Blocked)
	require.Equal(t, []string{PartHeld}, parts(o.plan(day(20)).Summary))
}

func TestFill(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		declared  lang.Fill
		count, of int64
		met       bool
	}{
		{lang.Fill{AllButOne: true}, 9, 10, true},
		{lang.Fill{AllButOne: true}, 8, 10, false},
		{lang.Fill{Percent: 95}, 95, 100, true},
		{lang.Fill{Percent: 95}, 94, 100, false},
		{lang.Fill{Percent: 95}, 0, 0, true},
	} {
		p := &planner{Input: Input{Mapping: mapping()}}
		p.Mapping.Source.Fields = []compile.SourceField{{Name: "iban", Decl: &lang.Field{Fill: &test.declared}}}
		p.judgeFill([]flow.Filled{{Field: 0, Count: test.count, Of: test.of}})
		require.Equal(t, test.met, len(p.summary.Unfilled) == 0, test)
	}
}

// Another tenant's ledger knows nobody here.
func TestOtherTenant(t *testing.T) {
	t.Parallel()
	o, _ := newOffice(t, 3)
	in := Input{Mapping: o.m, Ledger: o.l}
	require.NoError(t, otherTenant(t.Context(), in, scope))
	elsewhere := scope
	elsewhere.TargetTenant = "production"
	require.Equal(t, "other-tenant", code(t, otherTenant(t.Context(), in, elsewhere)))
	elsewhere.TargetResource = "others"
	require.NoError(t, otherTenant(t.Context(), in, elsewhere), "the mapping was edited")
}
