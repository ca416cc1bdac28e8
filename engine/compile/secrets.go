package compile

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
)

// exposed refuses a secret that stands in a file, or comes through something
// that may be shown. It needs no value: validate says it too.
func exposed(g *lang.Setting, m *lang.Module) *diag.Diagnostic {
	if g.Secret || g.Expr == nil || hasCall(g.Expr) { // only env and file can be called here
		return nil
	}
	variables := g.Expr.Variables()
	for _, t := range variables {
		if sensitive(t, m) {
			return nil
		}
	}
	_, found := hcl.AbsTraversalForExpr(g.Expr)
	d := diag.Diagnostic{
		Code: "literal-secret", Subject: &g.ValueR, Conceal: found.HasErrors(), // a bare name may be shown
		Summary: "The secret " + quote(g.Name) + " is written in the file",
		Detail:  "Mapping files are shared, copied and kept in version control; a secret in one is a secret no more.",
		Remedy:  `Put it in an environment variable and write ` + g.Name + ` = env("NAME"), or in a file and write file("path"). Change the secret if the file was shared.`,
	}
	if at := slices.IndexFunc(variables, func(t hcl.Traversal) bool { return t.RootName() == "input" }); at >= 0 {
		name := attribute(variables[at])
		d.Code = "exposed-secret"
		d.Summary = "The secret " + quote(g.Name) + " comes through the input " + quote(name) + ", which may be shown"
		d.Detail = "Only a sensitive input is kept out of what the engine prints."
		d.Remedy = "Add sensitive = true to the input " + quote(name) + ", or write " + g.Name + ` = env("NAME").`
	} else if len(variables) > 0 {
		d.Detail = "It comes through the local " + quote(attribute(variables[0])) + ". " + d.Detail
	}
	return &d
}

// sensitive: the input or local named is kept from being shown. What is not
// declared is: lang has refused it.
func sensitive(t hcl.Traversal, m *lang.Module) bool {
	name := attribute(t)
	switch t.RootName() {
	case "input":
		at := slices.IndexFunc(m.Inputs, func(i *lang.Input) bool { return i.Name == name })
		return at < 0 || m.Inputs[at].Sensitive
	case "local":
		locals := m.Locals()
		at := slices.IndexFunc(locals, func(l lang.LocalValue) bool { return l.Name == name })
		return at < 0 || locals[at].Sensitive
	}
	return true
}

// attribute is the second word of input.x.
func attribute(t hcl.Traversal) string {
	if len(t) < 2 {
		return ""
	}
	step, _ := t[1].(hcl.TraverseAttr)
	return step.Name
}

func hasCall(e hcl.Expression) bool {
	node, native := e.(hclsyntax.Node)
	if !native {
		return false // JSON: lists and objects; a text has been parsed as a template
	}
	calls := false
	_ = hclsyntax.VisitAll(node, func(n hclsyntax.Node) hcl.Diagnostics {
		_, isCall := n.(*hclsyntax.FunctionCallExpr)
		calls = calls || isCall
		return nil
	})
	return calls
}
