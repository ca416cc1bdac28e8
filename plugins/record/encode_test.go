package record

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func fields(paths ...string) []OutField {
	var out []OutField
	for _, p := range paths {
		out = append(out, OutField{Path: strings.Split(p, ".")})
	}
	return out
}

func TestEncoderWritesIncludedFieldsInDeclaredOrder(t *testing.T) {
	t.Parallel()
	e, err := NewEncoder(fields("z", "a.b", "y", "a.c.d", "Date de naissance"))
	require.NoError(t, err)
	row := []Value{NewInt(1), NewString("x"), {}, {}, NewDate(1989, 12, 22)}
	bits := func(set ...int) Bits {
		b := NewBits(len(row))
		for _, i := range set {
			b.Set(i)
		}
		return b
	}
	for name, c := range map[string]struct {
		include Bits
		empties Empties
		want    string
	}{
		"all, omit":             {nil, OmitEmpty, `{"z":1,"a":{"b":"x"},"Date de naissance":"1989-12-22"}`},
		"all, null":             {nil, NullEmpty, `{"z":1,"a":{"b":"x","c":{"d":null}},"y":null,"Date de naissance":"1989-12-22"}`},
		"all, blank":            {nil, BlankEmpty, `{"z":1,"a":{"b":"x","c":{"d":""}},"y":"","Date de naissance":"1989-12-22"}`},
		"none":                  {bits(), NullEmpty, `{}`},
		"only empties, omit":    {bits(2, 3), OmitEmpty, `{}`},
		"only nested, null":     {bits(3), NullEmpty, `{"a":{"c":{"d":null}}}`},
		"after a dropped group": {bits(3, 4), OmitEmpty, `{"Date de naissance":"1989-12-22"}`},
		"some":                  {bits(1, 2), OmitEmpty, `{"a":{"b":"x"}}`},
	} {
		require.Equal(t, "kept"+c.want, string(e.Append([]byte("kept"), row, c.include, c.empties)), name)
	}
}

func TestNewEncoderRefusesFieldsThatCollide(t *testing.T) {
	t.Parallel()
	for want, paths := range map[string][]string{
		"a.b is given twice":    {"a.b", "c", "a.b"},
		"a can't be both":       {"a", "a.b"},
		"a.b can't be both":     {"a.b.c", "a.b"},
		`["x y"] is given twic`: {"x y", "x y"},
	} {
		_, err := NewEncoder(fields(paths...))
		require.ErrorContains(t, err, want)
	}
	_, err := NewEncoder([]OutField{{}})
	require.ErrorContains(t, err, "empty")
}

func TestAppendJSONWritesEachKind(t *testing.T) {
	t.Parallel()
	paris := time.FixedZone("", 7200)
	for want, v := range map[string]Value{
		`null`:                                  {},
		`true`:                                  NewBool(true),
		`false`:                                 NewBool(false),
		`-9223372036854775808`:                  NewInt(math.MinInt64),
		`0.1`:                                   NewDouble(0.1),
		`1e-7`:                                  NewDouble(1e-7),
		`1e+21`:                                 NewDouble(1e21),
		`"NaN"`:                                 NewDouble(math.NaN()),
		`"-Inf"`:                                NewDouble(math.Inf(-1)),
		`12345678901234567890.01`:               NewDecimal("12345678901234567890.01"),
		`"2024-02-29"`:                          NewDate(2024, 2, 29),
		`"0001-01-01"`:                          NewDate(1, 1, 1),
		`"+010000-01-01"`:                       NewDate(10000, 1, 1),
		`"-000001-12-31"`:                       NewDate(-1, 12, 31),
		`"2024-07-01T10:00:00Z"`:                NewTimestamp(time.Date(2024, 7, 1, 12, 0, 0, 0, paris)),
		`"1969-12-31T23:59:59.58Z"`:             NewTimestamp(time.Date(1969, 12, 31, 23, 59, 59, 580_000_000, time.UTC)),
		`{"code":"M","label":"Mister"}`:         NewChoice("M", "Mister"),
		`{"code":null,"label":"Mister"}`:        NewChoice("", "Mister"),
		`[]`:                                    NewList(nil),
		`[1,null,["x"]]`:                        NewList([]Value{NewInt(1), {}, NewList([]Value{NewString("x")})}),
		`{"b":1,"a\"":{"c":null}}`:              NewMap([]string{"b", `a"`}, []Value{NewInt(1), NewObject([]string{"c"}, []Value{{}})}),
		`"\u2028é\u2029\u0000\u001f\b\f\n\r\t"`: NewString("\u2028é\u2029\x00\x1f\b\f\n\r\t"),
		`"\"\\/\ufffd<>&` + "\x7f" + `"`:        NewString("\"\\/\xff<>&\x7f"),
	} {
		require.Equal(t, want, string(v.AppendJSON(nil)))
	}
}

