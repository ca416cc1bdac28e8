package lang

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/diag"
)

// mapLines reads map = { … } line by line, without evaluating it: a quoted
// literal is CEL, a bare value a constant.
func (c *content) mapLines(e hcl.Expression) []*MapEntry {
	pairs, ok := c.object(e)
	if !ok {
		c.wrongType(e, "an object: { target_field = \"expression\" }")
		return nil
	}
	out := []*MapEntry{}
	first := map[string]diag.Range{}
	for _, p := range pairs {
		name, at, ok := c.key(p.Key)
		if !ok || (c.file.json && name == "//") {
			continue
		}
		if earlier, twice := first[name]; twice {
			c.refuse(place{at, c.in}, "duplicate-key-in-map", fmt.Sprintf("%q is mapped twice", name),
				fmt.Sprintf("The first one is in line %d. Only one of them could be sent.", earlier.Start.Line), "Keep one of the two.")
			continue
		}
		first[name] = at
		entry := c.mapValue(p.Value)
		entry.Word = Word{Name: name, Range: at}
		out = append(out, entry)
	}
	return out
}

func (c *content) mapValue(e hcl.Expression) *MapEntry {
	out := &MapEntry{ValueR: rangeOf(e.Range())}
	if _, ok := c.object(e); ok {
		out.Entries = c.mapLines(e)
		return out
	}
	if items, ok := c.list(e); ok {
		out.Items = []*MapEntry{}
		for _, item := range items {
			out.Items = append(out.Items, c.mapValue(item))
		}
		return out
	}
	if c.quoted(e) {
		if out.CEL = c.cel(e); out.CEL == nil {
			out.CEL = NewCEL("", out.ValueR)
		}
		return out
	}
	c.constant(out, e)
	return out
}

// quoted reports whether an expression is a quoted literal or a heredoc.
func (c *content) quoted(e hcl.Expression) bool {
	e = bare(e)
	switch e.(type) {
	case *hclsyntax.TemplateExpr, *hclsyntax.TemplateWrapExpr:
		return true
	}
	return c.file.json && c.file.starts(e.Range(), '"')
}

// constant takes true, 12, -1, input.x, local.x and text(…). Whatever else is
// bare was meant as an expression, or as a text.
func (c *content) constant(out *MapEntry, e hcl.Expression) {
	e = bare(e)
	unknown := cty.DynamicVal
	out.Const = &unknown
	if _, isText := c.textCall(e); isText {
		out.Expr = e
		return
	}
	if t, ok := e.(*hclsyntax.ScopeTraversalExpr); ok && (t.Traversal.RootName() == "input" || t.Traversal.RootName() == "local") {
		out.Expr = e
		return
	}
	if v, found := e.Value(nil); !found.HasErrors() {
		if !v.IsNull() {
			out.Const = &v
			return
		}
		c.refuse(place{out.ValueR, c.in}, "null-constant", "null can't be mapped",
			"A field that is never sent has no line, and one that is cleared is cleared because its source is empty.", "Take the line out.")
		return
	}
	c.refuse(place{out.ValueR, c.in}, "unquoted-cel", "This needs quotes",
		"In map, an expression stands between quotes. What stands bare is a constant: true, 12, text(\"FR\"), input.x or local.x.",
		`Write name = "person.name" for an expression, or name = text("…") for a fixed text.`)
}

// cel reads a CEL string with the place of each of its characters; nil when it
// is none, which is then reported.
func (c *content) cel(e hcl.Expression) *CEL {
	e = bare(e)
	whole := e.Range()
	if !c.quoted(e) {
		c.refuse(place{rangeOf(whole), c.in}, "unquoted-cel", "This needs quotes", "An expression stands between quotes.", `Write it as "…".`)
		return nil
	}
	var text celText
	var at hcl.Range
	var ok bool
	if c.file.json {
		text, at, ok = fromJSON(c.file.src[whole.Start.Byte:whole.End.Byte], whole.Start)
	} else {
		text, at, ok = fromTokens(c.file.tokensIn(whole))
	}
	if !ok {
		at.Filename = whole.Filename
		c.refuse(place{rangeOf(at), c.in}, "interpolation", "Nothing is interpolated in an expression",
			"The text between the quotes is the expression itself, in CEL, and input.x and local.x are words of it.",
			c.withoutMarks(at)+" For the two characters themselves write $${ (or %%{).")
		return nil
	}
	out := &CEL{Text: text.text.String(), Range: rangeOf(whole), pos: text.pos}
	if blank(out.Text) {
		c.refuse(place{out.Range, c.in}, "empty-expression", "The expression is empty", "There is nothing to compute.",
			`Write an expression; an empty text is "''".`)
		return nil
	}
	return out
}

// withoutMarks says how an interpolation is written as a part of the expression.
func (c *content) withoutMarks(at hcl.Range) string {
	text := string(c.file.src[at.Start.Byte:at.End.Byte])
	inner, ok := strings.CutPrefix(strings.TrimSuffix(text, "}"), "${")
	inner = strings.TrimSpace(inner)
	switch {
	case strings.HasPrefix(text, "%{"):
		return "Write a condition as part of the expression: condition ? a : b."
	case !ok || inner == "" || len(inner) > 60 || strings.ContainsAny(inner, "\"\n\\"):
		return "Write input.x without ${ and }."
	}
	return "Write " + inner + " without ${ and }."
}

func blank(s string) bool {
	for _, r := range s {
		if r != ' ' && r != '\t' && r != '\n' && r != '\r' {
			return false
		}
	}
	return true
}
