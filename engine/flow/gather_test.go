package flow

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/flow/spill"
	"passerelle/engine/host"
	"passerelle/plugins/record"
)

// systems is the folder of what the test connector gives, and the mapping that
// reads it.
type systems struct {
	t    testing.TB
	dir  string
	from *host.Connection
	m    *compile.Mapping
}

// reading maps into rows with the given blocks beside the target.
func reading(t testing.TB, blocks string, lines ...string) *systems {
	t.Helper()
	h := host.New(host.Options{Dirs: []string{plugins}})
	t.Cleanup(h.Close)
	plugin, ds := h.Plugin(context.Background(), "testsource")
	require.Empty(t, ds)
	description, ds := plugin.Describe(context.Background())
	require.Empty(t, ds)
	dir := t.TempDir()
	c, complaints := plugin.Configure(context.Background(), fmt.Appendf(nil, `{"dir":%q}`, dir))
	require.Empty(t, complaints)
	var fields, mapped strings.Builder
	for _, line := range lines {
		name, of, _ := strings.Cut(strings.TrimSpace(strings.SplitN(line, "=", 2)[0]), ":")
		if of == "" {
			of = "string"
		}
		fmt.Fprintf(&fields, "    field %q { type = %s }\n", name, of)
		fmt.Fprintf(&mapped, "      %s = %s\n", name, strings.TrimSpace(strings.SplitN(line, "=", 2)[1]))
	}
	m := compiled(t, compile.Schemas{"testsource": description}, `
integration "test" { timezone = "Europe/Paris" }
connection "here" { plugin = "testsource" }
mapping "test" {
`+strings.NewReplacer("RESOURCE ", "connection = connection.here\nresource = ", "MORE", "").Replace(blocks)+`
  target "row" {
    connection = connection.here
    resource   = "rows"
    key        = "key"
`+fields.String()+`
    map = {
`+mapped.String()+`
    }
  }
}
`)
	return &systems{t: t, dir: dir, from: c, m: m}
}

func (s *systems) has(resource string, lines ...string) {
	require.NoError(s.t, os.WriteFile(filepath.Join(s.dir, resource), []byte(strings.Join(lines, "\n")), 0o600))
}

// read gives a line for each item: its id, then what is sent, or why it is not.
func (s *systems) read() (lines []string, end End, found diag.Diagnostics) {
	encoder, err := record.NewEncoder(s.m.Target.Layout())
	require.NoError(s.t, err)
	next := int64(0)
	end, found = Read(context.Background(), Connections{s.m.Source.Connection: s.from}, s.m, today, func(items []Item) error {
		for _, item := range items {
			require.Equal(s.t, next, item.Position)
			next++
			line := item.ID + " "
			switch {
			case item.Held != nil:
				require.NotEmpty(s.t, item.Held.Remedy)
				require.NotNil(s.t, item.Held.Place)
				line += "held " + item.Held.Code + " " + item.Held.Field
			case item.Out:
				line += "out"
			case item.Left:
				line += "left"
			case len(item.Unmet) > 0:
				line += "waits"
			default:
				line += string(encoder.Append(nil, item.Values, nil, record.OmitEmpty))
			}
			if item.Hides != nil {
				line += " hides " + *item.Hides
			}
			if !item.Day.IsEmpty() {
				line += " on " + day(item.Day)
			}
			lines = append(lines, strings.ReplaceAll(line, `"`, `'`))
		}
		return nil
	}, nil)
	return lines, end, found
}

// gives requires what the items are.
func (s *systems) gives(want ...string) End {
	s.t.Helper()
	lines, end, found := s.read()
	require.Empty(s.t, found)
	require.True(s.t, end.Complete, end.Reason)
	require.Equal(s.t, want, lines)
	return end
}

type asked struct {
	Resource   string
	Projection []string
	IDs        []string
	Include    string
	Window     *struct{ Path, From, To string }
}

// asked is every read of a resource.
func (s *systems) asked(resource string) (out []asked) {
	text, err := os.ReadFile(filepath.Join(s.dir, "asked.ndjson"))
	require.NoError(s.t, err)
	for line := range bytes.Lines(text) {
		var one asked
		require.NoError(s.t, json.Unmarshal(line, &one))
		if one.Resource == resource {
			out = append(out, one)
		}
	}
	return out
}

const person = `
  source "p" {
    RESOURCE "people"
    field "id" { path = "id" }
    field "name" { path = "name" }
    MORE
  }
`

