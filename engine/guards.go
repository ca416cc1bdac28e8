package engine

import (
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
)

// countForGuards keeps with a run what the guards of later runs count: how much
// was read, and what changed in each field without anybody's word.
func countForGuards(counts map[string]int64, ran *Ran) {
	if ran.Plan.ID == "" {
		return
	}
	if ran.Plan.Read.Since.IsZero() {
		counts[plan.CountReceived] = ran.Plan.Read.Received
	} else {
		counts[plan.CountIncremental] = 1
	}
	if ran.Plan.Read.High > 0 {
		counts[plan.CountHigh] = ran.Plan.Read.High
	}
	if ran.Plan.Pilot {
		counts[ledger.CountPilot] = 1
	}
	if ran.Plan.Blind {
		counts[plan.CountBlind] = 1
	}
	keep := func(name string, n int64) {
		if n > 0 {
			counts[name] = n
		}
	}
	for i, cells := range ran.Outcome.Cells {
		f := &ran.Plan.Fields[i]
		changed, filled, emptied := f.Unanswered(cells.Changed, cells.Filled, cells.Emptied)
		keep(plan.CountChanged(f.Name), changed)
		keep(plan.CountFilled(f.Name), filled)
		keep(plan.CountEmptied(f.Name), emptied)
	}
	if ran.Found.HasErrors() || !ran.Plan.Stands() {
		return // its facts were perhaps not remembered: they come again
	}
	for _, f := range ran.Plan.Facts {
		keep(plan.CountChanged(f.Name), f.Changed)
		keep(plan.CountFilled(f.Name), f.Filled)
	}
}
