package ledger

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFieldNumbersStay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, dir)
	scope, _, _ := started(t, l)
	ids, err := l.FieldIDs(t.Context(), scope, []string{"nom", "email", "poste.debut"})
	require.NoError(t, err)
	require.NotContains(t, ids, FieldID(0))
	require.NoError(t, l.Close())

	l = open(t, dir)
	again, err := l.FieldIDs(t.Context(), scope, []string{"poste.debut", "nom", "new", "email"})
	require.NoError(t, err)
	require.Equal(t, []FieldID{ids[2], ids[0], again[2], ids[1]}, again)
	require.NotContains(t, ids, again[2])
	names, err := l.FieldNames(t.Context(), scope)
	require.NoError(t, err)
	require.Equal(t, []string{"email", "new", "nom", "poste.debut"}, names)
}

// manyLinks are more than one page, each with the prints of two fields.
func manyLinks(t *testing.T, l *Ledger) (ScopeID, []FieldID, []string) {
	t.Helper()
	scope, run, plan := started(t, l)
	ids, err := l.FieldIDs(t.Context(), scope, []string{"nom", "email"})
	require.NoError(t, err)
	var batch []Applied
	var sources []string
	for n := range 2*pageSize + 1 {
		a := created(fmt.Sprint(n), 0)
		a.Prints = []Print{{ids[0], 1}, {ids[1], 2}}
		batch = append(batch, a)
		sources = append(sources, a.SourceID)
	}
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, batch))
	return scope, ids, sources
}

func TestAForgottenFieldIsGoneForGood(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, ids, sources := manyLinks(t, l)
	before, err := l.Generation(t.Context())
	require.NoError(t, err)

	require.NoError(t, l.ForgetFields(t.Context(), scope, []string{"email", "never known"}))
	links, err := l.Links(t.Context(), scope, sources, nil)
	require.NoError(t, err)
	for _, link := range links {
		require.Equal(t, []Print{{ids[0], 1}}, link.Prints)
	}
	after, err := l.Generation(t.Context())
	require.NoError(t, err)
	require.Greater(t, after, before)
	names, err := l.FieldNames(t.Context(), scope)
	require.NoError(t, err)
	require.Equal(t, []string{"nom"}, names)
	left, err := number(l.conn, "SELECT count(*) FROM fields WHERE forgotten = 1", nil)
	require.NoError(t, err)
	require.Zero(t, left)

	back, err := l.FieldIDs(t.Context(), scope, []string{"email"})
	require.NoError(t, err)
	require.Greater(t, back[0], ids[1], "new when it comes back")

	require.NoError(t, l.ForgetFields(t.Context(), scope, []string{"never known"}))
	same, err := l.Generation(t.Context())
	require.NoError(t, err)
	require.Equal(t, after, same)
}

func TestASweepThatWasCutOffIsFinishedLater(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	scope, ids, sources := manyLinks(t, l)
	// As a kill after the first step leaves it.
	require.NoError(t, l.write(context.Background(), "marking", func() error {
		return run(l.conn, "UPDATE fields SET forgotten = 1 WHERE name = 'email'")
	}))
	back, err := l.FieldIDs(t.Context(), scope, []string{"email"})
	require.NoError(t, err)
	require.NotEqual(t, ids[1], back[0], "an old fingerprint is not taken for the new field's")

	require.NoError(t, l.ForgetFields(t.Context(), scope, nil))
	require.Equal(t, []Print{{ids[0], 1}}, link(t, l, scope, sources[len(sources)-1]).Prints)
	names, err := l.FieldNames(t.Context(), scope)
	require.NoError(t, err)
	require.Equal(t, []string{"email", "nom"}, names, "the one that came back stays")
}
