package expr

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"passerelle/plugins/record"
)

// native is an expression as Go functions of its rows, which costs a fifth of
// what cel-go's interpreter does. It only ever says what cel-go would say too:
// where anything at all fails it gives up, and cel-go evaluates the expression
// once more, to name the failure and its place.
//
// The function for its kind is the one that is set.
type native struct {
	kind     record.Kind
	constant bool // the same for every record: its function takes no Input, and is done
	text     func(*Input) (string, state)
	sum      []func(*Input) (string, state) // what text adds up, where it does
	flag     func(*Input) (bool, state)
	whole    func(*Input) (int64, state)        // Int, and the days of a Date
	value    func(*Input) (record.Value, state) // every other kind
}

// state of an evaluation. There is no result unless it is done.
type state uint8

const (
	done  state = iota
	none        // empty
	gives       // gives up: only cel-go knows
)

// nativeOf makes the functions; nil for what they don't cover, such as loops and
// fields of any type. The tree is checked, and rewritten as cel-go gets it.
func (e *Env) nativeOf(tree *ast.AST) *native {
	n := &nativeMaker{env: e, tree: tree}
	made := n.make(tree.Expr())
	if made == nil || made.kind == record.Empty {
		return nil
	}
	return made
}

// eval is what the expression gives, and the empty value where there is none; a
// text of no characters is empty as a result.
func (n *native) eval(in *Input) (record.Value, state) {
	switch {
	case n.text != nil:
		s, st := n.text(in)
		switch {
		case st != done:
			return record.Value{}, st
		case s == "":
			return record.Value{}, none
		}
		return record.NewString(s), done
	case n.flag != nil:
		b, st := n.flag(in)
		if st != done {
			return record.Value{}, st
		}
		return record.NewBool(b), done
	case n.whole != nil:
		i, st := n.whole(in)
		switch {
		case st != done:
			return record.Value{}, st
		case n.kind == record.Date:
			return record.NewDays(i), done
		}
		return record.NewInt(i), done
	case n.value != nil:
		v, st := n.value(in)
		if st != done {
			return record.Value{}, st
		}
		return v, done
	}
	return record.Value{}, none
}

// ref is the same for a function of cel-go's values.
func (n *native) ref(in *Input) (ref.Val, state) {
	switch {
	case n.text != nil:
		s, st := n.text(in)
		return types.String(s), st
	case n.flag != nil:
		b, st := n.flag(in)
		return types.Bool(b), st
	case n.whole != nil:
		i, st := n.whole(in)
		if n.kind == record.Date {
			return date(i), st
		}
		return types.Int(i), st
	}
	v, st := n.value(in)
	return box(v), st
}

// empties is an expression that is empty for every record: null.
func empties() *native { return &native{} }

// as is an empty expression in the form of another; any other stays as it is.
func (n *native) as(other *native) *native {
	if n.kind != record.Empty || other.kind == record.Empty {
		return n
	}
	return emptyOf(other.kind)
}

// emptyOf is an expression of a kind that is empty for every record.
func emptyOf(kind record.Kind) *native {
	out := &native{kind: kind}
	switch kind {
	case record.String:
		out.text = nothing[string]
	case record.Bool:
		out.flag = nothing[bool]
	case record.Int, record.Date:
		out.whole = nothing[int64]
	default:
		out.value = nothing[record.Value]
	}
	return out
}

func nothing[T any](*Input) (T, state) {
	var zero T
	return zero, none
}

func always[T any](v T) func(*Input) (T, state) {
	return func(*Input) (T, state) { return v, done }
}

// fieldOf reads a field of the record, or of a joined one.
func fieldOf(r Ref, kind record.Kind) *native {
	out := &native{kind: kind}
	switch kind {
	case record.String:
		out.text = func(in *Input) (string, state) {
			if v := in.at(r); v != nil {
				return v.Text(), stateOf(*v, record.String)
			}
			return "", none
		}
	case record.Bool:
		out.flag = func(in *Input) (bool, state) {
			if v := in.at(r); v != nil {
				return v.Bool(), stateOf(*v, record.Bool)
			}
			return false, none
		}
	case record.Int, record.Date:
		out.whole = func(in *Input) (int64, state) {
			if v := in.at(r); v != nil {
				return v.Int(), stateOf(*v, kind)
			}
			return 0, none
		}
	default:
		out.value = func(in *Input) (record.Value, state) {
			if v := in.at(r); v != nil {
				return *v, stateOf(*v, kind)
			}
			return record.Value{}, none
		}
	}
	return out
}

// at is the value in a slot; nil of a joined record that does not exist.
func (in *Input) at(r Ref) *record.Value {
	if r.Source < len(in.Rows) {
		if row := in.Rows[r.Source]; r.Field < len(row) {
			return &row[r.Field]
		}
	}
	return nil
}

func stateOf(v record.Value, kind record.Kind) state {
	switch v.Kind() {
	case kind:
		return done
	case record.Empty:
		return none
	}
	return gives
}

// constantOf is a literal, or the value of an input or a local.
func constantOf(v record.Value) *native {
	out := &native{kind: v.Kind(), constant: true}
	switch v.Kind() {
	case record.Empty:
		return empties()
	case record.String:
		out.text = always(v.Text())
	case record.Bool:
		out.flag = always(v.Bool())
	case record.Int, record.Date:
		out.whole = always(v.Int())
	default:
		out.value = always(v)
	}
	return out
}
