package lang

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"passerelle/engine/diag"
)

// module evaluates one module and the packages in it.
func (ev *evaluator) module(m *Module) {
	s := &scope{m: m, locals: map[string]cty.Value{}}
	ev.inputs(s)
	ev.locals(s)
	for _, c := range m.Connections {
		ev.settings(s, c.Settings, connectionUse, []string{fmt.Sprintf("connection %q", c.Name)})
	}
	for _, mapping := range m.Mappings {
		ev.mapping(s, mapping)
	}
	for _, p := range m.Packages {
		ev.pkg(s, p)
	}
}

func (ev *evaluator) inputs(s *scope) {
	s.inputs = map[string]cty.Value{}
	for _, in := range s.m.Inputs {
		v := in.Value
		if v == cty.NilVal {
			v = cty.UnknownVal(in.Type)
		}
		if in.Sensitive {
			v = v.Mark(secretMark)
		}
		s.inputs[in.Name] = v
	}
}

// locals are evaluated in the order of what they need, each once.
func (ev *evaluator) locals(s *scope) {
	byName := map[string]*local{}
	for _, l := range s.m.locals {
		byName[l.Name] = l
		s.locals[l.Name] = cty.DynamicVal
	}
	done := map[string]bool{}
	var visit func(l *local, path []*local)
	visit = func(l *local, path []*local) {
		if i := slices.Index(path, l); i >= 0 {
			ev.cycle(path[i:])
			for _, p := range path[i:] {
				done[p.Name] = true
			}
			return
		}
		path = append(slices.Clip(path), l)
		for _, t := range l.expr.Variables() {
			if name, ok := localNamed(t); ok && byName[name] != nil && !done[name] {
				visit(byName[name], path)
			}
		}
		if done[l.Name] {
			return // it is part of a cycle
		}
		done[l.Name] = true
		v, _ := ev.value(s, l.expr, plainUse, []string{"locals"})
		s.locals[l.Name] = v
		if ev.bindings != nil {
			l.value = v
		}
	}
	for _, l := range s.m.locals {
		if !done[l.Name] {
			visit(l, nil)
		}
	}
}

func localNamed(t hcl.Traversal) (string, bool) {
	if t.RootName() != "local" || len(t) < 2 {
		return "", false
	}
	step, ok := t[1].(hcl.TraverseAttr)
	return step.Name, ok
}

func (ev *evaluator) cycle(path []*local) {
	var steps []string
	for _, l := range path {
		steps = append(steps, "local."+l.Name)
	}
	steps = append(steps, steps[0])
	ev.refuse(place{path[0].Range, []string{"locals"}}, "local-cycle", fmt.Sprintf("The local %q needs itself", path[0].Name),
		"One needs the other: "+strings.Join(steps, " → ")+".", "Write one of them without the others.")
}

func (ev *evaluator) settings(s *scope, settings []*Setting, u use, in []string) {
	for _, x := range settings {
		v, ok := ev.value(s, x.Expr, u, in)
		if !ok || ev.bindings == nil {
			continue
		}
		plain, marks := v.UnmarkDeep()
		x.Value, x.Secret = plain, len(marks) > 0
	}
}

func (ev *evaluator) mapping(s *scope, m *Mapping) {
	ev.choices(s, m)
	in := []string{fmt.Sprintf("mapping %q", m.Name)}
	for _, src := range m.Sources {
		ev.settings(s, src.Settings, plainUse, append(slices.Clip(in), fmt.Sprintf("source %q", src.Name)))
	}
	t := m.Target
	if t == nil {
		return
	}
	in = append(in, fmt.Sprintf("target %q", t.Name))
	ev.settings(s, t.Settings, plainUse, in)
	ev.constants(s, t.Map, in)
	for _, e := range t.Endpoints {
		ev.endpoint(s, e)
	}
}

func (ev *evaluator) constants(s *scope, lines []*MapEntry, in []string) {
	for _, l := range lines {
		ev.constants(s, l.Entries, in)
		ev.constants(s, l.Items, in)
		if l.Expr != nil {
			ev.constant(s, l, in)
		}
	}
}

