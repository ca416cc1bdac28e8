package record

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestScanCoercesWithoutLossOrNotAtAll(t *testing.T) {
	t.Parallel()
	b := Basic
	person := Type{Kind: Object, Fields: []TypeField{{"n", b(Int)}, {"d", b(Date)}}}
	for _, c := range []struct {
		typ  Type
		in   string
		want string // JSON of the value; or "!" code and what was got
	}{
		{b(Int), `12`, `12`}, {b(Int), `-12`, `-12`}, {b(Int), `12.0`, `12`}, {b(Int), `1.2e1`, `12`}, {b(Int), `-0`, `0`}, {b(Int), `"12"`, `12`},
		{b(Int), `"-5"`, `-5`}, {b(Int), `9223372036854775807`, `9223372036854775807`}, {b(Int), `-9223372036854775808`, `-9223372036854775808`},
		{b(Int), `"9223372036854775807"`, `9223372036854775807`}, {b(Int), `1000000000000000000`, `1000000000000000000`},
		{b(Int), `9223372036854775808`, "!out-of-range number out of range"}, {b(Int), `1e19`, "!out-of-range number out of range"},
		{b(Int), `1e999999999`, "!out-of-range number out of range"}, {b(Int), `"9223372036854775808"`, "!out-of-range number out of range"},
		{b(Int), `12.5`, "!has-fraction number with a fraction"}, {b(Int), `1e-1`, "!has-fraction number with a fraction"},
		{b(Int), `"012"`, "!not-a-number text that is no plain whole number"}, {b(Int), `" 12"`, "!not-a-number text that is no plain whole number"},
		{b(Int), `"12.0"`, "!not-a-number text that is no plain whole number"}, {b(Int), `"-0"`, "!not-a-number text that is no plain whole number"},
		{b(Int), `"+12"`, "!not-a-number text that is no plain whole number"}, {b(Int), `"x"`, "!not-a-number text that is no plain whole number"},
		{b(Int), `true`, "!wrong-type true or false"}, {b(Int), `{}`, "!wrong-type object"}, {b(Int), `[1]`, "!wrong-type list"},
		{b(Int), `null`, `null`}, {b(Int), `""`, `null`},

		{b(Double), `1.5`, `1.5`}, {b(Double), `"1.5"`, `1.5`}, {b(Double), `12`, `12`}, {b(Double), `1e2`, `100`}, {b(Double), `0.0`, `0`},
		{b(Double), `9007199254740992`, `9007199254740992`}, {b(Double), `9223372036854775808`, `9223372036854776000`}, {b(Double), `9223372036854776000`, `9223372036854776000`},
		{b(Double), `9007199254740993`, "!out-of-range number out of range"}, {b(Double), `1e400`, "!out-of-range number out of range"},
		{b(Double), `1e-400`, "!out-of-range number out of range"}, {b(Double), `"1e3"`, "!not-a-number text that is no plain number"},
		{b(Double), `"NaN"`, "!not-a-number text that is no plain number"}, {b(Double), `"1,5"`, "!not-a-number text that is no plain number"},

		{b(Decimal), `12.50`, `12.5`}, {b(Decimal), `"12.50"`, `12.5`}, {b(Decimal), `1e3`, `1000`}, {b(Decimal), `0.1000000000000000055511151231257827`, `0.1000000000000000055511151231257827`},
		{b(Decimal), `"012.5"`, "!not-a-number text that is no plain number"}, {b(Decimal), `"12."`, "!not-a-number text that is no plain number"},
		{b(Decimal), `1e2000`, "!out-of-range number out of range"}, {b(Decimal), `false`, "!wrong-type true or false"},

		{b(Bool), `true`, `true`}, {b(Bool), `false`, `false`}, {b(Bool), `1`, "!wrong-type number"}, {b(Bool), `"true"`, "!wrong-type text"}, {b(Bool), `[]`, "!wrong-type list"},

		{b(String), `"x"`, `"x"`}, {b(String), `" "`, `" "`}, {b(String), `12`, `"12"`}, {b(String), `-12.5`, `"-12.5"`},
		{b(String), `123456789012345678901234567890`, `"123456789012345678901234567890"`},
		{b(String), `12.0`, "!not-canonical number not in canonical form"}, {b(String), `1e3`, "!not-canonical number not in canonical form"}, {b(String), `-0`, "!not-canonical number not in canonical form"},
		{b(String), `true`, "!wrong-type true or false"}, {b(String), `["x"]`, "!wrong-type list"}, {b(String), `{}`, "!wrong-type object"}, {b(String), `{"a":"x"}`, "!wrong-type object"},
		{b(String), `{"code":"M","label":"Mister"}`, `"Mister"`}, {b(String), `{"label":"","code":"M"}`, `"M"`}, {b(String), `{"code":3}`, `"3"`}, {b(String), `{"code":null,"label":null}`, `null`},
		{b(String), `{"code":"M","label":"Mister","street":"x"}`, "!wrong-type object"}, {b(String), `{"label":["x"]}`, "!wrong-type object"}, {b(String), `{"label":{"code":"x"}}`, "!wrong-type object"},
		{b(String), `{"label":true,"label":"x"}`, `"x"`},
		{Type{Kind: List, Elem: &Type{}}, `[{"code":1}]`, `[{"code":1}]`},

		{b(Choice), `{"code":"M","label":"Mister"}`, `{"code":"M","label":"Mister"}`}, {b(Choice), `"M"`, `{"code":"M","label":"M"}`}, {b(Choice), `3`, `{"code":"3","label":"3"}`},
		{b(Choice), `{"code":3}`, `{"code":"3","label":null}`}, {b(Choice), `{"code":"","label":null}`, `null`}, {b(Choice), `true`, "!wrong-type true or false"},
		{b(Choice), `3.0`, "!not-canonical number not in canonical form"}, {b(Choice), `["M"]`, "!wrong-type list"}, {b(Choice), `{"id":3}`, "!wrong-type object"},

		{b(Date), `"2014-09-01"`, `"2014-09-01"`}, {b(Date), `"2014-09-01T00:00:00"`, `"2014-09-01"`}, {b(Date), `"2015-09-07T23:20:06.583"`, `"2015-09-07"`},
		{b(Date), `"2014-09-01T23:59:59Z"`, `"2014-09-01"`}, {b(Date), `"2014-09-01T00:00:00.123456789012+14:00"`, `"2014-09-01"`}, {b(Date), `"2024-02-29"`, `"2024-02-29"`},
		{b(Date), `"0000-01-01"`, `"0000-01-01"`}, {b(Date), `"9999-12-31"`, `"9999-12-31"`}, {b(Date), `"1900-01-01T00:00:00"`, `"1900-01-01"`},
		{b(Date), `"2023-02-29"`, "!not-a-date text that is no date"}, {b(Date), `"1900-02-29"`, "!not-a-date text that is no date"}, {b(Date), `"2014-13-01"`, "!not-a-date text that is no date"},
		{b(Date), `"2014-00-01"`, "!not-a-date text that is no date"}, {b(Date), `"2014-04-31"`, "!not-a-date text that is no date"}, {b(Date), `"2014-09-00"`, "!not-a-date text that is no date"},
		{b(Date), `"01/09/2014"`, "!not-a-date text that is no date"}, {b(Date), `"2014-9-1"`, "!not-a-date text that is no date"}, {b(Date), `"2014-09-01 00:00:00"`, "!not-a-date text that is no date"},
		{b(Date), `"2014-09-01T25:00:00"`, "!not-a-date text that is no date"}, {b(Date), `"2014-09-01T00:00"`, "!not-a-date text that is no date"}, {b(Date), `"2014-09-01x"`, "!not-a-date text that is no date"},
		{b(Date), `20140901`, "!wrong-type number"}, {b(Date), `"٢٠١٤-09-01"`, "!not-a-date text that is no date"},

		{b(Timestamp), `"2014-09-01T12:00:00+02:00"`, `"2014-09-01T10:00:00Z"`}, {b(Timestamp), `"2014-09-01T12:00:00.500Z"`, `"2014-09-01T12:00:00.5Z"`},
		{b(Timestamp), `"2014-09-01T12:00:00.1234567890Z"`, `"2014-09-01T12:00:00.123456789Z"`}, {b(Timestamp), `"2014-01-01T00:00:00+00:30"`, `"2013-12-31T23:30:00Z"`},
		{b(Timestamp), `"2014-09-01T12:00:00"`, "!no-time-zone date and time without an offset"}, {b(Timestamp), `"2014-09-01"`, "!not-a-timestamp text that is no date and time"},
		{b(Timestamp), `"2014-09-01T12:00:00.1234567891Z"`, "!not-a-timestamp text that is no date and time"}, {b(Timestamp), `"2014-09-01T12:00:60Z"`, "!not-a-timestamp text that is no date and time"},
		{b(Timestamp), `"2014-09-01T12:00:00+0200"`, "!not-a-timestamp text that is no date and time"}, {b(Timestamp), `"2014-09-01T12:00:00+24:00"`, "!not-a-timestamp text that is no date and time"},
		{b(Timestamp), `"2014-09-01T12:00:00.Z"`, "!not-a-timestamp text that is no date and time"}, {b(Timestamp), `"9999-12-31T23:59:59-01:00"`, "!not-a-timestamp text that is no date and time"},
		{b(Timestamp), `"0000-01-01T00:00:00+01:00"`, "!not-a-timestamp text that is no date and time"}, {b(Timestamp), `1409565600`, "!wrong-type number"},

		{ListOf(b(Int)), `[1,"2",null,""]`, `[1,2,null,null]`}, {ListOf(b(Int)), `[]`, `[]`}, {ListOf(b(Int)), `1`, "!wrong-type number"}, {ListOf(b(Int)), `"1"`, "!wrong-type text"},
		{ListOf(b(Int)), `{}`, "!wrong-type object"}, {ListOf(b(Int)), `[1,2.5,"x"]`, "!has-fraction number with a fraction"}, {ListOf(b(Int)), `""`, `null`},
		{ListOf(b(String)), `[{"code":"a","label":"A"},"b"]`, `["A","b"]`}, {ListOf(b(Choice)), `["a"]`, `[{"code":"a","label":"a"}]`}, {Type{Kind: List}, `[1,"x"]`, `[1,"x"]`},
		{MapOf(b(Int)), `{"b":"1","a":2,"c":null}`, `{"b":1,"a":2,"c":null}`}, {MapOf(b(Int)), `{"a":"x","a":1}`, `{"a":1}`}, {MapOf(b(Int)), `{"a":1,"a":"x"}`, "!not-a-number text that is no plain whole number"},
		{MapOf(b(Int)), `[]`, "!wrong-type list"}, {MapOf(b(Int)), `{}`, `{}`}, {MapOf(b(Int)), `{"é\n":1}`, `{"é\n":1}`},
		{person, `{"x":[1],"d":"2014-09-01T00:00:00","n":"1"}`, `{"n":1,"d":"2014-09-01"}`}, {person, `{}`, `{"n":null,"d":null}`}, {person, `{"d":"x"}`, "!not-a-date text that is no date"},
		{person, `{"d":"x","d":"2014-09-01"}`, `{"n":null,"d":"2014-09-01"}`}, {person, `"x"`, "!wrong-type text"},
		{Type{}, `{"b":[1,1.50,true,"x"],"a":{}}`, `{"b":[1,1.5,true,"x"],"a":{}}`}, {Type{}, `99999999999999999999`, `99999999999999999999`}, {Type{}, `1e2000`, "!out-of-range number out of range"},
	} {
		got, fault := scanOne(t, "v", c.typ, `{"v":`+c.in+`}`)
		if fault != nil {
			got = "!" + fault.Code + " " + fault.Got
		}
		require.Equal(t, c.want, got, "%s as %s", c.in, c.typ)

		v, err := FromJSON([]byte(c.in), c.typ)
		if fault != nil {
			require.Equal(t, *fault, err, "%s as %s", c.in, c.typ)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, c.want, string(v.AppendJSON(nil)))
	}
}

