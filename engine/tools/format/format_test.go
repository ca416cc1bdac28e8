package format_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/stretchr/testify/require"

	"passerelle/engine/tools/format"
)

const crooked = `mapping   "people" {
shown_as="person.first_name + '  ' +   person.last_name" # two spaces are meant
  target "profile" {
    map = {
      nom =    "person.last_name . upper( )"
      matricule="person.matricule"
      note = <<-CEL
          person.a
            +   person.b
      CEL
    }
  }
}
`

const straight = `mapping "people" {
  shown_as = "person.first_name + '  ' +   person.last_name" # two spaces are meant
  target "profile" {
    map = {
      nom       = "person.last_name . upper( )"
      matricule = "person.matricule"
      note      = <<-CEL
          person.a
            +   person.b
      CEL
    }
  }
}
`

func TestSource(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want, code string }{
		"layout, and CEL as it was": {crooked, straight, ""},
		"formatted already":         {straight, straight, ""},
		"empty":                     {"", "", ""},
		"comments only":             {"# a\n\n// b\n", "# a\n\n// b\n", ""},
		"line ends of Windows":      {"a=1\r\nlonger=2\r\n", "a      = 1\r\nlonger = 2\r\n", ""},
		"accents":                   {"été=\"é\"\nb=2\n", "été = \"é\"\nb   = 2\n", ""},
		"a block without its end":   {"mapping \"x\" {\n", "mapping \"x\" {\n", "syntax"},
		"another encoding":          {"a = \"\xe9\"\n", "a = \"\xe9\"\n", "not-utf8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, found := format.Source("x.hcl", []byte(c.in))
			require.Equal(t, c.want, string(got))
			if c.code == "" {
				require.Empty(t, found)
				return
			}
			require.Equal(t, c.code, found[0].Code)
			require.Equal(t, "x.hcl", found[0].Subject.File)
			require.True(t, found.HasErrors())
		})
	}
}

func TestPath(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"b.hcl": crooked, "a.hcl": straight, "c.test.hcl": "test   \"x\" {}\n", "broken.hcl": "a = \n",
		"engine.lock.hcl": "plugin   \"x\" {}\n", ".hidden.hcl": "a=1\n", "d.hcl.json": `{"a":1}`, "notes.txt": "a=1\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o640))
	}
	files, found := format.Path(dir)
	require.Empty(t, found)
	var names, changed []string
	for _, f := range files {
		names = append(names, filepath.Base(f.Name))
		if f.Changed() {
			changed = append(changed, filepath.Base(f.Name))
		}
	}
	require.Equal(t, []string{"a.hcl", "b.hcl", "broken.hcl", "c.test.hcl"}, names)
	require.Equal(t, []string{"b.hcl", "c.test.hcl"}, changed)
	require.True(t, files[2].Found.HasErrors())

	for path, code := range map[string]string{filepath.Join(dir, "notes.txt"): "not-hcl", filepath.Join(dir, "nowhere"): "unreadable-file"} {
		_, found = format.Path(path)
		require.Equal(t, code, found[0].Code)
		require.NotContains(t, found[0].Detail, dir, "the place is in the subject, once")
	}
}

// The file's mode stays, a link stays a link, and nothing else is left behind.
func TestWrite(t *testing.T) {
	t.Parallel()
	dir, elsewhere := t.TempDir(), t.TempDir()
	real := filepath.Join(elsewhere, "real.hcl")
	require.NoError(t, os.WriteFile(real, []byte(crooked), 0o640))
	link := filepath.Join(dir, "x.hcl")
	require.NoError(t, os.Symlink(real, link))

	files, found := format.Path(dir)
	require.Empty(t, found)
	require.NoError(t, files[0].Write())

	written, err := os.ReadFile(real)
	require.NoError(t, err)
	require.Equal(t, straight, string(written))
	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink)
	info, err = os.Stat(real)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o640), info.Mode().Perm())
	for _, d := range []string{dir, elsewhere} {
		entries, err := os.ReadDir(d)
		require.NoError(t, err)
		require.Len(t, entries, 1)
	}
}

// What can't be written is said so, and the file is as it was.
func TestWriteFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "x.hcl")
	require.NoError(t, os.WriteFile(name, []byte(crooked), 0o600))
	files, _ := format.Path(name)
	require.NoError(t, os.Remove(name))
	require.ErrorContains(t, files[0].Write(), "no such file")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)
}

func TestDiff(t *testing.T) {
	t.Parallel()
	f := &format.File{Name: "x.hcl", Before: []byte("a=1\nb = 2\n"), After: []byte("a = 1\nb = 2\n")}
	require.Equal(t, "--- x.hcl\n+++ x.hcl (formatted)\n@@ -1,2 +1,2 @@\n-a=1\n+a = 1\n b = 2\n", string(f.Diff()))
	f.Before = f.After
	require.Empty(t, f.Diff())
}

// Formatting twice is formatting once, and no text of the file changes.
func FuzzSource(f *testing.F) {
	for _, seed := range []string{
		crooked, straight, "a = <<EOT\n x\nEOT\n", "a = [<<-E\n  x\n  E\n, 1]\n", "a = \"${ b }\"\n", "x { y=1 }\n", "a = {\n b=1, c = 2 }\n", "/* a */ b=1\n",
		"a = !b\n", "a = - 1\n", "a = b ? c:d\n", "a = [for x in y:x]\n", "\ufeffa=1\n", "a = f(1,\n2)\n", "\ta=1\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		once, found := format.Source("x.hcl", src)
		if found.HasErrors() {
			require.Equal(t, src, once)
			return
		}
		twice, found := format.Source("x.hcl", once)
		require.False(t, found.HasErrors(), "formatting broke the file: %q", once)
		require.Equal(t, string(once), string(twice))
		require.Equal(t, texts(src), texts(once))
	})
}

// texts are the literals of a file, which no formatting may touch.
func texts(src []byte) string {
	tokens, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos)
	var b strings.Builder
	for _, token := range tokens {
		switch token.Type {
		case hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit, hclsyntax.TokenIdent, hclsyntax.TokenNumberLit:
			b.Write(token.Bytes)
			b.WriteByte('\x00')
		case hclsyntax.TokenComment:
			b.Write(bytes.TrimSpace(token.Bytes))
			b.WriteByte('\x00')
		}
	}
	return b.String()
}
