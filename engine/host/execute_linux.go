package host

import (
	"os"
	"os/exec"
)

// executeOpened makes a command start a file that is open, whatever is at its
// path by then: what was hashed is what runs. The child finds it as its fourth
// descriptor, which a script's interpreter can read too. Where /proc isn't
// mounted the path must do: only the user may write in its folder.
func executeOpened(cmd *exec.Cmd, file *os.File) {
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		return
	}
	cmd.ExtraFiles = []*os.File{file}
	cmd.Path = "/proc/self/fd/3"
}
