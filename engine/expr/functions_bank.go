package expr

import (
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"golang.org/x/text/language"
)

// bankFunctions check account numbers and write them as banks exchange them.
func bankFunctions() []*function {
	s := types.StringType
	return []*function{
		{
			name: "iban",
			doc:  "An IBAN in its electronic form: capitals, without spaces. Country, length and check digits are verified; one that is not valid holds the record back (bad-iban).",
			overloads: []*overload{
				{id: "iban", names: []string{"text"}, args: []*cel.Type{s}, result: s, call: ibanOf},
			},
			examples: []Example{
				{"iban('fr14 2004 1010 0505 0001 3m02 606')", `"FR1420041010050500013M02606"`},
				{"iban('FR14 2004 1010 0505 0001 3M02 607')", "failure bad-iban"},
			},
		},
		{
			name: "bic",
			doc:  "A BIC of 8 or 11 characters, in capitals and without spaces. Its form and country are verified, not that the bank exists; one that is not valid holds the record back (bad-bic).",
			overloads: []*overload{
				{id: "bic", names: []string{"text"}, args: []*cel.Type{s}, result: s, call: bicOf},
			},
			examples: []Example{
				{"bic('psstfrpppar')", `"PSSTFRPPPAR"`},
				{"bic('PSSTFRPP')", `"PSSTFRPP"`},
				{"bic('PSSTFR')", "failure bad-bic"},
			},
		},
	}
}

func ibanOf(args []ref.Val) ref.Val {
	s := electronic(str(args[0]))
	if s == "" {
		return emptyErr
	}
	if !validIBAN(s) {
		return (&fault{
			code:     "bad-iban",
			summary:  "An IBAN is not valid",
			detail:   "Its country, its length or its check digits are wrong; often a character was mistyped or two were swapped.",
			remedy:   "Correct it at its source. Nothing is paid to an account that fails this check.",
			function: "iban",
		}).fail()
	}
	return text(s)
}

func bicOf(args []ref.Val) ref.Val {
	s := electronic(str(args[0]))
	if s == "" {
		return emptyErr
	}
	if !validBIC(s) {
		return (&fault{
			code:     "bad-bic",
			summary:  "A BIC is not valid",
			detail:   "A BIC has four letters or digits for the bank, two letters for its country, two for its place and, if wanted, three for its branch.",
			remedy:   "Correct it at its source.",
			function: "bic",
		}).fail()
	}
	return text(s)
}

// electronic takes out what people write between the groups.
func electronic(s string) string {
	s = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\n', '\r', '\u00a0', '\u202f', '-', '.':
			return -1
		}
		return r
	}, s)
	return strings.ToUpper(s)
}

// ibanLengths is the total length by country, from the IBAN registry that SWIFT
// keeps for ISO 13616. A country that joins later is checked by its check digits
// alone.
var ibanLengths = map[string]int{
	"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29, "BY": 28,
	"CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
	"FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HN": 28, "HR": 21, "HU": 28, "IE": 22,
	"IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20,
	"LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18,
	"NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31,
	"SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29,
	"VA": 22, "VG": 24, "XK": 20, "YE": 30,
}

// validIBAN checks as ISO 13616 says: with its first four characters at the end
// and letters as numbers from 10, the whole leaves 1 when divided by 97.
func validIBAN(s string) bool {
	if len(s) < 15 || len(s) > 34 || !isLetter(s[0]) || !isLetter(s[1]) || !isDigit(s[2]) || !isDigit(s[3]) {
		return false
	}
	if want, known := ibanLengths[s[:2]]; known && len(s) != want {
		return false
	}
	rest := 0
	for _, c := range []byte(s[4:] + s[:4]) {
		switch {
		case isDigit(c):
			rest = (rest*10 + int(c-'0')) % 97
		case isLetter(c):
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1
}

// validBIC checks the form of ISO 9362 and that the country is one of ISO 3166,
// or Kosovo, which banks write XK.
func validBIC(s string) bool {
	if len(s) != 8 && len(s) != 11 {
		return false
	}
	for i, c := range []byte(s) {
		if !isLetter(c) && (!isDigit(c) || i == 4 || i == 5) {
			return false
		}
	}
	region, err := language.ParseRegion(s[4:6])
	return err == nil && region.IsCountry()
}

func isLetter(c byte) bool { return c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