func withFields(source, more string) string { return strings.Replace(source, "MORE", more, 1) }

func TestJoinOneOrNone(t *testing.T) {
	t.Parallel()
	s := reading(t, person+`
  source "c" {
    RESOURCE "contracts"
    on    = { owner = "p.id" }
    where = "c.kind != 'trial'"
    field "owner" { path = "owner" }
    field "starts" { path = "starts" }
    field "kind" { path = "kind" }
  }
  leavers { when = "p.name == 'Left'" }
`, `key = "p.name"`, `start:date = "c.starts"`, `has:bool = "filled(c)"`)
	s.has("people.ndjson", `{"id":1,"name":"One"}`, `{"id":2,"name":"None"}`, `{"id":3,"name":"Two"}`, `{"id":4,"name":"Trial"}`,
		`{"id":5,"name":"Unsure"}`, `{"id":6,"name":"Bad"}`, `{"id":7,"name":"Left"}`)
	s.has("contracts.ndjson",
		`{"id":1,"owner":3,"starts":"2026-01-01","kind":"work"}`, `{"id":2,"owner":1,"starts":"2026-02-01","kind":"work"}`,
		`{"id":3,"owner":3,"starts":"2026-03-01","kind":"work"}`, `{"id":4,"owner":1,"kind":"trial"}`, `{"id":5,"owner":4,"kind":"trial"}`,
		`{"id":6,"owner":null,"kind":"work"}`, `{"id":7,"kind":"work"}`, `{"id":8,"owner":5}`, `{"id":9,"owner":6,"kind":"work","starts":"Nguyen"}`,
		`{"id":10,"owner":7,"kind":"work"}`, `{"id":11,"owner":7,"kind":"work"}`)
	end := s.gives(
		`1 {'key':'One','start':'2026-02-01','has':true}`,
		`2 {'key':'None','has':false}`,
		`3 held ambiguous-join c`,
		`4 {'key':'Trial','has':false}`,
		`5 held empty-condition where of source 'c'`,
		`6 held not-a-date starts`,
		`7 left`,
	)
	require.Equal(t, int64(7), end.Received)
	require.Equal(t, int64(2), end.Calls, "of both reads")
	require.Equal(t, []Other{{Name: "c", Expected: -1, Received: 11}}, end.Others)
	require.Equal(t, []string{"id", "name"}, s.asked("people")[0].Projection)
	require.Equal(t, []string{"kind", "owner", "starts"}, s.asked("contracts")[0].Projection)
}

// Who has two contracts is neither here nor gone where that decides it.
func TestAmbiguousJoinAnswersNothing(t *testing.T) {
	t.Parallel()
	s := reading(t, person+`
  source "c" {
    RESOURCE "contracts"
    on = { owner = "p.id" }
    field "owner" { path = "owner" }
  }
  leavers { when = "empty(c)" }
`, `key = "p.name"`)
	s.has("people.ndjson", `{"id":1,"name":"One"}`, `{"id":2,"name":"None"}`, `{"id":3,"name":"Two"}`)
	s.has("contracts.ndjson", `{"id":1,"owner":3}`, `{"id":2,"owner":3}`, `{"id":3,"owner":1}`)
	s.gives(`1 {'key':'One'}`, `2 left`, `3 held ambiguous-join c`)
}

func TestJoinMany(t *testing.T) {
	t.Parallel()
	s := reading(t, person+`
  source "cs" {
    RESOURCE "contracts"
    on   = { owner = "p.id" }
    many = true
    field "owner" { path = "owner" }
    field "kind" { path = "kind" }
    field "starts" { path = "starts" }
  }
`, `key = "p.name"`, `n:int = "size(cs)"`, `kinds = "cs.map(c, c.kind).join(',')"`)
	s.has("people.ndjson", `{"id":1,"name":"One"}`, `{"id":2,"name":"None"}`, `{"id":3,"name":"Three"}`, `{"id":4,"name":"Bad"}`)
	s.has("contracts.ndjson", `{"owner":3,"kind":"b"}`, `{"owner":1,"kind":"x"}`, `{"owner":3,"kind":"a"}`, `{"owner":3,"kind":"c"}`,
		`{"owner":4,"starts":"Nguyen"}`)
	s.gives(`1 {'key':'One','n':1,'kinds':'x'}`, `2 {'key':'None','n':0}`, `3 {'key':'Three','n':3,'kinds':'b,a,c'}`, `4 held not-a-date starts`)
}

