package evaluate

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/lang"
)

// unknownInputs warns of the inputs without a value that the mapping, or the
// text, names: they are read as empty, which a run never does. Locals may hold
// any input, so a text that names one counts for all.
func unknownInputs(m *compile.Mapping, text string) diag.Diagnostics {
	texts := []string{text}
	if text == "" {
		texts = textsOf(m.Decl)
	}
	var found diag.Diagnostics
	for _, in := range m.Decl.Module.Inputs {
		if in.Value != cty.NilVal && in.Value.IsWhollyKnown() || !mentioned(in.Name, texts) {
			continue
		}
		found = append(found, diag.Diagnostic{
			Severity: diag.Warning, Code: "missing-input", Subject: &in.Range,
			Summary: "The input \"" + in.Name + "\" has no value, and is read as empty here",
			Detail:  "It is declared without a default. A run would refuse to start.",
			Remedy:  "Give it with --input " + in.Name + "=value, in the environment as ENGINE_INPUT_" + in.Name + ", or in a file with --inputs FILE.",
		})
	}
	return found
}

func mentioned(input string, texts []string) bool {
	for _, t := range texts {
		if strings.Contains(t, "input."+input) || strings.Contains(t, "local.") {
			return true
		}
	}
	return false
}

// textsOf are the expressions of a mapping, and its constants that name
// something.
func textsOf(decl *lang.Mapping) []string {
	var out []string
	add := func(cel *lang.CEL) {
		if cel != nil {
			out = append(out, cel.Text)
		}
	}
	add(decl.ShownAs)
	for _, s := range decl.Sources {
		add(s.Where)
	}
	if decl.Leavers != nil {
		add(decl.Leavers.When)
	}
	for _, r := range decl.Requires {
		add(r.That)
	}
	var lines func([]*lang.MapEntry)
	lines = func(entries []*lang.MapEntry) {
		for _, e := range entries {
			add(e.CEL)
			if e.Expr != nil {
				for _, v := range e.Expr.Variables() {
					out = append(out, traversal(v))
				}
			}
			lines(e.Items)
			lines(e.Entries)
		}
	}
	lines(decl.Target.Map)
	return out
}

// traversal writes input.name of an HCL reference.
func traversal(t hcl.Traversal) string {
	text := t.RootName()
	for _, step := range t[1:] {
		if attr, ok := step.(hcl.TraverseAttr); ok {
			text += "." + attr.Name
		}
	}
	return text
}
