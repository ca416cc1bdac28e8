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
)

// A target that is written as a whole is somebody's list of everybody: who is
// missing from it has left, and is not paid.

// everybody is a site whose target is written as a whole.
func everybody(t testing.TB, block string) *site {
	s := newSite(t, "everybody")
	s.editMapping(`    key        = "matricule"`, `    key        = "matricule"`+"\n"+block)
	return s
}

// whole is what the target holds, in order; nil when it was never written.
func (s *site) whole() []fields {
	file, err := os.Open(filepath.Join(s.systems, "whole.ndjson"))
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(s.t, err)
	defer file.Close()
	out := []fields{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var one fields
		require.NoError(s.t, json.Unmarshal(lines.Bytes(), &one))
		out = append(out, one)
	}
	return out
}

// lists is who is in the whole, by matricule and in order.
func (s *site) lists() string {
	var out []string
	for _, one := range s.whole() {
		out = append(out, fmt.Sprint(one["matricule"]))
	}
	return strings.Join(out, " ")
}

func (s *site) nameOf(matricule string) any {
	for _, one := range s.whole() {
		if one["matricule"] == matricule {
			return one["nom"]
		}
	}
	return "not there"
}

// written counts how often the whole was put in place.
func (s *site) written() int {
	text, err := os.ReadFile(filepath.Join(s.systems, "wholes.log"))
	if os.IsNotExist(err) {
		return 0
	}
	require.NoError(s.t, err)
	return strings.Count(string(text), "\n")
}

func (s *site) later(d time.Duration) { s.now = s.now.Add(d) }

const day = 24 * time.Hour

// unreadable makes a person whom the mapping holds back: his key is empty.
func unreadable(n int) fields { return with(person(n), "matricule", "") }

func TestSnapshotIsWrittenOnceAndWhenSomethingChanged(t *testing.T) {
	t.Parallel()
	s := everybody(t, "")
	s.crowd(4)
	ran := s.runs(engine.Succeeded)
	require.EqualValues(t, 4, ran.Outcome.Created)
	require.Equal(t, "first", ran.Plan.Snapshot.Why)
	require.Equal(t, "m-1 m-2 m-3 m-4", s.lists(), "the source's order")
	require.Equal(t, 1, s.written())

	s.nothingLeft()
	require.Equal(t, 1, s.written(), "an unchanged whole was written again")

	s.people(person(1), with(person(2), "nom", "Neuf"), person(3), person(4), person(5))
	ran = s.runs(engine.Succeeded)
	require.EqualValues(t, 1, ran.Outcome.Created)
	require.EqualValues(t, 1, ran.Outcome.Updated)
	require.EqualValues(t, 3, ran.Plan.Counts.Unchanged)
	require.Equal(t, "m-1 m-2 m-3 m-4 m-5", s.lists())
	require.Equal(t, "NEUF", s.nameOf("m-2"))
	require.Equal(t, 2, s.written())
	s.nothingLeft()

	// Emptied is emptied: the e-mail too, which is never cleared elsewhere.
	s.people(with(person(1), "email", "a@example.org"), person(2), person(3), person(4), person(5))
	s.runs(engine.Succeeded)
	s.people(person(1), person(2), person(3), person(4), person(5))
	ran = s.runs(engine.Partial)
	require.Equal(t, "nulls", ran.Plan.Blocked[0].Part)
	require.Contains(t, s.whole()[0], "email", "until somebody agrees he keeps his last line")
	w := s.load()
	_, found := w.Approve(t.Context(), engine.ApproveOptions{RunID: ran.RunID, Part: "nulls", Who: "anne"})
	require.Empty(t, found)
	require.NoError(t, w.Close())
	s.runs(engine.Succeeded)
	require.NotContains(t, s.whole()[0], "email")

	s.remembers(func(l *ledger.Ledger) {
		scope, err := l.Scope(t.Context(), ledger.Scope{SourceTenant: "from", SourceResource: "staff", TargetTenant: "to", TargetResource: "everybody"})
		require.NoError(t, err)
		links, err := l.Links(t.Context(), scope, []string{"2"}, nil)
		require.NoError(t, err)
		require.Equal(t, "m-2", links[0].TargetID, "the key is the only id there is")
	})
}

