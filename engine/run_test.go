package engine_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine"
	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/engine/ledger"
)

func TestRunMovesPeopleOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.crowd(300)
	ran := s.runs(engine.Succeeded)
	require.EqualValues(t, 300, ran.Outcome.Created)
	require.Len(t, s.holds(), 300)
	require.Equal(t, "NOM7", s.holds()["m-7"]["nom"])
	s.nothingLeft()
}

func TestOnlyWhatChangedIsSent(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.people(
		with(person(1), "email", "a@example.org"),
		with(person(2), "email", "b@example.org"),
		person(3))
	s.runs(engine.Succeeded)
	first := len(s.sent())

	s.people(
		with(with(person(1), "email", "a@example.org"), "nom", "Autre"), // changed
		with(person(2), "phone", nil),                                   // phone cleared, e-mail kept
		with(person(3), "email", "c@example.org"))                       // filled for the first time
	planned, found := s.plan("")
	require.Empty(t, found)
	ran := s.runs(engine.Succeeded)
	require.EqualValues(t, 3, ran.Outcome.Updated)
	require.Equal(t, planned.Plan.Summary.Fields, ran.Plan.Fields, "preview and run are the same plan")
	sent := s.sent()[first:]
	require.Equal(t, fields{"nom": "AUTRE"}, sent[0].Data)
	require.Equal(t, []string{"nom"}, sent[0].Changed)
	require.Equal(t, fields{"phone": nil}, sent[1].Data)
	require.Equal(t, fields{"email": "c@example.org"}, sent[2].Data)
	require.Equal(t, "b@example.org", s.holds()["m-2"]["email"])
	require.NotContains(t, s.holds()["m-2"], "phone")

	counts := map[string][4]int64{}
	for _, f := range ran.Plan.Fields {
		counts[f.Name] = [4]int64{f.Changed, f.Added, f.Cleared, f.Kept}
		require.False(t, f.New, f.Name)
	}
	require.Equal(t, map[string][4]int64{"matricule": {}, "nom": {1}, "email": {0, 1, 0, 1}, "phone": {0, 0, 1}}, counts)

	ran = s.runs(engine.Succeeded)
	require.Zero(t, ran.Plan.Counts.Changes())
}

// An update of a target that replaces the whole record carries the whole record.
func TestWholeRecordsAreSentWhole(t *testing.T) {
	t.Parallel()
	s := newSite(t, "whole")
	s.people(person(1))
	s.runs(engine.Succeeded)
	s.people(with(person(1), "nom", "Autre"))
	s.runs(engine.Succeeded)
	last := s.sent()[1]
	require.Equal(t, []string{"nom"}, last.Changed)
	require.Equal(t, fields{"matricule": "m-1", "nom": "AUTRE", "phone": "+33199000001"}, last.Data)
	s.nothingLeft()
}

// Nothing is planned from a read that is not whole, and nobody is gone by it.
func TestReadsThatAreNoPicture(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		status, code string
		class        diag.Class
	}{
		"cut":       {engine.Blocked, "read-not-whole", 0},
		"empty":     {engine.Blocked, "read-empty", 0},
		"forbidden": {engine.Failed, "fake-forbidden", diag.Credentials},
		"down":      {engine.Failed, "fake-down", diag.Unavailable},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, "look-up")
			s.crowd(4)
			s.runs(engine.Succeeded)
			s.people(person(1), with(person(2), "nom", "Autre"))
			s.misbehave(fields{"Read": what})
			ran := s.runs(c.status)
			if c.status == engine.Blocked {
				require.Equal(t, c.code, ran.Plan.Blocked[0].Code)
			} else {
				require.Equal(t, c.code, code(ran.Found))
				require.Equal(t, c.class, ran.Found[0].Class)
			}
			require.Zero(t, ran.Plan.Counts)
			require.Empty(t, ran.Plan.Gone)
			for _, f := range ran.Plan.Fields {
				require.Zero(t, f.Changed+f.Added+f.Cleared+f.Kept)
			}
			require.Len(t, s.sent(), 4)
			require.Empty(t, s.spools())
		})
	}
}

func TestGoneIsReportedAndLeftAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.crowd(3)
	s.runs(engine.Succeeded)
	s.people(person(1), with(person(3), "matricule", nil)) // 3 is held, not gone
	ran := s.runs(engine.Partial)
	require.Len(t, ran.Plan.Gone, 1)
	require.Equal(t, "2", ran.Plan.Gone[0].SourceID)
	require.Equal(t, "empty-key", ran.Plan.Held[0].Code)
	require.Len(t, s.holds(), 3)
	require.Len(t, s.sent(), 3)
}

func TestHeldAndCured(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.people(person(1), with(person(2), "matricule", ""))
	s.runs(engine.Partial)
	s.remembers(func(l *ledger.Ledger) {
		held, err := l.HeldNow(t.Context(), "people")
		require.NoError(t, err)
		require.Len(t, held, 1)
		require.Equal(t, "2", held[0].SourceID)
		require.Equal(t, "empty-key", held[0].Code)
		require.Equal(t, "Nom2", held[0].ShownName)
	})
	s.people(person(1), person(2))
	s.runs(engine.Succeeded)
	require.Len(t, s.holds(), 2)
	s.remembers(func(l *ledger.Ledger) {
		held, err := l.HeldNow(t.Context(), "people")
		require.NoError(t, err)
		require.Empty(t, held)
	})
}

// Taken out of the mapping, a field is forgotten and not cleared; brought back,
// it is new.
func TestFieldForgotten(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.crowd(2)
	s.runs(engine.Succeeded)
	line := "      phone     = \"p.phone\"\n"
	s.editMapping(line, "")
	s.nothingLeft()
	require.Equal(t, "+33199000001", s.holds()["m-1"]["phone"])

	s.people(with(person(1), "phone", nil), person(2))
	s.editMapping("      email     = ", line+"      email     = ")
	ran := s.runs(engine.Succeeded)
	require.EqualValues(t, 1, ran.Outcome.Updated, "what is empty was never sent, and clears nothing")
	for _, f := range ran.Plan.Fields {
		require.Equal(t, f.Name == "phone", f.New, f.Name)
	}
	require.Equal(t, "+33199000001", s.holds()["m-1"]["phone"])
}

// Two mappings may carry the same people to the same place, each its own fields.
func TestTwoMappingsForgetNothingOfEachOther(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.crowd(3)
	s.editMapping("      phone     = \"p.phone\"\n", "")
	s.editMapping(`mapping "people" {`, `mapping "phones" {
  after = [mapping.people]
  trigger { manual = true }
  source "p" {
    connection = connection.from
    resource   = "staff"
    field "matricule" { path = "matricule" }
    field "phone" { path = "phone" }
  }
  target "t" {
    connection = connection.to
    resource   = "look-up"
    key        = "matricule"
    map = {
      matricule = "p.matricule"
      phone     = "p.phone"
    }
  }
}
mapping "people" {`)
	for run, want := range []int{6, 6} {
		w := s.load()
		ran, found := w.Run(t.Context(), engine.RunOptions{})
		require.NoError(t, w.Close())
		require.Empty(t, found.Errors())
		require.Equal(t, "people", ran[0].Mapping, "after puts it second")
		require.Equal(t, []string{engine.Succeeded, engine.Succeeded}, []string{ran[0].Status, ran[1].Status})
		require.Len(t, s.sent(), want, "run %d", run+1)
	}
	require.Equal(t, "+33199000003", s.holds()["m-3"]["phone"])
}

