package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine"
	"passerelle/engine/plan"
)

// leavingBy lets people of a site leave by a fact and come back.
func (s *site) leavingBy(more string) {
	s.editMapping("  target \"t\" {", "  leavers {\n    when = \"filled(p.end)\"\n    do   = \"deactivate\"\n    "+more+"\n  }\n  target \"t\" {")
	s.editMapping("    field \"phone\" { path = \"phone\" }\n", "    field \"phone\" { path = \"phone\" }\n    field \"end\" { path = \"end\" }\n")
	s.editMapping("    map = {", "    endpoint \"deactivate\" {\n      method = \"PATCH\"\n      path = \"/x/{id}\"\n      body = { active = false }\n    }\n"+
		"    endpoint \"reactivate\" {\n      method = \"PATCH\"\n      path = \"/x/{id}\"\n      body = { active = true }\n    }\n    map = {")
}

// Who had left gave the key up, and comes back with the one that was his: who has
// it since is not read, for not having changed.
func TestWhoIsBackIsJudgedBesideWhoHasHisKeySince(t *testing.T) {
	t.Parallel()
	s := changing(t, "none")
	s.leavingBy(`back = "reactivate"`)
	s.crowd(10)
	s.runs(engine.Succeeded)
	away := with(person(3), "end", "2026-08-31")
	s.people(crowded(10, away)...)
	ran := s.hourLater(engine.Succeeded)
	require.EqualValues(t, 1, ran.Outcome.Deactivated)
	heir := with(person(11), "matricule", "m-3")
	s.people(append(crowded(10, away), heir)...)
	ran = s.hourLater(engine.Succeeded)
	require.Equal(t, plan.WholeBeside, ran.Plan.Read.Whole)
	require.EqualValues(t, 1, ran.Outcome.Created)

	s.people(append(crowded(10), heir)...)
	ran = s.hourLater(engine.Partial)
	require.Zero(t, ran.Outcome.Reactivated)
	require.Len(t, ran.Plan.Held, 2)
	require.Equal(t, "duplicate-key", ran.Plan.Held[0].Code)
	require.Equal(t, plan.WholeBeside, ran.Plan.Read.Whole)
}

// Somebody's word about who is gone is used by the next run, as any other: who is
// gone never comes in a read of what changed.
func TestWhoIsGoneAndAgreedToIsLookedForAmongEverybody(t *testing.T) {
	t.Parallel()
	s := changing(t, "look-up")
	s.leavingBy(`gone = "deactivate"`)
	s.crowd(30)
	s.runs(engine.Succeeded)
	s.crowd(26)
	s.now = s.now.Add(24 * time.Hour)
	ran := s.runs(engine.Partial)
	require.Equal(t, "gone", ran.Plan.Blocked[0].Code)
	w := s.load()
	_, found := w.Approve(t.Context(), engine.ApproveOptions{RunID: ran.RunID, Part: "gone", Who: "anne"})
	require.NoError(t, w.Close())
	require.Empty(t, found.Errors())
	ran = s.hourLater(engine.Succeeded)
	require.EqualValues(t, 4, ran.Outcome.Deactivated)
	ran = s.hourLater(engine.Succeeded)
	require.False(t, ran.Plan.Read.Since.IsZero(), "once")
	require.Empty(t, s.lastRead().Also)
}

// What another mapping has written is written back when the mapping is the old one
// again: the place from which that one would go on says nothing of it.
func TestAMappingThatIsPutBackReadsEverybody(t *testing.T) {
	t.Parallel()
	for name, try := range map[string]func(*site){
		"a pilot": func(s *site) {
			ran, found := s.pilot("1")
			require.Empty(s.t, found)
			require.EqualValues(s.t, 1, ran.Outcome.Updated)
		},
		"a run that failed": func(s *site) {
			s.writes(map[string]string{s.holds()["m-2"]["id"].(string): "kill-after"})
			ran, _ := s.runWith(s.t.Context())
			require.Equal(s.t, engine.Failed, ran.Status)
			s.misbehave(nil)
		},
		"every time whole": func(s *site) {
			s.editMapping("    incremental = true\n", "")
			s.hourLater(engine.Succeeded)
			s.editMapping("    resource    = \"staff\"\n", "    resource    = \"staff\"\n    incremental = true\n")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := changing(t, "look-up")
			s.crowd(3)
			s.runs(engine.Succeeded)
			s.editMapping(`"p.nom.upper()"`, `"p.nom + '?'"`)
			s.now = s.now.Add(time.Hour)
			try(s)
			s.editMapping(`"p.nom + '?'"`, `"p.nom.upper()"`)
			s.hourLater(engine.Succeeded)
			require.Equal(t, "NOM1", s.holds()["m-1"]["nom"])
			require.Equal(t, "NOM2", s.holds()["m-2"]["nom"])
			ran := s.hourLater(engine.Succeeded)
			require.False(t, ran.Plan.Read.Since.IsZero(), "once")
		})
	}
}
