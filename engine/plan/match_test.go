package plan

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/compile"
	"passerelle/engine/flow"
	"passerelle/plugins/record"
)

// matching looks people up by mail and confirms by name, in a target that is
// read as a whole.
func matching(o *office) {
	o.m.Target.Key = nil
	o.m.Target.Match = &compile.Match{By: []int{2}, Confirm: []int{1}}
}

// holding plans against a target that holds records under these ids.
func (o *office) holding(there map[string][]record.Value, items ...flow.Item) *Plan {
	o.Helper()
	p, err := newPlanner(o.Context(), Input{
		Mapping: o.m, Ledger: o.l, Dir: o.TempDir(), Now: o.clock, Basis: func() (string, error) { return "basis", nil },
	}, scope)
	require.NoError(o, err)
	if o.m.Target.PutsBack {
		p.holds = &atTarget{rows: map[fingerprint]int{}, shown: make([]bool, 4)}
	}
	p.there = byMatch{}
	for id, values := range there {
		if o.m.Target.PutsBack {
			p.noteHeld(id, values)
		}
		if o.m.Target.Match != nil {
			p.there.add(p, id, values)
		}
	}
	for i := range items {
		items[i].Position = int64(i)
	}
	require.NoError(o, spent(context.Background(), p, items))
	n := int64(len(items))
	made, err := p.finish(o.Context(), flow.End{Complete: true, Expected: n, Received: n})
	require.NoError(o, err)
	return made
}

func values(texts ...string) []record.Value { return item("", texts...).Values }

func TestMatch(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		there  map[string][]record.Value
		read   []flow.Item
		counts Counts
		held   map[string]string
	}{
		"confirmed, but for case and spaces": {
			map[string][]record.Value{"a": values("m9", " DUPRÉ", "X@x")}, []flow.Item{item("1", "m1", "Dupré", "x@x")},
			Counts{Link: 1}, map[string]string{}},
		"an accent is another name": {
			map[string][]record.Value{"a": values("", "Dupre", "x@x")}, []flow.Item{item("1", "m1", "Dupré", "x@x")},
			Counts{Held: 1}, map[string]string{"1": "match-not-confirmed"}},
		"nothing to confirm with": {
			map[string][]record.Value{"a": values("", "", "x@x")}, []flow.Item{item("1", "m1", "", "x@x")},
			Counts{Held: 1}, map[string]string{"1": "match-not-confirmed"}},
		"nobody there": {
			map[string][]record.Value{"a": values("", "A", "y@x")}, []flow.Item{item("1", "m1", "A", "x@x")},
			Counts{Create: 1}, map[string]string{}},
		"several there": {
			map[string][]record.Value{"a": values("", "A", "x@x"), "b": values("", "A", "x@x")}, []flow.Item{item("1", "m1", "A", "x@x")},
			Counts{Held: 1}, map[string]string{"1": "ambiguous-match"}},
		"nothing to ask by": {
			nil, []flow.Item{item("1", "m1", "A", "")},
			Counts{Held: 1}, map[string]string{"1": "empty-match"}},
		"two of the read by one address": {
			nil, []flow.Item{item("1", "m1", "A", "x@x"), item("2", "m2", "B", "X@x ")},
			Counts{Held: 2}, map[string]string{"1": "duplicate-key", "2": "duplicate-key"}},
		"unless one has left": {
			nil, []flow.Item{item("1", "m1", "A", "x@x"), leaving(item("2", "m2", "B", "x@x"))},
			Counts{Create: 1, Left: 1}, map[string]string{}},
		"who has left is never adopted": {
			map[string][]record.Value{"a": values("", "A", "x@x")}, []flow.Item{leaving(item("1", "m1", "A", "x@x"))},
			Counts{Left: 1}, map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, _ := newOffice(t, 0)
			matching(o)
			for i := range c.read {
				c.read[i].Facts = []record.Value{{}}
			}
			s := o.holding(c.there, c.read...).Summary
			require.Equal(t, c.held, heldCodes(s))
			require.Equal(t, c.counts, s.Counts)
		})
	}
}