func TestFaultSaysWhatWasWantedWhereItArose(t *testing.T) {
	t.Parallel()
	for data, c := range map[string]struct {
		typ        Type
		path, want string
	}{
		`{"a":{}}`:          {Basic(Date), "a", "date is wanted, the record has object"},
		`{"a":["x"]}`:       {ListOf(Basic(Int)), "a", "int is wanted, the record has text that is no plain whole number"},
		`{"a":1}`:           {ListOf(Basic(Int)), "a", "list(int) is wanted, the record has number"},
		`{"a":[{"b":1}]}`:   {Basic(Int), "a.b", "int is wanted, the record has list"},
		`{"a":[{"b":"x"}]}`: {ListOf(Basic(Int)), "a.b", "int is wanted, the record has text that is no plain whole number"},
		`{"a":true}`:        {Basic(Int), "a.b", "the path goes further than the record, which has true or false there"},
	} {
		_, fault := scanOne(t, c.path, c.typ, data)
		require.NotNil(t, fault, data)
		require.Equal(t, c.want, fault.Error(), data)
		require.NotEmpty(t, fault.Remedy())
	}
}

func TestFromJSONReadsOneValueAlone(t *testing.T) {
	t.Parallel()
	data := []byte(` "x" `)
	v, err := FromJSON(data, Basic(String))
	require.NoError(t, err)
	data[2] = 'y'
	require.Equal(t, "x", v.Text(), "nothing of data is kept")
	for _, bad := range []string{``, `1 2`, `{`, `tru`, `"x`, `1e`, `[1,`, `{"a":1,}`} {
		_, err := FromJSON([]byte(bad), Type{})
		var wrong *Malformed
		require.ErrorAs(t, err, &wrong, bad)
	}
	_, err = FromJSON([]byte(`1`), Basic(99))
	require.Error(t, err)
}

