package host

import "syscall"

// attributes put a plugin in a process group of its own, so that Ctrl-C reaches
// the host alone and a kill reaches the plugin's children too. macOS can't tie a
// process to its parent: there plugins watch for themselves, as the SDK does.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
