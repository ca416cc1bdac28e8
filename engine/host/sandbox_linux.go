package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
)

// oldestABI is the first of Landlock's that knows TCP ports, of Linux 6.7. Later
// ones add more, which is taken where it is there: signals and abstract sockets
// since 6.12.
const oldestABI = 4

// CanSandbox says why this system has no sandbox; nil: it has.
func CanSandbox() error {
	version, err := ll.LandlockGetABIVersion()
	switch {
	case err != nil || version < 1:
		return errors.New("its kernel has no Landlock, or it is switched off")
	case version < oldestABI:
		return fmt.Errorf("its kernel has Landlock's version %d, and limits of the network begin with %d (Linux 6.7)", version, oldestABI)
	}
	if _, err := os.Stat(self); err != nil {
		return errors.New("/proc is not mounted")
	}
	return nil
}

// self is this executable, whatever is at its path by now.
const self = "/proc/self/exe"

// executeFenced makes a command start the launcher in the place of an open file.
// The child finds the file as its fourth descriptor and reports on its fifth.
func executeFenced(cmd *exec.Cmd, file, report *os.File, f fence) error {
	f.Name, f.Run = cmd.Path, "/proc/self/fd/3"
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	cmd.ExtraFiles = []*os.File{file, report}
	cmd.Path, cmd.Args = self, []string{launcherName, string(text)}
	return nil
}

// everywhere is what a program needs to run at all: its libraries, and what names,
// certificates and time zones are read from. None of it is anybody's secret.
var everywhere = []string{
	"/usr", "/bin", "/lib", "/lib32", "/lib64",
	"/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d",
	"/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/etc/crypto-policies", "/var/lib/ca-certificates",
	"/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf", "/etc/services", "/etc/protocols",
	"/etc/localtime", "/etc/timezone",
	"/dev/zero", "/dev/full", "/dev/random", "/dev/urandom",
	"/sys/kernel/mm/transparent_hugepage",
	"/proc/self", // its own: the launcher's number stays the plugin's
}

// inFolder is what may be done in a folder that is written in. Nothing in it is
// run.
const inFolder = ll.AccessFSReadFile | ll.AccessFSReadDir | ll.AccessFSWriteFile | ll.AccessFSTruncate |
	ll.AccessFSRemoveFile | ll.AccessFSRemoveDir | ll.AccessFSMakeReg | ll.AccessFSMakeDir | ll.AccessFSMakeSock

// restrict keeps this process, and all that comes of it, to the fence for good.
// What isn't there opens nothing: the plugin will say that it is missing.
func (f fence) restrict() error {
	rules := []landlock.Rule{
		landlock.ROFiles(f.Run),
		landlock.RWFiles("/dev/null").IgnoreIfMissing(),
	}
	for _, path := range append(everywhere, f.Read...) {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			rules = append(rules, landlock.RODirs(path).IgnoreIfMissing())
		} else {
			rules = append(rules, landlock.ROFiles(path).IgnoreIfMissing())
		}
	}
	for _, folder := range f.Write {
		if info, err := os.Stat(folder); err == nil && info.IsDir() {
			rules = append(rules, landlock.PathAccess(inFolder, filepath.Clean(folder)))
		}
	}
	for _, port := range f.Ports {
		rules = append(rules, landlock.ConnectTCP(port))
	}
	return landlock.V7.BestEffort().Restrict(rules...)
}
