package sdk

import (
	"context"
	"errors"
	"runtime"
	"strings"

	"passerelle/plugins/protocol"
)

// Codes that the SDK itself gives. A connector's own are its own.
const (
	CodePanic        = "plugin-panic"
	CodeNotSupported = "not-supported"
	CodeConnector    = "connector-error"
	CodeCancelled    = "cancelled"
	CodeTimeout      = "timeout"
)

// shownFrames is how many functions of a panic are named.
const shownFrames = 5

// diagnostics turns what a connector returned into what the engine reads: an
// *Error whole, wherever in the chain it is; of any other error only that it
// was one, because its text may quote a record or a key.
func diagnostics(err error) []*protocol.Diagnostic {
	if err == nil {
		return nil
	}
	return []*protocol.Diagnostic{diagnostic(err)}
}

func diagnostic(err error) *protocol.Diagnostic {
	complaint := complaintOf(err)
	code := complaint.Code
	if code == "" {
		code = CodeConnector
	}
	return &protocol.Diagnostic{
		Severity:  protocol.Severity_SEVERITY_ERROR,
		Code:      code,
		Summary:   complaint.Summary,
		Detail:    complaint.Detail,
		Remedy:    complaint.Remedy,
		Attribute: complaint.Attribute,
		Retry:     complaint.Retry,
	}
}

func complaintOf(err error) *Error {
	if complaint := (*Error)(nil); errors.As(err, &complaint) && complaint != nil {
		return complaint
	}
	switch {
	case errors.Is(err, context.Canceled):
		return &Error{
			Code:    CodeCancelled,
			Summary: "The call was cancelled",
			Remedy:  "Run again if that was not wanted.",
			Retry:   protocol.Retry_RETRY_LATER,
		}
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{
			Code:    CodeTimeout,
			Summary: "The call took too long",
			Remedy:  "Try again later; if it stays so, the other system is slow or the time limit is short.",
			Retry:   protocol.Retry_RETRY_LATER,
		}
	}
	return &Error{
		Code:    CodeConnector,
		Summary: "The connector failed",
		Detail:  "It gave an error without a code. The text is not shown: it may quote a record or a key.",
		Remedy:  "Report it to whoever publishes the connector, with what was running when it happened.",
		Retry:   protocol.Retry_RETRY_NEVER,
	}
}

func notSupported(doing string) *Error {
	return &Error{
		Code:    CodeNotSupported,
		Summary: "The connector does not support " + doing,
		Remedy:  "Use another resource or connector, or a newer version of this one.",
		Retry:   protocol.Retry_RETRY_NEVER,
	}
}

func badRequest(detail string) *Error {
	return &Error{
		Code:    "bad-protocol-request",
		Summary: "The request breaks the plugin protocol",
		Detail:  detail,
		Remedy:  "This is a fault of the program that called the plugin: report it.",
		Retry:   protocol.Retry_RETRY_NEVER,
	}
}

// panicError is a panic that was recovered in a call.
type panicError struct{ complaint *Error }

func (p *panicError) Error() string { return p.complaint.Error() }
func (p *panicError) Unwrap() error { return p.complaint }

// guarded runs one call of the connector and turns a panic in it into an error.
// A panic in a goroutine that the connector started can't be caught: it ends the
// process, and the engine reports that.
func guarded(doing string, call func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &panicError{&Error{
				Code:    CodePanic,
				Summary: "The plugin panicked while " + doing,
				Detail:  "In " + strings.Join(panicFrames(), ", called from ") + ".",
				Remedy:  "This is a fault of the plugin: report it to whoever publishes it, with these function names.",
				Retry:   protocol.Retry_RETRY_NEVER,
			}}
		}
	}()
	return call()
}

// panicFrames names the functions that were running, innermost first, without
// the runtime's and the SDK's own. The value of the panic is left out: it may
// quote a record.
func panicFrames() []string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	var names []string
	for {
		frame, more := frames.Next()
		name := frame.Function
		switch {
		case strings.HasPrefix(name, "runtime."):
		case strings.HasPrefix(name, "passerelle/plugins/sdk.(*server)"), strings.HasPrefix(name, "passerelle/plugins/sdk.(*writing)"),
			strings.HasPrefix(name, "passerelle/plugins/sdk.(*snapshotting)"):
			more = false
		default:
			names = append(names, name)
		}
		if !more || len(names) == shownFrames {
			break
		}
	}
	if len(names) == 0 {
		return []string{"an unknown function"}
	}
	return names
}
