package expr

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/record"
)

// What the native functions say is what cel-go says, and where they give up
// cel-go answers alone: this holds for every expression that can be written, so
// random ones are tried on random records.
func FuzzNative(f *testing.F) {
	for seed := range 200 {
		f.Add(strings.Repeat(string(rune('a'+seed%26)), seed%17)+fmt.Sprint(seed*7919), uint8(seed))
	}
	env := nativeEnv(f)
	f.Fuzz(func(t *testing.T, choices string, use uint8) {
		g := &generator{choices: []byte(choices)}
		text := g.expression([]string{"text", "flag", "whole", "date", "list"}[use%5], 4)
		agree(t, env, text, g.input(), &Room{})
	})
}

func TestNativeSaysWhatInterpretedSays(t *testing.T) {
	t.Parallel()
	env := nativeEnv(t)
	var texts []string
	for _, d := range env.Functions() {
		for _, x := range d.Examples {
			texts = append(texts, x.Expression)
		}
	}
	in, err := os.ReadFile(filepath.Join("testdata", "problems.in"))
	require.NoError(t, err)
	for line := range strings.Lines(string(in)) {
		_, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		texts = append(texts, text, strings.TrimSpace(line))
	}
	native, room := 0, &Room{}
	for i := range 3000 {
		g := &generator{choices: []byte(fmt.Sprint(i*i*7919, "x", i))}
		texts = append(texts, g.expression([]string{"text", "flag", "whole", "date", "list"}[i%5], 4))
	}
	for i, text := range texts {
		g := &generator{choices: []byte(fmt.Sprint(i * 104729))}
		if agree(t, env, text, g.input(), room) {
			native++
		}
	}
	require.Greater(t, native, 2000, "most expressions have a native form")
}

// agree evaluates a text in both ways, and reports whether there were two.
func agree(t *testing.T, env *Env, text string, in *Input, room *Room) bool {
	p, _ := env.Compile(text, Transform)
	if p == nil || p.native == nil {
		return false
	}
	wanted, failure := p.interpret(in)
	inRoom := *in
	inRoom.Room = room
	got, state := p.native.eval(in)
	kept, same := p.native.eval(&inRoom)
	require.Equal(t, state, same, text)
	require.True(t, sameValue(kept, got), "%s gives %s in a room, and %s without", text, kept.AppendJSON(nil), got.AppendJSON(nil))
	if state == gives {
		return true // cel-go is asked
	}
	require.Nil(t, failure, "%s gives %v, and should fail", text, got)
	require.True(t, sameValue(wanted, got), "%s gives %s, and should give %s", text, got.AppendJSON(nil), wanted.AppendJSON(nil))
	return true
}

func nativeEnv(t testing.TB) *Env {
	b := record.Basic
	env, err := New(Options{
		Zone: time.UTC,
		Sources: []Source{
			{Name: "p", Fields: []Field{
				{Name: "s1", Type: b(record.String), MayBeEmpty: true}, {Name: "s2", Type: b(record.String), MayBeEmpty: true},
				{Name: "n1", Type: b(record.Int), MayBeEmpty: true}, {Name: "n2", Type: b(record.Int), MayBeEmpty: true},
				{Name: "b1", Type: b(record.Bool), MayBeEmpty: true}, {Name: "d1", Type: b(record.Date), MayBeEmpty: true},
				{Name: "l1", Type: record.ListOf(b(record.String)), MayBeEmpty: true}, {Name: "c1", Type: b(record.Choice), MayBeEmpty: true},
				{Name: "m1", Type: b(record.Decimal), MayBeEmpty: true},
			}},
			{Name: "j", Fields: []Field{{Name: "s1", Type: b(record.String), MayBeEmpty: true}, {Name: "d1", Type: b(record.Date), MayBeEmpty: true}}},
		},
		Inputs: []Constant{
			{Name: "site", Type: b(record.String), Value: record.NewString("Lyon"), Known: true},
			{Name: "sites", Type: record.ListOf(b(record.String)), Value: record.NewList([]record.Value{record.NewString("Lyon"), {}}), Known: true},
			{Name: "later", Type: b(record.String)},
		},
		Tables: []Table{
			{Name: "hold", Values: map[string]string{"Lyon": "L", "Zoé": ""}, Unknown: "hold"},
			{Name: "keep", Values: map[string]string{"Lyon": "L"}, Unknown: "keep"},
		},
	})
	require.NoError(t, err)
	return env
}

// generator writes an expression and a record out of what bytes choose.
type generator struct {
	choices []byte
	at      int
}

func (g *generator) choose(of int) int {
	if len(g.choices) == 0 {
		return 0
	}
	g.at++
	// The place goes in, so that a short text of choices doesn't repeat itself.
	return (int(g.choices[g.at%len(g.choices)])*31 + g.at*g.at*7) % of
}

var texts = []string{"Lyon", "Zoé", "N'Guyen", " x ", "12", "01/02/1990", "a;b", "Strauß ΟΔΟΣ œ", "ÉŸ\xff"}

func (g *generator) input() *Input {
	text := func() record.Value {
		if i := g.choose(len(texts) + 2); i < len(texts) {
			return record.NewString(texts[i])
		}
		return record.Value{}
	}
	whole := func() record.Value {
		return []record.Value{{}, record.NewInt(0), record.NewInt(-3), record.NewInt(1 << 62), record.NewInt(-1 << 63), record.NewInt(7)}[g.choose(6)]
	}
	day := func() record.Value {
		return []record.Value{{}, record.NewDays(20_000), record.NewDays(0), record.NewDays(2_900_000), record.NewDays(-730_000), record.NewDays(9_000_000)}[g.choose(6)]
	}
	in := &Input{Today: record.NewDays(20_400), Rows: [][]record.Value{{
		text(), text(), whole(), whole(),
		[]record.Value{{}, record.NewBool(true), record.NewBool(false)}[g.choose(3)], day(),
		[]record.Value{{}, record.NewList(nil), record.NewList([]record.Value{text(), text()})}[g.choose(3)],
		[]record.Value{{}, record.NewChoice("1", "Un")}[g.choose(2)],
		[]record.Value{{}, record.NewDecimal("12.5")}[g.choose(2)],
	}, {text(), day()}}}
	if g.choose(3) == 0 {
		in.Rows[1] = nil
	}
	return in
}

