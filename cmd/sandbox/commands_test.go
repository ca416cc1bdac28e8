package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/cmd/sandbox/box"
)

func execute(ctx context.Context, stdin io.Reader, args ...string) (stdout, stderr string, err error) {
	var out, errs bytes.Buffer
	root := newRoot(stdin, &out, &errs)
	root.SetArgs(args)
	err = root.ExecuteContext(ctx)
	return out.String(), errs.String(), err
}

func TestRunGivesTheWayIn(t *testing.T) {
	t.Parallel()
	out, _, err := execute(t.Context(), strings.NewReader("typed"), "run", "--employees", "20", "--",
		"/bin/sh", "-c", `echo "$LUCCA_URL|$LUCCA_API_KEY|$OPPUS_URL|$OPPUS_API_KEY|$SANDBOX_URL|$ENGINE_INPUT_lucca_url|$ENGINE_INPUT_oppus_url|$EMASPHERE_URL|$EMASPHERE_KEY|$ENGINE_INPUT_emasphere_url|$PERSONIO_URL|$PERSONIO_CLIENT_ID|$PERSONIO_CLIENT_SECRET|$ENGINE_INPUT_personio_url"; cat`)
	require.NoError(t, err)
	line, rest, _ := strings.Cut(out, "\n")
	require.Equal(t, "typed", rest)
	got := strings.Split(line, "|")
	require.Len(t, got, 14)
	require.Regexp(t, `^http://127\.0\.0\.1:[0-9]+/lucca$`, got[0])
	require.Regexp(t, `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, got[1])
	require.Regexp(t, `^http://127\.0\.0\.1:[0-9]+/oppus$`, got[2])
	require.NotEmpty(t, got[3])
	require.Equal(t, strings.Replace(got[0], "/lucca", "/_sandbox", 1), got[4])
	require.Equal(t, got[0], got[5])
	require.Equal(t, got[2], got[6])
	require.Regexp(t, `^http://127\.0\.0\.1:[0-9]+/emasphere$`, got[7])
	require.Regexp(t, `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, got[8])
	require.Equal(t, got[7], got[9])
	require.Regexp(t, `^http://127\.0\.0\.1:[0-9]+/personio$`, got[10])
	require.Regexp(t, `^papi-`, got[11])
	require.Regexp(t, `^papi-`, got[12])
	require.Equal(t, got[10], got[13])

	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	_, err = client.Get(got[4] + "/") //nolint:bodyclose // there is none: nobody answers
	require.Error(t, err, "the sandbox ended with its command")
}

func TestRunEndsWithTheCodeOfItsCommand(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		args []string
		code int
		says string
	}{
		"four":      {[]string{"/bin/sh", "-c", "exit 4"}, 4, ""},
		"no dashes": {[]string{"/bin/sh", "-c", "exit 5"}, 5, ""},
		"not found": {[]string{"/nowhere/at/all"}, 127, "/nowhere/at/all"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := []string{"run", "--employees", "20"}
			if name != "no dashes" {
				args = append(args, "--")
			}
			_, stderr, err := execute(t.Context(), nil, append(args, test.args...)...)
			var code exitCode
			require.True(t, errors.As(err, &code))
			require.Equal(t, test.code, int(code))
			require.Contains(t, stderr, test.says)
		})
	}
}

func TestRefusedArguments(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		args []string
		says string
	}{
		"network":    {[]string{"serve", "--addr", "0.0.0.0:0"}, "this machine"},
		"address":    {[]string{"serve", "--addr", "8090"}, "host:port"},
		"day":        {[]string{"serve", "--today", "31/12/2026"}, "2026-12-31"},
		"nobody":     {[]string{"serve", "--employees", "0"}, "employees"},
		"flaws":      {[]string{"serve", "--flaws", "-1"}, "negative"},
		"no command": {[]string{"run"}, "arg"},
		"unknown":    {[]string{"run", "--emploees", "3", "--", "true"}, "emploees"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := execute(t.Context(), nil, test.args...)
			require.ErrorContains(t, err, test.says)
		})
	}
}

func TestServe(t *testing.T) {
	t.Parallel()
	t.Run("stops by itself", func(t *testing.T) {
		t.Parallel()
		out, _, err := execute(t.Context(), nil, "serve", "--addr", "127.0.0.1:0", "--for", "1ms")
		require.NoError(t, err)
		for _, name := range []string{"LUCCA_URL", "LUCCA_API_KEY", "OPPUS_URL", "OPPUS_API_KEY", "SANDBOX_URL"} {
			require.Contains(t, out, "export "+name+"=")
		}
	})
	t.Run("as JSON, with the flags' people", func(t *testing.T) {
		t.Parallel()
		read, write := io.Pipe()
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			root := newRoot(nil, write, io.Discard)
			root.SetArgs([]string{"serve", "--json", "--addr", "127.0.0.1:0", "--employees", "25", "--flaws", "2", "--today", "2026-09-01", "--no-rate-limit"})
			ended <- root.ExecuteContext(ctx)
		}()
		var access box.Access
		line, err := bufio.NewReader(read).ReadBytes('\n') // all of it: the writer waits for that
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(line, &access))
		require.Equal(t, 25, access.People)
		require.Equal(t, "2026-09-01", access.Today)
		require.Len(t, access.Flaws, 2)
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		for range 60 {
			request, err := http.NewRequestWithContext(t.Context(), "GET", access.LuccaURL+"/api/v3/users?paging=0,1", nil)
			require.NoError(t, err)
			request.Header.Set("Authorization", "lucca application="+access.LuccaKey)
			response, err := client.Do(request)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			require.Equal(t, 200, response.StatusCode, "without limit")
		}
		stop()
		require.NoError(t, <-ended)
	})
}
