package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// guideStep is a block of the guide: a script, or lines to write into a file.
type guideStep struct {
	script      string
	file, after string
	lines       string
}

var (
	guideBlock = regexp.MustCompile("(?ms)^```(sh|go|hcl)\n(.*?)^```$")
	guideEdit  = regexp.MustCompile("In `([^`]+)`, after the line with `([^`]+)`, write:\n\n$")
)

// guideSteps reads the guide. A block that is neither a script nor comes after "In …,
// after the line with …, write:" is one that nobody could follow.
func guideSteps(t *testing.T, guide string) []guideStep {
	var all []guideStep
	for _, at := range guideBlock.FindAllStringSubmatchIndex(guide, -1) {
		kind, text := guide[at[2]:at[3]], guide[at[4]:at[5]]
		if kind == "sh" {
			all = append(all, guideStep{script: text})
			continue
		}
		where := guideEdit.FindStringSubmatch(guide[:at[0]])
		require.NotNil(t, where, "the guide doesn't say where this goes:\n%s", text)
		all = append(all, guideStep{file: where[1], after: where[2], lines: text})
	}
	require.Greater(t, len(all), 8)
	return all
}

// The partner's guide, followed word by word as somebody new would, in one shell:
// only what it says is typed. No registry is asked.
func TestPartnerGuide(t *testing.T) {
	t.Parallel()
	repository, err := filepath.Abs("../..")
	require.NoError(t, err)
	guide, err := os.ReadFile(filepath.Join(repository, "docs", "partner-guide.md"))
	require.NoError(t, err)
	work := t.TempDir()

	script := "set -eu\n"
	for _, s := range guideSteps(t, string(guide)) {
		if s.file == "" {
			script += s.script
			continue
		}
		// An editor's work: the lines go after the one that holds the words.
		script += "awk -v lines='" + strings.ReplaceAll(strings.TrimSuffix(s.lines, "\n"), "'", `'\''`) + "' -v words='" + s.after +
			"' '{ print } index($0, words) { print lines; found = 1 } END { exit !found }' '" + s.file + "' >edited\nmv edited '" + s.file + "'\n"
	}
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir = work
	cmd.Env = append(os.Environ(),
		"PASSERELLE="+repository, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"ENGINE_LEDGER="+filepath.Join(work, "ledger.db"), "ENGINE_KEY=0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
		"GOPROXY=off", "NO_COLOR=1")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Equal(t, 2, strings.Count(string(out), "3 created"), "%s", out)
	require.Contains(t, string(out), `"name":"Chloé Durand"`)
	require.Equal(t, 3, strings.Count(string(out), `"team":"Sales"`), "the field that was added isn't seen to arrive: %s", out)
	require.Contains(t, string(out), "✓ gives-each-connection-a-handle")
	packed, err := filepath.Glob(filepath.Join(work, "engine-plugin-acme", "dist", "engine-plugin-acme-0.1.0-*.tar.gz"))
	require.NoError(t, err)
	require.Len(t, packed, 1)
}