func TestSnapshotIsWrittenAlways(t *testing.T) {
	t.Parallel()
	s := everybody(t, "snapshot { always = true }")
	s.crowd(2)
	s.runs(engine.Succeeded)
	ran := s.runs(engine.Succeeded)
	require.Equal(t, "always", ran.Plan.Snapshot.Why)
	require.Equal(t, 2, s.written())
}

func TestSnapshotIsWrittenAnewInAnotherForm(t *testing.T) {
	t.Parallel()
	s := everybody(t, "")
	s.people(person(2), person(10), person(1))
	s.runs(engine.Succeeded)
	s.editMapping(`key        = "matricule"`, `key        = "matricule"`+"\n snapshot { sort_by = [\"matricule\"] }\n")
	ran := s.runs(engine.Succeeded)
	require.Equal(t, "form", ran.Plan.Snapshot.Why)
	require.Equal(t, "m-1 m-10 m-2", s.lists())
	s.nothingLeft()
}

// A person held back is never missing from the whole: his last line stands in,
// for seven days. Then nothing is written, which is loud.
func TestHeldKeepTheirLastLine(t *testing.T) {
	t.Parallel()
	s := everybody(t, "")
	s.crowd(4)
	s.runs(engine.Succeeded)

	s.people(with(person(1), "nom", "Neuf"), unreadable(2), person(3), person(4), unreadable(9))
	s.later(day)
	ran := s.runs(engine.Partial)
	require.Equal(t, "m-1 m-2 m-3 m-4", s.lists(), "who is held and was never in it is left out")
	require.Equal(t, "NOM2", s.nameOf("m-2"))
	require.Equal(t, "NEUF", s.nameOf("m-1"), "the others went on")
	require.Len(t, ran.Plan.Snapshot.Kept, 1)
	require.Equal(t, "2", ran.Plan.Snapshot.Kept[0].SourceID)
	require.Equal(t, ledger.Held, ran.Plan.Snapshot.Kept[0].Why)

	// Every day of the week: the age counts from when the line was true.
	s.later(6*day - time.Hour)
	s.runs(engine.Partial)
	require.Equal(t, "m-1 m-2 m-3 m-4", s.lists())

	s.people(with(person(1), "nom", "Encore"), unreadable(2), person(3), person(4))
	s.later(2 * time.Hour)
	ran = s.runs(engine.Blocked)
	require.Equal(t, "snapshot-incomplete", ran.Plan.Blocked[0].Code)
	require.Contains(t, ran.Plan.Blocked[0].Say.EN, "2", "by name")
	require.Zero(t, ran.Outcome.Done())
	require.Equal(t, "NEUF", s.nameOf("m-1"), "a blocked whole was written")

	// He is back with what he had: his line is true, and kept for the next time.
	s.people(with(person(1), "nom", "Encore"), person(2), person(3), person(4))
	s.runs(engine.Succeeded)
	require.Equal(t, "ENCORE", s.nameOf("m-1"))
	s.people(person(1), unreadable(2), unreadable(3), person(4))
	s.runs(engine.Partial)
	require.Equal(t, "m-1 m-2 m-3 m-4", s.lists())
}

// A line that grew too old is erased; true again, it is kept again though nothing
// is written. So are the lines of a mapping that begins to want them.
func TestLinesAreKeptAgainThoughNothingIsWritten(t *testing.T) {
	t.Parallel()
	s := everybody(t, "")
	s.crowd(3)
	s.runs(engine.Succeeded)
	for range 9 {
		s.later(day)
		s.people(person(1), unreadable(2), person(3))
		s.run()
	}
	written := s.written()
	s.crowd(3)
	s.runs(engine.Succeeded)
	s.people(person(1), unreadable(2), person(3))
	s.runs(engine.Partial)
	require.Equal(t, "m-1 m-2 m-3", s.lists())

	s.editMapping(`key        = "matricule"`, `key        = "matricule"`+"\n snapshot { held = \"block\" }\n")
	s.crowd(3)
	s.runs(engine.Succeeded)
	s.editMapping(`held = "block"`, "")
	s.runs(engine.Succeeded)
	s.people(person(1), person(2), unreadable(3))
	s.runs(engine.Partial)
	require.Equal(t, "m-1 m-2 m-3", s.lists())
	require.Equal(t, written, s.written())
}

