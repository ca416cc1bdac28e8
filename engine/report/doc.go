// Package report answers for what was done: which runs there were, who is held
// and why, what the ledger knows of one person, and the report of a run in
// French or English. It reads the ledger alone: no plugin is started, and no
// mapping file is needed.
package report
