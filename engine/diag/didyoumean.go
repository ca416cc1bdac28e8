package diag

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/agext/levenshtein"
	"golang.org/x/text/unicode/norm"
)

// DidYouMean gives the candidate that a person most likely meant, or "" when
// none is close. Case, accents, and the choice between _, - and space count as
// no difference; otherwise about one slip in three letters is forgiven. The
// first of equally close candidates wins.
func DidYouMean(given string, candidates []string) string {
	plain := folded(given)
	best, closer := "", forgiven(plain)
	for _, c := range candidates {
		if c == given {
			continue
		}
		if d := distance(plain, folded(c), closer); d <= closer {
			best, closer = c, d-1
		}
	}
	return best
}

// Near is a test of what DidYouMean may give, for who has too many candidates to
// gather them all.
func Near(given string) func(candidate string) bool {
	plain := folded(given)
	limit := forgiven(plain)
	return func(c string) bool { return c != given && distance(plain, folded(c), limit) <= limit }
}

// forgiven is how many slips a text may have.
func forgiven(plain string) int { return utf8.RuneCountInString(plain) / 3 }

// distance counts slips, or gives any number above the limit: a letter wrong,
// missing or too much, or two neighbours swapped. A word that is a part of the other is taken for a
// short form of it.
func distance(a, b string, limit int) int {
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
				x[i], x[i+1] = x[i+1], x[i]
				break
			}
		}
	}
	if more := max(len(x), len(y)) - min(len(x), len(y)); more > limit {
		return more
	}
	d, _, _ := levenshtein.Calculate(x, y, 0, 1, 1, 1) // with a limit, it gives wrong ones
	return d
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

// FoldsTo reports whether a text is this one, folded. It is for going through
// many: nearly all differ in a plain letter before anything has to be folded.
func FoldsTo(s, folded string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return Fold(s) == folded
		}
		if i == len(folded) || foldedRune(rune(s[i])) != rune(folded[i]) {
			return false
		}
	}
	return len(s) == len(folded)
}

func folded(s string) string {
	bare := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(s))
	return strings.Map(foldedRune, norm.NFC.String(bare))
}

func foldedRune(r rune) rune {
	if r == '-' || r == ' ' {
		return '_'
	}
	return unicode.ToLower(r)
}
