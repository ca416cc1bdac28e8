package expr

import (
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// Names that the compiler writes: expressions have no way to spell them.
const (
	emptyFunction = "@empty"
	pastFunction  = "@past"
	ageFunction   = "@age"
	todayVariable = "@today"
)

func dateFunctions() []*function {
	d, n, s := dateType, types.IntType, types.StringType
	part := func(name, doc string, f func([]ref.Val) ref.Val, example Example) *function {
		return &function{name: name, doc: doc, examples: []Example{example}, overloads: []*overload{
			{id: "date_" + name, member: true, args: []*cel.Type{d}, result: n, call: f},
		}}
	}
	shift := func(name, unit, doc string, f func([]ref.Val) ref.Val, examples ...Example) *function {
		return &function{name: name, doc: doc, examples: examples, overloads: []*overload{
			{id: "date_" + name, member: true, names: []string{"", unit}, args: []*cel.Type{d, n}, result: d, call: f},
		}}
	}
	return []*function{
		{
			name: "format",
			doc: "The date as text. The pattern has d dd, M MM MMM MMMM, y yy yyyy, E EEEE, and other letters in quotes; names are French unless the locale is 'en'. " +
				"'01/09/2026' is 'dd/MM/yyyy'.",
			overloads: []*overload{
				{id: "date_format", member: true, names: []string{"", "pattern"}, args: []*cel.Type{d, s}, result: s, fix: fixFormat, native: nativeFormat},
				{id: "date_format_locale", member: true, names: []string{"", "pattern", "locale"}, args: []*cel.Type{d, s, s}, result: s, fix: fixFormat, native: nativeFormat},
			},
			examples: []Example{
				{"date(2026, 9, 1).format('dd/MM/yyyy')", `"01/09/2026"`},
				{"date(2026, 9, 1).format('EEEE d MMMM y')", `"mardi 1 septembre 2026"`},
				{"date(2026, 9, 1).format(\"MMM d, yy\", 'en')", `"Sep 1, 26"`},
			},
		},
		{
			name: "date",
			doc:  "A date: from year, month and day, read from a text with the pattern of format, or the day of a timestamp in a time zone. Of a year in two digits, 69 to 99 are in the 1900s, the others in the 2000s. A text that does not fit holds the record back (bad-date).",
			overloads: []*overload{
				{id: "date_ymd", names: []string{"year", "month", "day"}, args: []*cel.Type{n, n, n}, result: d, call: newDate},
				{id: "date_parse", names: []string{"text", "pattern"}, args: []*cel.Type{s, s}, result: d, fix: fixParse},
				{id: "date_parse_locale", names: []string{"text", "pattern", "locale"}, args: []*cel.Type{s, s, s}, result: d, fix: fixParse},
				{id: "timestamp_date", member: true, names: []string{"", "zone"}, args: []*cel.Type{types.TimestampType, s}, result: d, fix: fixZone},
			},
			examples: []Example{
				{"date(2026, 2, 28)", "2026-02-28"},
				{"date('31/12/99', 'dd/MM/yy')", "1999-12-31"},
				{"date('1 août 2026', 'd MMMM yyyy')", "2026-08-01"},
				{"date('31/02/2026', 'dd/MM/yyyy')", "failure bad-date"},
				{"timestamp('2026-08-31T22:30:00Z').date('Europe/Paris')", "2026-09-01"},
			},
		},
		shift("addDays", "days", "The date that many days later; earlier with a negative number.", addDays, Example{"date(2026, 2, 28).addDays(1)", "2026-03-01"}),
		shift("addMonths", "months", "The date that many months later, on the month's last day where it is too short.", addMonths,
			Example{"date(2026, 1, 31).addMonths(1)", "2026-02-28"}, Example{"date(2026, 3, 31).addMonths(-1)", "2026-02-28"}),
		shift("addYears", "years", "The date that many years later, 28 February for a 29 February that does not exist.", addYears, Example{"date(2024, 2, 29).addYears(1)", "2025-02-28"}),
		part("year", "The year of a date.", dateYear, Example{"date(2026, 9, 1).year()", "2026"}),
		part("month", "The month of a date, 1 to 12.", dateMonth, Example{"date(2026, 9, 1).month()", "9"}),
		part("day", "The day of a date in its month, 1 to 31.", dateDay, Example{"date(2026, 9, 1).day()", "1"}),
		{
			name:      "today",
			doc:       "The day on which the plan is made, in the time zone that the integration declares.",
			overloads: []*overload{{id: "today", result: d, call: func([]ref.Val) ref.Val { return emptyErr }}},
			examples:  []Example{{"today().addMonths(3)", "2026-12-01"}},
		},
		{
			name:      "past",
			doc:       "True when there is a date and it is before today; false when the date is empty.",
			overloads: []*overload{{id: "past", names: []string{"date"}, args: []*cel.Type{d}, result: types.BoolType, lenient: true, call: func(a []ref.Val) ref.Val { return emptyErr }}},
			examples:  []Example{{"past(date(2026, 8, 31))", "true"}, {"past(date(2026, 9, 1))", "false"}, {"past(null)", "false"}},
		},
		{
			name:      "age",
			doc:       "The whole years from a date to today.",
			overloads: []*overload{{id: "age", names: []string{"date"}, args: []*cel.Type{d}, result: n, call: func([]ref.Val) ref.Val { return emptyErr }}},
			examples:  []Example{{"age(date(1990, 9, 2))", "35"}, {"age(date(1990, 9, 1))", "36"}},
		},
		{name: pastFunction, hidden: true, overloads: []*overload{{id: "past_today", args: []*cel.Type{d, d}, result: types.BoolType, lenient: true, call: pastDate}}},
		{name: ageFunction, hidden: true, overloads: []*overload{{id: "age_today", args: []*cel.Type{d, d}, result: n, call: ageOf}}},
	}
}

func datePatternOf(fixed []ref.Val, parsing bool) (datePattern, *complaint) {
	parts, bad := parseDatePattern(str(fixed[0]), parsing)
	if bad != nil {
		return datePattern{}, bad.at(0)
	}
	locale := "fr"
	if len(fixed) > 1 {
		locale = str(fixed[1])
	}
	names, ok := namesOf(locale)
	if !ok {
		return datePattern{}, badLocale().at(1)
	}
	return datePattern{parts: parts, locale: names}, nil
}

func fixFormat(fixed []ref.Val) (func(ref.Val) ref.Val, *complaint) {
	p, bad := datePatternOf(fixed, false)
	return func(v ref.Val) ref.Val { return text(p.format(v.(date))) }, bad
}

func fixParse(fixed []ref.Val) (func(ref.Val) ref.Val, *complaint) {
	p, bad := datePatternOf(fixed, true)
	return func(v ref.Val) ref.Val {
		d, ok := p.parse(str(v))
		if !ok {
			return (&fault{
				code:     "bad-date",
				summary:  "A text does not read as a date of this pattern",
				detail:   "It is written differently, or there is no such day.",
				remedy:   "Correct the value at its source, or the pattern.",
				function: "date",
			}).fail()
		}
		return d
	}, bad
}

// fixZone gives the civil date that a moment has in a time zone of the IANA
// database. "Local" is none: it would be another on every machine.
func fixZone(fixed []ref.Val) (func(ref.Val) ref.Val, *complaint) {
	name := str(fixed[0])
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, (&complaint{
			code:    "bad-timezone",
			summary: "`date` knows no such time zone",
			detail:  "A time zone is a name of the IANA database.",
			remedy:  "Write 'Europe/Paris', 'America/Martinique', 'UTC' or another.",
		}).at(0)
	}
	return func(v ref.Val) ref.Val {
		year, month, day := v.(types.Timestamp).In(zone).Date()
		return inRange(dateOf(year, month, day), "date")
	}, nil
}

// ordering lets CEL's own operators take our types. They find the work in the
// values' traits, so there is nothing to bind.
func ordering() []cel.EnvOption {
	var opts []cel.EnvOption
	for _, op := range []struct{ operator, id string }{
		{operators.Less, "less"}, {operators.LessEquals, "less_equals"}, {operators.Greater, "greater"}, {operators.GreaterEquals, "greater_equals"},
	} {
		opts = append(opts, cel.Function(op.operator,
			cel.Overload(op.id+"_date", []*cel.Type{dateType, dateType}, types.BoolType),
			cel.Overload(op.id+"_decimal", []*cel.Type{decimalType, decimalType}, types.BoolType)))
	}
	return opts
}
