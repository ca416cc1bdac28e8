package engine_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
)

// changing is a site that is read by what changed.
func changing(t testing.TB, resource string) *site {
	s := newSite(t, resource)
	s.editMapping("    resource   = \"staff\"\n", "    resource    = \"staff\"\n    incremental = true\n")
	return s
}

// hourLater runs an hour later.
func (s *site) hourLater(status string) *engine.Ran {
	s.t.Helper()
	s.now = s.now.Add(time.Hour)
	return s.runs(status)
}

type readOf struct {
	Cursor string
	Also   []string
}

// reads are all reads of the source.
func (s *site) reads() []readOf {
	file, err := os.Open(filepath.Join(s.systems, "reads.ndjson"))
	require.NoError(s.t, err)
	defer file.Close()
	var out []readOf
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var one readOf
		require.NoError(s.t, json.Unmarshal(lines.Bytes(), &one))
		out = append(out, one)
	}
	return out
}

func (s *site) lastRead() readOf {
	all := s.reads()
	return all[len(all)-1]
}

// crowded are n people, some of them others than in crowd.
func crowded(n int, others ...fields) []fields {
	list := make([]fields, n)
	for i := range list {
		list[i] = person(i + 1)
		for _, other := range others {
			if other["id"] == list[i]["id"] {
				list[i] = other
			}
		}
	}
	return list
}

func TestOnlyWhatChangedIsRead(t *testing.T) {
	t.Parallel()
	s := changing(t, "look-up")
	s.crowd(30)
	first := s.runs(engine.Succeeded)
	require.Equal(t, plan.WholeFirst, first.Plan.Read.Whole)
	require.Zero(t, first.Plan.Read.Since)

	s.people(crowded(30, with(person(7), "nom", "Autre"))...)
	s.now = s.now.Add(time.Minute)
	planned, found := s.plan("")
	require.Empty(t, found)
	require.EqualValues(t, 1, planned.Plan.Summary.Counts.Update)
	ran := s.hourLater(engine.Succeeded)
	require.Equal(t, readOf{Cursor: "1"}, s.lastRead(), "a preview moves nothing")
	require.EqualValues(t, 1, ran.Plan.Read.Received)
	require.Equal(t, time.Date(2026, 9, 1, 2, 0, 0, 0, time.UTC), ran.Plan.Read.Since)
	require.Empty(t, ran.Plan.Read.Whole)
	require.EqualValues(t, 1, ran.Outcome.Updated)
	require.Zero(t, ran.Plan.Counts.Gone)
	require.Equal(t, "AUTRE", s.holds()["m-7"]["nom"])

	// A disaster: nothing comes at all. Nobody is gone, and the next whole read is
	// still held against the first one.
	s.misbehave(fields{"Read": "empty"})
	ran = s.hourLater(engine.Succeeded)
	require.Zero(t, ran.Plan.Read.Received)
	require.Equal(t, plan.Counts{}, ran.Plan.Counts)
	require.Empty(t, ran.Plan.Blocked)
	require.Empty(t, ran.Plan.Gone)
	s.misbehave(nil)
	s.crowd(4)
	s.now = s.now.Add(24 * time.Hour)
	ran = s.runs(engine.Blocked)
	require.Equal(t, plan.WholeDay, ran.Plan.Read.Whole)
	require.Equal(t, "read-shrunken", ran.Plan.Blocked[0].Code)
	require.EqualValues(t, 30, ran.Plan.Read.High)

	// What was blocked was not covered: everybody is read again.
	s.crowd(30)
	ran = s.hourLater(engine.Succeeded)
	require.Equal(t, plan.WholeDay, ran.Plan.Read.Whole)
	s.hourLater(engine.Succeeded)
	require.NotEmpty(t, s.lastRead().Cursor)
}

