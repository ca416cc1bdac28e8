package diag

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/agext/levenshtein"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// DidYouMean gives the candidate that a person most likely meant, or "" when
// none is close. Case, accents, and the choice between _, - and space count as
// no difference; otherwise about one slip in three letters is forgiven. The
// first of equally close candidates wins.
func DidYouMean(given string, candidates []string) string {
	plain := folded(given)
	best, bestDistance := "", len([]rune(plain))/3+1
	for _, c := range candidates {
		if c == given {
			continue
		}
		if d := distance(plain, folded(c)); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// distance counts slips: a letter wrong, missing or too much, or two neighbours
// swapped. A word that is a part of the other is taken for a short form of it.
func distance(a, b string) int {
	if len(a) >= 4 && strings.Contains(b, a) {
		return 1
	}
	x, y := []rune(a), []rune(b)
	if len(x) == len(y) {
		for i := range len(x) - 1 {
			if x[i] != y[i] {
				x[i], x[i+1] = x[i+1], x[i]
				if string(x) == b {
					return 1
				}
				break
			}
		}
	}
	return levenshtein.Distance(a, b, nil)
}

// Suggest is DidYouMean as a sentence that ends a detail, with a space before
// it, or "".
func Suggest(given string, candidates []string) string {
	if near := DidYouMean(given, candidates); near != "" {
		return ` Did you mean "` + near + `"?`
	}
	return ""
}

// Fold makes of a name what it is compared by: without case or accents, and
// with one sign for hyphen, underscore and space.
func Fold(s string) string { return folded(s) }

func folded(s string) string {
	if isASCII(s) { // nearly always: no accent to take off
		return strings.Map(even, s)
	}
	strip := transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC)
	out, _, err := transform.String(strip, s)
	if err != nil {
		out = s
	}
	return strings.Map(even, strings.ToLower(out))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func even(r rune) rune {
	switch {
	case r == '-' || r == ' ':
		return '_'
	case 'A' <= r && r <= 'Z':
		return r + 'a' - 'A'
	}
	return r
}