// expression writes one of a kind, with so many levels of calls at the most.
func (g *generator) expression(kind string, depth int) string {
	of := func(kind string) string { return g.expression(kind, depth-1) }
	any := func() string { return of([]string{"text", "flag", "whole", "date", "list"}[g.choose(5)]) }
	leaf := depth == 0 || g.choose(6) == 0
	switch kind {
	case "text":
		if leaf {
			return []string{"p.s1", "p.s2", "j.s1", "''", "'Lyon'", "input.site", "input.later", "p.c1.label"}[g.choose(8)]
		}
		switch g.choose(15) {
		case 0:
			return of("text") + "." + []string{"upper", "lower", "trim", "title", "unaccent"}[g.choose(5)] + "()"
		case 1:
			return "(" + of("text") + " + " + of("text") + ")"
		case 2:
			return of("text") + ".replace(" + of("text") + ", " + of("text") + ")"
		case 3:
			return of("text") + "." + []string{"before", "after"}[g.choose(2)] + "(" + of("text") + ")"
		case 4:
			return "lookup('" + []string{"hold", "keep"}[g.choose(2)] + "', " + of("text") + ")"
		case 5:
			return of("date") + ".format('" + []string{"dd/MM/yyyy", "yyyy", "EEEE d MMMM y", "E MMM yy M"}[g.choose(4)] + "')"
		case 6:
			return "string(" + of([]string{"whole", "date", "text"}[g.choose(3)]) + ")"
		case 7:
			return of("list") + ".join(" + of("text") + ")"
		case 8:
			return of("text") + ".substring(" + of("whole") + ")"
		case 9:
			return of("text") + ".phone('FR', 'e164')"
		case 10:
			return "(p.m1 * " + of("whole") + ").fixed(2, ',')"
		case 11:
			return of("text") + ".replace(" + []string{"'o', ''", "'n', 'éé'", "' ', ' '", "'Lyon', ''", "'', 'x'"}[g.choose(5)] + ")"
		default:
			return g.eitherWay("text", of)
		}
	case "flag":
		if leaf {
			return []string{"p.b1", "true", "false", "past(p.d1)"}[g.choose(4)]
		}
		switch g.choose(9) {
		case 0:
			return "(" + of("flag") + " && " + of("flag") + ")"
		case 1:
			return "(" + of("flag") + " || " + of("flag") + ")"
		case 2:
			return "!" + of("flag")
		case 3:
			return []string{"filled(", "empty("}[g.choose(2)] + any() + ")"
		case 4:
			return []string{"filled(j)", "empty(j)"}[g.choose(2)]
		case 5:
			same := []string{"text", "whole", "date"}[g.choose(3)]
			return "(" + of(same) + []string{" == ", " != ", " < ", " <= ", " > ", " >= "}[g.choose(6)] + of(same) + ")"
		case 6:
			return "(" + of("text") + " in " + of("list") + ")"
		case 7:
			return of("text") + "." + []string{"startsWith", "endsWith", "contains"}[g.choose(3)] + "(" + of("text") + ")"
		default:
			return g.eitherWay("flag", of)
		}
	case "whole":
		if leaf {
			return []string{"p.n1", "p.n2", "0", "3", "9223372036854775807"}[g.choose(5)]
		}
		switch g.choose(6) {
		case 0:
			return "(" + of("whole") + []string{" + ", " - ", " * ", " / "}[g.choose(4)] + of("whole") + ")"
		case 1:
			return "size(" + of([]string{"text", "list"}[g.choose(2)]) + ")"
		case 2:
			return of("date") + ".year()"
		case 3:
			return "age(" + of("date") + ")"
		default:
			return g.eitherWay("whole", of)
		}
	case "date":
		if leaf {
			return []string{"p.d1", "j.d1", "today()"}[g.choose(3)]
		}
		switch g.choose(4) {
		case 0:
			return of("date") + "." + []string{"addDays", "addMonths", "addYears"}[g.choose(3)] + "(" + of("whole") + ")"
		case 1:
			return "date(" + of("text") + ", 'dd/MM/yyyy')"
		default:
			return g.eitherWay("date", of)
		}
	}
	if leaf {
		return []string{"p.l1", "input.sites", "[]", "['Lyon', 'Zoé', '']", "['1','2','3','4','5','6','7','8','9','12']"}[g.choose(5)]
	}
	switch g.choose(3) {
	case 0:
		return "[" + of("text") + ", " + of("text") + "]"
	case 1:
		return of("text") + ".split(';')"
	}
	return g.eitherWay("list", of)
}

// eitherWay are the forms that every kind has.
func (g *generator) eitherWay(kind string, of func(string) string) string {
	switch g.choose(4) {
	case 0:
		return "(" + of("flag") + " ? " + of(kind) + " : " + of(kind) + ")"
	case 1:
		return "(" + of("flag") + " ? " + of(kind) + " : null)"
	case 2:
		return "coalesce(" + of(kind) + ", " + of(kind) + ")"
	}
	return of(kind) + ".orValue(" + of(kind) + ")"
}
