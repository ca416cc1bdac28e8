package ledger

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"passerelle/engine/diag"
)

// Unlock clears what a killed process left in the lock file, and says whose it
// was; "" where nothing was left. A lock that a living process holds is refused
// with ledger-locked: the lock is the system's and goes with its process.
func Unlock(ledger string) (left string, err error) {
	if ledger, err = placeOf(ledger); err != nil {
		return "", err
	}
	f, err := os.OpenFile(ledger+".lock", os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fileFailed(ledger, err)
	}
	err = flock(f)
	if errors.Is(err, unix.EWOULDBLOCK) {
		defer f.Close()
		return "", stillHeld(ledger, readHolder(f))
	}
	if err != nil {
		f.Close()
		return "", fileFailed(ledger, err)
	}
	if h, known := parseHolder(f); known {
		left = h.String()
	}
	dropLock(f)
	return left, nil
}

func parseHolder(f *os.File) (h holder, known bool) {
	text, _ := io.ReadAll(io.NewSectionReader(f, 0, maxHolder))
	return h, json.Unmarshal(text, &h) == nil && h.PID != 0
}

func stillHeld(path, who string) error {
	return diag.Diagnostic{
		Code: "ledger-locked", Class: diag.Unavailable,
		Summary: "The ledger is in use, and the lock stays",
		Detail:  who + " That process is alive: two writers would send things twice.",
		Remedy:  "Wait for it to end, or stop that process; the lock of " + path + " goes with it.",
	}
}

// alive reports whether the process that the lock file names may still run. A
// reader asks so, and doesn't try the lock: for that moment a run could not take
// it. Of another machine's process nothing can be told from here.
func alive(ledger string) bool {
	f, err := os.Open(ledger + ".lock")
	if err != nil {
		return false
	}
	defer f.Close()
	h, known := parseHolder(f)
	if !known {
		return false
	}
	if host, err := os.Hostname(); err != nil || host != h.Host {
		return true
	}
	return !errors.Is(unix.Kill(h.PID, 0), unix.ESRCH)
}
