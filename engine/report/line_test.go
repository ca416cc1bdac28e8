package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine/ledger"
	"passerelle/engine/report"
)

// Every outcome is one of the three words, in both languages.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	l, _ := night(t)
	run, err := l.BeginRun(t.Context(), "people", time.UTC)
	require.NoError(t, err)
	want := map[string][3]string{
		ledger.Succeeded: {report.Success, "success", "réussi"},
		ledger.Held:      {report.Failure, "failed", "échec"},
		ledger.Failed:    {report.Failure, "failed", "échec"},
		ledger.Ambiguous: {report.Failure, "failed", "échec"},
		ledger.Waiting:   {report.Skip, "skipped", "ignoré"},
		ledger.Blocked:   {report.Skip, "skipped", "ignoré"},
		ledger.Skipped:   {report.Skip, "skipped", "ignoré"},
		ledger.Gone:      {report.Skip, "skipped", "ignoré"},
		ledger.Unchanged: {report.Skip, "skipped", "ignoré"},
	}
	for outcome := range want {
		require.NoError(t, l.Record(t.Context(), run.ID, []ledger.Applied{{SourceID: outcome, Outcome: outcome, Operation: "update", Summary: "Why"}}))
	}
	lines, err := report.Lines(t.Context(), l, run)
	require.NoError(t, err)
	require.Len(t, lines, len(want))
	for _, line := range lines {
		require.Equal(t, want[line.SourceID], [3]string{line.Verdict, line.In(report.English).Verdict, line.In(report.French).Verdict}, line.SourceID)
		require.Equal(t, "mise à jour", line.In(report.French).Case)
		require.NotEmpty(t, line.In(report.French).Message, line.SourceID)
	}
}

func TestCallsPerThousand(t *testing.T) {
	t.Parallel()
	none := report.Calls{Made: -1, Least: -1}
	for name, c := range map[string]struct {
		kept map[string]int64
		read int64
		want report.Calls
	}{
		"both sides":           {map[string]int64{"source": 2, "source_least": 1, "target": 1030, "target_least": 1000}, 500, report.Calls{Made: 2064, Least: 2002}},
		"the least not said":   {map[string]int64{"source": 2, "target": 1030, "target_least": 1000}, 500, report.Calls{Made: 2064, Least: -1}},
		"a side not said":      {map[string]int64{"source": 2, "source_least": 1}, 500, none},
		"a run that is older":  {nil, 500, none},
		"nobody was read":      {map[string]int64{"source": 2, "source_least": 1, "target": 1, "target_least": 1}, 0, none},
		"too few to tell":      {map[string]int64{"source": 2, "source_least": 1, "target": 1, "target_least": 1}, 99, none},
		"to the nearest whole": {map[string]int64{"source": 1, "source_least": 1, "target": 1, "target_least": 0}, 300, report.Calls{Made: 7, Least: 3}},
	} {
		require.Equal(t, c.want, report.PerThousand(report.CallsIn(c.kept), c.read), name)
	}
}

// What was signed alone and then with all is shown once, and what the target left
// out stays said as long as the last run tells of it.
func TestWhoTellsOnce(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	l, id := nightBy(t, func() time.Time { now = now.Add(time.Second); return now })
	sign := func(who string) {
		require.NoError(t, l.Approve(t.Context(), "people", []ledger.Approval{{SourceID: "6", Operation: "deactivate", RunID: id, Who: who}}))
	}
	sign("ada@host")
	require.NoError(t, l.Approve(t.Context(), "people", []ledger.Approval{{SourceID: "6", Operation: "create", RunID: id, Who: "ada@host"}}))
	sign("ada@host")
	sign("bob@host")
	who, err := report.LookUp(t.Context(), l, "6")
	require.NoError(t, err)
	in := who.People[0].Mappings[0]
	var signed []string
	for _, a := range in.Approvals {
		signed = append(signed, a.Who+" "+a.Operation)
	}
	require.Equal(t, []string{"bob@host deactivate", "ada@host deactivate", "ada@host create"}, signed, "another person's word, or another operation, is another approval")
	require.Len(t, in.Without(), 2)
	require.Equal(t, "service", in.Without()[0].Field)
	require.Equal(t, []string{"https://from.example/6", "https://to.example/people?of=t-6"}, []string{in.SourceURL, in.TargetURL})
	require.Equal(t, "https://to.example/people?of=t-6", in.Results[0].TargetURL)

	_, err = l.BeginRun(t.Context(), "people", time.UTC)
	require.NoError(t, err)
	who, err = report.LookUp(t.Context(), l, "6")
	require.NoError(t, err)
	require.Empty(t, who.People[0].Mappings[0].Without(), "the last run does not tell of it")
}

// A ledger whose template is nothing to follow gives no link, and a name that looks
// like a page's markup is text.
func TestNothingElseIsFollowed(t *testing.T) {
	t.Parallel()
	l, id := night(t)
	require.NoError(t, l.KeepProfiles(t.Context(), id, ledger.Profiles{Source: "javascript:alert({id})", Target: "https://to.example/\x1b[2J{id}"}))
	made, err := report.Make(t.Context(), l, id)
	require.NoError(t, err)
	var html, text bytes.Buffer
	require.NoError(t, made.HTML(&html, report.French))
	require.NoError(t, made.Text(&text, report.French))
	for _, out := range []string{html.String(), text.String()} {
		require.False(t, strings.Contains(out, "javascript") || strings.Contains(out, "<a ") || strings.Contains(out, "http") || strings.Contains(out, "\x1b"))
	}
	require.NotContains(t, html.String(), "<b>Bo</b>")
}
