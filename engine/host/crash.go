package host

import (
	"fmt"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// shownFrames is how many functions of a crash are named.
const shownFrames = 4

// The forms of a stack that are known: Go's, Node's, Python's. Of each line the
// function, file and line number are taken, never an argument or a message.
var (
	goFunction  = regexp.MustCompile(`^([\w./*()\[\]…-]+)\([^()]*\)$`)
	goPlace     = regexp.MustCompile(`^\t(\S+\.(?:go|s)):(\d+)`)
	nodeFrame   = regexp.MustCompile(`^\s+at (?:async )?(?:([\w.$<>]+)(?: \[as \w+\])? \()?(?:file://)?([^()\s]+):(\d+):\d+\)?$`)
	pythonFrame = regexp.MustCompile(`^\s+File "([^"]+)", line (\d+), in ([\w<>.]+)$`)
)

// goFault is a message of Go's runtime, which quotes no value but small numbers
// and types. Any other message is the plugin's and not shown.
var goFault = regexp.MustCompile(`^(?:panic: |fatal error: )(runtime error: [a-z][\w ,:.*\[\]{}()/-]{0,150}|all goroutines are asleep - deadlock!|concurrent map [a-z ]+|stack overflow|out of memory)`)

// fault is what a Go runtime said, if it was the runtime.
func fault(lines []string) string {
	for _, line := range lines {
		if found := goFault.FindStringSubmatch(line); found != nil {
			return strings.TrimSpace(found[1])
		}
	}
	return ""
}

// frames names the innermost functions of a stack, as "function (file:line)".
func frames(lines []string) []string {
	var out, python []string
	for i, line := range lines {
		if len(out) == shownFrames {
			break
		}
		if strings.HasPrefix(line, "goroutine ") && len(out) > 0 {
			break // the goroutine that crashed comes first; the others only wait
		}
		if found := nodeFrame.FindStringSubmatch(line); found != nil {
			out = append(out, frame(found[1], found[2], found[3]))
		}
		if found := pythonFrame.FindStringSubmatch(line); found != nil {
			python = append(python, frame(found[3], found[1], found[2]))
		}
		name := goFunction.FindStringSubmatch(line)
		if name == nil || i+1 == len(lines) {
			continue
		}
		place := goPlace.FindStringSubmatch(lines[i+1])
		if place == nil || name[1] == "panic" || strings.HasPrefix(name[1], "runtime.") {
			continue
		}
		out = append(out, frame(name[1], place[1], place[2]))
	}
	if len(out) == 0 && len(python) > 0 {
		slices.Reverse(python) // Python names the innermost last
		out = python[:min(len(python), shownFrames)]
	}
	return out
}

func frame(function, file, line string) string {
	place := path.Base(strings.ReplaceAll(file, `\`, "/")) + ":" + line
	if function == "" {
		return place
	}
	return function + " (" + place + ")"
}

// ending says in words how a process ended.
func ending(state *os.ProcessState) string {
	if state == nil {
		return "in a way that is not known"
	}
	status, ok := state.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		return fmt.Sprintf("with signal %s (%s)", unix.SignalName(status.Signal()), status.Signal())
	}
	return fmt.Sprintf("with exit code %d", state.ExitCode())
}

// killed reports whether somebody else sent SIGKILL.
func killed(state *os.ProcessState) bool {
	if state == nil {
		return false
	}
	status, ok := state.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}
