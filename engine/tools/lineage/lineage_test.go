package lineage_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/tools/internal/fixture"
	"passerelle/engine/tools/lineage"
)

const people = `
mapping "people" {
  trigger { manual = true }
  source "person" {
    connection = connection.hr
    resource   = "people"
    field "number" { path = "number" }
    field "last" { path = "last" }
    field "first" { path = "first" }
    field "site" { path = "site.name" }
    field "end" { path = "end" }
    field "unused" { path = "seen" }
    section "Formation" {
      field "diploma" {
        path = "e_diploma"
        type = string
      }
    }
  }
  require "ready" { fields = ["person.first", "person.number"] }
  require "known" { that = "filled(person.first)" }
  leavers {
    when = "past(person.end)"
    do   = "deactivate"
  }
  target "customer" {
    connection = connection.shop
    resource   = "customers"
    key        = "number"
    map = {
      number  = "person.number"
      name    = <<-CEL
        person.last
          + '  <' +  person.last + '>'
      CEL
      place   = { site = "person.site" }
      tags    = ["person.diploma", "'a'", text("b")]
      active  = true
      country = text(input.url)
    }
  }
}
mapping "others" {
  trigger { manual = true }
  source "person" {
    connection = connection.hr
    resource   = "people"
    field "number" { path = "number" }
    field "end" { path = "end" }
  }
  target "customer" {
    connection = connection.shop
    resource   = "customers"
    key        = "number"
    map = {
      number = "person.number"
      until  = "person.end"
    }
  }
}
`

func TestOf(t *testing.T) {
	t.Parallel()
	w := fixture.Compile(t, people, nil)
	all := lineage.Of(w, nil)
	require.Len(t, all, 2)
	require.Len(t, lineage.Of(w, []string{"others"}), 1)

	m := all[0]
	require.Equal(t, lineage.End{System: "People", Plugin: "hr", Connection: "hr", Resource: "people"}, m.From)
	names := func(sources []lineage.Source) []string {
		out := []string{}
		for _, s := range sources {
			out = append(out, s.Name+" "+s.Path)
		}
		return out
	}
	type line struct {
		sources    []string
		expression string
		copied     bool
	}
	got := map[string]line{}
	for _, f := range m.Fields {
		got[f.Target] = line{names(f.Sources), f.Expression, f.Copied}
		require.Equal(t, f.Target == "number", f.Key)
	}
	require.Equal(t, map[string]line{
		"number":     {[]string{"person.number number"}, "person.number", true},
		"name":       {[]string{"person.last last"}, "person.last + '  <' + person.last + '>'", false},
		"place.site": {[]string{"person.site site.name"}, "person.site", true},
		"tags":       {[]string{"person.diploma more.e_diploma"}, `[person.diploma, 'a', "b"]`, false},
		"active":     {[]string{}, "true", false},
		"country":    {[]string{}, "", false},
	}, got)
	require.Equal(t, "Formation", m.Fields[3].Sources[0].Section)

	uses := map[string]line{}
	for _, u := range m.Uses {
		uses[u.Word] = line{names(u.Sources), u.Expression, false}
	}
	require.Equal(t, map[string]line{
		"leavers":         {[]string{"person.end end"}, "past(person.end)", false},
		`require "ready"`: {[]string{"person.first first", "person.number number"}, "", false},
		`require "known"`: {[]string{"person.first first"}, "filled(person.first)", false},
	}, uses)
	require.Equal(t, []string{"person.unused seen"}, names(m.Unused))
}

func TestWrite(t *testing.T) {
	t.Parallel()
	all := lineage.Of(fixture.Compile(t, people, nil), nil)
	var text, chart bytes.Buffer
	require.NoError(t, lineage.WriteText(&text, all))
	require.Equal(t, `people: People people → Shop customers
  number      ←  person.number
  name        ←  person.last                      person.last + '  <' + person.last + '>'
  place.site  ←  person.site (site.name)
  tags        ←  person.diploma (more.e_diploma)  [person.diploma, 'a', "b"]
  active      ←  constant                         true
  country     ←  constant                         given by an input
  leavers reads person.end: past(person.end)
  require "ready" reads person.first, person.number
  require "known" reads person.first: filled(person.first)
  read, but used by nothing: person.unused (seen)

others: People people → Shop customers
  number  ←  person.number
  until   ←  person.end
`, text.String())

	require.NoError(t, lineage.WriteMermaid(&chart, all))
	require.Contains(t, chart.String(), `m0s1 -- "person.last + '  #lt;' + person.last + '#gt;'" --> m0t1`)
	require.Contains(t, chart.String(), `m0u1{{"require #quot;ready#quot;"}}`)
	require.Contains(t, chart.String(), `m1s0["person.number"]`, "each mapping has boxes of its own")
	require.NotContains(t, chart.String(), "--> m0t4", "a constant has no arrow")
}
