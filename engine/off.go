package engine

import (
	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/lang"
)

// switchedOff are the mappings whose enabled is false, by address.
func (w *Workspace) switchedOff() map[string]*lang.Mapping {
	out := map[string]*lang.Mapping{}
	for _, module := range compile.Modules(w.module) {
		for _, m := range module.Mappings {
			if m.Enabled.Off() {
				out[m.Address()] = m
			}
		}
	}
	return out
}

func isOff(m *lang.Mapping) diag.Diagnostic {
	return diag.Diagnostic{
		Code: "mapping-off", Subject: &m.Enabled.Range,
		Summary: "The mapping " + m.Address() + " is switched off",
		Detail:  "enabled = " + m.Enabled.Text + " is false, so it is neither planned nor run.",
		Remedy:  "Give the input another value, or leave --only out.",
	}
}
