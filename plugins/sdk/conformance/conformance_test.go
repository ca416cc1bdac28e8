package conformance_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/sdk/conformance"
	"passerelle/plugins/sdk/conformance/people"
)

// trial is the API of people, as the plugins of these tests are configured.
func trial(t *testing.T) conformance.Trial {
	api := httptest.NewServer(people.New(250))
	t.Cleanup(api.Close)
	return conformance.Trial{
		Connection: map[string]any{"url": api.URL, "api_key": people.Key},
		Resources: map[string]conformance.TrialResource{"people": {
			Key:    []string{"number"},
			Create: map[string]any{"number": "C{n}", "name": "Conformance {n}", "email": "c{n}@example.com"},
			Update: map[string]any{"name": "Conformance, married"},
		}},
	}
}

const breaking = "broken"

// patience is generous: it is reached by plugins that hang alone.
const patience = 30 * time.Second

// What each broken plugin is caught for. A plugin whose fault makes other rules
// fail too says so; those that can't even start fail nearly all.
var broken = map[string][]string{
	"no-hello":               {"says-hello"},
	"chatty":                 {"says-hello"},
	"slow-start":             {"says-hello"},
	"hang":                   {"says-hello"},
	"by-hand":                {"started-by-hand"},
	"small-messages":         {"takes-large-messages"},
	"mortal":                 {"ignores-interrupt"},
	"bad-exit":               {"ends-when-told"},
	"orphan":                 {"ends-with-its-parent"},
	"raw-logs":               {"logs-lines-of-json"},
	"other-name":             {"describes-itself"},
	"moody":                  {"describes-the-same"},
	"nosy":                   {"describes-offline"},
	"bad-default":            {"describes-settings"},
	"bad-opening":            {"describes-settings"},
	"late-opening":           {"describes-settings"},
	"bad-right":              {"describes-fields"},
	"unsettled":              {"describes-endpoints"},
	"status":                 {"refuses-unknown-settings"},
	"careless-unknown":       {"refuses-unknown-settings"},
	"careless-missing":       {"refuses-missing-settings"},
	"careless-type":          {"refuses-wrong-types"},
	"careless-list":          {"refuses-unlisted-values"},
	"fallback":               {"knows-its-handles", "stops-twice"},
	"stop-all":               {"stops-twice"},
	"pretender":              {"checks-or-says-not"},
	"one-at-a-time":          {"serves-many-at-once"},
	"no-done":                {"reads-whole"},
	"miscount":               {"reads-whole"},
	"not-objects":            {"sends-objects"},
	"twins":                  {"identifies-records"},
	"huge-batches":           {"bounds-its-batches"},
	"bad-address":            {"gives-addresses-to-follow"},
	"guessable":              {"gives-each-connection-a-handle"},
	"open-door":              {"demands-the-certificate"},
	"half-snapshot":          {"commits-at-once"},
	"nameless-answers":       {"looks-up", "settles-as-declared"},
	"any-resource":           {"refuses-unknown-resources"},
	"any-option":             {"refuses-unknown-options"},
	"deaf":                   {"stops-when-cancelled"},
	"lost-after-a-kill":      {"survives-a-kill"},
	"hides-401":              {"admits-wrong-credentials"},
	"hides-403":              {"admits-missing-rights", "admits-wrong-credentials"},
	"hides-503":              {"admits-unavailability"},
	"optimist":               {"admits-a-cut-answer", "admits-unavailability"},
	"trusting":               {"admits-a-foreign-answer"},
	"gossip":                 {"keeps-personal-values"},
	"leaky":                  {"keeps-secrets"},
	"backwards":              {"answers-each-record"},
	"no-id":                  {"gives-the-id"},
	"forgetful":              {"changes-what-was-created"},
	"short-sighted":          {"changes-what-was-created"},
	"blind":                  {"refuses-unknown-ids"},
	"guesses":                {"refuses-a-batch-first"},
	"writes-anything":        {"refuses-foreign-writes"},
	"small-records":          {"takes-a-large-record"},
	"sure":                   {"admits-a-lost-answer", "settles-as-declared"},
	"no-key":                 {"settles-as-declared"},
	"unsure":                 {"reports-refusals"},
	"blames":                 {"admits-what-was-not-sent"},
	"bad-write-right":        {"describes-fields"},
	"unknown-endpoint-right": {"describes-endpoints"},
	"unknown-word":           {"describes-endpoints"},
	"stands-still":           {"goes-on-from-a-cursor"},
	"any-cursor":             {"refuses-unknown-cursors"},
	"misses-changes":         {"gives-what-changed", "goes-on-from-a-cursor"},
}

