package engine

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"passerelle/engine/compile"
	"passerelle/engine/lang"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
)

// What started a run, besides the word of its mapping's trigger.
const (
	manual  = "manual" // a person or a pipeline; also the trigger of mappings that are never due
	piloted = "pilot"  // for named people alone
	undone  = "undo"
)

func triggerOf(m *compile.Mapping, o RunOptions) string {
	switch {
	case len(o.Who) > 0:
		return piloted
	case o.Due:
		return m.Decl.Trigger.Kind
	}
	return manual
}

func savedTrigger(p *plan.Plan) string {
	if p.Summary.Pilot {
		return piloted
	}
	return manual
}

// due are the mappings that are due: none of their runs that came to an end began
// since they were due last. A run that failed, or was killed, leaves its mapping
// due; one that a guard blocked does not, for running again would ask the same
// question again. One that never ran is due at once. What was run for named people,
// or undone, is no run of the mapping.
func (w *Workspace) due(ctx context.Context, mappings []*compile.Mapping) ([]*compile.Mapping, error) {
	now := w.options.Now()
	var out []*compile.Mapping
	for _, m := range mappings {
		since, ever := lastDue(m.Decl.Trigger, now, zoneOf(m))
		if !ever {
			continue
		}
		last, ran, err := w.ledger.LastRunEnded(ctx, m.Address,
			[]string{ledger.RunSucceeded, ledger.RunPartial, ledger.RunBlocked}, []string{piloted, undone})
		if err != nil {
			return nil, err
		}
		// A run that began in the future was dated by a clock that was wrong: believed,
		// nothing would be due until that day.
		if !ran || last.Started.Before(since) || last.Started.After(now.Add(ledger.ClockSlack)) {
			out = append(out, m)
		}
	}
	return out, nil
}

// lastDue is the last moment, up to now, at which a trigger said that its mapping
// is due; false when there was none.
func lastDue(t lang.Trigger, now time.Time, zone *time.Location) (time.Time, bool) {
	switch t.Kind {
	case "daily":
		at, _ := time.Parse("15:04", t.Value) // lang has checked it
		return lastCivil(now, zone, func(day time.Time) (time.Time, bool) {
			return day.Add(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute), true
		})
	case "monthly":
		wanted, _ := strconv.Atoi(t.Value)
		return lastCivil(now, zone, func(day time.Time) (time.Time, bool) {
			last := day.AddDate(0, 1, -day.Day()).Day()
			return day, day.Day() == min(wanted, last)
		})
	case "every":
		// Counted from a fixed moment, not from the last run: a cron that calls every
		// fifteen minutes is seldom on time to the second.
		length, err := time.ParseDuration(t.Value)
		return now.Truncate(length), err == nil && length > 0
	case "cron":
		return lastCron(t.Value, now, zone)
	}
	return time.Time{}, false
}

// aMonth is how many days lastCivil looks back: a month has every day once.
const aMonth = 32

// lastCivil looks back, day by day, for the last moment up to now that a calendar
// gives. Days and moments are civil: their clock reading, written as UTC.
func lastCivil(now time.Time, zone *time.Location, moment func(day time.Time) (time.Time, bool)) (time.Time, bool) {
	year, month, day := now.In(zone).Date()
	for back := range aMonth {
		civil, due := moment(time.Date(year, month, day-back, 0, 0, 0, 0, time.UTC))
		if !due {
			continue
		}
		if at := instant(civil, zone); !at.After(now) {
			return at, true
		}
	}
	return time.Time{}, false
}

// lastCron finds the last moment up to now. One whose hour begins with * goes by
// the time that passes, so that it goes on through the hour that exists twice; any
// other goes by the clock.
func lastCron(text string, now time.Time, zone *time.Location) (time.Time, bool) {
	schedule, err := cron.ParseStandard(text)
	if err != nil {
		return time.Time{}, false // lang has said so
	}
	byTheClock := !strings.HasPrefix(strings.Fields(text)[1], "*")
	from := now.In(zone)
	if byTheClock {
		from = civilOf(now, zone)
	}
	// The library goes forward only: look back further and further.
	for window := time.Hour; window < 9*365*24*time.Hour; window *= 4 {
		var last time.Time
		for next := schedule.Next(from.Add(-window)); !next.IsZero(); next = schedule.Next(next) {
			at := next
			if byTheClock {
				at = instant(next, zone)
			}
			if at.After(now) {
				break
			}
			last = at
		}
		if !last.IsZero() {
			return last, true
		}
	}
	return time.Time{}, false
}

// civilOf is what the clock shows in a zone, written as UTC.
func civilOf(t time.Time, zone *time.Location) time.Time {
	_, offset := t.In(zone).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// instant is the first moment at which a zone's clock shows a civil time or a
// later one. In spring, a time that the clock jumps over is the moment of the
// jump; in autumn, a time that exists twice is the first of the two.
func instant(civil time.Time, zone *time.Location) time.Time {
	var found time.Time
	var before time.Time
	for _, around := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, offset := civil.Add(around).In(zone).Zone()
		at := civil.Add(-time.Duration(offset) * time.Second)
		if civilOf(at, zone).Equal(civil) && (found.IsZero() || at.Before(found)) {
			found = at
		}
		if before.IsZero() {
			before = at // by the offset of the day before: it lies behind the jump
		}
	}
	if !found.IsZero() {
		return found
	}
	jump, _ := before.In(zone).ZoneBounds()
	return jump.UTC()
}
