package expr

import (
	"slices"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
)

// Lookup is a table that a field's own values are looked up in.
type Lookup struct {
	Table string
	Field Ref
}

// Lookups lists the tables that the expression looks fields up in. A value that is
// changed before, as in lookup('t', s.x.lower()), is not the field's own.
func (p *Program) Lookups() []Lookup { return slices.Clone(p.lookups) }

func (e *Env) lookups(tree *ast.AST) []Lookup {
	var out []Lookup
	visit(tree.Expr(), func(x ast.Expr) {
		if x.Kind() != ast.CallKind || x.AsCall().FunctionName() != "lookup" || len(x.AsCall().Args()) != 2 {
			return
		}
		args := x.AsCall().Args()
		if args[0].Kind() != ast.LiteralKind {
			return
		}
		table, isText := args[0].AsLiteral().(types.String)
		field, isField := e.refOf(tree, args[1])
		if isText && isField {
			out = append(out, Lookup{string(table), field})
		}
	})
	return out
}
