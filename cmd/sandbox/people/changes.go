package people

import "time"

// Change is one change of one person's file. Before is nil for somebody new, After
// for somebody erased.
type Change struct {
	ID            int // from 1
	At            time.Time
	Before, After *Employee
}

// Changes are all since the company was made or reset, the oldest first.
func (c *Company) Changes() []Change {
	c.write.Lock()
	defer c.write.Unlock()
	return append([]Change(nil), c.changes...)
}

// noted remembers a change; the caller holds write.
func (c *Company) noted(at time.Time, before, after *Employee) {
	c.changes = append(c.changes, Change{ID: len(c.changes) + 1, At: at, Before: before, After: after})
}
