package view

import (
	"passerelle/engine"
	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/engine/report"
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
	NothingDue()
	Checked(c *engine.Checked)
	Approved(a *engine.Approved)
	// Undoing gives diagnostics when what would be undone could not be read back.
	Undoing(u *engine.Undoing) diag.Diagnostics
	Runs(runs []report.Run)
	RunResults(run *report.Run, lines []report.Line, lang report.Language, everybody bool)
	// HeldNow shows held records, whole or a line each; keep is how long one stays
	// that no run meets again.
	HeldNow(held []report.HeldRecord, keep lang.Span, whole bool)
	Who(w *report.Who)
	Ledger(l *Ledger)
	// Moving shows what a move of links would do, or did.
	Moving(r report.Rename, moving []report.Moving, done bool)
	Told(t Told)
	Result(exitCode int)
}

// Told is one thing that was done or found, in words and as an event.
type Told struct {
	Type    string // of the event
	Text    string // for people, with its line ends
	Members map[string]any
}

// Ledger is what is shown of a ledger as a whole.
type Ledger struct {
	ID, Path string
	Bytes    int64
	Scopes   []report.Scope
	Moves    []report.Move
	Runs     []report.Run // the last ones
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
