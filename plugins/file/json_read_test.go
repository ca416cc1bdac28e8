package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestJSONIsReadAsItIs(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		name, file string
		want       []string
	}{
		"lines":                     {"a.jsonl", "{\"id\":\"00057\",\"n\":1.50}\r\n\n{\"id\":2}\n", []string{`{"id":"00057","n":1.50}`, `{"id":2}`}},
		"lines, the last one open":  {"a.ndjson", "{\"id\":1}\n{\"id\":2}", []string{`{"id":1}`, `{"id":2}`}},
		"lines with a mark":         {"a.jsonl", "\xEF\xBB\xBF{\"id\":1}\n", []string{`{"id":1}`}},
		"a line above the buffer":   {"a.jsonl", `{"id":"` + strings.Repeat("x", 2*readBuffer) + "\"}\n{\"id\":2}\n", []string{`{"id":"` + strings.Repeat("x", 2*readBuffer) + `"}`, `{"id":2}`}},
		"array":                     {"a.json", " [ {\"id\":\"00057\"},\n{\"id\": {\"x\":[1]}} ]\n", []string{`{"id":"00057"}`, `{"id": {"x":[1]}}`}},
		"array with a mark":         {"a.json", "\xEF\xBB\xBF[{\"id\":1}]", []string{`{"id":1}`}},
		"an array of nobody":        {"a.json", "[]", nil},
		"lines of nobody, one line": {"a.jsonl", "\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, end, err := read(t, connect(t, set{"path": put(t, test.name, test.file)}), nil, "id")
			require.NoError(t, err)
			require.Equal(t, test.want, got)
			require.True(t, end.Complete)
		})
	}
}

func TestBadJSONIsRefusedWithItsLine(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		name, file, code, says string
	}{
		"lines: empty":             {"a.jsonl", "", "empty-file", ""},
		"lines: only a mark":       {"a.jsonl", "\xEF\xBB\xBF", "empty-file", ""},
		"lines: cut":               {"a.jsonl", "{\"id\":1}\n{\"id\":\"" + canary, "half-written", "line 2"},
		"lines: not JSON":          {"a.jsonl", "{\"id\":1}\n{\"id\":" + canary + "}\n{}\n", "bad-json", "line 2"},
		"lines: two in a line":     {"a.jsonl", "{\"id\":1}{\"id\":2}\n", "bad-json", "line 1"},
		"lines: no object":         {"a.jsonl", "{\"id\":1}\n\"" + canary + "\"\n", "not-an-object", "line 2"},
		"lines: an array":          {"a.jsonl", "[{\"id\":1}]\n", "not-an-object", "line 1"},
		"lines: encoding":          {"a.jsonl", "{\"id\":\"Zo\xe9" + canary + "\"}\n", "wrong-encoding", "line 1"},
		"lines: NUL":               {"a.jsonl", "{\"id\":1}\n{\"id\":\"" + canary + "\x00\"}\n", "nul-byte", "line 2"},
		"lines: huge":              {"a.jsonl", "{\"id\":1}\n{\"id\":\"" + strings.Repeat("x", 6<<20) + "\"}\n", "row-too-long", "line 2"},
		"array: empty":             {"a.json", "", "empty-file", ""},
		"array: blank":             {"a.json", " \n", "half-written", "line 1"},
		"array: not closed":        {"a.json", "[\n{\"id\":1},\n{\"id\":2}\n", "half-written", "line 3"},
		"array: cut in a record":   {"a.json", "[\n{\"id\":1},\n{\"id\":\"" + canary, "half-written", "line"},
		"array: bad":               {"a.json", "[\n{\"id\":1},\n{\"id\":" + canary + "}\n]", "bad-json", "line 3"},
		"array: comma at the end":  {"a.json", "[\n{\"id\":1},\n]", "bad-json", "line"},
		"array: no array":          {"a.json", "{\"id\":\"" + canary + "\"}", "not-an-array", "line 1"},
		"array: no objects":        {"a.json", "[\n{\"id\":1},\n\"" + canary + "\"]", "not-an-object", "line 3"},
		"array: something follows": {"a.json", "[{\"id\":1}]\n[" + canary, "bad-json", "follows"},
		"array: encoding":          {"a.json", "[{\"id\":\"Zo\xe9\"}]", "wrong-encoding", "line 1"},
		"array: NUL":               {"a.json", "[{\"id\":1},\n{\"id\":\"\x00\"}]", "nul-byte", "line 2"},
		"array: huge":              {"a.json", "[{\"id\":1},\n{\"id\":\"" + strings.Repeat("x", 6<<20) + "\"}]", "row-too-long", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, end, err := read(t, connect(t, set{"path": put(t, test.name, test.file)}), nil, "id")
			require.False(t, end.Complete)
			e := complaint(t, err)
			require.Equal(t, test.code, e.Code, e.Error())
			require.Contains(t, e.Error(), test.says)
			require.Contains(t, e.Error(), test.name)
			require.NotContains(t, e.Error()+e.Remedy, canary)
		})
	}
}
