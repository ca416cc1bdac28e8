package view

import (
	"passerelle/engine"
	"passerelle/engine/diag"
)

// View shows one command's results. Calls come from one goroutine, but for
// Progress, which may come from another while nothing else is shown.
type View interface {
	Diagnostics(ds diag.Diagnostics, src diag.Sources)
	Progress(e engine.Event)
	Valid(w *engine.Workspace)
	// Plan gives diagnostics when the plan could not be read back.
	Plan(p *engine.Planned, o PlanOptions) diag.Diagnostics
	Run(r *engine.Ran)
	Checked(c *engine.Checked)
	Approved(a *engine.Approved)
	Result(exitCode int)
}

// PlanOptions say how much of a plan is shown.
type PlanOptions struct {
	Values    bool // personal data: only when asked for
	Everybody bool // all names, not the first few
}

// result names an exit code, for the last line.
func result(exitCode int) string {
	switch exitCode {
	case 0:
		return "done"
	case 2:
		return "changes"
	case 3:
		return "blocked"
	case 4:
		return "partial"
	case 5:
		return "credentials"
	case 6:
		return "unavailable"
	case 7:
		return "fault"
	case 130:
		return "interrupted"
	}
	return "refused"
}
