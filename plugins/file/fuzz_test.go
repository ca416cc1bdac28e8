package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/sdk"
)

// memory is a file in memory, to be read and to be written.
type memory struct {
	*bytes.Reader
	written bytes.Buffer
	done    bool
}

func (*memory) Close() error                                   { return nil }
func (m *memory) Stat() (fs.FileInfo, error)                   { return memoryInfo{m}, nil }
func (m *memory) Write(p []byte) (int, error)                  { return m.written.Write(p) }
func (m *memory) abort()                                       {}
func (m *memory) commit() error                                { m.done = true; return nil }
func (*memory) name() string                                   { return "memory" }
func (*memory) id() string                                     { return "memory" }
func (*memory) writable(context.Context) error                 { return nil }
func (m *memory) replace(context.Context) (pendingFile, error) { return m, nil }
func (m *memory) open(context.Context) (openedFile, error) {
	if m.done {
		m.Reader = bytes.NewReader(m.written.Bytes())
	}
	return m, nil
}

type memoryInfo struct{ m *memory }

func (i memoryInfo) Name() string     { return "memory" }
func (i memoryInfo) Size() int64      { return i.m.Reader.Size() }
func (memoryInfo) Mode() fs.FileMode  { return 0o600 }
func (memoryInfo) ModTime() time.Time { return time.Time{} }
func (memoryInfo) IsDir() bool        { return false }
func (memoryInfo) Sys() any           { return nil }

// readBytes reads a file of the form and checks what holds for every file: each
// record is one JSON object, and an error is a complaint that quotes nothing.
func readBytes(t *testing.T, data []byte, f *form, projection []string) (records []string, err error) {
	c := &connection{place: &memory{Reader: bytes.NewReader(data)}}
	err = c.readFile(t.Context(), f, projection, func(record []byte) error {
		require.True(t, json.Valid(record) && record[0] == '{')
		records = append(records, string(record))
		return nil
	})
	if err != nil {
		e := complaint(t, err)
		require.True(t, utf8.ValidString(e.Error()))
		require.Less(t, len(e.Error()), 500)
	}
	return records, err
}

func FuzzReadCSV(f *testing.F) {
	for _, seed := range []string{
		"a;b\r\n1;2\r\n", "a;b\n\"1\";\"x \"\"y\"\"\n\"\n", "\xEF\xBB\xBFa\n1\n", "a\n1", "a;a\n", "a;b\n1\n", "a\r1\r", "a\n\x00\n", "\xFF\xFEa", "a\n\"", "a\n\x81\n",
		"a;b\n;\n", "\n\na;b\n", "a;\n1;2\n",
	} {
		f.Add([]byte(seed), byte(0))
		f.Add([]byte(seed), byte(0xFF))
	}
	f.Fuzz(func(t *testing.T, data []byte, bits byte) {
		form := &form{format: formatCSV, separator: ';', windows1252: bits&1 != 0, header: bits&2 != 0, lastLineMayLack: bits&4 != 0, decimalComma: bits&8 != 0}
		form.dates, _ = newDateForm("dd/MM/yyyy")
		if !form.header {
			form.columns = []string{"a", "b"}
		}
		if bits&16 != 0 {
			form.dateColumns, form.decimalColumns = []string{"a"}, []string{"b"}
		}
		records, err := readBytes(t, data, form, nil)
		if err != nil {
			return
		}
		require.NotEmpty(t, data)
		require.LessOrEqual(t, len(records), bytes.Count(data, []byte{'\n'})+1)
		if !form.lastLineMayLack {
			require.True(t, bytes.HasSuffix(data, []byte{'\n'}), "a file without its last line end is not whole")
			// Whatever is cut off the end of a whole file is missed, unless it is whole lines.
			_, err := readBytes(t, data[:len(data)-1], form, nil)
			if len(data) > 1 && data[len(data)-2] != '\n' {
				require.Error(t, err)
			}
		}
	})
}

