package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The guide and the examples' README files are run as they are written, so that
// nothing in them can become untrue. Of a page's fenced blocks
//
//	sh            is run, and must end with 0; sh exit=4 with 4
//	text          after it, is what it says: each line in this order; … is anything
//	hcl file=NAME is written to that file before what comes after it
//
// all in one folder with examples/ and mappings/ in it and in one sandbox, as for
// somebody who follows the page from top to bottom.
func TestPages(t *testing.T) {
	t.Parallel()
	var pages []string
	for _, root := range []string{"../../docs/guide", "../../examples"} {
		require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() && notAPage(entry.Name()) {
				return fs.SkipDir
			}
			if strings.HasSuffix(path, ".md") {
				pages = append(pages, path)
			}
			return err
		}))
	}
	require.NotEmpty(t, pages)
	for _, page := range pages {
		t.Run(strings.TrimPrefix(filepath.ToSlash(page), "../../"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(page)
			require.NoError(t, err)
			blocks, err := blocksOf(string(text))
			require.NoError(t, err)
			work := t.TempDir()
			for _, folder := range []string{"examples", "mappings"} {
				copyFolder(t, filepath.Join("../..", folder), filepath.Join(work, folder))
			}
			runPage(t, work, blocks)
		})
	}
}

// notAPage: a plugin in another language has a test of its own, and thousands of
// files that belong to others.
func notAPage(folder string) bool { return strings.HasPrefix(folder, "plugin-") }

func copyFolder(t *testing.T, from, to string) {
	entries, err := os.ReadDir(from)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(to, 0o755))
	for _, entry := range entries {
		source, target := filepath.Join(from, entry.Name()), filepath.Join(to, entry.Name())
		switch {
		case entry.IsDir() && !notAPage(entry.Name()):
			require.NoError(t, os.CopyFS(target, os.DirFS(source)))
		case !entry.IsDir():
			text, err := os.ReadFile(source)
			require.NoError(t, err)
			info, err := entry.Info()
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(target, text, info.Mode().Perm()))
		}
	}
}

// Every example and every shipped package is a page's business or a test's: one
// that nobody runs would be found here.
func TestExamplesAreShown(t *testing.T) {
	t.Parallel()
	folders, err := filepath.Glob("../../examples/*/*.hcl")
	require.NoError(t, err)
	require.NotEmpty(t, folders)
	index, err := os.ReadFile("../../examples/README.md")
	require.NoError(t, err)
	for _, file := range folders {
		name := filepath.Base(filepath.Dir(file))
		require.Contains(t, string(index), "("+name+")", "examples/README.md does not name it")
		page, err := os.ReadFile(filepath.Join(filepath.Dir(file), "README.md"))
		require.NoError(t, err)
		require.Contains(t, string(page), "cd examples/"+name+"\n", "its README.md does not run it")
		require.Contains(t, string(page), "engine run\n", "its README.md does not run it")
	}
}

// block is one fenced block of a page.
type block struct {
	kind string // sh, text, or file
	name string // of a file
	code int
	text string
	line int
}

var fence = regexp.MustCompile("^ *```(.*)$")

func blocksOf(page string) ([]block, error) {
	var out []block
	var open *block
	for i, line := range strings.Split(page, "\n") {
		found := fence.FindStringSubmatch(line)
		switch {
		case found == nil && open != nil:
			open.text += line + "\n"
		case found == nil:
		case open != nil:
			if open.kind != "" {
				out = append(out, *open)
			}
			open = nil
		default:
			words := strings.Fields(found[1] + " ")
			open = &block{line: i + 1}
			if len(words) == 0 {
				return nil, fmt.Errorf("line %d: a block without a language is not run", i+1)
			}
			switch words[0] {
			case "sh", "text":
				open.kind = words[0]
			}
			for _, word := range words[1:] {
				name, value, _ := strings.Cut(word, "=")
				var err error
				switch {
				case name == "exit" && words[0] == "sh":
					open.code, err = strconv.Atoi(value)
				case name == "file":
					open.kind, open.name = "file", value
				default:
					err = fmt.Errorf("%s means nothing", word)
				}
				if err != nil {
					return nil, fmt.Errorf("line %d: %w", i+1, err)
				}
			}
		}
	}
	if open != nil {
		return nil, fmt.Errorf("line %d: a block is never closed", open.line)
	}
	return out, nil
}

