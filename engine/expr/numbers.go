package expr

import (
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// decimal is an exact number. Sums and products are exact, with no rounding.
// There is no division: its result would need one, which is for the author to
// choose by way of double.
type decimal struct{ n apd.Decimal }

// plainNumber is what decimal(string) takes. The length is bounded because the
// work of exact arithmetic grows with it.
var plainNumber = regexp.MustCompile(`^[+-]?[0-9]{1,64}(\.[0-9]{1,64})?$`)

func decimalFromText(s string) ref.Val {
	d := &decimal{}
	if _, _, err := apd.BaseContext.SetString(&d.n, s); err != nil || d.n.Form != apd.Finite {
		return badNumber("decimal").fail()
	}
	return d
}

func badNumber(function string) *fault {
	return &fault{
		code:     "bad-number",
		summary:  "A value is not a number that `" + function + "` takes",
		detail:   "A number is written with digits, an optional sign in front and a point before the decimals, without spaces.",
		remedy:   "Correct the value at its source, or prepare it first, for example with replace(',', '.').",
		function: function,
	}
}

// canonical has no exponent, plus sign or trailing zeros; minus zero is zero.
func (d *decimal) canonical() string {
	if d.n.IsZero() {
		return "0"
	}
	s := d.n.Text('f')
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

func (d *decimal) Add(other ref.Val) ref.Val {
	return d.with(other, (*apd.Context).Add)
}

func (d *decimal) Subtract(other ref.Val) ref.Val {
	return d.with(other, (*apd.Context).Sub)
}

func (d *decimal) Multiply(other ref.Val) ref.Val {
	return d.with(other, (*apd.Context).Mul)
}

type decimalOperation func(ctx *apd.Context, result, x, y *apd.Decimal) (apd.Condition, error)

func (d *decimal) with(other ref.Val, op decimalOperation) ref.Val {
	o, ok := other.(*decimal)
	if !ok {
		return types.NewErr("no such overload")
	}
	out := &decimal{}
	// BaseContext has no precision, which means exact.
	if _, err := op(&apd.BaseContext, &out.n, &d.n, &o.n); err != nil {
		return types.NewErr("number overflow")
	}
	return out
}

func (d *decimal) Negate() ref.Val {
	out := &decimal{}
	out.n.Neg(&d.n)
	return out
}

func (d *decimal) Compare(other ref.Val) ref.Val {
	o, ok := other.(*decimal)
	if !ok {
		return types.NewErr("no such overload")
	}
	return types.Int(d.n.Cmp(&o.n))
}

func (d *decimal) Equal(other ref.Val) ref.Val {
	o, ok := other.(*decimal)
	return types.Bool(ok && d.n.Cmp(&o.n) == 0)
}

func (d *decimal) ConvertToNative(reflect.Type) (any, error) { return nil, errNative }

func (d *decimal) ConvertToType(t ref.Type) ref.Val {
	switch t {
	case types.StringType:
		return types.String(d.canonical())
	case types.TypeType:
		return decimalType
	}
	return types.NewErr("type conversion error")
}

func (d *decimal) Type() ref.Type { return decimalType }
func (d *decimal) Value() any     { return d }

func decimalOfString(args []ref.Val) ref.Val {
	s := string(args[0].(types.String))
	if !plainNumber.MatchString(s) {
		return badNumber("decimal").fail()
	}
	return decimalFromText(strings.TrimPrefix(s, "+"))
}

func decimalOfInt(args []ref.Val) ref.Val {
	return decimalFromText(strconv.FormatInt(int64(args[0].(types.Int)), 10))
}

// decimalOfDouble takes the shortest decimal that reads back as the double,
// which is what a person sees: 0.1 is 0.1.
func decimalOfDouble(args []ref.Val) ref.Val {
	f := float64(args[0].(types.Double))
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return badNumber("decimal").fail()
	}
	return decimalFromText(strconv.FormatFloat(f, 'f', -1, 64))
}

// intOfDecimal refuses to lose decimals.
func intOfDecimal(args []ref.Val) ref.Val {
	n, err := strconv.ParseInt(args[0].(*decimal).canonical(), 10, 64)
	if err != nil {
		f := badNumber("int")
		f.detail = "A decimal becomes an int only when it is whole and within 64 bits."
		f.remedy = "Keep it a decimal, or correct the value at its source."
		return f.fail()
	}
	return types.Int(n)
}

func doubleOfDecimal(args []ref.Val) ref.Val {
	f, err := strconv.ParseFloat(args[0].(*decimal).canonical(), 64)
	if err != nil {
		return badNumber("double").fail()
	}
	return types.Double(f)
}

func stringOfDecimal(args []ref.Val) ref.Val {
	return types.String(args[0].(*decimal).canonical())
}
