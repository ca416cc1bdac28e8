package expr

import (
	"cmp"
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// refOf is the field that a selection reads, found by the type of what it
// selects from, so that a loop's variable over a joined source counts too.
func (e *Env) refOf(tree *ast.AST, x ast.Expr) (Ref, bool) {
	if x.Kind() != ast.SelectKind {
		return Ref{}, false
	}
	t := tree.GetType(x.AsSelect().Operand().ID())
	if t.Kind() != types.StructKind {
		return Ref{}, false
	}
	s, ok := e.provider.structs[t.TypeName()]
	if !ok || s.source < 0 {
		return Ref{}, false
	}
	field, ok := s.index[x.AsSelect().FieldName()]
	return Ref{Source: s.source, Field: field}, ok
}

func (e *Env) reads(tree *ast.AST) []Ref {
	var refs []Ref
	visit(tree.Expr(), func(x ast.Expr) {
		if r, ok := e.refOf(tree, x); ok {
			refs = append(refs, r)
		}
	})
	slices.SortFunc(refs, func(a, b Ref) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Field, b.Field))
	})
	return slices.Compact(refs)
}

// sourcesIn are the sources that an expression names, as a whole or by a field. A
// loop's variable of that name counts too: rather one too many.
func (e *Env) sourcesIn(tree *ast.AST) []int {
	var out []int
	visit(tree.Expr(), func(x ast.Expr) {
		if x.Kind() != ast.IdentKind {
			return
		}
		for i, s := range e.sources {
			if s.Name == strings.TrimPrefix(x.AsIdent(), ".") && !slices.Contains(out, i) {
				out = append(out, i)
			}
		}
	})
	slices.Sort(out)
	return out
}

// copyOf recognises source.field alone.
func (e *Env) copyOf(tree *ast.AST, x ast.Expr) (Ref, bool) {
	r, ok := e.refOf(tree, x)
	if !ok || x.AsSelect().IsTestOnly() || x.AsSelect().Operand().Kind() != ast.IdentKind {
		return Ref{}, false
	}
	return r, true
}

// fieldMayBeEmpty: the fields of a joined record are empty when there is none.
func (e *Env) fieldMayBeEmpty(r Ref) bool {
	s := e.sources[r.Source]
	return s.Fields[r.Field].MayBeEmpty || r.Source > 0 && !s.Many && !s.Always
}

// mayBeEmpty is true unless the expression is sure to give a value. It does not
// follow conditions: in `filled(x) ? x : 'none'` it still sees x.
func (e *Env) mayBeEmpty(tree *ast.AST, x ast.Expr) bool {
	switch x.Kind() {
	case ast.LiteralKind:
		return x.AsLiteral() == types.String("") || x.AsLiteral() == types.NullValue
	case ast.IdentKind:
		return e.nameMayBeEmpty(x.AsIdent())
	case ast.SelectKind:
		return e.selectMayBeEmpty(tree, x)
	case ast.ListKind, ast.MapKind:
		return false
	case ast.ComprehensionKind:
		loop := x.AsComprehension()
		return e.mayBeEmpty(tree, loop.IterRange()) || tree.GetType(x.ID()).Kind() == types.BoolKind && e.mayBeEmpty(tree, loop.LoopStep())
	case ast.CallKind:
		return e.callMayBeEmpty(tree, x)
	}
	return true
}

// nameMayBeEmpty: a loop's own counter always has a value; its variable is an
// element, which may be empty.
func (e *Env) nameMayBeEmpty(name string) bool {
	switch name {
	case "input", "local", "__result__", "@result":
		return false
	}
	for i, s := range e.sources {
		if s.Name == name {
			return i > 0 && !s.Many && !s.Always
		}
	}
	return true
}

func (e *Env) selectMayBeEmpty(tree *ast.AST, x ast.Expr) bool {
	if x.AsSelect().IsTestOnly() {
		return false
	}
	if r, ok := e.refOf(tree, x); ok {
		return e.fieldMayBeEmpty(r)
	}
	operand := x.AsSelect().Operand()
	if operand.Kind() == ast.IdentKind {
		for name, n := range map[string]*namespace{"input": e.inputs, "local": e.locals} {
			if operand.AsIdent() != name {
				continue
			}
			for _, c := range n.constants {
				// What is not known yet is judged when it is.
				if c.Name == x.AsSelect().FieldName() {
					return c.Known && c.Value.IsEmpty()
				}
			}
		}
	}
	return true
}

func (e *Env) callMayBeEmpty(tree *ast.AST, x ast.Expr) bool {
	operands := children(x)
	switch x.AsCall().FunctionName() {
	case "filled", "empty", "past", pastFunction, "today", operators.NotStrictlyFalse:
		return false
	case "coalesce", "orValue":
		return !slices.ContainsFunc(operands, func(o ast.Expr) bool { return !e.mayBeEmpty(tree, o) })
	case "trim", "replace", "before", "after", "unaccent", "join", "min", "max", "lookup", "phone", "country", "iban", "bic", "yes",
		"substring", "streetNumber", "streetName", operators.Index, emptyFunction:
		return true
	}
	return slices.ContainsFunc(operands, func(o ast.Expr) bool { return e.mayBeEmpty(tree, o) })
}

// warnEmpty warns where a condition reads a field that may be empty and nothing
// in the condition asks whether it is: an empty result holds the record back.
func (c *compilation) warnEmpty(p *Program) {
	tree := c.tree.NativeRep()
	asked, records := c.askedFor(tree)
	warned := map[Ref]bool{}
	visit(tree.Expr(), func(x ast.Expr) {
		r, ok := c.env.refOf(tree, x)
		if !ok || warned[r] || asked[r] || records[r.Source] || !c.env.fieldMayBeEmpty(r) {
			return
		}
		warned[r] = true
		path, ok := pathOf(x)
		if !ok {
			path = c.env.sources[r.Source].Name + "." + c.env.sources[r.Source].Fields[r.Field].Name
		}
		c.report(Problem{
			Warning: true,
			Code:    "may-be-empty",
			Summary: "`" + path + "` may be empty",
			Detail:  "A condition without a value holds the record back; it is not taken as false.",
			Remedy:  "Ask filled(" + path + ") && …, or give another value with " + path + ".orValue(…).",
		}, x)
	})
}

// askedFor are the fields, and the records as a whole, about which the
// expression asks whether they are empty.
func (c *compilation) askedFor(tree *ast.AST) (map[Ref]bool, map[int]bool) {
	asked, records := map[Ref]bool{}, map[int]bool{}
	under := func(e ast.Expr) {
		visit(e, func(x ast.Expr) {
			if r, ok := c.env.refOf(tree, x); ok {
				asked[r] = true
			}
		})
		if e.Kind() == ast.IdentKind {
			for i, s := range c.env.sources {
				if s.Name == e.AsIdent() {
					records[i] = true
				}
			}
		}
	}
	visit(tree.Expr(), func(x ast.Expr) {
		switch {
		case x.Kind() == ast.SelectKind && x.AsSelect().IsTestOnly():
			if r, ok := c.env.refOf(tree, x); ok {
				asked[r] = true
			}
		case x.Kind() == ast.CallKind:
			switch x.AsCall().FunctionName() {
			case "filled", "empty", "coalesce", "orValue", "past":
				for _, o := range children(x) {
					under(o)
				}
			}
		}
	})
	return asked, records
}
