// Package fault makes a sound HTTP API misbehave on purpose: late, cut off,
// refused, redirected, emptied. A Rule says what to do to which requests; a
// Set of them stands in front of a handler.
package fault
