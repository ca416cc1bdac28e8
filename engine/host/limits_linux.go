package host

import (
	"math"

	"golang.org/x/sys/unix"
)

// impose limits a process that has just started. It has said nothing yet and was
// asked nothing; its children inherit the limits. Memory is RLIMIT_DATA, which
// counts what is written to, not the address space that Go and Java reserve.
func (l Limits) impose(pid int) error {
	if err := limit(pid, unix.RLIMIT_CORE, 0); err != nil {
		return err
	}
	if l.Memory > 0 {
		if err := limit(pid, unix.RLIMIT_DATA, uint64(l.Memory)); err != nil {
			return err
		}
	}
	if l.CPU > 0 {
		return limit(pid, unix.RLIMIT_CPU, uint64(math.Ceil(l.CPU.Seconds())))
	}
	return nil
}

// limit lowers a limit; one that is lower already stays.
func limit(pid, resource int, most uint64) error {
	var now unix.Rlimit
	if err := unix.Prlimit(pid, resource, nil, &now); err != nil {
		return err
	}
	most = min(most, now.Max)
	return unix.Prlimit(pid, resource, &unix.Rlimit{Cur: most, Max: most}, nil)
}

// CanLimit says whether this system has the limits.
func CanLimit(Limits) bool { return true }
