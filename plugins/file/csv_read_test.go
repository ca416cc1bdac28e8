package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

type set = map[string]any

func TestCSVIsRead(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		file       string
		settings   set
		projection []string
		want       []string
	}{
		"zeros, accents, quotes, newlines": {
			file:       "matricule;nom;note\r\n00057;N'Guyen;\"a \"\"b\"\"; c\r\nd\"\r\n00058;Zoé;\r\n",
			projection: []string{"matricule", "nom", "note"},
			want:       []string{`{"matricule":"00057","nom":"N'Guyen","note":"a \"b\"; c\nd"}`, `{"matricule":"00058","nom":"Zoé"}`},
		},
		"only what is asked for": {
			file: "a;b;c\n1;2;3\n", projection: []string{"c", "a"}, want: []string{`{"c":"3","a":"1"}`},
		},
		"byte order mark":    {file: "\xEF\xBB\xBFa;b\n1;2\n", projection: []string{"a"}, want: []string{`{"a":"1"}`}},
		"comma":              {file: "a,b\n1,2\n", settings: set{"separator": ","}, want: []string{`{"a":"1","b":"2"}`}},
		"tab":                {file: "a\tb\n1\t2\n", settings: set{"separator": "\t"}, want: []string{`{"a":"1","b":"2"}`}},
		"bar":                {file: "a|b\n1|2\n", settings: set{"separator": "|"}, want: []string{`{"a":"1","b":"2"}`}},
		"windows-1252":       {file: "pr\xe9nom\nZo\xeb \x80\n", settings: set{"encoding": "windows-1252"}, projection: []string{`["prénom"]`}, want: []string{`{"prénom":"Zoë €"}`}},
		"an accent in parts": {file: "pre\u0301nom\nZ\n", projection: []string{`["prénom"]`}, want: []string{`{"prénom":"Z"}`}},
		"no header":          {file: "1;2\n3;4\n", settings: set{"header": false, "columns": []string{"a", "b"}}, projection: []string{"b"}, want: []string{`{"b":"2"}`, `{"b":"4"}`}},
		"header as declared": {file: "a;b\n1;2\n", settings: set{"columns": []string{"a", "b"}}, want: []string{`{"a":"1","b":"2"}`}},
		"nobody":             {file: "a;b\n", projection: []string{"a"}},
		"blank rows":         {file: "a;b\n1;2\n;\n\n3;4\n", projection: []string{"a"}, want: []string{`{"a":"1"}`, `{"a":"3"}`}},
		"null text":          {file: "a;b\nNULL;2\n", settings: set{"null_text": "NULL"}, want: []string{`{"b":"2"}`}},
		"dates": {
			file: "d\n31/12/2025\n31/02/2025\n2025-01-01\n1/2/2025\n", settings: set{"dates": []string{"d"}, "date_format": "dd/MM/yyyy"},
			want: []string{`{"d":"2025-12-31"}`, `{"d":{"unreadable":true}}`, `{"d":{"unreadable":true}}`, `{"d":{"unreadable":true}}`},
		},
		"decimals": {
			file: "d\n1234,50\n1 234,5\n-0,5\n1.5\n12 34\nx\n007\n", settings: set{"decimals": []string{"d"}, "decimal": ","},
			want: []string{`{"d":"1234.5"}`, `{"d":"1234.5"}`, `{"d":"-0.5"}`, `{"d":{"unreadable":true}}`, `{"d":{"unreadable":true}}`, `{"d":{"unreadable":true}}`, `{"d":"7"}`},
		},
		"text of a spreadsheet": {
			file: "a;b\n\"=\"\"00057\"\"\";\"=\"\"1\"\"\"\n7;8\n", settings: set{"spreadsheet_text": []string{"a"}},
			want: []string{`{"a":"00057","b":"=\"1\""}`, `{"a":"7","b":"8"}`},
		},
		"last line without end, said to be so": {file: "a\n1\n2", settings: set{"last_line": "optional"}, want: []string{`{"a":"1"}`, `{"a":"2"}`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, end, err := read(t, connect(t, set{"path": put(t, "people.csv", test.file)}), test.settings, test.projection...)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
			require.True(t, end.Complete)
		})
	}
}

// canary stands for a value of a record: it may be in no complaint.
const canary = "Canary"

