package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// table writes the figures for people.
func (r *Report) table(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s. %d cores, %s, %s, load before %s. %s\n", r.Machine.CPU, r.Machine.Cores, r.Machine.Kernel, r.Machine.Go, or(r.Machine.Load, "unknown"), r.rounds())
	fmt.Fprintf(w, "%s. CPU is µs a record, user and system, of all processes.\n", r.Version)
	records := 0
	for _, row := range r.Rows {
		if row.Records != records {
			records = row.Records
			fmt.Fprintf(w, "\n%s records\tCPU\tof it system\tto A\tto B\trecords/s\tto A\tby process: CPU, peak memory\n", grouped(records))
		}
		fmt.Fprintf(w, "%s\t%.2f\t%.2f\t%s\t%s\t%s\t%s\t%s\n", row.Title, row.CPUMedian, median(row.System), ratio(row.ToA), ratio(row.ToB), grouped(int(row.PerSecond)), ratio(row.RateToA), row.byProcess())
	}
	for _, name := range []string{"first", "snapshot"} {
		if row := r.largest(name); row != nil && row.Ledger > 0 {
			fmt.Fprintf(w, "\n%s: %s bytes a record in the ledger\n", row.Title, grouped(int(row.Ledger)))
		}
	}
	for _, in := range r.Inside {
		fmt.Fprintf(w, "\n%s, %s records: the engine's process\tµs\t%%\n", in.Title, grouped(in.Records))
		for _, p := range in.Parts {
			fmt.Fprintf(w, "  %s\t%.2f\t%.0f\n", p.Name, p.CPU, p.Percent)
		}
		fmt.Fprintf(w, "  allocations a record\t%.2f\n  bytes allocated a record\t%.0f\n", in.Allocs, in.Bytes)
	}
	if m := r.Mapping; m != nil {
		fmt.Fprintf(w, "\nThe mapping stage alone\tns a record\tallocations\tto Go\n  nine expressions\t%.0f\t%.1f\t%.2f\n  the same by hand in Go\t%.0f\t%.1f\t\n",
			m.EngineNS, m.EngineAllocs, m.Ratio, m.HandNS, m.HandAllocs)
	}
	if len(r.Starts) > 0 {
		fmt.Fprintf(w, "\nFrom start to end\tms\n")
	}
	for _, s := range r.Starts {
		fmt.Fprintf(w, "  %s\t%.0f\n", s.Title, s.Millis)
	}
	if len(r.Goals) > 0 {
		fmt.Fprintf(w, "\nGoals\tgoal\tfound\n")
	}
	for _, g := range r.Goals {
		fmt.Fprintf(w, "  %s\t%s\t%g\t%s\n", g.Title, g.limit(), g.Found, g.verdict())
	}
	return w.Flush()
}

func (row *Row) byProcess() string {
	var out []string
	for _, p := range row.Processes {
		out = append(out, fmt.Sprintf("%s %.2f, %.0f MB", processName(p.Name), p.CPU, p.PeakMB))
	}
	return strings.Join(out, "; ")
}

// processName is short: a plugin is known by its name, a loop by the program that
// runs it.
func processName(name string) string {
	if plugin, ok := strings.CutPrefix(name, "engine-plugin-"); ok {
		return "plugin " + plugin
	}
	return name
}

func ratio(f float64) string {
	if f == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f", f)
}

// grouped writes 1000000 as 1,000,000.
func grouped(n int) string {
	text := fmt.Sprint(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}
