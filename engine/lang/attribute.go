package lang

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/diag"
)

// literal evaluates what must be written out: no input, no local, no function.
func (c *content) literal(e hcl.Expression, want string) (cty.Value, bool) {
	v, found := e.Value(nil)
	if c.file.json && len(e.Variables()) > 0 {
		found = found.Append(&hcl.Diagnostic{Severity: hcl.DiagError})
	}
	if found.HasErrors() {
		c.refuse(place{rangeOf(e.Range()), c.in}, "not-a-literal", "This value must be written out",
			"Inputs, locals and functions can't be used at this place, because it is needed before any value is known.",
			"Write "+want+" itself.")
		return cty.NilVal, false
	}
	return v, true
}

func (c *content) wrongType(e hcl.Expression, want string) {
	c.refuse(place{c.file.inner(e.Range()), c.in}, "wrong-type", "This must be "+want,
		"Another kind of value stands here.", "Write "+want+".")
}

// text reads an attribute that is a string. Without it, both results are zero.
func (c *content) text(name string) (string, diag.Range) {
	a := c.attrs[name]
	if a == nil {
		return "", diag.Range{}
	}
	return c.textOf(a.Expr), c.file.inner(a.Expr.Range())
}

func (c *content) textOf(e hcl.Expression) string {
	const want = "a text between quotes"
	v, ok := c.literal(e, want)
	if !ok {
		return ""
	}
	if v.IsNull() || v.Type() != cty.String {
		c.wrongType(e, want)
		return ""
	}
	return v.AsString()
}

// fullText is text that may not be blank where it is given.
func (c *content) fullText(name string) (string, diag.Range) {
	before := len(c.found)
	s, at := c.text(name)
	if s == "" && c.attrs[name] != nil && len(c.found) == before {
		c.refuse(place{at, c.in}, "wrong-value", fmt.Sprintf("%q is empty", name), "An empty text names nothing.", "Write its value or take the attribute out.")
	}
	return s, at
}

// oneOf is text with a fixed set of values.
func (c *content) oneOf(name string, values ...string) (string, diag.Range) {
	s, at := c.text(name)
	if s == "" {
		return s, at
	}
	for _, v := range values {
		if s == v {
			return s, at
		}
	}
	c.refuse(place{at, c.in}, "wrong-value", fmt.Sprintf("%q is no value of %q", s, name),
		"It can be "+orList(values)+"."+diag.Suggest(s, values), "Write one of these.")
	return "", at
}

func (c *content) boolean(name string) (value, given bool) {
	a := c.attrs[name]
	if a == nil {
		return false, false
	}
	v, ok := c.literal(a.Expr, "true or false")
	if !ok {
		return false, true
	}
	if v.IsNull() || v.Type() != cty.Bool {
		c.wrongType(a.Expr, "true or false, without quotes")
		return false, true
	}
	return v.True(), true
}

// words reads one text or a list of texts, each with its place.
func (c *content) words(name string) []Word {
	a := c.attrs[name]
	if a == nil {
		return nil
	}
	items := []hcl.Expression{a.Expr}
	if list, ok := c.list(a.Expr); ok {
		items = list
	}
	var out []Word
	for _, e := range items {
		before := len(c.found)
		w := Word{Name: c.textOf(e), Range: c.file.inner(e.Range())}
		if len(c.found) > before {
			continue
		}
		if w.Name == "" {
			c.refuse(place{w.Range, c.in}, "wrong-value", "A name is empty", "An empty text names nothing.", "Write the name or take it out.")
			continue
		}
		out = append(out, w)
	}
	for i, w := range out {
		for _, earlier := range out[:i] {
			if earlier.Name == w.Name {
				c.duplicate(place{w.Range, c.in}, fmt.Sprintf("%q", w.Name), earlier.Range)
			}
		}
	}
	return out
}

// emptyList: it is written out as [].
func (c *content) emptyList(e hcl.Expression) bool {
	items, ok := c.list(e)
	return ok && len(items) == 0
}

func names(words []Word) []string {
	var out []string
	for _, w := range words {
		out = append(out, w.Name)
	}
	return out
}

// statuses reads a list of HTTP status codes.
func (c *content) statuses(name string) []int32 {
	a := c.attrs[name]
	if a == nil {
		return nil
	}
	items, ok := c.list(a.Expr)
	if !ok {
		items = []hcl.Expression{a.Expr}
	}
	var out []int32
	for _, e := range items {
		v, ok := c.literal(e, "an HTTP status")
		if !ok {
			continue
		}
		if v.IsNull() || v.Type() != cty.Number {
			c.wrongType(e, "an HTTP status such as 409, or a list of them")
			continue
		}
		n, _ := v.AsBigFloat().Int64()
		if !v.AsBigFloat().IsInt() || n < 100 || n > 599 {
			c.refuse(place{rangeOf(e.Range()), c.in}, "wrong-value", "This is no HTTP status", "Statuses go from 100 to 599.", "Write the number that the system answers with.")
			continue
		}
		out = append(out, int32(n))
	}
	return out
}