func TestTimestampsWithoutOffsetTakeTheZone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, in, want string }{
		{"Europe/Paris", "2024-07-01T12:00:00", "2024-07-01T10:00:00Z"},
		{"Europe/Paris", "2024-01-01T00:30:00.5", "2023-12-31T23:30:00.5Z"},
		{"Europe/Paris", "2024-07-01T12:00:00Z", "2024-07-01T12:00:00Z"},
		{"Europe/Paris", "2024-03-31T01:59:59", "2024-03-31T00:59:59Z"},
		{"Europe/Paris", "2024-03-31T02:00:00", ""},
		{"Europe/Paris", "2024-03-31T02:59:59", ""},
		{"Europe/Paris", "2024-03-31T03:00:00", "2024-03-31T01:00:00Z"},
		{"Europe/Paris", "2024-10-27T02:30:00", "2024-10-27T00:30:00Z"}, // comes twice: the first
		{"Europe/Paris", "2024-10-27T03:00:00", "2024-10-27T02:00:00Z"},
		{"Europe/London", "2024-10-27T01:30:00", "2024-10-27T00:30:00Z"},
		{"Europe/London", "2024-03-31T01:30:00", ""},
		{"Atlantic/Azores", "2024-10-27T00:30:00", "2024-10-27T00:30:00Z"},
		{"Atlantic/Azores", "2024-03-31T00:30:00", ""},
		{"America/New_York", "2024-11-03T01:30:00", "2024-11-03T05:30:00Z"},
		{"America/New_York", "2024-03-10T02:30:00", ""},
		{"Pacific/Apia", "2011-12-30T12:00:00", ""}, // a whole day skipped
		{"Pacific/Kiritimati", "9999-12-31T23:59:59", "9999-12-31T09:59:59Z"},
		{"UTC", "2024-03-31T02:30:00", "2024-03-31T02:30:00Z"},
		{"America/New_York", "9999-12-31T23:59:59", "out of range"},
	} {
		zone, err := time.LoadLocation(c.zone)
		require.NoError(t, err)
		s, err := NewScanner([]Slot{{Path: Path{name("t")}, Type: Basic(Timestamp), Zone: zone}, {Path: Path{name("u"), name("v")}, Type: ListOf(Basic(Timestamp)), Zone: zone}})
		require.NoError(t, err)
		row := make([]Value, 2)
		faults, err := s.Scan([]byte(`{"t":"`+c.in+`","u":[{"v":"`+c.in+`"}]}`), row)
		require.NoError(t, err)
		coerced, ok := Coerce(NewString(c.in), Basic(Timestamp), zone)
		switch c.want {
		case "", "out of range":
			require.Len(t, faults, 2, "%s %s", c.zone, c.in)
			require.Equal(t, c.want == "", faults[0].Code == CodeSkippedTime, "%s %s", c.zone, c.in)
			require.False(t, ok)
		default:
			require.Empty(t, faults, "%s %s", c.zone, c.in)
			require.Equal(t, `"`+c.want+`"`, string(row[0].AppendJSON(nil)), "%s %s", c.zone, c.in)
			require.True(t, Equal(row[0], row[1].Items()[0]))
			require.True(t, ok && Equal(row[0], coerced))
		}
	}
}

