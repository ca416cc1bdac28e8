package compile_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/stretchr/testify/require"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/lang"
)

// notInJSON are the wrong workspaces whose mistake has no form in JSON.
var notInJSON = map[string]string{
	"attribute-twice":    "JSON has arrays for that",
	"bare-text":          "in JSON a text in map is an expression",
	"block-as-attribute": "JSON does not tell the two apart",
	"constant-empty":     "a text constant is an expression in JSON",
	"constant-too-long":  "a text constant is an expression in JSON",
	"constants-wrong":    "a text constant is an expression in JSON",
	"dotted-key":         "a key is a text in JSON",
	"functions":          "text(…) is an expression in JSON",
	"json":               "it is JSON already",
	"json-syntax":        "it is JSON already",
	"labels":             "names are keys in JSON",
	"leavers":            "in JSON every expression has its quotes",
	"many-files":         "one file has HCL's own syntax wrong",
	"names-unknown":      "a bare input in map is an expression in JSON",
	"not-utf8":           "the file is no text",
	"syntax":             "it has HCL's own syntax wrong",
	"transform":          "in JSON every expression has its quotes",
	"unknown-block":      "JSON does not tell blocks from attributes",
	"unknown-type":       "a quoted type is how JSON writes one",
	"unquoted-cel":       "in JSON every expression has its quotes",
	"validation":         "in JSON every expression has its quotes",
	"wrong-reference":    "a quoted reference is how JSON writes one",
}

// Whatever is said of a workspace in HCL is said of it in JSON.
func TestJSONSyntaxIsRefusedAlike(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{"testdata/wrong/*", "../lang/testdata/wrong/*"} {
		dirs, err := filepath.Glob(filepath.FromSlash(pattern))
		require.NoError(t, err)
		require.Greater(t, len(dirs), 50)
		for _, dir := range dirs {
			if notInJSON[filepath.Base(dir)] != "" {
				continue
			}
			t.Run(dir, func(t *testing.T) {
				t.Parallel()
				_, _, native := validated(t, dir)
				_, _, asJSON := validated(t, inJSON(t, dir))
				require.Equal(t, codes(native), codes(asJSON), "%v", asJSON)
			})
		}
	}
}

// Right workspaces declare the same in both.
func TestJSONSyntaxDeclaresTheSame(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"testdata/right/extended", "testdata/right/id-and-filled", "testdata/right/shapes", "testdata/right/shipped"} {
		t.Run(dir, func(t *testing.T) {
			t.Parallel()
			native, _, found := validated(t, dir)
			require.Empty(t, found)
			asJSON, _, found := validated(t, inJSON(t, dir))
			require.Empty(t, found)
			require.Equal(t, facts(native), facts(asJSON))
		})
	}
}

func codes(found diag.Diagnostics) []string {
	var out []string
	for _, d := range found {
		out = append(out, d.Code)
	}
	slices.Sort(out)
	return out
}

// facts are what a compiled mapping does, place apart.
func facts(mappings []*compile.Mapping) []string {
	var out []string
	for _, m := range mappings {
		fields := slices.Clone(m.Source.Projection)
		slices.Sort(fields)
		out = append(out, m.Address, strings.Join(fields, " "), string(m.Source.Settings), string(m.Target.Settings))
		for _, f := range m.Target.Fields {
			text := strings.ReplaceAll(f.Text(), `"`, "'") // a constant text is an expression in JSON,
			if strings.HasPrefix(strings.TrimPrefix(text, "string("), "input.") {
				text = "" // and so is a bare input, whose value is not known
			}
			out = append(out, fmt.Sprintf("%s %s %v %v %v: %s", f.Name, f.Type, f.Required, f.Once, f.KeepsFilled, text))
		}
		for _, e := range m.Target.Endpoints {
			out = append(out, e.String())
		}
		for _, text := range []*lang.CEL{m.Decl.ShownAs, m.Decl.Sources[0].Where} {
			if text != nil {
				out = append(out, text.Text)
			}
		}
	}
	return out
}

// inJSON writes a workspace anew in the JSON syntax, in a place where what it
// refers to is found as before.
func inJSON(t *testing.T, dir string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), filepath.Base(dir))
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, _ := filepath.Rel(dir, path)
		to := filepath.Join(out, relative)
		if entry.IsDir() {
			return os.MkdirAll(to, 0o700)
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !strings.HasSuffix(path, ".hcl") || strings.HasSuffix(path, ".test.hcl") {
			return os.WriteFile(to, src, 0o600)
		}
		file, found := hclsyntax.ParseConfig(src, path, hcl.InitialPos)
		require.False(t, found.HasErrors(), "%v", found)
		w := &jsonWriter{t: t, src: src}
		w.body(file.Body.(*hclsyntax.Body), "")
		require.True(t, json.Valid([]byte(w.out.String())), w.out.String())
		return os.WriteFile(to+".json", []byte(w.out.String()), 0o600)
	}))
	return out
}

