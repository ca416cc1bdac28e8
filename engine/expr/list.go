package expr

import (
	"reflect"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"passerelle/plugins/record"
)

// list is a list of a record's values, boxed as they are read. Empty elements
// stay in their place, as emptyErr.
type list struct{ items []record.Value }

func (l *list) ConvertToNative(reflect.Type) (any, error) { return nil, errNative }

func (l *list) ConvertToType(t ref.Type) ref.Val {
	switch t {
	case types.ListType:
		return l
	case types.TypeType:
		return types.ListType
	}
	return types.NewErr("type conversion error")
}

func (l *list) Equal(other ref.Val) ref.Val {
	o, ok := other.(traits.Lister)
	if !ok {
		return types.False
	}
	v, err := unboxList(o)
	if err != nil {
		return err
	}
	return types.Bool(sameValue(record.NewList(l.items), v))
}

func (l *list) Type() ref.Type { return types.ListType }
func (l *list) Value() any     { return l }
func (l *list) Size() ref.Val  { return types.Int(len(l.items)) }

// Add joins two lists, as + does.
func (l *list) Add(other ref.Val) ref.Val {
	o, ok := other.(traits.Lister)
	if !ok {
		return types.NewErr("no such overload")
	}
	v, err := unboxList(o)
	if err != nil {
		return err
	}
	return &list{items: append(l.items[:len(l.items):len(l.items)], v.Items()...)}
}

// Contains passes over empty elements: an empty one equals nothing.
func (l *list) Contains(v ref.Val) ref.Val {
	if types.IsError(v) {
		return v
	}
	for _, item := range l.items {
		if !item.IsEmpty() && types.Equal(box(item), v) == types.True {
			return types.True
		}
	}
	return types.False
}

func (l *list) Get(index ref.Val) ref.Val {
	i, err := types.IndexOrError(index)
	if err != nil || i < 0 || i >= len(l.items) {
		return types.NewErr("index out of bounds")
	}
	return box(l.items[i])
}

func (l *list) Iterator() traits.Iterator { return &listIterator{list: l} }

type listIterator struct {
	*list
	next int
}

func (i *listIterator) HasNext() ref.Val { return types.Bool(i.next < len(i.items)) }

func (i *listIterator) Next() ref.Val {
	if i.next >= len(i.items) {
		return nil
	}
	i.next++
	return box(i.items[i.next-1])
}

// eachItem calls do with every element that is not empty, until it says false.
// The result is the first true error among the elements, or nil.
func eachItem(l ref.Val, do func(ref.Val) bool) ref.Val {
	items := l.(traits.Lister)
	n := items.Size().(types.Int)
	for i := types.Int(0); i < n; i++ {
		v := items.Get(i)
		if isEmpty(v) {
			continue
		}
		if types.IsError(v) {
			return v
		}
		if !do(v) {
			return nil
		}
	}
	return nil
}
