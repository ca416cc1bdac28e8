package engine_test

import (
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

// managed is a site whose people have a manager among themselves.
func managed(t testing.TB, resource string) *site {
	s := newSite(t, resource)
	s.editMapping("    field \"phone\" { path = \"phone\" }\n", "    field \"phone\" { path = \"phone\" }\n    field \"manager\" { path = \"manager\" }\n")
	s.editMapping("      phone     = \"p.phone\"\n", "      phone     = \"p.phone\"\n      manager   = \"linked('people', p.manager)\"\n")
	return s
}

// under is person n with manager m; 0: none.
func under(n, m int) fields {
	p := person(n)
	if m != 0 {
		p["manager"] = fmt.Sprint(m)
	}
	return p
}

// requireManagers holds the target's references against whom they should mean.
func (s *site) requireManagers(want map[int]int) {
	s.t.Helper()
	held := s.holds()
	require.Len(s.t, held, len(want))
	for n, m := range want {
		record := held[fmt.Sprintf("m-%d", n)]
		require.NotNil(s.t, record, "person %d is not there", n)
		if m == 0 {
			require.NotContains(s.t, record, "manager", "person %d", n)
			continue
		}
		require.Equal(s.t, held[fmt.Sprintf("m-%d", m)]["id"], record["manager"], "manager of %d", n)
	}
}

// resources of the fake target: every way to learn what became of a write, and
// one that replaces whole records.
var resources = []string{"look-up", "whole", "key", "upsert", "none"}

// Who refers to a colleague goes after him, however they are read.
func TestReferencesGoAfter(t *testing.T) {
	t.Parallel()
	for _, resource := range []string{"look-up", "whole"} {
		t.Run(resource, func(t *testing.T) {
			t.Parallel()
			s := managed(t, resource)
			const last = 150 // more than a batch
			want := map[int]int{}
			var list []fields
			for n := 1; n <= last; n++ { // the last is the director; everybody else is under somebody who is read later
				m := 0
				if n < last {
					m = min(last, n+1+n%50)
				}
				want[n] = m
				list = append(list, under(n, m))
			}
			s.people(list...)
			planned, found := s.plan("")
			require.Empty(t, found)
			ran := s.runs(engine.Succeeded)
			require.Equal(t, planned.Plan.Summary.Counts, ran.Plan.Counts, "preview and run are the same plan")
			require.EqualValues(t, last, ran.Outcome.Created)
			require.Empty(t, ran.Pending())
			require.Len(t, s.sent(), last, "somebody was sent twice")
			s.requireManagers(want)
			s.nothingLeft()

			// One is put under a new colleague, who is read last.
			list[4]["manager"] = "151"
			want[5], want[151] = 151, 0
			s.people(append(list, under(151, 0))...)
			ran = s.runs(engine.Succeeded)
			require.EqualValues(t, 1, ran.Outcome.Created)
			require.EqualValues(t, 1, ran.Outcome.Updated)
			s.requireManagers(want)
			s.nothingLeft()

			delete(list[4], "manager")
			s.people(append(list, under(151, 0))...)
			s.runs(engine.Succeeded)
			want[5] = 0
			s.requireManagers(want)
			s.nothingLeft()
		})
	}
}

// A circle is created without one of its references, which is sent afterwards.
func TestReferencesInCircles(t *testing.T) {
	t.Parallel()
	for _, resource := range resources {
		t.Run(resource, func(t *testing.T) {
			t.Parallel()
			s := managed(t, resource)
			s.people(under(6, 5), under(1, 2), under(2, 3), under(3, 1), under(4, 4), under(5, 2))
			planned, found := s.plan("")
			require.Empty(t, found)
			ran := s.runs(engine.Succeeded)
			require.Equal(t, planned.Plan.Summary.Counts, ran.Plan.Counts)
			require.EqualValues(t, 6, ran.Outcome.Created)
			require.Zero(t, ran.Outcome.Updated, "each is counted once")
			require.Zero(t, ran.Outcome.Unsent)
			s.requireManagers(map[int]int{1: 2, 2: 3, 3: 1, 4: 4, 5: 2, 6: 5})
			require.Len(t, s.sent(), 8, "two of the six were sent something afterwards")
			s.nothingLeft()
		})
	}
}

// A circle that can't be broken is held, and who refers to it is missing him.
func TestCirclesThatCantBeBroken(t *testing.T) {
	t.Parallel()
	s := managed(t, "look-up")
	s.editMapping("    key        = \"matricule\"\n", "    key        = \"matricule\"\n    required   = [\"manager\"]\n")
	s.people(under(1, 2), under(2, 3), under(3, 2), under(4, 1), under(5, 99))
	ran := s.runs(engine.Partial)
	require.Zero(t, ran.Outcome.Created)
	require.EqualValues(t, 2, ran.Plan.Counts.Held)
	require.EqualValues(t, 3, ran.Plan.Counts.Missing)
	why := map[string]string{}
	for _, h := range ran.Plan.Held {
		require.Equal(t, "manager", h.Field)
		why[h.SourceID] = h.Code
	}
	require.Equal(t, map[string]string{
		"1": "reference-missing", "2": "reference-cycle", "3": "reference-cycle", "4": "reference-missing", "5": "reference-missing",
	}, why)
	require.Empty(t, s.sent())
	s.remembers(func(l *ledger.Ledger) {
		held, err := l.HeldNow(t.Context(), "people")
		require.NoError(t, err)
		require.Len(t, held, 5)
	})
}

// Who is not there is left out and sent once he is.
func TestReferencesToNobody(t *testing.T) {
	t.Parallel()
	for _, resource := range resources {
		t.Run(resource, func(t *testing.T) {
			t.Parallel()
			s := managed(t, resource)
			twins := []fields{with(under(8, 0), "matricule", "same"), with(under(9, 0), "matricule", "same")} // held, both
			s.people(append(twins, under(1, 99), under(2, 1), under(3, 8))...)
			planned, found := s.plan("")
			require.Empty(t, found)
			require.EqualValues(t, 2, planned.Plan.Summary.Fields[4].Pending)
			ran := s.runs(engine.Partial)
			require.EqualValues(t, 3, ran.Outcome.Created)
			require.Equal(t, map[string]int64{"manager": 2}, ran.Pending())
			s.requireManagers(map[int]int{1: 0, 2: 1, 3: 0})
			s.remembers(func(l *ledger.Ledger) {
				said := map[string]string{}
				for r, err := range l.Results(t.Context(), ran.RunID) {
					require.NoError(t, err)
					said[r.SourceID] = r.Outcome + " " + r.Code + " " + r.Field
				}
				require.Equal(t, "succeeded reference-pending manager", said["1"])
				require.Equal(t, "succeeded  ", said["2"])
			})

			before := len(s.sent())
			ran = s.runs(engine.Partial)
			require.Len(t, s.sent(), before, "nothing is sent for who is still missing")
			require.Equal(t, map[string]int64{"manager": 2}, ran.Pending())
			require.EqualValues(t, 3, ran.Plan.Counts.Unchanged)

			s.people(under(99, 2), under(1, 99), under(2, 1), under(3, 8), under(8, 0))
			ran = s.runs(engine.Succeeded)
			require.EqualValues(t, 2, ran.Outcome.Created)
			require.EqualValues(t, 2, ran.Outcome.Updated)
			require.Empty(t, ran.Pending())
			s.requireManagers(map[int]int{99: 2, 1: 99, 2: 1, 3: 8, 8: 0})
			s.nothingLeft()
		})
	}
}

// The one referred to is refused by the target: known only while sending.
func TestReferencesToWhomTheTargetRefused(t *testing.T) {
	t.Parallel()
	for _, required := range []bool{false, true} {
		t.Run(fmt.Sprint(required), func(t *testing.T) {
			t.Parallel()
			s := managed(t, "look-up")
			s.people(under(1, 0))
			s.runs(engine.Succeeded)
			if required {
				s.editMapping("    key        = \"matricule\"\n", "    key        = \"matricule\"\n    required   = [\"manager\"]\n")
			}
			s.people(under(1, 1), under(2, 3), under(3, 1), under(4, 2))
			s.writes(map[string]string{"m-3": "refuse"})
			ran := s.runs(engine.Partial)
			require.Len(t, ran.Outcome.Failed, 1)
			require.Zero(t, ran.Outcome.Unsent)
			require.EqualValues(t, 1, ran.Outcome.Updated)
			if required {
				require.EqualValues(t, 2, ran.Missing())
				require.Equal(t, "reference-missing", ran.Outcome.Missing[0].Code)
				require.Zero(t, ran.Outcome.Created)
			} else {
				require.EqualValues(t, 2, ran.Outcome.Created)
				require.Equal(t, map[string]int64{"manager": 1}, ran.Pending())
			}
			s.runs(engine.Succeeded)
			s.requireManagers(map[int]int{1: 1, 2: 3, 3: 1, 4: 2})
			s.nothingLeft()
		})
	}
}

// Who is found by key is compared with the ids that the target has.
func TestReferencesOfTheAdopted(t *testing.T) {
	t.Parallel()
	s := managed(t, "look-up")
	given := map[string]fields{}
	for _, p := range []fields{person(1), person(2), person(3)} {
		given["old-"+p["id"].(string)] = fields{"matricule": p["matricule"], "nom": strings.ToUpper(p["nom"].(string)), "phone": p["phone"]}
	}
	given["old-2"]["manager"] = "old-1"
	given["old-3"]["manager"] = "old-1"
	s.given(given)
	s.people(under(3, 2), under(2, 1), under(1, 3), under(4, 3))
	ran := s.runs(engine.Succeeded)
	require.EqualValues(t, 3, ran.Outcome.Linked)
	require.EqualValues(t, 1, ran.Outcome.Created)
	require.Len(t, s.sent(), 3, "2 has the right manager already")
	s.requireManagers(map[int]int{1: 3, 2: 1, 3: 2, 4: 3})
	s.nothingLeft()

	// With a new ledger all is as it should be, and nothing is sent.
	s.ledger += ".new"
	s.people(under(1, 3), under(2, 1), under(3, 2), under(4, 3))
	ran = s.runs(engine.Succeeded)
	require.EqualValues(t, 4, ran.Outcome.Linked)
	require.Len(t, s.sent(), 3)
	s.requireManagers(map[int]int{1: 3, 2: 1, 3: 2, 4: 3})
	s.nothingLeft()
}

// An id that the field can't hold holds the record.
func TestReferencesThatDontFit(t *testing.T) {
	t.Parallel()
	s := managed(t, "look-up")
	s.editMapping("    map = {", "    field \"chef\" { type = int }\n    map = {")
	s.editMapping("      manager   =", "      chef      =")
	s.people(under(1, 0), under(2, 1))
	ran := s.runs(engine.Partial)
	require.Equal(t, "reference-unfit", ran.Outcome.Missing[0].Code, "the target's ids are texts")
	ran = s.runs(engine.Partial)
	require.Equal(t, "reference-unfit", ran.Plan.Held[0].Code, "now it is known when planning")
	require.Len(t, s.holds(), 1)
}

// Killed in the middle, the next run finishes the references too.
func TestReferencesAfterAKill(t *testing.T) {
	t.Parallel()
	for _, resource := range []string{"look-up", "key", "upsert"} {
		for _, how := range []string{"kill-after", "answer-lost"} {
			t.Run(resource+" "+how, func(t *testing.T) {
				t.Parallel()
				s := managed(t, resource)
				s.people(under(1, 2), under(2, 3), under(3, 1), under(4, 3), under(5, 4))
				s.writes(map[string]string{"m-2": how, "m-4": how})
				for range 4 {
					s.run()
				}
				s.requireManagers(map[int]int{1: 2, 2: 3, 3: 1, 4: 3, 5: 4})
				s.nothingLeft()
			})
		}
	}
}

// absences is a second mapping, whose key is the person and the number of the
// absence; they are read from a folder of their own.
const absences = `connection "leaves" {
  plugin = "fake"
  dir    = "DIR/leaves"
  tenant = "leaves"
}
mapping "absences" {
  trigger { manual = true }
  source "l" {
    connection = connection.leaves
    resource   = "staff"
    field "number" { path = "matricule" }
    field "who" { path = "manager" }
  }
  target "t" {
    connection = connection.to
    resource   = "look-up"
    key        = ["matricule", "who"]
    field "who" { type = string }
    map = {
      matricule = "l.number"
      who       = "linked('people', l.who)"
    }
  }
}
mapping "people" {`

// twoMappings is a site with people and their absences. Absences are read from a
// folder of their own, and come first in the file.
func twoMappings(t *testing.T) *site {
	s := managed(t, "look-up")
	s.editMapping(`mapping "people" {`, absences)
	require.NoError(t, os.Mkdir(filepath.Join(s.systems, "leaves"), 0o700))
	s.absences(1, 2, 99)
	s.people(under(1, 2), under(2, 0))
	return s
}

// absences sets whose absences the source has.
func (s *site) absences(of ...int) {
	var text strings.Builder
	for i, who := range of {
		fmt.Fprintf(&text, `{"id":"a%d","matricule":"abs-%d","manager":"%d"}`+"\n", i, i, who)
	}
	s.file("leaves/people.ndjson", text.String())
}

func (s *site) runAll(o engine.RunOptions) []*engine.Ran {
	w := s.load()
	defer func() { require.NoError(s.t, w.Close()) }()
	ran, found := w.Run(s.t.Context(), o)
	require.Empty(s.t, found.Errors())
	return ran
}

func addresses(ran []*engine.Ran) []string {
	var out []string
	for _, r := range ran {
		out = append(out, r.Mapping+" "+r.Status)
	}
	return out
}

// A reference to another mapping orders the two, and a preview knows what comes.
func TestReferencesBetweenMappings(t *testing.T) {
	t.Parallel()
	s := twoMappings(t)
	preview := func(o engine.PlanOptions) []*engine.Planned {
		w := s.load()
		defer func() { require.NoError(t, w.Close()) }()
		planned, found := w.Plan(t.Context(), o)
		require.Empty(t, found.Errors())
		for _, p := range planned {
			require.Empty(t, p.Found)
			p.Discard()
		}
		return planned
	}
	planned := preview(engine.PlanOptions{})
	require.Equal(t, "people", planned[0].Mapping)
	absent := planned[1].Plan.Summary
	require.EqualValues(t, 2, absent.Counts.Create, "the two whom people will link")
	require.EqualValues(t, 1, absent.Counts.Missing, "a key can't be left out")
	require.EqualValues(t, 2, absent.Fields[1].Expected)
	require.Equal(t, "people", absent.Fields[1].Refers)

	// Alone, it can only look into the ledger.
	alone := preview(engine.PlanOptions{Only: []string{"absences"}})
	require.EqualValues(t, 3, alone[0].Plan.Summary.Counts.Missing)
	ran := s.runAll(engine.RunOptions{Only: []string{"absences"}})
	require.Equal(t, []string{"absences partial"}, addresses(ran))
	require.Empty(t, s.sent())

	ran = s.runAll(engine.RunOptions{})
	require.Equal(t, []string{"people succeeded", "absences partial"}, addresses(ran))
	require.EqualValues(t, 1, ran[1].Missing())
	held := s.holds()
	require.Equal(t, held["m-1"]["id"], held["abs-0"]["who"])
	require.Equal(t, held["m-2"]["id"], held["abs-1"]["who"])
	require.Len(t, held, 4)

	// A new ledger adopts them under a key that holds the target's own id.
	before := len(s.sent())
	s.ledger += ".new"
	s.absences(1, 2)
	ran = s.runAll(engine.RunOptions{})
	require.Equal(t, []string{"people succeeded", "absences succeeded"}, addresses(ran))
	require.EqualValues(t, 2, ran[1].Outcome.Linked)
	require.Len(t, s.sent(), before)

	// Whom people could not carry, absences are not run for.
	s.misbehave(fields{"Read": "cut"})
	ran = s.runAll(engine.RunOptions{})
	require.Equal(t, []string{"people blocked", "absences skipped"}, addresses(ran))
}

func TestReferencesToAnotherAccount(t *testing.T) {
	t.Parallel()
	s := twoMappings(t)
	s.file("leaves/script.json", "{}")
	s.editMapping("linked('people', l.who)", "linked('others/people', l.who)")
	other := filepath.Join(s.workspace, "others")
	require.NoError(t, os.Mkdir(other, 0o700))
	text := strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(mappingFile, "RESOURCE", "look-up"), "DIR", s.systems), `tenant = "to"`, `tenant = "elsewhere"`)
	require.NoError(t, os.WriteFile(filepath.Join(other, "main.hcl"), []byte(text), 0o600))
	s.editMapping(`mapping "people" {`, "package \"others\" { from = \"others\" }\nmapping \"people\" {")
	w := s.load()
	defer w.Close()
	ran, found := w.Run(t.Context(), engine.RunOptions{Only: []string{"absences"}})
	require.Empty(t, found.Errors())
	require.Equal(t, "linked-elsewhere", code(ran[0].Found))
	require.Empty(t, s.sent())
}

