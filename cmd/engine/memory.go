package main

import (
	"math"
	"os"
	"runtime/debug"
)

// softMemory is from where on the collector works more rather than let the
// process grow: a run of a million records stays near it, a small one never comes
// there. It is no limit; what is needed beyond it is had. GOMEMLIMIT sets another.
// The ledger's cache and the program itself come on top: some 45 MiB.
const softMemory = 72 << 20

// collectAt lets the heap grow to five times what is in use before it is
// collected, as long as softMemory allows: a sixth less processor time than Go's
// own 100. GOGC sets another.
const collectAt = 400

func keepMemorySmall() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	if debug.SetMemoryLimit(-1) == math.MaxInt64 { // GOMEMLIMIT says nothing
		debug.SetMemoryLimit(softMemory)
	}
}
