package expr_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/expr"
	"passerelle/plugins/record"
)

var update = flag.Bool("update", false, "write the golden file of problems anew")

// readCase takes a line of testdata/problems.in: an expression, before it "C:"
// for a condition or "N:" for a name; <NL> is a line break.
func readCase(line string) (string, expr.Use) {
	use := expr.Transform
	if rest, ok := strings.CutPrefix(line, "C:"); ok {
		line, use = rest, expr.Condition
	} else if rest, ok := strings.CutPrefix(line, "N:"); ok {
		line, use = rest, expr.Name
	}
	return strings.ReplaceAll(line, "<NL>", "\n"), use
}

// Every problem's code, place and words, against the golden file.
func TestProblems(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	in, err := os.ReadFile(filepath.Join("testdata", "problems.in"))
	require.NoError(t, err)
	var got strings.Builder
	for line := range strings.Lines(string(in)) {
		text, use := readCase(strings.TrimSuffix(line, "\n"))
		program, problems := env.Compile(text, use)
		require.NotEmpty(t, problems, text)
		fmt.Fprintf(&got, "%s\n", strings.TrimSuffix(line, "\n"))
		for _, p := range problems {
			require.Equal(t, p.Warning, program != nil, text)
			severity := "error"
			if p.Warning {
				severity = "warning"
			}
			fmt.Fprintf(&got, "  %d-%d %q %s %s\n    %s.\n    %s\n    %s\n", p.Start, p.End, string([]rune(text)[p.Start:p.End]), severity, p.Code, p.Summary, p.Detail, p.Remedy)
			requireOurWords(t, p)
		}
	}
	golden := filepath.Join("testdata", "problems.golden")
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got.String())
}

func requireOurWords(t *testing.T, p expr.Problem) {
	t.Helper()
	require.NotEmpty(t, p.Code)
	require.NotEmpty(t, p.Summary)
	require.NotEmpty(t, p.Detail, p.Summary)
	require.NotEmpty(t, p.Remedy, p.Summary)
	all := p.Summary + p.Detail + p.Remedy
	for _, theirs := range []string{"_+_", "_==_", "_?_", "wrapper(", "google.protobuf", "overload", "EOF", "mismatched", "extraneous", "IDENTIFIER", "@source", "@date", "@dec", "@object", "@choice", "undeclared", "container", "unexpected"} {
		require.NotContains(t, all, theirs)
	}
}

// A file without a time zone has no today.
func TestTimezoneNeeded(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Zone = nil
	env, err := expr.New(o)
	require.NoError(t, err)
	for _, text := range []string{"today()", "past(person.born)", "age(person.born)"} {
		p, problems := env.Compile(text, expr.Transform)
		require.Nil(t, p, text)
		require.Len(t, problems, 1)
		require.Equal(t, "timezone-needed", problems[0].Code)
		require.Equal(t, 0, problems[0].Start)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	for name, text := range map[string]string{
		"length":  "'" + strings.Repeat("a", 10_000) + "'",
		"nodes":   strings.Repeat("1+", 2_500) + "1",
		"nesting": strings.Repeat("(", 200) + "1" + strings.Repeat(")", 200),
		"calls":   "person.word" + strings.Repeat(".trim()", 1_000),
		"loops":   "[1].map(a, [1].map(b, [1].map(c, a + b + c)))",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, problems := env.Compile(text, expr.Transform)
			require.Nil(t, p)
			require.Len(t, problems, 1)
			require.Equal(t, "expression-too-complex", problems[0].Code)
		})
	}
}

// A failure points at what failed and says nothing of the values.
func TestFailures(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	for text, want := range map[string]struct{ code, token string }{
		"'a' + person.word.phone('FR', 'e164')":                                {"bad-phone", "phone"},
		"country(person.word, 'alpha2')":                                       {"unknown-country", "country"},
		"lookup('civility', person.word)":                                      {"unknown-value", "lookup"},
		"1 + 1 / person.zero":                                                  {"division-by-zero", "/"},
		"1 + 1 % person.zero":                                                  {"division-by-zero", "%"},
		"2 * int(person.word)":                                                 {"bad-number", "int"},
		"decimal(person.word) * 2":                                             {"bad-number", "decimal"},
		"date(person.word, 'dd/MM/yyyy').addDays(1)":                           {"bad-date", "date"},
		"date(2026, 1, 1).addMonths(person.age * 9999)":                        {"bad-date", "addMonths"},
		"person.born.format(person.word)":                                      {"bad-pattern", "format"},
		"person.languages[person.age]":                                         {"index-out-of-range", "["},
		"person.any + 1":                                                       {"wrong-type", "person.any + 1"},
		"timestamp(person.word)":                                               {"bad-timestamp", "timestamp"},
		"duration(person.word) > duration('1h')":                               {"bad-duration", "duration"},
		"person.word" + strings.Repeat(".replace('e', 'eeeeeeeeeeeeeeee')", 8): {"text-too-long", "replace"},
		"[person.word" + strings.Repeat(".replace('e', 'eeeeeeee')", 6) + "].map(x, [x, x, x, x, x]).map(l, l.join('')).join('')": {"text-too-long", "join"},
		"bool(person.word)":                {"bad-bool", "bool"},
		"9223372036854775807 + person.age": {"number-overflow", "9223372036854775807 + person.age"},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			v, f := compile(t, env, text, expr.Transform).Eval(input())
			require.NotNil(t, f)
			require.True(t, v.IsEmpty())
			require.Equal(t, want.code, f.Code)
			require.Equal(t, want.token, string([]rune(text)[f.Start:f.End]))
			require.NotEmpty(t, f.Summary)
			require.NotEmpty(t, f.Remedy)
			require.NotContains(t, f.Summary+f.Detail+f.Remedy, "secret")
		})
	}
}

