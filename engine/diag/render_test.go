package diag

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

// at finds a piece of a file and gives its range, as a parser would.
func at(file, src, piece string) *Range {
	start := strings.Index(src, piece)
	pos := func(b int) Pos {
		line := src[strings.LastIndexByte(src[:b], '\n')+1 : b]
		return Pos{Line: 1 + strings.Count(src[:b], "\n"), Column: 1 + utf8.RuneCountInString(line), Byte: b}
	}
	return &Range{File: file, Start: pos(start), End: pos(start + len(piece))}
}

func example(src, piece string) Diagnostic {
	return Diagnostic{
		Code:    "unknown-field",
		Summary: `Unknown field "emial" of resource "users"`,
		Detail:  `The resource has no such field. Did you mean "email"?`,
		Remedy:  "Correct the path, or declare the field's type if the connector doesn't know it yet.",
		Subject: at("mappings/people.hcl", src, piece),
		In:      []string{`mapping "people"`, `source "person"`},
	}
}

func TestWriteText(t *testing.T) {
	t.Parallel()
	const plainLine = "mapping \"people\" {\n  source \"person\" {\n    field \"email\" { path = \"emial\" }\n  }\n}\n"
	long := "map = { " + strings.Repeat("aé = \"person.a\", ", 12) + "bad = \"person.emial\", " + strings.Repeat("z = \"person.z\", ", 12) + "}\n"
	several := "where = <<-CEL\n  person.a &&\n\n    person.b\nCEL\n"
	cases := map[string]struct {
		src   string
		piece string
		opts  TextOptions
		with  func(*Diagnostic)
	}{
		"plain":          {src: plainLine, piece: "emial"},
		"colour":         {src: plainLine, piece: "emial", opts: TextOptions{Color: true}},
		"warning":        {src: plainLine, piece: "emial", opts: TextOptions{Color: true}, with: func(d *Diagnostic) { d.Severity = Warning }},
		"narrow":         {src: plainLine, piece: "emial", opts: TextOptions{Width: 40}},
		"too narrow":     {src: plainLine, piece: "emial", opts: TextOptions{Width: 3}},
		"tabs":           {src: "a\t= 1\n\tb\t= \"emial\"\n", piece: "emial"},
		"wide":           {src: "x = \"'日本' + 'e\u0301' + emial\"\n", piece: "emial"},
		"wide token":     {src: "x = \"日本\"\n", piece: "日本"},
		"emoji":          {src: "x = \"👩‍👧 ☂️ emial\"\n", piece: "emial"},
		"long line":      {src: long, piece: "emial"},
		"long token":     {src: "x = \"" + strings.Repeat("word ", 60) + "\"\n", piece: strings.Repeat("word ", 60)},
		"several lines":  {src: several, piece: "person.a &&\n\n    person.b"},
		"context":        {src: plainLine, piece: "emial", with: func(d *Diagnostic) { d.Context = at("mappings/people.hcl", plainLine, plainLine[:len(plainLine)-1]) }},
		"end of line":    {src: "x =\ny = 1\n", piece: "\n", with: func(d *Diagnostic) { d.Subject.End = d.Subject.Start }},
		"end of file":    {src: "x =", piece: "x =", with: func(d *Diagnostic) { d.Subject.Start = d.Subject.End }},
		"crlf":           {src: "a = 1\r\nb = \"emial\"\r\n", piece: "emial"},
		"no source":      {src: "", piece: ""},
		"no place":       {src: plainLine, piece: "emial", with: func(d *Diagnostic) { d.Subject, d.In = nil, nil }},
		"no place in":    {src: plainLine, piece: "emial", with: func(d *Diagnostic) { d.Subject = nil }},
		"no line":        {src: plainLine, piece: "emial", with: func(d *Diagnostic) { d.Subject = &Range{File: "mappings"} }},
		"outside":        {src: plainLine, piece: "emial", with: func(d *Diagnostic) { d.Subject.Start.Byte, d.Subject.End.Byte = 9000, 9005 }},
		"concealed":      {src: "api_key = \"secret\"\n", piece: "secret", with: func(d *Diagnostic) { d.Conceal = true }},
		"only a summary": {src: plainLine, piece: "emial", with: func(d *Diagnostic) { d.Detail, d.Remedy = "", "" }},
		"hostile": {src: "x = \"\x1b[31m\u202eemial\u009b\xff\"\n", piece: "emial", with: func(d *Diagnostic) {
			d.Summary, d.Detail, d.Remedy, d.In = "a\x1b]0;b\n\u2066c", "d\x07\te\n\u202ef", "g\x9b", []string{"h\x1b[2J"}
			d.Subject.File = "f\x1b.hcl"
		}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := example(tc.src, tc.piece)
			if tc.with != nil {
				tc.with(&d)
			}
			sources := Sources{}
			if tc.src != "" && d.Subject != nil {
				sources[d.Subject.File] = []byte(tc.src)
			}
			var out bytes.Buffer
			require.NoError(t, Diagnostics{d}.WriteText(&out, sources, tc.opts))
			golden(t, name+".txt", out.Bytes())
			if !tc.opts.Color {
				require.NotContains(t, out.String(), "\x1b")
			}
			require.False(t, strings.ContainsFunc(out.String(), func(r rune) bool { return r != '\n' && r != '\t' && r != 0x1b && unsafeToShow(r) }))
			raw, err := json.Marshal(d.JSON(sources))
			require.NoError(t, err)
			require.False(t, strings.ContainsFunc(string(raw), unsafeToShow))
			require.NotContains(t, out.String()+string(raw), "secret")
		})
	}
}

