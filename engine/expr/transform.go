package expr

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
)

// transform is a named expression, parsed when it is first called.
type transform struct {
	NamedTransform
	index int
	runes written

	once sync.Once
	tree *ast.AST // nil: it can't be parsed, which CheckTransforms says
}

func (t *transform) parse(e *Env) {
	t.once.Do(func() {
		t.runes = written(t.Text)
		if tree, issues := e.cel.Parse(t.Text); issues.Err() == nil {
			t.tree = tree.NativeRep()
		}
	})
}

// form is how it is called.
func (t *transform) form() string {
	return t.Name + "(" + strings.Join(t.Params, ", ") + ")"
}

func (e *Env) transform(name string) *transform {
	at := slices.IndexFunc(e.named, func(t *transform) bool { return t.Name == name })
	if at < 0 {
		return nil
	}
	return e.named[at]
}

// callsOf are the transforms that a tree calls, in its order.
func (e *Env) callsOf(root ast.Expr) []*transform {
	var out []*transform
	visit(root, func(x ast.Expr) {
		if t := e.called(x); t != nil {
			out = append(out, t)
		}
	})
	return out
}

func (e *Env) called(x ast.Expr) *transform {
	if x.Kind() != ast.CallKind || x.AsCall().IsMemberFunction() {
		return nil
	}
	return e.transform(x.AsCall().FunctionName())
}

// CheckTransforms checks the texts of all transforms of the Env, which must know
// no source: a transform is the same wherever it is called. Of their parameters
// only a use shows the types. The problems are by index of Options.Transforms;
// one with errors must be Broken in any Env for other texts.
func (e *Env) CheckTransforms() [][]Problem {
	out := make([][]Problem, len(e.named))
	for _, t := range e.named {
		if !t.Broken {
			t.parse(e)
		}
	}
	for i, t := range e.named {
		path := e.cycle(t, nil)
		if path != nil && !t.Broken {
			out[i] = []Problem{circular(t, path)}
		}
		for _, p := range path {
			p.Broken = true // those that call it have nothing to be judged by
		}
	}
	for i, t := range e.named {
		if !t.Broken && out[i] == nil {
			out[i] = e.checkTransform(t)
		}
	}
	return out
}

// cycle is the way from a transform back to itself; nil when there is none.
func (e *Env) cycle(from *transform, path []*transform) []*transform {
	at := from
	if len(path) > 0 {
		at = path[len(path)-1]
	} else {
		path = []*transform{from}
	}
	if at.tree == nil {
		return nil
	}
	for _, next := range e.callsOf(at.tree.Expr()) {
		if next == from {
			return append(path, next)
		}
		if slices.Contains(path, next) {
			continue // a circle that does not hold from
		}
		if found := e.cycle(from, append(slices.Clone(path), next)); found != nil {
			return found
		}
	}
	return nil
}

func circular(t *transform, path []*transform) Problem {
	var steps []string
	for _, p := range path {
		steps = append(steps, p.Name)
	}
	return Problem{
		Code:    "transform-cycle",
		Summary: "The transform `" + t.Name + "` calls itself",
		Detail:  "What it needs leads back to it: " + strings.Join(steps, " → ") + ".",
		Remedy:  "Write one of them without the others.",
		End:     len(t.runes),
	}
}

// checkTransform checks one text with parameters of any type.
func (e *Env) checkTransform(t *transform) []Problem {
	var params []cel.EnvOption
	for _, p := range t.Params {
		params = append(params, cel.Variable(p, types.DynType))
	}
	extended, err := e.cel.Extend(params...)
	if err != nil {
		return []Problem{{Code: "cel-invalid", Summary: "The parameters of this transform can't be used", Detail: "One of their names means something else in an expression.",
			Remedy: "Choose other names.", End: len(t.runes)}}
	}
	c := &compilation{env: e, cel: extended, text: t.Text, params: t.Params}
	if c.parse() && c.expand() {
		c.rewriteNulls()
		_ = c.check() && c.checkNodes()
	}
	// What must be a constant may be one at each use.
	return slices.DeleteFunc(c.problems, func(p Problem) bool { return p.Code == "literal-needed" })
}

// expand writes out the calls of transforms: the parsed text of each stands in
// for its call, and what it is given for its parameters. False: there is no
// Program; of a broken transform that has been said.
func (c *compilation) expand() bool {
	if len(c.env.named) == 0 {
		return true
	}
	return c.expandIn(c.tree.NativeRep().Expr(), nil)
}