type jsonWriter struct {
	t   *testing.T
	src []byte
	out strings.Builder
}

func (w *jsonWriter) text(s string) {
	quoted, err := json.Marshal(s)
	require.NoError(w.t, err)
	w.out.Write(quoted)
}

// body writes attributes, then blocks grouped by type, as JSON has to.
func (w *jsonWriter) body(b *hclsyntax.Body, kind string) {
	w.out.WriteString("{")
	first := true
	comma := func() {
		if !first {
			w.out.WriteString(", ")
		}
		first = false
	}
	var attributes []*hclsyntax.Attribute
	for _, a := range b.Attributes {
		attributes = append(attributes, a)
	}
	slices.SortFunc(attributes, func(a, b *hclsyntax.Attribute) int { return a.NameRange.Start.Byte - b.NameRange.Start.Byte })
	for _, a := range attributes {
		comma()
		w.text(a.Name)
		w.out.WriteString(": ")
		w.value(a.Expr, kind, a.Name)
	}
	var kinds []string
	for _, block := range b.Blocks {
		if !slices.Contains(kinds, block.Type) {
			kinds = append(kinds, block.Type)
		}
	}
	for _, kind := range kinds {
		comma()
		w.text(kind)
		w.out.WriteString(": [")
		n := 0
		for _, block := range b.Blocks {
			if block.Type != kind {
				continue
			}
			if n++; n > 1 {
				w.out.WriteString(", ")
			}
			for _, label := range block.Labels {
				w.out.WriteString("{")
				w.text(label)
				w.out.WriteString(": ")
			}
			w.body(block.Body, kind)
			w.out.WriteString(strings.Repeat("}", len(block.Labels)))
		}
		w.out.WriteString("]")
	}
	w.out.WriteString("}")
}

// value writes one expression. What is bare in HCL becomes, in JSON, a reference
// or a type where one is meant, an expression in map, a template elsewhere.
func (w *jsonWriter) value(e hclsyntax.Expression, block, name string) {
	if p, ok := e.(*hclsyntax.ParenthesesExpr); ok {
		w.value(p.Expression, block, name)
		return
	}
	source := string(e.Range().SliceBytes(w.src))
	switch e := e.(type) {
	case *hclsyntax.TemplateExpr, *hclsyntax.TemplateWrapExpr:
		w.text(w.template(e, source))
		return
	case *hclsyntax.TupleConsExpr:
		w.out.WriteString("[")
		for i, item := range e.Exprs {
			if i > 0 {
				w.out.WriteString(", ")
			}
			w.value(item, block, name)
		}
		w.out.WriteString("]")
		return
	case *hclsyntax.ObjectConsExpr:
		w.out.WriteString("{")
		for i, item := range e.Items {
			if i > 0 {
				w.out.WriteString(", ")
			}
			key, found := item.KeyExpr.Value(nil)
			require.False(w.t, found.HasErrors())
			w.text(key.AsString())
			w.out.WriteString(": ")
			w.value(item.ValueExpr, block, name)
		}
		w.out.WriteString("}")
		return
	}
	if v, found := e.Value(nil); !found.HasErrors() && !v.IsNull() && v.Type().IsPrimitiveType() || source == "null" {
		w.out.WriteString(source)
		return
	}
	switch {
	case block == "target" && name == "map":
		inner, isText := strings.CutPrefix(source, "text(")
		inner = strings.TrimSuffix(inner, ")")
		switch {
		case !isText:
			w.text(source)
		case strings.HasPrefix(inner, `"`):
			w.text("'" + strings.Trim(inner, `"`) + "'")
		default:
			w.text("string(" + inner + ")")
		}
	case slices.Contains([]string{"connection", "type", "use", "after"}, name), name == "unknown" && block == "table":
		w.text(source)
	default:
		w.text("${" + source + "}")
	}
}

// template keeps ${ and $${ as they are, which JSON reads as HCL does.
func (w *jsonWriter) template(e hclsyntax.Expression, source string) string {
	if !strings.HasPrefix(source, `"`) { // a heredoc, which may take its indentation off
		v, found := e.Value(nil)
		require.False(w.t, found.HasErrors())
		return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(v.AsString())
	}
	var out strings.Builder
	for rest := source[1 : len(source)-1]; rest != ""; {
		if rest[0] != '\\' {
			out.WriteByte(rest[0])
			rest = rest[1:]
			continue
		}
		r, _, tail, err := strconv.UnquoteChar(rest, '"')
		require.NoError(w.t, err)
		out.WriteRune(r)
		rest = tail
	}
	return out.String()
}
