package expr_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/expr"
)

func TestForms(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	for text, want := range map[string]string{
		// bank
		"iban('DE89 3704 0044 0532 0130 00')":              `"DE89370400440532013000"`,
		"iban(' FR76\u00a03000 6000 0112 3456 7890 189 ')": `"FR7630006000011234567890189"`,
		"iban('FR76 3000 6000 0112 3456 7890 198')":        "failure bad-iban", // two digits swapped
		"iban('FR76 3000 6000 0112 3456 7890 18')":         "failure bad-iban", // too short
		"iban('FR8620041010050500013M0260')":               "failure bad-iban", // its check digits are right, its length is not
		"iban('NO93 8601 1117 947')":                       `"NO9386011117947"`,
		"iban('FR7630006000011234567890é89')":              "failure bad-iban",
		"iban('ZZ')":                                       "failure bad-iban",
		"iban(person.no_name)":                             "empty",
		"iban(person.blank)":                               "empty",
		"bic('BNPA FR PP XXX')":                            `"BNPAFRPPXXX"`,
		"bic('BNPAQQPP')":                                  "failure bad-bic", // no such country
		"bic('BNPAF1PP')":                                  "failure bad-bic",
		"bic('BNPAFRPPXX')":                                "failure bad-bic",
		"bic('PCBKXKPR')":                                  `"PCBKXKPR"`, // Kosovo
		"bic(person.blank)":                                "empty",
		// addresses
		"'12bis rue de la Paix'.streetNumber()":   `"12bis"`,
		"'12bis rue de la Paix'.streetName()":     `"rue de la Paix"`,
		"'3 QUATER,allée X'.streetNumber()":       `"3 QUATER"`,
		"'3 QUATER,allée X'.streetName()":         `"allée X"`,
		"'  7 ter  Avenue Foch '.streetName()":    `"Avenue Foch"`,
		"'12 bisou'.streetName()":                 `"bisou"`,
		"'12 B rue des Lilas'.streetNumber()":     "empty",
		"'12 B rue des Lilas'.streetName()":       `"12 B rue des Lilas"`,
		"'12 à 14 rue des Lilas'.streetName()":    `"12 à 14 rue des Lilas"`,
		"'12 et 14 rue des Lilas'.streetNumber()": "empty",
		"'12 Étang neuf'.streetName()":            `"Étang neuf"`,
		"'1 l\\'Orme'.streetName()":               `"l'Orme"`,
		"'69003 Lyon'.streetNumber()":             "empty",
		"'12'.streetName()":                       `"12"`,
		"'12 bis'.streetNumber()":                 "empty",
		"person.no_name.streetName()":             "empty",
		"person.blank.streetName()":               "empty",
		// pieces
		"'Zoé'.substring(-4, 99)":         `"Zoé"`,
		"'Zoé'.substring(2, 1)":           "empty",
		"'Zoé'.substring(2, 3)":           `"é"`,
		"person.no_name.substring(1)":     "empty",
		"'abc'.split('')":                 `["abc"]`,
		"size('a,b'.split(','))":          "2",
		"person.no_name.split(',')":       "empty",
		"'a b'.split(' ')[1].upper()":     `"B"`,
		"'é'.padStart(3, '·')":            `"··é"`,
		"person.no_name.padStart(3, '0')": "empty",
		"'1'.padStart(person.zero, '0')":  "failure bad-width",
		// numbers
		"person.salary.fixed(2)":                                 `"1234.50"`,
		"person.salary.fixed(0)":                                 `"1235"`,
		"decimal('-1234.5').fixed(0)":                            `"-1235"`,
		"decimal('-0.001').fixed(2)":                             `"0.00"`,
		"(0.1 + 0.2).fixed(1, ',')":                              `"0,3"`,
		"person.age.fixed(1)":                                    `"36.0"`,
		"person.no_salary.fixed(2)":                              "empty",
		"person.salary.fixed(person.age)":                        "failure bad-decimals",
		"(1.0 / 0.0).fixed(2)":                                   "failure bad-number",
		"decimal('123456789012345678901234567890.125').round(2)": "123456789012345678901234567890.13",
		"person.salary.round(0) + 1":                             "1236",
		// yes and no
		"person.active.yesNo()":            `"oui"`,
		"person.active.yesNo('en')":        `"yes"`,
		"person.active.yesNo(person.word)": "failure bad-locale",
		"person.no_flag.yesNo()":           "empty",
		"' VRAI '.yes()":                   "true",
		"'0'.yes()":                        "false",
		"person.blank.yes()":               "empty",
		"person.word.yes()":                "failure bad-bool",
		// moments
		"person.seen.date('Europe/Paris')":       "2026-09-01",
		"person.seen.date('America/Martinique')": "2026-09-01",
		"person.seen.date('Pacific/Honolulu')":   "2026-08-31",
		"person.seen.date(person.word)":          "failure bad-timezone",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			p := compile(t, env, text, expr.Transform)
			got := show(p.Eval(input()))
			require.Equal(t, want, got)
			if got == "empty" {
				require.True(t, p.MayBeEmpty(), "an empty result was said to be impossible")
			}
		})
	}
}

// What no record could make right is refused before anything runs, at the
// argument that is wrong.
func TestFormsRefused(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	for text, want := range map[string]struct{ code, under string }{
		"person.seen.date('Paris')":          {"bad-timezone", "'Paris'"},
		"person.seen.date('Local')":          {"bad-timezone", "'Local'"},
		"person.salary.fixed(21)":            {"bad-decimals", "21"},
		"person.salary.round(-1)":            {"bad-decimals", "-1"},
		"person.last_name.padStart(0, '0')":  {"bad-width", "0"},
		"person.last_name.padStart(5, 'ab')": {"bad-width", "'ab'"},
		"person.active.yesNo('de')":          {"bad-locale", "'de'"},
		"person.age.streetName()":            {"wrong-type", "streetName"},
		"iban(person.age)":                   {"wrong-type", "iban"},
	} {
		p, problems := env.Compile(text, expr.Transform)
		require.Nil(t, p, text)
		require.Len(t, problems, 1, text)
		require.Equal(t, want.code, problems[0].Code, text)
		require.NotEmpty(t, problems[0].Remedy)
		require.Equal(t, want.under, string([]rune(text)[problems[0].Start:problems[0].End]), text)
	}
}
