// Command sandbox is Lucca, Oppus, Emasphère and Personio on your own machine, for demos and tests:
// several hundred people who do not exist, their APIs under one local
// address, and a control to watch and change them. See README.md.
package main

import (
	"errors"
	"fmt"
	"os"
)

func main() {
	root := newRoot(os.Stdin, os.Stdout, os.Stderr)
	err := root.Execute()
	var exit exitCode
	switch {
	case errors.As(err, &exit):
		os.Exit(int(exit))
	case err != nil:
		fmt.Fprintln(os.Stderr, "sandbox:", err)
		os.Exit(1)
	}
}

// exitCode is the code of the command that run ran, which has had its say.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("the command ended with code %d", int(c)) }