// While one person blocks the whole, the lines of all others stay true: who is
// held on the day when the first is back is no older for it.
func TestABlockedWholeDoesNotAgeTheOthers(t *testing.T) {
	t.Parallel()
	s := everybody(t, "")
	s.crowd(3)
	s.runs(engine.Succeeded)
	for range 9 {
		s.later(day)
		s.people(person(1), person(2), unreadable(3))
		s.run()
	}
	s.runs(engine.Blocked)
	s.people(person(1), unreadable(2), person(3))
	s.later(day)
	s.runs(engine.Partial)
	require.Equal(t, "m-1 m-2 m-3", s.lists())
}

func TestHeldBlockWhereTheMappingSaysSo(t *testing.T) {
	t.Parallel()
	s := everybody(t, `snapshot { held = "block" }`)
	s.people(person(1), unreadable(2))
	ran := s.runs(engine.Blocked)
	require.Equal(t, "snapshot-incomplete", ran.Plan.Blocked[0].Code)
	require.Nil(t, s.whole())
	s.people(person(1), person(2))
	s.runs(engine.Succeeded)
	s.people(with(person(1), "nom", "Neuf"), unreadable(2))
	s.runs(engine.Blocked)
	require.Equal(t, "NOM1", s.nameOf("m-1"))
	s.remembers(func(l *ledger.Ledger) {
		require.NoError(t, l.KeptLines(t.Context(), 1, []string{"1", "2"}, func(at int, _ ledger.KeptLine) error {
			return fmt.Errorf("line %d is kept, and nobody may use it", at)
		}))
	})
}

// Nobody at all would be in it.
func TestAnEmptyWholeIsNotWritten(t *testing.T) {
	t.Parallel()
	s := everybody(t, "")
	s.people(unreadable(1), unreadable(2))
	ran := s.runs(engine.Blocked)
	require.Equal(t, "snapshot-empty", ran.Plan.Blocked[0].Code)
	require.Nil(t, s.whole())
}

// Two who share an id or a key: neither line is right, and the last one stands
// in once.
func TestTwinsKeepTheirLastLine(t *testing.T) {
	t.Parallel()
	s := everybody(t, "")
	s.crowd(4)
	s.runs(engine.Succeeded)
	s.people(person(1), with(person(2), "matricule", "m-1"), person(3), with(person(3), "nom", "Neuf"), person(4))
	s.runs(engine.Partial)
	require.Equal(t, "m-1 m-2 m-3 m-4", s.lists())
	require.Equal(t, "NOM3", s.nameOf("m-3"))
}

// A key that is somebody else's by now: two lines with one key are nobody's.
func TestALastLineMakesNoTwin(t *testing.T) {
	t.Parallel()
	s := everybody(t, "")
	s.crowd(3)
	s.runs(engine.Succeeded)
	s.people(person(1), unreadable(2), with(person(3), "matricule", "m-2"))
	ran := s.runs(engine.Blocked)
	require.Equal(t, "snapshot-incomplete", ran.Plan.Blocked[0].Code)
	require.Equal(t, "m-1 m-2 m-3", s.lists())
}

// An absence is never a departure: the last line stays, and when it is too old
// somebody is asked.
func TestVanishedKeepTheirLineUntilSomebodySays(t *testing.T) {
	t.Parallel()
	for name, without := range map[string]func(s *site){
		"no longer read": func(s *site) { s.people(person(1), person(2), person(4)) },
		"no longer selected": func(s *site) {
			s.editMapping(`resource   = "staff"`, `resource   = "staff"`+"\n where = \"p.matricule != 'm-3'\"\n")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := everybody(t, "")
			s.crowd(4)
			s.runs(engine.Succeeded)
			without(s)
			s.later(day)
			ran := s.runs(engine.Succeeded)
			require.Contains(t, s.lists(), "m-3")
			require.EqualValues(t, 1, ran.Plan.Counts.Gone+ran.Plan.Counts.Out)
			require.Len(t, ran.Plan.Snapshot.Kept, 1)

			s.later(7 * day)
			blocked := s.runs(engine.Blocked)
			require.Equal(t, "removals", blocked.Plan.Blocked[0].Part)
			require.Contains(t, s.lists(), "m-3")

			s.approves(blocked.RunID)
			ran = s.runs(engine.Succeeded)
			require.EqualValues(t, 1, ran.Outcome.Deleted)
			require.Equal(t, "m-1 m-2 m-4", s.lists())
			s.nothingLeft()
		})
	}
}

