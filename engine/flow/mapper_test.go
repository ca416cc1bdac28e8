package flow

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

var today = record.NewDate(2026, 9, 1)

// compiled compiles the one mapping of a file that is right.
func compiled(t testing.TB, schemas compile.Schemas, text string) *compile.Mapping {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.hcl"), []byte(text), 0o600))
	m, _, found := lang.Load(dir, lang.LoadOptions{})
	require.Empty(t, found)
	require.Empty(t, lang.Bind(m, lang.Bindings{}))
	mappings, found := compile.Workspace(m, schemas)
	require.False(t, found.HasErrors(), "%v", found.Err())
	require.Len(t, mappings, 1)
	return mappings[0]
}

// people maps a source of these parts, whose connector states this identity.
func people(t testing.TB, identity []string, mapping, source, target, lines string) *compile.Mapping {
	t.Helper()
	fields := []*protocol.Field{
		{Path: "id", Type: "int"}, {Path: "code", Type: "string"}, {Path: "flag", Type: "bool"}, {Path: "name", Type: "string"},
		{Path: "first", Type: "string"}, {Path: "site", Type: "string"}, {Path: "level", Type: "int"}, {Path: "born", Type: "date"},
	}
	out := []*protocol.Field{{Path: "name", Type: "string"}, {Path: "site", Type: "string"}, {Path: "level", Type: "int"}}
	return compiled(t, compile.Schemas{"x": {Name: "x", Resources: []*protocol.Resource{
		{Name: "in", Readable: true, Identity: identity, Fields: fields},
		{Name: "out", Writable: true, Fields: out, Endpoints: []*protocol.Endpoint{{Operation: protocol.Operation_OPERATION_CREATE}}},
	}}}, `
connection "x" { plugin = "x" }
mapping "people" {
  `+mapping+`
  source "person" {
    connection = connection.x
    resource   = "in"
    `+source+`
    field "name" { path = "name" }
    field "first" { path = "first" }
    field "site" { path = "site" }
    field "level" { path = "level" }
  }
  target "card" {
    connection = connection.x
    resource   = "out"
    key        = "name"
    `+target+`
    map = {
      name = "person.name"
      `+lines+`
    }
  }
}
`)
}

func batchOf(records ...string) *protocol.Batch {
	b := &protocol.Batch{}
	for _, r := range records {
		b.Records = append(b.Records, &protocol.Record{Data: []byte(r)})
	}
	return b
}

func mapped(t *testing.T, m *compile.Mapping, records ...string) ([]Item, error) {
	t.Helper()
	p, err := newMapper(m, today)
	require.NoError(t, err)
	return p.batch(batchOf(records...))
}