func (ev *evaluator) constant(s *scope, l *MapEntry, in []string) {
	v, ok := ev.value(s, l.Expr, mapUse, in)
	if !ok {
		return
	}
	v, marks := v.UnmarkDeep()
	where := place{l.ValueR, in}
	_, traversal := hcl.AbsTraversalForExpr(l.Expr)
	switch {
	case v.IsNull():
		ev.refuse(where, "null-constant", "null can't be mapped", "A field that is never sent has no line.", "Take the line out.")
		return
	case v.Type() == cty.String && !traversal.HasErrors():
		word := "input.x"
		if t, _ := hcl.AbsTraversalForExpr(l.Expr); len(t) == 2 {
			if step, ok := t[1].(hcl.TraverseAttr); ok {
				word = t.RootName() + "." + step.Name
			}
		}
		ev.refuse(where, "bare-text", "A text needs text(…) here",
			"In map, a text between quotes is an expression. So that nobody takes this one for code, it is marked as a text.", fmt.Sprintf("Write text(%s).", word))
		return
	}
	l.Const, l.Secret = &v, len(marks) > 0
}

func (ev *evaluator) endpoint(s *scope, e *Endpoint) {
	for _, part := range []struct {
		expr hcl.Expression
		into *map[string]string
	}{{e.query, &e.Query}, {e.headers, &e.Headers}} {
		if part.expr == nil {
			continue
		}
		v, ok := ev.value(s, part.expr, plainUse, e.in)
		if !ok || ev.bindings == nil || !v.IsWhollyKnown() {
			continue
		}
		texts, ok := textMap(v)
		if !ok {
			ev.refuse(place{rangeOf(part.expr.Range()), e.in}, "wrong-type", "This must be an object of texts", "Another kind of value came out.", "Write { name = \"text\" }.")
			continue
		}
		*part.into = texts
	}
	if e.Body == nil {
		return
	}
	v, ok := ev.value(s, e.Body, plainUse, e.in)
	if !ok || ev.bindings == nil || !v.IsWhollyKnown() {
		return
	}
	v, _ = v.UnmarkDeep()
	body, err := ctyjson.Marshal(v, v.Type())
	if err != nil {
		ev.refuse(place{rangeOf(e.Body.Range()), e.in}, "wrong-type", "This can't be written as JSON", "A body is made of objects, lists, texts, numbers, true, false and null.", "Correct the body.")
		return
	}
	e.BodyJSON = body
}

// pkg gives a package its inputs, evaluated where the package is used, and then
// evaluates it in turn.
func (ev *evaluator) pkg(s *scope, p *Package) {
	in := []string{fmt.Sprintf("package %q", p.Name)}
	values := map[string]cty.Value{}
	at := map[string]diag.Range{}
	for _, x := range p.Inputs {
		v, ok := ev.value(s, x.Expr, plainUse, in)
		if ev.bindings != nil && ok {
			plain, marks := v.UnmarkDeep()
			x.Value, x.Secret = plain, len(marks) > 0
		}
		values[x.Name], at[x.Name] = v, x.ValueR
	}
	if p.Module == nil {
		return
	}
	inner := p.Module
	for _, i := range inner.Inputs {
		v, given := values[i.Name]
		if !given {
			if ev.bindings != nil && i.Default != nil {
				i.Value = *i.Default
			}
			continue
		}
		plain, marks := v.UnmarkDeep()
		out, ok := i.accept(plain)
		if !ok {
			ev.refuse(place{at[i.Name], in}, "wrong-input", fmt.Sprintf("The input %q must be of type %s", i.Name, i.Declared),
				fmt.Sprintf("The package declares it so in %s, line %d.", i.Range.File, i.Range.Start.Line), "Give it as "+example(i)+".")
		}
		if ev.bindings != nil {
			i.Value = out
			i.Sensitive = i.Sensitive || len(marks) > 0
		}
	}
	ev.module(inner)
}
