package sdk

import (
	"context"
	"sync"
	"time"
)

// speakUp is how often a call that goes on says so, at most.
const speakUp = 15 * time.Second

// Working says that the call of ctx, a Read or a Write, goes on although no
// request leaves: the API's pace is waited for, or a large file is worked through.
// Each CountCall says it, too. It is cheap, may be called from any goroutine, and
// does nothing in other calls.
func Working(ctx context.Context) {
	if w, ok := ctx.Value(workingKey{}).(*working); ok {
		w.beat(time.Now())
	}
}

type workingKey struct{}

// working passes a sign of life on, not too often.
type working struct {
	say  func() // must not be called once the call has ended
	mu   sync.Mutex
	last time.Time
	over bool
}

// withWorking gives a call a way to say that it goes on. end must be called
// before the call returns: nothing is said after it.
func withWorking(ctx context.Context, say func()) (with context.Context, end func()) {
	w := &working{say: say, last: time.Now()}
	return context.WithValue(ctx, workingKey{}, w), func() {
		w.mu.Lock()
		w.over = true
		w.mu.Unlock()
	}
}

func (w *working) beat(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over || now.Sub(w.last) < speakUp {
		return
	}
	w.last = now
	w.say()
}
