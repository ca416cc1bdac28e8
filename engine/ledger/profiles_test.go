package ledger

import (
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/diag"
)

// Where people can be opened, and which fields the target left out, are told
// again as they were kept; forgetting takes the latter away.
func TestAnswersAreKeptWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, dir)
	_, run, planID := started(t, l)
	profiles := Profiles{Source: "https://hr.example/{id}", Target: "http://to.example/?id={id}"}
	require.NoError(t, l.KeepProfiles(t.Context(), run, profiles))
	left := []LeftOut{{Field: "department", Code: "name-not-found", Summary: "There is none", Remedy: "Add it."}}
	require.NoError(t, l.Settle(t.Context(), run, planID, 0, []Applied{
		{SourceID: "s-one", TargetID: "t-one", Outcome: Succeeded, Operation: "create", State: Active, LeftOut: left},
		{Position: 1, SourceID: "s-two", TargetID: "t-two", Outcome: Succeeded, Operation: "create", State: Active},
	}))
	found, _, err := l.FindRun(t.Context(), run)
	require.NoError(t, err)
	require.Equal(t, profiles, found.Profiles)
	found.Status = RunPartial
	require.NoError(t, l.EndRun(t.Context(), &found))
	require.NoError(t, l.Verify(t.Context()))

	kept := func() (out [][]LeftOut) {
		for r, err := range l.Results(t.Context(), run) {
			require.NoError(t, err)
			out = append(out, r.LeftOut)
		}
		return out
	}
	require.Equal(t, [][]LeftOut{left, nil}, kept())
	of, err := l.ResultsOf(t.Context(), "s-one", 9)
	require.NoError(t, err)
	require.Equal(t, left, of[0].LeftOut)
	require.Equal(t, run, of[0].RunID)

	targets, err := l.TargetsOf(t.Context(), "people", []string{"s-two", "s-nobody"})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"s-two": "t-two"}, targets)
	targets, err = l.TargetsOf(t.Context(), "another mapping", []string{"s-two"})
	require.NoError(t, err)
	require.Empty(t, targets)

	ways, err := l.Ways(t.Context())
	require.NoError(t, err)
	var forgetting []Forgetting
	for _, way := range ways {
		forgetting = append(forgetting, Forgetting{Way: way, SourceIDs: []string{"s-one"}})
	}
	_, err = l.Forget(t.Context(), forgetting)
	require.NoError(t, err)
	require.Equal(t, [][]LeftOut{nil, nil}, kept())
}

// A link that somebody wrote into the file is not followed.
func TestProfilesThatWereAltered(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, dir)
	one, err := l.BeginRun(t.Context(), "people", nil)
	require.NoError(t, err)
	two, err := l.BeginRun(t.Context(), "people", nil)
	require.NoError(t, err)
	require.NoError(t, l.KeepProfiles(t.Context(), one.ID, Profiles{Target: "https://hr.example/{id}"}))
	require.NoError(t, l.Close())
	withSQL(t, ledgerIn(dir), "UPDATE runs SET profiles = (SELECT profiles FROM runs WHERE id = '"+one.ID+"') WHERE id = '"+two.ID+"'")
	reader, err := OpenReader(t.Context(), Options{Path: ledgerIn(dir), Key: testKey(t)})
	require.NoError(t, err)
	defer reader.Close()
	_, _, err = reader.FindRun(t.Context(), two.ID)
	requireCode(t, err, "sealed-text-unreadable", diag.Fault)
}
