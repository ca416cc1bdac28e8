package expr_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/expr"
)

func transforms() []expr.NamedTransform {
	return []expr.NamedTransform{
		{Name: "plain_name", Params: []string{"s"}, Text: "s.trim().unaccent().upper()"},
		{Name: "twice", Params: []string{"v"}, Text: "v + v"},
		{Name: "four_times", Params: []string{"v"}, Text: "twice(twice(v))"},
		{Name: "either", Params: []string{"a", "b"}, Text: "filled(a) ? a : b"},
		{Name: "marked", Params: []string{"list", "x"}, Text: "list.map(y, y + x).join(' ')"},
		{Name: "hidden", Params: []string{"x"}, Text: "['a', 'b'].map(x, x + x).join(' ') + x"},
		{Name: "itself", Params: []string{"x"}, Text: "x"},
		{Name: "of_input", Params: []string{"s"}, Text: "s + input.url + local.french"},
		{Name: "written", Params: []string{"d", "pattern"}, Text: "d.format(pattern)"},
		{Name: "in_days", Params: []string{"d"}, Text: "d.addDays(1)"},
		{Name: "place", Params: []string{"list", "n"}, Text: "list[n]"},
		{Name: "has_form", Params: []string{"s", "form"}, Text: "s.matches(form)"},
		{Name: "broken", Params: []string{"x"}, Text: "x.", Broken: true},
		{Name: "around_broken", Params: []string{"x"}, Text: "broken(x)"},
	}
}

func withTransforms(t testing.TB) *expr.Env {
	o := options(t)
	o.Transforms = transforms()
	env, err := expr.New(o)
	require.NoError(t, err)
	return env
}

func TestTransforms(t *testing.T) {
	t.Parallel()
	env := withTransforms(t)
	for text, want := range map[string]string{
		"plain_name(person.first_name)":         `"ZOE"`,
		"plain_name(person.no_name)":            "empty",
		"'M. ' + plain_name(person.first_name)": `"M. ZOE"`,
		// one text, several types
		"twice(person.age)":                                         "72",
		"twice(person.first_name)":                                  `"ZoéZoé"`,
		"twice(1 + 2) * 2":                                          "12",
		"four_times(person.salary)":                                 "4938",
		"four_times(person.age) + twice(0.5)":                       "145",
		"either(person.no_name, 'x')":                               `"x"`,
		"either(person.no_date, person.born)":                       "1990-09-01",
		"either(null, 'x')":                                         `"x"`,
		"itself(itself(person.last_name))":                          `"N'Guyen"`,
		"itself(person.grade)":                                      "A1/Cadre",
		"of_input('>')":                                             `">https://example.orgdd/MM/yyyy"`,
		"written(person.born, 'dd/MM/yyyy')":                        `"01/09/1990"`,
		"has_form('69003', '^[0-9]{5}$')":                           "true",
		"written(in_days(person.born), 'dd')":                       `"02"`,
		"hidden('!')":                                               `"aa bb!"`,
		"marked(['p', 'q'], '-')":                                   `"p- q-"`,
		"['1', '2'].map(y, marked(['p', 'q'], y)).join(',')":        `"p1 q1,p2 q2"`, // the loop of the transform has a y of its own
		"['1', '2'].map(s, plain_name(s + 'é')).join(',')":          `"1E,2E"`,
		"['1', '2'].map(y, marked([y].map(y, y + y), y)).join(',')": `"111,222"`,
		"['1', '2'].map(v, twice(twice(v))).join(',')":              `"1111,2222"`,
	} {
		p := compile(t, env, text, expr.Transform)
		require.Equal(t, want, show(p.Eval(input())), text)
	}
}

// What a transform reads is what it is given, and one that gives back what it is
// given is a copy.
func TestTransformsRead(t *testing.T) {
	t.Parallel()
	env := withTransforms(t)
	p := compile(t, env, "either(person.no_name, person.first_name)", expr.Transform)
	require.Len(t, p.Reads(), 2)
	ref, copied := compile(t, env, "itself(person.last_name)", expr.Transform).CopyOf()
	require.True(t, copied)
	require.Zero(t, ref.Field)
}

// A failure is shown where the transform is called: its own text may lie in
// another file, and serve a hundred lines.
func TestTransformFailure(t *testing.T) {
	t.Parallel()
	env := withTransforms(t)
	_, failure := compile(t, env, "'é' + place(['a'], person.age)", expr.Transform).Eval(input())
	require.NotNil(t, failure)
	require.Equal(t, "index-out-of-range", failure.Code)
	require.Contains(t, failure.Detail, "`place`")
	require.Equal(t, []int{6, 11}, []int{failure.Start, failure.End})
}