// expandIn goes through the arguments first, then through what a call became.
// outer is the call in the expression's own text that brought this node.
func (c *compilation) expandIn(e ast.Expr, outer *call) bool {
	for _, child := range children(e) {
		if !c.expandIn(child, outer) {
			return false
		}
	}
	t := c.env.called(e)
	if t == nil {
		return true
	}
	args := e.AsCall().Args()
	if len(args) != len(t.Params) {
		c.report(Problem{
			Code:    "wrong-type",
			Summary: "`" + t.Name + "` is given a wrong number of values",
			Detail:  "It is given " + countOf(len(args)) + ".",
			Remedy:  "Write " + t.form() + ".",
		}, e)
		return false
	}
	t.parse(c.env)
	if t.Broken || t.tree == nil {
		return false
	}
	place := &call{transform: t}
	if place.start, place.end = c.src.token(e); outer != nil {
		place.start, place.end = outer.start, outer.end
	}
	body := c.brought(t.tree.Expr(), t.tree.SourceInfo(), func(int64) *call { return place })
	given := map[string]ast.Expr{}
	for i, p := range t.Params {
		given[p] = args[i]
	}
	c.fill(body, given)
	if len(c.src.nodes) > maxNodes*2 {
		c.problems = append(c.problems, tooComplex(fmt.Sprintf("With its transforms written out it has more than the %d parts that one expression may have.", maxNodes), len(c.src.runes)))
		return false
	}
	c.stand(e, body)
	return c.expandBody(e, place)
}

// expandBody writes out the calls in what a transform brought. What it was given
// has none left.
func (c *compilation) expandBody(e ast.Expr, place *call) bool {
	if c.env.called(e) != nil {
		return c.expandIn(e, place)
	}
	for _, child := range children(e) {
		if !c.expandBody(child, place) {
			return false
		}
	}
	return true
}

// brought is a copy of a node, and everything under it, under new ids.
func (c *compilation) brought(e ast.Expr, info *ast.SourceInfo, of func(id int64) *call) ast.Expr {
	out := ast.NewExprFactory().CopyExpr(e)
	out.RenumberIDs(func(id int64) int64 {
		c.nextID++
		if r, ok := info.GetOffsetRange(id); ok {
			c.src.info.SetOffsetRange(c.nextID, r)
		}
		if place := of(id); place != nil {
			c.src.inside[c.nextID] = place
		}
		return c.nextID
	})
	c.src.note(out)
	return out
}

// stand puts what in the place of e, which then lies where what came from.
func (c *compilation) stand(e, what ast.Expr) {
	delete(c.src.inside, e.ID())
	if place := c.src.inside[what.ID()]; place != nil {
		c.src.inside[e.ID()] = place
	}
	if r, ok := c.src.info.GetOffsetRange(what.ID()); ok {
		c.src.info.SetOffsetRange(e.ID(), r)
	}
	e.SetKindCase(what)
}

// fill puts what a call gives in the place of the parameters. A loop's variable
// hides a parameter of its name; one that has the name of something given is
// renamed, so that it does not hide that.
func (c *compilation) fill(e ast.Expr, given map[string]ast.Expr) {
	switch e.Kind() {
	case ast.IdentKind:
		if arg, ok := given[e.AsIdent()]; ok {
			c.stand(e, c.brought(arg, c.src.info, func(id int64) *call { return c.src.inside[id] }))
		}
		return
	case ast.ComprehensionKind:
		c.fillLoop(e, given)
		return
	}
	for _, child := range children(e) {
		c.fill(child, given)
	}
}

func (c *compilation) fillLoop(e ast.Expr, given map[string]ast.Expr) {
	loop := e.AsComprehension()
	c.fill(loop.IterRange(), given)
	inner := map[string]ast.Expr{}
	taken := false
	for name, arg := range given {
		if name != loop.IterVar() {
			inner[name] = arg
			taken = taken || names(arg, loop.IterVar())
		}
	}
	variable := loop.IterVar()
	if taken {
		c.nextID++
		variable = fmt.Sprintf("%s_%d", variable, c.nextID)
		fac := ast.NewExprFactory()
		e.SetKindCase(fac.NewComprehension(e.ID(), loop.IterRange(), variable, loop.AccuVar(), loop.AccuInit(), loop.LoopCondition(), loop.LoopStep(), loop.Result()))
		inner[loop.IterVar()] = fac.NewIdent(c.newID(e), variable)
	}
	for _, part := range []ast.Expr{loop.LoopCondition(), loop.LoopStep()} {
		c.fill(part, inner)
	}
}

// names reports whether an expression has an identifier.
func names(e ast.Expr, identifier string) bool {
	found := false
	visit(e, func(x ast.Expr) { found = found || x.Kind() == ast.IdentKind && x.AsIdent() == identifier })
	return found
}
