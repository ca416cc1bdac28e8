package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine"
	"passerelle/engine/diag"
	"passerelle/engine/ledger"
)

// pilot runs for named people alone.
func (s *site) pilot(who ...string) (*engine.Ran, diag.Diagnostics) {
	s.t.Helper()
	w, found := engine.Load(s.workspace, s.options())
	require.Empty(s.t, found)
	defer func() { require.NoError(s.t, w.Close()) }()
	runs, found := w.Run(s.t.Context(), engine.RunOptions{Who: who})
	require.Empty(s.t, found)
	require.Len(s.t, runs, 1)
	return runs[0], runs[0].Found
}

// A pilot does what is asked for named people, and infers nothing of the others:
// they are not created, not held, not gone, and those held stay so.
func TestAPilotTouchesNobodyElse(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.people(person(1), person(2), with(person(3), "matricule", nil))
	s.runs(engine.Partial)
	require.Len(t, s.heldNow(), 1)

	// 2 is no longer read, 3 is mended, 4 is new, 5 and 6 share a key.
	twin := with(person(6), "matricule", "m-5")
	s.people(with(person(1), "nom", "Autre"), person(3), person(4), person(5), twin)
	ran, found := s.pilot("nom 4", "1") // nom 4 is no name: shown_as gives Nom4
	require.Len(t, found, 1)
	require.Equal(t, "unknown-person", found[0].Code)
	require.Equal(t, engine.Failed, ran.Status)
	require.Len(t, s.holds(), 2, "nothing was sent")

	ran, found = s.pilot("NOM4", "1")
	require.Empty(t, found)
	require.Equal(t, engine.Succeeded, ran.Status)
	require.EqualValues(t, 1, ran.Outcome.Created)
	require.EqualValues(t, 1, ran.Outcome.Updated)
	require.Zero(t, ran.Plan.Counts.Gone)
	require.Zero(t, ran.Plan.Counts.Held)
	require.EqualValues(t, 3, ran.Plan.Counts.Aside)
	require.Len(t, s.holds(), 3)
	require.Len(t, s.heldNow(), 1, "who was held and not asked for stays so")

	ran, _ = s.pilot("5") // the twin is not asked for, and holds the key all the same
	require.EqualValues(t, 1, ran.Plan.Counts.Held)
	require.EqualValues(t, 4, ran.Plan.Counts.Aside)
	require.Len(t, s.holds(), 3)

	s.people(person(1), with(person(2), "nom", "Nom1"))
	_, found = s.pilot("nom1")
	require.Len(t, found, 1)
	require.Equal(t, "ambiguous-person", found[0].Code)
}

func (s *site) heldNow() []ledger.HeldRecord {
	s.t.Helper()
	l, found := engine.OpenLedger(s.t.Context(), s.workspace, s.options(), engine.ToRead)
	require.Empty(s.t, found)
	defer l.Close()
	held, err := l.HeldNow(s.t.Context(), "")
	require.NoError(s.t, err)
	return held
}

// Somebody who is acknowledged makes no run partial; another one does.
func TestAcknowledgedPeopleMakeNoRunPartial(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.people(person(1), with(person(2), "matricule", nil))
	s.runs(engine.Partial)
	held := s.heldNow()
	require.Len(t, held, 1)
	require.Regexp(t, `main\.hcl:\d+:\d+$`, held[0].Place)

	l, found := engine.OpenLedger(t.Context(), s.workspace, s.options(), engine.ToWrite)
	require.Empty(t, found)
	_, err := l.Acknowledge(t.Context(), "people", "2", "ada", s.now.AddDate(0, 0, 2))
	require.NoError(t, err)
	require.NoError(t, l.Close())
	ran := s.runs(engine.Succeeded)
	require.EqualValues(t, 1, ran.Plan.Counts.Held)
	require.Zero(t, ran.Open())

	s.people(person(1), with(person(2), "matricule", nil), with(person(3), "matricule", nil))
	require.EqualValues(t, 1, s.runs(engine.Partial).Open())
	s.now = s.now.AddDate(0, 0, 3)
	require.EqualValues(t, 2, s.runs(engine.Partial).Open(), "the day has passed")
}
