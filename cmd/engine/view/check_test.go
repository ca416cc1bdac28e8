package view

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine"
	"passerelle/engine/diag"
)

// Of two findings about the whole resource each says which one it is.
func TestFindingsAboutAWholeResource(t *testing.T) {
	t.Parallel()
	both := []engine.Finding{
		{Evidence: engine.Readable, RightEN: "Employees: write"},
		{Evidence: engine.NotPermitted, RightEN: "Employees: read"},
		{Path: "email", Evidence: engine.Readable},
	}
	said := func(findings []engine.Finding) string {
		var out bytes.Buffer
		NewHuman(&out, io.Discard, false, "").Checked(&engine.Checked{System: "X", Resource: "employees", Write: true, Findings: findings})
		return strings.Join(strings.Fields(out.String()), " ")
	}
	require.Contains(t, said(both), "✓ Employees: write granted ✗ Employees: read not permitted")
}

// Of a thousand diagnostics the first errors are shown, and how many there are.
func TestAFloodOfDiagnosticsIsCut(t *testing.T) {
	t.Parallel()
	ds := make(diag.Diagnostics, 60, 61)
	for i := range ds {
		ds[i] = diag.Diagnostic{Severity: diag.Warning, Code: "small", Summary: "A warning"}
	}
	ds = append(ds, diag.Diagnostic{Code: "big", Summary: "What stops it"})
	var talk bytes.Buffer
	NewHuman(io.Discard, &talk, false, "").Diagnostics(ds, nil)
	require.Contains(t, talk.String(), "What stops it")
	require.NotContains(t, talk.String(), "A warning")
	require.Contains(t, talk.String(), "And 60 more")
	talk.Reset()
	NewHuman(io.Discard, &talk, false, "").Diagnostics(ds[:50], nil)
	require.Equal(t, 50, strings.Count(talk.String(), "A warning"))
	require.NotContains(t, talk.String(), "more")
}
