// Package cases runs the examples of a workspace, its *.test.hcl files. An
// example takes the way of every record: flow and plan decide what would be done,
// over records that stand in memory and a ledger that lives as long as the tests.
// Nothing is asked of any system, and no clock but the example's own is read.
package cases
