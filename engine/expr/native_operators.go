package expr

import (
	"cmp"

	"github.com/google/cel-go/common/operators"

	"passerelle/plugins/record"
)

// logic is && (decides false) or || (decides true): the side that decides does so
// whatever the other is, even empty.
func logic(a, b *native, decides bool) *native {
	if a.flag == nil || b.flag == nil {
		return nil
	}
	return &native{kind: record.Bool, flag: func(in *Input) (bool, state) {
		left, was := a.flag(in)
		if was == gives || was == done && left == decides {
			return left, was
		}
		right, st := b.flag(in)
		if st == done && right != decides {
			return right, was // the other side is the answer, or its being empty
		}
		return right, st
	}}
}

func not(a *native) *native {
	if a.flag == nil {
		return nil
	}
	return &native{kind: record.Bool, flag: func(in *Input) (bool, state) {
		b, st := a.flag(in)
		return !b, st
	}}
}

func conditional(when, a, b *native) *native {
	a, b = a.as(b), b.as(a)
	if when.flag == nil || a.kind != b.kind {
		return nil
	}
	if a.kind == record.String && a.constant && b.constant {
		return &native{kind: record.String, text: oneOfTwo(when.flag, a.known(), b.known())}
	}
	return &native{kind: a.kind, text: either(when.flag, a.text, b.text), flag: either(when.flag, a.flag, b.flag),
		whole: either(when.flag, a.whole, b.whole), value: either(when.flag, a.value, b.value)}
}

func either[T any](when func(*Input) (bool, state), a, b func(*Input) (T, state)) func(*Input) (T, state) {
	if a == nil {
		return nil
	}
	return func(in *Input) (T, state) {
		switch yes, st := when(in); {
		case st != done:
			var zero T
			return zero, st
		case yes:
			return a(in)
		}
		return b(in)
	}
}

// oneOfTwo is either where both are constants.
func oneOfTwo(when func(*Input) (bool, state), a, b string) func(*Input) (string, state) {
	return func(in *Input) (string, state) {
		switch yes, st := when(in); {
		case st != done:
			return "", st
		case yes:
			return a, done
		}
		return b, done
	}
}

// known is the text of a constant.
func (n *native) known() string {
	s, _ := n.text(nil)
	return s
}

// first is the first that is not empty.
func first(args []*native) *native {
	all := args[:0:0]
	for _, a := range args {
		if a.kind != record.Empty {
			all = append(all, a)
		}
	}
	if len(all) == 0 {
		return empties()
	}
	kind := all[0].kind
	for _, a := range all {
		if a.kind != kind {
			return nil
		}
	}
	out := &native{kind: kind}
	switch {
	case all[0].text != nil:
		out.text = firstOf(all, func(n *native) func(*Input) (string, state) { return n.text }, func(s string) bool { return s == "" })
	case all[0].flag != nil:
		out.flag = firstOf(all, func(n *native) func(*Input) (bool, state) { return n.flag }, nil)
	case all[0].whole != nil:
		out.whole = firstOf(all, func(n *native) func(*Input) (int64, state) { return n.whole }, nil)
	default:
		out.value = firstOf(all, func(n *native) func(*Input) (record.Value, state) { return n.value }, nil)
	}
	return out
}

func firstOf[T any](args []*native, function func(*native) func(*Input) (T, state), empty func(T) bool) func(*Input) (T, state) {
	functions := make([]func(*Input) (T, state), len(args))
	for i, a := range args {
		functions[i] = function(a)
	}
	return func(in *Input) (T, state) {
		for _, f := range functions {
			v, st := f(in)
			if st == gives || st == done && (empty == nil || !empty(v)) {
				return v, st
			}
		}
		var zero T
		return zero, none
	}
}

func compared(operator string, a, b *native) *native {
	if a.kind != b.kind {
		return nil
	}
	equality := operator == operators.Equals || operator == operators.NotEquals
	switch {
	case a.text != nil && b.constant && equality:
		return equals(a.text, b.known(), operator == operators.Equals)
	case a.text != nil && a.constant && equality:
		return equals(b.text, a.known(), operator == operators.Equals)
	case a.text != nil:
		return holds(a.text, b.text, ordered[string](operator))
	case a.whole != nil:
		return holds(a.whole, b.whole, ordered[int64](operator))
	case a.flag != nil && equality:
		return holds(a.flag, b.flag, func(x, y bool) bool { return (x == y) == (operator == operators.Equals) })
	}
	return nil
}

// equals compares with a constant, which is most of what mappings compare with.
func equals(of func(*Input) (string, state), with string, wanted bool) *native {
	return &native{kind: record.Bool, flag: func(in *Input) (bool, state) {
		s, st := of(in)
		return (s == with) == wanted, st
	}}
}

func ordered[T cmp.Ordered](operator string) func(T, T) bool {
	switch operator {
	case operators.Equals:
		return func(x, y T) bool { return x == y }
	case operators.NotEquals:
		return func(x, y T) bool { return x != y }
	case operators.Less:
		return func(x, y T) bool { return x < y }
	case operators.LessEquals:
		return func(x, y T) bool { return x <= y }
	case operators.Greater:
		return func(x, y T) bool { return x > y }
	}
	return func(x, y T) bool { return x >= y }
}

func holds[T any](a, b func(*Input) (T, state), relation func(T, T) bool) *native {
	return &native{kind: record.Bool, flag: func(in *Input) (bool, state) {
		x, y, st := pair(in, a, b)
		return st == done && relation(x, y), st
	}}
}

// pair evaluates both operands of what needs both.
func pair[T, U any](in *Input, a func(*Input) (T, state), b func(*Input) (U, state)) (x T, y U, st state) {
	x, st = a(in)
	if st == gives {
		return x, y, gives
	}
	y, other := b(in)
	return x, y, max(st, other) // gives, then none, then done
}

// past: no date has not passed.
func past(day, today *native) *native {
	if day.kind == record.Empty {
		return &native{kind: record.Bool, flag: always(false)}
	}
	if day.kind != record.Date || today.kind != record.Date {
		return nil
	}
	return &native{kind: record.Bool, flag: func(in *Input) (bool, state) {
		d, st := day.whole(in)
		if st != done {
			return false, st.known()
		}
		now, st := today.whole(in)
		return d < now, st
	}}
}
