package lang

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"passerelle/engine/diag"
)

// celIn reads the attribute x of a file.
func celIn(t testing.TB, name, src string) (*CEL, diag.Diagnostics) {
	t.Helper()
	f, found := parse(name, []byte(src))
	require.False(t, found.HasErrors(), "%v", found)
	c := open(&problems{}, f, f.body, &vocabulary{attrs: []string{"x"}}, diag.Range{}, nil)
	require.Contains(t, c.attrs, "x")
	out := c.cel(c.attrs["x"].Expr)
	return out, c.found
}

// Each case underlines one word of the CEL text; the bytes of the file at the
// range found must be how that word was written.
func TestRangeOfPointsAtWhatWasWritten(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		file, src  string
		text, word string // decoded
		written    string
		line, col  int
	}{
		"plain":          {"a.hcl", `x = "person.emial"`, "person.emial", "emial", "emial", 1, 13},
		"accents before": {"a.hcl", `x = "'é à' + bad"`, "'é à' + bad", "bad", "bad", 1, 14},
		"combining mark": {"a.hcl", "x = \"'e\u0301' + bad\"", "'e\u0301' + bad", "bad", "bad", 1, 12},
		"wide":           {"a.hcl", `x = "'日本' + bad"`, "'日本' + bad", "bad", "bad", 1, 13},
		"escaped quotes": {"a.hcl", `x = "\"a\" + bad"`, `"a" + bad`, "bad", "bad", 1, 14},
		"escape itself":  {"a.hcl", `x = "a + \u00e9t"`, "a + ét", "é", `\u00e9`, 1, 10},
		"long escape":    {"a.hcl", `x = "'\U0001F600' + b"`, "'😀' + b", "b", "b", 1, 21},
		"newline escape": {"a.hcl", `x = "a +\n bad"`, "a +\n bad", "bad", "bad", 1, 12},
		"tab escape":     {"a.hcl", `x = "a\t+ bad"`, "a\t+ bad", "bad", "bad", 1, 11},
		"dollar escape":  {"a.hcl", `x = "'$${x}' + bad"`, "'${x}' + bad", "bad", "bad", 1, 16},
		"percent escape": {"a.hcl", `x = "'%%{x}' + bad"`, "'%{x}' + bad", "bad", "bad", 1, 16},
		"parentheses":    {"a.hcl", `x = ("a.bad")`, "a.bad", "bad", "bad", 1, 9},
		"heredoc":        {"a.hcl", "x = <<EOT\na +\n  bad\nEOT\n", "a +\n  bad\n", "bad", "bad", 3, 3},
		"flush heredoc":  {"a.hcl", "x = <<-EOT\n    é +\n\n      bad\n    EOT\n", "é +\n\n  bad\n", "bad", "bad", 4, 7},
		"crlf heredoc":   {"a.hcl", "x = <<-EOT\r\n  a +\r\n   bad\r\n  EOT\r\n", "a +\r\n bad\r\n", "bad", "bad", 3, 4},
		"heredoc escape": {"a.hcl", "x = <<EOT\n'$${a}' + bad\nEOT\n", "'${a}' + bad\n", "bad", "bad", 2, 11},
		"json":           {"a.hcl.json", `{"x": "person.emial"}`, "person.emial", "emial", "emial", 1, 15},
		"json escapes":   {"a.hcl.json", `{"x": "\"\u00e9\"\n + bad"}`, "\"é\"\n + bad", "bad", "bad", 1, 23},
		"json surrogate": {"a.hcl.json", `{"x": "'\ud83d\ude00' + bad"}`, "'😀' + bad", "bad", "bad", 1, 25},
		"json pair":      {"a.hcl.json", `{"x": "'\ud83d\ude00'"}`, "'😀'", "😀", `\ud83d\ude00`, 1, 9},
		"json dollar":    {"a.hcl.json", `{"x": "'$${a}' + bad"}`, "'${a}' + bad", "bad", "bad", 1, 18},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, found := celIn(t, tc.file, tc.src)
			require.Empty(t, found)
			require.Equal(t, tc.text, c.Text)
			start := len([]rune(tc.text[:strings.Index(tc.text, tc.word)]))
			r := c.RangeOf(start, start+len([]rune(tc.word)))
			require.Equal(t, tc.written, tc.src[r.Start.Byte:r.End.Byte])
			require.Equal(t, tc.line, r.Start.Line)
			require.Equal(t, tc.col, r.Start.Column)
			require.Equal(t, tc.file, r.File)
		})
	}
}

