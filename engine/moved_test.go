package engine_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine"
	"passerelle/engine/diag"
	"passerelle/engine/ledger"
)

// renamed is a site whose first run created three people, and whose target is
// called otherwise since.
func renamed(t *testing.T, resource string) *site {
	s := newSite(t, resource)
	s.crowd(3)
	s.runs(engine.Succeeded)
	s.editMapping(`tenant = "to"`, `tenant = "new"`)
	ran := s.runs(engine.Failed)
	require.Equal(t, "other-tenant", code(ran.Found))
	require.Contains(t, ran.Found[0].Remedy, "engine ledger move --from to --to new --side target")
	require.Contains(t, ran.Found[0].Remedy, "engine run --ledger OTHER.db")
	require.Len(t, s.sent(), 3)
	return s
}

func (s *site) move(r ledger.Rename) {
	s.remembers(func(l *ledger.Ledger) {
		_, err := l.MoveLinks(s.t.Context(), r, "zoe")
		require.NoError(s.t, err)
	})
}

// moves are those that a run has confirmed, and the others.
func (s *site) moves() (confirmed, open int) {
	s.remembers(func(l *ledger.Ledger) {
		moves, err := l.Moves(s.t.Context())
		require.NoError(s.t, err)
		for _, m := range moves {
			if m.Confirmed {
				confirmed++
			} else {
				open++
			}
		}
	})
	return confirmed, open
}

// The same system under a new name: nothing is sent again, changes go on, and a
// plan that was saved before is stale.
func TestMovedLinksGoOn(t *testing.T) {
	t.Parallel()
	for _, resource := range []string{"look-up", "key"} { // the second looks nobody up: there is only the word
		s := renamed(t, resource)
		saved := filepath.Join(t.TempDir(), "before.plan")
		s.editMapping(`tenant = "new"`, `tenant = "to"`)
		_, found := s.plan(saved)
		require.Empty(t, found)
		s.editMapping(`tenant = "to"`, `tenant = "new"`)
		s.move(ledger.Rename{From: "to", To: "new"})
		_, found = s.apply(saved)
		require.Equal(t, "stale-plan", code(found))

		s.nothingLeft()
		confirmed, open := s.moves()
		require.Equal(t, []int{1, 0}, []int{confirmed, open}, resource)
		s.people(with(person(1), "nom", "Autre"), person(2), person(3))
		require.EqualValues(t, 1, s.runs(engine.Succeeded).Outcome.Updated)
		require.Equal(t, "AUTRE", s.holds()["m-1"]["nom"])
		s.nothingLeft()
	}
}

// Another system, which has these people under ids of its own: nothing reaches
// anybody there, also where it isn't the first run or is an undo.
func TestLinksMovedToAnotherSystemReachNobody(t *testing.T) {
	t.Parallel()
	s := renamed(t, "look-up")
	first := ""
	s.remembers(func(l *ledger.Ledger) {
		runs, err := l.LastRuns(t.Context(), "", 9)
		require.NoError(t, err)
		first = runs[len(runs)-1].ID
	})
	s.move(ledger.Rename{From: "to", To: "new"})
	s.given(map[string]fields{ // t-1 and the like are others here
		"t-1": {"matricule": "m-3", "nom": "NOM3"}, "t-2": {"matricule": "m-1", "nom": "NOM1"}, "t-3": {"matricule": "m-2", "nom": "NOM2"},
	})
	s.people(with(person(1), "nom", "Autre"), person(2), person(3))
	for range 2 {
		ran := s.runs(engine.Failed)
		require.Equal(t, "moved-elsewhere", code(ran.Found))
		require.Equal(t, diag.Refused, ran.Found.Errors()[0].Class)
		require.Contains(t, ran.Found.Errors()[0].Detail, "Of 3 people looked up there, 3 are unknown or have another id")
		require.Empty(t, s.spools())
	}
	require.Len(t, s.sent(), 3, "the three creates of the first run alone")
	_, open := s.moves()
	require.Equal(t, 1, open)

	w := s.load()
	_, found := w.Undo(t.Context(), engine.UndoOptions{RunID: first, Confirm: func(*engine.Undoing) bool { return true }})
	require.NoError(t, w.Close())
	require.Equal(t, "nothing-to-undo", code(found), "it created")

	// Taken back, all is as before.
	s.move(ledger.Rename{From: "new", To: "to"})
	s.editMapping(`tenant = "new"`, `tenant = "to"`)
	ran := s.runs(engine.Failed)
	require.Equal(t, "moved-elsewhere", code(ran.Found), "the systems' folder is the other one's still")
}

// A person who was deleted at the target, or whose key somebody changed there,
// does not make it another system.
func TestAMovedTargetMayLackAFew(t *testing.T) {
	t.Parallel()
	for lacking, status := range map[int]string{2: engine.Succeeded, 3: engine.Failed} {
		s := newSite(t, "look-up")
		s.crowd(25)
		s.runs(engine.Succeeded)
		s.editMapping(`tenant = "to"`, `tenant = "new"`)
		s.move(ledger.Rename{From: "to", To: "new"})
		there := map[string]fields{}
		for matricule, record := range s.holds() {
			there[record["id"].(string)] = fields{"matricule": matricule}
		}
		for _, matricule := range []string{"m-1", "m-2", "m-3"}[:lacking] {
			delete(there, s.holds()[matricule]["id"].(string))
		}
		s.given(there)
		s.runs(status)
	}
}

// A plan is for the tenants that it was made with. Which they are, a key may say:
// no file has changed then.
func TestASavedPlanIsNotForAnotherTenantsKey(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.crowd(3)
	s.editMapping("tenant = \"to\"\n", "tenant = \"to\"\n  api_key = env(\"KEY\")\n")
	s.key = "test"
	path := filepath.Join(t.TempDir(), "saved.plan")
	_, found := s.plan(path)
	require.Empty(t, found)
	s.key = "production"
	ran, found := s.apply(path)
	require.Nil(t, ran)
	require.Equal(t, "stale-plan", code(found))
	require.Contains(t, found[0].Detail, "another tenant")
	require.Empty(t, s.sent())
	s.key = "test"
	_, found = s.apply(path)
	require.Empty(t, found)
	require.Len(t, s.sent(), 3)
}

// A pilot of somebody who has left looks nobody up: where the links were moved to
// is not known to be the same system, and nobody is switched off there.
func TestAPilotSwitchesNobodyOffWhereLinksWereMovedTo(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.leavingBy("")
	s.crowd(3)
	s.runs(engine.Succeeded)
	s.editMapping(`tenant = "to"`, `tenant = "new"`)
	s.move(ledger.Rename{From: "to", To: "new"})
	s.given(map[string]fields{
		"t-1": {"matricule": "m-3", "nom": "NOM3"}, "t-2": {"matricule": "m-1", "nom": "NOM1"}, "t-3": {"matricule": "m-2", "nom": "NOM2"},
	})
	s.people(with(person(1), "end", "2026-08-31"), person(2), person(3))
	ran, found := s.pilot("1")
	require.Equal(t, "move-unconfirmed", code(found))
	require.Zero(t, ran.Outcome.Deactivated)
	require.Len(t, s.sent(), 3, "the three creates of the first run alone")
}
