package record

import (
	"math"
	"time"
)

// Value is one typed value, immutable. The zero Value is empty. It is 40 bytes
// and holds scalars without an allocation: the hot path keeps one a slot.
type Value struct {
	kind Kind
	num  int64  // Bool, Int, Date (days since 1970-01-01), Timestamp (Unix seconds), Double (bits), nanoseconds in more
	str  string // String, Decimal, Choice's code
	more *parts
}

// parts are what does not fit: rare kinds pay for themselves.
type parts struct {
	nanos int32   // Timestamp
	label string  // Choice
	list  []Value // List; Map and Object: the values
	keys  []string
}

// NewBool is true or false; false is a value, not Empty.
func NewBool(b bool) Value {
	var n int64
	if b {
		n = 1
	}
	return Value{kind: Bool, num: n}
}

// NewInt is a whole number; 0 is a value, not Empty.
func NewInt(n int64) Value { return Value{kind: Int, num: n} }

// NewDouble is a floating-point number. NaN and the infinities are kept, but no
// JSON holds them: whoever computes a double refuses them first.
func NewDouble(f float64) Value { return Value{kind: Double, num: int64(math.Float64bits(f))} }

// NewDecimal takes canonical text: no plus sign, no exponent, no trailing zeros
// after the point, "-0" is "0". CanonicalDecimal makes it. "" is Empty.
func NewDecimal(canonical string) Value {
	if canonical == "" {
		return Value{}
	}
	return Value{kind: Decimal, str: canonical}
}

// NewString is a text; "" is Empty.
func NewString(s string) Value {
	if s == "" {
		return Value{}
	}
	return Value{kind: String, str: s}
}

// NewDate takes a civil date; it normalises as time.Date does.
func NewDate(year int, month time.Month, day int) Value {
	return NewDays(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// NewDays is the date that many days after 1970-01-01.
func NewDays(days int64) Value { return Value{kind: Date, num: days} }

// NewTimestamp is an instant, to the nanosecond; its zone is not kept.
func NewTimestamp(t time.Time) Value {
	v := Value{kind: Timestamp, num: t.Unix()}
	if ns := t.Nanosecond(); ns != 0 {
		v.more = &parts{nanos: int32(ns)}
	}
	return v
}

// NewChoice is an entry of a list of choices; empty when both are "".
func NewChoice(code, label string) Value {
	if code == "" && label == "" {
		return Value{}
	}
	return Value{kind: Choice, str: code, more: &parts{label: label}}
}

// NewList keeps the slice. An empty list is a value, not Empty.
func NewList(items []Value) Value { return Value{kind: List, more: &parts{list: items}} }

// NewMap keeps both slices, which have one length; no key comes twice.
func NewMap(keys []string, values []Value) Value {
	return Value{kind: Map, more: &parts{keys: keys, list: values}}
}

// NewObject keeps both slices, which have one length; no key comes twice.
func NewObject(keys []string, values []Value) Value {
	return Value{kind: Object, more: &parts{keys: keys, list: values}}
}

// Kind is Empty for the empty value.
func (v Value) Kind() Kind { return v.kind }

// IsEmpty reports whether the value is null, missing or "".
func (v Value) IsEmpty() bool { return v.kind == Empty }

// Bool is the content of a Bool; like its neighbours it means nothing of
// another kind.
func (v Value) Bool() bool { return v.num != 0 }

// Int is the content of an Int.
func (v Value) Int() int64 { return v.num }

// Double is the content of a Double.
func (v Value) Double() float64 { return math.Float64frombits(uint64(v.num)) }

// Days is a Date as days since 1970-01-01.
func (v Value) Days() int64 { return v.num }

// Civil is a Date as year, month and day.
func (v Value) Civil() (year int, month time.Month, day int) {
	return time.Unix(v.num*86400, 0).UTC().Date()
}

// Time is a Timestamp, in UTC.
func (v Value) Time() time.Time {
	var ns int64
	if v.more != nil {
		ns = int64(v.more.nanos)
	}
	return time.Unix(v.num, ns).UTC()
}

// Text is the text of a String or Decimal, and the code of a Choice.
func (v Value) Text() string { return v.str }

// Label is the label of a Choice.
func (v Value) Label() string {
	if v.more == nil {
		return ""
	}
	return v.more.label
}

// Items are the elements of a List, or the values of a Map or Object in the
// order of Keys. Not to be changed.
func (v Value) Items() []Value {
	if v.more == nil {
		return nil
	}
	return v.more.list
}

// Keys are those of a Map or Object. Not to be changed.
func (v Value) Keys() []string {
	if v.more == nil {
		return nil
	}
	return v.more.keys
}
