package apply

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A key of one field is its value, read with a parser or without.
func TestKeysAsTargetIDs(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		`{"matricule":"m-2"}`:           "m-2",
		`{"matricule":""}`:              "",
		`{"matricule":"a:b,{}é"}`:       "a:b,{}é",
		`{"matricule":"5\" \\ \u00e9"}`: `5" \ é`,
		`{"a\"b":"c"}`:                  "c",
		`{"a":"b","c":"d"}`:             `{"a":"b","c":"d"}`,
		`{"a":1,"c":"d"}`:               `{"a":1,"c":"d"}`,
		`{"a":"b","c":1}`:               `{"a":"b","c":1}`,
		`{"a":{"b":"c"}}`:               `{"a":{"b":"c"}}`,
		`{"numéro":12}`:                 `{"numéro":12}`,
		`{"a":":"}`:                     ":",
		`{"a":"b","a":"c"}`:             "c",
		``:                              "",
	} {
		require.Equal(t, want, keyText([]byte(key)), key)
	}
}
