package child

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"syscall"
)

// Exit codes as shells use them.
const (
	codeNotExecutable = 126
	codeNotFound      = 127
	codeSignal        = 128 // plus the signal's number
)

// Command is what to run.
type Command struct {
	Args   []string // the program and its arguments; at least one
	Env    []string // the whole environment
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
}

// Run starts the command, passes on what comes from signals, and returns the
// exit code once it ended. The error says why it could not be started; the code
// is then 126 or 127.
func Run(command Command, signals <-chan os.Signal) (int, error) {
	cmd := exec.Command(command.Args[0], command.Args[1:]...)
	cmd.Env = command.Env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = command.Stdin, command.Stdout, command.Stderr
	if err := cmd.Start(); err != nil {
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
			return codeNotFound, err
		}
		return codeNotExecutable, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case received := <-signals:
			_ = cmd.Process.Signal(received) // it may just have ended
		case err := <-ended:
			return code(cmd.ProcessState, err)
		}
	}
}

func code(state *os.ProcessState, err error) (int, error) {
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return codeNotExecutable, err // its streams failed, not the command
	}
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return codeSignal + int(status.Signal()), nil
	}
	return state.ExitCode(), nil
}