func TestProgram(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	const (
		last, first, noName, age, born, note = 0, 1, 2, 3, 10, 1
	)
	for text, want := range map[string]struct {
		typ   string
		empty bool
		copy  bool
		reads []expr.Ref
	}{
		"person.last_name":      {"string", false, true, []expr.Ref{{0, last}}},
		"(person.no_name)":      {"string", true, true, []expr.Ref{{0, noName}}},
		"person.grade":          {"choice", false, true, []expr.Ref{{0, 13}}},
		"contract.kind":         {"string", true, true, []expr.Ref{{1, 0}}},
		"has(person.last_name)": {"bool", false, false, []expr.Ref{{0, last}}},
		"person.first_name + person.last_name + person.first_name": {"string", false, false, []expr.Ref{{0, last}, {0, first}}},
		"person.age + 0.5":                      {"double", false, false, []expr.Ref{{0, age}}},
		"person.salary + person.age":            {"decimal", false, false, []expr.Ref{{0, age}, {0, 6}}},
		"leaves.map(person, person.note)":       {"list(string)", false, false, []expr.Ref{{2, note}}},
		"leaves.all(l, filled(l.note))":         {"bool", false, false, []expr.Ref{{2, note}}},
		"leaves.all(l, l.note == 'x')":          {"bool", true, false, []expr.Ref{{2, note}}},
		"leaves[0].note":                        {"string", true, false, []expr.Ref{{2, note}}},
		"filled(contract)":                      {"bool", false, false, nil},
		"person.no_name.orValue('x')":           {"string", false, false, []expr.Ref{{0, noName}}},
		"person.no_name.orValue(contract.kind)": {"string", true, false, []expr.Ref{{0, noName}, {1, 0}}},
		"person.active ? person.born : null":    {"date", true, false, []expr.Ref{{0, 8}, {0, born}}},
		"past(person.no_date)":                  {"bool", false, false, []expr.Ref{{0, 11}}},
		"person.any":                            {"any", false, true, []expr.Ref{{0, 20}}},
		"input.url":                             {"string", false, false, nil},
		"{'a': person.age}":                     {"map(int)", false, false, []expr.Ref{{0, age}}},
		"person.address.city":                   {"string", true, false, []expr.Ref{{0, 19}}},
		"person.word.trim()":                    {"string", true, false, []expr.Ref{{0, 24}}},
		"''":                                    {"string", true, false, nil},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			p := compile(t, env, text, expr.Transform)
			require.Equal(t, want.typ, p.Type().String())
			require.Equal(t, want.empty, p.MayBeEmpty())
			require.Equal(t, want.reads, p.Reads())
			ref, copied := p.CopyOf()
			require.Equal(t, want.copy, copied)
			if copied {
				require.Equal(t, want.reads[0], ref)
			}
		})
	}
}

// An empty condition is for the caller to hold; what asks first is not warned of.
func TestConditions(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	for text, warned := range map[string]bool{
		"person.no_flag":    true,
		"person.no_age > 3": true,
		"person.active":     false,
		"filled(person.no_age) && person.no_age > 3":        false,
		"person.no_age.orValue(0) > 3":                      false,
		"coalesce(person.no_age, 0) > 3":                    false,
		"has(person.no_age) && person.no_age > 3":           false,
		"past(person.no_date)":                              false,
		"contract.kind == 'x'":                              true,
		"filled(contract) && contract.kind == 'x'":          false,
		"leaves.exists(l, l.note == 'x')":                   true,
		"leaves.exists(l, filled(l.note) && l.note == 'x')": false,
		"size(input.sites) == 0 || (filled(person.no_name) && person.no_name in input.sites)": false,
	} {
		p, problems := env.Compile(text, expr.Condition)
		require.NotNil(t, p, text)
		require.Equal(t, warned, len(problems) > 0, text)
		for _, problem := range problems {
			require.True(t, problem.Warning)
			require.Equal(t, "may-be-empty", problem.Code)
		}
	}
	v, f := compile(t, env, "person.no_age > 3", expr.Condition).Eval(input())
	require.Nil(t, f)
	require.Equal(t, record.Empty, v.Kind())
	v, f = compile(t, env, "person.grade", expr.Name).Eval(input())
	require.Nil(t, f)
	require.Equal(t, "Cadre", v.Text())
}

// A constant without a value yet is checked by its type.
func TestUnknownConstant(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	p := compile(t, env, "input.later + 1", expr.Transform)
	require.Equal(t, "int", p.Type().String())
	_, problems := env.Compile("input.later.upper()", expr.Transform)
	require.Equal(t, "wrong-type", problems[0].Code)
}

func TestNewRefusesTwoSourcesOfOneName(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Sources = append(o.Sources, person())
	_, err := expr.New(o)
	require.ErrorContains(t, err, "person")
}

func TestLookups(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	for text, want := range map[string][]expr.Lookup{
		"lookup('civility', person.last_name)":         {{Table: "civility", Field: expr.Ref{Source: 0, Field: 0}}},
		"'x' + lookup('civility', person.first_name)":  {{Table: "civility", Field: expr.Ref{Source: 0, Field: 1}}},
		"leaves.map(l, lookup('civility', l.note))":    {{Table: "civility", Field: expr.Ref{Source: 2, Field: 1}}},
		"lookup('civility', person.last_name.lower())": nil, // not the field's own value
		"lookup('civility', 'Mister')":                 nil,
		"person.last_name":                             nil,
	} {
		require.Equal(t, want, compile(t, env, text, expr.Transform).Lookups(), text)
	}
}
