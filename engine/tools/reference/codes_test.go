package reference_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/tools/reference"
)

// codeForm is what a stable code looks like.
var codeForm = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// codesInSource finds every diagnostic code that the engine's and the plugins'
// Go source can give, with a file that has it: the literals that are given to
// something called code, be it a field, a constant, a variable or a parameter.
func codesInSource(t *testing.T) map[string]string {
	t.Helper()
	codes := map[string]string{}
	root := filepath.Join("..", "..", "..")
	byDir := map[string][]*ast.File{}
	for _, room := range []string{"engine", "plugins", "cmd/engine"} {
		err := filepath.WalkDir(filepath.Join(root, room), func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == "conformance"):
				return fs.SkipDir
			case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, ".pb.go"):
				return nil
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			byDir[filepath.Dir(path)] = append(byDir[filepath.Dir(path)], file)
			return nil
		})
		require.NoError(t, err)
	}
	for dir, files := range byDir {
		note := func(e ast.Expr) {
			// "unknown-" + kind: the beginnings of codes, kept with their hyphen.
			if sum, ok := e.(*ast.BinaryExpr); ok {
				if start, ok := literal(sum.X); ok && strings.HasSuffix(start, "-") {
					codes[start] = strings.TrimPrefix(dir, root+"/")
				}
			}
			lit, ok := e.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return
			}
			if code, err := strconv.Unquote(lit.Value); err == nil && codeForm.MatchString(code) {
				codes[code] = strings.TrimPrefix(dir, root+"/")
			}
		}
		takers := codeParameters(files)
		for _, file := range files {
			ast.Inspect(file, func(n ast.Node) bool {
				collect(n, takers, note)
				return true
			})
		}
	}
	return codes
}

// collect notes the literals that a node gives to something called code.
func collect(n ast.Node, takers map[string][]int, note func(ast.Expr)) {
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && isCode(key.Name) {
			note(n.Value)
		}
	case *ast.AssignStmt:
		for i, left := range n.Lhs {
			if i < len(n.Rhs) && isCode(lastName(left)) {
				note(n.Rhs[i])
			}
		}
	case *ast.ValueSpec:
		for i, name := range n.Names {
			if i < len(n.Values) && isCode(name.Name) {
				note(n.Values[i])
			}
		}
	case *ast.CallExpr:
		for _, at := range takers[lastName(n.Fun)] {
			if at < len(n.Args) {
				note(n.Args[at])
			}
		}
	}
}

// codeParameters are the functions of a package with a parameter called code,
// and its places.
func codeParameters(files []*ast.File) map[string][]int {
	out := map[string][]int{}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			f, ok := n.(*ast.FuncDecl)
			if !ok {
				return true
			}
			at := 0
			for _, param := range f.Type.Params.List {
				for _, name := range param.Names {
					if name.Name == "code" {
						out[f.Name.Name] = append(out[f.Name.Name], at)
					}
					at++
				}
			}
			return true
		})
	}
	return out
}

func isCode(name string) bool {
	return name == "code" || name == "Code" || strings.HasPrefix(name, "Code") && len(name) > 4 && name[4] >= 'A' && name[4] <= 'Z' ||
		strings.HasPrefix(name, "code") && len(name) > 4 && name[4] >= 'A' && name[4] <= 'Z'
}

func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// Every code that somebody may meet is explained, once; nothing is explained that
// nobody can meet.
func TestEveryCodeIsExplained(t *testing.T) {
	t.Parallel()
	explained := map[string]bool{}
	for _, e := range reference.Explanations() {
		require.False(t, explained[e.Code], "%s is explained twice", e.Code)
		require.NotEmpty(t, e.Why, e.Code)
		require.NotEmpty(t, e.Fix, e.Code)
		explained[e.Code] = true
	}
	codes := codesInSource(t)
	var missing, dead []string
	for code, where := range codes {
		if !explained[code] && !strings.HasSuffix(code, "-") {
			missing = append(missing, code+" ("+where+")")
		}
	}
	for code := range explained {
		start, _, _ := strings.Cut(code, "-")
		_, begun := codes[start+"-"]
		if _, used := codes[code]; !used && !begun {
			dead = append(dead, code)
		}
	}
	slices.Sort(missing)
	slices.Sort(dead)
	require.Empty(t, missing, "codes without an explanation in engine/tools/reference/errors_*.go")
	require.Empty(t, dead, "explanations of codes that nothing gives")
}
