package record

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTypesReadBackAsWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Type{
		"int":              Basic(Int),
		"list(string)":     ListOf(Basic(String)),
		"map(list(date))":  MapOf(ListOf(Basic(Date))),
		" list( choice ) ": ListOf(Basic(Choice)),
	} {
		got, err := ParseType(text)
		require.NoError(t, err)
		require.True(t, want.Equal(got), text)
	}
	for text, want := range map[string]string{
		"list(int": "closing parenthesis", "list(": "closing parenthesis", "integer": "is no type", "": "is no type", "any": "is no type", "list()": "is no type", "map(x)": "is no type",
	} {
		_, err := ParseType(text)
		require.ErrorContains(t, err, want, text)
	}
	object := Type{Kind: Object, Fields: []TypeField{{"a", Basic(Int)}, {"b", ListOf(Type{})}}}
	require.Equal(t, "object({a = int, b = list(any)})", object.String())
	require.Equal(t, "list", Type{Kind: List}.String())
}

func TestTypesAreEqualOnlyWhenTheSame(t *testing.T) {
	t.Parallel()
	object := func(name string, typ Type) Type { return Type{Kind: Object, Fields: []TypeField{{name, typ}}} }
	distinct := []Type{{}, Basic(Int), {Kind: List}, ListOf(Basic(Int)), ListOf(Basic(String)), MapOf(Basic(Int)), object("a", Basic(Int)), object("b", Basic(Int)), object("a", Basic(String)), {Kind: Object}}
	for i, a := range distinct {
		for j, b := range distinct {
			require.Equal(t, i == j, a.Equal(b), "%s and %s", a, b)
		}
	}
}

func TestValuesGiveBackWhatTheyWereMadeOf(t *testing.T) {
	t.Parallel()
	for kind, v := range map[Kind]Value{
		Bool: NewBool(true), Int: NewInt(-3), Double: NewDouble(0.5), Decimal: NewDecimal("1.5"), String: NewString("x"),
		Date: NewDate(2024, 2, 30), Timestamp: NewTimestamp(time.Unix(-1, 7)), Choice: NewChoice("", "l"), List: NewList(nil), Map: NewMap(nil, nil), Object: NewObject(nil, nil),
	} {
		require.Equal(t, kind, v.Kind())
		require.False(t, v.IsEmpty())
	}
	for _, v := range []Value{{}, NewString(""), NewDecimal(""), NewChoice("", "")} {
		require.True(t, v.IsEmpty())
		require.Empty(t, v.Items())
		require.Empty(t, v.Keys())
		require.Empty(t, v.Label())
	}
	require.True(t, NewBool(true).Bool())
	require.False(t, NewBool(false).Bool())
	require.Equal(t, int64(-1), NewDate(1969, 12, 31).Days())
	require.True(t, time.Unix(-1, 7).Equal(NewTimestamp(time.Unix(-1, 7)).Time()))
	year, month, day := NewDate(2024, 2, 30).Civil()
	require.Equal(t, []int{2024, 3, 1}, []int{year, int(month), day}, "a date normalises")
}

// TestDaysAgreeWithTheStandardLibrary covers four centuries and the far ends.
func TestDaysAgreeWithTheStandardLibrary(t *testing.T) {
	t.Parallel()
	check := func(days int64) {
		u := time.Unix(days*86400, 0).UTC()
		require.Equal(t, days, daysFromCivil(int64(u.Year()), int64(u.Month()), int64(u.Day())))
		got, ok := parseDate(u.Format("2006-01-02"))
		require.True(t, ok)
		require.Equal(t, days, got)
		year, month, day := u.Date()
		require.Equal(t, u.Format("2006-01-02"), string(appendDate(nil, year, month, day)))
	}
	first, last := daysFromCivil(0, 1, 1), daysFromCivil(9999, 12, 31)
	for days := int64(-135140); days < 47482; days += 3 {
		check(days)
	}
	for i := range int64(1000) {
		check(first + i)
		check(last - i)
	}
}

func TestScanWithTooShortARowIsAProgrammersError(t *testing.T) {
	t.Parallel()
	s, err := NewScanner([]Slot{{Path: Path{name("a")}}, {Path: Path{name("b")}}})
	require.NoError(t, err)
	batch := make([]Value, 4)
	require.Panics(t, func() { _, _ = s.Scan([]byte(`{}`), batch[:1]) })
}
