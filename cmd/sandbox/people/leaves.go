package people

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// LeavePeriod is one continuous absence of one person.
type LeavePeriod struct {
	ID          int    `json:"id"`
	OwnerID     int    `json:"ownerId"`
	StartsOn    string `json:"startsOn"`
	StartsPM    bool   `json:"startsPM"` // the first morning is worked
	EndsOn      string `json:"endsOn"`
	EndsAM      bool   `json:"endsAM"` // the last afternoon is worked
	AccountID   int    `json:"accountId"`
	Confirmed   bool   `json:"confirmed"`
	CreatedAt   string `json:"createdAt"`
	CancelledAt string `json:"cancelledAt"` // "": it stands
}

// LeaveAccounts by id; the second one tells of somebody's health.
var LeaveAccounts = map[int]string{1: "Congés payés", 2: "Arrêt maladie", 3: "RTT", 4: "Télétravail"}

// HalfDay is what an absence consists of. Saturdays and Sundays are none.
type HalfDay struct {
	Period  LeavePeriod
	Date    string
	Morning bool
}

const (
	monthsBefore, monthsAfter = 14, 5
	leavesEach                = 100 // periods that one person may have, for their ids
)

// absences are what was changed since the company was made.
type absences struct {
	mu      sync.RWMutex
	changed map[int]LeavePeriod // by id: cancelled or added
}

func (a *absences) reset() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.changed = map[int]LeavePeriod{}
}

// Leaves are the person's periods, by start: about every second month one, dealt
// anew for each company, with those that were changed.
func (c *Company) Leaves(e *Employee) []LeavePeriod {
	all := map[int]LeavePeriod{}
	for _, period := range c.dealt(e) {
		all[period.ID] = period
	}
	c.absences.mu.RLock()
	for id, period := range c.absences.changed {
		if period.OwnerID == e.ID {
			all[id] = period
		}
	}
	c.absences.mu.RUnlock()
	return slices.SortedFunc(maps.Values(all), func(a, b LeavePeriod) int {
		if a.StartsOn != b.StartsOn {
			return cmpText(a.StartsOn, b.StartsOn)
		}
		return a.ID - b.ID
	})
}

func cmpText(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

func (c *Company) dealt(e *Employee) []LeavePeriod {
	today, err := time.Parse(day, c.Today)
	if err != nil {
		return nil
	}
	random := c.dealer(e.ID, 2)
	first := time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, time.UTC)
	var out []LeavePeriod
	for month := -monthsBefore; month <= monthsAfter; month++ {
		period := deal(random, first.AddDate(0, month, 0))
		absent := random.IntN(2) == 0
		employed := period.StartsOn >= e.ContractStart && (e.ContractEnd == "" || period.EndsOn <= e.ContractEnd)
		if !absent || !employed {
			continue
		}
		period.ID, period.OwnerID = e.ID*leavesEach+month+monthsBefore, e.ID
		out = append(out, period)
	}
	return out
}

// deal takes the same chances whoever it is for: a period of one to ten days that
// begins in the first half of a month.
func deal(random *rand.Rand, month time.Time) LeavePeriod {
	start := month.AddDate(0, 0, random.IntN(15))
	for start.Weekday() == time.Saturday || start.Weekday() == time.Sunday {
		start = start.AddDate(0, 0, 1)
	}
	end := start.AddDate(0, 0, random.IntN(10))
	for end.Weekday() == time.Saturday || end.Weekday() == time.Sunday {
		end = end.AddDate(0, 0, -1)
	}
	period := LeavePeriod{
		StartsOn: start.Format(day), EndsOn: end.Format(day), AccountID: 1 + random.IntN(4),
		StartsPM: random.IntN(6) == 0, EndsAM: random.IntN(6) == 0, Confirmed: random.IntN(8) > 0,
		CreatedAt: start.AddDate(0, -1, 0).Format(day) + "T09:30:00",
	}
	if start.Equal(end) && period.StartsPM {
		period.EndsAM = false
	}
	if random.IntN(12) == 0 {
		period.CancelledAt = start.AddDate(0, 0, -2).Format(day) + "T11:15:00"
	}
	return period
}

// HalfDays are those of all the person's periods, each once: where a cancelled
// period and a later one meet, the later one's.
func (c *Company) HalfDays(e *Employee) []HalfDay {
	type at struct {
		date    string
		morning bool
	}
	place := map[at]int{}
	var out []HalfDay
	for _, period := range c.Leaves(e) {
		for _, half := range period.halfDays() {
			i, taken := place[at{half.Date, half.Morning}]
			switch {
			case !taken:
				place[at{half.Date, half.Morning}] = len(out)
				out = append(out, half)
			case out[i].Period.CancelledAt != "" && (half.Period.CancelledAt == "" || half.Period.ID > out[i].Period.ID):
				out[i] = half
			}
		}
	}
	return out
}

func (p LeavePeriod) halfDays() []HalfDay {
	from, err := time.Parse(day, p.StartsOn)
	if err != nil {
		return nil
	}
	to, err := time.Parse(day, p.EndsOn)
	if err != nil {
		return nil
	}
	var out []HalfDay
	for d := from; !d.After(to); d = d.AddDate(0, 0, 1) {
		if d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
			continue
		}
		if !p.StartsPM || d.After(from) {
			out = append(out, HalfDay{p, d.Format(day), true})
		}
		if !p.EndsAM || d.Before(to) {
			out = append(out, HalfDay{p, d.Format(day), false})
		}
	}
	return out
}

// AddLeave enters an absence. Its id is the person's next free one.
func (c *Company) AddLeave(period LeavePeriod, at time.Time) (LeavePeriod, error) {
	e, ok := c.Employee(period.OwnerID)
	_, account := LeaveAccounts[period.AccountID]
	switch {
	case !ok:
		return period, fmt.Errorf("ownerId: there is no employee %d", period.OwnerID)
	case !isDate(period.StartsOn) || !isDate(period.EndsOn) || period.StartsOn > period.EndsOn:
		return period, errors.New("startsOn and endsOn are dates, as 2026-12-31, in this order")
	case period.AccountID != 0 && !account:
		return period, fmt.Errorf("accountId: there is no account %d", period.AccountID)
	}
	if period.AccountID == 0 {
		period.AccountID = 1
	}
	period.ID, period.CreatedAt, period.CancelledAt = 0, stamp(at), ""
	for _, other := range c.Leaves(e) {
		period.ID = max(period.ID, other.ID)
		if other.CancelledAt == "" && other.StartsOn <= period.EndsOn && period.StartsOn <= other.EndsOn {
			return period, fmt.Errorf("there is an absence from %s to %s already", other.StartsOn, other.EndsOn)
		}
	}
	period.ID = max(period.ID+1, e.ID*leavesEach+monthsBefore+monthsAfter+1)
	return c.keep(period), nil
}

// CancelLeave cancels one period.
func (c *Company) CancelLeave(id int, at time.Time) (LeavePeriod, error) {
	e, ok := c.Employee(id / leavesEach)
	if !ok {
		return LeavePeriod{}, ErrUnknown
	}
	for _, period := range c.Leaves(e) {
		if period.ID == id {
			period.CancelledAt = stamp(at)
			return c.keep(period), nil
		}
	}
	return LeavePeriod{}, ErrUnknown
}

func (c *Company) keep(period LeavePeriod) LeavePeriod {
	c.absences.mu.Lock()
	defer c.absences.mu.Unlock()
	c.absences.changed[period.ID] = period
	return period
}
