package compile

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
)

func TestPrunedExpects(t *testing.T) {
	t.Parallel()
	announced := []*lang.Expect{{Removals: 3, Fields: []lang.Word{{Name: "site"}, {Name: "iban"}}}}
	left := prunedExpects(announced, map[string]bool{"iban": true})
	require.Equal(t, []lang.Word{{Name: "site"}}, left[0].Fields)
	require.EqualValues(t, 3, left[0].Removals)
	require.Len(t, announced[0].Fields, 2, "the declaration stays as it is")
}

// An expression is another one once what it takes from outside the record is.
func TestDefinition(t *testing.T) {
	t.Parallel()
	module := func() *lang.Module {
		return &lang.Module{
			Inputs:     []*lang.Input{{Named: lang.Named{Name: "site"}, Value: cty.StringVal("Lyon")}, {Named: lang.Named{Name: "other"}}},
			Tables:     []*lang.Table{{Named: lang.Named{Name: "t"}, Values: []lang.TableEntry{{Key: "a", Value: "b"}}}},
			Transforms: []*lang.Transform{{Named: lang.Named{Name: "plain"}, Value: &lang.CEL{Text: "s.trim()"}}},
		}
	}
	for _, change := range []struct {
		text string
		edit func(*lang.Module)
		same bool
	}{
		{"p.site == input.site", func(m *lang.Module) { m.Inputs[0].Value = cty.StringVal("Paris") }, false},
		{"p.site == input.site", func(m *lang.Module) { m.Inputs[1].Value = cty.StringVal("Paris") }, true},
		{"lookup('t', p.x)", func(m *lang.Module) { m.Tables[0].Values[0].Value = "c" }, false},
		{"p.x", func(m *lang.Module) { m.Tables[0].Values[0].Value = "c" }, true},
		{"plain(p.x)", func(m *lang.Module) { m.Transforms[0].Value = &lang.CEL{Text: "s"} }, false},
		{"p.x", func(m *lang.Module) { m.Transforms[0].Value = &lang.CEL{Text: "s"} }, true},
	} {
		before, after := module(), module()
		change.edit(after)
		of := func(m *lang.Module) string { return (&Mapping{Decl: &lang.Mapping{Module: m}}).Definition(change.text) }
		require.Equal(t, change.same, of(before) == of(after), change.text)
	}
}

func TestSharpOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		decl      lang.Field
		described *protocol.Field
		want      string
	}{
		{lang.Field{}, nil, ""},
		{lang.Field{Sharp: "login"}, nil, "login"},
		{lang.Field{Class: "bank"}, nil, "bank"},
		{lang.Field{}, &protocol.Field{Class: "social-security"}, "social-security"},
		{lang.Field{}, &protocol.Field{Sharp: "end-date", Class: "identity"}, "end-date"},
		{lang.Field{Sharp: "status"}, &protocol.Field{Sharp: "e-mail"}, "status"},
	} {
		require.Equal(t, c.want, sharpOf(&c.decl, c.described))
	}
}