// What is due runs, and once.
func TestRunDue(t *testing.T) {
	t.Parallel()
	s := twoMappings(t)
	s.absences(1)
	due := func() []string { return addresses(s.runAll(engine.RunOptions{Due: true})) }
	require.Empty(t, due(), "manual is never due")

	s.editMapping("  trigger { manual = true }\n  shown_as", "  trigger { daily = \"02:00\" }\n  shown_as")
	s.now = time.Date(2026, 9, 1, 3, 0, 0, 0, time.UTC)
	require.Equal(t, []string{"people succeeded"}, due(), "it never ran; what comes after it is not due for that")
	s.remembers(func(l *ledger.Ledger) {
		runs, err := l.LastRuns(t.Context(), "people", 1)
		require.NoError(t, err)
		require.Equal(t, "daily", runs[0].Trigger)
	})
	require.Empty(t, due())
	s.now = time.Date(2026, 9, 1, 23, 59, 0, 0, time.UTC) // 01:59 in Paris
	require.Empty(t, due())
	s.now = time.Date(2026, 9, 2, 0, 0, 0, 0, time.UTC)
	pilot := s.runAll(engine.RunOptions{Only: []string{"people"}, Who: []string{"1"}})
	require.Equal(t, []string{"people succeeded"}, addresses(pilot), "a pilot is no run of the mapping")
	s.misbehave(fields{"Read": "down"})
	require.Equal(t, []string{"people failed"}, due())
	require.Equal(t, []string{"people failed"}, due(), "who failed stays due")
	s.misbehave(fields{"Read": "cut"})
	require.Equal(t, []string{"people blocked"}, due())
	require.Empty(t, due(), "asked again, a guard says the same")
	s.misbehave(fields{})

	// What is due runs without what it comes after, and behind it where both are due.
	s.editMapping("  trigger { manual = true }", "  trigger { every = \"1h\" }")
	require.Equal(t, []string{"absences succeeded"}, due())
	s.now = time.Date(2026, 9, 3, 0, 0, 0, 0, time.UTC)
	require.Equal(t, []string{"people succeeded", "absences succeeded"}, due())
	s.now = s.now.Add(3599 * time.Second)
	require.Empty(t, due())
	s.now = s.now.Add(time.Second)
	require.Equal(t, []string{"absences succeeded"}, due())
}
