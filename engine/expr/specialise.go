package expr

import (
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
)

// specialise replaces two kinds of nodes while cel-go plans a program: calls
// whose fixed arguments are literals, which are then worked out once, and list
// literals, whose empty elements must stay in place instead of making the whole
// list empty.
func (e *Env) specialise(i interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
	switch node := i.(type) {
	case interpreter.InterpretableConstructor:
		if node.Type() == types.ListType && !allConstant(node.InitVals()) {
			return &listNode{InterpretableV2: i, elems: node.InitVals(), env: e}, nil
		}
	case interpreter.InterpretableCall:
		if o, ok := e.overloads[node.OverloadID()]; ok && o.fix != nil {
			return fixNode(o, i, node.Args()), nil
		}
	}
	return i, nil
}

func allConstant(nodes []interpreter.InterpretableV2) bool {
	for _, n := range nodes {
		if _, ok := n.(interpreter.InterpretableConst); !ok {
			return false
		}
	}
	return true
}

// fixNode is the node itself unless all its fixed arguments are good literals.
func fixNode(o *overload, i interpreter.InterpretableV2, args []interpreter.InterpretableV2) interpreter.InterpretableV2 {
	var fixed []ref.Val
	for k, arg := range args {
		if k == o.subject {
			continue
		}
		c, ok := arg.(interpreter.InterpretableConst)
		if !ok {
			return i
		}
		fixed = append(fixed, c.Value())
	}
	f, bad := o.fix(fixed)
	if bad != nil {
		return i
	}
	return &fixedNode{InterpretableV2: i, overload: o, subject: args[o.subject], f: f}
}

// fixedNode is a call of one argument, the others being worked out already.
type fixedNode struct {
	interpreter.InterpretableV2 // the call as cel-go planned it: its id
	overload                    *overload
	subject                     interpreter.InterpretableV2
	f                           func(ref.Val) ref.Val
}

func (n *fixedNode) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	v := n.subject.Exec(frame)
	if types.IsUnknownOrError(v) {
		return v
	}
	if !takes(n.overload.args[n.overload.subject], v) {
		return types.LabelErrNode(n.ID(), wrongType(n.overload.function).fail())
	}
	return types.LabelErrNode(n.ID(), n.f(v))
}

func (n *fixedNode) Eval(a interpreter.Activation) ref.Val { return n.Exec(interpreter.AsFrame(a)) }

// takes is the check that cel-go makes before a call, for values whose type is
// known only now.
func takes(t *types.Type, v ref.Val) bool {
	switch v.(type) {
	case types.String:
		return t == types.StringType
	case types.Bool:
		return t == types.BoolType
	case types.Int:
		return t == types.IntType
	case types.Double:
		return t == types.DoubleType
	case types.Timestamp:
		return t == types.TimestampType
	case date:
		return t == dateType
	case *decimal:
		return t == decimalType
	}
	return false
}

func wrongType(function string) *fault {
	return &fault{
		code:     "wrong-type",
		summary:  "A value is not of the type that `" + function + "` takes",
		remedy:   "Declare the field's type, or convert the value, for example with string(…).",
		function: function,
	}
}

// listNode makes a list in which empty elements keep their place.
type listNode struct {
	interpreter.InterpretableV2
	elems []interpreter.InterpretableV2
	env   *Env
}

func (n *listNode) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	vals := make([]ref.Val, len(n.elems))
	for i, elem := range n.elems {
		v := elem.Exec(frame)
		if isEmpty(v) {
			v = emptyErr
		} else if types.IsError(v) {
			return v
		}
		vals[i] = v
	}
	return types.NewRefValList(n.env.provider, vals)
}

func (n *listNode) Eval(a interpreter.Activation) ref.Val { return n.Exec(interpreter.AsFrame(a)) }
