// Package flow carries records from the source to the form the target wants:
// read, scan into typed slots, where, required fields, map. It decides nothing
// about what is done with them; plan does.
package flow
