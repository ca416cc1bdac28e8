package main

import (
	"passerelle/cmd/engine/view"
	"passerelle/engine/diag"
)

// The exit codes as published in the README.
const (
	codeDone        = 0
	codeRefused     = 1
	codeChanges     = 2
	codeBlocked     = 3
	codeHeld        = 4
	codeCredentials = 5
	codeUnavailable = 6
	codeFault       = 7
	codeInterrupted = 130
)

// precedence: with several mappings, the first of these that occurred is the
// exit code. An interruption is what the person who pressed the key expects.
var precedence = []int{codeInterrupted, codeFault, codeRefused, codeCredentials, codeUnavailable, codeBlocked, codeHeld, codeChanges, codeDone}

// note remembers what was blocked or held.
func (c *command) note(blocked, held bool) {
	if held {
		c.code = weightier(c.code, codeHeld)
	}
	if blocked {
		c.code = weightier(c.code, codeBlocked)
	}
}

// finish settles the exit code and writes the last line.
func (c *command) finish(out view.View, found diag.Diagnostics) {
	for _, d := range found.Errors() {
		c.code = weightier(c.code, codeOf(d.Class))
	}
	out.Result(c.code)
}

func codeOf(class diag.Class) int {
	switch class {
	case diag.Credentials:
		return codeCredentials
	case diag.Unavailable:
		return codeUnavailable
	case diag.Fault:
		return codeFault
	case diag.Interrupted:
		return codeInterrupted
	}
	return codeRefused
}

func weightier(a, b int) int {
	for _, code := range precedence {
		if a == code || b == code {
			return code
		}
	}
	return a
}
