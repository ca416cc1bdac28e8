package lang

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The remedies are found by HCL's own summaries: each of these mistakes must
// still have one of its own.
func TestSyntaxRemedies(t *testing.T) {
	t.Parallel()
	for text, remedy := range map[string]string{
		"a = person.upper()":          "between quotes",
		"input \"x\" {":               "closing brace",
		"input \"x\" { a = 1 b = 2 }": "on one line",
		"}":                           "brace too many",
		"a = ":                        "after the equals sign",
		"a = [1":                      "bracket ]",
		"a = { b = 1":                 "brace }",
		"a = { b = 1 c = 2 }":         "comma between two",
		"a = \"x\nb = 2\n":            "same line",
		`a = "\d"`:                    "backslash",
		"a = “x”":                     "straight ones",
		"a = [1 2]":                   "comma",
		"a = { b 1 }":                 "name = value",
		`"a" = 1`:                     "without quotes",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "a.hcl"), []byte(text), 0o600))
			_, _, found := Load(dir, LoadOptions{})
			require.NotEmpty(t, found, text)
			require.Equal(t, "syntax", found[0].Code, text)
			require.Contains(t, found[0].Remedy, remedy, "%s: %s", text, found[0].Summary)
		})
	}
}
