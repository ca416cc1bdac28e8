package engine_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine"
	"passerelle/engine/diag"
	"passerelle/engine/ledger"
)

func TestRefusedIsNamedAndTriedAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.crowd(3)
	s.writes(map[string]string{"m-2": "refuse"})
	ran := s.runs(engine.Partial)
	require.EqualValues(t, 2, ran.Outcome.Created)
	failed := ran.Outcome.Failed[0]
	require.Equal(t, "2", failed.SourceID)
	require.Equal(t, "Nom2", failed.Shown)
	require.Equal(t, "fake-refuse", failed.Code)
	require.Equal(t, "Because the test wants it.", failed.Detail)
	require.Equal(t, 422, failed.Status)
	ran = s.runs(engine.Succeeded)
	require.EqualValues(t, 1, ran.Outcome.Created)
	s.nothingLeft()
}

// What was sent and never answered, by how the target's endpoint settles it.
func TestNeverAnsweredCreates(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		resource, action string
		status           string // of the run that had no answer
		requests         int    // for that person, until nothing is left
	}{
		"looked up and not there":  {"look-up", "lost", engine.Partial, 2},
		"looked up and there":      {"look-up", "answer-lost", engine.Succeeded, 1},
		"looked up, half there":    {"look-up", "half", engine.Succeeded, 2},
		"no id, looked up":         {"look-up", "no-id", engine.Succeeded, 1},
		"sent again, lost":         {"key", "lost", engine.Succeeded, 2},
		"sent again, was there":    {"key", "answer-lost", engine.Succeeded, 2},
		"upserted, lost":           {"upsert", "lost", engine.Succeeded, 2},
		"upserted, was there":      {"upsert", "answer-lost", engine.Succeeded, 2},
		"upserted, without its id": {"upsert", "no-id", engine.Succeeded, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, c.resource)
			s.crowd(3)
			s.writes(map[string]string{"m-2": c.action})
			s.runs(c.status)
			s.runs(engine.Succeeded)
			require.Len(t, s.holds(), 3)
			require.Equal(t, "NOM2", s.holds()["m-2"]["nom"])
			var of2 []sent
			for _, one := range s.sent() {
				if one.Data["nom"] == "NOM2" {
					of2 = append(of2, one)
				}
			}
			require.Len(t, of2, c.requests)
			if c.resource != "look-up" {
				require.Equal(t, of2[0].Key, of2[1].Key, "the same operation again, not another one")
			}
			s.nothingLeft()
		})
	}
}

// Where nothing can be learnt a person decides; until then nothing is sent for
// the record, whatever else becomes of it.
func TestAmbiguousStaysAmbiguous(t *testing.T) {
	t.Parallel()
	s := newSite(t, "none")
	s.crowd(2)
	s.writes(map[string]string{"m-2": "answer-lost"})
	ran := s.runs(engine.Partial)
	require.Len(t, ran.Outcome.Ambiguous, 1)
	require.Equal(t, "2", ran.Outcome.Ambiguous[0].SourceID)
	require.Empty(t, s.spools())
	for name, two := range map[string]fields{
		"as it was":     person(2),
		"with a fault":  with(person(2), "matricule", nil),
		"cured again":   person(2),
		"another value": with(person(2), "nom", "Autre"),
	} {
		s.people(person(1), two)
		ran := s.runs(engine.Partial)
		require.Len(t, ran.Plan.Held, 1, name)
		require.Equal(t, "ambiguous", ran.Plan.Held[0].Code, name)
		require.Len(t, s.sent(), 2, name)
	}
	// Nor may somebody else take the key of it.
	s.people(person(1), person(2), with(person(3), "matricule", "m-2"))
	ran = s.runs(engine.Partial)
	require.Len(t, ran.Plan.Held, 2)
	require.Len(t, s.sent(), 2)
}

// An update that may or may not have arrived is sent again, also when the source
// has gone back to what the ledger remembers.
func TestNeverAnsweredUpdates(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ during, after fields }{
		"changed, and stays":       {with(person(1), "nom", "Autre"), with(person(1), "nom", "Autre")},
		"changed, and back":        {with(person(1), "nom", "Autre"), person(1)},
		"changed again":            {with(person(1), "nom", "Autre"), with(person(1), "nom", "Tiers")},
		"cleared, and stays":       {with(person(1), "phone", nil), with(person(1), "phone", nil)},
		"cleared, and filled":      {with(person(1), "phone", nil), person(1)},
		"filled, then empty again": {with(with(person(1), "phone", nil), "nom", "Autre"), with(with(person(1), "phone", nil), "nom", "Autre")},
	} {
		for _, action := range []string{"lost", "answer-lost"} {
			t.Run(name+", "+action, func(t *testing.T) {
				t.Parallel()
				s := newSite(t, "look-up")
				s.people(person(1))
				s.runs(engine.Succeeded)
				s.people(c.during)
				s.writes(map[string]string{"t-1": action})
				ran := s.runs(engine.Partial)
				require.Equal(t, "unanswered", ran.Outcome.Failed[0].Code)
				s.people(c.after)
				s.runs(engine.Succeeded)
				want := fields{"id": "t-1", "matricule": "m-1", "nom": "NOM1"}
				if c.after["phone"] != nil {
					want["phone"] = c.after["phone"]
				}
				switch c.after["nom"] {
				case "Autre":
					want["nom"] = "AUTRE"
				case "Tiers":
					want["nom"] = "TIERS"
				}
				require.Equal(t, want, s.holds()["m-1"])
				s.nothingLeft()
			})
		}
	}
}

