package main

import (
	"sync"
	"time"

	"passerelle/plugins/sdk"
)

// keptFor is how long reference data is taken to be as it was: a run's mappings
// follow each other within it, and what is newer is met by the next run.
const keptFor = 5 * time.Minute

// kept is reference data of one connection, fetched once for all who read at the
// same time or soon after.
type kept[T any] struct {
	mu    sync.Mutex
	value T
	until time.Time
}

// get gives what is kept, or else fetches it. What could not be had whole is not
// kept: fetch then gives false.
func (k *kept[T]) get(now time.Time, fetch func() (T, bool, *sdk.Error)) (T, *sdk.Error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now.Before(k.until) {
		return k.value, nil
	}
	value, whole, complaint := fetch()
	if whole && complaint == nil {
		k.value, k.until = value, now.Add(keptFor)
	}
	return value, complaint
}
