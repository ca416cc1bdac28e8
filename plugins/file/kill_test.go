package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestKilledWriter is the writer that TestAKilledWriterLosesNothing kills.
func TestKilledWriter(t *testing.T) {
	path := os.Getenv("FILE_TEST_KILLED_WRITER")
	if path == "" {
		t.Skip("run by TestAKilledWriterLosesNothing")
	}
	s, err := open(t, connect(t, set{"path": path}), nil, oneColumn)
	require.NoError(t, err)
	_, err = s.Write(t.Context(), records(`{"a":"`+strings.Repeat("half", writeBuffer)+`"}`))
	require.NoError(t, err)
	fmt.Println("WRITING")
	_, _ = io.Copy(io.Discard, os.Stdin) // until it is killed, or its parent is
}

func TestAKilledWriterLosesNothing(t *testing.T) {
	t.Parallel()
	path := put(t, "a.csv", old)
	command := exec.Command(os.Args[0], "-test.run=^TestKilledWriter$", "-test.v")
	command.Env = append(os.Environ(), "FILE_TEST_KILLED_WRITER="+path)
	_, err := command.StdinPipe()
	require.NoError(t, err)
	stdout, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	for lines := bufio.NewScanner(stdout); lines.Scan() && lines.Text() != "WRITING"; {
	}
	c := connect(t, set{"path": path})
	_, err = open(t, c, nil, oneColumn)
	require.Equal(t, "file-locked", complaint(t, err).Code, "another process writes it")
	require.NoError(t, command.Process.Kill())
	_ = command.Wait() // it was killed
	require.Equal(t, old, content(t, path))
	require.Equal(t, []string{".a.csv.part", "a.csv"}, entries(t, filepath.Dir(path)))

	write(t, c, nil, oneColumn, `{"a":"new"}`)
	require.Equal(t, "a\r\nnew\r\n", content(t, path), "the next run finishes, with nothing of the first")
	require.Equal(t, []string{"a.csv"}, entries(t, filepath.Dir(path)))
}
