package ledger

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatSettleMakesOfALink(t *testing.T) {
	t.Parallel()
	two := []Print{{1, 11}, {3, 33}}
	before := Applied{SourceID: "7", TargetID: "t-7", Outcome: Succeeded, State: Active, Prints: two}
	for name, c := range map[string]struct {
		then    Applied
		want    Link
		changes bool
	}{
		"merge": {
			Applied{State: Active, Prints: []Print{{2, 22}, {3, 34}}},
			Link{TargetID: "t-7", State: Active, Prints: []Print{{1, 11}, {2, 22}, {3, 34}}}, true,
		},
		"merge takes one away": {
			Applied{State: Active, Prints: []Print{{1, 0}, {9, 0}}},
			Link{TargetID: "t-7", State: Active, Prints: []Print{{3, 33}}}, true,
		},
		"replace": {
			Applied{State: Active, PrintsReplace: true, Prints: []Print{{2, 22}}},
			Link{TargetID: "t-7", State: Active, Prints: []Print{{2, 22}}}, true,
		},
		"drop": {
			Applied{DropPrints: true, Outcome: Ambiguous},
			Link{TargetID: "t-7", State: Active, Prints: []Print{}}, true,
		},
		"deactivated, prints stay": {
			Applied{State: Deactivated},
			Link{TargetID: "t-7", State: Deactivated, Prints: two}, true,
		},
		"another target id": {
			Applied{State: Active, TargetID: "t-8"},
			Link{TargetID: "t-8", State: Active, Prints: two}, true,
		},
		"another mark": {
			Applied{Person: PersonMark{5}},
			Link{TargetID: "t-7", State: Active, Prints: two, Person: PersonMark{5}}, true,
		},
		"merge without a state":   {Applied{Prints: []Print{{1, 12}}}, Link{TargetID: "t-7", State: Active, Prints: []Print{{1, 12}, {3, 33}}}, true},
		"failed: as it was":       {Applied{Outcome: Failed, TargetID: "t-9"}, Link{TargetID: "t-7", State: Active, Prints: two}, false},
		"the same again: nothing": {Applied{State: Active, Prints: []Print{{1, 11}}}, Link{TargetID: "t-7", State: Active, Prints: two}, false},
		"deleted":                 {Applied{State: Deleted}, Link{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t, t.TempDir())
			scope, run, plan := started(t, l)
			require.NoError(t, l.Settle(t.Context(), run, plan, 0, []Applied{before}))
			row := link(t, l, scope, "7").Row
			generation, err := l.Generation(t.Context())
			require.NoError(t, err)

			c.then.SourceID = "7"
			require.NoError(t, l.Settle(t.Context(), run, plan, 1, []Applied{c.then}))
			got := link(t, l, scope, "7")
			c.want.SourceID = "7"
			if c.want.State != NoLink {
				c.want.Row = row
			}
			require.Equal(t, len(c.want.Prints), len(got.Prints))
			got.Prints, c.want.Prints = slices.Clip(got.Prints), slices.Clip(c.want.Prints)
			if len(got.Prints) == 0 {
				got.Prints, c.want.Prints = nil, nil
			}
			require.Equal(t, c.want, got)

			after, err := l.Generation(t.Context())
			require.NoError(t, err)
			require.Equal(t, c.changes, after > generation, "generation %d then %d", generation, after)
		})
	}
}

func TestARecordTwiceInABatch(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, run, plan := started(t, l)
	second := Applied{SourceID: "1", Outcome: Succeeded, Operation: "update", State: Active, Prints: []Print{{2, 22}}}
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, []Applied{created("1", 11), created("2", 12), second}))
	require.Equal(t, []Print{{1, 11}, {2, 22}}, link(t, l, scope, "1").Prints)
	require.Equal(t, []Print{{1, 12}}, link(t, l, scope, "2").Prints)
}

func TestNoLinkIsMadeOfAResultWithoutState(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, run, plan := started(t, l)
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, []Applied{
		{SourceID: "1", TargetID: "t-1", Outcome: Failed, Prints: []Print{{1, 1}}},
		{SourceID: "2", Outcome: Succeeded, State: Deleted},
	}))
	total, _, err := l.LinkCount(t.Context(), scope)
	require.NoError(t, err)
	require.Zero(t, total)
}

func TestUnsortedPrintsAreRefusedWhole(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, run, plan := started(t, l)
	for name, prints := range map[string][]Print{"unsorted": {{2, 1}, {1, 1}}, "twice": {{1, 1}, {1, 2}}, "field 0": {{0, 1}}} {
		err := l.Settle(t.Context(), run, plan, 0, []Applied{created("1", 1), {SourceID: "2", State: Active, Prints: prints}})
		require.Equal(t, "journal-misuse", codeOf(err), name)
	}
	require.Zero(t, link(t, l, scope, "1").Row)
}

