package compile

import (
	"math/big"
	"time"

	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/lang"
	"passerelle/plugins/record"
)

// typeOf is the language's type of an HCL type. An HCL number is a decimal
// here: HCL does not tell 1 from 1.0.
func typeOf(t cty.Type) record.Type {
	switch {
	case t == cty.NilType || t == cty.DynamicPseudoType:
		return record.Type{}
	case t == cty.String:
		return record.Basic(record.String)
	case t == cty.Bool:
		return record.Basic(record.Bool)
	case t == cty.Number:
		return record.Basic(record.Double)
	case t.IsListType() || t.IsSetType():
		return record.ListOf(typeOf(t.ElementType()))
	case t.IsMapType():
		return record.MapOf(typeOf(t.ElementType()))
	case t.IsTupleType():
		elems := t.TupleElementTypes()
		if len(elems) == 0 {
			return record.ListOf(record.Type{})
		}
		first := typeOf(elems[0])
		for _, e := range elems[1:] {
			if !typeOf(e).Equal(first) {
				return record.ListOf(record.Type{})
			}
		}
		return record.ListOf(first)
	case t.IsObjectType():
		out := record.Type{Kind: record.Object}
		for name, of := range t.AttributeTypes() {
			out.Fields = append(out.Fields, record.TypeField{Name: name, Type: typeOf(of)})
		}
		sortFields(out.Fields)
		return out
	}
	return record.Type{}
}

// valueFrom is the value of a known HCL constant. Whole numbers are ints.
func valueFrom(v cty.Value) record.Value {
	v, _ = v.Unmark()
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