// The carets of a diagnostic stand under the token, whatever stands before it.
func TestCaretsStandUnderTheToken(t *testing.T) {
	t.Parallel()
	for _, before := range []string{"", "abc", "\t", "ab\t\t", "日本 ", "e\u0301e\u0301", strings.Repeat("long ", 40), strings.Repeat("日", 80)} {
		src := before + "emial" + strings.Repeat(" more", 40) + "\n"
		d := example(src, "emial")
		var out bytes.Buffer
		require.NoError(t, Diagnostics{d}.WriteText(&out, Sources{"mappings/people.hcl": []byte(src)}, TextOptions{}))
		lines := strings.Split(out.String(), "\n")
		i := 0
		for !strings.Contains(lines[i], "^") {
			i++
		}
		text, carets := lines[i-1], lines[i]
		require.Equal(t, textCells(text[:strings.Index(text, "emial")]), textCells(carets[:strings.Index(carets, "^")]))
		require.Equal(t, 5, strings.Count(carets, "^"))
		require.LessOrEqual(t, textCells(text), 80)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	src := "é\nx = \"日 emial\"\n"
	d := example(src, "emial")
	d.Class = Credentials
	raw, err := json.MarshalIndent(d.JSON(Sources{"mappings/people.hcl": []byte(src)}), "", "  ")
	require.NoError(t, err)
	golden(t, "json.json", append(raw, '\n'))

	var back JSON
	require.NoError(t, json.Unmarshal(raw, &back))
	require.Equal(t, "emial", string([]rune(back.Snippet.Text)[back.Snippet.Start:back.Snippet.End]))
	require.Equal(t, 2, back.Snippet.Line)
}

func TestJSONLosesNothing(t *testing.T) {
	t.Parallel()
	d := Diagnostic{Code: "x", Summary: "a\u202e<b>\x1b\u009b c\u2028"}
	raw, err := json.Marshal(d.JSON(nil))
	require.NoError(t, err)
	var back JSON
	require.NoError(t, json.Unmarshal(raw, &back))
	require.Equal(t, d.Summary, back.Summary)
	require.False(t, strings.ContainsFunc(string(raw), unsafeToShow))
}

func TestClassNames(t *testing.T) {
	t.Parallel()
	for class, name := range map[Class]string{Refused: "refused", Credentials: "credentials", Unavailable: "unavailable", Fault: "fault", Interrupted: "interrupted"} {
		require.Equal(t, name, class.String())
	}
}

func TestDidYouMean(t *testing.T) {
	t.Parallel()
	words := []string{"email", "e-mail", "employee", "site", "étage", "last_name", "here"}
	for given, want := range map[string]string{
		"emial": "email", "EMAIL": "email", "etage": "étage", "last-name": "last_name", "lastname": "last_name",
		"heer": "here", "sit": "site", "zzzz": "", "": "", "email": "e-mail", "employe": "employee", "x": "",
	} {
		require.Equal(t, want, DidYouMean(given, words), given)
	}
	require.Equal(t, "aaa1", DidYouMean("aaa2", []string{"b2x", "aaa1", "aaa3"}), "the first of equally close ones")
	require.Equal(t, ` Did you mean "site"?`, Suggest("sit", words))
	require.Empty(t, Suggest("zzzz", words))
}

func TestSortAndErrors(t *testing.T) {
	t.Parallel()
	place := func(file string, b int) *Range { return &Range{File: file, Start: Pos{Byte: b}} }
	ds := Diagnostics{{Code: "none"}, {Code: "b2", Subject: place("b", 2)}, {Code: "a9", Subject: place("a", 9), Severity: Warning}, {Code: "b1", Subject: place("b", 1)}}
	ds.Sort()
	var codes []string
	for _, d := range ds {
		codes = append(codes, d.Code)
	}
	require.Equal(t, []string{"a9", "b1", "b2", "none"}, codes)
	require.Len(t, ds.Errors(), 3)
	require.Equal(t, ds, From(fmt.Errorf("run: %w", ds.Err()), "x"))
	require.NoError(t, Diagnostics{{Severity: Warning}}.Err())
	require.Equal(t, Diagnostics{ds[0]}, From(ds[0], "x"))
	require.Nil(t, From(nil, "x"))
	require.Equal(t, Fault, From(errors.New("y"), "reading")[0].Class)
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("closed") }

func TestWriteTextSaysThatItFailed(t *testing.T) {
	t.Parallel()
	require.Error(t, Diagnostics{{Code: "x"}}.WriteText(brokenWriter{}, nil, TextOptions{}))
}

// FuzzWriteText: whatever a file holds and wherever a range points, rendering
// ends, and nothing in it acts on a terminal.
func FuzzWriteText(f *testing.F) {
	f.Add("x = \"emial\"\n", 5, 10, 80)
	f.Add("\x1b\u202e日\t\r\n\n", 0, 9, 40)
	f.Fuzz(func(t *testing.T, src string, start, end, width int) {
		r := Range{File: "f", Start: Pos{Line: 1, Byte: start}, End: Pos{Line: 2, Byte: end}}
		ds := Diagnostics{{Code: "c", Summary: src, Detail: src, Remedy: src, Subject: &r, Context: &r}}
		var out bytes.Buffer
		require.NoError(t, ds.WriteText(&out, Sources{"f": []byte(src)}, TextOptions{Width: width % 300}))
		require.False(t, strings.ContainsFunc(out.String(), func(r rune) bool { return r != '\n' && r != '\t' && unsafeToShow(r) }))
		_, err := json.Marshal(ds[0].JSON(Sources{"f": []byte(src)}))
		require.NoError(t, err)
	})
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", strings.ReplaceAll(name, " ", "-"))
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run the test with -update to write it")
	require.Equal(t, string(want), string(got))
}
