package main

import (
	"fmt"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// Retry classes under names that say what they mean for a file.
const (
	afterFix    = protocol.Retry_RETRY_AFTER_FIX   // somebody must mend the file or the settings
	later       = protocol.Retry_RETRY_LATER       // the file may be whole, or the server back, next time
	credentials = protocol.Retry_RETRY_CREDENTIALS // a user, key or permission
)

// badSetting complains about one setting. Settings are the mapping author's, so
// that names of columns may be quoted.
func badSetting(name, summary, detail, remedy string) *sdk.Error {
	return &sdk.Error{Code: "bad-setting", Summary: summary, Detail: detail, Remedy: remedy, Attribute: []string{name}, Retry: afterFix}
}

// locus is where in a file something is wrong. Its name is the file's last name,
// its line counts from 1; 0 is the file as a whole.
type locus struct {
	file string
	what string // "line", or "row" of a sheet
	line int64
}

func (l locus) String() string {
	if l.line == 0 {
		return l.file
	}
	return fmt.Sprintf("%s, %s %d", l.file, l.what, l.line)
}

// fault complains about the content of a file, without any of it.
func (l locus) fault(code, what, why, remedy string) *sdk.Error {
	return &sdk.Error{Code: code, Summary: l.String() + ": " + what, Detail: why, Remedy: remedy, Retry: afterFix}
}

// halfWritten is a file that ends too early. It may be whole at the next try.
func (l locus) halfWritten(why string) *sdk.Error {
	e := l.fault("half-written", "the file ends in the middle",
		why, "Run again once the file is complete; whoever writes it should write under another name and rename it when done.")
	e.Retry = later
	return e
}

func emptyFile(name string) *sdk.Error {
	e := locus{file: name}.fault("empty-file", "the file is empty",
		"There is nothing in it, not even a header line, so that nobody can say whether it was ever written.",
		"Deliver the file again. A list of nobody still has its header line, or [] in JSON.")
	e.Retry = later
	return e
}

func changedWhileRead(name string) *sdk.Error {
	return &sdk.Error{
		Code:    "changed-while-read",
		Summary: name + ": the file changed while it was read",
		Detail:  "Its size or its time of change is not what it was at the start, so what was read may be half old, half new.",
		Remedy:  "Run again when nobody writes to it.",
		Retry:   later,
	}
}

func readFailed(name string) *sdk.Error {
	return &sdk.Error{
		Code:    "read-failed",
		Summary: name + ": reading the file failed",
		Detail:  "The disk or the connection gave an error in the middle of the file.",
		Remedy:  "Run again; if it stays so, look at the disk or the network.",
		Retry:   later,
	}
}

func writeFailed(name string) *sdk.Error {
	return &sdk.Error{
		Code:    "write-failed",
		Summary: name + ": writing the file failed",
		Detail:  "The disk is full or the connection was lost. The file that was there before is untouched.",
		Remedy:  "Make room or look at the network, then run again.",
		Retry:   later,
	}
}

// refused complains about one record that a file can't hold. field is a column of
// the mapping's own.
func refused(code, field, what, why, remedy string) *sdk.Error {
	return &sdk.Error{Code: code, Summary: fmt.Sprintf("The field %q %s", field, what), Detail: why, Remedy: remedy, Retry: afterFix}
}