func TestBrokenPluginsAreCaught(t *testing.T) {
	t.Parallel()
	path := conformance.Build(t, "./testdata/broken", breaking)
	for mode, rules := range broken {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			options := conformance.Options{Only: append(slices.Clone(rules), also(mode)...), Patience: patience}
			if slices.Contains([]string{"slow-start", "hang", "orphan", "deaf"}, mode) {
				options.Patience = 3 * time.Second // they use all of it
			}
			report := try(t, path, mode, options)
			for _, f := range report.Findings {
				if slices.Contains(rules, f.Rule.Name) {
					require.Contains(t, []conformance.Outcome{conformance.Failed, conformance.Advised}, f.Outcome, "%s: %s", f.Rule.Name, f.Detail)
					require.NotEmpty(t, f.Detail)
				}
			}
		})
	}
}

// also are rules that must be tried before one that only looks back.
func also(mode string) []string {
	switch mode {
	case "gossip":
		return []string{"sends-objects", "reads-whole"}
	case "leaky":
		return []string{"reads-whole"}
	}
	return nil
}

// The honest plugin breaks nothing, and no rule is left untried but those of
// snapshots: a rule that can't fail, or is never tried, is none.
func TestTheHonestPluginPasses(t *testing.T) {
	t.Parallel()
	report := try(t, conformance.Build(t, "./testdata/broken", breaking), "honest", conformance.Options{Patience: patience})
	for _, f := range report.Findings {
		want := conformance.Passed
		if f.Rule.Name == "commits-at-once" {
			want = conformance.Skipped
		}
		require.Equal(t, want, f.Outcome, "%s: %s", f.Rule.Name, f.Detail)
	}
}

// The 502 that a plugin then sees is the gateway's, not the API's.
func TestAnAPIThatIsNotThereIsTold(t *testing.T) {
	t.Parallel()
	report := try(t, conformance.Build(t, "./testdata/broken", breaking), "honest", conformance.Options{
		Only: []string{"reads-whole"}, Patience: patience,
		Trial: conformance.Trial{Connection: map[string]any{"url": "http://127.0.0.1:1", "api_key": people.Key}},
	})
	require.Equal(t, conformance.Failed, report.Findings[0].Outcome)
	require.Contains(t, report.Findings[0].Detail, "could not be reached")
}

// Each rule has a plugin that breaks it.
func TestEachRuleIsBrokenOnce(t *testing.T) {
	t.Parallel()
	for _, rule := range conformance.Rules() {
		found := false
		for _, rules := range broken {
			found = found || slices.Contains(rules, rule.Name)
		}
		require.True(t, found, rule.Name)
		require.NotEmpty(t, rule.Says)
		require.NotEmpty(t, rule.Why)
	}
}

// try runs the suite on a copy of the plugin that is broken in one way.
func try(t *testing.T, built, mode string, options conformance.Options) conformance.Report {
	dir := t.TempDir()
	options.Path = filepath.Join(dir, filepath.Base(built))
	require.NoError(t, os.Link(built, options.Path))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "mode"), []byte(mode), 0o600))
	if options.Trial.Connection == nil {
		options.Trial = trial(t)
	}
	if mode == "half-snapshot" {
		options.Trial.Resources = map[string]conformance.TrialResource{"roll": {Create: map[string]any{"name": "Conformance {n}"}}}
	}
	report, err := conformance.Run(t.Context(), options)
	require.NoError(t, err)
	return report
}
