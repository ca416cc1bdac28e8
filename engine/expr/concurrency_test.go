package expr_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/expr"
	"passerelle/plugins/record"
)

// One Program, many goroutines, each with its own record: nobody sees another's.
func TestConcurrentEval(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	texts := []string{
		"person.first_name + ' ' + person.no_name", "person.first_name.upper() + string(person.age)", "person.languages.map(l, l.upper()).join('-')",
		"1 / person.zero", "lookup('civility', person.word)", "country('France', 'alpha2')", "'0612345678'.phone('FR', 'e164')", "past(person.no_date)",
		"person.extra.missing", "leaves.map(l, l.day).max()", "person.salary * 2 > 1", "int(person.word)",
		// cel-go shares the errors of these between programs.
		"timestamp(9223372036854775807 - person.zero) == person.seen", "person.any.matches('x')", "person.any.contains('x')", "[person.no_name].join('')", "person.born.format('d MMMM y')",
	}
	var programs []*expr.Program
	for _, text := range texts {
		programs = append(programs, compile(t, env, text, expr.Transform))
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			in := input()
			in.Rows[0][3] = record.NewInt(int64(g))
			in.Rows[0][20] = record.NewInt(int64(g)) // not the text that matches takes
			for range 50 {
				for i, p := range programs {
					got := show(p.Eval(in))
					if i == 1 {
						require.Equal(t, `"ZOÉ`+itoa(g)+`"`, got)
					}
				}
				_, problems := env.Compile("persn.x", expr.Transform)
				require.Len(t, problems, 1)
			}
		})
	}
	wg.Wait()
}
