package expr

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"passerelle/plugins/record"
)

// function is a call of what the checker has found to be one overload.
func (m *nativeMaker) function(x ast.Expr, args []*native) *native {
	references := m.tree.ReferenceMap()[x.ID()]
	if references == nil || len(references.OverloadIDs) != 1 {
		return nil
	}
	id := references.OverloadIDs[0]
	if made := ofCEL(id, args); made != nil {
		return made
	}
	o, ok := m.env.overloads[id]
	if !ok || o.lenient {
		return nil
	}
	if o.native != nil {
		if made := o.native(args); made != nil {
			return made
		}
	}
	if o.text != nil && args[0].text != nil {
		return &native{kind: record.String, text: onNativeText(args[0].text, o.text)}
	}
	kind := m.env.kindOf(m.tree.GetType(x.ID()))
	if kind == record.Empty {
		return nil
	}
	return called(o, args, kind)
}

// onNativeText is a function from text to text, where "" is empty.
func onNativeText(of func(*Input) (string, state), f func(string) string) func(*Input) (string, state) {
	return func(in *Input) (string, state) {
		s, st := of(in)
		if st != done {
			return "", st
		}
		if s = f(s); s == "" {
			return "", none
		}
		return s, done
	}
}

// kindOf is the kind of a CEL type; Empty for any type, and for what no field
// holds.
func (e *Env) kindOf(t *types.Type) record.Kind {
	r, ok := e.provider.recordType(t)
	if !ok {
		return record.Empty
	}
	return r.Kind
}

// called bridges to a function that takes and gives cel-go's values. Arguments
// that are fixed are worked out once where they are constants.
func called(o *overload, args []*native, kind record.Kind) *native {
	run := func(in *Input) (ref.Val, state) {
		values := make([]ref.Val, len(args))
		for i, a := range args {
			v, st := a.ref(in)
			if st != done {
				return nil, st
			}
			values[i] = v
		}
		return o.run(values), done
	}
	if f := fixed(o, args); f != nil {
		subject := args[o.subject]
		run = func(in *Input) (ref.Val, state) {
			v, st := subject.ref(in)
			if st != done {
				return nil, st
			}
			return f(v), done
		}
	}
	return given(run, kind)
}

// fixed is the function that remains of a call whose fixed arguments are
// constants; nil where they aren't. A constant needs no record to be known.
func fixed(o *overload, args []*native) func(ref.Val) ref.Val {
	if o.fix == nil {
		return nil
	}
	values := constants(args, o.subject)
	if values == nil {
		return nil
	}
	f, bad := o.fix(values)
	if bad != nil {
		return nil
	}
	return f
}

// constants are the arguments other than the subject; nil unless they are constants.
func constants(args []*native, subject int) []ref.Val {
	out := []ref.Val{}
	for i, a := range args {
		if i == subject {
			continue
		}
		if !a.constant {
			return nil
		}
		v, st := a.ref(nil)
		if st != done {
			return nil
		}
		out = append(out, v)
	}
	return out
}

// given takes a function's result out of cel-go's values.
func given(run func(*Input) (ref.Val, state), kind record.Kind) *native {
	out := &native{kind: kind}
	switch kind {
	case record.String:
		out.text = unboxed(run, func(v types.String) string { return string(v) })
	case record.Bool:
		out.flag = unboxed(run, func(v types.Bool) bool { return bool(v) })
	case record.Int:
		out.whole = unboxed(run, func(v types.Int) int64 { return int64(v) })
	case record.Date:
		out.whole = unboxed(run, func(v date) int64 { return int64(v) })
	default:
		out.value = func(in *Input) (record.Value, state) {
			v, st := run(in)
			if st != done {
				return record.Value{}, st
			}
			if st := stateOfRef(v); st != done {
				return record.Value{}, st
			}
			out, failed := unbox(v)
			if failed != nil {
				return record.Value{}, gives
			}
			return out, stateOf(out, kind)
		}
	}
	return out
}

func unboxed[T ref.Val, U any](run func(*Input) (ref.Val, state), take func(T) U) func(*Input) (U, state) {
	return func(in *Input) (U, state) {
		var zero U
		v, st := run(in)
		if st != done {
			return zero, st
		}
		if t, ok := v.(T); ok {
			return take(t), done
		}
		if stateOfRef(v) == none {
			return zero, none
		}
		return zero, gives
	}
}

// stateOfRef tells cel-go's empties and failures from values.
func stateOfRef(v ref.Val) state {
	err, failed := v.(*types.Err)
	switch {
	case !failed:
		return done
	case isEmptyErr(err):
		return none
	}
	return gives
}

// mostDigits are those of an int of 64 bits, and its sign.
const mostDigits = 20

// ofCEL are the functions that CEL brings and mappings use most.
func ofCEL(id string, args []*native) *native {
	switch id {
	case "add_string":
		return added(args[0], args[1])
	case "add_int64":
		return counted(args, func(a, b int64) (int64, bool) {
			c := a + b
			return c, (c > a) == (b > 0)
		})
	case "subtract_int64":
		return counted(args, func(a, b int64) (int64, bool) {
			c := a - b
			return c, (c < a) == (b > 0)
		})
	case "multiply_int64":
		return counted(args, func(a, b int64) (int64, bool) {
			if a == 0 || b == 0 {
				return 0, true
			}
			c := a * b
			return c, c/b == a && (a != -1 || b != math.MinInt64) && (b != -1 || a != math.MinInt64)
		})
	case "divide_int64":
		return counted(args, func(a, b int64) (int64, bool) {
			if b == 0 || b == -1 {
				return 0, false
			}
			return a / b, true
		})
	case "string_to_string":
		return args[0]
	case "int64_to_string":
		return &native{kind: record.String, text: func(in *Input) (string, state) {
			n, st := args[0].whole(in)
			if st != done {
				return "", st
			}
			return in.Room.close(strconv.AppendInt(in.Room.open(mostDigits), n, 10)), done
		}}
	case "size_string", "string_size":
		return &native{kind: record.Int, whole: func(in *Input) (int64, state) {
			s, st := args[0].text(in)
			return int64(utf8.RuneCountInString(s)), st
		}}
	case "size_list", "list_size":
		return &native{kind: record.Int, whole: func(in *Input) (int64, state) {
			l, st := args[0].value(in)
			return int64(len(l.Items())), st
		}}
	case "starts_with_string":
		return holds(args[0].text, args[1].text, strings.HasPrefix)
	case "ends_with_string":
		return holds(args[0].text, args[1].text, strings.HasSuffix)
	case "contains_string":
		return holds(args[0].text, args[1].text, strings.Contains)
	case "in_list":
		return among(args[0], args[1])
	}
	return nil
}

func counted(args []*native, f func(a, b int64) (int64, bool)) *native {
	return &native{kind: record.Int, whole: func(in *Input) (int64, state) {
		a, b, st := pair(in, args[0].whole, args[1].whole)
		if st != done {
			return 0, st
		}
		c, ok := f(a, b)
		if !ok {
			return 0, gives // it overflows
		}
		return c, done
	}}
}
