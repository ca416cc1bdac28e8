package view

import (
	"passerelle/engine"
	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/engine/report"
)

// tee shows everything twice: to people, and as events for a file.
type tee struct{ human, file View }

// Both shows to people and writes events beside.
func Both(human, file View) View { return tee{human, file} }

func (t tee) Diagnostics(ds diag.Diagnostics, src diag.Sources) {
	t.human.Diagnostics(ds, src)
	t.file.Diagnostics(ds, src)
}

func (t tee) Progress(e engine.Event) { t.human.Progress(e); t.file.Progress(e) }

func (t tee) Valid(w *engine.Workspace) { t.human.Valid(w); t.file.Valid(w) }

// Plan reads the plan twice; what can't be read back is said once.
func (t tee) Plan(p *engine.Planned, o PlanOptions) diag.Diagnostics {
	found := t.human.Plan(p, o)
	if more := t.file.Plan(p, o); len(found) == 0 {
		return more
	}
	return found
}

func (t tee) Run(r *engine.Ran) { t.human.Run(r); t.file.Run(r) }

func (t tee) NothingDue() { t.human.NothingDue(); t.file.NothingDue() }

func (t tee) Checked(c *engine.Checked) { t.human.Checked(c); t.file.Checked(c) }

func (t tee) Approved(a *engine.Approved) { t.human.Approved(a); t.file.Approved(a) }

func (t tee) Undoing(u *engine.Undoing) diag.Diagnostics {
	found := t.human.Undoing(u)
	if more := t.file.Undoing(u); len(found) == 0 {
		return more
	}
	return found
}

func (t tee) Runs(runs []report.Run) { t.human.Runs(runs); t.file.Runs(runs) }

func (t tee) RunResults(run *report.Run, lines []report.Line, lang report.Language, everybody bool) {
	t.human.RunResults(run, lines, lang, everybody)
	t.file.RunResults(run, lines, lang, everybody)
}

func (t tee) HeldNow(held []report.HeldRecord, keep lang.Span, whole bool) {
	t.human.HeldNow(held, keep, whole)
	t.file.HeldNow(held, keep, whole)
}

func (t tee) Who(w *report.Who) { t.human.Who(w); t.file.Who(w) }

func (t tee) Ledger(l *Ledger) { t.human.Ledger(l); t.file.Ledger(l) }

func (t tee) Moving(r report.Rename, moving []report.Moving, done bool) {
	t.human.Moving(r, moving, done)
	t.file.Moving(r, moving, done)
}

func (t tee) Told(told Told) { t.human.Told(told); t.file.Told(told) }

func (t tee) Result(exitCode int) { t.human.Result(exitCode); t.file.Result(exitCode) }
