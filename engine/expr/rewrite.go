package expr

import (
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// rewriteNulls lets null stand for an empty value of whatever type is wanted,
// as in `cond ? person.end : null`. Beside == and != it stays, to be refused:
// nothing equals an empty value.
func (c *compilation) rewriteNulls() {
	fac := ast.NewExprFactory()
	visit(c.tree.NativeRep().Expr(), func(e ast.Expr) {
		if e.Kind() == ast.CallKind && isEquality(e.AsCall().FunctionName()) {
			return
		}
		for _, child := range children(e) {
			if isNull(child) {
				child.SetKindCase(fac.NewCall(child.ID(), emptyFunction))
			}
		}
	})
	if root := c.tree.NativeRep().Expr(); isNull(root) {
		root.SetKindCase(fac.NewCall(root.ID(), emptyFunction))
	}
}

func isEquality(function string) bool {
	return function == operators.Equals || function == operators.NotEquals
}

func isNull(e ast.Expr) bool {
	return e.Kind() == ast.LiteralKind && e.AsLiteral() == types.NullValue
}

// rewriteToday gives today to the functions that need it. Until then they were
// checked in the form that people write, so that messages speak of that.
func (c *compilation) rewriteToday(p *Program) bool {
	fac := ast.NewExprFactory()
	changed := false
	visit(c.tree.NativeRep().Expr(), func(e ast.Expr) {
		if e.Kind() != ast.CallKind {
			return
		}
		call := e.AsCall()
		switch call.FunctionName() {
		case "today":
			e.SetKindCase(fac.NewIdent(e.ID(), todayVariable))
			changed = true
		case "past", "age":
			today := fac.NewIdent(c.newID(e), todayVariable)
			e.SetKindCase(fac.NewCall(e.ID(), "@"+call.FunctionName(), call.Args()[0], today))
			changed = true
		}
	})
	p.today = changed
	return !changed || c.check()
}

// repair makes the conversion that one complaint of the checker calls for, and
// reports whether there was one.
func (c *compilation) repair(issue *common.Error) bool {
	call, ok := c.src.nodes[issue.ExprID]
	if !ok || call.Kind() != ast.CallKind {
		return false
	}
	mismatch, ok := parseMismatch(issue.Message)
	operands := children(call)
	if !ok || len(operands) != len(mismatch.args) {
		return false
	}
	// A choice has a label for people; which record it names, nobody knows.
	if mismatch.function != linkedFunction && c.convertChoices(mismatch, operands) {
		return true
	}
	return c.convertInts(mismatch, operands)
}

func (c *compilation) convertChoices(m mismatch, operands []ast.Expr) bool {
	done := false
	for i, t := range m.args {
		if t == "@choice" {
			c.wrapLabel(operands[i])
			done = true
		}
	}
	return done
}

// convertInts turns an int beside a double into a double, and beside a decimal
// into a decimal. int(x) of such an operand is what the author writes for the
// other way, which may lose something.
func (c *compilation) convertInts(m mismatch, operands []ast.Expr) bool {
	wider := ""
	for _, t := range m.args {
		if t == "double" || t == "@decimal" {
			if wider != "" && wider != t {
				return false
			}
			wider = t
		}
	}
	if wider == "" || !mixesNumbers(m.function) {
		return false
	}
	conversion := map[string]string{"double": "double", "@decimal": "decimal"}[wider]
	done := false
	for i, t := range m.args {
		if t == "int" {
			c.wrapCall(operands[i], conversion)
			done = true
		}
	}
	return done
}

func mixesNumbers(function string) bool {
	switch function {
	case operators.Add, operators.Subtract, operators.Multiply, operators.Divide,
		operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals,
		operators.Equals, operators.NotEquals, operators.Conditional, "coalesce", "orValue":
		return true
	}
	return false
}

// wrapCall puts function(e) in the place of e.
func (c *compilation) wrapCall(e ast.Expr, function string) {
	fac := ast.NewExprFactory()
	inner := c.inner(e)
	e.SetKindCase(fac.NewCall(e.ID(), function, inner))
}

// wrapLabel puts e.label in the place of e, a choice.
func (c *compilation) wrapLabel(e ast.Expr) {
	fac := ast.NewExprFactory()
	inner := c.inner(e)
	e.SetKindCase(fac.NewSelect(e.ID(), inner, "label"))
}

// inner is a copy of e under a new id, at the same place of the text.
func (c *compilation) inner(e ast.Expr) ast.Expr {
	inner := ast.NewExprFactory().NewUnspecifiedExpr(c.newID(e))
	inner.SetKindCase(e)
	c.src.nodes[inner.ID()] = inner
	return inner
}
