// Package expr compiles the CEL expressions of mapping files and evaluates
// them over typed slots. It is the only package that imports cel-go, and it
// exposes no CEL type, so that cel-go can be replaced or moved in one commit.
//
// An Env knows the sources, inputs, locals and tables that an expression may
// name. Compile checks a text against their types and returns either a Program
// or problems with the place of each one, in runes of the text. A Program is
// immutable and may be used by several goroutines at once.
//
// # Empty values
//
// Null, missing and "" are one thing: empty. An empty value passes through
// copies, operators and functions: their result is empty. Only filled, empty,
// coalesce, orValue, past, the untaken side of ?:, and the short ways of && and
// || look past it. Inside the evaluation an empty value is one particular CEL
// error, so that CEL's own rules for errors do this work; at the top it becomes
// the empty record.Value again. Every other error stays a Failure.
//
// # Two ways to evaluate
//
// What mappings write most becomes Go functions of the row's type (native*.go),
// at about a fifth of the interpreter's cost: eight fields of a first HR mapping
// take 0.4 µs. Where those give up, cel-go evaluates the expression again, so
// that failures and their places have one author. A fuzz test holds the two
// against each other.
//
// An expression has no clock and no randomness: today comes with the Input.
package expr
