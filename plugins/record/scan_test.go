package record

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// scanOne scans data for one slot and gives its value as JSON, or the fault.
func scanOne(t *testing.T, path string, typ Type, data string) (string, *Fault) {
	t.Helper()
	s, err := NewScanner([]Slot{{Path: mustPath(t, path), Type: typ}})
	require.NoError(t, err)
	row := []Value{NewInt(7)}
	faults, err := s.Scan([]byte(data), row)
	require.NoError(t, err, data)
	if len(faults) > 0 {
		require.Len(t, faults, 1)
		require.True(t, row[0].IsEmpty(), "a slot with a fault is empty")
		return "", &faults[0]
	}
	return string(row[0].AppendJSON(nil)), nil
}

func TestScanFindsWhatThePathSays(t *testing.T) {
	t.Parallel()
	str := Basic(String)
	for i, c := range []struct {
		path, data string
		typ        Type
		want       string // JSON; or the code of a fault after "!"
	}{
		{"a", `{"a":"x"}`, str, `"x"`},
		{"a", `{}`, str, `null`},
		{"a", `{"a":null}`, str, `null`},
		{"a", `{"a":""}`, str, `null`},
		{"a", `{"A":"x"}`, str, `null`},
		{"a", ` { "b" : [ { } , "}" ] , "a" : "x" } ` + "\r\n\t", str, `"x"`},
		{"a", `{"\u0061":"x"}`, str, `"x"`},
		{"a", `{"a":"x","a":"y"}`, str, `"y"`},
		{"a", `{"a":"x","a":null}`, str, `null`},
		{"a", `{"a":{},"a":"y"}`, str, `"y"`},
		{"a", `{"a":"y","a":{"b":1}}`, str, `!wrong-type`},
		{"a.b", `{"a":{"b":"x"},"a":{}}`, str, `null`},
		{"a.b", `{"a":1,"a":{"b":"x"}}`, str, `"x"`},
		{"a.b", `{"a":{"b":"x"}}`, str, `"x"`},
		{"a.b", `{"a":null}`, str, `null`},
		{"a.b", `{"a":""}`, str, `null`},
		{"a.b", `{"a":"x"}`, str, `!path-blocked`},
		{"a.b", `{"a":1}`, str, `!path-blocked`},
		{"a.b", `{"a":false}`, str, `!path-blocked`},
		{"a.b", `{"a":[{"b":"x"}]}`, str, `!undeclared-list`},
		{"a.b", `{"a":[{"b":"x"},{},null,"",{"b":""},{"b":"y"}]}`, ListOf(str), `["x",null,null,null,null,"y"]`},
		{"a.b", `{"a":[]}`, ListOf(str), `[]`},
		{"a.b", `{"a":null}`, ListOf(str), `null`},
		{"a.b", `{"a":[1]}`, ListOf(str), `!path-blocked`},
		{"a.b", `{"a":[{"b":1},{"b":{}}]}`, ListOf(Basic(Int)), `!wrong-type`},
		{"a.b", `{"a":[{"b":{}},{"b":1,"b":2}]}`, ListOf(Basic(Int)), `!wrong-type`},
		{"a.b", `{"a":[{"b":{},"b":1},{"b":2}]}`, ListOf(Basic(Int)), `[1,2]`},
		{"a.b", `{"a":{"b":"x"}}`, ListOf(str), `!wrong-type`},
		{"a.b", `{"a":{"b":["x"]}}`, ListOf(str), `["x"]`},
		{"a.b", `{"a":[{"b":["x"]},{"b":[]}]}`, ListOf(ListOf(str)), `[["x"],[]]`},
		{"a.b", `{"a":[{"b":["x"]}]}`, ListOf(str), `!wrong-type`},
		{"a.b.c", `{"a":[{"b":[{"c":1},{}]},{"b":null}]}`, ListOf(ListOf(Basic(Int))), `[[1,null],null]`},
		{"a.b.c", `{"a":[{"b":{"c":1}}]}`, ListOf(Basic(Int)), `[1]`},
		{"a[1].b", `{"a":[0,{"b":"x"},0]}`, str, `"x"`},
		{"a[1].b", `{"a":[0]}`, str, `null`},
		{"a[0]", `{"a":{"0":"x"}}`, str, `!path-blocked`},
		{"a[0]", `{"a":"x"}`, str, `!path-blocked`},
		{"a[0]", `{"a":null}`, str, `null`},
		{"a[0][1]", `{"a":[["x","y"]]}`, str, `"y"`},
		{"a.b[0]", `{"a":[{"b":["x"]},{"b":["y","z"]},{"b":[]}]}`, ListOf(str), `["x","y",null]`},
		{`extendedData["e_Nom-de-la-voie"].value`, `{"extendedData":{"e_secondName":{"id":4547,"value":"André"},"e_Nom-de-la-voie":{"id":1,"value":"Rue"}}}`, str, `"Rue"`},
		{"department.ancestors.name", `{"department":{"ancestors":[{"name":"Root"},{"name":"IT"}]}}`, ListOf(str), `["Root","IT"]`},
		{"a", `{"a":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\ud83dx\ude00\ud83d\u0041"}`, str, `"\"\\/\b\f\n\r\té😀` + "\ufffdx\ufffd\ufffdA" + `"`},
	} {
		got, fault := scanOne(t, c.path, c.typ, c.data)
		if code, isFault := strings.CutPrefix(c.want, "!"); isFault {
			require.NotNil(t, fault, "%d: %s of %s gave %s", i, c.path, c.data, got)
			require.Equal(t, code, fault.Code, "%d: %s of %s", i, c.path, c.data)
			continue
		}
		require.Nil(t, fault, "%d: %s of %s", i, c.path, c.data)
		require.Equal(t, c.want, got, "%d: %s of %s", i, c.path, c.data)
	}
}