func TestRangeOfStaysInside(t *testing.T) {
	t.Parallel()
	src := "x = <<EOT\na +\nEOT\n"
	c, _ := celIn(t, "a.hcl", src)
	for name, ends := range map[string][2]int{"end of a heredoc": {4, 4}, "far behind": {90, 99}} {
		r := c.RangeOf(ends[0], ends[1])
		require.Equal(t, diag.Pos{Line: 2, Column: 4, Byte: 13}, r.Start, name)
	}
	require.Equal(t, 10, c.RangeOf(-5, -3).Start.Byte)
	require.Equal(t, "a", src[c.RangeOf(-5, 1).Start.Byte:c.RangeOf(-5, 1).End.Byte])
	reversed := c.RangeOf(3, 1)
	require.Equal(t, reversed.Start, reversed.End)
	require.Equal(t, diag.Range{File: "f"}, (&CEL{Range: diag.Range{File: "f"}}).RangeOf(0, 1))
	at := diag.Range{File: "f", Start: diag.Pos{Line: 3, Column: 1, Byte: 9}, End: diag.Pos{Line: 3, Column: 4, Byte: 12}}
	require.Equal(t, at, NewCEL("abc", at).RangeOf(0, 3))
}

func TestInterpolationIsRefusedWhereItStands(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		`x = "a + ${input.b} + c"`:           "${input.b}",
		`x = "${input.b}"`:                   "${input.b}",
		`x = "%{ if true }a%{ endif }"`:      "%{ if true }",
		"x = <<EOT\na ${ {b = 1}.b }\nEOT\n": "${ {b = 1}.b }",
	} {
		c, found := celIn(t, "a.hcl", src)
		require.Nil(t, c)
		require.Len(t, found, 1)
		require.Equal(t, "interpolation", found[0].Code)
		r := found[0].Subject
		require.Equal(t, want, src[r.Start.Byte:r.End.Byte])
	}
	src := `{"x": "\u00e9 ${input.b}"}`
	_, found := celIn(t, "a.hcl.json", src)
	require.Len(t, found, 1)
	r := found[0].Subject
	require.Equal(t, "${input.b}", src[r.Start.Byte:r.End.Byte])
}

// FuzzCELText holds our decoding to HCL's own, and every place to the file.
func FuzzCELText(f *testing.F) {
	for _, s := range []string{
		`"a + b"`, `"\"é\" $${x} %%{y} \u00e9 \U0001F600"`, "<<EOT\na\n  b\nEOT\n", "<<-EOT\n    a\n\n  \tb\n    EOT\n",
		"<<-EOT\r\n  é\r\n   b\r\n  EOT\r\n", `"$$${x}"`, `"$$$${x}"`, "<<-E\n\u00a0 a\n  b\nE\n", "\"e\u0301\"", `"\\\\n"`, `"$"`, `"%%"`, "<<E\nE\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, expr string) {
		src := []byte("x = " + expr + "\n")
		if !utf8.Valid(src) {
			return // refused before it is parsed
		}
		parsed, found := parse("a.hcl", src)
		if found.HasErrors() {
			return
		}
		body := parsed.body.(*hclsyntax.Body)
		if len(body.Attributes) != 1 || body.Attributes["x"] == nil {
			return
		}
		e := bare(body.Attributes["x"].Expr)
		if _, template := e.(*hclsyntax.TemplateExpr); !template {
			return
		}
		text, _, ok := fromTokens(parsed.tokensIn(e.Range()))
		if !ok {
			return
		}
		v, found := e.Value(nil)
		if found.HasErrors() {
			return
		}
		require.Equal(t, v.AsString(), norm.NFC.String(text.text.String()))
		checkPlaces(t, src, &CEL{Text: text.text.String(), pos: text.pos})
	})
}

// FuzzJSONText does the same for JSON strings.
func FuzzJSONText(f *testing.F) {
	for _, s := range []string{`a + b`, `\"\u00e9\" \ud83d\ude00 \ud83d $${x}`, `\/\b\f\n\r\t\\`, "é e\u0301", `$$${a}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, inner string) {
		src := []byte(`{"x": "` + inner + `"}`)
		if !utf8.Valid(src) {
			return
		}
		parsed, found := parse("a.hcl.json", src)
		if found.HasErrors() {
			return
		}
		c := open(&problems{}, parsed, parsed.body, &vocabulary{attrs: []string{"x"}}, diag.Range{}, nil)
		a := c.attrs["x"]
		if a == nil || !parsed.starts(a.Expr.Range(), '"') {
			return
		}
		r := a.Expr.Range()
		text, _, ok := fromJSON(src[r.Start.Byte:r.End.Byte], r.Start)
		if !ok {
			return
		}
		v, found := a.Expr.Value(&hcl.EvalContext{})
		if found.HasErrors() {
			return
		}
		require.Equal(t, v.AsString(), norm.NFC.String(text.text.String()))
		checkPlaces(t, src, &CEL{Text: text.text.String(), pos: text.pos})
	})
}

func checkPlaces(t *testing.T, src []byte, c *CEL) {
	t.Helper()
	runes := []rune(c.Text)
	require.Len(t, c.pos, len(runes)+1)
	for i, r := range runes {
		require.LessOrEqual(t, c.pos[i].Byte, c.pos[i+1].Byte)
		at := src[c.pos[i].Byte]
		require.True(t, at == '\\' || at == '$' || at == '%' || strings.HasPrefix(string(src[c.pos[i].Byte:]), string(r)) || r == 0xFFFD,
			"rune %d %q stands at %q", i, r, at)
	}
}