// Each reason for reading everybody is said, and the run is otherwise as any.
func TestWhenEverybodyIsRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		resource string
		change   func(*site)
		why      string
		twice    bool // only after a read of what changed
	}{
		"a day":                   {"look-up", func(s *site) { s.now = s.now.Add(21 * time.Hour) }, plan.WholeDay, false},
		"a clock put back":        {"look-up", func(s *site) { s.now = s.now.Add(-48 * time.Hour) }, plan.WholeDay, false},
		"nothing":                 {"look-up", func(s *site) { s.now = s.now.Add(20*time.Hour + 59*time.Minute) }, "", false},
		"another mapping":         {"look-up", func(s *site) { s.editMapping("shown_as = \"p.nom\"", "shown_as = \"p.matricule\"") }, plan.WholeMapping, false},
		"another key":             {"look-up", func(s *site) { s.file("secret", "second") }, plan.WholeMapping, false},
		"cursor refused":          {"look-up", func(s *site) { s.misbehave(fields{"Read": "bad-cursor"}) }, plan.WholeRefused, true},
		"no cursor":               {"look-up", func(s *site) { s.misbehave(fields{"Read": "no-cursor"}) }, plan.WholeNoPlace, true},
		"new, and can be found":   {"look-up", func(s *site) { s.crowd(31) }, "", false},
		"new, and can't be found": {"upsert", func(s *site) { s.crowd(31) }, plan.WholeBeside, true},
		"another key field":       {"look-up", func(s *site) { s.people(crowded(30, with(person(3), "matricule", "m-3000"))...) }, plan.WholeBeside, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := changing(t, c.resource)
			s.editMapping("tenant = \"from\"\n", "tenant = \"from\"\n  api_key = file(\""+s.systems+"/secret\")\n")
			s.file("secret", "first")
			s.crowd(30)
			s.runs(engine.Succeeded)
			before := len(s.reads())
			c.change(s)
			ran := s.hourLater(engine.Succeeded)
			require.Equal(t, c.why, ran.Plan.Read.Whole)
			require.Equal(t, c.why == "", !ran.Plan.Read.Since.IsZero())
			reads := s.reads()[before:]
			want := 1
			if c.twice {
				want = 2
			}
			require.Len(t, reads, want)
			require.Equal(t, c.why != "", reads[want-1].Cursor == "")
			if c.why != "" {
				require.EqualValues(t, len(strings.Split(strings.TrimSpace(s.source()), "\n")), ran.Plan.Read.Received)
			}
			require.Equal(t, name == "no cursor", ran.Plan.Read.NoPlace)
			s.misbehave(nil)
			s.now = s.now.Add(time.Hour)
			s.nothingLeft()
		})
	}
}

// A read of what changed does not put off the next one of everybody.
func TestEverybodyIsReadOnceADay(t *testing.T) {
	t.Parallel()
	s := changing(t, "look-up")
	s.crowd(5)
	s.runs(engine.Succeeded)
	for _, why := range []string{"", "", plan.WholeDay, ""} {
		s.now = s.now.Add(9 * time.Hour)
		require.Equal(t, why, s.hourLater(engine.Succeeded).Plan.Read.Whole)
	}
}

// Many held at once stop what the others would be sent. It waits with them.
func TestWhatWaitsBecauseManyAreHeldIsReadAgain(t *testing.T) {
	t.Parallel()
	s := changing(t, "look-up")
	s.crowd(30)
	s.runs(engine.Succeeded)
	list := crowded(30, with(person(20), "nom", "Autre"))
	for _, p := range list[:8] {
		p["matricule"] = nil
	}
	s.people(list...)
	ran := s.hourLater(engine.Partial)
	require.Equal(t, "held", ran.Plan.Blocked[0].Code)
	require.Len(t, s.sent(), 30)
	s.people(crowded(30, with(person(20), "nom", "Autre"))...)
	s.hourLater(engine.Succeeded)
	require.Contains(t, s.lastRead().Also, "20")
	require.Equal(t, "AUTRE", s.holds()["m-20"]["nom"])
}

func (s *site) source() string {
	text, err := os.ReadFile(filepath.Join(s.systems, "people.ndjson"))
	require.NoError(s.t, err)
	return string(text)
}

