package apply

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnswersLoseTheValuesThatWereSent(t *testing.T) {
	t.Parallel()
	body := []byte(`{"nom":"O'Neil \"Zoé\"","email":"zoe.oneil@example.org","sexe":"F","poste":{"code":12,"libelle":"Chef"},"tags":["a b","Lyon"],"actif":true,"vide":null}`)
	for name, c := range map[string]struct{ answer, want string }{
		"nothing of the record":        {"it answered 422", "it answered 422"},
		"a value, in another case":     {"Email ZOE.ONEIL@example.org is taken", "Email ‹email› is taken"},
		"as JSON writes it":            {`{"bad":"O'Neil \"Zoé\""}`, `{"bad":"‹nom›"}`},
		"as a URL writes it":           {"GET /u?email=zoe.oneil%40example.org", "GET /u?email=‹email›"},
		"inside an object, in a list":  {"Chef at Lyon", "‹poste.libelle› at ‹tags›"},
		"inside a word when long":      {"xChefx", "x‹poste.libelle›x"},
		"short ones alone":             {"F is no value: Fields 12 and 120", "‹sexe› is no value: Fields ‹poste.code› and 120"},
		"true says nothing of anybody": {"true", "true"},
		"what replaces is not replaced": {
			"email chef zoe.oneil@example.org", "email ‹poste.libelle› ‹email›",
		},
	} {
		require.Equal(t, c.want, redact(c.answer, body), name)
	}
	require.Equal(t, "as it was", redact("as it was", []byte("no JSON")))
	require.Empty(t, redact("", body))
}