// approves agrees to everything that a run's removals guard blocked.
func (s *site) approves(run string) {
	w := s.load()
	defer func() { require.NoError(s.t, w.Close()) }()
	_, found := w.Approve(s.t.Context(), engine.ApproveOptions{RunID: run, Part: "removals"})
	require.False(s.t, found.HasErrors(), "%v", found)
}

const leavingRule = `
  leavers {
    when = "p.phone == 'gone'"
    do   = "delete"
  }
`

// Leaving is a fact in a record: then the line leaves, and many at once wait.
func TestLeaversLeaveTheWhole(t *testing.T) {
	t.Parallel()
	s := everybody(t, "")
	s.editMapping(`  target "t" {`, leavingRule+`  target "t" {`)
	s.crowd(8)
	s.runs(engine.Succeeded)

	gone := func(n int) fields { return with(person(n), "phone", "gone") }
	s.people(gone(1), gone(2), person(3), person(4), person(5), person(6), person(7), person(8), gone(9))
	ran := s.runs(engine.Succeeded)
	require.EqualValues(t, 2, ran.Outcome.Deleted)
	require.Equal(t, "m-3 m-4 m-5 m-6 m-7 m-8", s.lists(), "who left before he was ever in it is not put in")
	s.nothingLeft()

	// Three more in the week are too many: their lines stay, the rest goes on.
	s.people(gone(1), gone(2), gone(3), gone(4), gone(5), with(person(6), "nom", "Neuf"), person(7), person(8))
	ran = s.runs(engine.Partial)
	require.Equal(t, "m-3 m-4 m-5 m-6 m-7 m-8", s.lists())
	require.Equal(t, "NEUF", s.nameOf("m-6"))
	require.Len(t, ran.Plan.Snapshot.Kept, 3)
	require.Equal(t, ledger.Blocked, ran.Plan.Snapshot.Kept[0].Why)

	s.approves(ran.RunID)
	s.runs(engine.Succeeded)
	require.Equal(t, "m-6 m-7 m-8", s.lists())

	// Back again: a line like any other.
	s.people(gone(1), person(2), gone(3), gone(4), gone(5), person(6), person(7), person(8))
	s.runs(engine.Succeeded)
	require.Equal(t, "m-2 m-6 m-7 m-8", s.lists())
}

// Without do, the line of who has left stays and goes on being written; who left
// before he was in it is not put in, and whoever is present has the key.
func TestLeaversWhoseLineStays(t *testing.T) {
	t.Parallel()
	s := everybody(t, "")
	s.editMapping(`  target "t" {`, strings.Replace(leavingRule, `do   = "delete"`, "", 1)+`  target "t" {`)
	s.crowd(3)
	s.runs(engine.Succeeded)
	left := with(person(2), "phone", "gone")
	s.people(person(1), with(left, "nom", "Parti"), person(3), with(person(9), "phone", "gone"))
	s.runs(engine.Succeeded)
	require.Equal(t, "m-1 m-2 m-3", s.lists())
	require.Equal(t, "PARTI", s.nameOf("m-2"))
	s.nothingLeft()

	s.people(person(1), with(left, "nom", "Encore"), person(3), with(person(4), "matricule", "m-2"))
	ran := s.runs(engine.Succeeded)
	require.Equal(t, "m-1 m-3 m-2", s.lists())
	require.Equal(t, "NOM4", s.nameOf("m-2"))
	require.EqualValues(t, 1, ran.Plan.Counts.Left)
	require.Zero(t, ran.Plan.Counts.Update)
	for _, f := range ran.Plan.Fields {
		require.Zero(t, f.Changed, f.Name)
	}
}

