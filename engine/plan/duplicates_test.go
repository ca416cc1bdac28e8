package plan

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/flow"
	"passerelle/engine/lang"
	"passerelle/engine/ledger"
)

func TestDuplicates(t *testing.T) {
	t.Parallel()
	type batches = [][]flow.Item
	one := func(items ...flow.Item) batches { return batches{items} }
	for name, c := range map[string]struct {
		read   batches
		counts Counts
		held   []string // ids, in order
		sent   []string // ids
		fields []FieldCount
	}{
		"same id, one batch":           {one(item("9", "m8"), item("9", "m9"), item("8", "m7")), Counts{Create: 1, Held: 2}, []string{"9", "9"}, []string{"8"}, nil},
		"same id, two batches":         {batches{{item("9", "m8")}, {item("9", "m9")}}, Counts{Held: 2}, []string{"9", "9"}, nil, nil},
		"the same record twice":        {batches{{item("9", "m9")}, {item("9", "m9")}}, Counts{Held: 2}, []string{"9", "9"}, nil, nil},
		"three of one key":             {batches{{item("7", "m9"), item("8", "m9")}, {item("9", "m9")}}, Counts{Held: 3}, []string{"8", "9", "7"}, nil, nil},
		"first unchanged":              {one(item("1", "m1", "A", "a@x", "1"), item("9", "m1")), Counts{Held: 2}, []string{"9", "1"}, nil, nil},
		"first updated":                {one(item("1", "m1", "B", "a@x", ""), item("9", "m1")), Counts{Held: 2}, []string{"9", "1"}, nil, nil},
		"first kept its mail":          {one(item("1", "m1", "A", "", "1"), item("9", "m1")), Counts{Held: 2}, []string{"9", "1"}, nil, nil},
		"second updated":               {one(item("9", "m1"), item("1", "m1", "B")), Counts{Held: 2}, []string{"1", "9"}, nil, nil},
		"first held for other reasons": {one(heldItem("9"), item("9", "m9")), Counts{Held: 2}, []string{"9", "9"}, nil, nil},
		"first out of scope":           {one(outItem("9"), item("9", "m9")), Counts{Held: 2}, []string{"9", "9"}, nil, nil},
		"second out of scope":          {one(item("9", "m9"), outItem("9")), Counts{Held: 2}, []string{"9", "9"}, nil, nil},
		"a held one's key is taken too": {
			batches{{item("9", "m8"), item("9", "m9")}, {item("8", "m9")}},
			Counts{Held: 3}, []string{"9", "8", "9"}, nil, nil,
		},
		"another's update counts": {
			one(item("1", "m1", "B", "a@x", "1"), item("9", "m1"), item("2", "m2", "C")),
			Counts{Held: 2, Update: 1}, []string{"9", "1"}, []string{"2"},
			[]FieldCount{{Name: "matricule"}, {Name: "nom", Changed: 1}, {Name: "mail"}, {Name: "phone"}},
		},
		"empty keys are no twins": {one(item("8", ""), item("9", "")), Counts{Held: 2}, []string{"8", "9"}, nil, nil},
	} {
		// As they come; all of them on disk; and the first id and key alone in memory.
		for where, inMemory := range map[string]int{"memory": 0, "disk": -1, "both": 1} {
			t.Run(name+"/"+where, func(t *testing.T) {
				t.Parallel()
				l, m := newLedger(t), mapping()
				done(t, l, try(t, l, m, []flow.Item{item("1", "m1", "A", "a@x", "1"), item("2", "m2", "B")}))
				made := tryWith(t, l, m, inMemory, cloned(c.read)...)
				counts := c.counts
				counts.Gone = made.Summary.Counts.Gone
				require.Equal(t, counts, made.Summary.Counts)
				var held []string
				for _, h := range made.Summary.Held {
					held = append(held, h.SourceID)
				}
				if inMemory == 0 {
					require.Equal(t, c.held, held)
				} else {
					require.ElementsMatch(t, c.held, held)
				}
				var sent []string
				for _, e := range entries(t, made) {
					sent = append(sent, e.SourceID)
				}
				require.Equal(t, c.sent, sent, "who is withdrawn is never applied")
				fields := c.fields
				if fields == nil {
					fields = []FieldCount{{Name: "matricule"}, {Name: "nom"}, {Name: "mail"}, {Name: "phone"}}
				}
				require.Equal(t, fields, made.Summary.Fields)
			})
		}
	}
}