// Two records with one key: the new one is not sent over the one that did not
// change and was not read.
func TestAKeyIsHeldAgainstThoseWhoWereNotRead(t *testing.T) {
	t.Parallel()
	for _, resource := range []string{"look-up", "upsert", "none"} {
		t.Run(resource, func(t *testing.T) {
			t.Parallel()
			s := changing(t, resource)
			s.crowd(10)
			s.runs(engine.Succeeded)
			s.people(append(crowded(10), with(person(11), "matricule", "m-3"))...)
			ran := s.hourLater(engine.Partial)
			require.Len(t, s.sent(), 10, "nobody was sent")
			require.NotEmpty(t, ran.Plan.Held)
			require.Equal(t, "NOM3", s.holds()["m-3"]["nom"])

			// The same for somebody who is there already.
			s.people(crowded(10, with(person(4), "matricule", "m-5"))...)
			s.hourLater(engine.Partial)
			require.Len(t, s.sent(), 10, "nobody was sent")
		})
	}
}

// Whoever is not at the target as they should be is read again although nobody
// changed them, until they are.
func TestNobodyIsLostWhoIsNotFinished(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		begin  func(*site) // what keeps person 3 from being as she should
		mend   func(*site) // that, and nothing at the source
		status string
	}{
		"held": {
			func(s *site) { s.people(crowded(10, with(person(3), "matricule", nil))...) },
			func(s *site) { s.crowd(10) }, engine.Partial,
		},
		"refused by the target": {func(s *site) { s.writes(map[string]string{"m-3": "refuse!"}) }, func(s *site) { s.misbehave(nil) }, engine.Partial},
		"target busy":           {func(s *site) { s.writes(map[string]string{"m-3": "busy!"}) }, func(s *site) { s.misbehave(nil) }, engine.Partial},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := changing(t, "look-up")
			s.crowd(10)
			c.begin(s)
			s.runs(c.status)
			require.NotContains(t, s.holds(), "m-3")
			require.Len(t, s.heldNow(), 1)
			for range 2 { // held in a read of what changed, too
				ran := s.hourLater(c.status)
				require.Equal(t, []string{"3"}, s.lastRead().Also)
				require.False(t, ran.Plan.Read.Since.IsZero())
				require.Len(t, s.heldNow(), 1)
			}
			c.mend(s)
			s.hourLater(engine.Succeeded)
			require.Contains(t, s.holds(), "m-3")
			require.Empty(t, s.heldNow())
			s.hourLater(engine.Succeeded)
			require.Empty(t, s.lastRead().Also)
		})
	}
}

// Somebody held whom the source no longer gives by id stays held until everybody
// is read: an absence says nothing.
func TestHeldAndNotReadStaysHeld(t *testing.T) {
	t.Parallel()
	s := changing(t, "look-up")
	s.people(crowded(10, with(person(3), "matricule", nil))...)
	s.runs(engine.Partial)
	list := crowded(10)
	s.people(append(list[:2:2], list[3:]...)...)
	for range 2 {
		s.hourLater(engine.Succeeded)
		require.Equal(t, []string{"3"}, s.lastRead().Also)
		require.Len(t, s.heldNow(), 1)
	}
	s.now = s.now.Add(24 * time.Hour)
	s.hourLater(engine.Succeeded)
	require.Empty(t, s.heldNow(), "a whole read shows that she is no longer there")
}

