// Command bench measures what the engine costs, in one run and beside the two
// loops that a team could write by hand (package people): CPU of all processes,
// records a second, peak memory of each process and allocations, at several
// sizes. A run whose output is not, byte for byte, what the loops write counts
// for nothing.
//
// It stands above the engine like a program that embeds it, and starts the real
// binaries for everything but what can only be seen from inside a process:
// allocations and profiles. `make bench` runs it; docs/speed.md is what it found.
package main