func TestScanRefusesWhatIsNotOneObject(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]struct {
		offset int
		reason string
	}{
		``:                    {0, "ends too early"},
		`  `:                  {2, "ends too early"},
		`[]`:                  {0, "must be a JSON object"},
		`"a"`:                 {0, "must be a JSON object"},
		`null`:                {0, "must be a JSON object"},
		"\ufeff{}":            {0, "must be a JSON object"},
		`{} {}`:               {3, "follows the end"},
		`{}x`:                 {2, "follows the end"},
		`{"a":1,}`:            {7, "key in quotes"},
		`{,}`:                 {1, "key in quotes"},
		`{a:1}`:               {1, "key in quotes"},
		`{"a"}`:               {4, "colon"},
		`{"a" 1}`:             {5, "colon"},
		`{"a":}`:              {5, "a value is expected"},
		`{"a":1 "b":2}`:       {7, "closing brace"},
		`{"a":1]`:             {6, "closing brace"},
		`{"a":[1}}`:           {7, "closing bracket"},
		`{"a":[}}`:            {6, "a value is expected"},
		`{]`:                  {1, "key in quotes"},
		`{"a":[1 2]}`:         {8, "closing bracket"},
		`{"a":[1,]}`:          {8, "a value is expected"},
		`{"a":01}`:            {6, "closing brace"},
		`{"a":+1}`:            {5, "a value is expected"},
		`{"a":-}`:             {5, "a value is expected"},
		`{"a":NaN}`:           {5, "a value is expected"},
		`{"a":nul}`:           {5, "a value is expected"},
		`{"a":truE}`:          {5, "a value is expected"},
		`{"a":'x'}`:           {5, "a value is expected"},
		`{"a":"x`:             {7, "not closed"},
		`{"a":"\x"}`:          {6, "escape"},
		`{"a":"\u12g4"}`:      {6, "escape"},
		`{"a":"\u12`:          {6, "escape"},
		"{\"a\":\"\n\"}":      {6, "control character"},
		"{\"a\":\"\xff\"}":    {6, "UTF-8"},
		"{\"b\xc3\":1}":       {3, "UTF-8"},
		"{\"a\":\"\xed\xa0\"": {6, "UTF-8"},
		`{"a":1`:              {6, "ends too early"},
		`{"a":{"b":[`:         {11, "ends too early"},
		`{"b":[{"c":1}`:       {13, "ends too early"},
	} {
		for _, path := range []string{"a", "a.b", "a[0]", "zz"} {
			for _, typ := range []Type{{}, Basic(String), ListOf(Basic(Int)), MapOf(Basic(Int))} {
				s, err := NewScanner([]Slot{{Path: mustPath(t, path), Type: typ}})
				require.NoError(t, err)
				row := make([]Value, 1)
				for range 2 { // with and without what the first learned
					_, err = s.Scan([]byte(data), row)
					var wrong *Malformed
					require.ErrorAs(t, err, &wrong, "%q", data)
					require.Equal(t, want.offset, wrong.Offset, "%q", data)
					require.Contains(t, wrong.Error(), want.reason, "%q", data)
				}
			}
		}
	}
}