func FuzzReadJSON(f *testing.F) {
	for _, seed := range []string{`[{"a":1}]`, "{\"a\":1}\n", "[", "[]x", "[{}]\n[", "\xEF\xBB\xBF[]", "{}\n{", `[{"a":"` + "\x00" + `"}]`, "[1]"} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, lines bool) {
		form := &form{format: formatJSON}
		if lines {
			form.format = formatJSONL
		}
		_, err := readBytes(t, data, form, nil)
		if lines || err != nil {
			return
		}
		require.True(t, json.Valid(bytes.TrimPrefix(data, markUTF8)), "a file that is no JSON is not whole")
	})
}

// What is written is read again, letter for letter, or was refused.
func FuzzRoundTrip(f *testing.F) {
	for _, seed := range []string{"00057", "N'Guyen", " x ", "a\r\nb", "a\rb", `"`, `=""`, "_x000D_", "_x005F_", "é;,\t|", "\ufeff", "ﬁ", "+1", "#REF!", "<&>", "\u0001", "a\r", "\n"} {
		f.Add(seed, seed, byte(0))
		f.Add(seed, "x", byte(7))
	}
	f.Fuzz(func(t *testing.T, a, b string, bits byte) {
		if !utf8.ValidString(a) || !utf8.ValidString(b) {
			return
		}
		name, common, more := "a.csv", set{}, set{"formulas": "keep"}
		switch {
		case bits&1 != 0:
			name, more = "a.xlsx", set{}
		case bits&2 != 0:
			common["encoding"] = "windows-1252"
		case bits&4 != 0:
			common["spreadsheet_text"], more["quote"] = []string{"a", "b"}, "all"
		}
		for k, v := range common {
			more[k] = v
		}
		file := &memory{}
		c := &connection{place: file}
		write := settingsOf(t, withFormat(more, name), append(commonSettings(), writeSettings()...))
		s, err := c.OpenSnapshot(t.Context(), sdk.WriteSession{Schema: fields("a", "string", "b", "string"), Settings: write})
		require.NoError(t, err)
		data, err := json.Marshal(map[string]string{"a": a, "b": b})
		require.NoError(t, err)
		results, err := s.Write(t.Context(), records(string(data)))
		require.NoError(t, err)
		require.NoError(t, s.Commit(t.Context(), 0))
		got, _, err := read(t, c, withFormat(common, name), "a", "b")
		require.NoError(t, err)
		if results[0].Err != nil || a == "" && b == "" {
			require.Empty(t, got)
			return
		}
		want := map[string]string{}
		for k, v := range map[string]string{"a": a, "b": b} {
			if strings.HasSuffix(name, ".csv") {
				v = strings.ReplaceAll(v, "\r\n", "\n") // a line end within a cell has one form
			}
			if v != "" {
				want[k] = v
			}
		}
		back := map[string]string{}
		require.Len(t, got, 1)
		require.NoError(t, json.Unmarshal([]byte(got[0]), &back))
		require.Equal(t, want, back)
	})
}

func withFormat(s set, name string) set {
	out := set{"format": formatOf(name)}
	for k, v := range s {
		out[k] = v
	}
	return out
}

func FuzzReadSheet(f *testing.F) {
	for _, seed := range []string{
		`<row><c t="inlineStr"><is><t>a</t></is></c></row><row><c><v>1</v></c></row>`, `<row r="5"><c r="C5" s="1"><v>1e3</v></c></row>`, `<row>`, `<row><c t="s"><v>0</v></c></row>`,
		`<row><c><f/></c></row>`, `</sheetData>`, `<row><c r="ZZZZZZ1"/></row>`, `<row><c s="99"><v>x</v></c></row>`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, rows string) {
		data := rawBytes(t, rows, `<sst><si><t>a</t></si></sst>`)
		form := &form{format: formatXLSX, header: true}
		_, _ = readBytes(t, []byte(data), form, nil)
	})
}
