package lucca

import (
	"sync"
	"time"
)

// Lucca's published limit, for the whole tenant.
const (
	budget = 50
	period = time.Minute
)

// window lets budget requests through in any period. A request that was
// refused doesn't count.
type window struct {
	mu    sync.Mutex
	taken [budget]time.Time // a ring of the last admissions
	next  int
}

// take admits a request, or says how long until the next one is.
func (l *window) take(now time.Time) (time.Duration, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	oldest := l.taken[l.next]
	if !oldest.IsZero() {
		if wait := oldest.Add(period).Sub(now); wait > 0 {
			return wait, false
		}
	}
	l.taken[l.next] = now
	l.next = (l.next + 1) % budget
	return 0, true
}

func (l *window) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.taken, l.next = [budget]time.Time{}, 0
}
