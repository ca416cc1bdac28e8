package expr

import (
	"reflect"
	"time"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"passerelle/plugins/record"
)

// date is a civil date: days since 1970-01-01.
type date int64

// Dates outside the years 1 to 9999 are refused: no format writes them.
var (
	firstDate = dateOf(1, 1, 1)
	lastDate  = dateOf(9999, 12, 31)
)

func dateOf(year int, month time.Month, day int) date {
	return date(record.NewDate(year, month, day).Days())
}

func (d date) civil() (year int, month time.Month, day int) {
	return record.NewDays(int64(d)).Civil()
}

func (d date) weekday() time.Weekday {
	return time.Unix(int64(d)*86400, 0).UTC().Weekday()
}

func (d date) iso() string { return string(d.appendISO(nil)) }

func (d date) appendISO(b []byte) []byte {
	return time.Unix(int64(d)*86400, 0).UTC().AppendFormat(b, time.DateOnly)
}

func (d date) Compare(other ref.Val) ref.Val {
	o, ok := other.(date)
	switch {
	case !ok:
		return types.NewErr("no such overload")
	case d < o:
		return types.IntNegOne
	case d > o:
		return types.IntOne
	}
	return types.IntZero
}

func (d date) Equal(other ref.Val) ref.Val {
	o, ok := other.(date)
	return types.Bool(ok && d == o)
}

func (d date) ConvertToNative(reflect.Type) (any, error) { return nil, errNative }

func (d date) ConvertToType(t ref.Type) ref.Val {
	switch t {
	case types.StringType:
		return types.String(d.iso())
	case types.TypeType:
		return dateType
	}
	return types.NewErr("type conversion error")
}

func (d date) Type() ref.Type { return dateType }
func (d date) Value() any     { return int64(d) }

func dateOutOfRange(function string) *fault {
	return &fault{
		code:     "bad-date",
		summary:  "The result is no date between the years 1 and 9999",
		remedy:   "Check the numbers given to `" + function + "`.",
		function: function,
	}
}

func newDate(args []ref.Val) ref.Val {
	y, m, d := args[0].(types.Int), args[1].(types.Int), args[2].(types.Int)
	if y < 1 || y > 9999 || m < 1 || m > 12 || d < 1 || int(d) > daysIn(int(y), time.Month(m)) {
		f := dateOutOfRange("date")
		f.summary = "Year, month and day make no date"
		f.detail = "There is no such day between the years 1 and 9999."
		return f.fail()
	}
	return dateOf(int(y), time.Month(m), int(d))
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// Shifts beyond a million cannot end at a date; refusing them first keeps the
// sums below from overflowing.
const maxShift = 5_000_000

func addDays(args []ref.Val) ref.Val {
	n := args[1].(types.Int)
	if n < -maxShift || n > maxShift {
		return dateOutOfRange("addDays").fail()
	}
	return inRange(args[0].(date)+date(n), "addDays")
}

func inRange(d date, function string) ref.Val {
	if d < firstDate || d > lastDate {
		return dateOutOfRange(function).fail()
	}
	return d
}

func addMonths(args []ref.Val) ref.Val {
	return shiftMonths(args[0].(date), int64(args[1].(types.Int)), 1, "addMonths")
}

func addYears(args []ref.Val) ref.Val {
	return shiftMonths(args[0].(date), int64(args[1].(types.Int)), 12, "addYears")
}

// shiftMonths stays on the last day of a month that is too short: a month after
// 31 January is 28 or 29 February.
func shiftMonths(d date, n, times int64, function string) ref.Val {
	if n < -maxShift || n > maxShift {
		return dateOutOfRange(function).fail()
	}
	year, month, day := d.civil()
	months := int64(year)*12 + int64(month-1) + n*times
	year, month = int(months/12), time.Month(months%12+1)
	if months < 12 || year > 9999 {
		return dateOutOfRange(function).fail()
	}
	return inRange(dateOf(year, month, min(day, daysIn(year, month))), function)
}

func dateYear(args []ref.Val) ref.Val {
	y, _, _ := args[0].(date).civil()
	return types.Int(y)
}

func dateMonth(args []ref.Val) ref.Val {
	_, m, _ := args[0].(date).civil()
	return types.Int(m)
}

func dateDay(args []ref.Val) ref.Val {
	_, _, d := args[0].(date).civil()
	return types.Int(d)
}

func stringOfDate(args []ref.Val) ref.Val { return types.String(args[0].(date).iso()) }

// pastDate is lenient in its first argument: no date has not passed.
func pastDate(args []ref.Val) ref.Val {
	if isEmpty(args[0]) {
		return types.False
	}
	if types.IsError(args[0]) {
		return args[0]
	}
	if types.IsError(args[1]) {
		return args[1]
	}
	return types.Bool(args[0].(date) < args[1].(date))
}

// ageOf counts whole years; who is born on 29 February has his birthday on
// 1 March in other years. Before the date itself the age is negative.
func ageOf(args []ref.Val) ref.Val {
	y, m, d := args[0].(date).civil()
	ty, tm, td := args[1].(date).civil()
	age := ty - y
	if tm < m || tm == m && td < d {
		age--
	}
	return types.Int(age)
}