func TestWhatCameAfterOneThatFailedIsSkipped(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.crowd(1)
	s.misbehave(fields{"Read": "cut"})
	s.editMapping(`mapping "people" {`, `mapping "again" {
  after = [mapping.people]
  trigger { manual = true }
  source "p" {
    connection = connection.from
    resource   = "staff"
    field "matricule" { path = "matricule" }
  }
  target "t" {
    connection = connection.to
    resource   = "none"
    key        = "matricule"
    map        = { matricule = "p.matricule" }
  }
}
mapping "people" {`)
	w := s.load()
	defer w.Close()
	ran, _ := w.Run(t.Context(), engine.RunOptions{})
	require.Equal(t, []string{engine.Blocked, engine.Skipped}, []string{ran[0].Status, ran[1].Status})
	require.Equal(t, "skipped-after", ran[1].Found[0].Code)
	require.Empty(t, ran[1].RunID)
}

// A workspace that has errors can't be run, however it was come by.
func TestWhatIsWrongStaysWrong(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.crowd(1)
	s.editMapping(`plugin = "fake"`, `plugin = "absent"`)
	w := s.load()
	defer w.Close()
	for range 2 {
		require.Equal(t, "plugin-not-found", code(w.Validate(t.Context())))
		ran, found := w.Run(t.Context(), engine.RunOptions{})
		require.Nil(t, ran)
		require.Equal(t, "plugin-not-found", code(found))
	}

	s.mapping("mapping {")
	w, found := engine.Load(s.workspace, s.options())
	defer w.Close()
	require.True(t, found.HasErrors())
	ran, again := w.Run(t.Context(), engine.RunOptions{})
	require.Nil(t, ran)
	require.Equal(t, found, again)
	planned, again := w.Plan(t.Context(), engine.PlanOptions{})
	require.Nil(t, planned)
	require.True(t, again.HasErrors())
}

func TestOnlyNamesAMapping(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.crowd(1)
	w := s.load()
	defer w.Close()
	_, found := w.Run(t.Context(), engine.RunOptions{Only: []string{"peple"}})
	require.Equal(t, "unknown-mapping", code(found))
	require.Contains(t, found[0].Remedy, "people")
	require.Empty(t, s.sent())
}

func TestInputsFromTheEnvironment(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.crowd(1)
	s.editMapping(`connection "from" {`, `input "town" { type = string }
input "land" {
  type    = string
  default = "FR"
}
connection "from" {`)
	s.editMapping(`"p.nom.upper()"`, `"p.nom + input.town + input.land"`)
	for name, c := range map[string]struct {
		env  map[string]string
		code string
		nom  string
	}{
		"not given":       {nil, "missing-input", ""},
		"given":           {map[string]string{"town": "-Lyon-"}, "", "Nom1-Lyon-FR"},
		"another's too":   {map[string]string{"town": "-Lyon-", "somebody_elses": "x"}, "", "Nom1-Lyon-FR"},
		"a typing error":  {map[string]string{"town": "-Lyon-", "lamd": "x"}, "unknown-input", ""},
		"over a default":  {map[string]string{"town": "-Lyon-", "land": "BE"}, "", "Nom1-Lyon-BE"},
		"only another's ": {map[string]string{"somebody_elses": "x"}, "missing-input", ""},
	} {
		options := s.options()
		options.Inputs = map[string]lang.InputValue{} // as the command gathers them
		for name, value := range c.env {
			options.Inputs[name] = lang.InputValue{Text: value, From: "ENGINE_INPUT_" + name}
		}
		key := options.LookupEnv
		options.LookupEnv = func(name string) (string, bool) {
			if value, ok := c.env[strings.TrimPrefix(name, "ENGINE_INPUT_")]; ok {
				return value, true
			}
			return key(name)
		}
		s.free()
		w, found := engine.Load(s.workspace, options)
		require.Empty(t, found, name)
		_, found = w.Run(t.Context(), engine.RunOptions{})
		require.NoError(t, w.Close())
		require.Equal(t, c.code, code(found), name)
		if c.nom != "" {
			require.Equal(t, c.nom, s.holds()["m-1"]["nom"], name)
		}
	}
}
