package reference_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/tools/reference"
)

// Every event that the command can write is on the page, and so is every member
// of one.
func TestEveryEventIsDocumented(t *testing.T) {
	t.Parallel()
	types, members := map[string]bool{}, map[string]bool{"type": true}
	for _, e := range reference.EventList() {
		require.False(t, types[e.Type], "%s is described twice", e.Type)
		types[e.Type] = true
		for _, f := range e.Fields {
			for _, part := range strings.Split(f.Name, ".") {
				members[part] = true
			}
		}
	}
	written, named := eventsInSource(t)
	for name := range written {
		require.True(t, types[name], "the event %s is not on the page", name)
	}
	for name := range named {
		require.True(t, members[name], "the member %s of an event is not on the page", name)
	}
	for name := range types {
		require.True(t, written[name], "nothing writes the event %s", name)
	}
}

// eventsInSource finds the types and the members of events in the source of the
// command: maps with string keys, struct tags, and what is passed on as kind.
func eventsInSource(t *testing.T) (types, members map[string]bool) {
	t.Helper()
	types, members = map[string]bool{}, map[string]bool{}
	var paths []string
	for _, pattern := range []string{"view/json*.go", "*.go"} {
		found, err := filepath.Glob(filepath.Join("..", "..", "..", "cmd", "engine", pattern))
		require.NoError(t, err)
		paths = append(paths, found...)
	}
	require.NotEmpty(t, paths)
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				// Outside of the view, maps of other values are no events.
				m, isMap := n.Type.(*ast.MapType)
				return strings.Contains(path, "view") || !isMap || lastName(m.Value) == "any"
			case *ast.KeyValueExpr:
				noteMember(n, types, members)
			case *ast.Field:
				if n.Tag != nil {
					tag, _ := strconv.Unquote(n.Tag.Value)
					name, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
					members[name] = true
				}
			case *ast.CallExpr:
				if name := lastName(n.Fun); (name == "summary" || name == "failed") && len(n.Args) > 0 {
					if kind, ok := literal(n.Args[0]); ok {
						types[kind] = true
					}
				}
			}
			return true
		})
	}
	delete(members, "")
	return types, members
}

// noteMember reads "type": "held" and "mapping": …, and Type: "held" of a struct.
func noteMember(kv *ast.KeyValueExpr, types, members map[string]bool) {
	value, isText := literal(kv.Value)
	if key, ok := kv.Key.(*ast.Ident); ok && key.Name == "Type" && isText {
		types[value] = true
		return
	}
	key, ok := literal(kv.Key)
	if !ok {
		return
	}
	members[key] = true
	if key == "type" && isText {
		types[value] = true
	}
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}
