package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"passerelle/bench/people"
)

// Between these two lines the page is the program's; the rest is people's.
const (
	figuresBegin = "<!-- figures: put in by `bench page`, not by hand -->\n"
	figuresEnd   = "<!-- end of figures -->\n"
)

// runPage is `bench page FIGURES.json PAGE.md`.
func runPage(args []string) error {
	if len(args) != 2 {
		return errors.New("bench page takes the figures that --json wrote, and the page")
	}
	text, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	var r Report
	if err := json.Unmarshal(text, &r); err != nil {
		return fmt.Errorf("%s is not what --json writes: %w", args[0], err)
	}
	if len(r.Rows) == 0 {
		return fmt.Errorf("%s has no figures", args[0])
	}
	r.settle() // what is worked out is this program's, also of figures that an older one took
	page, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	changed, err := putIn(string(page), r.page())
	if err != nil {
		return fmt.Errorf("%s: %w", args[1], err)
	}
	return os.WriteFile(args[1], []byte(changed), 0o644)
}

// putIn replaces what stands between the two lines.
func putIn(page, figures string) (string, error) {
	before, rest, begins := strings.Cut(page, figuresBegin)
	_, after, ends := strings.Cut(rest, figuresEnd)
	if !begins || !ends {
		return "", fmt.Errorf("it has no place for figures, which is between the lines %q and %q", strings.TrimSpace(figuresBegin), strings.TrimSpace(figuresEnd))
	}
	return before + figuresBegin + "\n" + figures + figuresEnd + after, nil
}

// page is the figures in Markdown.
func (r *Report) page() string {
	var b strings.Builder
	m := r.Machine
	fmt.Fprintf(&b, "Measured on %s with %s: %s, %d cores, %.0f GB, %s, %s. Load before it began: %s. %s\n",
		r.When.Format("2006-01-02"), r.Version, m.CPU, m.Cores, m.MemoryGB, m.Kernel, m.Go, or(m.Load, "unknown"), r.rounds())
	r.sizesPage(&b)
	r.ledgerPage(&b)
	r.goalsPage(&b)
	r.partsPage(&b)
	r.growthPage(&b)
	r.variationsPage(&b)
	r.startsPage(&b)
	b.WriteString("\n")
	return b.String()
}