// What is not ready keeps the line it has; what never was in it waits outside.
func TestWaitingKeepTheirLastLine(t *testing.T) {
	t.Parallel()
	s := everybody(t, "")
	s.editMapping(`  target "t" {`, `
  require "a phone" {
    fields = ["p.phone"]
    say = { fr = "Pas de téléphone", en = "No phone" }
  }
  target "t" {`)
	s.crowd(3)
	s.runs(engine.Succeeded)
	s.people(person(1), with(with(person(2), "phone", ""), "nom", "Neuf"), person(3), with(person(4), "phone", ""))
	ran := s.runs(engine.Succeeded)
	require.EqualValues(t, 2, ran.Plan.Counts.Waiting)
	require.Equal(t, "m-1 m-2 m-3", s.lists())
	require.Equal(t, "NOM2", s.nameOf("m-2"))
}

// The target refuses a line: the last one stands in; who was never in it is left
// out; and where no line may stand in nothing is written.
func TestRefusedLines(t *testing.T) {
	t.Parallel()
	s := everybody(t, "")
	s.crowd(3)
	s.runs(engine.Succeeded)
	s.people(with(person(1), "nom", "Neuf"), with(person(2), "nom", "Refusé"), person(3), person(4))
	s.misbehave(fields{"Write": map[string]string{"m-2": "refuse REFUSÉ", "m-4": "refuse"}})
	ran := s.runs(engine.Partial)
	require.Len(t, ran.Outcome.Failed, 2)
	require.EqualValues(t, 1, ran.Outcome.Updated)
	require.Equal(t, "m-1 m-2 m-3", s.lists())
	require.Equal(t, "NOM2", s.nameOf("m-2"))
	require.Equal(t, "NEUF", s.nameOf("m-1"))

	// His last line is refused as well, say because the file got narrower.
	s.misbehave(fields{"Write": map[string]string{"m-2": "refuse", "m-4": "refuse"}})
	ran = s.run()
	require.Equal(t, engine.Failed, ran.Status)
	require.Equal(t, "snapshot-refused", code(ran.Found))
	require.Equal(t, 2, s.written(), "a whole without somebody was written")

	s.misbehave(fields{})
	s.runs(engine.Succeeded)
	require.Equal(t, "m-1 m-2 m-3 m-4", s.lists())
	require.Equal(t, "REFUSÉ", s.nameOf("m-2"))
	s.nothingLeft()
}

// Killed or cut at any instant: before the commit nothing has changed, after it
// the whole is repeated, and who was new in it is known from then on.
func TestSnapshotsCutAtAnyInstant(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script  fields
		written int // after the run that was cut
		open    bool
	}{
		"while lines are sent":    {fields{"Write": map[string]string{"m-3": "kill-before"}}, 1, false},
		"at the commit, before":   {fields{"Commit": "kill-before"}, 1, true},
		"at the commit, after":    {fields{"Commit": "kill-after"}, 2, true},
		"the commit finds nobody": {fields{"Commit": "down"}, 1, true},
		"the commit is refused":   {fields{"Commit": "refuse"}, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := everybody(t, "")
			s.crowd(2)
			s.runs(engine.Succeeded)
			s.people(with(person(1), "nom", "Neuf"), person(2), person(3))
			s.misbehave(c.script)
			ran := s.run()
			require.Equal(t, engine.Failed, ran.Status)
			require.Zero(t, ran.Outcome.Done())
			require.Equal(t, c.open, ran.Outcome.Unsettled > 0, "%+v", ran.Outcome)
			require.EqualValues(t, 2, ran.Outcome.Unsettled+ran.Outcome.Unsent)
			require.Equal(t, c.written, s.written())

			s.misbehave(fields{})
			if c.open { // the new one is held now: he may be in the whole already
				s.people(person(1), person(2), unreadable(3))
				s.runs(engine.Partial)
				require.Equal(t, "NOM1", s.nameOf("m-1"))
				require.Equal(t, "m-1 m-2 m-3", s.lists(), "who may have been in it is missing")
			}
			s.people(with(person(1), "nom", "Neuf"), person(2), person(3))
			s.runs(engine.Succeeded)
			require.Equal(t, "m-1 m-2 m-3", s.lists())
			require.Equal(t, "NEUF", s.nameOf("m-1"))
			s.nothingLeft()
		})
	}
}

// What can't be repeated because it is refused was not put in place: it is
// dropped, and the next plan writes.
func TestARepetitionThatIsRefusedIsDropped(t *testing.T) {
	t.Parallel()
	s := everybody(t, "")
	s.crowd(2)
	s.misbehave(fields{"Commit": "kill-before"})
	require.Equal(t, engine.Failed, s.run().Status)
	s.misbehave(fields{"Commit": "refuse"})
	s.runs(engine.Succeeded)
	require.Equal(t, "m-1 m-2", s.lists())
	s.nothingLeft()
}

