package main

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/cmd/sandbox/box"
	"passerelle/cmd/sandbox/people"
)

func TestAskWatchesAndChanges(t *testing.T) {
	b, err := box.New(box.Options{People: people.Options{Employees: 20, Seed: 1, Today: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)}})
	require.NoError(t, err)
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	t.Setenv("SANDBOX_URL", server.URL+"/_sandbox")

	out, _, err := execute(t.Context(), nil, "ask", "oppus/employees")
	require.NoError(t, err)
	require.JSONEq(t, `[]`, out)

	_, _, err = execute(t.Context(), nil, "ask", "faults", `{"side":"oppus","status":503,"times":1}`)
	require.NoError(t, err)
	out, _, err = execute(t.Context(), nil, "ask", "faults")
	require.NoError(t, err)
	require.Contains(t, out, "503")

	_, _, err = execute(t.Context(), nil, "ask", "faults", `{"sied":"oppus"}`)
	require.ErrorContains(t, err, "400")

	server.Close()
	_, _, err = execute(t.Context(), nil, "ask", "/")
	require.ErrorContains(t, err, "no sandbox answers")
}

func TestAskNeedsToKnowWhere(t *testing.T) {
	t.Setenv("SANDBOX_URL", "")
	_, _, err := execute(t.Context(), strings.NewReader(""), "ask", "/")
	require.ErrorContains(t, err, "SANDBOX_URL")
}
