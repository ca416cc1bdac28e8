package main

import (
	"math"
	"runtime/debug"
)

// softMemory is from where on the collector works more rather than let the
// process grow: a run of a million records stays near it, a small one never comes
// there. It is no limit; what is needed beyond it is had. GOMEMLIMIT sets another.
const softMemory = 128 << 20

func keepMemorySmall() {
	if debug.SetMemoryLimit(-1) == math.MaxInt64 { // GOMEMLIMIT says nothing
		debug.SetMemoryLimit(softMemory)
	}
}
