package expr

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What stands in parentheses may be all that tells two countries apart. ISO 3166
// and CLDR both write some names so.
func TestCountriesWithTheirRestInParentheses(t *testing.T) {
	t.Parallel()
	var c countries
	for name, want := range map[string]string{
		"Royaume-Uni (le)": "GB", "Iran (Islamic Republic of)": "IR", "Iran (République Islamique d')": "IR", "Netherlands (Kingdom of the)": "NL",
		"Myanmar (Birmanie)": "MM", "Myanmar": "MM", "Taïwan (Province de Chine)": "TW", "Venezuela (Bolivarian Republic of)": "VE",
		"Congo (le)": "CG", "Congo": "CG", "Congo (Brazzaville)": "CG", "Congo (Kinshasa)": "CD", "Congo (RDC)": "CD",
		"Congo (la République démocratique du)": "CD", "Congo (the Democratic Republic of the)": "CD", "congo (la republique du)": "CG",
		"Corée (la République de)": "KR", "Korea (the Republic of)": "KR", "Corée (la République populaire démocratique de)": "KP",
		"Korea (the Democratic People's Republic of)": "KP", "Corée (Nord)": "", "Korea (North)": "KP",
		"Saint-Martin": "MF", "Saint-Martin (partie néerlandaise)": "SX", "Saint-Martin (partie française)": "", "Chine": "CN", "Chine (la)": "CN",
		"China (Taiwan)": "TW", "Chine (République populaire)": "", "Samoa (American)": "AS", "Virgin Islands (British)": "VG", "Virgin Islands (U.S.)": "VI",
		"Soudan (le)": "SD", "Soudan (du Sud)": "SS", "Irlande (du Nord)": "GB", "(le)": "", "(": "", "-": "", "?": "", "Nulle part (France)": "",
	} {
		got, ok := c.find(name)
		require.Equal(t, want != "", ok, "%s: %s", name, got)
		if ok {
			require.Equal(t, want, got.String(), name)
		}
	}
}
