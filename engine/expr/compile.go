package expr

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"

	"passerelle/plugins/record"
)

// maxRepairs bounds the rounds of conversion; each one settles every place that
// it finds, so that only nesting needs another.
const maxRepairs = maxNesting

// compilation is one text on its way to a Program.
type compilation struct {
	env      *Env
	cel      *cel.Env
	use      Use
	text     string
	src      *source
	params   []string // of the transform whose text this is
	tree     *cel.Ast // parsed; checked once check has passed
	nextID   int64
	problems []Problem
}

// Compile checks text for its use. Errors among the problems mean that there is
// no Program; with warnings alone there is one. Problems are in the order of the
// text. It never panics, whatever the text.
func (e *Env) Compile(text string, use Use) (*Program, []Problem) {
	if n := utf8.RuneCountInString(text); n > maxRunes {
		return nil, []Problem{tooComplex(fmt.Sprintf("It has %d characters; %d are the most.", n, maxRunes), n)}
	}
	c := &compilation{env: e, cel: e.cel, use: use, text: text}
	p := c.compile()
	slices.SortStableFunc(c.problems, func(a, b Problem) int { return a.begin() - b.begin() })
	return p, c.problems
}

func (c *compilation) compile() *Program {
	if !c.parse() || !c.expand() {
		return nil
	}
	c.rewriteNulls()
	if !c.checkLinked() || !c.check() || !c.checkResult() || !c.checkNodes() {
		return nil
	}
	p := &Program{env: c.env, src: c.src}
	c.describe(p)
	if c.use == Condition {
		c.warnEmpty(p)
	}
	if !c.rewriteToday(p) {
		return nil
	}
	if _, copied := p.CopyOf(); copied {
		return p
	}
	program, err := c.cel.Program(c.tree,
		cel.EvalOptions(cel.OptOptimize), cel.CustomDecoratorV2(c.env.specialise))
	if err != nil {
		c.report(Problem{
			Code:    "cel-invalid",
			Summary: "This expression cannot be evaluated",
			Detail:  "It was understood, but holds a constant that is not valid, such as a regular expression or a moment in time.",
			Remedy:  "Check its constants.",
		}, c.tree.NativeRep().Expr())
		return nil
	}
	p.program = program
	p.native = c.env.nativeOf(c.tree.NativeRep())
	return p
}

func (c *compilation) parse() bool {
	tree, issues := c.cel.Parse(c.text)
	if issues.Err() != nil {
		c.problems = append(c.problems, c.syntaxProblem(issues.Errors()[0]))
		return false
	}
	c.tree = tree
	c.src = newSource(c.text, tree.NativeRep())
	for id := range c.src.nodes {
		c.nextID = max(c.nextID, id)
	}
	for id := range c.src.info.OffsetRanges() {
		c.nextID = max(c.nextID, id)
	}
	return true
}

// newID makes an id for a node that stands where node does.
func (c *compilation) newID(node ast.Expr) int64 {
	c.nextID++
	if r, ok := c.src.info.GetOffsetRange(node.ID()); ok {
		c.src.info.SetOffsetRange(c.nextID, r)
	}
	if call := c.src.inside[node.ID()]; call != nil {
		c.src.inside[c.nextID] = call
	}
	return c.nextID
}

// report adds a problem at the token of a node.
func (c *compilation) report(p Problem, at ast.Expr) {
	p.Start, p.End = c.src.token(at)
	c.add(p, at)
}

// reportSpan adds a problem under the whole of a node.
func (c *compilation) reportSpan(p Problem, at ast.Expr) {
	p.Start, p.End = c.src.span(at)
	c.add(p, at)
}

// reportAll adds a problem under the whole text, about its result.
func (c *compilation) reportAll(p Problem) {
	p.Start, p.End = c.src.span(c.tree.NativeRep().Expr())
	if c.src.inside[c.tree.NativeRep().Expr().ID()] != nil {
		p.Start, p.End = c.src.all()
	}
	c.problems = append(c.problems, p)
}