// TestStringsAreCheckedAtEveryByte puts each byte at each place of the eight
// that are looked at together.
func TestStringsAreCheckedAtEveryByte(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"a", "b"} {
		s, err := NewScanner([]Slot{{Path: mustPath(t, path)}})
		require.NoError(t, err)
		row := make([]Value, 1)
		for c := range 256 {
			for before := range 17 {
				text := strings.Repeat("x", before) + string([]byte{byte(c)}) + "yyyyyyyyy"
				_, err := s.Scan([]byte(`{"a":"`+text+`"}`), row)
				if c < 0x20 || c >= 0x80 || c == '"' || c == '\\' {
					require.Error(t, err, "byte %#x after %d", c, before)
					continue
				}
				require.NoError(t, err, "byte %#x after %d", c, before)
				if path == "a" {
					require.Equal(t, text, row[0].Text())
				}
			}
		}
	}
}

func TestScanBoundsNesting(t *testing.T) {
	t.Parallel()
	deep := func(n int) []byte {
		return []byte(strings.Repeat(`{"a":[`, n/2) + strings.Repeat(`]}`, n/2))
	}
	for _, path := range []string{"a", "a.a.a", "a[0]", "b"} {
		for _, typ := range []Type{{}, Basic(String), ListOf(Type{})} {
			s, err := NewScanner([]Slot{{Path: mustPath(t, path), Type: typ}})
			require.NoError(t, err)
			row := make([]Value, 1)
			_, err = s.Scan(deep(1000), row)
			require.NoError(t, err)
			_, err = s.Scan(deep(1002), row)
			require.ErrorContains(t, err, "nested too deeply")
			_, err = s.Scan(bytes.Repeat([]byte(`{"a":[`), 1_000_000), row)
			require.ErrorContains(t, err, "nested too deeply")
		}
	}
}

func TestSlotsMayShareAndContainEachOther(t *testing.T) {
	t.Parallel()
	var slots []Slot
	for _, path := range []string{"m", "m.id", "m.id", "m.list", "m.list[1]", "m.list[1].x", "m.list.x", "id"} {
		slots = append(slots, Slot{Path: mustPath(t, path)})
	}
	slots[2].Type = Basic(String)
	s, err := NewScanner(slots)
	require.NoError(t, err)
	row := make([]Value, len(slots)+1)
	row[len(slots)] = NewInt(42)
	faults, err := s.Scan([]byte(`{"m":{"id":5,"list":[{"x":1},{"x":2}]},"id":6}`), row)
	require.NoError(t, err)
	require.Empty(t, faults)
	want := []string{`{"id":5,"list":[{"x":1},{"x":2}]}`, `5`, `"5"`, `[{"x":1},{"x":2}]`, `{"x":2}`, `2`, `[1,2]`, `6`, `42`}
	for i, v := range row {
		require.Equal(t, want[i], string(v.AppendJSON(nil)), "%d", i)
	}
}

func TestScannerIsNotMisledByTheOrderItLearned(t *testing.T) {
	t.Parallel()
	slots := []Slot{{Path: mustPath(t, "id")}, {Path: mustPath(t, "department.id")}, {Path: mustPath(t, "ab")}}
	s, err := NewScanner(slots)
	require.NoError(t, err)
	row := make([]Value, 3)
	for i, data := range []string{
		`{"department":{"id":2},"id":1,"ab":3}`,
		`{"id":1,"department":{"id":2,"x":0},"ab":3}`,
		`{"department":{"x":0,"id":2},"x":9,"abc":9,"ab":3,"id":1}`,
		`{"a":9,"ab":3,"ab ":9,"department" :{"y":0,"id" : 2} , "id":1}`,
		`{"v":0,"w":0,"x":0,"y":0,"z":0,"\u0061b":3,"id":1,"department":{"id":2}}`,
		`{"department":{"id":2},"id":1,"ab":3}`,
		`{"\u0061b":3,"department":{"id":2},"i\u0064":1}`,
	} {
		_, err := s.Scan([]byte(data), row)
		require.NoError(t, err)
		for slot := range row {
			require.Equal(t, int64(slot+1), row[slot].Int(), "record %d, slot %d", i, slot)
		}
	}
}

