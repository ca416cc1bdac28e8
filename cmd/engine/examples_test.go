package main

import (
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// Every command has an example that its own flags and arguments allow.
func TestExamplesOfCommands(t *testing.T) {
	t.Parallel()
	root := (&command{stdout: io.Discard, stderr: io.Discard}).root()
	var all func(*cobra.Command)
	all = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			if sub.HasSubCommands() {
				all(sub)
				continue
			}
			if sub.Name() == "help" || sub.Name() == "completion" {
				continue
			}
			require.NotEmpty(t, sub.Example, sub.CommandPath())
			for line := range strings.Lines(sub.Example) {
				words := wordsOf(line)
				require.Equal(t, strings.Fields(sub.CommandPath()), words[:len(strings.Fields(sub.CommandPath()))], line)
				args := words[len(strings.Fields(sub.CommandPath())):]
				require.NoError(t, sub.ParseFlags(args), line)
				require.NoError(t, sub.ValidateArgs(sub.Flags().Args()), line)
			}
		}
	}
	all(root)
}

// wordsOf are a shell's words of a line, up to where its output goes.
func wordsOf(line string) []string {
	line, _, _ = strings.Cut(line, " >")
	var words []string
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}

func TestUnknownFlagIsNearAnother(t *testing.T) {
	t.Parallel()
	var talk strings.Builder
	c := &command{stdout: io.Discard, stderr: &talk}
	root := c.root()
	root.SetArgs([]string{"plan", "--onyl", "x"})
	c.usage(root.ExecuteContext(t.Context()))
	require.Contains(t, talk.String(), "engine plan has no flag --onyl")
	require.Contains(t, talk.String(), `Did you mean "--only"?`)
}
