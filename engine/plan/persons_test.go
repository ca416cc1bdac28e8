package plan

import (
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/flow"
	"passerelle/engine/lang"
	"passerelle/engine/ledger"
	"passerelle/plugins/record"
)

// knowing is an office whose people are told by name and date of birth.
func knowing(t testing.TB, n int) (*office, []flow.Item) {
	o, _ := newOffice(t, 0)
	o.m.SamePerson = []compile.PersonField{{Name: "p.name"}, {Name: "p.born", Field: 1, Date: true}}
	o.m.Source.Fields = []compile.SourceField{{Name: "name", Decl: &lang.Field{Path: "name"}}, {Name: "born", Decl: &lang.Field{Path: "born"}}}
	o.m.Decl.SamePerson = []lang.Word{{Name: "p.name", Range: diag.Range{File: "a.hcl"}}}
	items := make([]flow.Item, n)
	for i := range items {
		items[i] = person(staff(i), "Nom"+staff(i).ID, "1990-01-0"+staff(i).ID)
	}
	if n > 0 {
		o.day(items)
	}
	return o, items
}

// person says who a record's person is.
func person(i flow.Item, values ...string) flow.Item {
	i.Person = make([]record.Value, len(values))
	for at, text := range values {
		if text != "" {
			i.Person[at] = record.NewString(text)
		}
	}
	return i
}

// under gives a record another id.
func under(id string, i flow.Item) flow.Item {
	i.ID = id
	return i
}

func (o *office) link(sourceID string) ledger.Link {
	scopeID, err := o.l.Scope(o.Context(), scope)
	require.NoError(o, err)
	links, err := o.l.Links(o.Context(), scopeID, []string{sourceID}, nil)
	require.NoError(o, err)
	return links[0]
}

func heldCodes(s Summary) map[string]string {
	out := map[string]string{}
	for _, h := range s.Held {
		out[h.SourceID] = h.Code
	}
	return out
}

func TestComesBackUnderAnotherID(t *testing.T) {
	t.Parallel()
	o, all := knowing(t, 6)
	back := with(under("900", all[0]), 3, "+339")
	back.Person[0] = record.NewString(" NOM0 ") // however somebody wrote it
	made := o.plan(append([]flow.Item{back}, all[1:]...))
	require.Equal(t, Counts{Link: 1, Unchanged: 5}, made.Summary.Counts, "the old id is not gone")
	require.Equal(t, []Return{{Person: Person{"900", "N0"}, From: "0"}}, made.Summary.Returns)
	got := entries(t, made)
	require.Len(t, got, 1)
	require.Equal(t, Link, got[0].Operation)
	require.Equal(t, "t-0", got[0].TargetID)
	require.Equal(t, "0", got[0].From)
	require.JSONEq(t, `{"phone":"+339"}`, string(got[0].Body), "only what changed")

	o.day(append([]flow.Item{back}, all[1:]...))
	require.Zero(t, o.link("0").Row, "the old id is tied no more")
	require.Equal(t, "t-0", o.link("900").TargetID)
	s := o.day(append([]flow.Item{back}, all[1:]...))
	require.Equal(t, Counts{Unchanged: 6}, s.Counts, "all of it is known under the new id")
}

func TestComesBackAfterLeaving(t *testing.T) {
	t.Parallel()
	o, all := knowing(t, 6)
	o.m.Target.Fields[3].Once = true
	gone := leaving(all[0])
	// On the day of the return itself: never switched off.
	same := o.plan(append([]flow.Item{gone, under("900", all[0])}, all[1:]...))
	require.Equal(t, Counts{Link: 1, Left: 1, Unchanged: 5}, same.Summary.Counts)
	require.Len(t, entries(t, same), 1)
	require.JSONEq(t, `{"phone":"+330"}`, string(entries(t, same)[0].Body), "what is sent once is sent again")

	require.EqualValues(t, 1, o.day(append([]flow.Item{gone}, all[1:]...)).Counts.Deactivate)
	for _, read := range [][]flow.Item{
		append([]flow.Item{under("900", all[0]), gone}, all[1:]...), // still read, as one who has left
		append([]flow.Item{under("900", all[0])}, all[1:]...),
	} {
		made := o.plan(read)
		require.EqualValues(t, 1, made.Summary.Counts.Reactivate)
		require.True(t, made.Summary.Returns[0].Reactivated)
		got := entries(t, made)
		require.Len(t, got, 2)
		require.Equal(t, []Operation{Reactivate, Update}, []Operation{got[0].Operation, got[1].Operation})
		require.Equal(t, []string{"0", ""}, []string{got[0].From, got[1].From})
	}
	o.day(append([]flow.Item{under("900", all[0])}, all[1:]...))
	require.Equal(t, ledger.Active, o.link("900").State)
	require.Equal(t, Counts{Unchanged: 6}, o.day(append([]flow.Item{under("900", all[0])}, all[1:]...)).Counts)
}

