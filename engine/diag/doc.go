// Package diag holds what the engine has to say: one Diagnostic, rendered for
// people with the source underlined, and as JSON for machines.
//
// A diagnostic has a stable code, a summary free of values, the reason, and a
// remedy. It never carries a secret or a value of a record. It imports nothing
// of the project, so that every package may speak through it.
package diag
