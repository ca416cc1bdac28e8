package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine"
	"passerelle/engine/diag"
)

// held1 is what a target holds that was never ours: record n, as person n is
// sent.
func held1(n int, id string) fields {
	p := person(n)
	return fields{"id": id, "matricule": p["matricule"], "nom": map[int]string{1: "NOM1", 2: "NOM2", 3: "NOM3"}[n], "phone": p["phone"]}
}

func TestAdoption(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.people(person(1), with(person(2), "phone", nil), with(person(3), "email", "c@example.org"), person(4))
	s.given(map[string]fields{
		"a": held1(1, "a"),                              // as it should be
		"b": held1(2, "b"),                              // has a phone that the source has not: left alone
		"c": with(held1(3, "c"), "nom", "Trois, cousu"), // differs, lacks the e-mail
	})
	ran := s.runs(engine.Succeeded)
	require.EqualValues(t, 3, ran.Outcome.Linked)
	require.EqualValues(t, 1, ran.Outcome.Created)
	sent := s.sent()
	require.Len(t, sent, 2)
	require.Equal(t, "c", sent[0].ID)
	require.Equal(t, fields{"nom": "NOM3", "email": "c@example.org"}, sent[0].Data)
	require.Equal(t, "OPERATION_UPDATE", sent[0].Operation)
	require.Equal(t, "+33199000002", s.holds()["m-2"]["phone"])
	s.nothingLeft()

	// Adopted is linked: the key may change, the person stays the same.
	s.people(with(person(1), "matricule", "m-100"), with(person(2), "phone", nil), with(person(3), "email", "c@example.org"), person(4))
	ran = s.runs(engine.Succeeded)
	require.EqualValues(t, 1, ran.Outcome.Updated)
	require.Equal(t, "a", s.holds()["m-100"]["id"])
}

// What the target refused of an adoption is sent again; the link stands.
func TestAdoptionRefused(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"refuse", "lost", "answer-lost"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, "look-up")
			s.people(person(1))
			s.given(map[string]fields{"a": with(held1(1, "a"), "nom", "Autre")})
			s.writes(map[string]string{"a": action})
			ran := s.runs(engine.Partial)
			require.Len(t, ran.Outcome.Failed, 1)
			ran = s.runs(engine.Succeeded)
			require.EqualValues(t, 1, ran.Outcome.Updated)
			require.Equal(t, fields{"nom": "NOM1"}, s.sent()[1].Data, "what agreed is remembered")
			require.Equal(t, "NOM1", s.holds()["m-1"]["nom"])
			s.nothingLeft()
		})
	}
}

func TestAdoptionHeld(t *testing.T) {
	t.Parallel()
	t.Run("two records under one key", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, "look-up")
		s.people(person(1), person(2))
		s.given(map[string]fields{"a": held1(1, "a"), "b": held1(1, "b")})
		ran := s.runs(engine.Partial)
		require.Len(t, ran.Plan.Held, 1)
		require.Equal(t, "ambiguous-match", ran.Plan.Held[0].Code)
		require.Equal(t, "matricule", ran.Plan.Held[0].Field)
		require.Len(t, s.sent(), 1)
	})
	t.Run("already another's", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, "look-up")
		s.people(person(1))
		s.runs(engine.Succeeded)
		// 1 changes the matricule, and 2 comes with the old one, which the target
		// still has for 1.
		s.people(with(person(1), "matricule", "m-9"), with(person(2), "matricule", "m-1"))
		ran := s.runs(engine.Partial)
		require.Equal(t, "already-linked", ran.Plan.Held[0].Code)
		require.Equal(t, "2", ran.Plan.Held[0].SourceID)
		require.EqualValues(t, 1, ran.Outcome.Updated)
		// Now the key is free.
		ran = s.runs(engine.Succeeded)
		require.EqualValues(t, 1, ran.Outcome.Created)
		s.nothingLeft()
	})
	t.Run("a find that does not look at the key", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, "look-up")
		s.people(person(1), person(2), person(3))
		s.given(map[string]fields{"a": held1(1, "a")})
		s.misbehave(fields{"Find": "careless"})
		ran := s.runs(engine.Partial)
		require.Len(t, ran.Plan.Held, 3)
		for _, h := range ran.Plan.Held {
			require.Equal(t, "ambiguous-match", h.Code)
		}
		require.Empty(t, s.sent())
	})
}

// Without the whole answer somebody might be created a second time.
func TestLookUpCut(t *testing.T) {
	t.Parallel()
	for what, wanted := range map[string]string{"cut": "look-up-cut", "down": "fake-down"} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, "look-up")
			s.crowd(3)
			s.misbehave(fields{"Find": what})
			ran := s.runs(engine.Failed)
			require.Equal(t, wanted, code(ran.Found))
			require.Equal(t, diag.Unavailable, ran.Found.Errors()[0].Class)
			require.Empty(t, s.sent())
			require.Empty(t, s.spools())
		})
	}
}

// The look-up of what was not answered fails too: the batch stays open, and the
// run stops there.
func TestCanNotSettleNow(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.editMapping("trigger { manual = true }", `trigger { manual = true }
  guard {
    creates { at_most = 200 }
  }`)
	s.crowd(1)
	s.runs(engine.Succeeded)
	s.crowd(200)
	out := s.workspace + "/saved.plan"
	_, found := s.plan(out)
	require.Empty(t, found)
	s.misbehave(fields{"Find": "down", "Write": map[string]string{"m-5": "answer-lost"}})
	ran, found := s.apply(out)
	require.Equal(t, "fake-down", code(found))
	require.EqualValues(t, 128, ran.Outcome.Unsettled)
	require.EqualValues(t, 71, ran.Outcome.Unsent)
	require.Len(t, s.sent(), 129)

	// Still down: nothing is planned, nothing is sent.
	run := s.runs(engine.Failed)
	require.Equal(t, "fake-down", code(run.Found))
	require.Len(t, s.sent(), 129)
	s.misbehave(nil)
	run = s.runs(engine.Succeeded)
	require.EqualValues(t, 128, run.Settled)
	require.Len(t, s.holds(), 200)
	s.nothingLeft()
}
