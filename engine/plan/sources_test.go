package plan

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/engine/flow"
	"passerelle/engine/lang"
	"passerelle/engine/ledger"
	"passerelle/plugins/record"
)

// windowed is a mapping that reads ten days up to today.
func windowed(t *testing.T) *compile.Mapping {
	t.Helper()
	m := mapping()
	env, err := expr.New(expr.Options{Zone: time.UTC})
	require.NoError(t, err)
	from, problems := env.Compile("today().addDays(-10)", expr.Transform)
	require.Empty(t, problems)
	to, problems := env.Compile("today()", expr.Transform)
	require.Empty(t, problems)
	m.Source.Window = &compile.Window{Decl: &lang.Window{Named: lang.Named{Block: diag.Range{}}}, From: from, To: to}
	return m
}

func onDay(item flow.Item, day int) flow.Item {
	item.Day = record.NewDate(2026, 9, day)
	return item
}

func goneIDs(p *Plan) (ids []string) {
	for _, g := range p.Summary.Gone {
		ids = append(ids, g.SourceID)
	}
	return ids
}

// tryOn plans items on a day of September 2026.
func tryOn(t *testing.T, l *ledger.Ledger, m *compile.Mapping, day int, items ...flow.Item) *Plan {
	t.Helper()
	p, err := newPlanner(t.Context(), Input{
		Mapping: m, Ledger: l, Dir: t.TempDir(), Now: time.Date(2026, 9, day, 0, 0, 0, 0, time.UTC),
		Basis: func() (string, error) { return "basis", nil },
	}, scope)
	require.NoError(t, err)
	for i := range items {
		items[i].Position = int64(i)
	}
	require.NoError(t, spent(t.Context(), p, items))
	made, err := p.finish(t.Context(), flow.End{Complete: true, Expected: -1, Received: int64(len(items)), Calls: 1})
	require.NoError(t, err)
	return made
}

func TestWhatFallsOutOfTheWindowIsNotGone(t *testing.T) {
	t.Parallel()
	l, m := newLedger(t), windowed(t)
	old, recent, unknown := onDay(item("old", "m1"), 1), onDay(item("recent", "m2"), 9), item("unknown", "m3")
	first := tryOn(t, l, m, 10, old, recent, unknown)
	done(t, l, first)
	require.NoError(t, first.NoteDays(t.Context(), l))

	require.Equal(t, []string{"old", "recent"}, goneIDs(tryOn(t, l, m, 10)), "both lie inside; of the third nothing is known")
	require.Equal(t, []string{"recent"}, goneIDs(tryOn(t, l, m, 12)), "the old one has fallen out")
	require.Empty(t, goneIDs(tryOn(t, l, m, 20)))

	// Read again, a record is known by its new day at once.
	tryOn(t, l, m, 12, onDay(item("old", "m1"), 12), onDay(item("unknown", "m3"), 12))
	require.Equal(t, []string{"old", "unknown"}, goneIDs(tryOn(t, l, m, 20)))
}

// A saved plan that is applied later knows no days: nobody is gone for that.
func TestWithoutADayNobodyIsGone(t *testing.T) {
	t.Parallel()
	l, m := newLedger(t), windowed(t)
	done(t, l, tryOn(t, l, m, 10, onDay(item("a", "m1"), 9)))
	require.Empty(t, goneIDs(tryOn(t, l, m, 10)))
}

func TestHeldRecordsStandForThoseTheyMayBe(t *testing.T) {
	t.Parallel()
	l, m := newLedger(t), mapping()
	done(t, l, try(t, l, m, []flow.Item{item("1:12:10", "m1"), item("1:12:11", "m2"), item("2:112:10", "m3")}))
	require.Equal(t, []string{"1:12:10", "1:12:11", "2:112:10"}, goneIDs(try(t, l, m, []flow.Item{item("x", "m9")})))

	one, all := "1:1", ""
	unsure := heldItem("leaves 7")
	unsure.Hides = &one
	require.Equal(t, []string{"2:112:10"}, goneIDs(try(t, l, m, []flow.Item{unsure})))
	unsure.Hides = &all
	require.Empty(t, goneIDs(try(t, l, m, []flow.Item{unsure})))
}
