package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/cmd/engine/view"
	"passerelle/engine/diag"
	"passerelle/engine/tools/evaluate"
)

// At a terminal each line is answered; a wrong one stops nothing and leaves the
// exit code alone, and the end of input ends the command.
func TestPrompt(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	e := &evaluation{command: &command{stdout: &stdout, stderr: &stderr}, sources: diag.Sources{}}
	e.out = view.NewHuman(&stdout, &stderr, false, "")
	subject, found := evaluate.Free([]evaluate.Record{{Name: "record", File: "x", JSON: []byte(`{"a": "é"}`)}}, nil, time.Now())
	require.Empty(t, found)

	turns := 0
	raw := func() (func() error, error) {
		turns++
		return func() error { turns--; return nil }, nil
	}
	// The third line is typed with a mistake that the backspace takes back.
	typed := "record.a.upper()\rrecord.b\r1 + 12\x7f\r\x04"
	require.Empty(t, e.prompt(subject, strings.NewReader(typed), raw))

	require.Equal(t, "\"É\"\n2\n", stdout.String())
	require.Contains(t, stderr.String(), "> ")
	require.Contains(t, stderr.String(), "unknown-field")
	require.Equal(t, codeDone, e.code)
	require.Zero(t, turns, "the terminal is left as it was found")
}
