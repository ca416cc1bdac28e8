package compile

import (
	"slices"

	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/engine/lang"
)

// moduleOptions are what every expression of a module may name: its inputs,
// locals, tables, transforms and mappings.
func moduleOptions(m *lang.Module) (expr.Options, diag.Diagnostics) {
	var found diag.Diagnostics
	out := expr.Options{Tables: tables(m), Zone: zone(m), Mappings: mappingNames(m)}
	for _, input := range m.Inputs {
		constant, ok := inputConstant(input)
		if !ok {
			found = append(found, unholdableInput(input))
		}
		out.Inputs = append(out.Inputs, constant)
	}
	for _, local := range m.Locals() {
		out.Locals = append(out.Locals, localConstant(local))
	}
	transforms, ds := checkTransforms(m, out)
	out.Transforms = transforms
	return out, append(found, ds...)
}

// checkTransforms holds the transforms of a module against the language, each
// once. One that is wrong is broken: what calls it says nothing more.
func checkTransforms(m *lang.Module, options expr.Options) ([]expr.NamedTransform, diag.Diagnostics) {
	if len(m.Transforms) == 0 {
		return nil, nil
	}
	var found diag.Diagnostics
	functions := functionNames(options)
	for _, t := range m.Transforms {
		named := expr.NamedTransform{Name: t.Name, Broken: t.Value == nil || t.Value.Text == "" || len(t.Params) == 0}
		if t.Value != nil {
			named.Text = t.Value.Text
		}
		for _, p := range t.Params {
			named.Params = append(named.Params, p.Name)
		}
		if d := shadowing(m, t, functions); d != nil {
			found = append(found, *d)
			named.Broken = true
		}
		options.Transforms = append(options.Transforms, named)
	}
	env, err := expr.New(options)
	if err != nil {
		return nil, append(found, diag.From(err, "preparing the transforms")...)
	}
	all := env.CheckTransforms()
	for i, problems := range all {
		t := m.Transforms[i]
		for _, p := range problems {
			options.Transforms[i].Broken = true
			if p.InTransform && saidAlready(all[p.Transform], p) {
				continue
			}
			found = append(found, problemAt(m, t.Value, p, append(inModule(m), "transform "+quote(t.Name))))
		}
	}
	return options.Transforms, found
}

// saidAlready: a transform that is called has the same problem of its own.
func saidAlready(own []expr.Problem, p expr.Problem) bool {
	return slices.ContainsFunc(own, func(o expr.Problem) bool {
		return !o.InTransform && o.Code == p.Code && o.Start == p.Start && o.End == p.End
	})
}

func functionNames(options expr.Options) []string {
	env, err := expr.New(expr.Options{Zone: options.Zone})
	if err != nil {
		return nil // the same will be said of the transforms
	}
	var out []string
	for _, f := range env.Functions() {
		out = append(out, f.Name)
	}
	return out
}

// shadowing refuses a name that an expression reads as something else.
func shadowing(m *lang.Module, t *lang.Transform, functions []string) *diag.Diagnostic {
	d := &diag.Diagnostic{
		Code: "reserved-name", Subject: &t.Range, In: append(inModule(m), "transform "+quote(t.Name)),
		Summary: "A transform can't be called " + quote(t.Name),
		Remedy:  "Choose another name.",
	}
	if slices.Contains(functions, t.Name) {
		d.Detail = "The language has a function of this name, and an expression could not tell the two apart."
		return d
	}
	for _, mapping := range m.Mappings {
		for _, s := range mapping.Sources {
			if s.Name == t.Name {
				d.Detail = "Mapping " + quote(mapping.Name) + " has a source of this name, and an expression could not tell the two apart."
				return d
			}
		}
	}
	return nil
}

// problemAt gives a problem its place in a file: in the text that was compiled,
// or in that of the transform that it calls.
func problemAt(m *lang.Module, cel *lang.CEL, p expr.Problem, in []string) diag.Diagnostic {
	subject := cel.RangeOf(p.Start, p.End)
	d := diag.Diagnostic{
		Severity: diag.Error, Code: p.Code, Summary: p.Summary, Detail: p.Detail, Remedy: p.Remedy, Subject: &subject, In: in,
	}
	if p.Warning {
		d.Severity = diag.Warning
	}
	if p.InTransform {
		t := m.Transforms[p.Transform]
		call := cel.RangeOf(p.CallStart, p.CallEnd)
		subject = t.Value.RangeOf(p.Start, p.End)
		d.In = append(inModule(m), "transform "+quote(t.Name))
		d.Detail = join(d.Detail, "It is so where "+call.File+", line "+line(call)+" calls it.")
	}
	return d
}
