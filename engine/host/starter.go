package host

import (
	"runtime"
	"sync"
)

// starter runs functions on one thread of the operating system that lives until
// close. Linux ends a child together with the thread that made it, and Go ends
// idle threads, so that plugins must not be started on just any.
type starter struct {
	work chan func()
	once sync.Once
}

func newStarter() *starter {
	s := &starter{work: make(chan func())}
	go func() {
		runtime.LockOSThread()
		for f := range s.work {
			f()
		}
	}()
	return s
}

// do runs f and waits for it. It must not be called after close.
func (s *starter) do(f func() error) error {
	done := make(chan error, 1)
	s.work <- func() { done <- f() }
	return <-done
}

func (s *starter) close() { s.once.Do(func() { close(s.work) }) }
