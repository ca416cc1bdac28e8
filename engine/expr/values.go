package expr

import (
	"errors"
	"reflect"
	"slices"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"passerelle/plugins/record"
)

// box makes the CEL value of a record's value. An empty one is emptyErr.
func box(v record.Value) ref.Val {
	switch v.Kind() {
	case record.Bool:
		return types.Bool(v.Bool())
	case record.Int:
		return types.Int(v.Int())
	case record.Double:
		return types.Double(v.Double())
	case record.String:
		return types.String(v.Text())
	case record.Date:
		return date(v.Days())
	case record.Timestamp:
		return types.Timestamp{Time: v.Time()}
	case record.Decimal:
		return decimalFromText(v.Text())
	case record.Choice:
		return choice{v}
	case record.List:
		return &list{items: v.Items()}
	case record.Map, record.Object:
		return &object{keys: v.Keys(), vals: v.Items(), kind: v.Kind()}
	}
	return emptyErr
}

// unbox makes the record's value of a CEL value. The error is the CEL error
// that v is or holds, or a fault for what no field can hold.
func unbox(v ref.Val) (record.Value, *types.Err) {
	switch v := v.(type) {
	case *types.Err:
		if isEmptyErr(v) {
			return record.Value{}, nil
		}
		return record.Value{}, v
	case types.String:
		return record.NewString(string(v)), nil
	case types.Bool:
		return record.NewBool(bool(v)), nil
	case types.Int:
		return record.NewInt(int64(v)), nil
	case types.Double:
		return record.NewDouble(float64(v)), nil
	case types.Timestamp:
		return record.NewTimestamp(v.Time), nil
	case types.Null:
		return record.Value{}, nil
	case date:
		return record.NewDays(int64(v)), nil
	case *decimal:
		return record.NewDecimal(v.canonical()), nil
	case choice:
		return v.entry, nil
	case *list:
		return record.NewList(v.items), nil
	case *object:
		return v.record(), nil
	case traits.Lister:
		return unboxList(v)
	case traits.Mapper:
		return unboxMap(v)
	}
	return record.Value{}, unholdable()
}

func unholdable() *types.Err {
	return (&fault{
		code:    "wrong-type",
		summary: "The result is of a type that no field holds",
		remedy:  "Convert it, for example with string(…).",
	}).fail().(*types.Err)
}

func unboxList(l traits.Lister) (record.Value, *types.Err) {
	n := l.Size().(types.Int)
	items := make([]record.Value, n)
	for i := types.Int(0); i < n; i++ {
		item, err := unbox(l.Get(i))
		if err != nil {
			return record.Value{}, err
		}
		items[i] = item
	}
	return record.NewList(items), nil
}

// unboxMap sorts by key: a map written in an expression has no order in CEL.
func unboxMap(m traits.Mapper) (record.Value, *types.Err) {
	var keys []string
	for it := m.Iterator(); it.HasNext() == types.True; {
		key, ok := it.Next().(types.String)
		if !ok {
			return record.Value{}, unholdable()
		}
		keys = append(keys, string(key))
	}
	slices.Sort(keys)
	vals := make([]record.Value, len(keys))
	for i, key := range keys {
		val, err := unbox(m.Get(types.String(key)))
		if err != nil {
			return record.Value{}, err
		}
		vals[i] = val
	}
	return record.NewMap(keys, vals), nil
}

// errNative answers cel-go's request for a Go value, which nothing here makes.
var errNative = errors.New("this value has no native form")

// object is a source's row, a declared object or a map: what fields are
// selected from. A row has no keys; its values are in the order of the fields.
type object struct {
	keys    []string
	vals    []record.Value
	kind    record.Kind // Map, Object; Empty for a row
	fields  []Field     // of a row
	missing bool        // a joined record that does not exist
}

// slotOf is field i, called name, of what cel-go hands to a field accessor.
func slotOf(target any, i int, name string) record.Value {
	o, ok := target.(*object)
	if !ok || o.missing {
		return record.Value{}
	}
	if o.keys == nil {
		if i < len(o.vals) {
			return o.vals[i]
		}
		return record.Value{}
	}
	if i >= 0 && i < len(o.keys) && o.keys[i] == name {
		return o.vals[i]
	}
	if at := slices.Index(o.keys, name); at >= 0 {
		return o.vals[at]
	}
	return record.Value{}
}

