package expr

import (
	"fmt"
	"regexp/syntax"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/overloads"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// checkNodes makes the checks that types alone do not: literals, loops, the
// time zone.
func (c *compilation) checkNodes() bool {
	before := len(c.problems)
	c.checkLoops(c.tree.NativeRep().Expr(), 0)
	visit(c.tree.NativeRep().Expr(), func(e ast.Expr) {
		if e.Kind() != ast.CallKind {
			return
		}
		switch e.AsCall().FunctionName() {
		case "today", "past", "age":
			c.checkZone(e)
		case overloads.Matches:
			c.checkRegex(e)
		case overloads.TypeConvertTimestamp:
			c.checkConstant(e, types.TimestampType, "bad-timestamp", "This is no moment in time", "A moment is written 2026-09-01T08:00:00+02:00, with its offset.")
		case overloads.TypeConvertDuration:
			c.checkConstant(e, types.DurationType, "bad-duration", "This is no duration", "A duration is written 36h, 90m or 10s. Days and months are added with addDays and addMonths.")
		case overloads.TypeConvertInt:
			c.checkConstant(e, types.IntType, "bad-number", "This is no whole number", "An int is written with digits, and a minus in front of it where it is negative.")
		case overloads.TypeConvertDouble:
			c.checkConstant(e, types.DoubleType, "bad-number", "This is no number", "A number is written with digits and a point.")
		case "decimal":
			c.checkConstant(e, decimalType, "bad-number", "This is no decimal number", "A number is written with digits and a point.")
		case overloads.TypeConvertBool:
			c.checkConstant(e, types.BoolType, "bad-bool", "This is neither true nor false", "Compare a text instead, for example text == 'oui'.")
		}
		if ids := c.tree.NativeRep().GetOverloadIDs(e.ID()); len(ids) == 1 {
			if o, ok := c.env.overloads[ids[0]]; ok && o.fix != nil {
				c.checkFixed(e, o)
			}
		}
	})
	return len(c.problems) == before
}

func (c *compilation) checkZone(e ast.Expr) {
	if c.env.zone != nil {
		return
	}
	name := e.AsCall().FunctionName()
	c.report(Problem{
		Code:    "timezone-needed",
		Summary: "`" + name + "` needs a time zone",
		Detail:  "Today is another day in another part of the world, and the file does not say which counts.",
		Remedy:  `Write timezone = "Europe/Paris", or another, in the integration block.`,
	}, e)
}

// checkFixed holds the literals among a call's fixed arguments against what the
// function takes.
func (c *compilation) checkFixed(e ast.Expr, o *overload) {
	var fixed []ast.Expr
	for i, arg := range children(e) {
		if i != o.subject {
			fixed = append(fixed, arg)
		}
	}
	vals := make([]ref.Val, len(fixed))
	for i, arg := range fixed {
		if arg.Kind() == ast.LiteralKind {
			vals[i] = arg.AsLiteral()
			continue
		}
		if o.literal {
			c.reportSpan(Problem{
				Code:    "literal-needed",
				Summary: "`" + o.function + "` takes a constant text here",
				Detail:  "It is checked before anything runs, so it cannot come from a record.",
				Remedy:  "Write it in quotes.",
			}, arg)
		}
		return
	}
	if _, bad := o.fix(vals); bad != nil {
		c.reportSpan(Problem{Code: bad.code, Summary: bad.summary, Detail: bad.detail, Remedy: bad.remedy}, fixed[bad.arg])
	}
}

// checkRegex keeps regular expressions constant and small: a pattern out of a
// record could be made to cost anything.
func (c *compilation) checkRegex(e ast.Expr) {
	operands := children(e)
	if len(operands) != 2 {
		return
	}
	pattern := operands[1]
	p := Problem{Code: "bad-regex", Remedy: "Patterns are written as RE2 has them, at most 500 bytes, for example '^[0-9]{5}$'."}
	literal, isText := types.String(""), false
	if pattern.Kind() == ast.LiteralKind {
		literal, isText = pattern.AsLiteral().(types.String)
	}
	switch {
	case !isText:
		p.Code = "literal-needed"
		p.Summary, p.Detail = "`matches` takes a constant pattern", "It is checked before anything runs, so it cannot come from a record."
		p.Remedy = "Write it in quotes."
	case len(literal) > maxRegex:
		p.Summary, p.Detail = "This pattern is too long", fmt.Sprintf("It has %d bytes.", len(literal))
	default:
		size, err := regexSize(string(literal))
		switch {
		case err != nil:
			p.Summary, p.Detail = "This pattern is not valid", "It cannot be read as a regular expression."
		case size > maxProgram:
			p.Summary, p.Detail = "This pattern does too much", "Its repetitions make it larger than an expression may be."
		default:
			return
		}
	}
	c.reportSpan(p, pattern)
}

// regexSize counts the instructions of a pattern. cel-go's own limit panics in
// v0.31 on a pattern with a repetition such as {5}, so it stays off.
func regexSize(pattern string) (int, error) {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return 0, err
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return 0, err
	}
	return len(program.Inst), nil
}

// checkConstant refuses a conversion that is sure to fail for every record.
func (c *compilation) checkConstant(e ast.Expr, t *types.Type, code, summary, remedy string) {
	operands := children(e)
	if len(operands) != 1 || operands[0].Kind() != ast.LiteralKind {
		return
	}
	s, ok := operands[0].AsLiteral().(types.String)
	if !ok || t != decimalType && !types.IsError(s.ConvertToType(t)) || t == decimalType && plainNumber.MatchString(string(s)) {
		return
	}
	c.report(Problem{Code: code, Summary: summary, Detail: "The text does not have the form of one.", Remedy: remedy}, operands[0])
}

// checkLoops allows a loop in a loop and no more: each level multiplies the work.
func (c *compilation) checkLoops(e ast.Expr, depth int) {
	if e.Kind() != ast.ComprehensionKind {
		for _, child := range children(e) {
			c.checkLoops(child, depth)
		}
		return
	}
	if depth == maxLoops {
		p := tooComplex("A loop stands in a loop in a loop; two are the most.", 0)
		c.report(p, e)
		return
	}
	loop := e.AsComprehension()
	c.checkLoops(loop.IterRange(), depth)
	c.checkLoops(loop.LoopCondition(), depth+1)
	c.checkLoops(loop.LoopStep(), depth+1)
	c.checkLoops(loop.Result(), depth)
}
