package expr

import (
	"math"
	"strings"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// emptyErr is the empty value while an expression is evaluated. It has a node
// id of its own: cel-go writes the id into errors that have none, which on a
// shared error would be a data race.
var emptyErr = types.NewErrWithNodeID(-1, "no such key: empty").(*types.Err)

// cel-go shares two errors between all programs and writes the id of the first
// node that met them into them: a data race, and a wrong place for the others.
// An id that no node has, given before anything runs, keeps it from writing.
var (
	_ = types.LabelErrNode(-1, types.NoSuchOverloadErr())
	_ = types.LabelErrNode(-1, types.Int(math.MaxInt64).ConvertToType(types.TimestampType))
)

// isEmpty holds for our empty value, CEL's null, its missing-key error (a map
// without the key), and the text of no characters.
func isEmpty(v ref.Val) bool {
	switch v := v.(type) {
	case *types.Err:
		return isEmptyErr(v)
	case types.String:
		return v == ""
	case types.Null:
		return true
	case *object:
		return v.missing
	}
	return false
}

// isEmptyErr recognises CEL's missing-key error by its text, because cel-go
// exports no type for it. Our own failures are told apart first, so no text of
// ours can be taken for it.
func isEmptyErr(e *types.Err) bool {
	if e == emptyErr {
		return true
	}
	if _, ours := e.Value().(*fault); ours {
		return false
	}
	return strings.HasPrefix(e.String(), "no such key:")
}

// text is a function's result: "" is empty.
func text(s string) ref.Val {
	if s == "" {
		return emptyErr
	}
	return types.String(s)
}

// fault is a failure on its way out of an evaluation. function is the CEL name
// of what failed, which decides whether the node that cel-go reports is to be
// believed.
type fault struct {
	code, summary, detail, remedy string
	function                      string
}

func (f *fault) Error() string { return f.summary }

// fail makes a fresh error: cel-go writes the node id into it.
func (f *fault) fail() ref.Val { return types.WrapErr(f) }

func filledValue(args []ref.Val) ref.Val {
	if isEmpty(args[0]) {
		return types.False
	}
	if types.IsError(args[0]) {
		return args[0]
	}
	return types.True
}

func emptyValue(args []ref.Val) ref.Val {
	if isEmpty(args[0]) {
		return types.True
	}
	if types.IsError(args[0]) {
		return args[0]
	}
	return types.False
}

func coalesce(args []ref.Val) ref.Val {
	for _, a := range args {
		if !isEmpty(a) {
			return a
		}
	}
	return emptyErr
}