// What a guard stopped waits for somebody's word, and goes once it is given.
func TestWhatIsBlockedIsReadAgain(t *testing.T) {
	t.Parallel()
	s := changing(t, "look-up")
	s.crowd(20)
	s.runs(engine.Succeeded)
	list := crowded(20)
	for _, p := range list[:8] {
		p["email"] = "all@example.org"
	}
	s.people(list...)
	s.hourLater(engine.Succeeded) // filled for the first time
	for i, p := range list[:8] {
		p["email"] = string(rune('a'+i)) + "@example.org"
	}
	s.people(list...)
	ran := s.hourLater(engine.Partial)
	require.Equal(t, "storm", ran.Plan.Blocked[0].Code)
	ran = s.hourLater(engine.Partial)
	require.Len(t, s.lastRead().Also, 8)
	require.Equal(t, "storm", ran.Plan.Blocked[0].Code)
	w := s.load()
	_, found := w.Approve(t.Context(), engine.ApproveOptions{RunID: ran.RunID, Part: "sharp", Who: "anne"})
	require.NoError(t, w.Close())
	require.Empty(t, found.Errors())
	ran = s.hourLater(engine.Succeeded)
	require.EqualValues(t, 8, ran.Outcome.Updated)
	require.Equal(t, "a@example.org", s.holds()["m-1"]["email"])
}

// A handful of people who come to share a value are not everybody: the others were
// not read.
func TestAHandfulThatChangedIsNotEverybody(t *testing.T) {
	t.Parallel()
	s := changing(t, "look-up")
	s.crowd(40)
	s.runs(engine.Succeeded)
	list := crowded(40)
	for _, p := range list[:7] {
		p["phone"] = "+33100000000"
	}
	s.people(list...)
	ran := s.hourLater(engine.Succeeded)
	require.False(t, ran.Plan.Read.Since.IsZero())
	require.EqualValues(t, 7, ran.Outcome.Updated)
}

// Who went without a reference is sent it once the other record is linked, though
// nobody changed his own.
func TestAReferenceFollowsInAReadOfWhatChanged(t *testing.T) {
	t.Parallel()
	for _, resource := range []string{"look-up", "whole"} {
		t.Run(resource, func(t *testing.T) {
			t.Parallel()
			s := managed(t, resource)
			s.editMapping("    resource   = \"staff\"\n", "    resource    = \"staff\"\n    incremental = true\n")
			boss := with(under(3, 0), "matricule", nil)
			s.people(under(1, 3), under(2, 1), boss)
			s.runs(engine.Partial)
			s.requireManagers(map[int]int{1: 0, 2: 1})
			s.people(under(1, 3), under(2, 1), under(3, 0))
			ran := s.hourLater(engine.Succeeded)
			require.False(t, ran.Plan.Read.Since.IsZero())
			s.requireManagers(map[int]int{1: 3, 2: 1, 3: 0})
			s.hourLater(engine.Succeeded)
			require.Empty(t, s.lastRead().Also)

			// Of one who is there already nothing at all could be sent; where whole records
			// are replaced he is held for it.
			s.people(under(1, 4), under(2, 1), under(3, 0))
			s.hourLater(map[string]string{"look-up": engine.Succeeded, "whole": engine.Partial}[resource])
			s.people(under(1, 4), under(2, 1), under(3, 0), under(4, 0))
			s.hourLater(engine.Succeeded)
			s.requireManagers(map[int]int{1: 4, 2: 1, 3: 0, 4: 0})
		})
	}
}

// Killed while it applies, the run moves nothing: the next one reads the same
// changes again and finishes the work.
func TestKilledWhileItAppliesWhatChanged(t *testing.T) {
	t.Parallel()
	for _, what := range []string{"kill-before", "kill-after"} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := changing(t, "look-up")
			s.crowd(30)
			s.runs(engine.Succeeded)
			list := crowded(32)
			for _, p := range list[:5] {
				p["nom"] = "Autre"
			}
			s.people(list...)
			s.writes(map[string]string{"m-31": what})
			s.now = s.now.Add(time.Hour)
			ran, _ := s.runWith(t.Context())
			require.NotEqual(t, engine.Succeeded, ran.Status)
			ran = s.hourLater(engine.Succeeded)
			require.Equal(t, "1", s.lastRead().Cursor)
			require.False(t, ran.Plan.Read.Since.IsZero())
			require.Len(t, s.holds(), 32)
			require.Equal(t, "AUTRE", s.holds()["m-5"]["nom"])
			s.hourLater(engine.Succeeded)
			require.NotEqual(t, "1", s.lastRead().Cursor)
		})
	}
}

