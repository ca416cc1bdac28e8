package expr_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/expr"
	"passerelle/plugins/record"
)

// Each ?: is found with its condition, on the side of the one around it.
func TestForks(t *testing.T) {
	t.Parallel()
	env, err := expr.New(expr.Options{Sources: []expr.Source{{Name: "p", Fields: []expr.Field{
		{Name: "n", Type: record.Basic(record.Int), MayBeEmpty: true}, {Name: "l", Type: record.ListOf(record.Basic(record.Int)), MayBeEmpty: true},
	}}}})
	require.NoError(t, err)
	in := func(n int64) *expr.Input {
		return &expr.Input{Rows: [][]record.Value{{record.NewInt(n), record.NewList([]record.Value{record.NewInt(1)})}}}
	}
	text := "'é' + (p.n > 3 ? 'big' : (p.n == 0 ? 'none' : 'some'))"
	forks := env.Forks(text)
	require.Len(t, forks, 2)
	require.Equal(t, "p.n > 3", string([]rune(text)[forks[0].Start:forks[0].End]))
	require.Equal(t, "p.n == 0", string([]rune(text)[forks[1].Start:forks[1].End]))
	require.Equal(t, []int{-1, 0}, []int{forks[0].Inside, forks[1].Inside})
	require.False(t, forks[1].Then)
	then, ok := forks[0].Side(in(5))
	require.True(t, then && ok)
	then, ok = forks[0].Side(in(1))
	require.True(t, !then && ok)
	_, ok = forks[0].Side(&expr.Input{Rows: [][]record.Value{{{}, {}}}})
	require.False(t, ok, "an empty field gives no answer")

	require.Empty(t, env.Forks("p.l.map(x, x > 1 ? 'a' : 'b').join('')"), "it is about the loop's own variable")
	require.Len(t, env.Forks("(p.n > 1 ? p.l : [1]).map(x, x + 1).join(',')"), 1, "what is looped over is the record's")
	require.Empty(t, env.Forks("p.n >"), "no expression")
	require.Empty(t, env.Forks("p.n + 1"))
}
