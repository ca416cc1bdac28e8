package expr

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

func numberFunctions() []*function {
	return []*function{
		{
			name: "decimal",
			doc:  "An exact decimal number, from a text, an int or a double. A text that is no number holds the record back (bad-number).",
			overloads: []*overload{
				{id: "string_to_decimal", args: []*cel.Type{types.StringType}, result: decimalType, call: decimalOfString},
				{id: "int_to_decimal", args: []*cel.Type{types.IntType}, result: decimalType, call: decimalOfInt},
				{id: "double_to_decimal", args: []*cel.Type{types.DoubleType}, result: decimalType, call: decimalOfDouble},
			},
			examples: []Example{
				{"decimal('0.1') + decimal('0.2')", "0.3"},
				{"decimal('19.90') * 3", "59.7"},
				{"decimal('12,5')", "failure bad-number"},
			},
		},
		{
			name: "string",
			doc:  "The value as text: numbers in digits, a date as 2026-09-01, a choice as its label.",
			overloads: []*overload{
				{id: "decimal_to_string", args: []*cel.Type{decimalType}, result: types.StringType, call: stringOfDecimal},
				{id: "date_to_string", args: []*cel.Type{dateType}, result: types.StringType, call: stringOfDate, native: nativeDateText},
			},
			examples: []Example{{"string(42)", `"42"`}, {"string(date(2026, 9, 1))", `"2026-09-01"`}, {"string(decimal('1.50'))", `"1.5"`}},
		},
		{
			name: "int",
			doc:  "The value as a whole number. A double loses its decimals; a decimal must be whole.",
			overloads: []*overload{
				{id: "decimal_to_int", args: []*cel.Type{decimalType}, result: types.IntType, call: intOfDecimal},
			},
			examples: []Example{{"int('42')", "42"}, {"int(decimal('3.0'))", "3"}, {"int(decimal('3.5'))", "failure bad-number"}, {"int('douze')", "failure bad-number"}},
		},
		{
			name: "double",
			doc:  "The value as a floating-point number.",
			overloads: []*overload{
				{id: "decimal_to_double", args: []*cel.Type{decimalType}, result: types.DoubleType, call: doubleOfDecimal},
			},
			examples: []Example{{"double('2.5')", "2.5"}, {"double(3) / 2.0", "1.5"}},
		},
	}
}

// arithmetic lets CEL's own operators take decimals, which carry the work as
// traits.
func arithmetic() []cel.EnvOption {
	two := []*cel.Type{decimalType, decimalType}
	return []cel.EnvOption{
		cel.Function(operators.Add, cel.Overload("add_decimal", two, decimalType)),
		cel.Function(operators.Subtract, cel.Overload("subtract_decimal", two, decimalType)),
		cel.Function(operators.Multiply, cel.Overload("multiply_decimal", two, decimalType)),
		cel.Function(operators.Negate, cel.Overload("negate_decimal", two[:1], decimalType)),
	}
}
