package record

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// allSlots are paths of every kind with types of every kind, over few names, so
// that chance meets them.
func allSlots(tb testing.TB) []Slot {
	tb.Helper()
	paris, err := time.LoadLocation("Europe/Paris")
	require.NoError(tb, err)
	types := []Type{{}, Basic(Bool), Basic(Int), Basic(Double), Basic(Decimal), Basic(String), Basic(Date), Basic(Timestamp), Basic(Choice)}
	for _, elem := range []Kind{Empty, Int, String, Date, Choice} {
		types = append(types, ListOf(Basic(elem)), MapOf(Basic(elem)), ListOf(ListOf(Basic(elem))))
	}
	types = append(types, Type{Kind: Object, Fields: []TypeField{{"a", Basic(Int)}, {"b", ListOf(Basic(String))}, {"code", Basic(String)}}})
	var slots []Slot
	for _, path := range []string{"a", "b", "a.b", "a.b.a", "a[0]", "a[1].b", "a.b[0]", "a[0][1]", "b.a", "b.code"} {
		for i, typ := range types {
			slot := Slot{Path: mustPath(tb, path), Type: typ}
			if i%2 == 0 || typ.Kind == Timestamp && len(path) > 1 {
				slot.Zone = paris
			}
			slots = append(slots, slot)
		}
	}
	return slots
}

// agree scans data and compares with the naive reading.
func agree(t *testing.T, s *Scanner, slots []Slot, data []byte, row []Value) {
	t.Helper()
	faults, err := s.Scan(data, row)
	record, ok := naiveRecord(data)
	if !ok {
		var wrong *Malformed
		require.True(t, errors.As(err, &wrong), "%q must be refused", data)
		require.Nil(t, faults)
		require.True(t, wrong.Offset >= 0 && wrong.Offset <= len(data))
		return
	}
	require.NoError(t, err, "%s", data)
	bad := map[int]Fault{}
	last := -1
	for _, f := range faults {
		require.Greater(t, f.Slot, last, "faults come in the order of the slots")
		last = f.Slot
		require.NotEmpty(t, f.Code)
		require.NotEmpty(t, f.Got)
		require.NotEmpty(t, f.Remedy())
		bad[f.Slot] = f
	}
	for i, slot := range slots {
		want, ok := naiveWalk(record, slot.Path, slot.Type, slot.Zone)
		if _, faulty := bad[i]; faulty == ok {
			require.Fail(t, "a fault on one side only", "%s as %s of %s: fault %v", slot.Path, slot.Type, data, bad[i])
		}
		if !ok {
			want = Value{}
		}
		if !Equal(want, row[i]) {
			require.Fail(t, "another value", "%s as %s of %s: %s, want %s", slot.Path, slot.Type, data, row[i].AppendJSON(nil), want.AppendJSON(nil))
		}
	}
}

// writer writes random JSON over few names, duplicate keys included.
type writer struct {
	*rand.Rand
	out strings.Builder
}

var scalars = []string{
	`null`, `""`, `true`, `false`, `0`, `-0`, `12`, `12.0`, `12.50`, `1.2e1`, `-3.25`, `1e3`, `1e400`, `1e-400`, `9223372036854775807`,
	`9223372036854775808`, `9007199254740993`, `1e2000`, `"12"`, `"012"`, `" 12"`, `"-5"`, `"-0"`, `"12.50"`, `"1e3"`, `"x"`, `"é€"`,
	`"a\u00e9\n\ud83d\ude00\ud800"`, `"2014-09-01"`, `"2014-02-30"`, `"2014-09-01T00:00:00"`, `"2014-09-01T23:59:59.123Z"`,
	`"2014-09-01T23:59:59+14:00"`, `"2024-03-31T02:30:00"`, `"2024-10-27T02:30:00"`, `"9999-12-31T23:59:59-01:00"`, `{"code":"M","label":"Mister"}`,
	`{"code":7}`, `{"label":null,"code":"M"}`, `{"label":1.0}`, `{}`, `[]`, `[1,null,"",2]`, `["a",3]`,
}