func (r *Report) rounds() string {
	if r.Rounds == 1 {
		return "One round."
	}
	return fmt.Sprintf("Medians of %d rounds.", r.Rounds)
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func (r *Report) sizesPage(b *strings.Builder) {
	for _, records := range slices.Backward(r.sizes()) {
		fmt.Fprintf(b, "\n### %s records\n\n| | CPU µs a record | of it system | CPU to A | to B | records/s | records/s to A | peak memory, MB |\n|---|---|---|---|---|---|---|---|\n", grouped(records))
		for _, s := range everyRound {
			if row := r.row(s.Name, records); row != nil {
				fmt.Fprintf(b, "| %s | %.2f | %.2f | %s | %s | %s | %s | %s |\n", row.Title, row.CPUMedian, median(row.System), ratio(row.ToA), ratio(row.ToB), grouped(int(row.PerSecond)), ratio(row.RateToA), row.peaks())
			}
		}
	}
}

// sizes are those at which anything was measured, smallest first.
func (r *Report) sizes() (out []int) {
	for _, row := range r.Rows {
		if !slices.Contains(out, row.Records) {
			out = append(out, row.Records)
		}
	}
	slices.Sort(out)
	return out
}

func (row *Row) peaks() string {
	var out []string
	for _, p := range row.Processes {
		out = append(out, fmt.Sprintf("%s %.0f", processName(p.Name), p.PeakMB))
	}
	return strings.Join(out, ", ")
}

func (r *Report) ledgerPage(b *strings.Builder) {
	var said []string
	for _, name := range []string{"first", "snapshot"} {
		if row := r.largest(name); row != nil && row.Ledger > 0 {
			said = append(said, fmt.Sprintf("%s: %s", row.Title, grouped(int(row.Ledger))))
		}
	}
	if len(said) > 0 {
		fmt.Fprintf(b, "\nBytes a record that the ledger then has on disk: %s.\n", strings.Join(said, "; "))
	}
}

func (r *Report) goalsPage(b *strings.Builder) {
	if len(r.Goals) == 0 {
		return
	}
	b.WriteString("\n### How far from each goal\n\n| | goal | found | |\n|---|---|---|---|\n")
	for _, g := range r.Goals {
		fmt.Fprintf(b, "| %s | %s | %g | %s |\n", g.Title, g.limit(), g.Found, g.verdict())
	}
}

// partsPage shows what costs the rest: where the engine's own CPU goes.
func (r *Report) partsPage(b *strings.Builder) {
	if len(r.Inside) == 0 {
		return
	}
	fmt.Fprintf(b, "\n### Where the engine's CPU goes\n\nµs a record at %s records, by the engine's profile; its plugins are not in it.\n\n|", grouped(r.Inside[0].Records))
	sum := map[string]float64{}
	for _, in := range r.Inside {
		fmt.Fprintf(b, " | %s", in.Title)
		for _, p := range in.Parts {
			sum[p.Name] += p.CPU
		}
	}
	b.WriteString(" |\n|---" + strings.Repeat("|---", len(r.Inside)) + "|\n")
	for _, name := range bySize(sum) {
		fmt.Fprintf(b, "| %s", name)
		for _, in := range r.Inside {
			cell := "–"
			if at := slices.IndexFunc(in.Parts, func(p Part) bool { return p.Name == name }); at >= 0 {
				cell = fmt.Sprintf("%.2f", in.Parts[at].CPU)
			}
			fmt.Fprintf(b, " | %s", cell)
		}
		b.WriteString(" |\n")
	}
	for _, line := range []struct {
		name string
		of   func(Inside) string
	}{
		{"allocations a record", func(in Inside) string { return fmt.Sprintf("%.1f", in.Allocs) }},
		{"bytes allocated a record", func(in Inside) string { return grouped(int(in.Bytes)) }},
	} {
		fmt.Fprintf(b, "| **%s**", line.name)
		for _, in := range r.Inside {
			fmt.Fprintf(b, " | %s", line.of(in))
		}
		b.WriteString(" |\n")
	}
}

// bySize are the names, the largest first.
func bySize(figures map[string]float64) (names []string) {
	for name := range figures {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if figures[a] != figures[b] {
			if figures[a] > figures[b] {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	return names
}

func (r *Report) growthPage(b *strings.Builder) {
	sizes := r.sizes()
	if len(sizes) > 1 {
		b.WriteString("\n### As the number of records grows\n\nCPU µs a record; starting the processes is in it.\n\n|")
		for _, records := range sizes {
			fmt.Fprintf(b, " | %s", grouped(records))
		}
		b.WriteString(" |\n|---" + strings.Repeat("|---", len(sizes)) + "|\n")
		for _, s := range everyRound {
			fmt.Fprintf(b, "| %s", s.Title)
			for _, records := range sizes {
				fmt.Fprintf(b, " | %s", cpu(r.row(s.Name, records)))
			}
			b.WriteString(" |\n")
		}
	}
	var cells []string
	for _, fields := range widths {
		if row := r.row(fmt.Sprintf("fields-%d", fields), r.Base); row != nil {
			cells = append(cells, fmt.Sprintf("%d: %s", fields, cpu(row)))
		}
	}
	if len(cells) > 0 {
		fmt.Fprintf(b, "\n### As the number of mapped fields grows\n\nCPU µs a record of a snapshot of %s records with %d leaves, by how many fields are mapped (every other one through a function): %s.\n",
			grouped(r.Base), people.Width+widest, strings.Join(cells, "; "))
	}
}

func cpu(row *Row) string {
	if row == nil {
		return "–"
	}
	return fmt.Sprintf("%.2f", row.CPUMedian)
}

func (r *Report) variationsPage(b *strings.Builder) {
	begun := false
	for _, s := range variations() {
		row := r.row(s.Name, r.Base)
		if row == nil || strings.HasPrefix(s.Name, "fields-") {
			continue
		}
		if !begun {
			fmt.Fprintf(b, "\n### One thing at a time\n\nSnapshots of %s records.\n\n| | CPU µs a record | records/s |\n|---|---|---|\n", grouped(r.Base))
			begun = true
		}
		fmt.Fprintf(b, "| %s | %.2f | %s |\n", row.Title, row.CPUMedian, grouped(int(row.PerSecond)))
	}
}

func (r *Report) startsPage(b *strings.Builder) {
	if m := r.Mapping; m != nil {
		fmt.Fprintf(b, "\n### The mapping stage alone\n\nFrom typed values to typed values, nine expressions: %.0f ns of CPU and %.1f allocations a record; the same by hand in Go %.0f ns and %.1f. Ratio %.2f.\n",
			m.EngineNS, m.EngineAllocs, m.HandNS, m.HandAllocs, m.Ratio)
	}
	if len(r.Starts) == 0 {
		return
	}
	b.WriteString("\n### From start to end\n\n| | ms |\n|---|---|\n")
	for _, s := range r.Starts {
		fmt.Fprintf(b, "| %s | %.0f |\n", s.Title, s.Millis)
	}
}
