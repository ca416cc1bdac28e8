package host

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// The launcher is this executable once more, in a process that does nothing but
// restrict itself and become the plugin. Restricting only a thread of the engine,
// and starting from there, would need no second start of it; but then a thread of
// the engine's own runtime could not signal the others (kernels before 6.15), and
// the library's documented call, which is for whole processes, could not be used.
//
// It is done before main, so that a program that embeds the engine is a launcher
// as well, whatever it does itself. Nobody is let in by it who wasn't: it takes
// rights away and gives none.

// launcherName is argument zero of a launcher. No shell starts one by accident.
const launcherName = "engine-plugin-launcher"

// reportFD is where the launcher tells why it failed. It closes when the plugin
// begins.
const reportFD = 4

func init() {
	if len(os.Args) == 2 && os.Args[0] == launcherName {
		launch(os.Args[1])
		os.Exit(1)
	}
}

// launch returns only when it failed, and has said why.
func launch(text string) {
	report := os.NewFile(reportFD, "report")
	if report == nil {
		return
	}
	unix.CloseOnExec(reportFD)
	var f fence
	err := json.Unmarshal([]byte(text), &f)
	if err == nil {
		err = f.restrict()
	}
	if err == nil {
		err = syscall.Exec(f.Run, []string{f.Name}, os.Environ())
	}
	_, _ = io.WriteString(report, reported(err))
}

// reported is an error as it crosses: a number of the system's, or a text.
func reported(err error) string {
	if number, ok := errors.AsType[syscall.Errno](err); ok && err == error(number) {
		return strconv.Itoa(int(number))
	}
	return err.Error()
}
