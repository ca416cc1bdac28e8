package view

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine"
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
		NewHuman(&out, io.Discard, false).Checked(&engine.Checked{System: "X", Resource: "employees", Write: true, Findings: findings})
		return strings.Join(strings.Fields(out.String()), " ")
	}
	require.Contains(t, said(both), "✓ Employees: write granted ✗ Employees: read not permitted")
}
