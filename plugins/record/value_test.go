package record

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTypesReadBackAsWritten(t *testing.T) {
	t.Parallel()
	object := func(fields ...TypeField) Type { return Type{Kind: Object, Fields: fields} }
	for text, want := range map[string]Type{
		"int":                                 Basic(Int),
		"list(string)":                        ListOf(Basic(String)),
		"map(list(date))":                     MapOf(ListOf(Basic(Date))),
		" list( choice ) ":                    ListOf(Basic(Choice)),
		"object({a = int, b = list(string)})": object(TypeField{"a", Basic(Int)}, TypeField{"b", ListOf(Basic(String))}),
		"list( object( { rue=string ,\n\tville = map(int), } ) )": ListOf(object(TypeField{"rue", Basic(String)}, TypeField{"ville", MapOf(Basic(Int))})),
		"object({e_Nom-de-la-voie = string, né le = date})":       object(TypeField{"e_Nom-de-la-voie", Basic(String)}, TypeField{"né le", Basic(Date)}),
		`object({"a, b" = object({"\"=" = bool}), " c" = int})`: object(
			TypeField{"a, b", object(TypeField{`"=`, Basic(Bool)})}, TypeField{" c", Basic(Int)}),
	} {
		got, err := ParseType(text)
		require.NoError(t, err)
		require.True(t, want.Equal(got), text)
		again, err := ParseType(got.String())
		require.NoError(t, err, got.String())
		require.True(t, want.Equal(again), got.String())
	}
	for text, want := range map[string]string{
		"list(int": "closing parenthesis", "list(": "is no type", "list": "does not say of what", "integer": "\"integer\" is no type", "": "is no type", "any": "is no type",
		"list()": "is no type", "map(x)": "\"x\" is no type", "int)": "something follows", "list(int))": "something follows", "Date": "\"Date\" is no type", "map(strng)": "\"strng\" is no type",
		"object": "which fields", "object(int)": "which fields", "object({})": "lacks the name", "object({a})": "lacks its type", "object({a = })": "is no type",
		"object({a = int b = int})": "closing brace", "object({a = int}": "closing parenthesis", "object({a = int, a = int})": "twice", `object({"a = int})`: "name in type",
		strings.Repeat("list(", 40) + "int" + strings.Repeat(")", 40): "nests more than",
	} {
		_, err := ParseType(text)
		require.ErrorContains(t, err, want, text)
	}
	require.Equal(t, `object({a = int, "b=" = list(any)})`, object(TypeField{"a", Basic(Int)}, TypeField{"b=", ListOf(Type{})}).String())
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
