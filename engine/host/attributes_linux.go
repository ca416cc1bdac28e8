package host

import "syscall"

// attributes put a plugin in a process group of its own, so that Ctrl-C reaches
// the host alone and a kill reaches the plugin's children too; and let the kernel
// end it when the host ends.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
