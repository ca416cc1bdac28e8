package main

import "fmt"

// Goal is what the project wants of a figure, and what was found.
type Goal struct {
	Title   string  `json:"title"`
	Goal    float64 `json:"goal"`
	Found   float64 `json:"found"`
	AtLeast bool    `json:"at_least,omitempty"` // otherwise at most
}

// Reached reports whether the goal is met.
func (g Goal) Reached() bool { return g.Found == g.Goal || g.Found > g.Goal == g.AtLeast }

// limit is the goal as people write it.
func (g Goal) limit() string {
	if g.AtLeast {
		return fmt.Sprintf("≥ %g", g.Goal)
	}
	return fmt.Sprintf("≤ %g", g.Goal)
}

// verdict says how far a goal is.
func (g Goal) verdict() string {
	switch {
	case g.Reached():
		return "reached"
	case g.AtLeast:
		return fmt.Sprintf("1/%.1f of it", g.Goal/g.Found)
	}
	return fmt.Sprintf("%.1f times it", g.Found/g.Goal)
}

// goals are those of which this run has the figure, at its largest size. Most of
// them come from a prototype of the data plane that had no plan, guards, journal
// or results.
func (r *Report) goals() (out []Goal) {
	want := func(title string, goal, found float64) {
		if found > 0 {
			out = append(out, Goal{Title: title, Goal: goal, Found: found})
		}
	}
	for _, g := range []struct {
		scenario, title string
		cpu, peak       float64
	}{
		{"snapshot", "snapshot", 2.4, 130},
		{"first", "first load", 5.5, 200},
		{"unchanged", "nothing has changed", 2.9, 200},
	} {
		row := r.largest(g.scenario)
		if row == nil {
			continue
		}
		want(g.title+": CPU to A", g.cpu, row.ToA)
		if row.RateToA > 0 {
			out = append(out, Goal{Title: g.title + ": records/s to A", Goal: 0.55, Found: row.RateToA, AtLeast: true})
		}
		want(g.title+": peak memory of the engine, MB", g.peak, row.peakOf(true))
		want(g.title+": peak memory of a plugin, MB", 50, row.peakOf(false))
		if small := r.smallest(g.scenario); small != row {
			want(fmt.Sprintf("%s: CPU a record, of %s to %s", g.title, grouped(row.Records), grouped(small.Records)), 1, ratioOf(row, small))
		}
	}
	if r.Mapping != nil {
		want("mapping stage to the same by hand", 1.4, r.Mapping.Ratio)
	}
	want("TLS between the processes, CPU with to without", 1.12, r.between("snapshot", "snapshot-plain"))
	want("batches of 64, CPU to batches of 1024", 1.15, r.between("batch-64", "batch-1024"))
	wanted := map[string]float64{"first-request": 60, "validate": 100, "validate-many": 1000}
	for _, s := range r.Starts {
		if goal := wanted[s.Name]; goal > 0 {
			want(s.Title+", ms", goal, s.Millis)
		}
	}
	return out
}

// largest is a scenario at the largest size at which it was measured.
func (r *Report) largest(scenario string) (found *Row) {
	for _, row := range r.Rows {
		if row.Scenario == scenario && (found == nil || row.Records > found.Records) {
			found = row
		}
	}
	return found
}

// smallest is it at the smallest one.
func (r *Report) smallest(scenario string) (found *Row) {
	for _, row := range r.Rows {
		if row.Scenario == scenario && (found == nil || row.Records < found.Records) {
			found = row
		}
	}
	return found
}

// peakOf is the engine's, or that of the plugin that took most.
func (row *Row) peakOf(engine bool) (peak float64) {
	for _, p := range row.Processes {
		if engine == (p.Name == "engine") {
			peak = max(peak, p.PeakMB)
		}
	}
	return peak
}

// between is the CPU of one variation to another's, round by round.
func (r *Report) between(one, other string) float64 {
	a, b := r.row(one, r.Base), r.row(other, r.Base)
	if a == nil || b == nil {
		return 0
	}
	return ratioOf(a, b)
}
