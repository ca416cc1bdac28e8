package generate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/tools/generate"
	"passerelle/plugins/protocol"
)

func field(path, of, fr, en string, more ...func(*protocol.Field)) *protocol.Field {
	f := &protocol.Field{Path: path, Type: of, Label: &protocol.Text{Fr: fr, En: en}}
	for _, change := range more {
		change(f)
	}
	return f
}

func sharp(s string) func(*protocol.Field) { return func(f *protocol.Field) { f.Sharp = s } }
func class(c string) func(*protocol.Field) { return func(f *protocol.Field) { f.Class = c } }
func required(f *protocol.Field)           { f.Required = true }

func side(connection string, custom []*protocol.CustomField, fields ...*protocol.Field) generate.Side {
	return generate.Side{
		Connection: connection, Title: connection, Custom: custom,
		Resource: &protocol.Resource{Name: "people", Identity: []string{"id"}, Fields: fields, SectionPath: "more"},
	}
}

// Fields are paired by what both systems call them, whatever the case, accents
// and articles; what they are (login, date) decides between two that are alike.
func TestPairs(t *testing.T) {
	t.Parallel()
	made, found := generate.Between(
		side("hr", []*protocol.CustomField{
			{Field: field(`more["e_size"]`, "string", "Taille de vêtement", "Clothing size"), Section: "Équipement"},
			{Field: field("more.e_other", "string", "Autre", "Other"), Section: "Équipement"},
		},
			field("lastName", "string", "Nom", "Last name"),
			field("mail", "string", "E-mail professionnel", "Work e-mail", sharp("e-mail")),
			field("otherMail", "string", "E-mail personnel", "Personal e-mail"),
			field("birthDate", "date", "Date de naissance", "Birth date"),
			field("iban", "string", "IBAN", "IBAN", class("bank")),
			field("tags", "list(string)", "Étiquettes", "Tags"),
			field("in", "string", "Entrée", "Entry"),
		),
		side("shop", nil,
			field("NOM", "string", "Nom du collaborateur", "Name of the employee"),
			field("contact.email", "string", "E-mail", "E-mail", sharp("e-mail")),
			field("naissance", "string", "Date de naissance (jj/mm/aaaa)", "Date of birth"),
			field("iban", "string", "IBAN", "IBAN", class("bank")),
			field("tags", "string", "Étiquettes", "Tags"),
			field("size", "string", "taille de VETEMENT", "Size"),
			field("badge", "string", "Badge", "Badge", required),
			field("id", "string", "Identifiant", "Id", func(f *protocol.Field) { f.ReadOnly = true }),
			field("entree", "string", "Entrée", "Entry"),
		))
	require.Empty(t, found)
	require.Equal(t, []string{"badge"}, made.Missing)
	text := string(made.Text)
	require.Equal(t, []string{"NOM", "contact.email", "naissance", "size", "entree"}, made.Paired, text)
	for _, want := range []string{
		`email = "record.mail"`, `naissance = "record.birth_date.format('dd/MM/yyyy')" # a date as text`,
		`size`, `"record.clothing_size"`, `section "Équipement" {`, `path  = "e_size"`, `"record.f_in"`,
		`# iban = "…" # IBAN (bank: needs a block purpose "bank")`, `# badge = "…" # Badge (the target refuses a record without it)`,
		`# field "other_mail"`, `#   field "other" {`, `# tags = "…" # Tags`,
	} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, text, `"record.iban"`, "bank data goes nowhere unasked")
	require.NotContains(t, text, "record.tags", "a list is no text")
}

func TestNothing(t *testing.T) {
	t.Parallel()
	made, found := generate.Between(side("file", nil), side("shop", nil, field("a", "string", "A", "A")))
	require.Nil(t, made)
	require.Equal(t, "nothing-to-generate", found[0].Code)
}
