package lang

import (
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/diag"
)

// evaluator computes what is static, with values (bindings) or only their types.
type evaluator struct {
	*problems
	bindings *Bindings // nil: every input is unknown, nothing is kept
}

// scope is what a static expression of one module can name.
type scope struct {
	m      *Module
	inputs map[string]cty.Value
	locals map[string]cty.Value
}

// use says which functions may be called at a place.
type use uint8

const (
	plainUse      use = iota // none
	connectionUse            // env, file
	mapUse                   // text
)

func (u use) functions() []string {
	switch u {
	case connectionUse:
		return []string{"env", "file"}
	case mapUse:
		return []string{"text"}
	}
	return nil
}

// static prepares an expression for static evaluation. In JSON a text is a
// template, which is parsed here so that what it names can be checked.
func (c *content) static(e hcl.Expression) hcl.Expression {
	if !c.file.json || !c.file.starts(e.Range(), '"') {
		return e
	}
	v, found := e.Value(nil)
	if found.HasErrors() || v.Type() != cty.String {
		return e
	}
	at := e.Range()
	start := at.Start
	start.Byte, start.Column = start.Byte+1, start.Column+1
	parsed, found := hclsyntax.ParseTemplate([]byte(v.AsString()), at.Filename, start)
	if found.HasErrors() {
		c.syntax(found)
		return hcl.StaticExpr(cty.DynamicVal, at)
	}
	return parsed
}

// value evaluates one expression. On false the reason has been reported.
func (ev *evaluator) value(s *scope, e hcl.Expression, u use, in []string) (cty.Value, bool) {
	ok := ev.checkNames(s, e, in)
	if !ev.checkCalls(e, u, in) || !ok {
		return cty.DynamicVal, false
	}
	v, found := e.Value(&hcl.EvalContext{
		Variables: map[string]cty.Value{"input": cty.ObjectVal(s.inputs), "local": cty.ObjectVal(s.locals)},
		Functions: ev.functions(s.m.Dir, u),
	})
	for _, hd := range found {
		ev.failed(hd, e, in)
	}
	return v, !found.HasErrors()
}

func (ev *evaluator) checkNames(s *scope, e hcl.Expression, in []string) bool {
	ok := true
	for _, t := range e.Variables() {
		known, kind := keys(s.inputs), "input"
		switch t.RootName() {
		case "input":
		case "local":
			known, kind = keys(s.locals), "local"
		default:
			ok = false
			ev.refuse(place{rangeOf(t.SourceRange()), in}, "unknown-name", fmt.Sprintf("Unknown name %q", t.RootName()),
				"Here only inputs and locals can be named: input.x, local.x. A text stands between quotes."+suggest(t.RootName(), []string{"input", "local"}),
				"Put a text between quotes, or name an input or a local.")
			continue
		}
		if len(t) < 2 {
			continue
		}
		step, named := t[1].(hcl.TraverseAttr)
		if !named || slices.Contains(known, step.Name) {
			continue
		}
		ok = false
		at := rangeOf(step.SourceRange())
		if at.End.Byte-at.Start.Byte > len(step.Name) { // without the dot
			at.Start.Byte, at.Start.Column = at.Start.Byte+1, at.Start.Column+1
		}
		ev.refuse(place{at, in}, "unknown-"+kind, fmt.Sprintf("There is no %s %q", kind, step.Name),
			"None of the files declares it."+suggest(step.Name, known), "Correct the name, or declare it.")
	}
	return ok
}

// checkCalls refuses functions that are unknown or have no place here.
func (ev *evaluator) checkCalls(e hcl.Expression, u use, in []string) bool {
	node, native := e.(hclsyntax.Node)
	if !native {
		return true // JSON lists and objects: evaluation says it
	}
	ok := true
	_ = hclsyntax.VisitAll(node, func(n hclsyntax.Node) hcl.Diagnostics {
		call, isCall := n.(*hclsyntax.FunctionCallExpr)
		if !isCall || slices.Contains(u.functions(), call.Name) {
			return nil
		}
		ok = false
		where := place{rangeOf(call.NameRange), in}
		switch call.Name {
		case "env", "file":
			ev.refuse(where, "misplaced-function", fmt.Sprintf("%s(…) has no place here", call.Name),
				"Secrets go to connections only, so that no other place can let them out.", "Use it in the settings of a connection, or declare an input.")
		case "text":
			ev.refuse(where, "misplaced-function", "text(…) has no place here",
				"Only in map does a quoted text mean an expression; here it is a text already.", "Write the text between quotes.")
		default:
			ev.refuse(where, "unknown-function", fmt.Sprintf("Unknown function %q", call.Name),
				"Outside of expressions there are env(\"NAME\"), file(\"path\") and, in map, text(…)."+suggest(call.Name, []string{"env", "file", "text"}),
				"Correct the name. What must be computed is computed in map, between quotes.")
		}
		return nil
	})
	return ok
}

// failed turns what HCL says about an evaluation into a diagnostic. Its detail
// names types and attributes, never values.
func (ev *evaluator) failed(hd *hcl.Diagnostic, e hcl.Expression, in []string) {
	at := e.Range()
	if hd.Subject != nil {
		at = *hd.Subject
	}
	if extra, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](hd); ok {
		var missing *missingSecret
		if errors.As(extra.FunctionCallError(), &missing) {
			if hd.Context != nil {
				at = *hd.Context
			}
			d := rangeOf(at)
			ev.add(diag.Diagnostic{
				Code: "missing-secret", Class: diag.Credentials, Summary: missing.summary, Detail: missing.detail, Remedy: missing.remedy,
				Subject: &d, In: slices.Clone(in),
			})
			return
		}
	}
	ev.refuse(place{rangeOf(at), in}, "bad-expression", "This can't be evaluated", hd.Detail, "Correct the expression.")
}

func keys(m map[string]cty.Value) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
