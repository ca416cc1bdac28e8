// Package spill keeps records aside while a mapping is read: those of joined
// sources, and those of the first one where others must be known before. Up to a
// budget they stay in memory; the rest goes to a temporary file that has no name
// and is sealed with a key that exists nowhere else, so that nothing of it can
// be read once the process has ended.
package spill
