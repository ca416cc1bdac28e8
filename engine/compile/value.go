package compile

import (
	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/engine/lang"
	"passerelle/plugins/record"
)

// valueOf is the right side of a map line: a CEL program, a constant, or a list
// or object of these, which is written out in the file.
type valueOf struct {
	want    record.Type
	place   diag.Range
	program *expr.Program
	cel     *lang.CEL
	copyOf  expr.Ref // the program is one field: read it directly
	copies  bool
	exact   bool         // the program's type is the wanted one: nothing to coerce
	fixed   record.Value // of the wanted type already
	literal record.Kind  // List, Map or Object: written out in items
	keys    []string     // of a map or object, beside items
	items   []valueOf
	linked  string // the mapping that linked() names: the value is an id at the source
}

// evaluate gives an empty value or one of the wanted type.
func (v *valueOf) evaluate(in *expr.Input, field *TargetField) (record.Value, *Failure) {
	switch {
	case v.copies && v.exact && v.copyOf.Source == 0: // a joined record may not exist
		return in.Rows[0][v.copyOf.Field], nil
	case v.literal != record.Empty:
		return v.compose(in, field)
	case v.program == nil:
		return v.fixed, nil
	}
	value, failure := v.program.Eval(in)
	switch {
	case failure != nil:
		return record.Value{}, FailureOf(failure, field.Name, v.cel)
	case v.exact || value.IsEmpty():
		return value, nil
	}
	return v.coerced(value, field)
}

func (v *valueOf) coerced(value record.Value, field *TargetField) (record.Value, *Failure) {
	coerced, ok := record.Coerce(value, v.want, nil)
	if !ok {
		return record.Value{}, &Failure{
			Code:    "wrong-value",
			Field:   field.Name,
			Summary: "The value of " + quote(field.Name) + " can't be sent as " + article(v.want),
			Detail:  "The target takes " + article(v.want) + ", and this record's value can't become one without loss.",
			Remedy:  "Correct the record at the source, or convert the value in the mapping.",
			Place:   &v.place,
		}
	}
	return coerced, nil
}

// compose makes a list or an object of its items. Empty elements are left out of
// a list, and empty entries of a map; an object keeps its shape. When all items
// are empty there is nothing to send: the whole is empty.
func (v *valueOf) compose(in *expr.Input, field *TargetField) (record.Value, *Failure) {
	keys := make([]string, 0, len(v.keys))
	values := make([]record.Value, 0, len(v.items))
	filled := len(v.items) == 0
	for i := range v.items {
		value, failure := v.items[i].evaluate(in, field)
		if failure != nil {
			return record.Value{}, failure
		}
		if value.IsEmpty() && v.literal != record.Object {
			continue
		}
		filled = filled || !value.IsEmpty()
		values = append(values, value)
		if v.literal != record.List {
			keys = append(keys, v.keys[i])
		}
	}
	switch {
	case !filled:
		return record.Value{}, nil
	case v.literal == record.List:
		return record.NewList(values), nil
	case v.literal == record.Map:
		return record.NewMap(keys, values), nil
	}
	return record.NewObject(keys, values), nil
}

// FailureOf gives an expression's failure its field and its place in the file.
func FailureOf(f *expr.Failure, field string, cel *lang.CEL) *Failure {
	place := cel.RangeOf(f.Start, f.End)
	return &Failure{Code: f.Code, Field: field, Summary: f.Summary, Detail: f.Detail, Remedy: f.Remedy, Place: &place}
}
