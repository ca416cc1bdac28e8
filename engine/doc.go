// Package engine is what a Go program embeds: a Workspace of mapping files that
// can be loaded, validated, planned, applied and run. The command of the same
// name is a thin shell around it.
package engine
