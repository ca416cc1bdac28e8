package compile

import (
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/engine/lang"
	"passerelle/plugins/record"
)

// inputConstant is an input as expressions see it: of the type that it declares,
// for HCL's own numbers don't tell an int from a double. False when its value
// can't be held exactly.
func inputConstant(in *lang.Input) (expr.Constant, bool) {
	of, err := record.ParseType(in.Declared)
	if err != nil {
		return expr.Constant{Name: in.Name}, true // lang has refused the type
	}
	out := expr.Constant{Name: in.Name, Type: of}
	if in.Value == cty.NilVal || !in.Value.IsWhollyKnown() {
		return out, true
	}
	out.Value, out.Known = record.Coerce(valueFrom(in.Value), of, nil)
	return out, out.Known
}

func unholdableInput(in *lang.Input) diag.Diagnostic {
	return diag.Diagnostic{
		Code: "wrong-input", Subject: &in.Range,
		Summary: "The value of input " + quote(in.Name) + " can't be held as " + article(typeNamed(in.Declared)),
		Detail:  "It is too large, or has more digits than this type holds.",
		Remedy:  "Give a value with fewer digits.",
	}
}

// localConstant is a local as expressions see it. A local declares no type: its
// value, once known, decides whether a number is an int or a decimal.
func localConstant(l lang.LocalValue) expr.Constant {
	if !l.Value.IsWhollyKnown() {
		return expr.Constant{Name: l.Name, Type: typeOf(l.Value.Type())}
	}
	value := valueFrom(l.Value)
	of := typeOfValue(value)
	if coerced, ok := record.Coerce(value, of, nil); ok {
		value = coerced
	}
	return expr.Constant{Name: l.Name, Value: value, Type: of, Known: true}
}

// typeOf is the language's type of an HCL type. A number may be an int or a
// decimal: any type.
func typeOf(t cty.Type) record.Type {
	switch {
	case t == cty.NilType:
		return record.Type{}
	case t == cty.String:
		return record.Basic(record.String)
	case t == cty.Bool:
		return record.Basic(record.Bool)
	case t.IsListType() || t.IsSetType():
		return record.ListOf(typeOf(t.ElementType()))
	case t.IsMapType():
		return record.MapOf(typeOf(t.ElementType()))
	case t.IsTupleType():
		var elems []record.Type
		for _, e := range t.TupleElementTypes() {
			elems = append(elems, typeOf(e))
		}
		return record.ListOf(common(elems))
	case t.IsObjectType():
		out := record.Basic(record.Object)
		for name, of := range t.AttributeTypes() {
			out.Fields = append(out.Fields, record.TypeField{Name: name, Type: typeOf(of)})
		}
		slices.SortFunc(out.Fields, func(a, b record.TypeField) int { return strings.Compare(a.Name, b.Name) })
		return out
	}
	return record.Type{}
}

// typeOfValue is the type of a constant: any for an empty one, and for the
// elements of a list or map that have nothing in common.
func typeOfValue(v record.Value) record.Type {
	var inside []record.Type
	for _, item := range v.Items() {
		inside = append(inside, typeOfValue(item))
	}
	switch v.Kind() {
	case record.List:
		return record.ListOf(common(inside))
	case record.Map:
		return record.MapOf(common(inside))
	case record.Object:
		out := record.Basic(record.Object)
		for i, key := range v.Keys() {
			out.Fields = append(out.Fields, record.TypeField{Name: key, Type: inside[i]})
		}
		return out
	}
	return record.Basic(v.Kind())
}

// common is the type that all of them are, or become without loss: whole numbers
// beside decimals are decimals. Any type when there is none.
func common(types []record.Type) record.Type {
	var out record.Type
	for _, t := range types {
		switch {
		case t.Kind == record.Empty || t.Equal(out):
		case out.Kind == record.Empty, out.Kind == record.Int && t.Kind == record.Decimal:
			out = t
		case out.Kind == record.Decimal && t.Kind == record.Int:
		default:
			return record.Type{}
		}
	}
	return out
}

// valueFrom is the value of a known HCL constant. Whole numbers are ints.
func valueFrom(v cty.Value) record.Value {
	v, _ = v.UnmarkDeep()
	if v.IsNull() {
		return record.Value{}
	}
	switch t := v.Type(); {
	case t == cty.String:
		return record.NewString(v.AsString())
	case t == cty.Bool:
		return record.NewBool(v.True())
	case t == cty.Number:
		return numberFrom(v.AsBigFloat())
	case t.IsListType() || t.IsSetType() || t.IsTupleType():
		items := make([]record.Value, 0, v.LengthInt())
		for it := v.ElementIterator(); it.Next(); {
			_, item := it.Element()
			items = append(items, valueFrom(item))
		}
		return record.NewList(items)
	case t.IsMapType() || t.IsObjectType():
		var keys []string
		var values []record.Value
		for it := v.ElementIterator(); it.Next(); {
			key, item := it.Element()
			keys = append(keys, key.AsString())
			values = append(values, valueFrom(item))
		}
		if t.IsMapType() {
			return record.NewMap(keys, values)
		}
		return record.NewObject(keys, values)
	}
	return record.Value{}
}

func numberFrom(f *big.Float) record.Value {
	if n, accuracy := f.Int64(); accuracy == big.Exact {
		return record.NewInt(n)
	}
	if text, ok := record.CanonicalDecimal(f.Text('f', -1)); ok {
		return record.NewDecimal(text)
	}
	n, _ := f.Float64()
	return record.NewDouble(n)
}

// zone is the integration's time zone; nil when none is declared. A package
// uses its own.
func zone(m *lang.Module) *time.Location {
	if m.Integration == nil || m.Integration.Timezone == "" {
		return nil
	}
	location, err := time.LoadLocation(m.Integration.Timezone)
	if err != nil {
		return nil // lang has said so
	}
	return location
}
