package expr_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/expr"
	"passerelle/plugins/record"
)

func TestEval(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	tests := map[string]string{
		// copies and operators
		"person.last_name": `"N'Guyen"`,
		"person.no_name":   "empty",
		"person.grade":     "A1/Cadre",
		"person.first_name + ' ' + person.last_name": `"Zoé N'Guyen"`,
		"person.first_name + ' ' + person.no_name":   "empty",
		"person.age + 1":                "37",
		"person.no_age + 1":             "empty",
		"person.no_age > 18":            "empty",
		"person.no_name == 'x'":         "empty",
		"person.no_name.upper().trim()": "empty",
		"person.any":                    `"anything"`,
		"null":                          "empty",
		"''":                            "empty",
		// empty values
		"filled(person.last_name)":                               "true",
		"filled(person.no_name)":                                 "false",
		"filled(person.no_name.upper())":                         "false",
		"filled(person.blank.trim())":                            "false",
		"empty(person.no_date)":                                  "true",
		"empty(person.no_list)":                                  "true",
		"filled(contract)":                                       "false",
		"empty(contract.kind)":                                   "true",
		"filled(person)":                                         "true",
		"has(person.last_name)":                                  "true",
		"has(person.no_name)":                                    "false",
		"coalesce(person.no_name, person.first_name)":            `"Zoé"`,
		"coalesce(person.no_name, contract.kind)":                "empty",
		"coalesce(person.no_name, person.blank.trim(), 'last')":  `"last"`,
		"person.no_name.orValue('none')":                         `"none"`,
		"person.no_date.orValue(person.born)":                    "1990-09-01",
		"person.address.zip.orValue('?')":                        `"?"`,
		"person.active ? person.first_name : person.no_name":     `"Zoé"`,
		"person.active ? person.no_name : person.first_name":     "empty",
		"person.no_flag ? 'a' : 'b'":                             "empty",
		"person.active ? person.born : null":                     "1990-09-01",
		"!person.active ? person.born : null":                    "empty",
		"filled(person.no_name) && person.no_name == 'x'":        "false",
		"empty(person.no_name) || person.no_name == 'x'":         "true",
		"person.no_flag && true":                                 "empty",
		"person.no_flag || false":                                "empty",
		"person.no_flag && false":                                "false",
		"!person.no_flag":                                        "empty",
		"person.no_name in ['a']":                                "empty",
		"person.last_name in person.languages":                   "false",
		"'fr' in person.languages":                               "true",
		"person.languages":                                       `["fr", empty, "en"]`,
		"person.languages.all(l, filled(l))":                     "false",
		"person.languages.map(l, l.upper())":                     `["FR", empty, "EN"]`,
		"person.languages.filter(l, filled(l))":                  `["fr", "en"]`,
		"person.languages.exists(l, l == 'en')":                  "true",
		"person.languages[1]":                                    "empty",
		"person.languages[2]":                                    `"en"`,
		"person.languages[1].orValue('?')":                       `"?"`,
		"person.languages + ['de']":                              `["fr", empty, "en", "de"]`,
		"[person.first_name, person.no_name, 'x'].join('-')":     `"Zoé-x"`,
		"[person.first_name, person.no_name]":                    `["Zoé", empty]`,
		"person.extra.k":                                         `"v"`,
		"person.extra['k']":                                      `"v"`,
		"person.extra.missing":                                   "empty",
		"person.extra['void'].orValue('?')":                      `"?"`,
		"'k' in person.extra":                                    "true",
		"'missing' in person.extra":                              "false",
		"{'a': 1}['b']":                                          "empty",
		"{'b': 2, 'a': 1}":                                       "{a=1, b=2}",
		"person.address":                                         `{city="Lyon", zip=empty}`,
		"person.address.city":                                    `"Lyon"`,
		"person.address.zip":                                     "empty",
		"person.active ? person.address : null":                  `{city="Lyon", zip=empty}`,
		"person.address == person.address":                       "true",
		"[person.no_name, person.first_name].join(', ')":         `"Zoé"`,
		"[person.no_date, person.born].min()":                    "1990-09-01",
		"size(leaves)":                                           "2",
		"leaves.map(l, l.day).min()":                             "2026-08-03",
		"leaves.map(l, l.note)":                                  `["half", empty]`,
		"leaves.exists(l, filled(l.note) && l.note == 'half')":   "true",
		"leaves[0].note":                                         `"half"`,
		"leaves":                                                 `[{day=2026-08-03, note="half"}, {day=empty, note=empty}]`,
		"size(person.no_list)":                                   "empty",
		"person.first_name.upper() in ['ZOÉ', person.no_name]":   "true",
		"[1, 2].map(x, [3, 4].map(y, x * y))":                    "[[3, 4], [6, 8]]",
		"person.dates == [date(2026,5,2), null, date(2026,5,1)]": "true",
		// numbers
		"person.rate * person.age":                          "18",
		"person.age / 2.0":                                  "18",
		"person.age / 5":                                    "7",
		"person.age > 35.5":                                 "true",
		"person.rate == 0.5":                                "true",
		"person.age == 36.0":                                "true",
		"coalesce(person.no_age, 1.5)":                      "1.5",
		"person.active ? 1 : 2.5":                           "1",
		"person.salary + 1":                                 "1235.5",
		"1 + person.salary":                                 "1235.5",
		"person.salary * 2 - person.salary":                 "1234.5",
		"person.salary > 1000":                              "true",
		"1000 > person.salary":                              "false",
		"person.salary == 1234":                             "false",
		"person.salary == decimal('1234.50')":               "true",
		"-person.salary":                                    "-1234.5",
		"person.no_salary + 1":                              "empty",
		"decimal('0.1') + decimal('0.2') == decimal('0.3')": "true",
		"decimal(0.1)":                                      "0.1",
		"double(person.salary)":                             "1234.5",
		"decimal('-0.00')":                                  "0",
		"decimal('100')":                                    "100",
		"int(person.salary)":                                "failure bad-number",
		"decimal(person.word)":                              "failure bad-number",
		"int(person.word)":                                  "failure bad-number",
		"double(person.word)":                               "failure bad-number",
		"1 / person.zero":                                   "failure division-by-zero",
		"1 % person.zero":                                   "failure division-by-zero",
		"9223372036854775807 + person.age":                  "failure number-overflow",
		"person.languages[7]":                               "failure index-out-of-range",
		"[1 / person.zero, 2]":                              "failure division-by-zero",
		"coalesce(1 / person.zero, 2)":                      "failure division-by-zero",
		"filled(1 / person.zero)":                           "failure division-by-zero",
		"coalesce(2, 1 / person.zero)":                      "2",
		"bool(person.word)":                                 "failure bad-bool",
		"timestamp(person.word)":                            "failure bad-timestamp",
		"timestamp('2026-09-01T07:00:00+01:00')":            "2026-09-01T06:00:00Z",
		"person.seen == timestamp('2026-09-01T06:00:00Z')":  "true",
		// choices
		"person.grade.code":                 `"A1"`,
		"person.grade.label":                `"Cadre"`,
		"person.grade.upper()":              `"CADRE"`,
		"person.grade + '!'":                `"Cadre!"`,
		"person.grade == 'Cadre'":           "true",
		"person.no_grade.upper()":           "empty",
		"filled(person.no_grade)":           "false",
		"person.no_grade.orValue('none')":   `"none"`,
		"string(person.grade)":              `"Cadre"`,
		"person.active ? person.grade : ''": `"Cadre"`,
		// text
		"'straße'.upper()":                          `"STRASSE"`,
		"'ΟΔΟΣ'.lower()":                            `"οδος"`,
		"'MARTIN DES PRÉS-D\\'OR'.title()":          `"Martin des Prés-d'Or"`,
		"'DE GAULLE'.title()":                       `"De Gaulle"`,
		"'LUDWIG VAN BEETHOVEN'.title()":            `"Ludwig van Beethoven"`,
		"'L’HERMITTE'.title()":                      `"L’Hermitte"`,
		"'Łódź'.unaccent()":                         `"Lodz"`,
		"'abc'.replace('', 'x')":                    `"abc"`,
		"'abc'.replace('abc', '')":                  "empty",
		"filled('abc'.replace('abc', ''))":          "false",
		"person.last_name.contains('Guy')":          "true",
		"person.last_name.matches('^N')":            "true",
		"size(person.first_name)":                   "3",
		"sha256(person.no_name)":                    "empty",
		"person.languages.max()":                    `"fr"`,
		"[1.5, 2].min()":                            "1.5",
		"[person.salary, decimal('2')].min()":       "2",
		"lookup('keeper', person.word)":             `"secret-value"`,
		"lookup('keeper', 'a')":                     `"b"`,
		"lookup('gender', person.word)":             `"UNKNOWN"`,
		"lookup('gender', person.no_name)":          "empty",
		"lookup('civility', 'None')":                "empty",
		"lookup('civility', person.grade)":          "failure unknown-value",
		"country('Hollande', 'alpha2')":             `"NL"`,
		"country('Etats-Unis', 'alpha2')":           `"US"`,
		"country('fra', 'en')":                      `"France"`,
		"country('CÔTE D’IVOIRE', 'alpha2')":        `"CI"`,
		"country('Royaume-Uni (le)', 'alpha3')":     `"GBR"`,
		"country('EU', 'alpha2')":                   "failure unknown-country",
		"country(person.no_name, 'alpha2')":         "empty",
		"country(person.blank, 'alpha2')":           "empty",
		"country('FR', person.word)":                "failure bad-format",
		"person.no_name.phone('FR', 'e164')":        "empty",
		"person.blank.phone('FR', 'e164')":          "empty",
		"'0612345678'.phone('FR', 'international')": `"+33 6 12 34 56 78"`,
		"'12'.phone('FR', 'e164')":                  "failure bad-phone",
		"'0612345678'.phone(person.word, 'e164')":   "failure bad-region",
		// dates
		"person.born.format('dd/MM/yyyy')":                `"01/09/1990"`,
		"person.born.format(local.french)":                `"01/09/1990"`,
		"person.born.format('yy/yyyy')":                   `"90/1990"`,
		"person.born.format(person.word)":                 "failure bad-pattern",
		"person.no_date.format('dd/MM/yyyy')":             "empty",
		"person.born.format(\"d 'de' MMM\")":              `"1 de sept."`,
		"person.born.format('E', 'en')":                   `"Sat"`,
		"person.born.addMonths(-9).format('yyyy-MM-dd')":  `"1989-12-01"`,
		"person.born.addDays(-1)":                         "1990-08-31",
		"person.born.addDays(4000000)":                    "failure bad-date",
		"person.born.addDays(9223372036854775807)":        "failure bad-date",
		"person.born.addYears(-1990)":                     "failure bad-date",
		"date(2026, 2, 29)":                               "failure bad-date",
		"date('2026-9-1', 'yyyy-MM-dd')":                  "failure bad-date",
		"date('1/9/2026', 'd/M/yyyy')":                    "2026-09-01",
		"date('mardi 1 septembre 2026', 'EEEE d MMMM y')": "2026-09-01",
		"date('lundi 1 septembre 2026', 'EEEE d MMMM y')": "failure bad-date",
		"date('1 JUIL. 2026', 'd MMM yyyy')":              "2026-07-01",
		"person.born < today()":                           "true",
		"person.born >= person.born":                      "true",
		"person.no_date < today()":                        "empty",
		"past(person.born)":                               "true",
		"past(person.no_date)":                            "false",
		"past(today())":                                   "false",
		"past(today().addDays(-1))":                       "true",
		"age(person.born)":                                "36",
		"age(person.no_date)":                             "empty",
		"age(date(2024, 2, 29)) == 2":                     "true",
		// constants
		"size(input.sites) == 0 || person.first_name in input.sites": "false",
		"input.url": `"https://example.org"`,
	}
	for text, want := range tests {
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

// Every example of the reference is true.
func TestExamples(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	docs := env.Functions()
	require.NotEmpty(t, docs)
	for i, d := range docs {
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			if i > 0 {
				require.Less(t, docs[i-1].Name, d.Name)
			}
			require.NotEmpty(t, d.Doc)
			require.NotEmpty(t, d.Signatures)
			require.NotEmpty(t, d.Examples)
			for _, s := range d.Signatures {
				require.NotContains(t, s, "@")
			}
			for _, x := range d.Examples {
				// What cannot succeed for any record is refused before it runs.
				if p, problems := env.Compile(x.Expression, expr.Transform); p == nil {
					require.Equal(t, x.Result, "failure "+problems[0].Code, x.Expression)
					continue
				}
				require.Equal(t, x.Result, show(compile(t, env, x.Expression, expr.Transform).Eval(input())), x.Expression)
			}
		})
	}
}