// where chooses among the many, one record at a time.
func TestJoinManyWhere(t *testing.T) {
	t.Parallel()
	s := reading(t, person+`
  source "cs" {
    RESOURCE "contracts"
    on    = { owner = "p.id" }
    many  = true
    where = "cs.kind != 'trial'"
    field "owner" { path = "owner" }
    field "kind" { path = "kind" }
  }
`, `key = "p.name"`, `n:int = "size(cs)"`, `kinds = "cs.map(c, c.kind).join(',')"`)
	s.has("people.ndjson", `{"id":1,"name":"One"}`, `{"id":2,"name":"Trial"}`)
	s.has("contracts.ndjson", `{"owner":1,"kind":"b"}`, `{"owner":1,"kind":"trial"}`, `{"owner":2,"kind":"trial"}`, `{"owner":1,"kind":"a"}`)
	s.gives(`1 {'key':'One','n':2,'kinds':'b,a'}`, `2 {'key':'Trial','n':0}`)
}

// Keys are compared as the field's own type, several all at once, and a source
// may be joined to another joined one.
func TestJoinKeys(t *testing.T) {
	t.Parallel()
	s := reading(t, withFields(person, `field "born" { path = "born" }`)+`
  source "c" {
    RESOURCE "contracts"
    on = {
      owner  = "p.name"
      starts = "p.born"
    }
    field "owner" { path = "owner" }
    field "starts" { path = "starts" }
    field "boss" { path = "bossId" }
  }
  source "d" {
    RESOURCE "departments"
    on = { id = "c.boss" }
    field "id" { path = "id" }
    field "name" { path = "name" }
  }
`, `key = "p.id"`, `d = "d.name"`)
	s.has("people.ndjson", `{"id":1,"name":"7","born":"2000-01-01"}`, `{"id":2,"name":"7","born":"2000-01-02"}`,
		`{"id":3,"name":"seven","born":"2000-01-01"}`, `{"id":4,"name":"7"}`)
	s.has("contracts.ndjson", `{"owner":7,"starts":"2000-01-01","bossId":3}`, `{"owner":7,"bossId":3}`)
	s.has("departments.ndjson", `{"id":3,"name":"Sales"}`)
	s.gives(`1 {'key':'1','d':'Sales'}`, `2 {'key':'2'}`, `3 {'key':'3'}`, `4 {'key':'4'}`)
}

func TestRequiredFieldOfAJoinedSource(t *testing.T) {
	t.Parallel()
	s := reading(t, person+`
  source "c" {
    RESOURCE "contracts"
    on = { owner = "p.id" }
    field "owner" { path = "owner" }
    field "kind" {
      path     = "kind"
      required = true
    }
    field "starts" { path = "starts" }
  }
  require "a start" { fields = ["c.starts"] }
`, `key = "p.name"`, `kind = "c.kind"`)
	s.has("people.ndjson", `{"id":1,"name":"a"}`, `{"id":2,"name":"b"}`, `{"id":3,"name":"c"}`, `{"id":4,"name":"d"}`)
	s.has("contracts.ndjson", `{"owner":1,"kind":"x","starts":"2026-01-01"}`, `{"owner":2,"starts":"2026-01-01"}`, `{"owner":3,"kind":"x"}`)
	s.gives(`1 {'key':'a','kind':'x'}`, `2 held missing-required kind`, `3 waits`, `4 held missing-required kind`)
}

