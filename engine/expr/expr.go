package expr

import (
	"time"

	"passerelle/plugins/record"
)

// Field is one declared field of a source.
type Field struct {
	Name       string
	Type       record.Type // Kind Empty: any type
	MayBeEmpty bool
}

// Source is one name that expressions read records from. The first of Options
// is the record itself; the others are joined to it: one record or none, with
// Always never none, or, with Many, a list of records.
type Source struct {
	Name   string
	Fields []Field
	Many   bool
	Always bool
}

// Table is a table of the mapping file, used by lookup.
type Table struct {
	Name    string
	Values  map[string]string
	Unknown string // what a value not in the table does: "hold" (also ""), "keep", or "text" for Text
	Text    string
}

// Constant is an input or a local.
type Constant struct {
	Name  string
	Value record.Value // already of Type
	Type  record.Type  // Kind Empty: any type
	Known bool         // false while there is no value yet: good for Compile only, Eval reads it as empty
}

// Options say what expressions may name.
type Options struct {
	Sources []Source
	Inputs  []Constant
	Locals  []Constant
	Tables  []Table

	// Transforms may be called as functions. Their own texts are checked by
	// CheckTransforms, once; a Broken one makes whatever calls it give no Program
	// and say nothing more.
	Transforms []NamedTransform

	Zone     *time.Location // where today is decided; nil when the file declares no time zone
	Mappings []string       // names that linked() accepts
}

// NamedTransform is an expression with a name and parameters. Where it is called, its
// text stands in for the call, so that its types are those of each use.
type NamedTransform struct {
	Name   string
	Params []string
	Text   string
	Broken bool
}

// Use is what an expression is for. It decides which result is accepted.
type Use uint8

const (
	Transform Use = iota // a line of map: any type that a field can hold
	Condition            // where, when, that: bool
	Name                 // shown_as: string
)

// Problem is what Compile has to say about a text. Start and End are offsets in
// runes; the runes from Start up to End are the smallest wrong token. They are
// equal only where something is missing at the end of the text.
type Problem struct {
	Warning                       bool
	Code, Summary, Detail, Remedy string
	Start, End                    int

	// Transform is where Start and End lie when the problem is in the text of one:
	// an index of Options.Transforms. CallStart and CallEnd are then the place of
	// the call in the expression's own text.
	Transform          int
	InTransform        bool
	CallStart, CallEnd int
}

// begin orders problems by where their cause stands in the expression itself.
func (p Problem) begin() int {
	if p.InTransform {
		return p.CallStart
	}
	return p.Start
}

// Failure is why one evaluation gave no result. It never holds a value of the
// record. Start and End are rune offsets into the text.
type Failure struct {
	Code, Summary, Detail, Remedy string
	Start, End                    int
}

// Ref names a field: Options.Sources[Source].Fields[Field].
type Ref struct{ Source, Field int }

// Input is what one evaluation reads. The caller may reuse it, and with a Room gives
// it to one goroutine at a time.
//
// Rows holds one row a source, in the order of Options.Sources, each with one
// value a field in the order of Source.Fields. A nil row is a joined record
// that does not exist. The row of a source with Many holds its records instead:
// values of kind record.Object whose keys are the names of the fields.
type Input struct {
	Rows  [][]record.Value
	Today record.Value // a Date; needed by today, past and age
	Room  *Room        // for the texts of results; nil: each is allocated
}

// FunctionDoc describes one function of the language for the reference.
type FunctionDoc struct {
	Name       string
	Signatures []string // "string.replace(old string, new string) string"
	Doc        string
	Examples   []Example
}

// Example is an expression and what it gives: a quoted text, a number, a date
// in ISO form, true or false, a list, "empty", or "failure" and its code. What
// would fail for every record is refused by Compile with that code.
type Example struct{ Expression, Result string }