// A read of what changed that was cut plans nothing and moves nothing.
func TestACutReadOfWhatChanged(t *testing.T) {
	t.Parallel()
	s := changing(t, "look-up")
	s.crowd(30)
	s.runs(engine.Succeeded)
	s.people(crowded(30, with(person(1), "nom", "Un"), with(person(2), "nom", "Deux"))...)
	s.misbehave(fields{"Read": "cut"})
	ran := s.hourLater(engine.Blocked)
	require.Equal(t, "read-not-whole", ran.Plan.Blocked[0].Code)
	s.misbehave(nil)
	ran = s.hourLater(engine.Succeeded)
	require.EqualValues(t, 2, ran.Outcome.Updated)
}

// A saved plan moves the place once it is applied, and not before.
func TestASavedPlanOfWhatChanged(t *testing.T) {
	t.Parallel()
	s := changing(t, "look-up")
	s.crowd(30)
	s.runs(engine.Succeeded)
	s.people(crowded(30, with(person(7), "nom", "Autre"))...)
	s.now = s.now.Add(time.Hour)
	out := filepath.Join(t.TempDir(), "p.plan")
	planned, found := s.plan(out)
	require.Empty(t, found)
	require.False(t, planned.Plan.Summary.Read.Since.IsZero())
	ran, found := s.apply(out)
	require.Empty(t, found)
	require.EqualValues(t, 1, ran.Outcome.Updated)
	s.hourLater(engine.Succeeded)
	require.Equal(t, "2", s.lastRead().Cursor)
}

// A pilot is looked for among everybody, and moves nothing.
func TestAPilotMovesNoPlace(t *testing.T) {
	t.Parallel()
	s := changing(t, "look-up")
	s.crowd(10)
	s.runs(engine.Succeeded)
	s.people(crowded(10, with(person(1), "nom", "Un"), with(person(2), "nom", "Deux"))...)
	ran, found := s.pilot("1")
	require.Empty(t, found)
	require.Equal(t, plan.WholePilot, ran.Plan.Read.Whole)
	require.EqualValues(t, 1, ran.Outcome.Updated)
	ran = s.hourLater(engine.Succeeded)
	require.Equal(t, "1", s.lastRead().Cursor)
	require.EqualValues(t, 1, ran.Outcome.Updated)
	require.Equal(t, "DEUX", s.holds()["m-2"]["nom"])
}

// Somebody who comes back under another id: whether the first one is still there
// shows among everybody alone.
func TestWhoComesBackIsJudgedBesideEverybody(t *testing.T) {
	t.Parallel()
	s := changing(t, "look-up")
	s.editMapping("  target \"t\" {", "  same_person = [\"p.nom\", \"p.phone\"]\n  target \"t\" {")
	s.crowd(10)
	s.runs(engine.Succeeded)
	back := with(with(person(3), "id", "300"), "matricule", "m-300")
	s.people(append(crowded(10), back)...)
	ran := s.hourLater(engine.Partial)
	require.Equal(t, plan.WholeBeside, ran.Plan.Read.Whole)
	require.Equal(t, "same-person-twice", ran.Plan.Held[0].Code)
	list := crowded(10)
	s.people(append(append(list[:2:2], list[3:]...), back)...)
	ran = s.hourLater(engine.Succeeded)
	require.Equal(t, plan.WholeBeside, ran.Plan.Read.Whole)
	require.Len(t, ran.Plan.Returns, 1)
	require.Len(t, s.holds(), 10)
}

