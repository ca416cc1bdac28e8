package child

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	t.Parallel()
	plain := filepath.Join(t.TempDir(), "plain")
	require.NoError(t, os.WriteFile(plain, nil, 0o600))
	tests := map[string]struct {
		args []string
		code int
		out  string
		fail bool
	}{
		"well":           {[]string{"/bin/sh", "-c", "echo $GIVEN; cat"}, 0, "this\ntyped", false},
		"its own code":   {[]string{"/bin/sh", "-c", "exit 4"}, 4, "", false},
		"killed":         {[]string{"/bin/sh", "-c", "kill -KILL $$"}, 137, "", false},
		"not found":      {[]string{"/nowhere/at/all"}, 127, "", true},
		"not found here": {[]string{"no-such-command-anywhere"}, 127, "", true},
		"not executable": {[]string{plain}, 126, "", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			code, err := Run(Command{Args: test.args, Env: []string{"GIVEN=this", "PATH=/usr/bin:/bin"}, Stdin: strings.NewReader("typed"), Stdout: &out}, nil)
			require.Equal(t, test.fail, err != nil)
			require.Equal(t, test.code, code)
			require.Equal(t, test.out, out.String())
		})
	}
}

// ready sends a signal once the command has written, so that its trap is set.
type ready struct{ signals chan<- os.Signal }

func (r ready) Write(b []byte) (int, error) {
	r.signals <- syscall.SIGTERM
	return len(b), nil
}

func TestSignalsArePassedOn(t *testing.T) {
	t.Parallel()
	signals := make(chan os.Signal, 1)
	code, err := Run(Command{
		Args:   []string{"/bin/sh", "-c", "trap 'exit 42' TERM; echo ready; while :; do sleep 0.01; done"},
		Env:    []string{"PATH=/usr/bin:/bin"},
		Stdout: ready{signals},
	}, signals)
	require.NoError(t, err)
	require.Equal(t, 42, code)
}
