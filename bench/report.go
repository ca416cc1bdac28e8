package main

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"slices"
	"time"
)

// Report is all figures of one run of the benchmark.
type Report struct {
	When    time.Time     `json:"when"`
	Machine Machine       `json:"machine"`
	Version string        `json:"version"` // of the engine measured
	Rounds  int           `json:"rounds"`
	Base    int           `json:"base"` // the size of variations, allocations and parts
	Rows    []*Row        `json:"rows"`
	Goals   []Goal        `json:"goals,omitempty"`
	Inside  []Inside      `json:"inside,omitempty"`
	Mapping *MappingStage `json:"mapping,omitempty"`
	Starts  []Start       `json:"starts,omitempty"`
}

// Row is one scenario at one size. CPU and Wall have a figure a round; the others
// are medians over the rounds. Ratios are taken within a round, where the loops
// were measured too.
type Row struct {
	Scenario  string        `json:"scenario"`
	Title     string        `json:"title"`
	Records   int           `json:"records"`
	CPU       []float64     `json:"cpu_us_per_record_by_round"`
	System    []float64     `json:"system_us_per_record_by_round"` // of CPU, what the kernel used
	Wall      []float64     `json:"wall_s_by_round"`
	CPUMedian float64       `json:"cpu_us_per_record"`
	PerSecond float64       `json:"records_per_s"`
	ToA       float64       `json:"cpu_to_a,omitempty"`
	ToB       float64       `json:"cpu_to_b,omitempty"`
	RateToA   float64       `json:"records_per_s_to_a,omitempty"`
	Ledger    float64       `json:"ledger_bytes_per_record,omitempty"` // on disk after the last round
	Processes []ProcessCost `json:"processes"`
	seen      [][]Process
}

// ProcessCost is one process of a row.
type ProcessCost struct {
	Name   string  `json:"name"`
	CPU    float64 `json:"cpu_us_per_record"`
	PeakMB float64 `json:"peak_mb"`
}

func newReport(o *options) *Report {
	return &Report{When: time.Now().UTC().Truncate(time.Second), Machine: thisMachine(), Version: versionOf(o.engine()), Rounds: o.rounds, Base: o.base}
}

func (r *Report) row(scenario string, records int) *Row {
	at := slices.IndexFunc(r.Rows, func(row *Row) bool { return row.Scenario == scenario && row.Records == records })
	if at < 0 {
		return nil
	}
	return r.Rows[at]
}

func (r *Report) add(s scenario, records, round int, cost Cost) {
	row := r.row(s.Name, records)
	if row == nil {
		row = &Row{Scenario: s.Name, Title: s.Title, Records: records}
		r.Rows = append(r.Rows, row)
	}
	row.CPU = append(row.CPU, microseconds(cost.CPU, records))
	row.System = append(row.System, microseconds(cost.System, records))
	row.Wall = append(row.Wall, cost.Wall.Seconds())
	row.Ledger = math.Round(float64(cost.Ledger) / float64(records))
	row.seen = append(row.seen, cost.Processes)
}

// settle works out medians, ratios and goals; of figures read from a file too.
func (r *Report) settle() {
	for _, row := range r.Rows {
		row.CPUMedian = rounded(median(row.CPU))
		row.PerSecond = math.Round(float64(row.Records) / median(row.Wall))
		row.ToA, row.ToB = r.ratio(row, loopA), r.ratio(row, loopB)
		row.RateToA = r.rate(row)
		if row.seen != nil {
			row.Processes = processes(row)
		}
	}
	r.Goals = r.goals()
}

func (r *Report) ratio(row *Row, to string) float64 {
	other := r.row(to, row.Records)
	if other == nil {
		return 0
	}
	return ratioOf(row, other)
}

// rate is how many records a second to A's, round by round.
func (r *Report) rate(row *Row) float64 {
	a := r.row(loopA, row.Records)
	if a == nil {
		return 0
	}
	var ratios []float64
	for i, wall := range row.Wall {
		if i < len(a.Wall) && wall > 0 {
			ratios = append(ratios, a.Wall[i]/wall)
		}
	}
	return rounded(median(ratios))
}

// ratioOf is the median of the ratios of CPU within each round.
func ratioOf(row, to *Row) float64 {
	var ratios []float64
	for i, cpu := range row.CPU {
		if i < len(to.CPU) && to.CPU[i] > 0 {
			ratios = append(ratios, cpu/to.CPU[i])
		}
	}
	return rounded(median(ratios))
}

// processes are the row's by name, in the order in which they were first seen;
// of several by one name what they took together.
func processes(row *Row) (out []ProcessCost) {
	cpu, peak := map[string][]float64{}, map[string][]float64{}
	var order []string
	for _, round := range row.seen {
		usedBy, peakOf := map[string]float64{}, map[string]float64{}
		for _, p := range round {
			usedBy[p.Name] += microseconds(p.CPU, row.Records)
			peakOf[p.Name] += p.PeakMB
			if !slices.Contains(order, p.Name) {
				order = append(order, p.Name)
			}
		}
		for name := range maps.Keys(usedBy) {
			cpu[name] = append(cpu[name], usedBy[name])
			peak[name] = append(peak[name], peakOf[name])
		}
	}
	for _, name := range order {
		out = append(out, ProcessCost{Name: name, CPU: rounded(median(cpu[name])), PeakMB: math.Round(median(peak[name]))})
	}
	return out
}

func (r *Report) save(path string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

func median(figures []float64) float64 {
	sorted := slices.Sorted(slices.Values(figures))
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// rounded keeps two decimals: more would be noise.
func rounded(f float64) float64 { return math.Round(f*100) / 100 }
