// Package view shows what the engine has to say: to people, with the verdict
// first and everything aligned, or to machines as NDJSON. Results go to stdout,
// diagnostics and progress to stderr; with JSON everything is on stdout.
package view
