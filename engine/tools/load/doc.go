// Package load compiles a workspace for the tools that look at mappings and run
// none: no ledger, no credentials, no network, no connection.
package load
