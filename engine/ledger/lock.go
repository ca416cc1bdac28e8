package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/user"
	"time"

	"golang.org/x/sys/unix"
)

// maxHolder bounds what is read of a lock file.
const maxHolder = 4096

// holder is what the lock file says to those who find it locked. It only
// explains: what locks is flock, which ends with the process, however it ends.
type holder struct {
	User    string    `json:"user"`
	Host    string    `json:"host"`
	PID     int       `json:"pid"`
	Command string    `json:"command"`
	Since   time.Time `json:"since"`
}

func (h holder) String() string {
	return fmt.Sprintf("%q on %q has had it since %s, with process %d running %q.",
		h.User, h.Host, h.Since.Format(time.RFC3339), h.PID, h.Command)
}

// takeLock locks ledger+".lock", or says who has it. The file stays when the
// lock is given back: removing it would let two processes lock two files of the
// same name.
func takeLock(ledger, command string, now time.Time) (*os.File, error) {
	f, err := os.OpenFile(ledger+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fileFailed(ledger, err)
	}
	err = flock(f)
	if errors.Is(err, unix.EWOULDBLOCK) {
		defer f.Close()
		return nil, locked(ledger, readHolder(f))
	}
	if err == nil {
		err = writeHolder(f, command, now)
	}
	if err != nil {
		f.Close()
		return nil, fileFailed(ledger, err)
	}
	return f, nil
}

func flock(f *os.File) error {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

func writeHolder(f *os.File, command string, now time.Time) error {
	h := holder{User: "unknown", Host: "unknown", PID: os.Getpid(), Command: command, Since: now}
	if u, err := user.Current(); err == nil {
		h.User = u.Username
	}
	if name, err := os.Hostname(); err == nil {
		h.Host = name
	}
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt(append(text, '\n'), 0)
	return err
}

// readHolder can come a moment too early, before the holder has written.
func readHolder(f *os.File) string {
	h, known := parseHolder(f)
	if !known {
		return "Another process has it."
	}
	return h.String()
}

// dropLock empties the file first, so that nobody reads a holder who is gone. It
// unlocks before it closes: a child that this process is just starting holds a
// copy of the file until it executes, and closing ours would leave it locked for
// that moment.
func dropLock(f *os.File) {
	if f == nil {
		return
	}
	f.Truncate(0)
	_ = unix.Flock(int(f.Fd()), unix.LOCK_UN)
	f.Close()
}
