// Package child runs one command to its end on behalf of another: same
// standard streams, signals passed on, exit code handed back.
package child