// add keeps a problem, with the transform in whose text it lies.
func (c *compilation) add(p Problem, at ast.Expr) {
	if call := c.src.inside[at.ID()]; call != nil {
		p.InTransform, p.Transform, p.CallStart, p.CallEnd = true, call.transform.index, call.start, call.end
	}
	if !slices.Contains(c.problems, p) { // what a transform is given may stand in it twice
		c.problems = append(c.problems, p)
	}
}

// check type-checks, converting where the language does: int beside double or
// decimal, and a choice where its label is wanted.
func (c *compilation) check() bool {
	var issues []*common.Error
	for range maxRepairs {
		checked, iss := c.cel.Check(c.tree)
		if iss.Err() == nil {
			c.tree = checked
			return true
		}
		issues = iss.Errors()
		repaired := false
		for _, issue := range issues {
			repaired = c.repair(issue) || repaired
		}
		if !repaired {
			break
		}
	}
	for _, issue := range issues {
		c.checkProblem(issue)
	}
	return false
}

// checkResult holds the type of the result against the use.
func (c *compilation) checkResult() bool {
	root := c.tree.NativeRep().Expr()
	t := c.tree.OutputType()
	if c.use != Transform && sameType(t, choiceType) {
		c.wrapLabel(root)
		if !c.check() {
			return false
		}
		t = c.tree.OutputType()
	}
	dyn := t.Kind() == types.DynKind || t.Kind() == types.TypeParamKind
	switch {
	case c.use == Condition && t.Kind() != types.BoolKind && !dyn:
		c.reportAll(Problem{
			Code:    "wrong-type",
			Summary: "A condition must be true or false",
			Detail:  "This expression gives " + withArticle(typeName(c.env.provider, t)) + ".",
			Remedy:  "Compare it with something, or ask filled(…).",
		})
		return false
	case c.use == Name && t.Kind() != types.StringKind && !dyn:
		c.reportAll(Problem{
			Code:    "wrong-type",
			Summary: "A name must be a string",
			Detail:  "This expression gives " + withArticle(typeName(c.env.provider, t)) + ".",
			Remedy:  "Convert it with string(…).",
		})
		return false
	}
	if _, ok := c.env.provider.recordType(t); !ok {
		c.reportAll(Problem{
			Code:    "wrong-type",
			Summary: "The result is of a type that no field holds",
			Detail:  "This expression gives " + withArticle(typeName(c.env.provider, t)) + ".",
			Remedy:  "Fields hold string, int, double, decimal, bool, date, timestamp, choice, list and map. Convert it, for example with string(…).",
		})
		return false
	}
	return true
}

// describe fills in what a Program says of itself.
func (c *compilation) describe(p *Program) {
	tree := c.tree.NativeRep()
	p.typ, _ = c.env.provider.recordType(c.tree.OutputType())
	p.reads, p.names = c.env.reads(tree), c.naming()
	p.lookups = c.env.lookups(tree)
	p.sources = c.env.sourcesIn(tree)
	p.copyOf, p.copies = c.env.copyOf(tree, tree.Expr())
	p.mayBeEmpty = c.env.mayBeEmpty(tree, tree.Expr())
	if p.copies {
		p.typ = c.env.sources[p.copyOf.Source].Fields[p.copyOf.Field].Type
	}
	c.linkedAt(p)
}

func tooComplex(detail string, runes int) Problem {
	return Problem{
		Code:    "expression-too-complex",
		Summary: "This expression is too long or too deep",
		Detail:  detail,
		Remedy:  "Divide it: part of it may become a table, or a value that another line already maps.",
		End:     runes,
	}
}

func sameType(a, b *types.Type) bool { return a.IsExactType(b) }

// typeName writes a type as the language does.
func typeName(p *provider, t *types.Type) string {
	if r, ok := p.recordType(t); ok {
		if r.Kind == record.Object {
			return "object"
		}
		return r.String()
	}
	switch t.Kind() {
	case types.ListKind:
		return "list"
	case types.MapKind:
		return "map"
	case types.StructKind:
		return "object"
	case types.DurationKind:
		return "duration"
	case types.BytesKind:
		return "text of bytes"
	case types.UintKind:
		return "unsigned int"
	}
	return "value of another kind"
}
