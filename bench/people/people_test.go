package people_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/bench/people"
)

func written(t testing.TB, e people.Everybody) []byte {
	t.Helper()
	var out bytes.Buffer
	_, err := e.WriteTo(&out)
	require.NoError(t, err)
	return out.Bytes()
}

// What one loop says is checked by the other, and by a line written by hand.
func TestLoopsAgree(t *testing.T) {
	t.Parallel()
	in := written(t, people.Everybody{Records: 2000})
	var scanned, standard bytes.Buffer
	require.NoError(t, people.Scan(bytes.NewReader(in), &scanned))
	require.NoError(t, people.Standard(bytes.NewReader(in), &standard))
	require.Equal(t, standard.String(), scanned.String())
	lines := strings.Split(scanned.String(), "\n")
	require.Len(t, lines, 2001)
	require.Equal(t, `{"matricule":"0000008","nom":"ROUSSEAU","nom_complet":"Anaïs Rousseau","email":"anais.0000008@ex.org","civilite":"Mme",`+
		`"naissance":"16/05/1974","entree":"2018-09-21","telephone":"+33400063352","zone":"Sud-Est"}`, lines[8])
	require.NotContains(t, lines[3], "telephone")
}

func TestEmployeesAreWhatThePageSays(t *testing.T) {
	t.Parallel()
	const records = 2000
	in := written(t, people.Everybody{Records: records})
	require.InDelta(t, 360, float64(len(in))/records, 10)
	var one map[string]any
	require.NoError(t, json.Unmarshal(in[:bytes.IndexByte(in, '\n')], &one))
	require.Equal(t, people.Width, leaves(one))
	require.NoError(t, json.Unmarshal(written(t, people.Everybody{Records: 1, Extra: 5}), &one))
	require.Equal(t, people.Width+5, leaves(one))
}

func leaves(object map[string]any) (n int) {
	for _, v := range object {
		if inner, ok := v.(map[string]any); ok {
			n += leaves(inner)
		} else {
			n++
		}
	}
	return n
}

func TestOneInTwentyMoves(t *testing.T) {
	t.Parallel()
	for _, records := range []int{0, 7, 8, 27, 28, 2000} {
		before, after := written(t, people.Everybody{Records: records}), written(t, people.Everybody{Records: records, Moved: true})
		only := written(t, people.Everybody{Records: records, Moved: true, Only: true})
		old := bytes.Split(before, []byte("\n"))
		moved, rest := 0, only
		for i, line := range bytes.Split(after, []byte("\n")) {
			if !bytes.Equal(line, old[i]) {
				moved++
				require.True(t, bytes.HasPrefix(rest, line))
				rest = rest[len(line)+1:]
			}
		}
		require.Equal(t, people.Moving(records), moved)
		require.Empty(t, rest)
	}
}