// label reads { fr = "…", en = "…" }, or one text for both.
func (c *content) label(name string) Label {
	a := c.attrs[name]
	if a == nil {
		return Label{}
	}
	pairs, ok := c.object(a.Expr)
	if !ok {
		s := c.textOf(a.Expr)
		return Label{FR: s, EN: s}
	}
	var l Label
	for _, p := range pairs {
		key, at, ok := c.key(p.Key)
		if !ok {
			continue
		}
		switch key {
		case "fr":
			l.FR = c.textOf(p.Value)
		case "en":
			l.EN = c.textOf(p.Value)
		default:
			c.refuse(place{at, c.in}, "unknown-word", fmt.Sprintf("Unknown language %q", key), "Texts for people are in French (fr) and English (en).", "Use fr or en.")
		}
	}
	return l
}

// reference reads a bare word with a dot: connection.lucca.
func (c *content) reference(e hcl.Expression, kind string) (Reference, bool) {
	t, found := hcl.AbsTraversalForExpr(e)
	at := c.file.inner(e.Range())
	if !found.HasErrors() && len(t) == 2 && t.RootName() == kind {
		if step, ok := t[1].(hcl.TraverseAttr); ok {
			return Reference{Kind: kind, Name: step.Name, Range: at}, true
		}
	}
	if !found.HasErrors() && kind == "mapping" && len(t) == 3 && t.RootName() == "package" {
		name, ok := t[1].(hcl.TraverseAttr)
		mapping, ok2 := t[2].(hcl.TraverseAttr)
		if ok && ok2 {
			return Reference{Kind: "package", Name: name.Name + "." + mapping.Name, Range: at}, true
		}
	}
	name := "NAME"
	if v, found := e.Value(nil); !found.HasErrors() && v.Type() == cty.String && !v.IsNull() && hclsyntax.ValidIdentifier(v.AsString()) {
		name = v.AsString() // the name alone, between quotes
	}
	c.refuse(place{at, c.in}, "wrong-reference", "This is no reference to a "+kind,
		"A reference is the word and the name, with a dot between them and no quotes.", "Write "+kind+"."+name+".")
	return Reference{}, false
}

func (c *content) references(name, kind string) []Reference {
	a := c.attrs[name]
	if a == nil {
		return nil
	}
	items, ok := c.list(a.Expr)
	if !ok {
		c.wrongType(a.Expr, "a list: ["+kind+".NAME]")
		return nil
	}
	var out []Reference
	for _, e := range items {
		if r, ok := c.reference(e, kind); ok {
			out = append(out, r)
		}
	}
	return out
}

// list and object look at the shape of an expression without evaluating it.
func (c *content) list(e hcl.Expression) ([]hcl.Expression, bool) {
	e = bare(e)
	if _, native := e.(*hclsyntax.TupleConsExpr); !native && !(c.file.json && c.file.starts(e.Range(), '[')) {
		return nil, false
	}
	items, found := hcl.ExprList(e)
	return items, !found.HasErrors()
}

func (c *content) object(e hcl.Expression) ([]hcl.KeyValuePair, bool) {
	e = bare(e)
	if _, native := e.(*hclsyntax.ObjectConsExpr); !native && !(c.file.json && c.file.starts(e.Range(), '{')) {
		return nil, false
	}
	pairs, found := hcl.ExprMap(e)
	return pairs, !found.HasErrors()
}

// key reads the name of a line of an object, bare or quoted.
func (c *content) key(e hcl.Expression) (string, diag.Range, bool) {
	at := c.file.inner(e.Range())
	v, found := e.Value(nil)
	if !found.HasErrors() && !v.IsNull() && v.IsKnown() {
		switch v.Type() {
		case cty.String:
			return v.AsString(), at, true
		case cty.Number:
			return v.AsBigFloat().Text('f', -1), at, true
		}
	}
	c.refuse(place{at, c.in}, "wrong-key", "This is no plain key",
		"A key is a name, or a text between quotes. A dot in a bare name means nothing here.",
		`Write name = …, "a name" = …, or name = { inner = … } for something nested.`)
	return "", at, false
}

// bare takes parentheses off.
func bare(e hcl.Expression) hcl.Expression {
	for {
		p, ok := e.(*hclsyntax.ParenthesesExpr)
		if !ok {
			return e
		}
		e = p.Expression
	}
}
