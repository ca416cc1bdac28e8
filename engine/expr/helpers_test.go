package expr_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine/expr"
	"passerelle/plugins/record"
)

// person is the source of most tests: a field of every type. Fields whose names
// begin with "no_" are empty in the row that goes with it.
func person() expr.Source {
	b := record.Basic
	field := func(name string, t record.Type) expr.Field {
		return expr.Field{Name: name, Type: t, MayBeEmpty: strings.HasPrefix(name, "no_")}
	}
	return expr.Source{Name: "person", Fields: []expr.Field{
		field("last_name", b(record.String)), field("first_name", b(record.String)), field("no_name", b(record.String)),
		field("age", b(record.Int)), field("no_age", b(record.Int)),
		field("rate", b(record.Double)), field("salary", b(record.Decimal)), field("no_salary", b(record.Decimal)),
		field("active", b(record.Bool)), field("no_flag", b(record.Bool)),
		field("born", b(record.Date)), field("no_date", b(record.Date)),
		field("seen", b(record.Timestamp)),
		field("grade", b(record.Choice)), field("no_grade", b(record.Choice)),
		field("languages", record.ListOf(b(record.String))), field("no_list", record.ListOf(b(record.String))),
		field("dates", record.ListOf(b(record.Date))),
		field("extra", record.MapOf(b(record.String))),
		field("address", record.Type{Kind: record.Object, Fields: []record.TypeField{{Name: "city", Type: b(record.String)}, {Name: "zip", Type: b(record.String)}}}),
		field("any", record.Type{}),
		field("zero", b(record.Int)),
		field("blank", b(record.String)),
		field("no_in", b(record.String)),
		field("word", b(record.String)),
	}}
}

func row() []record.Value {
	s, d := record.NewString, record.NewDate
	return []record.Value{
		s("N'Guyen"), s("Zoé"), {},
		record.NewInt(36), {},
		record.NewDouble(0.5), record.NewDecimal("1234.5"), {},
		record.NewBool(true), {},
		d(1990, 9, 1), {},
		record.NewTimestamp(time.Date(2026, 9, 1, 6, 0, 0, 0, time.UTC)),
		record.NewChoice("A1", "Cadre"), {},
		record.NewList([]record.Value{s("fr"), {}, s("en")}), {},
		record.NewList([]record.Value{d(2026, 5, 2), {}, d(2026, 5, 1)}),
		record.NewMap([]string{"k", "void"}, []record.Value{s("v"), {}}),
		record.NewObject([]string{"city", "zip"}, []record.Value{s("Lyon"), {}}),
		s("anything"),
		record.NewInt(0),
		s("   "),
		{},
		s("secret-value"),
	}
}

func contract() expr.Source {
	return expr.Source{Name: "contract", Fields: []expr.Field{{Name: "kind", Type: record.Basic(record.String)}, {Name: "starts_on", Type: record.Basic(record.Date)}}}
}

func leaves() expr.Source {
	return expr.Source{Name: "leaves", Many: true, Fields: []expr.Field{{Name: "day", Type: record.Basic(record.Date)}, {Name: "note", Type: record.Basic(record.String), MayBeEmpty: true}}}
}

func leave(day record.Value, note string) record.Value {
	return record.NewObject([]string{"day", "note"}, []record.Value{day, record.NewString(note)})
}

func options(t testing.TB) expr.Options {
	zone, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	return expr.Options{
		Zone:    zone,
		Sources: []expr.Source{person(), contract(), leaves()},
		Inputs: []expr.Constant{
			{Name: "sites", Type: record.ListOf(record.Basic(record.String)), Value: record.NewList([]record.Value{record.NewString("Lyon")}), Known: true},
			{Name: "url", Type: record.Basic(record.String), Value: record.NewString("https://example.org"), Known: true},
			{Name: "later", Type: record.Basic(record.Int)},
		},
		Locals: []expr.Constant{{Name: "french", Type: record.Basic(record.String), Value: record.NewString("dd/MM/yyyy"), Known: true}},
		Tables: []expr.Table{
			{Name: "civility", Values: map[string]string{"Mister": "M.", "Miss": "Mme", "None": ""}, Unknown: "hold"},
			{Name: "keeper", Values: map[string]string{"a": "b"}, Unknown: "keep"},
			{Name: "gender", Values: map[string]string{"f": "F"}, Unknown: "text", Text: "UNKNOWN"},
		},
		Mappings: []string{"people", "departments", "shipped/people"},
	}
}

func newEnv(t testing.TB) *expr.Env {
	env, err := expr.New(options(t))
	require.NoError(t, err)
	return env
}

func input() *expr.Input {
	return &expr.Input{
		Rows: [][]record.Value{
			row(),
			nil,
			{leave(record.NewDate(2026, 8, 3), "half"), leave(record.Value{}, "")},
		},
		Today: record.NewDate(2026, 9, 1),
	}
}

func compile(t testing.TB, env *expr.Env, text string, use expr.Use) *expr.Program {
	p, problems := env.Compile(text, use)
	for _, problem := range problems {
		require.True(t, problem.Warning, "%s: %s %s", text, problem.Summary, problem.Detail)
	}
	require.NotNil(t, p, text)
	return p
}

// show writes a result as the examples of the reference do.
func show(v record.Value, f *expr.Failure) string {
	if f != nil {
		return "failure " + f.Code
	}
	switch v.Kind() {
	case record.Empty:
		return "empty"
	case record.String:
		return strconv.Quote(v.Text())
	case record.Decimal:
		return v.Text()
	case record.Int:
		return strconv.FormatInt(v.Int(), 10)
	case record.Bool:
		return strconv.FormatBool(v.Bool())
	case record.Double:
		return strconv.FormatFloat(v.Double(), 'g', -1, 64)
	case record.Date:
		y, m, d := v.Civil()
		return fmt.Sprintf("%04d-%02d-%02d", y, m, d)
	case record.Timestamp:
		return v.Time().Format(time.RFC3339)
	case record.Choice:
		return v.Text() + "/" + v.Label()
	case record.List:
		parts := []string{}
		for _, item := range v.Items() {
			parts = append(parts, show(item, nil))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	parts := []string{}
	for i, key := range v.Keys() {
		parts = append(parts, key+"="+show(v.Items()[i], nil))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
