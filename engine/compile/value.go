package compile

import (
	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/engine/lang"
	"passerelle/plugins/record"
)

// valueOf is the right side of a map line: a CEL program, a constant, or a list
// of both.
type valueOf struct {
	program *expr.Program
	cel     *lang.CEL
	copyOf  expr.Ref // the program is one field: read it directly
	copies  bool
	exact   bool // the program's type is the field's: nothing to coerce
	fixed   record.Value
	items   []valueOf // not nil: a list
	place   diag.Range
}

func (v *valueOf) evaluate(in *expr.Input, field *TargetField) (record.Value, *Failure) {
	value, failure := v.compute(in, field)
	if failure != nil || v.exact || value.IsEmpty() {
		return value, failure
	}
	coerced, ok := record.Coerce(value, field.Type, nil)
	if !ok {
		return record.Value{}, &Failure{
			Code:    "wrong-value",
			Field:   field.Name,
			Summary: "The value of " + field.Name + " can't be sent as " + article(field.Type),
			Detail:  "The target takes " + article(field.Type) + ", and this record's value can't become one without loss.",
			Remedy:  "Correct the record at the source, or convert the value in the mapping.",
			Place:   &v.place,
		}
	}
	return coerced, nil
}

func (v *valueOf) compute(in *expr.Input, field *TargetField) (record.Value, *Failure) {
	switch {
	case v.copies:
		return in.Rows[v.copyOf.Source][v.copyOf.Field], nil
	case v.items != nil:
		items := make([]record.Value, len(v.items))
		for i := range v.items {
			item, failure := v.items[i].compute(in, field)
			if failure != nil {
				return record.Value{}, failure
			}
			items[i] = item
		}
		return record.NewList(items), nil
	case v.program == nil:
		return v.fixed, nil
	}
	value, failure := v.program.Eval(in)
	if failure != nil {
		return record.Value{}, FailureOf(failure, field.Name, v.cel)
	}
	return value, nil
}

// FailureOf gives an expression's failure its field and its place in the file.
func FailureOf(f *expr.Failure, field string, cel *lang.CEL) *Failure {
	place := cel.RangeOf(f.Start, f.End)
	return &Failure{Code: f.Code, Field: field, Summary: f.Summary, Detail: f.Detail, Remedy: f.Remedy, Place: &place}
}
