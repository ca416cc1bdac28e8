package diag

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// What is looked at first says the same as folding both.
func TestFoldsTo(t *testing.T) {
	t.Parallel()
	texts := []string{
		"", "a", "Zoé N'Guyen", "zoe_n'guyen", "ZOE-N'GUYEN", "Zoe N'Guyen-", "Zoe\u0301 N'Guyen", "Zo", "\u212Aelvin", "kelvin",
		"Éa", "ea", "e", "\xff", "\uFFFD", "각", "\u1100\u1161\u11a8", "a\u0301", "İ", "i",
	}
	for _, s := range texts {
		for _, of := range texts {
			require.Equal(t, Fold(s) == Fold(of), FoldsTo(s, Fold(of)), "%q of %q", s, of)
		}
	}
	require.True(t, FoldsTo("Zoe\u0301-N'GUYEN", Fold("zoé n'guyen")))
}

func FuzzFoldsTo(f *testing.F) {
	f.Add("Zoé N'Guyen", "zoe_n'guyen")
	f.Fuzz(func(t *testing.T, s, of string) {
		if utf8.ValidString(s) {
			require.True(t, FoldsTo(s, Fold(s)), "%q", s)
		}
		require.Equal(t, Fold(s) == Fold(of), FoldsTo(s, Fold(of)), "%q of %q", s, of)
	})
}

func TestNearIsWhatDidYouMeanGives(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"Zoe Nguyen": "Zoé N'Guyen", "Zoé N'Guyen": "", "Morel": "Léa Morel", "ab": "", "Laé Morel": "Léa Morel", "Zohé N'Guyne": "Zoé N'Guyen",
	} {
		near := Near(given)
		var close []string
		for _, c := range []string{"Zoé N'Guyen", "Léa Morel", "Someone Else", "b"} {
			if near(c) {
				close = append(close, c)
			}
		}
		require.Equal(t, want, DidYouMean(given, []string{"Zoé N'Guyen", "Léa Morel", "Someone Else", "b"}), given)
		require.Equal(t, want, DidYouMean(given, close), given)
		require.Equal(t, want != "", len(close) > 0, given)
	}
}
