package expr

import (
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"passerelle/engine/diag"
)

// linkedFunction names the record that another one becomes at the target. What it
// gives here is that record's id at the source: whoever sends it puts the target's
// id in its place.
const linkedFunction = "linked"

// Linked is the mapping that carries the record which the expression names; ok is
// false where it names none. The result is then that record's id at the source.
func (p *Program) Linked() (mapping string, ok bool) { return p.linked, p.linked != "" }

func referenceFunctions() []*function {
	s, i := types.StringType, types.IntType
	id := func(args []ref.Val) ref.Val { return args[1] }
	names := []string{"mapping", "id"}
	return []*function{{
		name: linkedFunction,
		doc: "The target's id of another record: the one that a mapping of this workspace made of the source's record id. It orders and waits: who refers goes after whom it refers to. " +
			"It stands alone as a line of map, for its value is not known before it is sent. A package's mapping is written 'package/mapping'. Nothing in, nothing out.",
		overloads: []*overload{
			{id: "linked_string", names: names, args: []*cel.Type{s, s}, result: s, call: id},
			{id: "linked_int", names: names, args: []*cel.Type{s, i}, result: i, call: id},
		},
		examples: []Example{
			{"linked('people', '')", "empty"},
			{"linked('people', 42).upper()", "failure linked-inside"},
			{"linked('peeple', 42)", "failure unknown-mapping"},
		},
	}}
}

// checkLinked holds every linked() to its place and its literal, before the types
// are looked at: in a wrong place the types say nothing useful.
func (c *compilation) checkLinked() bool {
	before := len(c.problems)
	root := c.tree.NativeRep().Expr()
	visit(root, func(e ast.Expr) {
		if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != linkedFunction || e.AsCall().IsMemberFunction() {
			return
		}
		switch args := e.AsCall().Args(); {
		case e.ID() != root.ID() || c.use != Transform:
			c.report(Problem{
				Code:    "linked-inside",
				Summary: "`linked` stands alone, as the whole of a line of map",
				Detail:  "The target's id is not known before the record is sent, so nothing can be computed from it, and no condition can ask for it.",
				Remedy:  "Write field = \"linked('mapping', id)\", and put what chooses the id inside: linked('mapping', a ? x : y).",
			}, e)
		case len(args) == 2:
			c.checkReferred(args[0])
		}
	})
	return len(c.problems) == before
}

func (c *compilation) checkReferred(arg ast.Expr) {
	name, isText := types.String(""), false
	if arg.Kind() == ast.LiteralKind {
		name, isText = arg.AsLiteral().(types.String)
	}
	switch {
	case !isText:
		c.reportSpan(Problem{
			Code:    "literal-needed",
			Summary: "`linked` takes the name of a mapping here",
			Detail:  "Which mapping is meant decides what runs first, so it cannot come from a record.",
			Remedy:  "Write it in quotes: linked('people', …).",
		}, arg)
	case !slices.Contains(c.env.mappings, string(name)):
		detail := "This workspace has no other mapping."
		if len(c.env.mappings) > 0 {
			detail = "What exists is " + inWords(c.env.mappings) + "." + diag.Suggest(string(name), c.env.mappings)
		}
		c.reportSpan(Problem{
			Code:    "unknown-mapping",
			Summary: "There is no mapping `" + strings.ReplaceAll(string(name), "`", "'") + "`",
			Detail:  detail,
			Remedy:  "Correct the name. A package's mapping is written 'package/mapping'.",
		}, arg)
	}
}

// linkedAt notes, of a checked expression that is a linked(), which mapping it
// names, and whether the id is one field as it stands: then that is read straight
// from the row.
func (c *compilation) linkedAt(p *Program) {
	root := c.tree.NativeRep().Expr()
	if root.Kind() != ast.CallKind || root.AsCall().FunctionName() != linkedFunction {
		return
	}
	args := root.AsCall().Args()
	p.linked = string(args[0].AsLiteral().(types.String))
	p.copyOf, p.copies = c.env.copyOf(c.tree.NativeRep(), args[1])
}