// A manager may come after who refers to him, in the same read; a department is
// read once more, for all fields that need it; who is in no read is looked up.
func TestPathsWalkReferences(t *testing.T) {
	t.Parallel()
	s := reading(t, withFields(person, `
    field "boss" { path = "manager.name" }
    field "boss2" { path = "manager.manager.name" }
    field "team" { path = "departmentId.name" }
    field "branch" { path = "departmentId.ancestors.name" }
    field "head" { path = "departmentId.head.name" }
    field "peers" { path = "peers.name" }
    field "born" { path = "manager.born" }`),
		`key = "p.name"`, `boss = "p.boss"`, `boss2 = "p.boss2"`, `team = "p.team"`, `branch = "p.branch.join('/')"`, `head = "p.head"`,
		`peers:list(string) = "p.peers"`, `born:date = "p.born"`)
	s.has("people.ndjson",
		`{"id":1,"name":"a","manager":{"id":3},"departmentId":12,"peers":[2,99,3]}`, `{"id":2,"name":"b","manager":{"id":50},"departmentId":98}`,
		`{"id":3,"name":"c","manager":{"id":50},"departmentId":11,"born":"1980-01-02","peers":[]}`, `{"id":4,"name":"d","manager":null}`,
		`{"id":5,"name":"e","manager":{"id":6}}`, `{"id":6,"name":"f","born":"Nguyen"}`, `{"id":7,"name":"g","manager":{"id":99}}`)
	s.has("people.late", `{"id":50,"name":"former","manager":{"id":51},"born":"1960-01-02"}`, `{"id":51,"name":"older"}`)
	s.has("departments.ndjson", `{"id":12,"name":"Shop","head":{"id":4},"ancestors":[{"id":10},{"id":11}]}`, `{"id":10,"name":"All"}`, `{"id":11,"name":"Sales","ancestors":[]}`)
	end := s.gives(
		`1 {'key':'a','boss':'c','boss2':'former','team':'Shop','branch':'All/Sales','head':'d','peers':['b',null,'c'],'born':'1980-01-02'}`,
		`2 {'key':'b','boss':'former','boss2':'older','born':'1960-01-02'}`,
		`3 {'key':'c','boss':'former','boss2':'older','team':'Sales','peers':[],'born':'1960-01-02'}`,
		`4 {'key':'d'}`,
		`5 held not-a-date born`,
		`6 {'key':'f'}`,
		`7 {'key':'g'}`,
	)
	people := s.asked("people")
	require.Equal(t, []string{"born", "departmentId", "id", "manager.id", "name", "peers"}, people[0].Projection, "no path that the connector does not read")
	require.Empty(t, people[0].IDs)
	require.Equal(t, []string{"50", "99"}, people[1].IDs, "together")
	require.Equal(t, []string{"51"}, people[2].IDs)
	require.Len(t, people, 3, "nobody is asked for twice")
	departments := s.asked("departments")
	require.Len(t, departments, 1)
	require.Equal(t, []string{"ancestors.id", "head.id", "id", "name"}, departments[0].Projection)
	require.Equal(t, int64(4), end.Calls)
}

// A joined source's own paths go on too, and its read feeds them.
func TestJoinedSourcesWalk(t *testing.T) {
	t.Parallel()
	s := reading(t, `
  source "c" {
    RESOURCE "contracts"
    field "owner" { path = "owner" }
  }
  source "p" {
    RESOURCE "people"
    on    = { id = "c.owner" }
    where = "p.boss.orValue('none') != 'x'"
    field "id" { path = "id" }
    field "boss" { path = "manager.name" }
  }
`, `key = "c.owner"`, `boss = "p.boss"`)
	s.has("contracts.ndjson", `{"id":1,"owner":1}`, `{"id":2,"owner":2}`)
	s.has("people.ndjson", `{"id":1,"manager":{"id":3}}`, `{"id":3,"name":"c"}`, `{"id":2,"manager":{"id":4}}`, `{"id":4,"name":"x"}`)
	s.gives(`1 {'key':'1','boss':'c'}`, `2 {'key':'2'}`)
	require.Len(t, s.asked("people"), 1)
}

func TestTwoRecordsOfOneID(t *testing.T) {
	t.Parallel()
	s := reading(t, withFields(person, `field "team" { path = "departmentId.name" }`), `key = "p.name"`, `team = "p.team"`)
	s.has("people.ndjson", `{"id":1,"name":"a","departmentId":1}`, `{"id":2,"name":"b","departmentId":2}`)
	s.has("departments.ndjson", `{"id":1,"name":"x"}`, `{"id":2,"name":"y"}`, `{"id":1,"name":"z"}`)
	s.gives(`1 held ambiguous-join team`, `2 {'key':'b','team':'y'}`)
}

const leaves = `
  source "l" {
    RESOURCE "leaves"
    group = ["owner", "date"]
    field "owner" { path = "owner" }
    field "date" { path = "date" }
    field "half" { path = "half" }
    field "cancelled" { path = "cancelled" }
    MORE
  }
`