// Each problem's text: that of the expression, or that of the transform whose
// name stands before it, and the call that leads there.
func TestTransformProblems(t *testing.T) {
	t.Parallel()
	env := withTransforms(t)
	for text, want := range map[string]string{
		"plain_name(person.age)":               "wrong-type plain_name:trim called plain_name",
		"1 + four_times(person.born)":          "wrong-type twice:+ called four_times",
		"plain_name(person.lastname)":          "unknown-field lastname",
		"plain_name()":                         "wrong-type plain_name",
		"plain_name('a', 'b')":                 "wrong-type plain_name",
		"'a'.plain_name()":                     "wrong-type plain_name",
		"plane_name('a')":                      "unknown-function plane_name",
		"has_form(person.word, person.word)":   "literal-needed person.word",
		"C:itself(person.age)":                 "wrong-type person.age",
		"C:twice(person.age)":                  "wrong-type twice(person.age)",
		"in_days(person.age) == twice('a', 1)": "wrong-type twice",
		"broken('a')":                          "",
		"around_broken('a')":                   "",
		"'a' + 1 + around_broken('a')":         "",
	} {
		expression, use := readCase(text)
		p, problems := env.Compile(expression, use)
		require.Nil(t, p, text)
		var got []string
		for _, problem := range problems {
			of, name, called := expression, "", ""
			if problem.InTransform {
				transform := transforms()[problem.Transform]
				of, name = transform.Text, transform.Name+":"
				called = " called " + string([]rune(expression)[problem.CallStart:problem.CallEnd])
			}
			got = append(got, fmt.Sprintf("%s %s%s%s", problem.Code, name, string([]rune(of)[problem.Start:problem.End]), called))
			requireOurWords(t, problem)
		}
		require.Equal(t, want, strings.Join(got, ", "), text)
	}
}

// What a transform that grows brings is bounded like any expression.
func TestTransformsThatGrow(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Transforms = transforms()[1:2]
	env, err := expr.New(o)
	require.NoError(t, err)
	p, problems := env.Compile(strings.Repeat("twice(", 20)+"1"+strings.Repeat(")", 20), expr.Transform)
	require.Nil(t, p)
	require.Equal(t, "expression-too-complex", problems[0].Code)
}

func TestCheckTransforms(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Sources = nil
	check := func(transforms ...expr.NamedTransform) []string {
		o.Transforms = transforms
		env, err := expr.New(o)
		require.NoError(t, err)
		var out []string
		for i, problems := range env.CheckTransforms() {
			for _, p := range problems {
				of := transforms[i]
				if p.InTransform {
					of = transforms[p.Transform]
				}
				requireOurWords(t, p)
				out = append(out, fmt.Sprintf("%s: %s %s", transforms[i].Name, p.Code, string([]rune(of.Text)[p.Start:p.End])))
			}
		}
		return out
	}
	one := func(name, text string) expr.NamedTransform {
		return expr.NamedTransform{Name: name, Params: []string{"s"}, Text: text}
	}
	require.Empty(t, check(transforms()...), "right ones, and one that is known to be broken")
	require.Equal(t, []string{"a: cel-syntax ."}, check(one("a", "s.")))
	require.Equal(t, []string{"a: unknown-name t"}, check(one("a", "s + t")))
	require.Equal(t, []string{"a: unknown-name person"}, check(one("a", "s + person.last_name")), "a transform knows no source")
	require.Equal(t, []string{"a: unknown-function uper"}, check(one("a", "s.uper()")))
	require.Equal(t, []string{"a: unknown-field urll"}, check(one("a", "s + input.urll")))
	require.Equal(t, []string{"a: transform-cycle a(s)"}, check(one("a", "a(s)")))
	require.Equal(t, []string{"a: transform-cycle b(s)"},
		check(one("a", "b(s)"), one("b", "c(s)"), one("c", "a(s)"), one("d", "a(s)")), "said once, of the first; d calls the circle, and is in none")
	require.Equal(t, []string{"a: cel-syntax ."}, check(one("a", "s."), one("b", "a(s)")), "said once")
	require.Equal(t, []string{"a: bad-pattern 'Q'"}, check(one("a", "s.format('Q')"), one("b", "s.matches(s)")))
}
