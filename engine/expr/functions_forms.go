package expr

import (
	"strings"

	"github.com/cockroachdb/apd/v3"
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// formFunctions write numbers and answers the way a target wants them.
func formFunctions() []*function {
	s, n := types.StringType, types.IntType
	fixed := &function{
		name: "fixed",
		doc:  "A number as text, with so many decimals, 0 to 20, and the decimal point that is given ('.' without). Half is rounded away from zero, as payrolls do.",
		examples: []Example{
			{"decimal('1234.5').fixed(2)", `"1234.50"`},
			{"decimal('1234.565').fixed(2, ',')", `"1234,57"`},
			{"12.fixed(2)", `"12.00"`},
		},
	}
	for _, t := range []*cel.Type{decimalType, types.DoubleType, n} {
		name := strings.TrimPrefix(t.TypeName(), "@")
		fixed.overloads = append(fixed.overloads,
			&overload{id: name + "_fixed", member: true, names: []string{"", "decimals"}, args: []*cel.Type{t, n}, result: s, fix: fixDecimals},
			&overload{id: name + "_fixed_point", member: true, names: []string{"", "decimals", "point"}, args: []*cel.Type{t, n, s}, result: s, fix: fixDecimals})
	}
	return []*function{
		fixed,
		{
			name: "round",
			doc:  "A decimal rounded to so many decimals, 0 to 20. Half is rounded away from zero.",
			overloads: []*overload{
				{id: "decimal_round", member: true, names: []string{"", "decimals"}, args: []*cel.Type{decimalType, n}, result: decimalType, fix: fixRound},
			},
			examples: []Example{{"decimal('2.345').round(2)", "2.35"}, {"decimal('-2.5').round(0)", "-3"}},
		},
		{
			name: "yesNo",
			doc:  "'oui' or 'non' for true or false; 'yes' or 'no' when the locale is 'en'. For other words write flag ? 'O' : 'N'.",
			overloads: []*overload{
				{id: "bool_yes_no", member: true, args: []*cel.Type{types.BoolType}, result: s, call: func(a []ref.Val) ref.Val { return yesNo(a[0], "oui", "non") }},
				{id: "bool_yes_no_locale", member: true, names: []string{"", "locale"}, args: []*cel.Type{types.BoolType, s}, result: s, fix: fixYesNo},
			},
			examples: []Example{{"true.yesNo()", `"oui"`}, {"false.yesNo('en')", `"no"`}},
		},
		{
			name: "yes",
			doc:  "True for the texts oui, yes, vrai, true, o, y and 1, false for non, no, faux, false, n and 0, whatever their case. Another text holds the record back (bad-bool).",
			overloads: []*overload{
				{id: "text_yes", member: true, args: []*cel.Type{s}, result: types.BoolType, call: isYes},
			},
			examples: []Example{{"'Oui'.yes()", "true"}, {"'N'.yes()", "false"}, {"'peut-être'.yes()", "failure bad-bool"}},
		},
	}
}

func fixDecimals(fixed []ref.Val) (func(ref.Val) ref.Val, *complaint) {
	decimals, bad := decimalsOf("fixed", fixed[0])
	if bad != nil {
		return nil, bad
	}
	point := "."
	if len(fixed) > 1 {
		point = str(fixed[1])
	}
	return func(v ref.Val) ref.Val {
		d, failed := asDecimal(v)
		if failed != nil {
			return failed
		}
		rounded, failed := d.round(decimals)
		if failed != nil {
			return failed
		}
		return text(strings.Replace(rounded.n.Text('f'), ".", point, 1))
	}, nil
}

func fixRound(fixed []ref.Val) (func(ref.Val) ref.Val, *complaint) {
	decimals, bad := decimalsOf("round", fixed[0])
	if bad != nil {
		return nil, bad
	}
	return func(v ref.Val) ref.Val {
		rounded, failed := v.(*decimal).round(decimals)
		if failed != nil {
			return failed
		}
		return rounded
	}, nil
}

func decimalsOf(function string, v ref.Val) (int32, *complaint) {
	n := v.(types.Int)
	if n < 0 || n > 20 {
		return 0, (&complaint{
			code:    "bad-decimals",
			summary: "`" + function + "` takes no such number of decimals",
			detail:  "There may be none, and 20 at the most.",
			remedy:  "Write a number from 0 to 20; money has 2.",
		}).at(0)
	}
	return int32(n), nil
}

func asDecimal(v ref.Val) (*decimal, ref.Val) {
	switch n := v.(type) {
	case *decimal:
		return n, nil
	case types.Int:
		v = decimalOfInt([]ref.Val{v})
	case types.Double:
		v = decimalOfDouble([]ref.Val{v})
	}
	if d, ok := v.(*decimal); ok {
		return d, nil
	}
	return nil, v
}

// round needs as many digits as the result has: those in front of the point and
// the decimals.
func (d *decimal) round(decimals int32) (*decimal, ref.Val) {
	digits := d.n.NumDigits() + int64(max(d.n.Exponent, 0)) + int64(decimals) + 1
	ctx := apd.BaseContext.WithPrecision(uint32(digits))
	ctx.Rounding = apd.RoundHalfUp // apd's name for half away from zero
	out := &decimal{}
	if _, err := ctx.Quantize(&out.n, &d.n, -decimals); err != nil {
		return nil, types.NewErr("number overflow")
	}
	if out.n.IsZero() {
		out.n.Negative = false
	}
	return out, nil
}

func fixYesNo(fixed []ref.Val) (func(ref.Val) ref.Val, *complaint) {
	switch str(fixed[0]) {
	case "fr":
		return func(v ref.Val) ref.Val { return yesNo(v, "oui", "non") }, nil
	case "en":
		return func(v ref.Val) ref.Val { return yesNo(v, "yes", "no") }, nil
	}
	return nil, (&complaint{code: "bad-locale", summary: "`yesNo` has no words in this language", detail: "It answers in French or in English.", remedy: "Write 'fr' or 'en', or choose the words: flag ? 'ja' : 'nein'."}).at(0)
}

func yesNo(v ref.Val, yes, no string) ref.Val {
	if v == types.True {
		return text(yes)
	}
	return text(no)
}

func isYes(args []ref.Val) ref.Val {
	switch strings.ToLower(strings.TrimSpace(str(args[0]))) {
	case "":
		return emptyErr
	case "oui", "yes", "vrai", "true", "o", "y", "1":
		return types.True
	case "non", "no", "faux", "false", "n", "0":
		return types.False
	}
	return (&fault{
		code:     "bad-bool",
		summary:  "A text is neither yes nor no",
		detail:   "It is none of the words that `yes` knows in French and English.",
		remedy:   "Correct the value at its source, or compare it: text == 'X'.",
		function: "yes",
	}).fail()
}
