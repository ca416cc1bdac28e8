package view

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine/plan"
	"passerelle/engine/report"
)

// On a terminal the ids lead to people's pages; elsewhere the addresses stand
// beneath, each once.
func TestIdsLeadToPages(t *testing.T) {
	t.Parallel()
	line := report.Line{
		Result:    report.Result{SourceID: "1\x1b[2J", TargetID: "t-1", ShownName: "Zoé", Outcome: "succeeded", Operation: "create"},
		SourceURL: "https://from.example/1", TargetURL: "https://to.example/t-1", Case: "provisioning", Verdict: report.Success,
	}
	for _, terminal := range []bool{true, false} {
		var out bytes.Buffer
		h := &human{out: &out, outColor: terminal, width: 100}
		h.line(&line, report.English)
		text := out.String()
		require.Equal(t, terminal, bytes.Contains(out.Bytes(), []byte("\x1b]8;;https://to.example/t-1\x1b\\t-1\x1b]8;;\x1b\\")), text)
		require.Equal(t, !terminal, bytes.Contains(out.Bytes(), []byte("\n      t-1  https://to.example/t-1\n")), text)
		require.NotContains(t, text, "\x1b[2J", "what a record says is no command to the terminal")
	}
}

func TestCallsInWords(t *testing.T) {
	t.Parallel()
	for of, want := range map[[2]report.Calls]string{
		{{Made: 3, Least: 3}, {Made: 1030, Least: 1000}}: "  Calls: 3 to A (the least possible), 1030 to B (the least possible is 1000). For 1,000 records read\n  that is 1033 against 1003.\n",
		{{Made: 3, Least: -1}, {Made: -1, Least: -1}}:    "  Calls: 3 to A, to B: not said.\n",
		{{Made: -1, Least: -1}, {Made: -1, Least: -1}}:   "  Calls: not said.\n",
		{{Made: 0, Least: 0}, {Made: 2, Least: 0}}:       "  Calls: 0 to A, 2 to B (the least possible is 0). For 1,000 records read that is 2 against 0.\n",
	} {
		var out bytes.Buffer
		(&human{out: &out, width: 100}).calls(report.English, of, "A", "B", 1000)
		require.Equal(t, want, out.String())
	}
}

// All that runs show says around the results is French, too.
func TestRunsAreShownInFrench(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 9, 1, 2, 0, 0, 0, time.Local)
	run := report.Run{ID: "2026-09-01-0200", Mapping: "people", Status: "partial", Started: began, Ended: began.Add(time.Minute),
		Counts: map[string]int64{"create": 2, "held": 1, "blocked": 3, plan.CountReceived: 1000}}
	lines := make([]report.Line, firstOfEach+2)
	for i := range lines {
		lines[i] = report.Line{Result: report.Result{SourceID: "1", Outcome: "succeeded", Operation: "create", Answer: "Created"}, Case: "provisioning", Verdict: report.Success}
	}
	var out bytes.Buffer
	h := &human{out: &out, width: 200}
	h.RunResults(&run, lines, report.French, false)
	require.Contains(t, out.String(), "Passage 2026-09-01-0200    people    Réalisation partielle\n\n"+
		"  Commencé le mardi 1er septembre 2026, 02:00, terminé le mardi 1er septembre 2026, 02:01. 2 créées, 3 en attente d'un accord, 1 retenue.\n")
	require.Contains(t, out.String(), "et 2 de plus\u00a0; --all donne toute la liste\n")
	require.Contains(t, out.String(), "Réponse de la cible\u00a0: Created\n")
	h.RunResults(&run, nil, report.French, false)
	require.NotRegexp(t, `\b(Run|Began|ended|created|held|Calls|more|said|No single)\b`, out.String())
	for i, forms := range inFrench.did[:len(inFrench.did)-1] {
		require.NotEmpty(t, forms[1], inEnglish.did[i][0])
	}
}

// A record that is no person is not called one.
func TestWhoSpeaksOfRecords(t *testing.T) {
	t.Parallel()
	for _, m := range []report.InMapping{
		{State: report.NeverSent}, {LastRun: &report.Run{Status: report.Failed}}, {LastRun: &report.Run{Status: "succeeded"}},
	} {
		say := func(called string) string {
			if m.LastRun != nil {
				return lastRun(&m, called)
			}
			return stands(&m, called)
		}
		require.Contains(t, say("record"), "this record")
		require.Contains(t, say("person"), "this person")
	}
}