func cloned(batches [][]flow.Item) [][]flow.Item {
	out := make([][]flow.Item, len(batches))
	for i := range batches {
		out[i] = slices.Clone(batches[i])
	}
	return out
}

// The two reasons are told apart, and the one that came first is kept.
func TestDuplicateReasons(t *testing.T) {
	t.Parallel()
	l, m := newLedger(t), mapping()
	made := try(t, l, m, []flow.Item{heldItem("1"), item("1", "m1"), item("2", "m2"), item("3", "m2")})
	reasons := map[string][]string{}
	for _, h := range made.Summary.Held {
		reasons[h.SourceID] = append(reasons[h.SourceID], h.Code, h.Field)
	}
	require.Equal(t, map[string][]string{
		"1": {"missing-required", "", "duplicate-key", ""},
		"2": {"duplicate-key", "matricule"},
		"3": {"duplicate-key", "matricule"},
	}, reasons)
}

// Many twins over many frames: those who stay are all there, in order.
func TestWithdrawnAmongMany(t *testing.T) {
	t.Parallel()
	for name, inMemory := range map[string]int{"memory": 0, "disk": -1, "both": 100} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withdrawnAmongMany(t, inMemory)
		})
	}
}

func withdrawnAmongMany(t *testing.T, inMemory int) {
	l, m := newLedger(t), mapping()
	m.Decl.Guard.Limits = map[string]*lang.Limit{PartHeld: {Percent: 100}}
	var first, second []flow.Item
	for i := range 500 {
		id := string(rune('a'+i%26)) + string(rune('a'+i/26))
		first = append(first, item(id, "m"+id))
		if i%7 == 0 {
			second = append(second, item("x"+id, "m"+id))
		}
	}
	made := tryWith(t, l, m, inMemory, first, second)
	require.EqualValues(t, 500-72, made.Summary.Counts.Create)
	require.EqualValues(t, 2*72, made.Summary.Counts.Held)
	all := entries(t, made)
	require.Len(t, all, 500-72)
	for i, e := range all {
		require.NotZero(t, e.Position%7)
		if i > 0 {
			require.Greater(t, e.Position, all[i-1].Position)
		}
	}
	batch, err := made.Batch(2)
	require.NoError(t, err)
	for _, e := range batch {
		require.NotZero(t, e.Position%7, "nor is one settled")
	}
}

func TestAmbiguousComesBeforeAllOtherReasons(t *testing.T) {
	t.Parallel()
	l, m := newLedger(t), mapping()
	run, err := l.BeginRun(t.Context(), "people", nil)
	require.NoError(t, err)
	require.NoError(t, l.Record(t.Context(), run.ID, []ledger.Applied{{SourceID: "1", Outcome: ledger.Ambiguous, Code: "ambiguous"}}))
	for name, c := range map[string]struct {
		read flow.Item
		code string
	}{
		"as it was":     {item("1", "m1", "A"), "ambiguous"},
		"without key":   {item("1", "", "A"), "ambiguous"},
		"with a fault":  {heldItem("1"), "ambiguous"},
		"out of scope":  {outItem("1"), ""},
		"somebody else": {item("2", "m1", "A"), ""},
	} {
		made := try(t, l, m, []flow.Item{c.read})
		got := ""
		for _, h := range made.Summary.Held {
			got = h.Code
		}
		require.Equal(t, c.code, got, name)
	}
	made := try(t, l, m, []flow.Item{item("1", "m1", "A"), item("2", "m1", "B")})
	require.Equal(t, Counts{Held: 2}, made.Summary.Counts, "the key is taken")
}

func TestJudgeFound(t *testing.T) {
	t.Parallel()
	p := &planner{Input: Input{Mapping: mapping()}}
	require.Equal(t, "ambiguous-match", p.judgeFound(nil, &Found{ID: "a", Times: 2}, "").failure.Code)
	require.Equal(t, "already-linked", p.judgeFound(nil, &Found{ID: "a", Times: 1}, "7").failure.Code)
	require.Equal(t, &foundRecord{id: "a"}, p.judgeFound(nil, &Found{ID: "a", Times: 1}, ""))
}