// With back = "keep" the tie moves, and the account stays as it is: neither
// switched on nor made a second time.
func TestComesBackAndStaysOff(t *testing.T) {
	t.Parallel()
	o, all := knowing(t, 6)
	o.m.Leavers.Back = false
	o.m.Target.Abilities.Reactivate = false // it is not asked for
	gone, back := leaving(all[0]), with(under("900", all[0]), 3, "+339")
	require.EqualValues(t, 1, o.day(append([]flow.Item{gone}, all[1:]...)).Counts.Deactivate)
	made := o.plan(append([]flow.Item{back, gone}, all[1:]...))
	require.Equal(t, Counts{Left: 2, Unchanged: 5}, made.Summary.Counts)
	require.Equal(t, []Return{{Person: Person{"900", "N0"}, From: "0", Off: true}}, made.Summary.Returns)
	got := entries(t, made)
	require.Len(t, got, 1)
	require.Equal(t, Note, got[0].Operation)
	require.Empty(t, got[0].Body, "nothing is sent")

	o.day(append([]flow.Item{back}, all[1:]...))
	require.Zero(t, o.link("0").Row)
	require.Equal(t, ledger.Deactivated, o.link("900").State)
	require.Equal(t, "t-0", o.link("900").TargetID)
	s := o.day(append([]flow.Item{back}, all[1:]...))
	require.Equal(t, Counts{Left: 1, Unchanged: 5}, s.Counts)
	require.Empty(t, s.Returns)

	// The mapping changes its mind: the account is where it belongs.
	o.m.Leavers.Back, o.m.Target.Abilities.Reactivate = true, true
	require.EqualValues(t, 1, o.day(append([]flow.Item{back}, all[1:]...)).Counts.Reactivate)
	require.Equal(t, ledger.Active, o.link("900").State)
}

func TestWhoDoesNotTakeOver(t *testing.T) {
	t.Parallel()
	twin := func(i flow.Item) flow.Item { return person(i, "Nom0", "1990-01-00") }
	for name, c := range map[string]struct {
		read    func(all []flow.Item) []flow.Item
		held    map[string]string
		created int64
	}{
		"still there under the old id": {func(all []flow.Item) []flow.Item {
			return append([]flow.Item{twin(with(with(under("900", all[0]), 0, "m9"), 2, "9@x"))}, all...)
		}, map[string]string{"900": "same-person-twice"}, 0},
		"held under the old id, which is there": {func(all []flow.Item) []flow.Item {
			return append([]flow.Item{twin(under("900", all[0])), heldItem("0")}, all[1:]...)
		}, map[string]string{"900": "same-person-twice", "0": "missing-required"}, 0},
		"two claim one account": {func(all []flow.Item) []flow.Item {
			return append([]flow.Item{under("900", all[0]), with(under("901", all[0]), 0, "m9")}, all[1:]...)
		}, map[string]string{"900": "ambiguous-return", "901": "ambiguous-return"}, 0},
		"half a person is nobody": {func(all []flow.Item) []flow.Item {
			return append([]flow.Item{person(under("900", all[0]), "Nom0", "")}, all[1:]...)
		}, map[string]string{}, 1},
		"another date of birth": {func(all []flow.Item) []flow.Item {
			return append([]flow.Item{person(under("900", all[0]), "Nom0", "1990-02-02")}, all[1:]...)
		}, map[string]string{}, 1},
		"who has left": {func(all []flow.Item) []flow.Item {
			return append([]flow.Item{leaving(under("900", all[0]))}, all[1:]...)
		}, map[string]string{}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, all := knowing(t, 6)
			s := o.plan(c.read(all)).Summary
			require.Equal(t, c.held, heldCodes(s))
			require.Empty(t, s.Returns)
			require.Zero(t, s.Counts.Link)
			require.Equal(t, c.created, s.Counts.Create)
		})
	}
	t.Run("two accounts were theirs", func(t *testing.T) {
		t.Parallel()
		o, all := knowing(t, 6)
		o.day(append([]flow.Item{twin(all[0]), person(all[1], "Nom0", "1990-01-01")}, all[2:]...))
		o.day(append([]flow.Item{twin(all[0]), twin(all[1])}, all[2:]...)) // one correction a day is no swap
		s := o.plan(append([]flow.Item{under("900", twin(all[0]))}, all[2:]...)).Summary
		require.Equal(t, map[string]string{"900": "ambiguous-return"}, heldCodes(s))
		require.EqualValues(t, 2, s.Counts.Gone)
	})
}

