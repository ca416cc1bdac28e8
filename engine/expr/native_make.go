package expr

import (
	"slices"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"

	"passerelle/plugins/record"
)

// nativeMaker turns a checked tree into functions, node by node; nil for a node
// that they don't cover, and so for all that is above it.
type nativeMaker struct {
	env  *Env
	tree *ast.AST
}

func (m *nativeMaker) make(x ast.Expr) *native {
	switch x.Kind() {
	case ast.LiteralKind:
		return literal(x)
	case ast.IdentKind:
		if x.AsIdent() == todayVariable {
			return &native{kind: record.Date, whole: func(in *Input) (int64, state) { return in.Today.Days(), stateOf(in.Today, record.Date) }}
		}
	case ast.SelectKind:
		return m.selection(x)
	case ast.ListKind:
		return m.list(x)
	case ast.CallKind:
		return m.call(x)
	}
	return nil
}

func literal(x ast.Expr) *native {
	switch v := x.AsLiteral().(type) {
	case types.String: // "" is a text here, not empty
		return &native{kind: record.String, constant: true, text: always(string(v))}
	case types.Bool:
		return constantOf(record.NewBool(bool(v)))
	case types.Int:
		return constantOf(record.NewInt(int64(v)))
	case types.Double:
		return constantOf(record.NewDouble(float64(v)))
	}
	return nil
}

// selection is a field, or a constant of the file.
func (m *nativeMaker) selection(x ast.Expr) *native {
	operand := x.AsSelect().Operand()
	if x.AsSelect().IsTestOnly() {
		return nil
	}
	if operand.Kind() != ast.IdentKind {
		return m.part(x)
	}
	for name, constants := range map[string][]Constant{"input": m.env.inputs.constants, "local": m.env.locals.constants} {
		if operand.AsIdent() != name {
			continue
		}
		for _, c := range constants {
			if c.Name != x.AsSelect().FieldName() || c.Type.Kind == record.Empty {
				continue
			}
			if !c.Known || c.Value.IsEmpty() {
				return emptyOf(c.Type.Kind)
			}
			return constantOf(c.Value)
		}
		return nil
	}
	r, ok := m.env.copyOf(m.tree, x)
	if !ok || m.env.sources[r.Source].Many {
		return nil
	}
	kind := m.env.sources[r.Source].Fields[r.Field].Type.Kind
	if kind == record.Empty {
		return nil // of any type: what cel-go makes of it depends on the record
	}
	return fieldOf(r, kind)
}

// part is the code or the label of a choice.
func (m *nativeMaker) part(x ast.Expr) *native {
	of := m.make(x.AsSelect().Operand())
	if of == nil || of.kind != record.Choice {
		return nil
	}
	part := record.Value.Text
	if x.AsSelect().FieldName() == "label" {
		part = record.Value.Label
	}
	return &native{kind: record.String, text: func(in *Input) (string, state) {
		v, st := of.value(in)
		if st != done {
			return "", st
		}
		if s := part(v); s != "" {
			return s, done
		}
		return "", none
	}}
}

// list keeps empty elements in their place.
func (m *nativeMaker) list(x ast.Expr) *native {
	if len(x.AsList().OptionalIndices()) > 0 {
		return nil
	}
	elements := m.all(x.AsList().Elements())
	if elements == nil {
		return nil
	}
	list := func(in *Input) (record.Value, state) {
		items := make([]record.Value, len(elements))
		for i, element := range elements {
			v, st := element.eval(in)
			if st == gives {
				return record.Value{}, gives
			}
			items[i] = v
		}
		return record.NewList(items), done
	}
	if slices.ContainsFunc(elements, func(n *native) bool { return !n.constant }) {
		return &native{kind: record.List, value: list}
	}
	same, st := list(nil) // made once
	if st != done {
		return nil
	}
	return constantOf(same)
}

// all makes several nodes; nil unless it can make each of them. Of none it makes
// an empty list.
func (m *nativeMaker) all(xs []ast.Expr) []*native {
	out := make([]*native, len(xs))
	for i, x := range xs {
		if out[i] = m.make(x); out[i] == nil {
			return nil
		}
	}
	return out
}

func (m *nativeMaker) call(x ast.Expr) *native {
	call := x.AsCall()
	operands := children(x)
	name := call.FunctionName()
	switch name {
	case emptyFunction:
		return empties()
	case "filled", "empty":
		return m.asked(operands[0], name == "filled")
	case operators.In:
		if operands[1].Kind() == ast.ListKind && operands[1].AsList().Size() == 0 {
			return constantOf(record.NewBool(false)) // cel-go doesn't even look at what is sought
		}
	}
	args := m.all(operands)
	if args == nil {
		return nil
	}
	switch name {
	case operators.LogicalAnd:
		return logic(args[0], args[1], false)
	case operators.LogicalOr:
		return logic(args[0], args[1], true)
	case operators.LogicalNot:
		return not(args[0])
	case operators.Conditional:
		return conditional(args[0], args[1], args[2])
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return compared(name, args[0], args[1])
	case "coalesce", "orValue":
		return first(args)
	case pastFunction:
		return past(args[0], args[1])
	}
	if slices.ContainsFunc(args, func(a *native) bool { return a.kind == record.Empty }) {
		return nil // an empty argument makes the call empty; too rare to cover
	}
	return m.function(x, args)
}

// asked is filled(x) or empty(x), of a field or of a joined record.
func (m *nativeMaker) asked(x ast.Expr, wanted bool) *native {
	if x.Kind() == ast.IdentKind {
		at := slices.IndexFunc(m.env.sources, func(s Source) bool { return s.Name == x.AsIdent() })
		if at < 0 || m.env.sources[at].Many {
			return nil
		}
		return &native{kind: record.Bool, flag: func(in *Input) (bool, state) {
			there := at < len(in.Rows) && in.Rows[at] != nil
			return there == wanted, done
		}}
	}
	arg := m.make(x)
	if arg == nil {
		return nil
	}
	return &native{kind: record.Bool, flag: func(in *Input) (bool, state) {
		_, st := arg.eval(in)
		return (st == done) == wanted, st.known()
	}}
}

// known is done, unless the evaluation gave up.
func (s state) known() state {
	if s == gives {
		return gives
	}
	return done
}
