package record

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func name(s string) Step { return Step{Name: s} }
func index(i int) Step   { return Step{Index: i, IsIndex: true} }

func TestParsePathReadsEveryForm(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		path    Path
		written string
	}{
		"a":                                {Path{name("a")}, "a"},
		"manager.manager.mail":             {Path{name("manager"), name("manager"), name("mail")}, "manager.manager.mail"},
		`extendedData["e_Nom-de-la-voie"]`: {Path{name("extendedData"), name("e_Nom-de-la-voie")}, "extendedData.e_Nom-de-la-voie"},
		`x["Date de naissance"].y`:         {Path{name("x"), name("Date de naissance"), name("y")}, `x["Date de naissance"].y`},
		"a[0].b":                           {Path{name("a"), index(0), name("b")}, "a[0].b"},
		"a[12][3]":                         {Path{name("a"), index(12), index(3)}, "a[12][3]"},
		`["@odata.id"]`:                    {Path{name("@odata.id")}, `["@odata.id"]`},
		`a["0"]`:                           {Path{name("a"), name("0")}, `a["0"]`},
		`a[""]`:                            {Path{name("a"), name("")}, `a[""]`},
		`a["\"]\u00e9\\"]`:                 {Path{name("a"), name(`"]é\`)}, `a["\"]é\\"]`},
		"prénom.été":                       {Path{name("prénom"), name("été")}, "prénom.été"},
		"$ref.@type":                       {Path{name("$ref"), name("@type")}, "$ref.@type"},
	} {
		got, err := ParsePath(text)
		require.NoError(t, err, text)
		require.Equal(t, want.path, got, text)
		require.Equal(t, want.written, got.String(), text)
	}
}

func TestParsePathSaysWhereAndWhy(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		offset int
		reason string
	}{
		"":                           {0, "empty"},
		".a":                         {0, "a name is expected"},
		"a.":                         {2, "a name is expected"},
		"a..b":                       {2, "a name is expected"},
		"a b":                        {1, "a dot or a bracket"},
		"a.0":                        {2, "does not begin with a digit"},
		"-a":                         {0, "a name is expected"},
		"[0].a":                      {0, "begins with a name"},
		"a[":                         {2, "a number from 0"},
		"a[]":                        {2, "a number from 0"},
		"a[-1]":                      {2, "a number from 0"},
		"a[01]":                      {2, "leading zero"},
		"a[1":                        {3, "closing bracket"},
		`a["b`:                       {4, "not closed"},
		`a["b"`:                      {5, "closing bracket"},
		`a["\x"]`:                    {3, "escape"},
		"a[9999999999]":              {2, "too large"},
		"a[99999999999999999999999]": {2, "too large"},
		"a]":                         {1, "a dot or a bracket"},
		"a\xff.b":                    {0, "UTF-8"},
	} {
		_, err := ParsePath(text)
		var wrong *PathError
		require.ErrorAs(t, err, &wrong, text)
		require.Equal(t, want.offset, wrong.Offset, text)
		require.Contains(t, wrong.Error(), want.reason, text)
	}
}

func FuzzParsePath(f *testing.F) {
	for _, s := range []string{"a.b", `a["x y"].c`, "a[0][1]", `["\ud83d\ude00"]`, "a..", `a["`, "a[1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePath(s)
		if err != nil {
			var wrong *PathError
			require.ErrorAs(t, err, &wrong)
			require.True(t, wrong.Offset >= 0 && wrong.Offset <= len(s))
			return
		}
		again, err := ParsePath(p.String())
		require.NoError(t, err)
		require.Equal(t, p, again)
	})
}

func FuzzParseType(f *testing.F) {
	for _, s := range []string{"int", "list(string)", "map(list(date))", "list(", " map( choice ) ", "object({a = int, b c = list(object({\"é=\" = date}))})", "object({a=int,})"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		typ, err := ParseType(s)
		if err != nil {
			return
		}
		again, err := ParseType(typ.String())
		require.NoError(t, err)
		require.True(t, typ.Equal(again))
	})
}
