package expr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"

	"passerelle/engine/diag"
)

// mismatch is the checker's "found no matching overload", taken apart. It says
// the types of the operands nowhere but in this text; a test holds its form.
type mismatch struct {
	function string
	args     []string // CEL's names, the receiver first
	member   bool
}

func parseMismatch(message string) (mismatch, bool) {
	rest, ok := strings.CutPrefix(message, "found no matching overload for '")
	if !ok {
		return mismatch{}, false
	}
	function, rest, ok := strings.Cut(rest, "' applied to '")
	if !ok {
		return mismatch{}, false
	}
	m := mismatch{function: function}
	rest = strings.TrimSuffix(rest, "'")
	if !strings.HasPrefix(rest, "(") {
		// The receiver comes first: string.(int)
		at := strings.LastIndex(rest, ".(")
		if at < 0 {
			return mismatch{}, false
		}
		m.member, m.args = true, []string{rest[:at]}
		rest = rest[at+1:]
	}
	m.args = append(m.args, splitTypes(strings.TrimSuffix(strings.TrimPrefix(rest, "("), ")"))...)
	return m, true
}

// splitTypes splits at the commas that are in no parentheses.
func splitTypes(s string) []string {
	var out []string
	depth, from := 0, 0
	for i, r := range s {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == ',' && depth == 0:
			out = append(out, strings.TrimSpace(s[from:i]))
			from = i + 1
		}
	}
	if s != "" {
		out = append(out, strings.TrimSpace(s[from:]))
	}
	return out
}

// checkProblem says what the checker found, in the language's words.
func (c *compilation) checkProblem(issue *common.Error) {
	e, ok := c.src.nodes[issue.ExprID]
	if !ok {
		c.problems = append(c.problems, c.placeless(issue))
		return
	}
	m, mismatched := parseMismatch(issue.Message)
	switch {
	case mismatched:
		c.mismatched(e, m)
	case strings.HasPrefix(issue.Message, "undefined field "):
		c.unknownField(e)
	case strings.HasPrefix(issue.Message, "undeclared reference "):
		c.unknownName(e)
	case strings.HasSuffix(issue.Message, "does not support field selection"):
		c.noFields(e, quoted(issue.Message))
	case strings.HasPrefix(issue.Message, "expected type 'bool' but found "):
		c.reportSpan(Problem{
			Code:    "wrong-type",
			Summary: "`&&` and `||` stand between conditions",
			Detail:  capitalised(c.named(e)) + " is " + withArticle(plainType(lastQuoted(issue.Message))) + ".",
			Remedy:  "Compare it with something, or ask filled(…).",
		}, e)
	case strings.HasSuffix(issue.Message, "cannot be range of a comprehension (must be list, map, or dynamic)"):
		c.reportSpan(Problem{
			Code:    "wrong-type",
			Summary: "`all`, `exists`, `map` and `filter` go through a list",
			Detail:  capitalised(c.named(e)) + " is " + withArticle(plainType(quoted(issue.Message))) + ".",
			Remedy:  "Use them on a field of type list or map.",
		}, e)
	default:
		c.report(Problem{
			Code:    "cel-invalid",
			Summary: "This is not possible here",
			Detail:  "The expression can be read, but this part of it makes no sense to the engine.",
			Remedy:  "See the language reference for what expressions may hold.",
		}, e)
	}
}

// placeless is about a complaint of the checker that is at no node: a limit.
func (c *compilation) placeless(issue *common.Error) Problem {
	return tooComplex("It has more than the parts that one expression may have: "+fmt.Sprint(maxNodes)+".", len(c.src.runes))
}

func (c *compilation) unknownField(e ast.Expr) {
	sel := e.AsSelect()
	name := sel.FieldName()
	names := c.env.provider.fieldsOf(c.staticType(sel.Operand()))
	p := Problem{Code: "unknown-field"}
	of := c.named(sel.Operand())
	p.Summary = "`" + name + "` is no field of " + of
	switch {
	case len(names) == 0 && (of == "`input`" || of == "`local`"):
		p.Detail = "None is declared."
	case len(names) == 0:
		p.Detail = capitalised(of) + " has no fields."
	default:
		p.Detail = capitalised(of) + " has " + inWords(names) + "." + diag.Suggest(name, names)
	}
	p.Remedy = "Correct the name, or declare the field in its source."
	if _, ok := c.env.function(name); ok && len(names) == 0 {
		p.Remedy = "If you mean the function `" + name + "`, it is followed by parentheses."
	}
	if root := sel.Operand(); root.Kind() == ast.IdentKind {
		switch root.AsIdent() {
		case "input":
			p.Remedy = "Correct the name, or declare it with an input block."
		case "local":
			p.Remedy = "Correct the name, or declare it in locals."
		}
	}
	c.report(p, e)
}

