package reference_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/tools/reference"
)

// TestEnvironment holds the page against the source: every variable that a name
// beginning with ENGINE_, or a look into the environment, stands for is on it, and
// none of the engine's own is there that nobody reads.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	page := reference.Environment()
	read := variablesInSource(t)
	require.GreaterOrEqual(t, len(read), 10)
	for name, where := range read {
		if strings.HasSuffix(name, "_") {
			name += "name" // the beginning of many
		}
		require.Regexp(t, "[`,] ?"+regexp.QuoteMeta(name)+"[`,]", page, "%s is read by %s", name, where)
	}
	for _, v := range reference.Variables() {
		if strings.HasPrefix(v.Name, "ENGINE_") {
			require.Contains(t, read, strings.TrimSuffix(v.Name, "name"), "nobody reads it")
		}
	}
}

var variableForm = regexp.MustCompile(`^(ENGINE_[A-Z_]+|PASSERELLE_[A-Z_]+)$`)

// variablesInSource are the literals that look like a variable of ours, and those
// that are given to Getenv and LookupEnv.
func variablesInSource(t *testing.T) map[string]string {
	t.Helper()
	names := map[string]string{}
	root := filepath.Join("..", "..", "..")
	for _, room := range []string{"engine", "plugins", "cmd/engine"} {
		err := filepath.WalkDir(filepath.Join(root, room), func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == "reference" || entry.Name() == "resttest"):
				return fs.SkipDir
			case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
				return nil
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BasicLit:
					if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING && variableForm.MatchString(text) {
						names[text] = path
					}
				case *ast.CallExpr:
					called, ok := n.Fun.(*ast.SelectorExpr)
					if !ok || called.Sel.Name != "Getenv" && called.Sel.Name != "LookupEnv" || len(n.Args) != 1 {
						return true
					}
					if lit, ok := n.Args[0].(*ast.BasicLit); ok {
						text, err := strconv.Unquote(lit.Value)
						require.NoError(t, err)
						names[text] = path
					}
				}
				return true
			})
			return nil
		})
		require.NoError(t, err)
	}
	return names
}