// TestNobodyIsGoneWhoIsBack: while it is not settled whose account it is, it is
// not switched off either.
func TestNobodyIsGoneWhoIsBack(t *testing.T) {
	t.Parallel()
	o, all := knowing(t, 6)
	o.m.Leavers.Gone = true
	back := under("900", all[0])
	back.Held, back.Values = &compile.Failure{Code: "missing-required"}, nil
	s := o.plan(append([]flow.Item{back}, all[1:]...)).Summary
	require.Zero(t, s.Counts.Deactivate)
	require.EqualValues(t, 1, s.Counts.Gone)
	require.EqualValues(t, 1, o.plan(all[1:]).Summary.Counts.Deactivate, "who is nowhere is")
}

// Who waits for the end of the read keeps what his own batch said of him, his key
// too.
func TestComebackBetweenBatches(t *testing.T) {
	t.Parallel()
	o, all := knowing(t, 5*officeBatch)
	first := 3 * officeBatch // what grows with the batches has grown by then
	for _, at := range []int{first, first + 1} {
		all[at] = under("9"+all[at].ID, all[at])
	}
	got := entries(t, o.plan(all))
	require.Len(t, got, 2)
	for i, e := range got {
		was := all[first+i]
		require.Equal(t, was.ID, e.SourceID)
		require.Equal(t, "t-"+was.ID[1:], e.TargetID)
		require.JSONEq(t, `{"matricule":"`+was.Values[0].Text()+`"}`, string(e.Key))
	}
}

// TestMarksComeLater: people who were linked before the mapping said what makes a
// person are known from the next run on.
func TestMarksComeLater(t *testing.T) {
	t.Parallel()
	o, all := knowing(t, 0)
	for i := range 6 {
		all = append(all, staff(i))
	}
	o.day(all)
	require.Zero(t, o.link("0").Person)
	for i := range all {
		all[i] = person(all[i], "Nom"+all[i].ID, "1990-01-01")
	}
	require.Equal(t, Counts{Unchanged: 6}, o.day(all).Counts)
	require.NotZero(t, o.link("0").Person)
	require.Empty(t, entries(t, o.plan(all)), "nothing to note any more")
	require.Len(t, o.plan(append([]flow.Item{under("900", all[0])}, all[1:]...)).Summary.Returns, 1)
}

func TestOneIDAnotherPerson(t *testing.T) {
	t.Parallel()
	as := func(i flow.Item, name, born string) flow.Item { return with(person(i, name, born), 1, name) }
	o, all := knowing(t, 60)
	swapped := append([]flow.Item{as(all[0], "Nom1", "1990-01-01"), as(all[1], "Nom0", "1990-01-00")}, all[2:]...)
	swapped[2] = as(all[2], "Mariée", "1990-01-02") // a marriage
	s := o.day(swapped)
	require.Equal(t, Counts{Update: 1, Blocked: 2, Unchanged: 57}, s.Counts)
	require.Len(t, s.Blocked, 1)
	require.Equal(t, PartIdentity, s.Blocked[0].Part)
	require.True(t, s.Stands(), "the rows alone")
	require.Equal(t, []Stopped{
		{Person: Person{"0", "N0"}, Operation: PartIdentity, Part: PartIdentity}, {Person: Person{"1", "N1"}, Operation: PartIdentity, Part: PartIdentity},
	}, s.Stopped)
	require.EqualValues(t, 2, o.day(swapped).Counts.Blocked, "not taken for granted the next day")

	left := append([]flow.Item{leaving(swapped[0]), swapped[1]}, swapped[2:]...)
	require.Zero(t, o.plan(left).Summary.Counts.Deactivate, "nor does the stranger's departure switch the first one off")

	require.NoError(t, o.l.Approve(t.Context(), o.m.Address, []ledger.Approval{{SourceID: "0", Operation: PartIdentity, RunID: "r", Who: "me"}}))
	s = o.day(swapped)
	require.EqualValues(t, 1, s.Counts.Update)
	require.EqualValues(t, 1, s.Counts.Blocked)
	o.clock = o.clock.AddDate(0, 0, 5)
	require.EqualValues(t, 1, o.day(swapped).Counts.Blocked, "what was agreed to is known, and stays")

	many := append([]flow.Item(nil), all...)
	for i := range 10 {
		many[i+10] = as(all[i+10], "Autre"+all[i].ID, "1970-01-01")
	}
	s = o.day(many)
	require.False(t, s.Stands(), "the source has given its ids anew")
	require.NotEmpty(t, s.Stopped, "whom to agree to")
}

// TestOneFieldTellsNoSwap: with one field, a correction would be another person.
func TestOneFieldTellsNoSwap(t *testing.T) {
	t.Parallel()
	o, all := knowing(t, 0)
	o.m.SamePerson = o.m.SamePerson[:1]
	for i := range 6 {
		all = append(all, person(staff(i), "Nom"+staff(i).ID))
	}
	o.day(all)
	all[0] = with(person(all[0], "Autre"), 1, "Autre")
	require.Equal(t, Counts{Update: 1, Unchanged: 5}, o.day(all).Counts)
}