// A morning and an afternoon are one day; they need not stand together.
func TestGroup(t *testing.T) {
	t.Parallel()
	s := reading(t, withFields(leaves, `where = "l.owner != 9"`)+`
  removed { when = "l.cancelled.all(d, filled(d))" }
`, `key = "string(l.owner)"`, `date:date = "l.date"`, `halves:list(string) = "l.half"`)
	s.has("leaves.ndjson",
		`{"id":1,"owner":2,"date":"2026-09-01","half":"am"}`, `{"id":2,"owner":1,"date":"2026-09-01","half":"am","cancelled":"2026-08-01"}`,
		`{"id":3,"owner":2,"date":"2026-09-02"}`, `{"id":4,"owner":2,"date":"2026-09-01"}`, `{"id":5,"owner":2,"date":"2026-09-01","half":"pm"}`,
		`{"id":6,"date":"2026-09-01"}`, `{"id":7,"owner":2}`, `{"id":8,"owner":9,"date":"2026-09-01"}`, `{"id":9,"owner":3,"date":"Nguyen"}`,
		`{"id":10,"owner":4,"date":"2026-09-01","half":"am"}`, `{"id":10,"owner":4,"date":"2026-09-02"}`, `{"id":11,"owner":4,"date":"2026-09-03","half":[]}`)
	s.gives(
		`1:210:2026-09-01 {'key':'2','date':'2026-09-01','halves':['am',null,'pm']}`,
		`1:110:2026-09-01 left`,
		`1:210:2026-09-02 {'key':'2','date':'2026-09-02','halves':[null]}`,
		`1:910:2026-09-01 out`,
		`1:410:2026-09-01 held duplicate-key `,
		`1:410:2026-09-02 held duplicate-key `,
		`1:410:2026-09-03 held wrong-type half`,
		`leaves 6 held empty-group owner hides `,
		`leaves 7 held empty-group date hides 1:2`,
		`leaves 9 held not-a-date date hides 1:3`,
	)
}

func TestGroupsOfManyRecords(t *testing.T) {
	t.Parallel()
	s := reading(t, `
  source "l" {
    RESOURCE "leaves"
    group = ["owner"]
    field "owner" { path = "owner" }
    field "half" { path = "half" }
  }
`, `key = "string(l.owner)"`, `n:int = "size(l.half)"`)
	var lines, want []string
	for i := range 5000 {
		lines = append(lines, fmt.Sprintf(`{"id":%d,"owner":%d}`, i, (i*7)%2500))
	}
	for i := range 2500 {
		want = append(want, fmt.Sprintf(`%d {'key':'%d','n':2}`, (i*7)%2500, (i*7)%2500))
	}
	s.has("leaves.ndjson", lines...)
	s.gives(want...)
}

func TestWindow(t *testing.T) {
	t.Parallel()
	s := reading(t, `
  source "c" {
    RESOURCE "contracts"
    window "starts" {
      from = "today().addMonths(-1)"
      to   = "today()"
    }
    field "starts" { path = "starts" }
  }
`, `key = "c.starts.format('yyyy')"`)
	s.has("contracts.ndjson", `{"id":1,"starts":"2026-07-31"}`, `{"id":2,"starts":"2026-08-01"}`, `{"id":3,"starts":"2026-09-01"}`,
		`{"id":4,"starts":"2026-09-02"}`, `{"id":5}`, `{"id":6,"starts":"Nguyen"}`)
	end := s.gives(
		`2 {'key':'2026'} on 2026-08-01`, `3 {'key':'2026'} on 2026-09-01`, `5 held empty-window starts`, `6 held not-a-date starts`)
	require.Equal(t, int64(6), end.Received)
	w := s.asked("contracts")[0].Window
	require.NotNil(t, w, "the connector can apply it")
	require.Equal(t, "starts 2026-08-01 2026-09-01", w.Path+" "+w.From+" "+w.To)
}

func TestWindowOfGroups(t *testing.T) {
	t.Parallel()
	s := reading(t, `
  source "l" {
    RESOURCE "leaves"
    group = ["owner"]
    window "date" {
      from = "date(2026, 9, 1)"
      to   = "date(2026, 9, 30)"
    }
    field "owner" { path = "owner" }
    field "date" { path = "date" }
  }
`, `key = "string(l.owner)"`, `n:int = "size(l.date)"`)
	s.has("leaves.ndjson", `{"id":1,"owner":1,"date":"2026-09-09"}`, `{"id":2,"owner":2,"date":"2026-10-01"}`, `{"id":3,"owner":1,"date":"2026-09-03"}`,
		`{"id":4,"owner":1,"date":"2026-08-31"}`, `{"id":5,"owner":3}`)
	s.gives(`1 {'key':'1','n':2} on 2026-09-09`, `leaves 5 held empty-window date hides 3`)
	require.Nil(t, s.asked("leaves")[0].Window, "the connector can't apply it")
}

