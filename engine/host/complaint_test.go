package host

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSentence(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"":                        "",
		"the key is wrong":        "The key is wrong.",
		"évidemment":              "Évidemment.",
		"Is it a key?":            "Is it a key?",
		"it says:":                "It says:",
		"GET https://example.net": "GET https://example.net.",
		"check (the url)":         "Check (the url).",
	} {
		require.Equal(t, want, sentence(given))
	}
}
