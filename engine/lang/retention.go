package lang

import (
	"strconv"
	"strings"
	"time"

	"passerelle/engine/diag"
)

// Retention says how long the ledger keeps what it has about people besides
// their links.
type Retention struct {
	Range diag.Range
	Runs  Span // what runs did, person by person
	Held  Span // held records that no run meets any more
}

// DefaultRetention is that of a workspace that says nothing: a year can be
// compared with the one before, and a month is time to mend a file.
func DefaultRetention() Retention { return Retention{Runs: Span{13, "month"}, Held: Span{30, "day"}} }

// Retention is the workspace's own; a package's says nothing about this ledger.
func (m *Module) Retention() Retention {
	if m == nil || m.retention == nil {
		return DefaultRetention()
	}
	return *m.retention
}

// Span is a length of civil time: 13 months are as long as the calendar says.
type Span struct {
	Count int
	Unit  string // day, week, month, year
}

// Before is the moment that lies one span before another.
func (s Span) Before(now time.Time) time.Time { return s.from(now, -s.Count) }

// After is the moment that lies one span after another.
func (s Span) After(now time.Time) time.Time { return s.from(now, s.Count) }

func (s Span) from(now time.Time, count int) time.Time {
	switch s.Unit {
	case "week":
		return now.AddDate(0, 0, 7*count)
	case "month":
		return now.AddDate(0, count, 0)
	case "year":
		return now.AddDate(count, 0, 0)
	}
	return now.AddDate(0, 0, count)
}

// leastRuns: guards count what was done over seven days and compare with what
// was read over thirty. Forgotten sooner, an accident would pass in slices.
const leastRuns = 31

func (r *reader) retention(n Named, b *content) {
	if first := r.m.retention; first != nil {
		b.duplicate(place{n.Block, nil}, "The block retention", first.Range)
		return
	}
	out := DefaultRetention()
	out.Range = n.Block
	b.span("runs", &out.Runs)
	b.span("held", &out.Held)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if a := b.attrs["runs"]; a != nil && out.Runs.After(now).Before(now.AddDate(0, 0, leastRuns)) {
		b.refuse(place{b.file.inner(a.Expr.Range()), b.in}, "wrong-value", "Runs can't be forgotten within a month",
			"The guards count what was done over seven days and compare with the reads of thirty; forgotten sooner, an accident would pass in slices.",
			`Write "31 days" or longer.`)
	}
	r.m.retention = &out
}

const spanForm = `a number of days, weeks, months or years: "13 months"`

// span reads a length of time over its default.
func (c *content) span(name string, into *Span) {
	a := c.attrs[name]
	text, at := c.text(name)
	if a == nil || text == "" {
		return
	}
	number, unit, _ := strings.Cut(text, " ")
	count, err := strconv.Atoi(number)
	unit = strings.TrimSuffix(unit, "s")
	switch unit {
	case "day", "week", "month", "year":
		if err == nil && count > 0 && count <= 3650 {
			*into = Span{count, unit}
			return
		}
	}
	c.refuse(place{at, c.in}, "wrong-value", strconv.Quote(text)+" is no length of time", "It is "+spanForm+".", `Write it as "13 months" or "30 days".`)
}
