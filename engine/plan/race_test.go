//go:build race

package plan

// racing: the race detector makes everything ten times as slow.
const racing = true
