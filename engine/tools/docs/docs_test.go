package docs_test

import (
	unescape "html"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/tools/docs"
	"passerelle/engine/tools/internal/fixture"
)

const people = `
mapping "people" {
  source "person" {
    connection = connection.hr
    resource   = "people"
    where      = "person.last != '<b>_x_</b>'"
    field "last" { path = "last" }
    field "number" { path = "number" }
  }
  target "customer" {
    connection = connection.shop
    resource   = "customers"
    key        = "number"
    map = {
      number  = "person.number"
      name    = "person.last"
      country = text("FR")
    }
  }
}`

// Nothing of a mapping is read as markup, in either form and language.
func TestForms(t *testing.T) {
	t.Parallel()
	w := fixture.Compile(t, people, nil)
	for _, language := range []string{"fr", "en"} {
		page := docs.Build(w, language)
		page.Title = "a_b <i> *c*"
		var md, html strings.Builder
		require.NoError(t, docs.WriteMarkdown(&md, page))
		require.NoError(t, docs.WriteHTML(&html, page))
		require.Contains(t, md.String(), `# a\_b &lt;i> \*c\*`)
		require.Contains(t, md.String(), "`person.last != '<b>_x_</b>'`")
		require.Contains(t, html.String(), "<h1>a_b &lt;i&gt; *c*</h1>")
		require.Contains(t, html.String(), "<code>person.last != &#39;&lt;b&gt;_x_&lt;/b&gt;&#39;</code>")
		require.Contains(t, html.String(), `<html lang="`+language+`">`)
		require.True(t, strings.HasPrefix(md.String(), docs.Mark), "else it would never be written again")
		require.Contains(t, html.String(), docs.Mark)
	}
}

// The two languages say the same things.
func TestLanguages(t *testing.T) {
	t.Parallel()
	w := fixture.Compile(t, people, nil)
	fr, en := docs.Build(w, "fr"), docs.Build(w, "en")
	require.Len(t, en.Blocks, len(fr.Blocks))
	for i, block := range fr.Blocks {
		require.Len(t, en.Blocks[i].List, len(block.List))
		require.Len(t, en.Blocks[i].Steps, len(block.Steps))
		require.Len(t, en.Blocks[i].Table, len(block.Table))
		if block.Heading != "" && block.Level == 2 {
			require.NotEqual(t, block.Heading, en.Blocks[i].Heading)
		}
	}
}

// The fixture's connector has sections and names no right for them.
func TestNoRightIsNamedWhereTheConnectorNamesNone(t *testing.T) {
	t.Parallel()
	w := fixture.Compile(t, people, nil)
	for language, grants := range map[string]string{"fr": "accordez le droit", "en": "grant the key the right"} {
		var md strings.Builder
		require.NoError(t, docs.WriteMarkdown(&md, docs.Build(w, language)))
		require.Contains(t, md.String(), `section "Formation"`)
		require.NotContains(t, md.String(), grants)
	}
}

// In French no line begins with a colon, and no expression is changed.
func TestFrenchSpaces(t *testing.T) {
	t.Parallel()
	w := fixture.Compile(t, strings.Replace(people, "'<b>_x_</b>'", "(person.number > '5' ? 'a : b' : '')", 1), nil)
	page := docs.Build(w, "fr")
	var md, html strings.Builder
	require.NoError(t, docs.WriteMarkdown(&md, page))
	require.NoError(t, docs.WriteHTML(&html, page))
	for _, text := range []string{md.String(), unescape.UnescapeString(html.String())} {
		require.Contains(t, text, "sont envoyées\u00a0: ")
		require.Contains(t, text, "? 'a : b' : '')", "an expression is to be copied as it is")
	}
}