// boxedSlot returns a non-empty error of its operand, such as a bad index, as
// it is. An empty operand has empty fields.
func boxedSlot(target any, i int, name string) (any, error) {
	v := slotOf(target, i, name)
	if v.IsEmpty() {
		return nil, emptyErr
	}
	return box(v), nil
}

func (o *object) record() record.Value {
	if o.missing {
		return record.Value{}
	}
	keys := o.keys
	if keys == nil {
		for _, f := range o.fields {
			keys = append(keys, f.Name)
		}
	}
	if o.kind == record.Map {
		return record.NewMap(keys, o.vals)
	}
	return record.NewObject(keys, slices.Clone(o.vals))
}

func (o *object) ConvertToNative(reflect.Type) (any, error) { return nil, errNative }

func (o *object) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return types.MapType
	}
	return types.NewErr("type conversion error")
}

func (o *object) Equal(other ref.Val) ref.Val {
	v, err := unbox(other)
	if err != nil {
		return types.False
	}
	return types.Bool(sameValue(o.record(), v))
}

func (o *object) Type() ref.Type { return types.MapType }
func (o *object) Value() any     { return o }

func (o *object) Contains(key ref.Val) ref.Val {
	_, found := o.Find(key)
	return types.Bool(found)
}

func (o *object) Find(key ref.Val) (ref.Val, bool) {
	name, ok := key.(types.String)
	if !ok {
		return nil, false
	}
	v := slotOf(o, -1, string(name))
	if o.keys == nil {
		i := slices.IndexFunc(o.fields, func(f Field) bool { return f.Name == string(name) })
		if i < 0 {
			return nil, false
		}
		v = slotOf(o, i, string(name))
	}
	if v.IsEmpty() {
		return nil, false
	}
	return box(v), true
}

func (o *object) Get(key ref.Val) ref.Val {
	if v, ok := o.Find(key); ok {
		return v
	}
	return emptyErr
}

func (o *object) Size() ref.Val { return types.Int(len(o.record().Keys())) }

func (o *object) Iterator() traits.Iterator {
	keys := o.record().Keys()
	items := make([]record.Value, len(keys))
	for i, k := range keys {
		items[i] = record.NewString(k)
	}
	return (&list{items: items}).Iterator()
}

// choice is an entry of a list of choices.
type choice struct{ entry record.Value }

func choiceField(name string) (*types.FieldType, bool) {
	part := func(target any) record.Value {
		c, ok := target.(record.Value)
		switch {
		case !ok:
			return record.Value{}
		case name == "code":
			return record.NewString(c.Text())
		}
		return record.NewString(c.Label())
	}
	if name != "code" && name != "label" {
		return nil, false
	}
	return &types.FieldType{
		Type:  types.StringType,
		IsSet: func(target any) bool { return !part(target).IsEmpty() },
		GetFrom: func(target any) (any, error) {
			v := part(target)
			if v.IsEmpty() {
				return nil, emptyErr
			}
			return box(v), nil
		},
	}, true
}

func (c choice) ConvertToNative(reflect.Type) (any, error) { return nil, errNative }

func (c choice) ConvertToType(t ref.Type) ref.Val {
	if t == types.StringType {
		return text(c.entry.Label())
	}
	return types.NewErr("type conversion error")
}

func (c choice) Equal(other ref.Val) ref.Val {
	o, ok := other.(choice)
	return types.Bool(ok && sameValue(c.entry, o.entry))
}

func (c choice) Type() ref.Type { return choiceType }
func (c choice) Value() any     { return c.entry }

// sameValue compares two values of a record; empties are alike.
func sameValue(a, b record.Value) bool {
	if a.Kind() != b.Kind() || a.Text() != b.Text() || a.Int() != b.Int() || a.Label() != b.Label() {
		return false
	}
	if a.Kind() == record.Timestamp && !a.Time().Equal(b.Time()) {
		return false
	}
	return slices.Equal(a.Keys(), b.Keys()) && slices.EqualFunc(a.Items(), b.Items(), sameValue)
}
