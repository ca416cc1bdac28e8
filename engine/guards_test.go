package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine"
	"passerelle/engine/diag"
)

// departing lets a site's people leave by an end date.
func (s *site) departing(more string) {
	s.editMapping(`    field "phone"`, `    field "end" { path = "end" }
    field "phone"`)
	s.editMapping(`  target "t" {`, `  leavers {
    when = "past(p.end)"
    do   = "deactivate"
    `+more+`
  }
  target "t" {
    endpoint "deactivate" {
      method = "PATCH"
      path   = "/{id}"
    }`)
}

// Seventy contracts of a thousand end on a day that was known: nobody is asked.
// The day before there was nothing to do, but to remember.
func TestContractsEnd(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.departing("")
	list := make([]fields, 1000)
	for i := range list {
		if list[i] = person(i + 1); i < 70 {
			list[i]["end"] = "2026-09-01"
		}
	}
	s.people(list...)
	s.runs(engine.Succeeded)
	s.nothingLeft()
	for i := 70; i < 75; i++ {
		list[i]["end"] = "2026-09-01"
	}
	s.people(list...)
	before := len(s.sent())
	ran := s.runs(engine.Succeeded)
	require.Zero(t, ran.Outcome.Done(), "to remember a fact is nothing to do")
	require.Len(t, s.sent(), before)

	s.now = s.now.Add(24 * time.Hour)
	ran = s.runs(engine.Succeeded)
	require.EqualValues(t, 75, ran.Outcome.Deactivated)
	s.nothingLeft()

	// Three hundred whose end date comes out of nowhere, and of the past.
	for i := 100; i < 400; i++ {
		list[i]["end"] = "2026-08-31"
	}
	s.people(list...)
	for range 2 {
		ran = s.runs(engine.Partial)
		require.Equal(t, "removals", ran.Plan.Blocked[0].Part)
		require.Zero(t, ran.Outcome.Deactivated)
		require.Len(t, ran.Plan.Stopped, 300)
	}
}

// Who is found by id is not gone; and what can't be asked is not decided.
func TestGoneIsConfirmedByID(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.departing(`gone = "deactivate"`)
	s.crowd(20)
	s.runs(engine.Succeeded)
	s.crowd(17)
	s.file("hidden.ndjson", fmt.Sprintf(`{"id":"18","matricule":"m-18"}%s{"id":"19","matricule":"m-19"}%s`, "\n", "\n"))
	s.misbehave(fields{"Find": "cut"})
	ran := s.runs(engine.Failed)
	require.Equal(t, "look-up-cut", code(ran.Found))
	require.Equal(t, diag.Unavailable, ran.Found.Errors()[0].Class)
	s.misbehave(nil)
	ran = s.runs(engine.Succeeded)
	require.EqualValues(t, 1, ran.Outcome.Deactivated)
	require.EqualValues(t, 2, ran.Plan.Counts.Gone)
	last := s.sent()[20]
	require.Equal(t, "OPERATION_DEACTIVATE", last.Operation)
	require.Empty(t, last.Data)

	s.file("hidden.ndjson", "")
	ran = s.runs(engine.Partial)
	require.Equal(t, "gone", ran.Plan.Blocked[0].Part)
	require.Zero(t, ran.Outcome.Deactivated)
}

// Into a target where nobody can be found, a first run creates if the target
// shows that nobody is there, and asks if somebody is.
func TestFirstRunIntoTheDark(t *testing.T) {
	t.Parallel()
	empty := newSite(t, "key")
	empty.crowd(3)
	empty.runs(engine.Succeeded)

	s := newSite(t, "key")
	s.given(map[string]fields{"a": held1(1, "a")})
	s.crowd(3)
	ran := s.runs(engine.Partial)
	require.Equal(t, "creates", ran.Plan.Blocked[0].Part)
	require.Empty(t, s.sent())
	w := s.load()
	approved, found := w.Approve(t.Context(), engine.ApproveOptions{RunID: ran.RunID, Part: "creates", People: []string{"Nom2", "3"}, Who: "anne"})
	require.Empty(t, found)
	require.Len(t, approved.People, 2)
	require.NoError(t, w.Close())
	require.EqualValues(t, 2, s.runs(engine.Partial).Outcome.Created)
	require.EqualValues(t, 1, s.run().Plan.Counts.Blocked, "it was no empty target, and is none now")
}

