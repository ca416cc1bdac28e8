package expr

import (
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/nyaruka/phonenumbers"

	"passerelle/engine/diag"
)

// peopleFunctions are those for the values of HR: telephone numbers, countries,
// the mapping's own tables.
func (e *Env) peopleFunctions() []*function {
	s := types.StringType
	return []*function{
		{
			name: "phone",
			doc:  "A telephone number in the format 'e164', 'national' or 'international'. region, an ISO 3166 code, says where a number without + is dialled. A number that is not valid holds the record back (bad-phone).",
			overloads: []*overload{
				{id: "text_phone", member: true, names: []string{"", "region", "format"}, args: []*cel.Type{s, s, s}, result: s, fix: fixPhone},
			},
			examples: []Example{
				{"'01 23 45 67 89'.phone('FR', 'e164')", `"+33123456789"`},
				{"'+33 6 12 34 56 78'.phone('BE', 'national')", `"06 12 34 56 78"`},
				{"'poste 12'.phone('FR', 'e164')", "failure bad-phone"},
			},
		},
		{
			name: "country",
			doc:  "A country, given by its ISO 3166 code or its French or English name, in the form 'alpha2', 'alpha3', 'fr' or 'en'. An unknown country holds the record back (unknown-country).",
			overloads: []*overload{
				{id: "country", names: []string{"country", "form"}, args: []*cel.Type{s, s}, result: s, fix: e.fixCountry},
			},
			examples: []Example{
				{"country('Allemagne', 'alpha2')", `"DE"`},
				{"country('Royaume Uni', 'alpha3')", `"GBR"`},
				{"country('USA', 'fr')", `"États-Unis"`},
				{"country('Atlantide', 'alpha2')", "failure unknown-country"},
			},
		},
		{
			name: "lookup",
			doc:  "The entry of a table for a value. What the table does not hold is treated as its `unknown` says: hold (unknown-value), keep, or a text.",
			overloads: []*overload{
				{id: "lookup", names: []string{"table", "value"}, args: []*cel.Type{s, s}, result: s, fix: e.fixLookup, native: e.nativeLookup, subject: 1, literal: true},
			},
			examples: []Example{
				{"lookup('civility', 'Mister')", `"M."`},
				{"lookup('civility', '')", "empty"},
				{"lookup('civility', 'Dr')", "failure unknown-value"},
			},
		},
	}
}

func fixPhone(fixed []ref.Val) (func(ref.Val) ref.Val, *complaint) {
	region, format := str(fixed[0]), str(fixed[1])
	if !phonenumbers.GetSupportedRegions()[region] {
		return nil, (&complaint{
			code:    "bad-region",
			summary: "`phone` knows no such region",
			detail:  "A region is an ISO 3166 code of two capital letters, which has a telephone numbering plan.",
			remedy:  "Write 'FR', 'BE', 'CH' or another code.",
		}).at(0)
	}
	formats := map[string]phonenumbers.PhoneNumberFormat{
		"e164": phonenumbers.E164, "national": phonenumbers.NATIONAL, "international": phonenumbers.INTERNATIONAL,
	}
	form, ok := formats[format]
	if !ok {
		return nil, (&complaint{code: "bad-format", summary: "`phone` has no such format", detail: "There are three ways to write a telephone number.", remedy: "Write 'e164', 'national' or 'international'."}).at(1)
	}
	return func(v ref.Val) ref.Val {
		s := strings.TrimSpace(str(v))
		if s == "" {
			return emptyErr
		}
		number, err := phonenumbers.Parse(s, region)
		if err != nil || !phonenumbers.IsValidNumber(number) {
			return (&fault{
				code:     "bad-phone",
				summary:  "A telephone number is not valid",
				detail:   "It is no number of " + region + ", nor an international one that begins with + and the country's code.",
				remedy:   "Correct the number at its source. To send it as it stands, map the field without `phone`.",
				function: "phone",
			}).fail()
		}
		return text(phonenumbers.Format(number, form))
	}, nil
}

func (e *Env) fixCountry(fixed []ref.Val) (func(ref.Val) ref.Val, *complaint) {
	form, bad := e.countries.form(str(fixed[0]))
	if bad != nil {
		return nil, bad.at(0)
	}
	return func(v ref.Val) ref.Val {
		if strings.TrimSpace(str(v)) == "" {
			return emptyErr
		}
		region, ok := e.countries.find(str(v))
		if !ok {
			return (&fault{
				code:     "unknown-country",
				summary:  "A country is not known",
				detail:   "It is neither an ISO 3166 code nor a French or English name of a country.",
				remedy:   "Correct the country at its source, or map its names with a table and lookup().",
				function: "country",
			}).fail()
		}
		return text(form(region))
	}, nil
}

func (e *Env) fixLookup(fixed []ref.Val) (func(ref.Val) ref.Val, *complaint) {
	name := str(fixed[0])
	table, ok := e.tables[name]
	if !ok {
		return nil, e.unknownTable(name)
	}
	return func(v ref.Val) ref.Val {
		if found, ok := table.entry(str(v)); ok {
			return text(found)
		}
		return (&fault{
			code:     "unknown-value",
			summary:  "A value is not in the table `" + name + "`",
			detail:   "The table holds back what it does not know.",
			remedy:   "Add the value to the table, or say with `unknown` what becomes of others.",
			function: "lookup",
		}).fail()
	}, nil
}

// entry is what the table has for a text; false where that must be held back.
func (t *Table) entry(s string) (string, bool) {
	if s == "" {
		return "", true
	}
	if found, ok := t.Values[s]; ok {
		return found, true
	}
	switch t.Unknown {
	case "keep":
		return s, true
	case "text":
		return t.Text, true
	}
	return "", false
}

func (e *Env) unknownTable(name string) *complaint {
	var names []string
	for n := range e.tables {
		names = append(names, n)
	}
	slices.Sort(names)
	c := &complaint{
		code:    "unknown-table",
		summary: "There is no table of this name",
		detail:  "No table is declared." + diag.Suggest(name, names),
		remedy:  `Declare it with a table block.`,
	}
	if len(names) > 0 {
		c.detail = "Tables are " + inWords(names) + "." + diag.Suggest(name, names)
		c.remedy = "Correct the name, or declare the table with a table block."
	}
	return c.at(0)
}
