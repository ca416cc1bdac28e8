// Package tools is the room of what surrounds a run: each tool is a package of
// its own inside it, and none of them touches a system or the ledger.
package tools
