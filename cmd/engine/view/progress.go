package view

import (
	"fmt"
	"time"

	"passerelle/engine"
)

// pace is how fast one phase of one mapping goes.
type pace struct {
	of    string
	since time.Time
	from  int64 // records that were done then
}

// line is how far a phase is: records, rate, and the time that is left. A rate
// of the first second says nothing yet.
func (p *pace) line(e engine.Event, now time.Time) string {
	if of := e.Mapping + " " + e.Phase; of != p.of || e.Done < p.from {
		*p = pace{of: of, since: now, from: e.Done}
	}
	line := fmt.Sprintf("%s: %s %d", e.Mapping, e.Phase, e.Done)
	if e.Expected > 0 {
		line += fmt.Sprintf(" of %d", e.Expected)
	}
	spent := now.Sub(p.since)
	if spent < time.Second || e.Done <= p.from {
		return line
	}
	rate := float64(e.Done-p.from) / spent.Seconds()
	line += fmt.Sprintf(", %.0f/s", rate)
	if left := e.Expected - e.Done; e.Expected > 0 && left > 0 {
		line += ", " + span(time.Duration(float64(left)/rate*float64(time.Second))) + " left"
	}
	return line
}

// span is a length of time as people say it.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", max(1, int(d.Round(time.Second).Seconds())))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Round(time.Minute).Minutes()))
	}
	return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
}
