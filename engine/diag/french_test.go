package diag_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/diag"
)

func TestFrenchPunctuationIsNotLeftAlone(t *testing.T) {
	t.Parallel()
	for plain, want := range map[string]string{
		"Le champ « e-mail » : vidé ; pourquoi ?": "Le champ «\u00a0e-mail\u00a0»\u00a0: vidé\u00a0; pourquoi\u00a0?",
		"au plus 5 % !":      "au plus 5\u00a0%\u00a0!",
		"à 02:00, sans rien": "à 02:00, sans rien",
	} {
		require.Equal(t, want, diag.French(plain))
		require.Equal(t, want, diag.French(want), "set twice")
	}
}

func TestFrenchElides(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Inès Marchand": "d'Inès Marchand", "Élodie": "d'Élodie", "E\u0301lodie": "d'E\u0301lodie", "œuvre": "d'œuvre", "ABEL Paul": "d'ABEL Paul",
		"Léa": "de Léa", "Yves": "d'Yves", "Yasmine": "de Yasmine", "Y": "de Y", "Hans": "de Hans", "8": "de 8", "": "de ",
	} {
		require.Equal(t, want, diag.OfFrench(name))
	}
}