// staticType is the type of names and selections, known without the checker,
// which gives none when it fails. Nil: not known.
func (c *compilation) staticType(e ast.Expr) *types.Type {
	switch e.Kind() {
	case ast.IdentKind:
		switch name := e.AsIdent(); name {
		case "input":
			return c.env.inputs.typ
		case "local":
			return c.env.locals.typ
		default:
			for i, s := range c.env.sources {
				if s.Name == name && !s.Many {
					return c.env.structs[i].typ
				}
			}
			return c.loopType(name)
		}
	case ast.SelectKind:
		operand := c.staticType(e.AsSelect().Operand())
		if operand == nil || operand.Kind() != types.StructKind {
			return nil
		}
		if f, ok := c.env.provider.FindStructFieldType(operand.TypeName(), e.AsSelect().FieldName()); ok {
			return f.Type
		}
	}
	return nil
}

// loopType is the type of a loop's variable where the loop goes through a list
// that can be named. Of two loops with one name the first counts.
func (c *compilation) loopType(name string) *types.Type {
	var found *types.Type
	visit(c.tree.NativeRep().Expr(), func(e ast.Expr) {
		if found != nil || e.Kind() != ast.ComprehensionKind || e.AsComprehension().IterVar() != name {
			return
		}
		rng := e.AsComprehension().IterRange()
		if rng.Kind() == ast.IdentKind {
			for i, s := range c.env.sources {
				if s.Name == rng.AsIdent() && s.Many {
					found = c.env.structs[i].typ
				}
			}
			return
		}
		if t := c.staticType(rng); t != nil && t.Kind() == types.ListKind {
			found = t.Parameters()[0]
		}
	})
	return found
}

func (c *compilation) unknownName(e ast.Expr) {
	if e.Kind() == ast.CallKind {
		c.unknownFunction(e)
		return
	}
	if e.Kind() != ast.IdentKind {
		c.report(Problem{
			Code:    "cel-invalid",
			Summary: "Objects are not made in expressions",
			Detail:  "A name followed by { … } would make one.",
			Remedy:  "Write the object in the mapping, outside the expression.",
		}, e)
		return
	}
	name, names := e.AsIdent(), c.names()
	p := Problem{
		Code:    "unknown-name",
		Summary: "Nothing is called `" + name + "` here",
		Detail:  "What exists is " + inWords(names) + "." + diag.Suggest(name, names),
		Remedy:  "Correct the name. A text stands in quotes: '" + name + "'.",
	}
	if _, isFunction := c.env.function(name); isFunction {
		p.Remedy = "`" + name + "` is a function: it is followed by parentheses."
	}
	c.report(p, e)
}

func (c *compilation) unknownFunction(e ast.Expr) {
	name, names := e.AsCall().FunctionName(), c.env.functionNames()
	p := Problem{
		Code:    "unknown-function",
		Summary: "There is no function `" + name + "`",
		Detail:  strings.TrimSpace("The language has no function of this name." + diag.Suggest(name, names)),
		Remedy:  "Correct the name; the language reference lists every function.",
	}
	if t := c.env.transform(name); t != nil { // a member call: the others are written out
		p.Code, p.Summary = "wrong-type", "`"+name+"` is not called on a value"
		p.Detail = "It is a transform, which takes everything between its parentheses."
		p.Remedy = "Write " + t.form() + "."
	}
	c.report(p, e)
}

func (c *compilation) noFields(e ast.Expr, typ string) {
	operand, name := e.AsSelect().Operand(), e.AsSelect().FieldName()
	p := Problem{
		Code:    "wrong-type",
		Summary: "`" + name + "` cannot be taken from " + withArticle(plainType(typ)),
		Detail:  capitalised(c.named(operand)) + " is " + withArticle(plainType(typ)) + ", which has no fields.",
		Remedy:  "Use the value as it is.",
	}
	if strings.HasPrefix(typ, "list(@") {
		p.Remedy = "Take one element with [0], or go through the list with map(x, x." + name + ")."
	} else if _, ok := c.env.function(name); ok {
		p.Remedy = "If you mean the function `" + name + "`, it is followed by parentheses."
	}
	c.report(p, e)
}

// names are what the text may begin with.
func (c *compilation) names() []string {
	return append(slices.Clone(c.params), c.env.names()...)
}

// names are what an expression may begin with.
func (e *Env) names() []string {
	var names []string
	for _, s := range e.sources {
		names = append(names, s.Name)
	}
	return append(names, "input", "local")
}

func (e *Env) function(name string) (*function, bool) {
	for _, f := range e.functions {
		if f.name == name && !f.hidden {
			return f, true
		}
	}
	return nil, false
}

func (e *Env) functionNames() []string {
	var names []string
	for _, d := range e.Functions() {
		names = append(names, d.Name)
	}
	for _, t := range e.named {
		names = append(names, t.Name)
	}
	return names
}