// runPage runs the blocks one after another and compares what they said.
func runPage(t *testing.T, work string, blocks []block) {
	notes := t.TempDir()
	var driver strings.Builder
	for i, b := range blocks {
		at := filepath.Join(notes, strconv.Itoa(i))
		switch b.kind {
		case "file":
			require.NoError(t, os.WriteFile(at, []byte(b.text), 0o600))
			fmt.Fprintf(&driver, "mkdir -p $(dirname %[1]q) && cp %[2]q %[1]q\n", b.name, at)
		case "sh":
			require.NoError(t, os.WriteFile(at, []byte(b.text), 0o600))
			fmt.Fprintf(&driver, "sh -eu %[1]q >%[1]q.out 2>&1 </dev/null; echo $? >%[1]q.code\n", at)
		}
	}
	script := filepath.Join(notes, "driver.sh")
	require.NoError(t, os.WriteFile(script, []byte(driver.String()), 0o600))
	cmd := exec.Command(filepath.Join(bin, "sandbox"), "run", "--no-rate-limit", "--", "sh", script)
	cmd.Dir = work
	cmd.Env = []string{"HOME=" + notes, "NO_COLOR=1", "TMPDIR=" + os.TempDir(), "PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))

	said, ran := "", 0
	for i, b := range blocks {
		switch b.kind {
		case "sh":
			at := filepath.Join(notes, strconv.Itoa(i))
			said, ran = readFile(t, at+".out"), ran+1
			require.Equal(t, strconv.Itoa(b.code), strings.TrimSpace(readFile(t, at+".code")), "line %d ended otherwise:\n%s%s", b.line, b.text, said)
		case "text":
			wantLines(t, b, said)
		}
	}
	require.Positive(t, ran, "the page runs nothing")
}

var anything = regexp.MustCompile(` *… *`)

// wantLines finds the lines of a text block in what was said, in their order.
// Spaces count once: columns are as wide as what they hold.
func wantLines(t *testing.T, b block, said string) {
	t.Helper()
	rest := strings.Split(said, "\n")
	for line := range strings.Lines(b.text) {
		words := strings.Join(strings.Fields(line), " ")
		if words == "" || words == "…" {
			continue
		}
		pattern := regexp.MustCompile("^" + anything.ReplaceAllString(regexp.QuoteMeta(words), ".*") + "$")
		found := false
		for len(rest) > 0 && !found {
			found = pattern.MatchString(strings.Join(strings.Fields(rest[0]), " "))
			rest = rest[1:]
		}
		require.True(t, found, "line %d: nothing says %q after what comes before it:\n%s", b.line, words, said)
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

func TestBlocks(t *testing.T) {
	t.Parallel()
	blocks, err := blocksOf("a\n```sh exit=4\nx\n```\n```hcl\ny\n```\n```hcl file=a/b.hcl\nz\n```\n```text\nq\n```\n")
	require.NoError(t, err)
	require.Equal(t, []block{{kind: "sh", code: 4, text: "x\n", line: 2}, {kind: "file", name: "a/b.hcl", text: "z\n", line: 8}, {kind: "text", text: "q\n", line: 11}}, blocks)
	for _, wrong := range []string{"```\nx\n```", "```sh eixt=4\n```", "```sh exit=x\n```", "```sh\n"} {
		_, err := blocksOf(wrong)
		require.Error(t, err, wrong)
	}
}
