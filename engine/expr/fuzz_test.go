package expr_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"passerelle/engine/expr"
)

// Whatever the text, Compile answers, its places lie within the text, its words
// are ours, and what it accepts can be evaluated.
func FuzzCompile(f *testing.F) {
	in, err := os.ReadFile(filepath.Join("testdata", "problems.in"))
	require.NoError(f, err)
	for line := range strings.Lines(string(in)) {
		text, use := readCase(strings.TrimSuffix(line, "\n"))
		f.Add(text, uint8(use))
	}
	env := withTransforms(f)
	for _, text := range []string{"plain_name(person.age)", "['1'].map(y, marked(['p'], y))", "four_times(twice(person.salary))", "place(['a'], person.age)", "around_broken('a')"} {
		f.Add(text, uint8(expr.Transform))
	}
	for _, d := range env.Functions() {
		for _, x := range d.Examples {
			f.Add(x.Expression, uint8(expr.Transform))
		}
	}
	f.Fuzz(func(t *testing.T, text string, use uint8) {
		p, problems := env.Compile(text, expr.Use(use%3))
		failed := false
		for _, problem := range problems {
			require.LessOrEqual(t, 0, problem.Start)
			require.LessOrEqual(t, problem.Start, problem.End)
			of := text
			if problem.InTransform {
				of = transforms()[problem.Transform].Text
				require.LessOrEqual(t, problem.CallEnd, utf8.RuneCountInString(text))
			}
			require.LessOrEqual(t, problem.End, utf8.RuneCountInString(of))
			require.NotEmpty(t, problem.Code)
			require.NotEmpty(t, problem.Summary)
			require.NotEmpty(t, problem.Remedy)
			failed = failed || !problem.Warning
		}
		if strings.Contains(text, "broken") && p == nil {
			return // what is wrong with a broken transform is said elsewhere
		}
		require.Equal(t, failed, p == nil)
		if p == nil {
			return
		}
		v, failure := p.Eval(input())
		if failure != nil {
			require.True(t, v.IsEmpty())
			require.LessOrEqual(t, failure.End, utf8.RuneCountInString(text))
			require.NotEqual(t, "cel-fault", failure.Code)
		}
		if v.IsEmpty() && failure == nil {
			require.True(t, p.MayBeEmpty())
		}
	})
}
