package engine_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine"
)

// saved makes a plan of three creates.
func saved(t *testing.T) (*site, string) {
	s := newSite(t, "look-up")
	s.crowd(3)
	path := filepath.Join(t.TempDir(), "saved.plan")
	planned, found := s.plan(path)
	require.Empty(t, found)
	require.EqualValues(t, 3, planned.Plan.Summary.Counts.Create)
	require.FileExists(t, path)
	return s, path
}

func TestSavedPlanIsAppliedOnce(t *testing.T) {
	t.Parallel()
	s, path := saved(t)
	// The source isn't read again: what the plan says is what is sent.
	s.people(with(person(1), "nom", "Autre"))
	ran, found := s.apply(path)
	require.Empty(t, found)
	require.EqualValues(t, 3, ran.Outcome.Created)
	require.Equal(t, "NOM1", s.holds()["m-1"]["nom"])
	require.FileExists(t, path, "the file is the user's")
	require.Empty(t, s.spools())

	ran, found = s.apply(path)
	require.Nil(t, ran)
	require.Equal(t, "stale-plan", code(found))
	require.Contains(t, found[0].Detail, "applied already")
	require.Len(t, s.sent(), 3)
}

// A plan of which nothing was taken changes no link; it is used up all the same.
func TestSavedPlanRefusedByTheTargetIsUsedUp(t *testing.T) {
	t.Parallel()
	s, path := saved(t)
	s.writes(map[string]string{"m-1": "refuse", "m-2": "refuse", "m-3": "refuse"})
	ran, found := s.apply(path)
	require.Empty(t, found)
	require.Len(t, ran.Outcome.Failed, 3)
	ran, found = s.apply(path)
	require.Nil(t, ran)
	require.Equal(t, "stale-plan", code(found))
	require.Len(t, s.sent(), 3)
}

func TestSavedPlanGrowsStale(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(s *site)
		detail string
	}{
		"a day later":        {func(s *site) { s.now = s.now.Add(24*time.Hour + time.Second) }, "24 hours"},
		"another mapping":    {func(s *site) { s.editMapping("p.nom.upper()", "p.nom") }, "have changed"},
		"a comment":          {func(s *site) { s.editMapping("mapping \"people\"", "# new\nmapping \"people\"") }, "have changed"},
		"another run":        {func(s *site) { s.run() }, "Something was applied"},
		"almost a day later": {func(s *site) { s.now = s.now.Add(24 * time.Hour) }, ""},
		"a run that did nothing": {func(s *site) {
			s.misbehave(fields{"Read": "cut"})
			s.run()
			s.misbehave(nil)
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, path := saved(t)
			c.change(s)
			before := len(s.sent())
			_, found := s.apply(path)
			if c.detail == "" {
				require.Empty(t, found)
				require.Len(t, s.holds(), 3)
				return
			}
			require.Equal(t, "stale-plan", code(found))
			require.Contains(t, found[0].Detail, c.detail)
			require.Len(t, s.sent(), before)
		})
	}
}

func TestSavedPlanThatIsNone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(t *testing.T, s *site, path string)
		code  string
	}{
		"missing": {func(t *testing.T, _ *site, path string) { require.NoError(t, os.Remove(path)) }, "plan-not-found"},
		"a text": {func(t *testing.T, _ *site, path string) {
			require.NoError(t, os.WriteFile(path, []byte("hello"), 0o600))
		}, "not-a-plan"},
		"a folder": {func(t *testing.T, _ *site, path string) {
			require.NoError(t, os.Remove(path))
			require.NoError(t, os.Mkdir(path, 0o700))
		}, "not-a-plan"},
		"cut":             {func(t *testing.T, _ *site, path string) { require.NoError(t, os.Truncate(path, 200)) }, "not-a-plan"},
		"another ledger":  {func(_ *testing.T, s *site, _ string) { s.ledger += ".other" }, "plan-unreadable"},
		"another mapping": {func(_ *testing.T, s *site, _ string) { s.editMapping(`mapping "people"`, `mapping "persons"`) }, "plan-of-another"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, path := saved(t)
			c.spoil(t, s, path)
			ran, found := s.apply(path)
			require.Nil(t, ran)
			require.Equal(t, c.code, code(found))
			require.Empty(t, s.sent())
		})
	}
}

// Interrupted, a saved plan is not gone on with: what was sent is settled, and
// the rest planned anew.
func TestSavedPlanInterrupted(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"kill-before", "kill-after"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			s, path := saved(t)
			s.writes(map[string]string{"m-1": action})
			_, found := s.apply(path)
			require.Equal(t, "plugin-crashed", code(found))
			require.FileExists(t, path)
			ran, found := s.apply(path)
			require.Equal(t, "stale-plan", code(found))
			require.EqualValues(t, 3, ran.Settled)
			require.Len(t, s.sent(), 1)
			s.runs(engine.Succeeded)
			require.Len(t, s.holds(), 3)
			s.nothingLeft()
		})
	}
}

func TestSavedPlanGoesNowhereElse(t *testing.T) {
	t.Parallel()
	s, path := saved(t)
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	_, found := s.plan(path)
	require.Equal(t, "file-exists", code(found))
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after)

	_, found = s.plan(filepath.Join(t.TempDir(), "absent", "saved.plan"))
	require.Equal(t, "plan-file", code(found))

	s.misbehave(fields{"Read": "cut"})
	blocked := filepath.Join(t.TempDir(), "blocked.plan")
	planned, found := s.plan(blocked)
	require.Empty(t, found)
	require.Len(t, planned.Plan.Summary.Blocked, 1)
	require.NoFileExists(t, blocked)

	s.misbehave(nil)
	s.mapping(mappingFile + `
mapping "second" {
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
}`)
	s.editMapping("RESOURCE", "look-up")
	_, found = s.plan(filepath.Join(t.TempDir(), "two.plan"))
	require.Equal(t, "one-plan-a-file", code(found))
}

// A stale plan is refused, but what an interrupted run left open is settled all
// the same: whoever works with saved plans alone gets on.
func TestStalePlanSettlesFirst(t *testing.T) {
	t.Parallel()
	s, path := saved(t)
	s.crowd(200)
	s.writes(map[string]string{"m-150": "kill-after"})
	s.runs(engine.Failed) // the first batch went through: the plan is stale
	ran, found := s.apply(path)
	require.Equal(t, "stale-plan", code(found))
	require.EqualValues(t, 72, ran.Settled)

	again := filepath.Join(t.TempDir(), "again.plan")
	_, found = s.plan(again)
	require.Empty(t, found)
	ran, found = s.apply(again)
	require.Empty(t, found)
	require.EqualValues(t, 50, ran.Outcome.Created+ran.Outcome.Linked)
	require.Len(t, s.holds(), 200)
	s.nothingLeft()
}
