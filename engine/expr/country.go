package expr

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// countries finds a country by ISO 3166-1 code or by its French or English name
// in the CLDR data of golang.org/x/text. It is built at first use and read-only
// from then on.
type countries struct {
	once   sync.Once
	byName map[string]language.Region // by folded name
	exact  map[string]language.Region // the same by codes and names as CLDR writes them, which most records do too
	fr, en display.Namer
}

// everyday names that CLDR does not give, folded.
func everydayCountries() map[string]string {
	return map[string]string{
		"angleterre": "GB", "england": "GB", "ecosse": "GB", "scotland": "GB", "pays de galles": "GB", "wales": "GB", "irlande du nord": "GB",
		"grande bretagne": "GB", "great britain": "GB", "britain": "GB", "uk": "GB", "royaume uni de grande bretagne et d irlande du nord": "GB",
		"etats unis d amerique": "US", "etats unis": "US", "usa": "US", "u s a": "US", "us": "US", "united states of america": "US", "amerique": "US",
		"hollande": "NL", "holland": "NL", "the netherlands": "NL",
		"republique tcheque": "CZ", "czech republic": "CZ", "tchequie": "CZ",
		"republique democratique du congo": "CD", "rdc": "CD", "rd congo": "CD", "democratic republic of the congo": "CD", "dr congo": "CD",
		"republique du congo": "CG", "congo": "CG", "congo brazzaville": "CG", "republic of the congo": "CG", "congo kinshasa": "CD",
		"cote d ivoire": "CI", "ivory coast": "CI",
		"birmanie": "MM", "myanmar": "MM", "burma": "MM",
		"coree": "KR", "coree du sud": "KR", "south korea": "KR", "republique de coree": "KR", "korea": "KR", "coree du nord": "KP", "north korea": "KP",
		"republique populaire democratique de coree": "KP", "democratic people s republic of korea": "KP", "republic of korea": "KR",
		"bielorussie": "BY", "moldavie": "MD", "macedoine": "MK", "macedoine du nord": "MK",
		"swaziland": "SZ", "cap vert": "CV", "cape verde": "CV", "timor oriental": "TL", "east timor": "TL",
		"russie": "RU", "federation de russie": "RU", "russian federation": "RU",
		"iran": "IR", "syrie": "SY", "viet nam": "VN", "vietnam": "VN", "laos": "LA", "taiwan": "TW", "palestine": "PS",
		"hong kong": "HK", "macao": "MO", "macau": "MO", "vatican": "VA", "saint siege": "VA", "holy see": "VA",
		"turquie": "TR", "turkey": "TR", "turkiye": "TR", "emirats arabes unis": "AE", "uae": "AE", "eau": "AE",
		"republique dominicaine": "DO", "centrafrique": "CF", "republique centrafricaine": "CF", "kosovo": "XK", "eire": "IE", "irlande": "IE", "ireland": "IE",
		"la reunion": "RE", "reunion": "RE", "antilles neerlandaises": "CW",
	}
}

func (c *countries) load() {
	c.fr, c.en = display.Regions(language.French), display.Regions(language.English)
	c.byName, c.exact = map[string]language.Region{}, map[string]language.Region{}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			r, err := language.ParseRegion(string(a) + string(b))
			if err != nil || r.String() != string(a)+string(b) || !isCountry(r) {
				continue
			}
			for _, name := range []string{c.fr.Name(r), c.en.Name(r), r.String(), r.ISO3()} {
				if foldName(name) == "" {
					continue // CLDR no longer names YU
				}
				c.byName[foldName(name)] = r
				c.exact[name] = r
				if base, _, cut := parenthesis(name); cut && !shared[base] && c.byName[base] == (language.Region{}) {
					c.byName[base] = r // "Myanmar (Birmanie)"
				}
			}
		}
	}
	for name, code := range everydayCountries() {
		c.byName[name] = language.MustParseRegion(code)
	}
	for name := range c.exact { // a folded name may have gone to another country since
		c.exact[name] = c.byName[foldName(name)]
	}
}

// isCountry leaves out groups of countries, private codes, and countries that
// are no more: their codes have a successor.
func isCountry(r language.Region) bool {
	if !r.IsCountry() || r.ISO3() == "ZZZ" {
		return false
	}
	return r.Canonicalize() == r
}

// foldName makes names that differ in case, accents and punctuation the same.
func foldName(s string) string {
	words := strings.FieldsFunc(lower(unaccent(s)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.Join(words, " ")
}

// shared are names, folded, that several countries have, each with more words to
// it: what stands in parentheses behind them may be what tells them apart.
var shared = map[string]bool{
	"congo": true, "coree": true, "korea": true, "saint martin": true, "st martin": true, "chine": true, "china": true, "samoa": true,
	"soudan": true, "sudan": true, "guinee": true, "guinea": true, "irlande": true, "ireland": true,
}

// articles may stand in parentheses behind any name, folded: "Congo (le)".
var articles = map[string]bool{"le": true, "la": true, "les": true, "l": true, "the": true}

// parenthesis gives what stands before parentheses and in them, both folded.
func parenthesis(s string) (base, within string, ok bool) {
	base, within, ok = strings.Cut(s, "(")
	return foldName(base), foldName(within), ok && foldName(base) != ""
}

// find also takes a name as lists of countries write it, with the rest of it in
// parentheses: "Royaume-Uni (le)", "Congo (la République démocratique du)". Where a
// name is shared and the rest is not understood, it finds none rather than another.
func (c *countries) find(s string) (language.Region, bool) {
	c.once.Do(c.load)
	if r, ok := c.exact[s]; ok {
		return r, true
	}
	if r, ok := c.byName[foldName(s)]; ok {
		return r, true
	}
	base, within, ok := parenthesis(s)
	if !ok {
		return language.Region{}, false
	}
	inFull := within + " " + base
	if first, rest, _ := strings.Cut(inFull, " "); articles[first] {
		inFull = rest
	}
	names := []string{inFull, base}
	if shared[base] && !articles[within] {
		names = []string{inFull, within} // "Congo (RDC)"
	}
	for _, name := range names {
		if r, ok := c.byName[name]; ok {
			return r, true
		}
	}
	return language.Region{}, false
}

// form gives a country in the form that country() was asked for.
func (c *countries) form(form string) (func(language.Region) string, *complaint) {
	switch form {
	case "alpha2":
		return language.Region.String, nil
	case "alpha3":
		return language.Region.ISO3, nil
	case "fr":
		return func(r language.Region) string { return c.fr.Name(r) }, nil
	case "en":
		return func(r language.Region) string { return c.en.Name(r) }, nil
	}
	return nil, &complaint{
		code:    "bad-format",
		summary: "`country` has no such form",
		detail:  "A country is given as an ISO 3166 code or as a name in one of two languages.",
		remedy:  "Write 'alpha2', 'alpha3', 'fr' or 'en'.",
	}
}
