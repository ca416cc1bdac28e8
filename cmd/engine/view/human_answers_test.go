package view

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

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
		{{Made: 3, Least: 3}, {Made: 1030, Least: 1000}}: "  Calls: 3 to A (the least possible), 1030 to B (the least possible is 1000). For 1,000 people read\n  that is 1033 against 1003.\n",
		{{Made: 3, Least: -1}, {Made: -1, Least: -1}}:    "  Calls: 3 to A, to B: not said.\n",
		{{Made: -1, Least: -1}, {Made: -1, Least: -1}}:   "  Calls: not said.\n",
		{{Made: 0, Least: 0}, {Made: 2, Least: 0}}:       "  Calls: 0 to A, 2 to B (the least possible is 0). For 1,000 people read that is 2 against 0.\n",
	} {
		var out bytes.Buffer
		(&human{out: &out, width: 100}).calls(of, "A", "B", 1000)
		require.Equal(t, want, out.String())
	}
}