func TestASavedSnapshotIsApplied(t *testing.T) {
	t.Parallel()
	s := everybody(t, "")
	s.crowd(3)
	s.runs(engine.Succeeded)
	s.people(person(1), with(person(2), "nom", "Neuf"), person(3))
	out := filepath.Join(t.TempDir(), "saved.plan")
	planned, found := s.plan(out)
	require.False(t, found.HasErrors(), "%v", found)
	require.EqualValues(t, 3, planned.Plan.Summary.Snapshot.Lines)
	require.Equal(t, 1, s.written(), "a preview wrote")
	text, err := os.ReadFile(out)
	require.NoError(t, err)
	require.NotContains(t, string(text), "NOM1")
	ran, found := s.apply(out)
	require.False(t, found.HasErrors(), "%v", found)
	require.EqualValues(t, 1, ran.Outcome.Updated)
	require.Equal(t, "NEUF", s.nameOf("m-2"))
}

// What is kept is kept sealed.
func TestLastLinesAreSealed(t *testing.T) {
	t.Parallel()
	s := everybody(t, "")
	s.people(with(person(1), "nom", "Introuvable"), person(2))
	s.runs(engine.Succeeded)
	for _, suffix := range []string{"", "-wal"} {
		text, err := os.ReadFile(s.ledger + suffix)
		if os.IsNotExist(err) {
			continue
		}
		require.NoError(t, err)
		require.NotContains(t, strings.ToUpper(string(text)), "INTROUVABLE")
	}
}

// Killed while it recorded: what is recorded is not recorded twice, and batch 0,
// which stands for the whole, is answered last.
func TestARecordThatWasCutGoesOn(t *testing.T) {
	t.Parallel()
	s := everybody(t, "")
	s.crowd(300)
	s.misbehave(fields{"Commit": "kill-after"})
	cut := s.run()
	require.EqualValues(t, 300, cut.Outcome.Unsettled)
	s.remembers(func(l *ledger.Ledger) {
		run, err := l.BeginRun(t.Context(), "people", time.UTC)
		require.NoError(t, err)
		require.NoError(t, l.Settle(t.Context(), run.ID, cut.Plan.ID, 1, nil))
	})
	ran := s.runs(engine.Succeeded)
	require.EqualValues(t, 300-128, ran.Settled)
	require.EqualValues(t, 128, ran.Outcome.Created, "of those whom the cut run had recorded nothing is known")
	require.Len(t, s.whole(), 300)
	s.nothingLeft()
}

// Who changed while the whole was blocked has a line there that is not true: it
// grows old, and may not stand in for him for ever.
func TestABlockedWholeAgesThoseWhoChanged(t *testing.T) {
	t.Parallel()
	s := everybody(t, "")
	s.crowd(3)
	s.runs(engine.Succeeded)
	for range 9 {
		s.later(day)
		s.people(with(person(1), "nom", "Neuf"), person(2), unreadable(3))
		s.run()
	}
	// The whole went out with the change for a week, and has been blocked since.
	require.Equal(t, "NEUF", s.nameOf("m-1"))
	for range 8 {
		s.later(day)
		s.people(with(person(1), "nom", "Encore"), person(2), unreadable(3))
		s.runs(engine.Blocked)
	}
	s.people(unreadable(1), person(2), person(3))
	s.later(day)
	ran := s.runs(engine.Blocked)
	require.Contains(t, ran.Plan.Blocked[0].Say.EN, "Nom1 (held)")
	require.NotContains(t, ran.Plan.Blocked[0].Say.EN, "Nom2")
}

// Named people alone, written as everybody, would send all the others away.
func TestNoPilotOfAWhole(t *testing.T) {
	t.Parallel()
	s := everybody(t, "")
	s.crowd(3)
	w := s.load()
	defer func() { require.NoError(t, w.Close()) }()
	ran, found := w.Run(t.Context(), engine.RunOptions{Who: []string{"2"}})
	require.Empty(t, ran)
	require.Equal(t, "whole-has-no-pilot", code(found))
	require.Nil(t, s.whole())
}
