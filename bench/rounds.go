package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// measure runs everything, round after round, so that what disturbs the machine
// for a while disturbs all alike. Anything that isn't right ends it: figures of a
// run that was wrong mean nothing.
func (o *options) measure(ctx context.Context, talk io.Writer) (*Report, error) {
	temp, err := os.MkdirTemp(o.temp, "engine-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(temp) }()
	report := newReport(o)
	for _, records := range o.sizes {
		fmt.Fprintf(talk, "%d employees\n", records)
		p, err := newPlace(o.binaries, filepath.Join(temp, strconv.Itoa(records)), records)
		if err != nil {
			return nil, err
		}
		for round := range o.rounds {
			if err := o.round(ctx, p, round, report, talk); err != nil {
				return nil, err
			}
		}
		if records == o.sizes[len(o.sizes)-1] && (o.extras || o.profile != "") {
			if err := o.lookInside(ctx, p, report, talk); err != nil {
				return nil, err
			}
		}
		if err := os.RemoveAll(p.dir); err != nil {
			return nil, err
		}
	}
	if o.extras {
		if err := o.start(ctx, temp, report, talk); err != nil {
			return nil, err
		}
	}
	report.settle()
	return report, nil
}

func (o *options) round(ctx context.Context, p *place, round int, report *Report, talk io.Writer) error {
	all := everyRound
	if p.records == o.base {
		all = slices.Concat(all, variations())
	}
	for _, s := range all {
		if o.only != nil && !slices.Contains(o.only, s.Name) {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		cost, err := s.run(p)
		if err != nil {
			return fmt.Errorf("%s, %d records: %w", s.Title, p.records, err)
		}
		report.add(s, p.records, round, cost)
		fmt.Fprintf(talk, "  round %d of %d  %-52s %7.2f µs of CPU a record  %8.2f s\n", round+1, o.rounds, s.Title,
			microseconds(cost.CPU, p.records), cost.Wall.Seconds())
	}
	return nil
}

func microseconds(d time.Duration, records int) float64 {
	return float64(d.Nanoseconds()) / 1000 / float64(records)
}
