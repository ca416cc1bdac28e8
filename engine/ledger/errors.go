package ledger

import (
	"context"
	"errors"
	"syscall"

	"zombiezen.com/go/sqlite"

	"passerelle/engine/diag"
)

// failed turns what SQLite or the system said into a diagnostic. Only result
// codes are passed on: SQLite's own text may quote what was stored.
func (l *Ledger) failed(err error, doing string) error {
	if err == nil {
		return nil
	}
	var d diag.Diagnostic
	if errors.As(err, &d) {
		return d
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return interrupted(doing)
	}
	switch code := sqlite.ErrCode(err); code.ToPrimary() {
	case sqlite.ResultInterrupt:
		return interrupted(doing)
	case sqlite.ResultFull:
		return diskFull(l.path)
	case sqlite.ResultReadOnly, sqlite.ResultCantOpen, sqlite.ResultPerm, sqlite.ResultAuth:
		return notWritable(l.path, "")
	case sqlite.ResultNotADB:
		return unreadable(l.path, "It is not a SQLite database.")
	case sqlite.ResultCorrupt:
		return unreadable(l.path, "Its contents are damaged.")
	case sqlite.ResultBusy, sqlite.ResultLocked:
		return locked(l.path, "Another program has the database open and is writing to it.")
	default:
		return fault(l.path, doing, code.String())
	}
}

// fileFailed is the same for what the file system said about path.
func fileFailed(path string, err error) error {
	var errno syscall.Errno
	errors.As(err, &errno)
	if errno == syscall.ENOSPC || errno == syscall.EDQUOT {
		return diskFull(path)
	}
	reason := ""
	if errno != 0 {
		reason = "The system says: " + errno.Error() + "."
	}
	return notWritable(path, reason)
}

func interrupted(doing string) error {
	return diag.Diagnostic{
		Code: "interrupted", Class: diag.Interrupted,
		Summary: "Interrupted while " + doing,
		Detail:  "The ledger holds what was finished before.",
		Remedy:  "Run again: the next run goes on from there.",
	}
}

func diskFull(path string) error {
	return diag.Diagnostic{
		Code: "disk-full", Class: diag.Fault,
		Summary: "The disk of the ledger is full",
		Detail:  "Nothing more can be written to " + path + ". What was written before is whole.",
		Remedy:  "Free space on that disk, or raise the quota, and run again.",
	}
}

func notWritable(path, reason string) error {
	detail := path + ", or the directory around it, can't be written."
	if reason != "" {
		detail += " " + reason
	}
	return diag.Diagnostic{
		Code: "ledger-not-writable", Class: diag.Fault,
		Summary: "The ledger can't be written",
		Detail:  detail,
		Remedy:  "Give this user the right to write the ledger and its directory, or choose another place with --ledger or ENGINE_LEDGER.",
	}
}

func unreadable(path, why string) error {
	return diag.Diagnostic{
		Code: "ledger-unreadable", Class: diag.Refused,
		Summary: "The ledger can't be read",
		Detail:  path + " is not a ledger that this program can read. " + why,
		Remedy:  "Check that --ledger or ENGINE_LEDGER names the right file; if it does, restore it from a backup. It was not changed.",
	}
}

func locked(path, who string) error {
	return diag.Diagnostic{
		Code: "ledger-locked", Class: diag.Unavailable,
		Summary: "The ledger is in use by another run",
		Detail:  who + " The ledger is " + path + "; it has one writer at a time.",
		Remedy:  "Wait for it to end and run again, or stop that process if it should not be running. The lock goes with the process: there is no file to remove.",
	}
}

func unreadableHere(path string) error {
	return diag.Diagnostic{
		Code: "ledger-unreadable", Class: diag.Refused,
		Summary: "The ledger can't be read by this user",
		Detail:  path + " has a log beside it, " + path + "-wal, and to read both this user must be allowed to read them and to write in their folder.",
		Remedy:  "Ask as the user who runs the engine; or once no run is under way, which empties the log; or copy both files to a folder of your own.",
	}
}

func logInUse(path string) error {
	return diag.Diagnostic{
		Code: "ledger-in-use", Class: diag.Unavailable,
		Summary: "Everything is erased, but the ledger's log can't be emptied yet",
		Detail:  "Another program reads " + path + ": until it ends, " + path + "-wal may still hold what was erased.",
		Remedy:  "End what reads it, such as another engine command or a backup. The next run, or any other command that writes the ledger, then empties the log as it ends.",
	}
}

func wrongKey(path string) error {
	return diag.Diagnostic{
		Code: "wrong-ledger-key", Class: diag.Refused,
		Summary: "The key is not the one of this ledger",
		Detail:  path + " was created with another key; with this one every field of every record would look changed.",
		Remedy:  "Give the key it was created with, in ENGINE_KEY or with --key-file. If that key is lost, start a new ledger with --ledger: its first run adopts what is already in the target.",
	}
}

func missingKey(detail string) error {
	return diag.Diagnostic{
		Code: "missing-ledger-key", Class: diag.Refused,
		Summary: "The key of the ledger is missing",
		Detail:  detail + " A key is never replaced: with another one every field of every record would look changed.",
		Remedy:  "Give the key that the ledger was created with, in ENGINE_KEY or with --key-file. If it is lost, start a new ledger with --ledger: its first run adopts what is already in the target.",
	}
}

func tooNew(path string) error {
	return diag.Diagnostic{
		Code: "ledger-too-new", Class: diag.Refused,
		Summary: "The ledger was written by a newer version of the engine",
		Detail:  path + " has a form that this version doesn't know; it was not changed.",
		Remedy:  "Use the version of the engine that wrote it, or a later one.",
	}
}

func fault(path, doing, code string) error {
	detail := "The database " + path + " refused it."
	if code != "" {
		detail = "The database " + path + " answered " + code + "."
	}
	return diag.Diagnostic{
		Code: "ledger-fault", Class: diag.Fault,
		Summary: "Failed while " + doing,
		Detail:  detail,
		Remedy:  "Check the disk and run again. If it comes back, report it with this message: it holds no personal value.",
	}
}

// misuse is a caller that broke the journal's rules. It is an error and not a
// panic, because going on would send twice.
func misuse(summary, detail string) error {
	return diag.Diagnostic{
		Code: "journal-misuse", Class: diag.Fault,
		Summary: summary,
		Detail:  detail + " Nothing was changed.",
		Remedy:  "This is a fault of the engine: report it with this message. Running again is safe.",
	}
}
