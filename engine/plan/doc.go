// Package plan compares what was read with what the ledger remembers and writes
// down every operation of a run, sealed, before any is applied. It judges the
// whole with the guards: what looks like an accident is blocked, not done.
//
// A plan is a file (the spool). Preview, saved plan and run are the same file,
// made and judged by the same code.
package plan