func TestPluginKilledMidBatch(t *testing.T) {
	t.Parallel()
	for _, resource := range []string{"look-up", "key", "upsert"} {
		for _, action := range []string{"kill-before", "kill-after"} {
			t.Run(resource+" "+action, func(t *testing.T) {
				t.Parallel()
				s := newSite(t, resource)
				s.crowd(200)
				s.writes(map[string]string{"m-60": action})
				ran := s.runs(engine.Failed)
				require.Equal(t, "plugin-crashed", code(ran.Found))
				require.EqualValues(t, 128, ran.Outcome.Unsettled)
				require.EqualValues(t, 72, ran.Outcome.Unsent)
				require.Len(t, s.spools(), 1, "the journal needs it")

				_, found := s.plan("")
				require.Equal(t, "unsettled", found[0].Code, "a preview says that it may be wrong")
				ran = s.runs(engine.Succeeded)
				require.EqualValues(t, 128, ran.Settled)
				require.Len(t, s.holds(), 200)
				s.nothingLeft()
			})
		}
	}
}

// Where nothing can be looked up, what the connector answered before it died
// would be ambiguous with the rest: one answer comes for a batch.
func TestPluginKilledWithoutReconcile(t *testing.T) {
	t.Parallel()
	s := newSite(t, "none")
	s.crowd(3)
	s.writes(map[string]string{"m-2": "kill-after"})
	ran := s.runs(engine.Failed)
	require.Len(t, ran.Outcome.Ambiguous, 3)
	require.Zero(t, ran.Outcome.Unsettled)
	ran = s.runs(engine.Partial)
	require.Len(t, ran.Plan.Held, 3)
	require.Len(t, s.sent(), 2)
}

// What the target no longer lets us do, nobody tries again and again.
func TestStops(t *testing.T) {
	t.Parallel()
	crowd := func(action string, from, to int) map[string]string {
		out := map[string]string{}
		for i := from; i <= to; i++ {
			out[person(i)["matricule"].(string)] = action
		}
		return out
	}
	for name, c := range map[string]struct {
		actions map[string]string
		code    string
		class   diag.Class
		outcome [3]int // created, failed, unsent
	}{
		"credentials":             {crowd("credentials", 5, 5), "fake-credentials", diag.Credentials, [3]int{127, 1, 72}},
		"ten in a row":            {crowd("busy", 5, 14), "fake-busy", diag.Unavailable, [3]int{118, 10, 72}},
		"nine in a row":           {crowd("busy", 5, 13), "", 0, [3]int{191, 9, 0}},
		"not in a row":            {map[string]string{"m-1": "busy", "m-3": "busy", "m-5": "busy", "m-7": "busy", "m-9": "busy", "m-11": "busy", "m-13": "busy", "m-15": "busy", "m-17": "busy", "m-19": "busy"}, "", 0, [3]int{190, 10, 0}},
		"nobody there":            {crowd("down", 100, 128), "fake-down", diag.Unavailable, [3]int{99, 0, 101}},
		"nobody there at the end": {crowd("down", 127, 128), "fake-down", diag.Unavailable, [3]int{126, 0, 74}},
		"across batches":          {crowd("busy", 124, 133), "fake-busy", diag.Unavailable, [3]int{190, 10, 0}},
		"refused by count":        {crowd("refuse", 1, 50), "", 0, [3]int{150, 50, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, "look-up")
			s.crowd(200)
			s.writes(c.actions)
			ran := s.run()
			require.Equal(t, c.code, code(ran.Found))
			if c.code != "" {
				require.Equal(t, engine.Failed, ran.Status)
				require.Equal(t, c.class, ran.Found[0].Class)
			}
			require.Equal(t, c.outcome, [3]int{int(ran.Outcome.Created), len(ran.Outcome.Failed), int(ran.Outcome.Unsent)})
			s.misbehave(nil)
			s.runs(engine.Succeeded)
			require.Len(t, s.holds(), 200)
			s.nothingLeft()
		})
	}
}