func FuzzAppendText(f *testing.F) {
	for _, s := range []string{"", "N'Guyen", "é\u2028", "\xed\xa0\x80", "\"\\\x00\x1f\x7f", "aaaaaaa\"bbbbbbb\x80", "\ufffd"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		require.NoError(t, e.Encode(s))
		require.Equal(t, strings.TrimSuffix(want.String(), "\n"), string(appendText(nil, s)))
	})
}

func FuzzAppendDouble(f *testing.F) {
	for _, x := range []float64{0, 0.1, 1e21, 1e20, 1e-6, 5e-6, 9.9e-7, 1e-7, 1e-10, -1e300, 1 << 60, math.SmallestNonzeroFloat64, math.MaxFloat64} {
		f.Add(x)
	}
	f.Fuzz(func(t *testing.T, x float64) {
		want, err := json.Marshal(x)
		if err != nil {
			return
		}
		got := NewDouble(x).AppendJSON(nil)
		require.Equal(t, string(want), string(got))
		v, err := FromJSON(got, Basic(Double))
		require.NoError(t, err)
		require.True(t, Equal(v, NewDouble(x)))
		if x == 0 {
			return
		}
		for _, through := range []Kind{String, Decimal} {
			text, ok := Coerce(v, Basic(through), nil)
			if !ok {
				continue // more digits than a decimal may have
			}
			back, ok := Coerce(text, Basic(Double), nil)
			require.True(t, ok)
			require.True(t, Equal(v, back))
		}
	})
}

// TestEncoderOutputReadsBack holds both halves together: what the encoder
// writes, the scanner reads as the same row.
func TestEncoderOutputReadsBack(t *testing.T) {
	t.Parallel()
	types := []Type{Basic(Int), Basic(String), Basic(Date), Basic(Decimal), Basic(Choice), ListOf(Basic(String)), Basic(Timestamp), Basic(Bool), MapOf(Basic(Int)), Basic(Double)}
	row := []Value{NewInt(math.MaxInt64), NewString("N'Guyen \u2028 \"é\""), NewDate(1989, 12, 22), NewDecimal("-0.001"), NewChoice("M", ""),
		NewList([]Value{NewString("a"), {}, NewString("b")}), NewTimestamp(time.Unix(1e9, 5)), NewBool(false), NewMap([]string{"", "x y"}, []Value{NewInt(1), {}}), NewDouble(1e-9)}
	names := []string{"a", "g.b", "g.c", "d.e.f", "d.g", "h", "é", "i", "j", "k l"}
	out, slots := fields(names...), []Slot(nil)
	for i := range out {
		var path Path
		for _, n := range out[i].Path {
			path = append(path, Step{Name: n})
		}
		out[i].Type = types[i]
		slots = append(slots, Slot{Path: path, Type: types[i]})
	}
	e, err := NewEncoder(out)
	require.NoError(t, err)
	s, err := NewScanner(slots)
	require.NoError(t, err)
	for _, empties := range []Empties{OmitEmpty, NullEmpty, BlankEmpty} {
		for empty := -1; empty < len(row); empty++ {
			want := append([]Value(nil), row...)
			if empty >= 0 {
				want[empty] = Value{}
			}
			data := e.Append(nil, want, nil, empties)
			require.True(t, json.Valid(data))
			got := make([]Value, len(row))
			faults, err := s.Scan(data, got)
			require.NoError(t, err)
			require.Empty(t, faults)
			for i := range want {
				require.True(t, Equal(want[i], got[i]), "%s", names[i])
			}
		}
	}
}

func TestBits(t *testing.T) {
	t.Parallel()
	var all Bits
	require.True(t, all.Has(0) && all.Has(1000))
	require.False(t, all.None())
	b := NewBits(70)
	require.True(t, b.None())
	b.Set(3)
	b.Set(69)
	require.True(t, b.Has(3) && b.Has(69))
	require.False(t, b.Has(4) || b.Has(68) || b.Has(500))
	b.Clear(3)
	require.False(t, b.Has(3) || b.None())
	b.Reset()
	require.True(t, b.None())
	require.False(t, NewBits(0).Has(0), "the empty set of nothing is not nil")
}