func TestScannerForgetsKeysThatNeverEnd(t *testing.T) {
	t.Parallel()
	s, err := NewScanner([]Slot{{Path: mustPath(t, "wanted")}})
	require.NoError(t, err)
	row := make([]Value, 1)
	for i := range 3 * maxKnown {
		_, err := s.Scan(fmt.Appendf(nil, `{"key%d":1,"wanted":%d}`, i, i), row)
		require.NoError(t, err)
		require.Equal(t, int64(i), row[0].Int())
	}
	require.LessOrEqual(t, len(s.root.order), maxKnown)
	require.LessOrEqual(t, len(s.root.known), maxKnown)
}

func TestScannerStartsCleanAfterAFaultOrAnError(t *testing.T) {
	t.Parallel()
	s, err := NewScanner([]Slot{{Path: mustPath(t, "a.b"), Type: ListOf(Basic(Int))}, {Path: mustPath(t, "c"), Type: Basic(Int)}})
	require.NoError(t, err)
	row := make([]Value, 2)
	good := []byte(`{"a":[{"b":1}],"c":2}`)
	for _, bad := range []string{`{"a":[{"b":1},{"b":"x"}],"c":{}}`, `{"a":[{"b":1},{"b":`, `{"a":[{"b":{}`, `{"c":"x","a":[`} {
		faults, err := s.Scan([]byte(bad), row)
		require.True(t, err != nil || len(faults) == 2)
		faults, err = s.Scan(good, row)
		require.NoError(t, err)
		require.Empty(t, faults)
		require.Equal(t, `[1]`, string(row[0].AppendJSON(nil)))
		require.Equal(t, int64(2), row[1].Int())
	}
}

func TestManyKeysOfAMap(t *testing.T) {
	t.Parallel()
	var data strings.Builder
	data.WriteString(`{"a":{`)
	for i := range 200 {
		fmt.Fprintf(&data, `"k%d":%d,`, i%50, i)
	}
	data.WriteString(`"last":null}}`)
	got, fault := scanOne(t, "a", MapOf(Basic(Int)), data.String())
	require.Nil(t, fault)
	require.True(t, strings.HasPrefix(got, `{"k0":150,"k1":151,`), got)
	require.True(t, strings.HasSuffix(got, `"k49":199,"last":null}`), got)
}

func TestNewScannerRefusesWhatCanNeverBeRead(t *testing.T) {
	t.Parallel()
	for want, slot := range map[string]Slot{
		"empty":        {},
		"an index":     {Path: Path{index(0)}},
		"unknown kind": {Path: Path{name("a")}, Type: ListOf(Basic(99))},
		`"x" twice`:    {Path: Path{name("a")}, Type: Type{Kind: Object, Fields: []TypeField{{"x", Type{}}, {"x", Type{}}}}},
	} {
		_, err := NewScanner([]Slot{slot})
		require.ErrorContains(t, err, want)
	}
}

func TestScanTellsNothingOfTheValue(t *testing.T) {
	t.Parallel()
	const secret = "FR7630006000011234567890189"
	types := []Type{Basic(Bool), Basic(Int), Basic(Double), Basic(Decimal), Basic(Date), Basic(Timestamp), ListOf(Basic(Int)), MapOf(Basic(Int)),
		{Kind: Object, Fields: []TypeField{{"v", Basic(Int)}}}}
	seen := 0
	for _, typ := range types {
		for _, form := range []string{`{"a":"%s"}`, `{"a":["%s"]}`, `{"a":{"v":"%s"}}`, `{"a":{"%[1]s":"%[1]s"}}`, `{"a":"%s`, `{"a":%s}`, `{"%s":}`, `{"a":"\%s"}`} {
			s, err := NewScanner([]Slot{{Path: mustPath(t, "a"), Type: typ}, {Path: mustPath(t, "a.b"), Type: typ}})
			require.NoError(t, err)
			faults, err := s.Scan(fmt.Appendf(nil, form, secret), make([]Value, 2))
			if err != nil {
				seen++
				require.NotContains(t, fmt.Sprintf("%v %+v", err, err), secret[2:10])
			}
			for _, f := range faults {
				seen++
				require.NotContains(t, fmt.Sprintf("%v %+v %s %#v", f, f, f.Remedy(), f), secret[2:10])
			}
		}
	}
	require.Greater(t, seen, 60)
}

func TestScanAllocatesNothingForPlainRecords(t *testing.T) {
	s, err := NewScanner(employeeSlots(t))
	require.NoError(t, err)
	require.Len(t, employee, 364)
	data, row := []byte(employee), make([]Value, 9)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if faults, err := s.Scan(data, row); err != nil || faults != nil {
			t.Error("the sample record has faults")
		}
	}))
	require.Equal(t, `"1989-12-22"`, string(row[6].AppendJSON(nil)))
}
