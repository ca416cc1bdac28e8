package engine_test

import (
	"testing"

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
	s.now = s.now.Add(24 * 3600e9)
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