// TestMatchOfAnother: a record that is linked stays whose it is, unless it is the
// same person; and who is linked needs no address any more.
func TestMatchOfAnother(t *testing.T) {
	t.Parallel()
	o, all := knowing(t, 6)
	matching(o)
	there := map[string][]record.Value{"t-0": values("m0", "Nom0", "0@x"), "t-1": values("m1", "Nom1", "1@x")}
	stranger := person(under("900", all[0]), "Nom0", "1950-01-01")
	s := o.holding(there, append([]flow.Item{stranger}, all[1:]...)...).Summary
	require.Equal(t, map[string]string{"900": "already-linked"}, heldCodes(s))
	s = o.holding(there, append([]flow.Item{under("900", all[0])}, all[1:]...)...).Summary
	require.Len(t, s.Returns, 1)
	require.Equal(t, Counts{Link: 1, Unchanged: 5}, s.Counts)

	o, all = knowing(t, 2)
	matching(o)
	s = o.holding(there, with(all[0], 2, ""), all[1]).Summary
	require.Empty(t, heldCodes(s))
}

func TestPutsBack(t *testing.T) {
	t.Parallel()
	o, all := newOffice(t, 4)
	o.m.Target.PutsBack = true
	o.m.Target.Fields[0].Once = true
	there := map[string][]record.Value{
		"t-0": values("edited", "Edited", "0@x", "+330"), // by hand; what is sent once stays
		"t-1": values("m1", "Nom1", "1@x", ""),           // emptied by hand
		"t-2": values("m2", "Nouveau", "2@x", "+332"),    // HR was faster
	}
	read := []flow.Item{all[0], all[1], with(all[2], 1, "Nouveau"), all[3]} // t-3 is not shown
	made := o.holding(there, read...)
	require.Equal(t, Counts{Update: 2, Unchanged: 2}, made.Summary.Counts)
	require.EqualValues(t, 1, made.Summary.Fields[1].PutBack)
	require.EqualValues(t, 1, made.Summary.Fields[3].PutBack)
	require.Zero(t, made.Summary.Fields[1].Changed, "counted apart")
	got := entries(t, made)
	require.JSONEq(t, `{"nom":"Nom0"}`, string(got[0].Body))
	require.JSONEq(t, `{"phone":"+331"}`, string(got[1].Body))

	// Emptied at the source: only where the target holds something.
	there = map[string][]record.Value{"t-0": values("m0", "Nom0", "0@x", ""), "t-1": values("m1", "Nom1", "1@x", "+331")}
	made = o.holding(there, with(all[0], 3, ""), with(all[1], 3, ""), all[2], all[3])
	require.EqualValues(t, 1, made.Summary.Fields[3].Cleared, "the null-out guard sees what would be lost")

	// A field that the target shows of nobody proves nothing.
	there = map[string][]record.Value{"t-0": values("m0", "Nom0", "0@x", ""), "t-1": values("m1", "Nom1", "1@x", "")}
	require.Equal(t, Counts{Unchanged: 4}, o.holding(there, all...).Summary.Counts)

	// As everywhere else, what was edited stays.
	o.m.Target.PutsBack = false
	require.Equal(t, Counts{Unchanged: 4}, o.holding(map[string][]record.Value{"t-0": values("m0", "Edited", "0@x", "+330")}, all...).Summary.Counts)

	// One value for everybody at the target is a storm there.
	o, all = newOffice(t, 40)
	o.m.Target.PutsBack = true
	there = map[string][]record.Value{}
	for i := range all {
		there["t-"+all[i].ID] = values("m"+all[i].ID, "Same", all[i].ID+"@x", "+33"+all[i].ID)
	}
	made = o.holding(there, all...)
	require.Equal(t, "storm", made.Summary.Blocked[0].Code)
	require.Zero(t, made.Summary.Counts.Update)
}
