package lang

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/diag"
)

// Bindings is what a module gets from outside.
type Bindings struct {
	Inputs   map[string]InputValue
	Env      func(name string) (string, bool)  // what env() reads; nil: nothing is set
	ReadFile func(path string) ([]byte, error) // what file() reads; nil: there is no file
}

// InputValue is the text given for one input, and where it came from.
type InputValue struct {
	Text string
	From string // "--input", "ENGINE_INPUT_x", or the name of a file
	Expr bool   // Text is an HCL value even for a string: it comes from a file
}

// LocalValue is one local with its value, which is unknown but typed before Bind.
type LocalValue struct {
	Name      string
	Value     cty.Value
	Range     diag.Range
	Sensitive bool // a sensitive input went into it: never shown
}

// Bind gives the inputs their values and evaluates everything static: locals,
// settings of connections, sources and targets, constants, endpoint bodies, and
// the same in the packages. Call it once, on a module that loaded without
// errors. No value appears in what it reports.
func Bind(m *Module, b Bindings) diag.Diagnostics {
	ev := &evaluator{problems: &problems{}, bindings: &b}
	ev.bindInputs(m)
	ev.module(m)
	ev.found.Sort()
	return ev.found
}

// CheckStatic does what Bind does without any value: it finds references to
// inputs and locals that don't exist, cycles, and types that can't fit. It
// changes nothing that is seen from outside.
func (m *Module) CheckStatic() diag.Diagnostics {
	ev := &evaluator{problems: &problems{}}
	ev.module(m)
	ev.found.Sort()
	return ev.found
}

// Locals lists the locals in the order of the files.
func (m *Module) Locals() []LocalValue {
	s := &scope{m: m, locals: map[string]cty.Value{}}
	ev := &evaluator{problems: &problems{}}
	ev.inputs(s)
	ev.locals(s)
	var out []LocalValue
	for _, l := range m.locals {
		v := l.value
		if v == cty.NilVal {
			v = s.locals[l.Name]
		}
		plain, marks := v.UnmarkDeep()
		out = append(out, LocalValue{Name: l.Name, Value: plain, Range: l.Range, Sensitive: len(marks) > 0})
	}
	return out
}

func (ev *evaluator) bindInputs(m *Module) {
	var known []string
	for _, in := range m.Inputs {
		known = append(known, in.Name)
		given, ok := ev.bindings.Inputs[in.Name]
		switch {
		case ok:
			in.Value = ev.given(in, given)
		case in.Default != nil:
			in.Value = *in.Default
		default:
			in.Value = cty.UnknownVal(in.Type)
			ev.refuse(place{in.Range, nil}, "missing-input", fmt.Sprintf("The input %q has no value", in.Name),
				"It is declared without a default, so its value must be given.",
				fmt.Sprintf("Give it with --input %s=value, in the environment as ENGINE_INPUT_%s, or in a file with --inputs FILE.", in.Name, in.Name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(ev.bindings.Inputs)) {
		if !slices.Contains(known, name) {
			detail := "None of the mapping files declares it."
			if from := ev.bindings.Inputs[name].From; from != "" {
				detail = fmt.Sprintf("It is given by %s, but none of the mapping files declares it.", from)
			}
			ev.refuse(place{}, "unknown-input", fmt.Sprintf("There is no input %q", name), detail+suggest(name, known), "Correct the name or leave it out.")
		}
	}
}

// given turns the text of an input into a value. A string takes the text as it
// is; another type reads it as an HCL value. It never becomes code.
func (ev *evaluator) given(in *Input, g InputValue) cty.Value {
	v := cty.StringVal(g.Text)
	ok := true
	if g.Expr || in.Type != cty.String {
		e, found := hclsyntax.ParseExpression([]byte(g.Text), g.From, hcl.InitialPos)
		ok = !found.HasErrors()
		if ok {
			v, found = e.Value(nil)
			ok = !found.HasErrors()
		}
	}
	if ok {
		if out, fits := in.accept(v); fits {
			return out
		}
	}
	from := g.From
	if from == "" {
		from = "the caller"
	}
	ev.refuse(place{in.Range, nil}, "wrong-input", fmt.Sprintf("The input %q must be of type %s", in.Name, in.Declared),
		fmt.Sprintf("What %s gives is something else.", from), "Give it as "+example(in)+".")
	return cty.UnknownVal(in.Type)
}

// example shows how a value of the input's type is written.
func example(in *Input) string {
	if in.kind == nil {
		return "a value of its type"
	}
	switch in.kind.kind {
	case "int":
		return "a whole number, such as 12"
	case "double", "decimal":
		return "a number, such as 12.5"
	case "bool":
		return "true or false"
	case "date":
		return "a date, such as 2026-01-31"
	case "timestamp":
		return "a date and time with its offset, such as 2026-01-31T08:00:00+01:00"
	case "list":
		return `a list in brackets, such as ["Lyon", "Paris"]`
	case "map", "object":
		return "an object in braces, such as { name = \"value\" }"
	}
	return "a text"
}