// Leaving by a fact goes on as ever, and its guard counts over all runs.
func TestLeavingInAReadOfWhatChanged(t *testing.T) {
	t.Parallel()
	s := changing(t, "look-up")
	s.editMapping("  target \"t\" {", "  leavers {\n    when = \"filled(p.end)\"\n    do   = \"deactivate\"\n  }\n  target \"t\" {")
	s.editMapping("    field \"phone\" { path = \"phone\" }\n", "    field \"phone\" { path = \"phone\" }\n    field \"end\" { path = \"end\" }\n")
	s.editMapping("    map = {", "    endpoint \"deactivate\" {\n      method = \"PATCH\"\n      path = \"/x/{id}\"\n      body = { active = false }\n    }\n    map = {")
	s.crowd(20)
	ran := s.runs(engine.Succeeded)
	gone := func(n int) []fields {
		list := crowded(20)
		for _, p := range list[:n] {
			p["end"] = "2026-08-31"
		}
		return list
	}
	s.people(gone(2)...)
	ran = s.hourLater(engine.Succeeded)
	require.EqualValues(t, 2, ran.Outcome.Deactivated)
	s.people(gone(3)...)
	ran = s.hourLater(engine.Partial)
	require.Equal(t, "removals", ran.Plan.Blocked[0].Code, "those of the days before count")
	require.EqualValues(t, 1, ran.Plan.Counts.Blocked)
	s.hourLater(engine.Partial)
	require.Equal(t, []string{"3"}, s.lastRead().Also)
}

// After an undo everybody is read: who was reactivated did not change.
func TestAnUndoReadsEverybody(t *testing.T) {
	t.Parallel()
	s := changing(t, "look-up")
	s.given(map[string]fields{"t-1": {"matricule": "m-1", "nom": "NOM1"}})
	s.crowd(10)
	first := s.runs(engine.Succeeded)
	require.EqualValues(t, 1, first.Outcome.Linked)
	w := s.load()
	undone, found := w.Undo(t.Context(), engine.UndoOptions{RunID: first.RunID, Confirm: func(*engine.Undoing) bool { return true }})
	require.NoError(t, w.Close())
	require.Empty(t, found)
	require.Equal(t, engine.Succeeded, undone.Status)
	ran := s.hourLater(engine.Succeeded)
	require.Equal(t, plan.WholeFirst, ran.Plan.Read.Whole)
	require.EqualValues(t, 1, ran.Outcome.Linked)
}

// So many unfinished that they would be asked for one by one: everybody is read.
func TestTooManyUnfinished(t *testing.T) {
	t.Parallel()
	s := changing(t, "look-up")
	s.crowd(3)
	s.runs(engine.Succeeded)
	s.remembers(func(l *ledger.Ledger) {
		run, err := l.BeginRun(t.Context(), "people", nil)
		require.NoError(t, err)
		scope, err := l.Scope(t.Context(), ledger.Scope{SourceTenant: "from", SourceResource: "staff", TargetTenant: "to", TargetResource: "look-up"})
		require.NoError(t, err)
		reading, ok, err := l.LastReading(t.Context(), scope, "people")
		require.NoError(t, err)
		require.True(t, ok)
		for n := range 1001 {
			reading.Unfinished = append(reading.Unfinished, fmt.Sprint(n))
		}
		run.Status, run.Reading = ledger.RunPartial, &reading
		require.NoError(t, l.EndRun(t.Context(), run))
	})
	ran := s.hourLater(engine.Succeeded)
	require.Equal(t, plan.WholeOpen, ran.Plan.Read.Whole)
}

// What the ledger keeps of it names nobody whom it did not know.
func TestTheReadingIsOfItsMapping(t *testing.T) {
	t.Parallel()
	s := changing(t, "look-up")
	s.crowd(3)
	s.runs(engine.Succeeded)
	s.remembers(func(l *ledger.Ledger) {
		scope, err := l.Scope(t.Context(), ledger.Scope{SourceTenant: "from", SourceResource: "staff", TargetTenant: "to", TargetResource: "look-up"})
		require.NoError(t, err)
		r, ok, err := l.LastReading(t.Context(), scope, "people")
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, "1", r.Cursor)
		require.Equal(t, r.Read, r.Whole)
		require.Empty(t, r.Unfinished)
	})
}
