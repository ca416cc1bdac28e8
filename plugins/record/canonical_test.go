package record

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCanonicalFormIsKept(t *testing.T) {
	t.Parallel()
	for want, v := range map[string]Value{
		"\x00":                                 {},
		"\x01\x01":                             NewBool(true),
		"\x02\xff\xff\xff\xff\xff\xff\xff\xfe": NewInt(-2),
		"\x03\x3f\xf8\x00\x00\x00\x00\x00\x00": NewDouble(1.5),
		"\x04\x041.25":                         NewDecimal("1.25"),
		"\x05\x03\xc3\xa9a":                    NewString("éa"),
		"\x06\x00\x00\x00\x00\x00\x00\x00\x01": NewDays(1),
		"\x07\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x03": NewTimestamp(time.Unix(2, 3)),
		"\x08\x01M\x02Mr":                    NewChoice("M", "Mr"),
		"\x09\x02\x00\x01\x00":               NewList([]Value{{}, NewBool(false)}),
		"\x0a\x02\x01a\x01\x00\x01b\x01\x01": NewMap([]string{"b", "c", "a"}, []Value{NewBool(true), {}, NewBool(false)}),
		"\x0b\x01\x01a\x0b\x00":              NewObject([]string{"a"}, []Value{NewObject(nil, nil)}),
	} {
		require.Equal(t, want, string(v.AppendCanonical(nil)))
		require.Equal(t, "x"+want, string(v.AppendCanonical([]byte("x"))))
	}
}

func TestEqual(t *testing.T) {
	t.Parallel()
	member := func(kv ...Value) Value { return NewMap([]string{"a", "b"}[:len(kv)], kv) }
	for name, c := range map[string]struct {
		a, b Value
		want bool
	}{
		"order of keys":         {NewMap([]string{"a", "b"}, []Value{NewInt(1), NewInt(2)}), NewMap([]string{"b", "a"}, []Value{NewInt(2), NewInt(1)}), true},
		"a key without a value": {member(NewInt(1), Value{}), member(NewInt(1)), true},
		"map and object":        {NewMap(nil, nil), NewObject(nil, nil), false},
		"empty and empty list":  {Value{}, NewList(nil), false},
		"zeros":                 {NewDouble(0), NewDouble(math.Copysign(0, -1)), true},
		"NaN":                   {NewDouble(math.NaN()), NewDouble(-math.NaN()), true},
		"int and double":        {NewInt(1), NewDouble(1), false},
		"string and decimal":    {NewString("1"), NewDecimal("1"), false},
		"nanoseconds":           {NewTimestamp(time.Unix(1, 1)), NewTimestamp(time.Unix(1, 2)), false},
		"zones":                 {NewTimestamp(time.Unix(1, 0).In(time.FixedZone("", 60))), NewTimestamp(time.Unix(1, 0)), true},
		"labels":                {NewChoice("a", "b"), NewChoice("a", "c"), false},
		"shifted choice":        {NewChoice("ab", "c"), NewChoice("a", "bc"), false},
		"list lengths":          {NewList([]Value{{}}), NewList([]Value{{}, {}}), false},
	} {
		require.Equal(t, c.want, Equal(c.a, c.b), name)
		require.Equal(t, c.want, Equal(c.b, c.a), name)
		require.Equal(t, c.want, bytes.Equal(c.a.AppendCanonical(nil), c.b.AppendCanonical(nil)), name)
	}
}

// TestCanonicalIsInjective compares random small values, near enough to each
// other for a careless form to confuse them.
func TestCanonicalIsInjective(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	var make1 func(depth int) Value
	text := func() string { return []string{"a", "aa", "\x01a", "\x05\x01a", "1"}[r.IntN(5)] }
	make1 = func(depth int) Value {
		n := 9
		if depth < 3 {
			n = 12
		}
		items := func() []Value {
			list := make([]Value, r.IntN(3))
			for i := range list {
				list[i] = make1(depth + 1)
			}
			return list
		}
		switch Kind(r.IntN(n)) {
		case Bool:
			return NewBool(r.IntN(2) == 0)
		case Int:
			return NewInt(r.Int64N(3))
		case Double:
			return NewDouble(float64(r.IntN(3)))
		case Decimal:
			return NewDecimal("1")
		case String:
			return NewString(text())
		case Date:
			return NewDays(r.Int64N(3))
		case Timestamp:
			return NewTimestamp(time.Unix(r.Int64N(2), r.Int64N(2)))
		case Choice:
			return NewChoice(text(), text())
		case List:
			return NewList(items())
		case Map:
			list := items()
			return NewMap([]string{"a", "aa"}[:len(list)], list)
		case Object:
			list := items()
			return NewObject([]string{"a", "aa"}[:len(list)], list)
		}
		return Value{}
	}
	same := 0
	for range 100_000 {
		a, b := make1(0), make1(0)
		ca, cb := a.AppendCanonical(nil), b.AppendCanonical(nil)
		if Equal(a, b) {
			same++
			require.Equal(t, ca, cb)
			continue
		}
		require.False(t, bytes.HasPrefix(ca, cb) || bytes.HasPrefix(cb, ca), "%q %q", ca, cb)
	}
	require.Greater(t, same, 1000, "the random values must meet")
}