// A missing joined record is an empty object; a list may be missing too.
func TestJoined(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	in := input()
	in.Rows[1] = []record.Value{record.NewString("CDI"), {}}
	in.Rows[2] = nil
	for text, want := range map[string]string{
		"filled(contract)":           "true",
		"contract.kind":              `"CDI"`,
		"contract.starts_on":         "empty",
		"size(leaves)":               "0",
		"leaves.map(l, l.day).max()": "empty",
		"filled(contract.kind) && contract.kind == 'CDI'": "true",
	} {
		require.Equal(t, want, show(compile(t, env, text, expr.Transform).Eval(in)), text)
	}
}

// A date that is written and read back is the same date.
func TestDatesRoundTrip(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	for _, pattern := range []string{"dd/MM/yyyy", "d.M.y", "yyyyMMdd", "EEEE d MMMM y", "E d MMM yyyy", "MMMM d, y", "yyyy-MM-dd|T|"} {
		for _, locale := range []string{"fr", "en"} {
			p := compile(t, env, strings.NewReplacer("PATTERN", "\""+strings.ReplaceAll(pattern, "|", "'")+"\"", "LOCALE", "'"+locale+"'").
				Replace("date(person.born.format(PATTERN, LOCALE), PATTERN, LOCALE)"), expr.Transform)
			in := input()
			for days := int64(-719_162); days < 2_932_896; days += 9_973 {
				in.Rows[0][10] = record.NewDays(days)
				v, f := p.Eval(in)
				require.Nil(t, f, "%s on day %d", pattern, days)
				require.Equal(t, days, v.Days(), pattern)
			}
		}
	}
}
