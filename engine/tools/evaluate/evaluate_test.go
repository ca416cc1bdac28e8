package evaluate_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine/tools/evaluate"
	"passerelle/plugins/record"
)

const secret = "canary-value"

func at(t testing.TB, text string) time.Time {
	moment, err := time.Parse(time.RFC3339, text)
	require.NoError(t, err)
	return moment
}

func person(json string) []evaluate.Record {
	return []evaluate.Record{{Name: "record", File: "person.json", JSON: []byte(json)}}
}

func TestFree(t *testing.T) {
	t.Parallel()
	const given = `{"name": "Zoé", "n": 3, "d": 2.50, "big": 12345678901234567890, "b": true, "void": null, "list": [1, 2.5, null], "mixed": [1, "a"],
		"at": "2026-08-31", "o": {"x": "y", "deep": {"z": [true]}}, "many": [{"a": 1}, {"b": "x"}], "Nom usuel": "N"}`
	types := map[string]record.Type{"at": record.Basic(record.Date)}
	subject, found := evaluate.Free(person(given), types, at(t, "2026-09-01T00:30:00+02:00"))
	require.Empty(t, found)
	for text, want := range map[string]string{
		"record.name.upper()":                  `"ZOÉ"`,
		"record.n + 1":                         "4",
		"record.d * 2":                         "5",
		"record.big":                           "12345678901234567890",
		"record.b ? 'a' : 'b'":                 `"a"`,
		"filled(record.void)":                  "false",
		"record.void":                          "null",
		"record.list.max()":                    "2.5",
		"size(record.mixed)":                   "2",
		"record.at.addDays(1)":                 `"2026-09-01"`,
		"record.at < today()":                  "true",
		"today()":                              `"2026-09-01"`,
		"record.o.x":                           `"y"`,
		"record.o.deep.z[0]":                   "true",
		"record.many.map(m, m.b.orValue('-'))": `["-","x"]`,
		"record.`Nom usuel`":                   `"N"`,
		"record.o":                             `{"x":"y","deep":{"z":[true]}}`,
	} {
		value, held, found := subject.Evaluate(text)
		require.Empty(t, found, text)
		require.False(t, held, text)
		require.Equal(t, want, string(value.AppendJSON(nil)), text)
	}
}

// Several records, one of them a list: the first is the record, the others stand
// beside it.
func TestSources(t *testing.T) {
	t.Parallel()
	subject, found := evaluate.Free([]evaluate.Record{
		{Name: "person", File: "p", JSON: []byte(`{"id": 7}`)},
		{Name: "contracts", File: "c", JSON: []byte(`[{"owner": 7, "end": "2026-01-31"}, {"owner": 8, "end": null}]`)},
	}, map[string]record.Type{"contracts.end": record.Basic(record.Date), "id": record.Basic(record.String)}, time.Now())
	require.Empty(t, found)
	value, _, found := subject.Evaluate("contracts.filter(c, filled(c.end)).map(c, c.end.format('dd/MM')).join(',') + '/' + person.id")
	require.Empty(t, found)
	require.Equal(t, `"31/01/7"`, string(value.AppendJSON(nil)))
}

func TestRefused(t *testing.T) {
	t.Parallel()
	date := map[string]record.Type{"a": record.Basic(record.Date)}
	for name, c := range map[string]struct {
		records []evaluate.Record
		types   map[string]record.Type
		code    string
		says    string
	}{
		"no JSON":          {person(`{"a": ` + secret), nil, "malformed-json", ""},
		"a list of texts":  {person(`["` + secret + `"]`), nil, "bad-record", "This is a list"},
		"a text":           {person(`"` + secret + `"`), nil, "bad-record", "This is a string"},
		"nothing":          {person(``), nil, "malformed-json", ""},
		"another type":     {person(`{"a": "` + secret + `"}`), date, "not-a-date", "The field a of the record can't be of the type date"},
		"type of no field": {person(`{"b": "` + secret + `"}`), date, "unknown-field", "--type names the field a"},
		"two of one name":  {append(person(`{}`), person(`{}`)...), nil, "duplicate-name", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			subject, found := evaluate.Free(c.records, c.types, time.Now())
			require.Nil(t, subject)
			require.Len(t, found, 1)
			require.Equal(t, c.code, found[0].Code)
			said := found[0].Error()
			require.Contains(t, said, c.says)
			require.NotContains(t, said, secret)
			require.NotEmpty(t, found[0].Remedy)
		})
	}
}

// The place of a malformed record is its line, without the text.
func TestMalformedPlace(t *testing.T) {
	t.Parallel()
	_, found := evaluate.Free(person("{\"a\": 1,\n\n \"b\": canary}"), nil, time.Now())
	require.Equal(t, 3, found[0].Subject.Start.Line)
	require.True(t, found[0].Conceal)
}

func TestEvaluatePlaces(t *testing.T) {
	t.Parallel()
	subject, found := evaluate.Free(person(`{"a": "`+secret+`"}`), nil, time.Now())
	require.Empty(t, found)
	for text, c := range map[string]struct {
		code              string
		held              bool
		line, column, end int
	}{
		"'é' + record.b":            {"unknown-field", false, 1, 14, 15},
		"'é👩‍👧' +\n  record.uper()": {"", false, 2, 10, 14},
		"int(record.a)":             {"bad-number", true, 1, 1, 4},
		"1 +":                       {"cel-syntax", false, 1, 3, 4},
	} {
		_, held, found := subject.Evaluate(text)
		require.NotEmpty(t, found, text)
		if c.code != "" {
			require.Equal(t, c.code, found[0].Code, text)
		}
		require.Equal(t, c.held, held, text)
		place := found[0].Subject
		require.Equal(t, []int{c.line, c.column, c.end}, []int{place.Start.Line, place.Start.Column, place.End.Column}, text)
		require.NotContains(t, found[0].Error(), secret)
	}
}

func FuzzFree(f *testing.F) {
	f.Add([]byte(`{"a": [1, {"b": null}], "c": "x"}`), "record.a")
	f.Add([]byte(`[{"a": 1}]`), "size(record)")
	f.Add([]byte(`{"a`), "1 +\n'é")
	f.Fuzz(func(t *testing.T, json []byte, text string) {
		subject, found := evaluate.Free([]evaluate.Record{{Name: "record", File: "f", JSON: json}}, nil, time.Unix(0, 0))
		if subject == nil {
			require.True(t, found.HasErrors())
			return
		}
		_, held, found := subject.Evaluate(text)
		require.True(t, !held || found.HasErrors())
		for _, d := range found {
			require.LessOrEqual(t, d.Subject.End.Byte, len(text))
			require.LessOrEqual(t, d.Subject.Start.Byte, d.Subject.End.Byte)
		}
	})
}
