package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine"
	"passerelle/engine/ledger"
	"passerelle/engine/report"
)

// lines are the results of a run as they are told.
func (s *site) lines(ran *engine.Ran) (run *ledger.Run, lines map[string][]report.Line) {
	lines = map[string][]report.Line{}
	s.remembers(func(l *ledger.Ledger) {
		found, ok, err := l.FindRun(s.t.Context(), ran.RunID)
		require.NoError(s.t, err)
		require.True(s.t, ok)
		all, err := report.Lines(s.t.Context(), l, &found)
		require.NoError(s.t, err)
		for _, line := range all {
			lines[line.SourceID] = append(lines[line.SourceID], line)
		}
		run = &found
	})
	return run, lines
}

// A run says of each person where they are opened, what was left out of them, what
// is to be copied by hand, and what it all cost.
func TestTheAnswerIsKeptWhole(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.editMapping(`key        = "matricule"`, "key = \"matricule\"\n once = [\"email\"]")
	s.people(with(person(1), "email", "a@x"), person(2), with(person(3), "matricule", nil))
	s.writes(map[string]string{"m-2": "left-out"})
	ran := s.runs(engine.Partial)
	require.Equal(t, "Fake (from)", ran.From, "two connections of one plugin are told apart")
	require.Equal(t, "Fake (to)", ran.To)
	run, lines := s.lines(ran)
	require.Equal(t, map[string]int64{"source": 1, "source_least": 1, "target": 3, "target_least": 2}, run.Calls, "one look-up by key, two records")
	require.Equal(t, ran.Calls, run.Calls)

	one, two, three := lines["1"][0], lines["2"][0], lines["3"][0]
	require.Equal(t, []string{"https://from.example/1", "https://to.example/?of=t-1"}, []string{one.SourceURL, one.TargetURL})
	require.Equal(t, []string{"provisioning", report.Success}, []string{one.Case, one.Verdict})
	require.Equal(t, []ledger.LeftOut{{Field: "phone", Code: "name-not-found", Summary: "no phone like ‹phone›"}}, two.LeftOut)
	require.Equal(t, []string{"https://from.example/3", "", report.Failure}, []string{three.SourceURL, three.TargetURL, three.Verdict})

	s.people(with(person(1), "email", "b@x"), person(2), with(person(3), "matricule", nil))
	ran = s.runs(engine.Partial)
	_, lines = s.lines(ran)
	require.Len(t, lines["1"], 1)
	note := lines["1"][0]
	require.Equal(t, []string{ledger.Unchanged, ledger.CodeByHand, "email"}, []string{note.Outcome, note.Code, note.Field})
	require.Equal(t, "Nom1", note.ShownName)
	require.Equal(t, "https://to.example/?of=t-1", note.TargetURL, "she is linked, though not written")
	require.Equal(t, "update", lines["2"][0].Operation, "the phone is sent again")
	require.Empty(t, lines["2"][0].LeftOut)
}

// A connector that says nothing is not guessed for, and an address that nobody
// should follow is none.
func TestWhatAConnectorDoesNotSay(t *testing.T) {
	t.Parallel()
	s := newSite(t, "none")
	s.people(person(1))
	s.writes(map[string]string{"m-1": "silent"})
	run, lines := s.lines(s.runs(engine.Succeeded))
	require.NotContains(t, run.Calls, "target")
	require.NotContains(t, run.Calls, "target_least")
	require.EqualValues(t, 1, run.Calls["source"])
	require.Equal(t, []string{"https://from.example/1", ""}, []string{lines["1"][0].SourceURL, lines["1"][0].TargetURL})
}