func TestCoerceTypedValues(t *testing.T) {
	t.Parallel()
	b, day, noon := Basic, NewDate(2014, 9, 1), NewTimestamp(time.Date(2014, 9, 1, 12, 0, 0, 0, time.UTC))
	choice := NewChoice("M", "Mister")
	object := func(v Value) Value { return NewObject([]string{"n"}, []Value{v}) }
	for _, c := range []struct {
		in   Value
		to   Type
		want string // JSON; "" when refused
	}{
		{NewInt(12), b(String), `"12"`}, {NewInt(12), b(Double), `12`}, {NewInt(12), b(Decimal), `12`}, {NewInt(12), b(Choice), `{"code":"12","label":"12"}`}, {NewInt(1), b(Bool), ``}, {NewInt(1), b(Date), ``}, {NewInt(1), b(Timestamp), ``},
		{NewInt(1<<53 + 1), b(Double), ``}, {NewInt(1 << 53), b(Double), `9007199254740992`},
		{NewDouble(12), b(Int), `12`}, {NewDouble(12.5), b(Int), ``}, {NewDouble(12.5), b(Decimal), `12.5`}, {NewDouble(0.1), b(String), `"0.1"`}, {NewDouble(0), b(Decimal), `0`}, {NewDouble(1 << 60), b(Int), `1152921504606846976`}, {NewDouble(1 << 63), b(Int), ``},
		{NewDouble(nan()), b(String), ``}, {NewDouble(nan()), b(Decimal), ``},
		{NewDecimal("12"), b(Int), `12`}, {NewDecimal("12.5"), b(Int), ``}, {NewDecimal("12.5"), b(String), `"12.5"`}, {NewDecimal("12.5"), b(Double), `12.5`}, {NewDecimal("99999999999999999999"), b(Int), ``},
		{NewString("12"), b(Int), `12`}, {NewString("012"), b(Int), ``}, {NewString("12.50"), b(Decimal), `12.5`}, {NewString("true"), b(Bool), ``}, {NewString("2014-09-01T10:00:00"), b(Date), `"2014-09-01"`},
		{NewString("2014-09-01T10:00:00"), b(Timestamp), ``}, {NewString("2014-09-01T10:00:00Z"), b(Timestamp), `"2014-09-01T10:00:00Z"`}, {NewString("M"), b(Choice), `{"code":"M","label":"M"}`}, {NewString("M"), ListOf(b(String)), ``},
		{NewBool(true), b(Bool), `true`}, {NewBool(true), b(String), ``}, {NewBool(true), b(Int), ``},
		{day, b(String), `"2014-09-01"`}, {day, b(Timestamp), ``}, {day, b(Int), ``}, {noon, b(String), `"2014-09-01T12:00:00Z"`}, {noon, b(Date), ``},
		{choice, b(String), `"Mister"`}, {NewChoice("M", ""), b(String), `"M"`}, {choice, b(Choice), `{"code":"M","label":"Mister"}`}, {NewChoice("1", "1"), b(Int), ``},
		{NewObject([]string{"code", "label"}, []Value{NewInt(1), NewString("One")}), b(Choice), `{"code":"1","label":"One"}`}, {NewMap([]string{"label"}, []Value{NewString("One")}), b(String), `"One"`},
		{NewObject([]string{"code", "x"}, []Value{NewInt(1), {}}), b(Choice), ``}, {NewObject(nil, nil), b(String), ``}, {NewObject([]string{"code"}, []Value{choice}), b(Choice), ``},
		{NewList([]Value{NewInt(1), {}, NewString("2")}), ListOf(b(Int)), `[1,null,2]`}, {NewList([]Value{NewString("x")}), ListOf(b(Int)), ``}, {NewList([]Value{NewInt(1)}), b(Int), ``}, {NewList(nil), Type{}, `[]`},
		{object(NewInt(1)), MapOf(b(String)), `{"n":"1"}`}, {object(NewString("x")), MapOf(b(Int)), ``}, {object(NewInt(1)), ListOf(b(Int)), ``},
		{NewMap([]string{"n", "x"}, []Value{NewString("1"), NewInt(2)}), Type{Kind: Object, Fields: []TypeField{{"m", b(Int)}, {"n", b(Int)}}}, `{"m":null,"n":1}`},
		{object(NewString("x")), Type{Kind: Object, Fields: []TypeField{{"n", b(Int)}}}, ``}, {NewInt(1), MapOf(b(Int)), ``}, {NewInt(1), Type{Kind: Object}, ``},
		{Value{}, b(Int), `null`}, {Value{}, ListOf(b(Int)), `null`}, {choice, Type{}, `{"code":"M","label":"Mister"}`},
	} {
		got, ok := Coerce(c.in, c.to, nil)
		require.Equal(t, c.want != "", ok, "%s as %s gave %s", c.in.AppendJSON(nil), c.to, got.AppendJSON(nil))
		if ok {
			require.Equal(t, c.want, string(got.AppendJSON(nil)))
		} else {
			require.True(t, got.IsEmpty())
		}
	}
}

func nan() float64 {
	zero := 0.0
	return zero / zero
}
