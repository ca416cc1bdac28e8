package main

import (
	"errors"
	"io/fs"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

func cannotOpen(name string, err error) *sdk.Error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return placeFault("file-not-found", name+": there is no such file", "It was not delivered yet, was moved, or the path is another.",
			"Deliver the file, or correct path or url.", later)
	case errors.Is(err, fs.ErrPermission):
		return placeFault("file-not-permitted", name+": the file may not be read", "Its permissions, or those of a folder above it, don't allow it.",
			"Give the user that runs engine, or the SFTP user, the right to read it.", credentials)
	}
	return readFailed(name)
}

func cannotWrite(name string, err error) *sdk.Error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return placeFault("folder-not-found", name+": the folder of the file does not exist", "A file is written into a folder that is there.",
			"Create the folder, or correct path or url.", afterFix)
	case errors.Is(err, fs.ErrPermission):
		return placeFault("file-not-permitted", name+": nothing may be written in the folder of the file",
			"A new file is written beside the old one and then takes its name.",
			"Give the user that runs engine, or the SFTP user, the right to create and rename files there.", credentials)
	}
	return writeFailed(name)
}

func notAFile(name string) *sdk.Error {
	return placeFault("not-a-file", name+": this is not an ordinary file", "It is a folder, a device, a pipe, or a link to nowhere.",
		"Correct path or url.", afterFix)
}

func locked(name string) *sdk.Error {
	return placeFault("file-locked", name+": another run is writing this file", "Two writers would undo each other's work.",
		"Run again when the other is done.", later)
}

// unconfirmed: the one error after which the new file is there.
func unconfirmed(name string) *sdk.Error {
	return placeFault("commit-unconfirmed", name+": the new file is in place, but may not survive a power cut",
		"The machine did not confirm that the folder's change is on disk.", "Run again.", later)
}

func placeFault(code, summary, detail, remedy string, retry protocol.Retry) *sdk.Error {
	return &sdk.Error{Code: code, Summary: summary, Detail: detail, Remedy: remedy, Retry: retry}
}