func TestWindowThatIsNone(t *testing.T) {
	t.Parallel()
	for code, ends := range map[string][2]string{
		"window-reversed": {"today()", "today().addDays(-1)"},
		"window-unknown":  {"today()", "date('', 'yyyy-MM-dd')"},
	} {
		s := reading(t, `
  source "c" {
    RESOURCE "contracts"
    window "starts" {
      from = "`+ends[0]+`"
      to   = "`+ends[1]+`"
    }
    field "starts" { path = "starts" }
  }
`, `key = "c.starts.format('yyyy')"`)
		lines, end, found := s.read()
		require.Empty(t, lines)
		require.False(t, end.Complete)
		require.Equal(t, code, found[0].Code)
		require.NotNil(t, found[0].Subject)
	}
}

// A joined record outside of its window does not exist; one that can't say where
// it lies holds who it belongs to.
func TestWindowOfAJoinedSource(t *testing.T) {
	t.Parallel()
	s := reading(t, person+`
  source "c" {
    RESOURCE "contracts"
    on = { owner = "p.id" }
    window "starts" {
      from = "today()"
      to   = "today()"
    }
    field "owner" { path = "owner" }
    field "starts" { path = "starts" }
  }
`, `key = "p.name"`, `has:bool = "filled(c)"`)
	s.has("people.ndjson", `{"id":1,"name":"a"}`, `{"id":2,"name":"b"}`, `{"id":3,"name":"c"}`)
	s.has("contracts.ndjson", `{"owner":1,"starts":"2026-09-01"}`, `{"owner":1,"starts":"2026-09-02"}`, `{"owner":2,"starts":"2026-08-31"}`, `{"owner":3}`)
	end := s.gives(`1 {'key':'a','has':true}`, `2 {'key':'b','has':false}`, `3 held empty-window starts`)
	require.True(t, end.Others[0].Windowed)
}

func TestEach(t *testing.T) {
	t.Parallel()
	s := reading(t, `
  shown_as = "p.name"
  each "c" {
    in = "cs"
    id = "c.id"
  }
`+withFields(person, `where = "p.name != 'Out'"`)+`
  source "cs" {
    RESOURCE "contracts"
    on   = { owner = "p.id" }
    many = true
    field "id" { path = "id" }
    field "owner" { path = "owner" }
    field "kind" { path = "kind" }
  }
  leavers { when = "p.name == 'Left' || c.kind.orValue('none') == 'ended'" }
  require "a kind" { fields = ["c.kind"] }
`, `key = "p.name + string(c.id)"`, `kind = "c.kind"`)
	s.has("people.ndjson", `{"id":1,"name":"One"}`, `{"id":12,"name":"None"}`, `{"id":3,"name":"Out"}`, `{"id":4,"name":"Left"}`)
	s.has("contracts.ndjson", `{"id":7,"owner":1,"kind":"a"}`, `{"id":8,"owner":1}`, `{"owner":1,"kind":"b"}`, `{"id":9,"owner":1,"kind":"ended"}`,
		`{"id":10,"owner":3,"kind":"a"}`, `{"id":11,"owner":4,"kind":"a"}`)
	s.gives(
		`1:11:7 {'key':'One7','kind':'a'}`,
		`1:11:8 waits`,
		`1:10: held empty-id each 'c' hides 1:1`,
		`1:11:9 left`,
		`1:32:10 out`,
		`1:42:11 left`,
	)
}

// Elements that can't be known are not gone: whoever's id begins as theirs.
func TestEachOfWhatCannotBeTold(t *testing.T) {
	t.Parallel()
	s := reading(t, `
  each "j" {
    in = "p.jobs"
    id = "j.code"
  }
`+withFields(person, `field "jobs" { path = "jobs" }`), `key = "j.code"`, `start:date = "j.start"`)
	s.has("people.ndjson", `{"id":1,"name":"a","jobs":[{"code":"x","start":"2026-01-01"},null,{"code":"y"}]}`, `{"id":2,"name":"b"}`,
		`{"id":33,"name":"c","jobs":[{"code":"x","start":"Nguyen"}]}`)
	s.gives(
		`1:11:x {'key':'x','start':'2026-01-01'}`,
		`1:10: held empty-id each 'j' hides 1:1`,
		`1:11:y {'key':'y'}`,
		`33 held not-a-date jobs hides 2:33`,
	)
}

