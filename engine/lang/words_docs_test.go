package lang

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every word has its line, and every line a word.
func TestEveryWordIsDocumented(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("words.go")
	require.NoError(t, err)
	require.Equal(t, strings.Count(string(src), "= &vocabulary{"), len(documented), "a vocabulary is not in the reference")
	for _, d := range documented {
		words := append(d.words.words(), d.words.later...)
		for _, w := range words {
			require.NotEmpty(t, d.docs[w], "%s: %s", d.block, w)
		}
		for w := range d.docs {
			require.Contains(t, words, w, "%s", d.block)
		}
	}
	require.Len(t, Vocabulary(), len(documented))
}
