package expr_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/expr"
)

// linked() gives the id at the source, and says whose.
func TestLinked(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	for text, want := range map[string]struct {
		mapping, value string
		copied         bool
	}{
		"linked('people', person.age)":                                   {"people", "36", true},
		"linked('people', person.no_age)":                                {"people", "empty", true},
		"linked('people', person.any)":                                   {"people", `"anything"`, true},
		"linked('departments', person.word)":                             {"departments", `"secret-value"`, true},
		"linked('shipped/people', person.word + 'x')":                    {"shipped/people", `"secret-valuex"`, false},
		"linked('people', person.active ? person.age : null)":            {"people", "36", false},
		"linked('people', person.no_name.upper())":                       {"people", "empty", false},
		"linked('people', filled(person.no_age) ? person.no_age : null)": {"people", "empty", false},
	} {
		p := compile(t, env, text, expr.Transform)
		mapping, linked := p.Linked()
		require.True(t, linked, text)
		require.Equal(t, want.mapping, mapping, text)
		require.Equal(t, want.value, show(p.Eval(input())), text)
		_, copied := p.CopyOf()
		require.Equal(t, want.copied, copied, text)
		require.NotEmpty(t, p.Reads(), text)
	}
	_, linked := compile(t, env, "person.age", expr.Transform).Linked()
	require.False(t, linked)
}

// A transform may hold it: what counts is where it stands once written out.
func TestLinkedInTransforms(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Transforms = []expr.NamedTransform{{Name: "boss", Params: []string{"id"}, Text: "linked('people', id)"}}
	env, err := expr.New(o)
	require.NoError(t, err)
	p := compile(t, env, "boss(person.age)", expr.Transform)
	mapping, linked := p.Linked()
	require.True(t, linked)
	require.Equal(t, "people", mapping)
	require.Equal(t, "36", show(p.Eval(input())))
	none, problems := env.Compile("'x' + boss(person.word)", expr.Transform)
	require.Nil(t, none)
	require.Equal(t, "linked-inside", problems[0].Code)
}