// Cells that the target took count against the week; what it refused does not.
func TestCellsOfAWeek(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.crowd(30)
	s.runs(engine.Succeeded)
	edit := func(from, n int, text string) {
		list := make([]fields, 30)
		for i := range list {
			if list[i] = person(i + 1); i >= from && i < from+n {
				list[i]["phone"] = fmt.Sprint(text, i)
			}
		}
		s.people(list...)
	}
	refuse := map[string]string{}
	for _, held := range s.holds() {
		refuse[held["id"].(string)] = "refuse"
	}
	edit(0, 8, "a")
	s.writes(refuse)
	for range 3 {
		s.writes(refuse)
		require.Empty(t, s.runs(engine.Partial).Plan.Blocked)
	}
	s.misbehave(nil)
	s.runs(engine.Succeeded)
	edit(0, 8, "b")
	ran := s.runs(engine.Partial)
	require.Equal(t, "changes", ran.Plan.Blocked[0].Part)
	require.Equal(t, "phone", ran.Plan.Blocked[0].Field)
}

// A pilot is no first run: the company that follows is not asked for.
func TestPilotBeforeTheFirstRun(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.crowd(40)
	w := s.load()
	ran, found := w.Run(t.Context(), engine.RunOptions{Who: []string{"1", "2"}})
	require.Empty(t, found)
	require.EqualValues(t, 2, ran[0].Outcome.Created)
	require.NoError(t, w.Close())
	require.EqualValues(t, 38, s.runs(engine.Succeeded).Outcome.Created)
	s.crowd(60)
	require.Equal(t, "creates", s.runs(engine.Partial).Plan.Blocked[0].Part)
}

// What leaves by a list of contracts is announced by the list: the whole of it is
// the fact.
func TestContractsOfAList(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.departing("")
	s.editMapping(`    field "end" { path = "end" }`, "")
	s.editMapping(`resource   = "staff"`, `resource   = "staff"
    where      = "filled(p.email)"
    field "id" { path = "id" }`)
	s.editMapping(`  leavers {`, `  source "c" {
    connection = connection.from
    resource   = "staff"
    on         = { owner = "p.id" }
    many       = true
    field "owner" { path = "phone" }
    field "end" { path = "end" }
  }
  leavers {`)
	s.editMapping("past(p.end)", "c.exists(x, filled(x.end)) && c.all(x, past(x.end))")
	list := make([]fields, 0, 40)
	contracts := make([]fields, 20)
	for i := range 20 {
		list = append(list, with(person(i+1), "email", fmt.Sprint(i, "@example.org")))
		contracts[i] = fields{"id": fmt.Sprint("c", i), "phone": fmt.Sprint(i + 1)}
		if i < 10 {
			contracts[i]["end"] = "2026-09-01"
		}
	}
	s.people(append(list, contracts...)...)
	s.runs(engine.Succeeded)
	s.nothingLeft()
	s.now = s.now.Add(24 * time.Hour)
	for i := 10; i < 20; i++ {
		contracts[i]["end"] = "2026-09-01"
	}
	s.people(append(list, contracts...)...)
	ran := s.runs(engine.Partial)
	require.EqualValues(t, 10, ran.Outcome.Deactivated, "those whose contracts were known to end")
	require.Equal(t, "removals", ran.Plan.Blocked[0].Part)
	require.Len(t, ran.Plan.Stopped, 10)
}
