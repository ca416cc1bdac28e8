package expr

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

func listFunctions() []*function {
	s := types.StringType
	least := &function{
		name: "min", unguarded: true,
		doc:      "The smallest element of a list; empty elements are passed over. Of a list without any, empty.",
		examples: []Example{{"[3, 1, 2].min()", "1"}, {"[date(2026, 5, 2), date(2026, 5, 1)].min()", "2026-05-01"}},
	}
	most := &function{
		name: "max", unguarded: true,
		doc:      "The greatest element of a list; empty elements are passed over. Of a list without any, empty.",
		examples: []Example{{"[3, 1, 2].max()", "3"}, {"['', 'b', 'a'].max()", `"b"`}},
	}
	for _, t := range []*cel.Type{types.IntType, types.DoubleType, decimalType, types.StringType, dateType, types.TimestampType} {
		l := []*cel.Type{types.NewListType(t)}
		least.overloads = append(least.overloads, &overload{id: "min_" + t.TypeName(), member: true, args: l, result: t, call: extreme(types.IntNegOne)})
		most.overloads = append(most.overloads, &overload{id: "max_" + t.TypeName(), member: true, args: l, result: t, call: extreme(types.IntOne)})
	}
	return []*function{
		{
			name: "join", unguarded: true,
			doc:       "The texts of a list, one after the other with sep between them; empty ones are left out.",
			overloads: []*overload{{id: "list_join", member: true, names: []string{"", "sep"}, args: []*cel.Type{types.NewListType(s), s}, result: s, call: join}},
			examples:  []Example{{"['fr', '', 'en'].join(', ')", `"fr, en"`}, {"[].join(', ')", "empty"}},
		},
		least,
		most,
	}
}

// extreme keeps the element that compares to the best so far as wanted.
func extreme(wanted types.Int) func([]ref.Val) ref.Val {
	return func(args []ref.Val) ref.Val {
		if _, ok := args[0].(traits.Lister); !ok {
			return notComparable().fail()
		}
		best := ref.Val(emptyErr)
		var failed ref.Val
		err := eachItem(args[0], func(v ref.Val) bool {
			if best == emptyErr {
				best = v
				return true
			}
			c, ok := v.(traits.Comparer)
			if !ok {
				failed = notComparable().fail()
				return false
			}
			switch order := c.Compare(best); {
			case types.IsError(order):
				failed = notComparable().fail()
				return false
			case order == wanted:
				best = v
			}
			return true
		})
		switch {
		case err != nil:
			return err
		case failed != nil:
			return failed
		}
		return best
	}
}

func notComparable() *fault {
	return &fault{
		code:    "wrong-type",
		summary: "The list holds values that cannot be compared with each other",
		remedy:  "Give min and max a list of one type.",
	}
}
