package record

import "fmt"

// Fault codes. They are stable: people search for them.
const (
	CodeWrongType      = "wrong-type"      // this JSON kind never becomes that type
	CodeNotANumber     = "not-a-number"    // text that is not a plain number
	CodeHasFraction    = "has-fraction"    // a fraction where a whole number is wanted
	CodeOutOfRange     = "out-of-range"    // the type can't hold it exactly
	CodeNotCanonical   = "not-canonical"   // a number whose text would change: 12.0, 1e3
	CodeNotADate       = "not-a-date"      // no ISO date, or a day the calendar lacks
	CodeNotATimestamp  = "not-a-timestamp" // no RFC 3339 date-time
	CodeNoTimeZone     = "no-time-zone"    // neither an offset nor a zone for the connection
	CodeSkippedTime    = "skipped-time"    // clocks went forward over it
	CodeUndeclaredList = "undeclared-list" // the path meets a list, the type is none
	CodePathBlocked    = "path-blocked"    // the path goes on where the record does not
	CodeMalformed      = "malformed-json"  // of Malformed
)

// Fault says why a slot could not be filled. It holds nothing of the value.
type Fault struct {
	Slot int
	Code string
	Want Type   // at the place of the fault: of an element, when one element is wrong
	Got  string // kind or shape: "object", "text that is no date"
}

// Error says it in words.
func (f Fault) Error() string {
	if f.Code == CodePathBlocked {
		return fmt.Sprintf("the path goes further than the record, which has %s there", f.Got)
	}
	return fmt.Sprintf("%s is wanted, the record has %s", f.Want, f.Got)
}

// Remedy says what to do about it.
func (f Fault) Remedy() string {
	switch f.Code {
	case CodeWrongType:
		return "Declare the field's type as the record has it, or point the path at a value inside."
	case CodeNotANumber, CodeNotADate, CodeNotATimestamp:
		return "Correct the value at the source, or declare the field a string and parse it in the mapping."
	case CodeHasFraction:
		return "Declare the field decimal, or correct the value at the source."
	case CodeOutOfRange:
		return "Declare the field decimal or string, or correct the value at the source."
	case CodeNotCanonical:
		return "Declare the field decimal, and convert it in the mapping."
	case CodeNoTimeZone:
		return "Give the connection a time zone, or declare the field date if only the day matters."
	case CodeSkippedTime:
		return "Correct the time at the source: clocks skip it that day in the connection's time zone."
	case CodeUndeclaredList:
		return "Declare the field list(…), or take one element with [0] in the path."
	case CodePathBlocked:
		return "Shorten the path to what the record holds."
	}
	return ""
}

// Malformed says that the bytes are not one JSON object, with the place and the
// reason, never the content.
type Malformed struct {
	Offset int // in bytes, from 0
	Reason string
}

// Error names the place and the reason.
func (m *Malformed) Error() string {
	return fmt.Sprintf("malformed JSON at byte %d: %s", m.Offset, m.Reason)
}

// problem is why a value did not become what was wanted; fine is none.
type problem uint8

const (
	fine problem = iota
	isText
	isNumber
	isBool
	isObject
	isList
	textNoInt
	textNoNumber
	numberFraction
	numberRange
	numberForm
	textNoDate
	textNoTimestamp
	textNoZone
	textSkipped
	inList
)

var problems = [...]struct{ code, got string }{
	isText:          {CodeWrongType, "text"},
	isNumber:        {CodeWrongType, "number"},
	isBool:          {CodeWrongType, "true or false"},
	isObject:        {CodeWrongType, "object"},
	isList:          {CodeWrongType, "list"},
	textNoInt:       {CodeNotANumber, "text that is no plain whole number"},
	textNoNumber:    {CodeNotANumber, "text that is no plain number"},
	numberFraction:  {CodeHasFraction, "number with a fraction"},
	numberRange:     {CodeOutOfRange, "number out of range"},
	numberForm:      {CodeNotCanonical, "number not in canonical form"},
	textNoDate:      {CodeNotADate, "text that is no date"},
	textNoTimestamp: {CodeNotATimestamp, "text that is no date and time"},
	textNoZone:      {CodeNoTimeZone, "date and time without an offset"},
	textSkipped:     {CodeSkippedTime, "date and time that the time zone skips"},
	inList:          {CodeUndeclaredList, "list"},
}

// trouble is a problem with what was wanted where it arose.
type trouble struct {
	problem problem
	blocked bool // on the way along the path, not at its end
	want    *shape
}

func (t trouble) fault(slot int) Fault {
	f := Fault{Slot: slot, Code: problems[t.problem].code, Got: problems[t.problem].got}
	if t.want != nil {
		f.Want = t.want.typ
	}
	if t.blocked {
		f.Code = CodePathBlocked
	}
	return f
}
