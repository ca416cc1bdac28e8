package view

import (
	"passerelle/engine"
	"passerelle/engine/diag"
)

// replacedLine is one line of a package that an extension stands in for.
type replacedLine struct {
	What    string     `json:"what"` // map line "nom" of target "profile"
	Shipped diag.Range `json:"shipped"`
	By      diag.Range `json:"by"`
}

func replacedLines(w *engine.Workspace) []replacedLine {
	var out []replacedLine
	for _, r := range w.Replaced() {
		out = append(out, replacedLine{What: r.What, Shipped: r.Old, By: r.New})
	}
	return out
}