func TestEachElementHasItsDay(t *testing.T) {
	t.Parallel()
	s := reading(t, `
  each "c" {
    in = "cs.filter(x, filled(x.id))"
    id = "c.id"
  }
`+person+`
  source "cs" {
    RESOURCE "contracts"
    on   = { owner = "p.id" }
    many = true
    window "starts" {
      from = "date(2026, 1, 1)"
      to   = "today()"
    }
    field "id" { path = "id" }
    field "owner" { path = "owner" }
    field "starts" { path = "starts" }
  }
`, `key = "p.name + string(c.id)"`)
	s.has("people.ndjson", `{"id":1,"name":"One"}`)
	s.has("contracts.ndjson", `{"id":7,"owner":1,"starts":"2026-02-03"}`, `{"id":8,"owner":1,"starts":"2025-02-03"}`)
	s.gives(`1:11:7 {'key':'One7'} on 2026-02-03`)
	from, to, ok := Window(s.m, today)
	require.True(t, ok)
	require.Equal(t, "2026-01-01 2026-09-01", day(from)+" "+day(to))
}

// Whichever source is cut, nothing is handed on as if it were whole, and the one
// that was is named.
func TestEverySourceMustBeWhole(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ cut, short string }{
		"joined":     {"contracts", "cs"},
		"referred":   {"departments", "departments"},
		"the record": {"people", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := reading(t, withFields(person, `field "team" { path = "departmentId.name" }`)+`
  source "cs" {
    RESOURCE "contracts"
    on   = { owner = "p.id" }
    many = true
    field "owner" { path = "owner" }
  }
`, `key = "p.name"`, `team = "p.team"`, `n:int = "size(cs)"`)
			s.has("people.ndjson", `{"id":1,"name":"a","departmentId":1}`)
			s.has("contracts.ndjson", `{"owner":1}`)
			s.has("departments.ndjson", `{"id":1,"name":"x"}`)
			s.has(test.cut + ".cut")
			_, end, found := s.read()
			require.Empty(t, found)
			require.False(t, end.Complete)
			require.Equal(t, test.short, end.Short)
			require.Equal(t, "a page was missing", end.Reason)
		})
	}
}

func TestCutLookUpEndsTheRead(t *testing.T) {
	t.Parallel()
	s := reading(t, `
  source "c" {
    RESOURCE "contracts"
    field "boss" { path = "bossId.name" }
  }
  source "p" {
    RESOURCE "people"
    on = { name = "c.boss" }
    field "name" { path = "name" }
  }
`, `key = "c.boss"`, `name = "p.name"`)
	s.has("contracts.ndjson", `{"id":1,"bossId":3}`)
	s.has("people.ndjson", `{"id":1,"name":"a"}`)
	s.has("people.late", `{"id":3,"name":"former"}`)
	s.gives(`1 {'key':'former'}`)
	s.has("people.idcut")
	lines, _, found := s.read()
	require.Equal(t, "look-up-cut", found[0].Code)
	require.Contains(t, found[0].Detail, "a page was missing")
	require.Empty(t, lines)
}

func TestUnreadableRecordsOfJoinedSourcesEndTheRead(t *testing.T) {
	t.Parallel()
	s := reading(t, person+`
  source "c" {
    RESOURCE "contracts"
    on = { owner = "p.id" }
    field "owner" { path = "owner" }
  }
`, `key = "p.name"`, `n:bool = "filled(c)"`)
	s.has("people.ndjson", `{"id":1,"name":"a"}`)
	s.has("contracts.ndjson", `{"owner":1}`, `{"owner":"Nguyen" 1}`)
	lines, end, found := s.read()
	require.Empty(t, lines)
	require.False(t, end.Complete)
	require.Equal(t, "bad-record", found[0].Code)
	require.Contains(t, found[0].Summary, "Record 2 of contracts")
	require.NotContains(t, found[0].Error(), "Nguyen")
}

// A window leaves out whom others refer to: their records are read for themselves.
func TestWindowedReadFeedsNoPath(t *testing.T) {
	t.Parallel()
	s := reading(t, withFields(person, `
    include = "former"
    field "born" { path = "born" }
    field "boss" { path = "manager.name" }
    window "born" {
      from = "date(2000, 1, 1)"
      to   = "today()"
    }`), `key = "p.name"`, `boss = "p.boss"`)
	s.has("people.ndjson", `{"id":1,"name":"a","born":"2000-01-02","manager":{"id":2}}`, `{"id":2,"name":"b","born":"1970-01-01"}`)
	s.gives(`1 {'key':'a','boss':'b'} on 2000-01-02`)
	people := s.asked("people")
	require.Len(t, people, 2)
	require.Equal(t, "former", people[0].Include)
	require.Equal(t, "former", people[1].Include)
}

