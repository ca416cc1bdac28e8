package compile

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/engine/lang"
	"passerelle/plugins/record"
)

// validations holds the inputs of a module against what they declare: their
// values after lang.Bind, their defaults before. No value is shown.
func validations(m *lang.Module, options expr.Options) diag.Diagnostics {
	var found diag.Diagnostics
	for i, input := range m.Inputs {
		if len(input.Validations) == 0 {
			continue
		}
		bound := input.Value != cty.NilVal
		given := options
		given.Inputs = slices.Clone(options.Inputs)
		if !bound && input.Default != nil {
			of := given.Inputs[i].Type
			given.Inputs[i].Value, given.Inputs[i].Known = record.Coerce(valueFrom(*input.Default), of, nil)
		}
		env, err := expr.New(given)
		if err != nil {
			return append(found, diag.From(err, "preparing the validation of input "+quote(input.Name))...)
		}
		for _, v := range input.Validations {
			if v.That == nil {
				continue // lang has refused it
			}
			in := append(inModule(m), "input "+quote(input.Name), "validation")
			program, problems := env.Compile(v.That.Text, expr.Condition)
			for _, p := range problems {
				found = append(found, problemAt(m, v.That, p, slices.Clip(in)))
			}
			if program == nil || !given.Inputs[i].Known {
				continue
			}
			met, failure := program.Eval(&expr.Input{})
			undecided := failure != nil || met.IsEmpty()
			if met.Kind() == record.Bool && met.Bool() || undecided && !bound { // it may need another input
				continue
			}
			found = append(found, refusedInput(m, input, v, undecided, in))
		}
	}
	return found
}

func refusedInput(m *lang.Module, input *lang.Input, v *lang.Validation, undecided bool, in []string) diag.Diagnostic {
	d := diag.Diagnostic{
		Code: "refused-input", Subject: &input.Range, In: in,
		Summary: "The value of input " + quote(input.Name) + " is refused: " + v.Say.Prefer(v.Say.EN),
		Detail:  "The condition in line " + line(v.That.Range) + " is not true of it.",
		Remedy:  "Give another value: with --input " + input.Name + "=…, in a file with --inputs FILE, or as ENGINE_INPUT_" + input.Name + " in the environment.",
		Say:     &diag.Say{FR: v.Say.Prefer(v.Say.FR), EN: v.Say.Prefer(v.Say.EN)},
	}
	switch {
	case undecided:
		d.Detail = "The condition in line " + line(v.That.Range) + " has no answer for it: part of the value is empty, or of another form."
	case input.Value == cty.NilVal:
		d.Summary = "The default of input " + quote(input.Name) + " is refused: " + v.Say.Prefer(v.Say.EN)
		d.Remedy = "Correct the default or the condition."
	}
	if m.Name != "" && input.Value != cty.NilVal {
		d.Remedy = "Give another value in the inputs of package " + quote(m.Name) + "."
	}
	return d
}