func TestLinksAnswerInOrderForAnyID(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, run, plan := started(t, l)
	odd := []string{"1", "é\u2028", `a"b\c`, "nul\x00in", "tab\tnl\n", "\xff\xfe", " ", "", "01", "1.0", "null", "<&>", "\x7f"}
	var batch []Applied
	for i, id := range odd {
		batch = append(batch, Applied{SourceID: id, TargetID: fmt.Sprint("t", i), State: Active, Prints: []Print{{1, uint64(i + 1)}}})
	}
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, batch))

	asked := append([]string{"absent"}, odd...)
	asked = append(asked, "1", "absent too")
	out := make([]Link, 2, 3)
	out[0] = Link{Row: 99, TargetID: "stale", Prints: []Print{{5, 5}}}
	for range 2 { // the second time into what the first gave back
		var err error
		out, err = l.Links(t.Context(), scope, asked, out)
		require.NoError(t, err)
		require.Len(t, out, len(asked))
		for i, got := range out {
			require.Equal(t, asked[i], got.SourceID)
			n := slices.Index(odd, asked[i])
			if n < 0 {
				require.Equal(t, Link{SourceID: asked[i], Prints: got.Prints[:0]}, got)
				continue
			}
			require.NotZero(t, got.Row)
			require.Equal(t, fmt.Sprint("t", n), got.TargetID, "%q", asked[i])
			require.Equal(t, []Print{{1, uint64(n + 1)}}, got.Prints)
		}
	}
	out, err := l.Links(t.Context(), scope, nil, out)
	require.NoError(t, err)
	require.Empty(t, out)

	holders, err := l.LinkedTargets(t.Context(), scope, []string{"t3", "nobody's", "", "t5"})
	require.NoError(t, err)
	require.Equal(t, []string{"nul\x00in", "", "", "\xff\xfe"}, holders)
}

func TestWhoHoldsATargetRecord(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, run, plan := started(t, l)
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, []Applied{
		{SourceID: "left", TargetID: "x", State: Deactivated},
		{SourceID: "here", TargetID: "x", State: Active},
		{SourceID: "left too", TargetID: "x", State: Deactivated},
		{SourceID: "no id", TargetID: "", State: Active},
	}))
	holders, err := l.LinkedTargets(t.Context(), scope, []string{"", "x"})
	require.NoError(t, err)
	require.Equal(t, []string{"", "here"}, holders, "the active one; an empty id is nobody's")
	total, active, err := l.LinkCount(t.Context(), scope)
	require.NoError(t, err)
	require.Equal(t, [2]int64{4, 2}, [2]int64{total, active})
}

func TestScopesDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, run, plan := started(t, l)
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, []Applied{created("1", 11)}))
	ids, err := l.FieldIDs(t.Context(), scope, []string{"nom"})
	require.NoError(t, err)

	same, err := l.Scope(t.Context(), people)
	require.NoError(t, err)
	require.Equal(t, scope, same)
	for _, other := range []Scope{
		{"other", "users", "oppus.example", "employees"},
		{"lucca.example", "other", "oppus.example", "employees"},
		{"lucca.example", "users", "other", "employees"},
		{"lucca.example", "users", "oppus.example", "other"},
	} {
		id, err := l.Scope(t.Context(), other)
		require.NoError(t, err)
		require.NotEqual(t, scope, id)
		require.Zero(t, link(t, l, id, "1").Row)
		total, _, err := l.LinkCount(t.Context(), id)
		require.NoError(t, err)
		require.Zero(t, total)
		holders, err := l.LinkedTargets(t.Context(), id, []string{"t-1"})
		require.NoError(t, err)
		require.Equal(t, []string{""}, holders)
		for range l.Absent(t.Context(), id, &RowSet{}) {
			t.Fatal("another scope's link")
		}
		others, err := l.FieldIDs(t.Context(), id, []string{"nom"})
		require.NoError(t, err)
		require.NotEqual(t, ids, others)
		open, err := l.OpenPlans(t.Context(), id)
		require.NoError(t, err)
		require.Empty(t, open)
	}
}

func TestAbsentAreTheActiveLinksNotSeen(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, run, plan := started(t, l)
	var batch []Applied
	var want []string
	for n := range 3*pageSize + 5 {
		a := created(fmt.Sprintf("%05d", n), uint64(n+1))
		switch {
		case n%3 == 0:
			a.State = Deactivated
		case n%1000 == 1:
			want = append(want, a.SourceID)
		}
		batch = append(batch, a)
	}
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, batch))

	var seen RowSet
	var ids []string
	for _, a := range batch {
		if a.State == Active && !slices.Contains(want, a.SourceID) {
			ids = append(ids, a.SourceID)
		}
	}
	links, err := l.Links(t.Context(), scope, ids, nil)
	require.NoError(t, err)
	for _, link := range links {
		require.True(t, seen.Add(link.Row))
	}
	require.Equal(t, len(ids), seen.Len())
	require.False(t, seen.Add(links[0].Row), "met twice")

	var absent []string
	for link, err := range l.Absent(t.Context(), scope, &seen) {
		require.NoError(t, err)
		require.Equal(t, Active, link.State)
		require.Equal(t, "t-"+link.SourceID, link.TargetID)
		require.Len(t, link.Prints, 1)
		absent = append(absent, link.SourceID)
		_, err = l.Generation(t.Context())
		require.NoError(t, err, "the ledger answers between two of them")
	}
	require.Equal(t, want, absent)
}

