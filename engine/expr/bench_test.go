package expr_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/expr"
	"passerelle/plugins/record"
)

func itoa(n int) string { return strconv.Itoa(n) }

// employees is the shipped mapping from Lucca to Oppus: eight fields.
func employees(b testing.TB) (*expr.Env, []string, *expr.Input) {
	names := []string{"matricule", "last_name", "first_name", "civility", "nationality", "birth_date", "email", "landline"}
	s := expr.Source{Name: "employee"}
	for _, n := range names {
		t := record.Basic(record.String)
		if n == "birth_date" {
			t = record.Basic(record.Date)
		}
		s.Fields = append(s.Fields, expr.Field{Name: n, Type: t, MayBeEmpty: true})
	}
	env, err := expr.New(expr.Options{
		Sources: []expr.Source{s},
		Tables:  []expr.Table{{Name: "civility", Values: map[string]string{"Mister": "M.", "Miss": "Mme"}, Unknown: "hold"}},
	})
	require.NoError(b, err)
	str := record.NewString
	in := &expr.Input{Rows: [][]record.Value{{str("00057"), str("N'Guyen"), str("Zoé"), str("Miss"), str("France"), record.NewDate(1990, 9, 1), str("zoe@example.org"), {}}}}
	return env, []string{
		"employee.matricule", "employee.last_name.upper()", "employee.first_name", "lookup('civility', employee.civility)",
		"country(employee.nationality, 'alpha2')", "employee.birth_date.format('dd/MM/yyyy')", "employee.email", "employee.landline.phone('FR', 'e164')",
	}, in
}

func TestEmployees(t *testing.T) {
	t.Parallel()
	env, texts, in := employees(t)
	want := []string{`"00057"`, `"N'GUYEN"`, `"Zoé"`, `"Mme"`, `"FR"`, `"01/09/1990"`, `"zoe@example.org"`, "empty"}
	for i, text := range texts {
		require.Equal(t, want[i], show(compile(t, env, text, expr.Transform).Eval(in)))
	}
	in.Rows[0][7] = record.NewString("04 78 12 34 56")
	require.Equal(t, `"+33478123456"`, show(compile(t, env, texts[7], expr.Transform).Eval(in)))
}

func BenchmarkEmployees(b *testing.B) {
	env, texts, in := employees(b)
	run := func(b *testing.B, texts ...string) {
		var programs []*expr.Program
		for _, text := range texts {
			programs = append(programs, compile(b, env, text, expr.Transform))
		}
		b.ReportAllocs()
		for b.Loop() {
			for _, p := range programs {
				if _, f := p.Eval(in); f != nil {
					b.Fatal(f.Summary)
				}
			}
		}
	}
	b.Run("all eight", func(b *testing.B) { run(b, texts...) })
	for _, text := range texts {
		b.Run(text, func(b *testing.B) { run(b, text) })
	}
}

func BenchmarkNewAndCompile(b *testing.B) {
	for b.Loop() {
		env, texts, _ := employees(b)
		for _, text := range texts {
			compile(b, env, text, expr.Transform)
		}
	}
}
