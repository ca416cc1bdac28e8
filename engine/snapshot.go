package engine

import (
	"passerelle/engine/compile"
	"passerelle/engine/diag"
)

// noPilotOfAWhole refuses to write named people alone where everybody is written
// at once: the others would be missing.
func noPilotOfAWhole(m *compile.Mapping) diag.Diagnostics {
	if m.Target.Snapshot == nil {
		return nil
	}
	return diag.Diagnostics{{
		Code: "whole-has-no-pilot", Subject: &m.Decl.Target.ResourceR,
		Summary: "--who can't be used where everybody is written at once",
		Detail:  "The target is read as everybody: with named people alone, all the others would have left.",
		Remedy:  "Try the mapping with engine plan, or write to another file.",
	}}
}
