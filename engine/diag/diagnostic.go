package diag

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// Severity of a diagnostic. The zero value is Error, so that a forgotten
// severity is never a silent one.
type Severity uint8

const (
	Error Severity = iota
	Warning
)

func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// Class says whose turn it is; it decides the exit code of a command.
type Class uint8

const (
	Refused     Class = iota // configuration or usage: exit 1
	Credentials              // key or rights: exit 5
	Unavailable              // the other system, or the ledger's lock: exit 6, worth retrying
	Fault                    // ours or the machine's: exit 7
	Interrupted              // exit 130
)

// String is the stable name that the JSON form uses.
func (c Class) String() string {
	switch c {
	case Credentials:
		return "credentials"
	case Unavailable:
		return "unavailable"
	case Fault:
		return "fault"
	case Interrupted:
		return "interrupted"
	}
	return "refused"
}

// Pos is a place in a file. Line and Column count from 1, Column in grapheme
// clusters as HCL does; Byte counts from 0.
type Pos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

// Range is a piece of a file: from Start up to, not including, End.
type Range struct {
	File  string `json:"file"`
	Start Pos    `json:"start"`
	End   Pos    `json:"end"`
}

// Diagnostic is one thing the engine has to say.
type Diagnostic struct {
	Severity Severity
	Code     string // stable, lower-case with hyphens; docs/errors explains each
	Summary  string // one line, constant for its code but for names of the file's own
	Detail   string // why, in full sentences
	Remedy   string // what to do, in full sentences
	Class    Class
	Subject  *Range   // the smallest wrong thing
	Context  *Range   // what encloses it, when one line says too little
	In       []string // the blocks around it, outermost first: `mapping "people"`

	// Say is the author's own text, where the mapping has one for this case.
	Say *Say

	// Conceal leaves the source text out of every rendering, because the line
	// itself holds what nobody may read, such as a secret written in the file.
	Conceal bool
}

// Say is a text that a mapping's author wrote for people, in French and English.
type Say struct {
	FR string `json:"fr,omitempty"`
	EN string `json:"en,omitempty"`
}

// Diagnostics are in the order they were found until Sort.
//
// There are no Errorf-like helpers: they invite values into summaries.
type Diagnostics []Diagnostic

// Error makes one diagnostic an error value.
func (d Diagnostic) Error() string {
	parts := []string{d.Summary}
	if d.Detail != "" {
		parts = append(parts, d.Detail)
	}
	if d.Remedy != "" {
		parts = append(parts, d.Remedy)
	}
	return strings.Join(parts, ": ")
}

// HasErrors reports whether any of them is more than a warning.
func (ds Diagnostics) HasErrors() bool {
	return slices.ContainsFunc(ds, func(d Diagnostic) bool { return d.Severity == Error })
}

// Errors are those that are more than warnings.
func (ds Diagnostics) Errors() Diagnostics {
	var out Diagnostics
	for _, d := range ds {
		if d.Severity == Error {
			out = append(out, d)
		}
	}
	return out
}

// Err is nil without errors; otherwise an error that From turns back.
func (ds Diagnostics) Err() error {
	if !ds.HasErrors() {
		return nil
	}
	return carried{ds}
}

// Sort puts them in reading order: by file, then place; those without a place
// last. What was found first stays first where the place is the same.
func (ds Diagnostics) Sort() {
	slices.SortStableFunc(ds, func(a, b Diagnostic) int {
		switch {
		case a.Subject == nil && b.Subject == nil:
			return 0
		case a.Subject == nil:
			return 1
		case b.Subject == nil:
			return -1
		}
		return cmp.Or(
			cmp.Compare(a.Subject.File, b.Subject.File),
			cmp.Compare(a.Subject.Start.Byte, b.Subject.Start.Byte),
		)
	})
}

type carried struct{ ds Diagnostics }

func (c carried) Error() string {
	var lines []string
	for _, d := range c.ds.Errors() {
		lines = append(lines, d.Error())
	}
	return strings.Join(lines, "\n")
}

// From turns an error back into diagnostics: those it carries, or one of class
// Fault that says what was being done (doing: "reading the ledger").
func From(err error, doing string) Diagnostics {
	if err == nil {
		return nil
	}
	var c carried
	if errors.As(err, &c) {
		return c.ds
	}
	var d Diagnostic
	if errors.As(err, &d) {
		return Diagnostics{d}
	}
	return Diagnostics{{
		Code:    "machine-fault",
		Class:   Fault,
		Summary: "Failed while " + doing,
		Detail:  err.Error(),
	}}
}
