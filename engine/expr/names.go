package expr

import (
	"slices"

	"github.com/google/cel-go/common/ast"
)

// Naming is one thing of the record that an expression names: a field, or with
// Field "" a source as a whole. Start and End are where it does so first, or
// where it calls the transform that does.
type Naming struct {
	Source, Field string
	Start, End    int
}

// Names lists what the expression names of the record. A field's source is in it
// too, where it is named to reach the field.
func (p *Program) Names() []Naming { return slices.Clone(p.names) }

func (c *compilation) naming() []Naming {
	tree := c.tree.NativeRep()
	var out []Naming
	add := func(source, field string, at ast.Expr) {
		if slices.ContainsFunc(out, func(n Naming) bool { return n.Source == source && n.Field == field }) {
			return
		}
		n := Naming{Source: source, Field: field}
		n.Start, n.End = c.src.token(at)
		if call := c.src.inside[at.ID()]; call != nil {
			n.Start, n.End = call.start, call.end
		}
		out = append(out, n)
	}
	visit(tree.Expr(), func(x ast.Expr) {
		if r, ok := c.env.refOf(tree, x); ok {
			s := c.env.sources[r.Source]
			add(s.Name, s.Fields[r.Field].Name, x)
		}
		if x.Kind() == ast.IdentKind && slices.ContainsFunc(c.env.sources, func(s Source) bool { return s.Name == x.AsIdent() }) {
			add(x.AsIdent(), "", x)
		}
	})
	return out
}