func (w *writer) value(depth int) {
	switch n := w.IntN(10); {
	case depth > 4 || n < 3:
		w.out.WriteString(scalars[w.IntN(len(scalars))])
	case n < 7:
		w.object(depth)
	default:
		w.out.WriteByte('[')
		for i := range w.IntN(4) {
			if i > 0 {
				w.out.WriteByte(',')
			}
			w.value(depth + 1)
		}
		w.out.WriteByte(']')
	}
}

func (w *writer) object(depth int) {
	names := []string{"a", "b", "a", "b", "code", "label", "c", "\\u0061"}
	w.out.WriteByte('{')
	for i := range w.IntN(4) {
		if i > 0 {
			w.out.WriteString(",\t"[:1+w.IntN(2)])
		}
		w.out.WriteString(`"` + names[w.IntN(len(names))] + `"` + " \n"[:w.IntN(2)] + ":" + " "[:w.IntN(2)])
		w.value(depth + 1)
	}
	w.out.WriteByte('}')
}

func TestScanAgreesWithANaiveReadingOfRandomRecords(t *testing.T) {
	t.Parallel()
	slots := allSlots(t)
	s, err := NewScanner(slots)
	require.NoError(t, err)
	row := make([]Value, len(slots))
	const signs = "{}[],:\"\\ 0n-."
	w := writer{Rand: rand.New(rand.NewPCG(1, 2))}
	for range 3000 {
		w.out.Reset()
		w.object(0)
		data := w.out.String()
		agree(t, s, slots, []byte(data), row)
		if cut := w.IntN(len(data)); cut%4 == 0 {
			agree(t, s, slots, []byte(data[:cut]), row)
			broken := []byte(data)
			broken[cut] = signs[w.IntN(len(signs))]
			agree(t, s, slots, broken, row)
			agree(t, s, slots, []byte(data), row)
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, s := range []string{
		employee, `{}`, `[]`, ``, `{"a":{"b":1,"b":"x"}}`, `{"a":[{"b":"1"},{"b":null},null]}`, `{"a":1}{`, `{"a":"\ud800"}`,
		`{"a":[[1,2],[3]],"b":{"code":"x"}}`, `{"\u0061":{"b":[{"a":"2014-09-01T00:00:00"}]}}`, "{\"a\":\"\xff\"}", `{"a":01}`, `{"a":1,}`,
		`{"a":"2024-03-31T02:30:00","b":"1e3"}`, strings.Repeat(`{"a":`, 60),
	} {
		f.Add([]byte(s))
	}
	slots := allSlots(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		if costly.Match(data) {
			return
		}
		s, err := NewScanner(slots)
		require.NoError(t, err)
		row := make([]Value, len(slots))
		agree(t, s, slots, data, row)
		agree(t, s, slots, []byte(`{"b":{"a":"x"},"a":[{"b":[{"a":1}]}]}`), row)
		agree(t, s, slots, data, row)
	})
}

// FuzzRoundTrip: what AppendJSON writes is JSON that reads back as the same.
func FuzzRoundTrip(f *testing.F) {
	for _, s := range scalars {
		f.Add([]byte(s))
	}
	types := []Type{{}, Basic(Bool), Basic(Int), Basic(Double), Basic(Decimal), Basic(String), Basic(Date), Basic(Timestamp), Basic(Choice),
		ListOf(Type{}), MapOf(Basic(String)), ListOf(Basic(Choice)), ListOf(Basic(Timestamp))}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, typ := range types {
			v, err := FromJSON(data, typ)
			if err != nil {
				continue
			}
			again, err := FromJSON(v.AppendJSON(nil), typ)
			require.NoError(t, err, "%s", typ)
			require.True(t, Equal(v, again), "%s", typ)
			require.Equal(t, v.AppendCanonical(nil), again.AppendCanonical(nil))
			coerced, ok := Coerce(v, typ, nil)
			require.True(t, ok, "%s", typ)
			require.True(t, Equal(v, coerced), "%s", typ)
		}
	})
}