// A batch that was sent gets its answer; the next one is not begun.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.crowd(200)
	s.writes(map[string]string{"m-9": "wait"})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel()
		for !exists(filepath.Join(s.systems, "waiting")) && t.Context().Err() == nil {
			time.Sleep(time.Millisecond)
		}
		cancel()
		s.file("go", "")
	}()
	ran, _ := s.runWith(ctx)
	require.Equal(t, engine.Failed, ran.Status)
	require.Equal(t, "interrupted", code(ran.Found))
	require.Equal(t, diag.Interrupted, ran.Found[0].Class)
	require.EqualValues(t, 128, ran.Outcome.Created)
	require.EqualValues(t, 72, ran.Outcome.Unsent)
	ran = s.runs(engine.Succeeded)
	require.EqualValues(t, 72, ran.Outcome.Created)
	require.Len(t, s.sent(), 200, "nobody was sent twice")
	s.nothingLeft()
}

func TestInterruptedBeforeAnything(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.crowd(2)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, found := s.runWith(ctx)
	require.Equal(t, diag.Interrupted, found.Errors()[0].Class)
	require.Empty(t, s.sent())
}

// The spool says who was in the batch. Without it nothing more is sent, rather
// than somebody twice.
func TestSpoolLost(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(path string) error{
		"missing":   os.Remove,
		"truncated": func(path string) error { return os.Truncate(path, 100) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, "look-up")
			s.crowd(3)
			s.writes(map[string]string{"m-2": "kill-after"})
			s.runs(engine.Failed)
			require.NoError(t, spoil(s.spools()[0]))
			sent := len(s.sent())
			for range 2 {
				ran := s.runs(engine.Failed)
				require.Equal(t, "spool-missing", code(ran.Found))
				require.Equal(t, diag.Fault, ran.Found[0].Class)
			}
			require.Len(t, s.sent(), sent)
			// The way out that the remedy names.
			s.ledger = filepath.Join(s.workspace, "anew.db")
			ran := s.runs(engine.Succeeded)
			require.EqualValues(t, 2, ran.Outcome.Linked)
			require.Len(t, s.holds(), 3)
		})
	}
}

// Between the kill and the settling the mapping may have changed: the old plan's
// fields are known by name.
func TestSettledUnderAnotherMapping(t *testing.T) {
	t.Parallel()
	const nom, phone = "      nom       = \"p.nom.upper()\"\n", "      phone     = \"p.phone\"\n"
	for name, edit := range map[string]func(s *site){
		"reordered": func(s *site) {
			s.editMapping(phone, "")
			s.editMapping("    map = {\n", "    map = {\n"+phone)
		},
		"shrunk": func(s *site) { s.editMapping(phone, ""); s.editMapping("      email     = \"p.email\"\n", "") },
		"grown": func(s *site) {
			s.editMapping("    map = {\n", "    map = {\n      poste = text(\"x\")\n")
			s.editMapping("    map = {", "    field \"poste\" { type = string }\n    map = {")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, "look-up")
			s.crowd(3)
			s.writes(map[string]string{"m-2": "half", "m-3": "kill-after"})
			s.runs(engine.Failed)
			edit(s)
			s.run()
			require.Len(t, s.holds(), 3)
			require.Equal(t, "NOM2", s.holds()["m-2"]["nom"], "what the target did not hold as sent is sent again")
			require.Equal(t, "NOM3", s.holds()["m-3"]["nom"])
		})
	}
}

// A spool that no open plan needs is swept; a run that was killed while it
// planned leaves one.
func TestSweep(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.crowd(3)
	require.NoError(t, os.MkdirAll(s.ledger+".plans", 0o700))
	left := filepath.Join(s.ledger+".plans", "0b0e7a52-0000-0000-0000-000000000000.plan")
	other := filepath.Join(s.ledger+".plans", "notes.txt")
	for _, path := range []string{left, other} {
		require.NoError(t, os.WriteFile(path, nil, 0o600))
	}
	_, found := s.plan("")
	require.Empty(t, found)
	require.NoFileExists(t, left)
	require.FileExists(t, other, "only what is ours")
}

func TestRunIsRecorded(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.people(person(1), person(2), with(person(3), "matricule", nil))
	s.writes(map[string]string{"m-2": "refuse"})
	ran := s.runs(engine.Partial)
	s.remembers(func(l *ledger.Ledger) {
		run, ok, err := l.FindRun(t.Context(), ran.RunID)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, ledger.RunPartial, run.Status)
		require.EqualValues(t, 1, run.Counts["create"])
		require.EqualValues(t, 1, run.Counts["failed"])
		require.EqualValues(t, 1, run.Counts["held"])
		got := map[string]string{}
		for r, err := range l.Results(t.Context(), ran.RunID) {
			require.NoError(t, err)
			got[r.SourceID] = r.Outcome
		}
		require.Equal(t, map[string]string{"1": ledger.Succeeded, "2": ledger.Failed, "3": ledger.Held}, got)
	})
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