func TestRowSet(t *testing.T) {
	t.Parallel()
	var s RowSet
	require.False(t, s.Has(1))
	for _, row := range []int64{1, 63, 64, 65, 1 << 20} {
		require.False(t, s.Has(row))
		require.True(t, s.Add(row))
		require.False(t, s.Add(row))
		require.True(t, s.Has(row))
	}
	for range 2 {
		require.True(t, s.Add(0), "no link is never met twice")
		require.True(t, s.Add(-1))
	}
	require.False(t, s.Has(0))
	require.False(t, s.Has(-1))
	require.False(t, s.Has(1<<40))
	require.Equal(t, 5, s.Len())
}

func TestMarksTellPeople(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, dir)
	mark := l.Mark([]byte("n'guyen"), []byte("1990"))
	require.Equal(t, mark, l.Mark([]byte("n'guyen"), []byte("1990")))
	require.NotEqual(t, mark, l.Mark([]byte("n'guyen1"), []byte("990")), "no part slides into the next")
	require.NotEqual(t, mark, open(t, t.TempDir()).Mark([]byte("n'guyen"), []byte("1990")), "another ledger tells nothing")
}

func TestALinkMoves(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, run, plan := started(t, l)
	mark, other := PersonMark{1}, PersonMark{2}
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, []Applied{
		{SourceID: "7", TargetID: "t-7", Outcome: Succeeded, State: Active, Prints: []Print{{1, 11}}, Person: mark},
		{SourceID: "8", TargetID: "t-8", Outcome: Succeeded, State: Active, Person: other},
		{SourceID: "9", TargetID: "t-9", Outcome: Succeeded, State: Active},
	}))
	row := link(t, l, scope, "7").Row
	found, err := l.LinksOfPersons(t.Context(), scope, []PersonMark{mark, mark, {3}})
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, "7", found[mark][0].SourceID)
	require.Equal(t, []Print{{1, 11}}, found[mark][0].Prints)
	found, err = l.LinksOfPersons(t.Context(), scope+1, []PersonMark{mark})
	require.NoError(t, err)
	require.Empty(t, found, "other people's")

	moved := Applied{SourceID: "70", MovedFrom: "7", Outcome: Succeeded, State: Active, DropPrints: true, Prints: []Print{{1, 12}}}
	require.NoError(t, l.Settle(t.Context(), run, plan, 1, []Applied{moved}))
	require.Zero(t, link(t, l, scope, "7").Row)
	got := link(t, l, scope, "70")
	require.Equal(t, Link{Row: row, SourceID: "70", TargetID: "t-7", State: Active, Prints: []Print{{1, 12}}, Person: mark}, got)

	// Settled a second time, after a kill: nothing is done twice.
	require.NoError(t, l.Settle(t.Context(), run, plan, 2, []Applied{moved}))
	require.Equal(t, got, link(t, l, scope, "70"))
	// A failure that leaves the state alone moves the link all the same.
	require.NoError(t, l.Settle(t.Context(), run, plan, 3, []Applied{{SourceID: "80", MovedFrom: "8", Outcome: Failed}}))
	require.Equal(t, "t-8", link(t, l, scope, "80").TargetID)
}

// Whoever is told of after another one took the link over has none any more: what
// was learnt after a kill comes in another order than it was sent in.
func TestALinkThatWasTakenOverIsTheOthers(t *testing.T) {
	t.Parallel()
	for name, later := range map[string]Applied{
		"facts":   {SourceID: "7", Prints: []Print{{9, 99}}},
		"off":     {SourceID: "7", State: Deactivated, Outcome: Succeeded},
		"deleted": {SourceID: "7", State: Deleted, Outcome: Succeeded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t, t.TempDir())
			scope, run, plan := started(t, l)
			require.NoError(t, l.Settle(t.Context(), run, plan, 0, []Applied{{SourceID: "7", TargetID: "t-7", Outcome: Succeeded, State: Active, Prints: []Print{{1, 11}}}}))
			moved := Applied{SourceID: "70", MovedFrom: "7", Outcome: Succeeded, State: Active, DropPrints: true, Prints: []Print{{1, 12}}}
			later.TargetID = "t-7"
			require.NoError(t, l.Settle(t.Context(), run, plan, 1, []Applied{moved, later}))
			got := link(t, l, scope, "70")
			require.Equal(t, "t-7", got.TargetID)
			require.Equal(t, Active, got.State)
			require.Equal(t, []Print{{1, 12}}, got.Prints)
		})
	}
}
