package diag

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// French puts the no-break spaces into a French sentence that its punctuation
// wants, so that no line begins with a colon or a closing guillemet. It changes
// spaces alone, and what has them already stays as it is.
func French(text string) string { return french.Replace(text) }

var french = strings.NewReplacer(
	" :", "\u00a0:", " ;", "\u00a0;", " ?", "\u00a0?", " !", "\u00a0!",
	" %", "\u00a0%", "« ", "«\u00a0", " »", "\u00a0»",
)

// OfFrench is "de" before a name: d'Inès, de Léa. An h keeps de, which is right
// of Henri and of Hans alike; a y loses it before a consonant alone (d'Yves, de
// Yasmine).
func OfFrench(name string) string {
	letters := []rune(norm.NFD.String(strings.ToLower(name)))
	letters = slices.DeleteFunc(letters, func(r rune) bool { return unicode.Is(unicode.Mn, r) })
	if len(letters) > 0 && strings.ContainsRune("aeiouœæ", letters[0]) ||
		len(letters) > 1 && letters[0] == 'y' && unicode.IsLetter(letters[1]) && !strings.ContainsRune("aeiou", letters[1]) {
		return "d'" + name
	}
	return "de " + name
}
