package lang

import (
	"fmt"
	"slices"
)

// transform reads a named expression. Whether its name is free among the
// functions, and what it computes, is judged where expressions are compiled.
func (r *reader) transform(n Named, b *content) {
	b.checkName(n, b.in, plainName)
	if slices.Contains(reservedNames, n.Name) {
		b.refuse(place{n.Range, b.in}, "reserved-name", fmt.Sprintf("A transform can't be called %q", n.Name),
			"In an expression this word means something else.", "Choose another name.")
	}
	b.need("params", "value")
	t := &Transform{Named: n, Params: b.words("params")}
	for _, p := range t.Params {
		b.checkName(Named{Name: p.Name, Range: p.Range}, b.in, plainName)
		if slices.Contains(reservedNames, p.Name) {
			b.refuse(place{p.Range, b.in}, "reserved-name", fmt.Sprintf("A parameter can't be called %q", p.Name),
				"In an expression this word means something else.", "Choose another name, such as s or value.")
		}
	}
	if a := b.attrs["params"]; a != nil && len(t.Params) == 0 && b.emptyList(a.Expr) {
		b.refuse(place{rangeOf(a.Expr.Range()), b.in}, "wrong-value", "A transform has at least one parameter",
			"Without one it would give the same for every record.", "Name its parameters, or write a local instead.")
	}
	if a := b.attrs["value"]; a != nil {
		t.Value = b.cel(a.Expr)
	}
	r.m.Transforms = append(r.m.Transforms, t)
}

// validation reads a condition of an input and what to say where it is not met.
func (c *content) validation(n Named) *Validation {
	c.need("that", "say")
	v := &Validation{Named: n, Say: c.label("say")}
	if a := c.attrs["that"]; a != nil {
		v.That = c.cel(a.Expr)
	}
	if a := c.attrs["say"]; a != nil && c.clean && v.Say == (Label{}) {
		if pairs, ok := c.object(a.Expr); ok && len(pairs) == 0 {
			c.refuse(place{rangeOf(a.Expr.Range()), c.in}, "wrong-value", `"say" says nothing`,
				"Whoever gives a value that is refused must learn what is wanted.", `Write { fr = "…", en = "…" }.`)
		}
	}
	return v
}