func TestABadCSVIsRefusedWithItsLine(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		file       string
		settings   set
		projection []string
		code, says string
	}{
		"empty":                      {file: "", code: "empty-file", says: "people.csv"},
		"only a mark":                {file: "\xEF\xBB\xBF", code: "empty-file"},
		"only blank lines":           {file: "\n\n;\n", code: "empty-file"},
		"missing column":             {file: canary + ";b\n1;2\n", projection: []string{"a"}, code: "missing-column", says: `"a"`},
		"other capitals":             {file: "NOM;b\n1;2\n", projection: []string{"nom"}, code: "missing-column", says: "Column 1"},
		"other separator":            {file: "a,b\n1,2\n", projection: []string{"a"}, code: "missing-column", says: "separator"},
		"column twice":               {file: "a;b;a\n1;2;3\n", projection: []string{"a"}, code: "duplicate-column", says: `2 columns`},
		"header not as declared":     {file: "a;" + canary + "\n1;2\n", settings: set{"columns": []string{"a", "b"}}, code: "other-columns", says: `Column 2 is not "b"`},
		"header too short":           {file: "a\n1\n", settings: set{"columns": []string{"a", "b"}}, code: "other-columns", says: `ends before "b"`},
		"header too long":            {file: "a;b;" + canary + "\n1;2;3\n", settings: set{"columns": []string{"a", "b"}}, code: "other-columns", says: "3 columns"},
		"no header and no columns":   {file: "1\n", settings: set{"header": false}, code: "bad-setting", says: "columns"},
		"short row":                  {file: "a;b\n1;2\n" + canary + "\n3;4\n", code: "ragged-row", says: "line 3"},
		"long row":                   {file: "a;b\n1;2\n3;" + canary + ";5\n6;7\n", code: "ragged-row", says: "line 3"},
		"quote within":               {file: "a;b\n1;2\n3;" + canary + "\" x\n", code: "bad-quotes", says: "line 3"},
		"text after a quote":         {file: "a;b\n1;\"" + canary + "\"x\n", code: "bad-quotes", says: "line 2"},
		"quote never closed":         {file: "a;b\n1;\"" + canary + "\n2;3\n", code: "bad-quotes", says: "line 2"},
		"quote never closed, cut":    {file: "a;b\n1;\"" + canary, code: "half-written", says: "line 2"},
		"cut in a row":               {file: "a;b\n1;2\n" + canary, code: "half-written", says: "line 3"},
		"cut in the last value":      {file: "a;b\n1;2\n3;" + canary, code: "half-written", says: "line 3"},
		"NUL":                        {file: "a;b\n1;2\n3;" + canary + "\x00\n", code: "nul-byte", says: "line 3"},
		"UTF-16":                     {file: "\xFF\xFEa\x00\n\x00", code: "wrong-encoding", says: "UTF-16"},
		"windows-1252 as UTF-8":      {file: "a;b\n1;Zo\xe9 " + canary + "\n", code: "wrong-encoding", says: "line 2: column 2"},
		"wrong bytes in the header":  {file: "a;Zo\xe9\n1;2\n", code: "wrong-encoding", says: "line 1"},
		"UTF-8 as windows-1252":      {file: "\xEF\xBB\xBFa\n1\n", settings: set{"encoding": "windows-1252"}, code: "wrong-encoding", says: "UTF-8"},
		"no such byte":               {file: "a\n1\n\x81\n", settings: set{"encoding": "windows-1252"}, code: "wrong-encoding", says: "line 3"},
		"returns alone":              {file: "a;b\r1;" + canary + "\r", settings: set{"last_line": "optional"}, code: "bad-line-ends"},
		"a huge row":                 {file: "a;b\n1;2\n\"" + strings.Repeat(canary+"\n", 1<<20) + "\n", code: "row-too-long", says: "line 3"},
		"a path that walks":          {file: "a\n1\n", projection: []string{"a.b"}, code: "bad-path", says: "a.b"},
		"a date column that is none": {file: "a\n1\n", settings: set{"dates": []string{"b"}}, code: "bad-setting", says: `"b"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, end, err := read(t, connect(t, set{"path": put(t, "people.csv", test.file)}), test.settings, test.projection...)
			require.False(t, end.Complete)
			e := complaint(t, err)
			require.Equal(t, test.code, e.Code, e.Error())
			whole := e.Error() + " " + e.Remedy
			require.Contains(t, whole, test.says)
			require.NotContains(t, whole, canary)
			require.Less(t, len(whole), 600)
		})
	}
}