// Beyond the budget all goes on as before, from the sealed file.
func TestRecordsBeyondTheBudget(t *testing.T) {
	t.Parallel()
	s := reading(t, withFields(person, `field "boss" { path = "manager.name" }`)+`
  source "cs" {
    RESOURCE "contracts"
    on   = { owner = "p.id" }
    many = true
    field "owner" { path = "owner" }
    field "kind" { path = "kind" }
  }
`, `key = "p.name"`, `boss = "p.boss"`, `n:int = "size(cs)"`)
	var people, contracts, want []string
	filler := strings.Repeat("x", 40_000)
	for i := range 1200 {
		people = append(people, fmt.Sprintf(`{"id":%d,"name":"n%d","manager":{"id":%d},"filler":%q}`, i, i, (i+600)%1200, filler))
		contracts = append(contracts, fmt.Sprintf(`{"owner":%d,"kind":%q}`, i*7%1200, filler))
		want = append(want, fmt.Sprintf(`%d {'key':'n%d','boss':'n%d','n':1}`, i, i, (i+600)%1200))
	}
	s.has("people.ndjson", people...)
	s.has("contracts.ndjson", contracts...)
	s.gives(want...)
}

// BenchmarkGather reads a hundred thousand people joined to as many contracts.
func BenchmarkGather(b *testing.B) {
	s := reading(b, person+`
  source "c" {
    RESOURCE "contracts"
    on = { owner = "p.id" }
    field "owner" { path = "owner" }
    field "kind" { path = "kind" }
  }
`, `key = "p.name"`, `kind = "c.kind"`)
	const n = 100_000
	var people, contracts []string
	for i := range n {
		people = append(people, fmt.Sprintf(`{"id":%d,"name":"n%d"}`, i, i))
		contracts = append(contracts, fmt.Sprintf(`{"owner":%d,"kind":"work"}`, i*7919%n))
	}
	s.has("people.ndjson", people...)
	s.has("contracts.ndjson", contracts...)
	for b.Loop() {
		_, found := Read(b.Context(), Connections{s.m.Source.Connection: s.from}, s.m, today, func([]Item) error { return nil }, nil)
		require.Empty(b, found)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/record")
}

// Two keys may share a hash; what they hold tells them apart.
func TestSharedHashes(t *testing.T) {
	t.Parallel()
	open := func(s *systems) *gatherer {
		p, err := newMapper(s.m, today)
		require.NoError(t, err)
		g, err := newGatherer(t.Context(), nil, p, nil)
		require.NoError(t, err)
		t.Cleanup(g.store.Close)
		return g
	}
	g := open(reading(t, person+`
  source "c" {
    RESOURCE "contracts"
    on = { owner = "p.id" }
    field "owner" { path = "owner" }
  }
`, `key = "p.name"`, `n:bool = "filled(c)"`))
	j := g.joins[0]
	require.NoError(t, g.takeJoined(j, 0, []byte(`{"owner":1}`)))
	j.index.Add(g.hash(record.NewInt(2)), 0) // as if 1 and 2 had one hash
	j.index.Sort()
	for owner, want := range map[int64]int{1: 1, 2: 0} {
		found, err := g.matching(j, nil, []record.Value{record.NewInt(owner)}, nil)
		require.NoError(t, err)
		require.Len(t, found, want)
	}

	g = open(reading(t, leaves, `key = "string(l.owner)"`, `n:int = "size(l.half) + size(l.cancelled)"`, `d:date = "l.date"`))
	var run []spill.Entry
	for _, data := range []string{`{"id":1,"owner":1,"date":"2026-09-01"}`, `{"id":2,"owner":2,"date":"2026-09-01"}`, `{"id":3,"owner":1,"date":"2026-09-01"}`} {
		ref, err := g.store.Add([]byte(data))
		require.NoError(t, err)
		run = append(run, spill.Entry{Ref: ref})
	}
	groups, err := g.members(run)
	require.NoError(t, err)
	require.Len(t, groups, 2)
	require.Len(t, groups[0], 2)
}
