package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"
)

// interactive reports whether somebody sits at both ends: who is asked must see
// the question.
func (c *command) interactive() bool {
	in, isFile := c.stdin.(*os.File)
	talk, isFileToo := c.stderr.(*os.File)
	return isFile && isFileToo && term.IsTerminal(int(in.Fd())) && term.IsTerminal(int(talk.Fd()))
}

// asked puts a question and waits for a whole yes (or oui); anything else is no.
func (c *command) asked(question string) bool {
	fmt.Fprint(c.stderr, question)
	line, _ := bufio.NewReader(c.stdin).ReadString('\n')
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "yes", "oui":
		return true
	}
	return false
}