func TestIdentityTellsRecordsApart(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		identity []string
		data     string
		want     string // "": the read fails
	}{
		"int":                {[]string{"id"}, `{"id":12}`, "12"},
		"int as text":        {[]string{"id"}, `{"id":"12"}`, "12"},
		"zero":               {[]string{"id"}, `{"id":0}`, "0"},
		"string":             {[]string{"code"}, `{"code":"é\"00057\""}`, `é"00057"`},
		"number as string":   {[]string{"code"}, `{"code":57}`, "57"},
		"date":               {[]string{"born"}, `{"born":"1990-02-01T00:00:00"}`, "1990-02-01"},
		"bool":               {[]string{"flag"}, `{"flag":false}`, "false"},
		"two":                {[]string{"code", "id"}, `{"code":"ab","id":3}`, "2:ab1:3"},
		"two, split another": {[]string{"code", "name"}, `{"code":"a","name":"bc"}`, "1:a2:bc"},
		"two, split again":   {[]string{"code", "name"}, `{"code":"ab","name":"c"}`, "2:ab1:c"},
		"missing":            {[]string{"id"}, `{}`, ""},
		"null":               {[]string{"id"}, `{"id":null}`, ""},
		"empty":              {[]string{"code"}, `{"code":""}`, ""},
		"unreadable":         {[]string{"id"}, `{"id":"Nguyen"}`, ""},
		"half":               {[]string{"code", "id"}, `{"code":"ab"}`, ""},
		"half unreadable":    {[]string{"code", "id"}, `{"code":"ab","id":[]}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := people(t, test.identity, "", "", "", "")
			items, err := mapped(t, m, test.data)
			if test.want != "" {
				require.NoError(t, err)
				require.Equal(t, test.want, items[0].ID)
				return
			}
			var d diag.Diagnostic
			require.ErrorAs(t, err, &d)
			require.Equal(t, "missing-id", d.Code)
			require.Equal(t, diag.Fault, d.Class)
			require.Contains(t, d.Summary, "Record 1 of in")
			require.NotContains(t, d.Error(), "Nguyen")
		})
	}
}

func TestIdentityOfTheMappingIsItsOwnersToMend(t *testing.T) {
	t.Parallel()
	m := people(t, nil, "", `id = ["site", "name"]`, "", "")
	items, err := mapped(t, m, `{"site":"Lyon","name":"Doe"}`)
	require.NoError(t, err)
	require.Equal(t, "4:Lyon3:Doe", items[0].ID)
	_, err = mapped(t, m, `{"site":"Lyon","name":"Doe"}`, `{"site":"Lyon"}`)
	var d diag.Diagnostic
	require.ErrorAs(t, err, &d)
	require.Equal(t, "missing-id", d.Code)
	require.Equal(t, diag.Refused, d.Class)
	require.Contains(t, d.Summary, "Record 2 of in")
	require.NotNil(t, d.Subject)
}

func TestMalformedRecordsEndTheRead(t *testing.T) {
	t.Parallel()
	m := people(t, []string{"id"}, "", "", "", "")
	for _, data := range []string{``, `[]`, `null`, `{"id":1`, `{"id":1}x`, `{"id":1,"name":"Nguyen` + "\x01" + `"}`, "{\"id\":1,\"name\":\"Nguyen\xff\"}"} {
		_, err := mapped(t, m, `{"id":1}`, data)
		var d diag.Diagnostic
		require.ErrorAs(t, err, &d, data)
		require.Equal(t, "bad-record", d.Code)
		require.Equal(t, diag.Fault, d.Class)
		require.Contains(t, d.Summary, "Record 2 of in")
		require.NotContains(t, d.Error(), "Nguyen")
	}
}

func TestEachRecordIsMappedHeldOrOutOfScope(t *testing.T) {
	t.Parallel()
	const where = `where = "person.site == 'Lyon'"`
	for name, test := range map[string]struct {
		source, target, lines string
		data                  string
		held                  string // code
		field, detail         string
		out                   bool
		values                string
	}{
		"mapped":               {data: `{"id":1,"name":"Doe"}`, values: `"Doe"`},
		"empty fields":         {data: `{"id":1,"name":""}`, values: `null`},
		"in scope":             {source: where, data: `{"id":1,"name":"Doe","site":"Lyon"}`, values: `"Doe"`},
		"out of scope":         {source: where, data: `{"id":1,"name":"Doe","site":"Nice"}`, out: true},
		"no answer":            {source: where, data: `{"id":1,"name":"Doe"}`, held: "empty-condition", field: "where", detail: `"site", which it reads, is empty`},
		"where fails":          {source: `where = "1 / (person.level.orValue(0)) > 0"`, data: `{"id":1,"level":0}`, held: "division-by-zero", field: "where"},
		"where reads a fault":  {source: `where = "filled(person.level)"`, data: `{"id":1,"level":"Nguyen"}`, held: "not-a-number", field: "level"},
		"a fault elsewhere":    {data: `{"id":1,"name":"Doe","level":"Nguyen"}`, held: "not-a-number", field: "level", detail: "no plain whole number"},
		"fault out of scope":   {source: where, data: `{"id":1,"site":"Nice","level":"Nguyen"}`, out: true},
		"required source":      {source: "field \"born\" {\n path = \"born\"\n required = true\n}", data: `{"id":1,"name":"Doe"}`, held: "missing-required", field: "born"},
		"required before map":  {source: "field \"born\" {\n path = \"born\"\n required = true\n}", lines: `level = "1 / person.level"`, data: `{"id":1,"level":0}`, held: "missing-required", field: "born"},
		"where before require": {source: "field \"born\" {\n path = \"born\"\n required = true\n}\n" + where, data: `{"id":1,"site":"Nice"}`, out: true},
		"required target":      {target: `required = ["site"]`, lines: `site = "person.site"`, data: `{"id":1,"name":"Doe"}`, held: "missing-required", field: "site"},
		"map fails":            {lines: `level = "1 / person.level"`, data: `{"id":1,"name":"Doe","level":0}`, held: "division-by-zero", field: "level"},
		"value does not fit":   {lines: `level = "person.name"`, data: `{"id":1,"name":"Nguyen"}`, held: "wrong-value", field: "level"},
		"first fault wins":     {data: `{"id":1,"name":[],"level":"x"}`, held: "wrong-type", field: "name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := people(t, []string{"id"}, `shown_as = "person.first"`, test.source, test.target, test.lines)
			data := test.data[:len(test.data)-1] + `,"first":"Zoé"}`
			items, err := mapped(t, m, data)
			require.NoError(t, err)
			item := items[0]
			require.Equal(t, "1", item.ID, "also of one who is held")
			require.Equal(t, "Zoé", item.Shown, "also of one who is held")
			require.Equal(t, test.out, item.Out)
			if test.held == "" {
				require.Nil(t, item.Held)
				require.Equal(t, test.out, item.Values == nil)
				if !test.out {
					require.Equal(t, test.values, string(item.Values[0].AppendJSON(nil)))
				}
				return
			}
			require.Nil(t, item.Values)
			require.Equal(t, test.held, item.Held.Code)
			require.Equal(t, test.field, item.Held.Field)
			require.Contains(t, item.Held.Detail, test.detail)
			require.NotEmpty(t, item.Held.Remedy)
			require.NotNil(t, item.Held.Place)
			require.NotZero(t, item.Held.Place.Start.Line)
			require.NotContains(t, fmt.Sprint(*item.Held), "Nguyen")
		})
	}
}

// A fault of one record is not the next one's.
func TestRecordsOfABatchDontMix(t *testing.T) {
	t.Parallel()
	m := people(t, []string{"id"}, "", "", "", `level = "person.level"`)
	p, err := newMapper(m, today)
	require.NoError(t, err)
	items, err := p.batch(batchOf(`{"id":1,"name":"a","level":"x"}`, `{"id":2,"name":"b","level":2}`, `{"id":3}`))
	require.NoError(t, err)
	require.NotNil(t, items[0].Held)
	require.Equal(t, []record.Value{record.NewString("b"), record.NewInt(2)}, items[1].Values)
	require.Equal(t, []record.Value{{}, {}}, items[2].Values)
	require.Equal(t, int64(2), items[2].Position)
	items, err = p.batch(batchOf(`{"id":4,"name":"d"}`))
	require.NoError(t, err)
	require.Equal(t, int64(3), items[0].Position)
}

// Nor is anything of one batch left in the next one, which lies in the same memory:
// whoever comes where somebody was held, had left or was filled in is himself.
func TestBatchesDontMix(t *testing.T) {
	t.Parallel()
	m := people(t, []string{"id"}, `
		same_person = ["person.name", "person.first"]
		leavers { when = "person.level == 9" }
		require "first" {
			fields = ["person.first"]
			else   = "wait"
			say    = { fr = "prénom", en = "first name" }
		}`,
		`where = "person.site == 'Lyon'"`, "", `site = "person.site"`+"\nlevel = \"person.level\"")
	kinds := []string{
		`"name":"Doe","first":"Zoe","site":"Lyon","level":2`, // mapped
		`"first":"Zoe","site":"Lyon","level":2`,              // without a name
		`"name":"Doe","site":"Lyon","level":2`,               // waits
		`"name":"Doe","first":"Zoe","site":"Lyon","level":9`, // has left
		`"name":"Doe","first":"Zoe","site":"Nice","level":2`, // out of scope
		`"name":"Doe","first":"Zoe"`,                         // held by where
		`"name":"Doe","first":[],"site":"Lyon","level":1`,    // held by a fault
	}
	p, err := newMapper(m, today)
	require.NoError(t, err)
	for turn := range len(kinds) { // each where each other one was, in batches of several lengths
		var batch []string
		for i := range len(kinds) - turn%3 {
			batch = append(batch, fmt.Sprintf(`{"id":%d,%s}`, 10*turn+i, kinds[(i+turn)%len(kinds)]))
		}
		got, err := p.batch(batchOf(batch...))
		require.NoError(t, err)
		require.Len(t, got, len(batch))
		for i := range got {
			alone, err := mapped(t, m, batch[i])
			require.NoError(t, err)
			alone[0].Position = got[i].Position
			require.Equal(t, alone[0], got[i], batch[i])
		}
	}
}

func TestShownNames(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ shownAs, data, want string }{
		"none":      {"", `{"id":1,"name":"Doe"}`, ""},
		"both":      {`shown_as = "person.first + ' ' + person.name"`, `{"id":1,"name":"Doe","first":"Zoé"}`, "Zoé Doe"},
		"half":      {`shown_as = "person.first + ' ' + person.name"`, `{"id":1,"name":"Doe"}`, ""},
		"failing":   {`shown_as = "string(1 / person.level)"`, `{"id":1,"level":0}`, ""},
		"a fault's": {`shown_as = "person.name"`, `{"id":1,"name":[]}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			items, err := mapped(t, people(t, []string{"id"}, test.shownAs, "", "", ""), test.data)
			require.NoError(t, err)
			require.Equal(t, test.want, items[0].Shown)
		})
	}
}

// An id and a name outlive the batch, whose bytes are used again.
func TestWhatOutlivesTheBatchIsCopied(t *testing.T) {
	t.Parallel()
	for name, identity := range map[string][]string{"one": {"code"}, "two": {"code", "name"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := people(t, identity, `shown_as = "person.first"`, "", "", "")
			p, err := newMapper(m, today)
			require.NoError(t, err)
			batch := batchOf(`{"code":"abc","name":"Doe","first":"Zoe"}`)
			items, err := p.batch(batch)
			require.NoError(t, err)
			id := items[0].ID
			require.Contains(t, id, "abc")
			want := string([]byte(id))
			data := batch.Records[0].Data
			for i := range data {
				data[i] = '#'
			}
			require.Equal(t, want, items[0].ID)
			require.Equal(t, "Zoe", items[0].Shown)
		})
	}
}
