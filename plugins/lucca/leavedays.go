package main

import (
	"regexp"
	"time"

	"passerelle/plugins/sdk"
)

// leaveDate is the one date by which Lucca selects leaves.
const leaveDate = "date"

// What is read where nobody says otherwise: a year back, a quarter ahead.
const monthsBack, monthsAhead = 12, 3

// civil is a date as people write it in a mapping.
var civil = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

// leaveWindow is the filter on the date, both ends included: the days of the
// source's window, else from and to of its settings.
func (r *reading) leaveWindow() (string, *sdk.Error) {
	from, complaint := r.leaveDay("from")
	if complaint != nil {
		return "", complaint
	}
	to, complaint := r.leaveDay("to")
	if complaint != nil {
		return "", complaint
	}
	if w := r.request.Window; w != nil {
		// All days of a window count as read: those that a setting left out would
		// look like leaves that are gone.
		switch {
		case from > w.From:
			return "", badSetting("from", "the window on the date begins earlier, and days of it would be missing", "take it out: the window says what is read")
		case to != "" && to < w.To:
			return "", badSetting("to", "the window on the date ends later, and days of it would be missing", "take it out: the window says what is read")
		}
		return between(w.From, w.To), nil
	}
	now := r.now().In(r.zone)
	if from == "" {
		from = now.AddDate(0, -monthsBack, 0).Format(time.DateOnly)
	}
	if to == "" {
		to = now.AddDate(0, monthsAhead, 0).Format(time.DateOnly)
	}
	if from > to {
		return "", badSetting("from", "it is after to", "turn them round")
	}
	return between(from, to), nil
}

// leaveDay is a day of the settings; empty where there is none.
func (r *reading) leaveDay(name string) (string, *sdk.Error) {
	given := r.request.Settings.String(name)
	if given == "" {
		return "", nil
	}
	if _, err := time.Parse(time.DateOnly, given); err != nil || !civil.MatchString(given) {
		return "", badSetting(name, "it is no date", "write it like 2026-12-31")
	}
	return given, nil
}

func between(from, to string) string { return "between," + from + "," + to }
