package expr

import (
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
)

// mismatched reports a call or an operator whose operands are not of the types
// that it takes.
func (c *compilation) mismatched(e ast.Expr, m mismatch) {
	plain := make([]string, len(m.args))
	for i, a := range m.args {
		plain[i] = plainType(a)
	}
	p := Problem{Code: "wrong-type"}
	switch m.function {
	case operators.Conditional:
		c.conditional(e, plain)
		return
	case operators.Equals, operators.NotEquals:
		p.Summary, p.Detail, p.Remedy = c.equality(m.function, plain)
	case operators.In:
		p.Summary = "`in` does not go with these types"
		p.Detail = "On its left is " + withArticle(plain[0]) + ", on its right " + withArticle(plain[1]) + "."
		p.Remedy = "On the right stands a list whose elements are of the type on the left, or a map with such keys."
	case operators.Index:
		p.Summary = "`[ ]` does not go with these types"
		p.Detail = capitalised(c.named(children(e)[0])) + " is " + withArticle(plain[0]) + ", and what is in the brackets " + withArticle(plain[1]) + "."
		p.Remedy = "A list takes an int, counted from 0; a map takes a string."
	default:
		if symbol, ok := symbolOf(m.function); ok {
			p.Summary = "`" + symbol + "` does not go with " + both(plain)
			p.Detail = c.operandsInWords(e, plain)
			p.Remedy = operatorRemedy(symbol, plain)
			break
		}
		p.Summary, p.Detail, p.Remedy = c.wrongArguments(e, m, plain)
	}
	c.report(p, e)
}

func symbolOf(function string) (string, bool) {
	if symbol, ok := operators.FindReverse(function); ok && symbol != "" {
		return symbol, true
	}
	switch function {
	case operators.Negate:
		return "-", true
	case operators.LogicalNot:
		return "!", true
	}
	return "", false
}

func both(plain []string) string {
	if len(plain) == 2 {
		if plain[0] == plain[1] {
			return "two values of type " + plain[0]
		}
		return withArticle(plain[0]) + " and " + withArticle(plain[1])
	}
	return withArticle(plain[0])
}

func (c *compilation) operandsInWords(e ast.Expr, plain []string) string {
	var parts []string
	for i, operand := range children(e) {
		parts = append(parts, c.named(operand)+" is "+withArticle(plain[i]))
	}
	return capitalised(strings.Join(parts, " and ")) + "."
}

func operatorRemedy(symbol string, plain []string) string {
	has := func(t string) bool { return slices.Contains(plain, t) }
	switch {
	case symbol == "!":
		return "`!` turns a condition round: compare the value with something first, or ask empty(…)."
	case has("date") && has("string") && symbol == "+":
		return "Write the date as a text first: .format('dd/MM/yyyy')."
	case has("date") && has("string"):
		return "Write the day as date(2026, 1, 31), or read the text with date(…, 'dd/MM/yyyy')."
	case has("date") && (symbol == "+" || symbol == "-"):
		return "A date is moved with addDays, addMonths or addYears."
	case has("decimal") && symbol == "/":
		return "Decimals are exact and have no division: divide as double, double(a) / double(b)."
	case has("decimal") && has("double"):
		return "Convert one of them: decimal(x) or double(x)."
	case symbol == "+" && has("string"):
		return "Convert the other side with string(…)."
	case symbol == "%":
		return "`%` goes with ints only."
	case has("string"):
		return "Convert the text with int(…), double(…), decimal(…) or date(…, pattern)."
	}
	return "Convert one side so that both are of one type."
}

func (c *compilation) equality(function string, plain []string) (summary, detail, remedy string) {
	symbol, _ := symbolOf(function)
	for _, p := range plain {
		if p == "empty value" {
			asks := "empty(…)"
			if symbol == "!=" {
				asks = "filled(…)"
			}
			return "Nothing is compared with null",
				"An empty value passes through every comparison: the result would be empty, neither true nor false.",
				"Write " + asks + "."
		}
	}
	return "`" + symbol + "` compares values of two types",
		"On its left is " + withArticle(plain[0]) + ", on its right " + withArticle(plain[1]) + ": they are never equal.",
		"Convert one of them, for example with string(…), so that both are of one type."
}

// conditional tells a bad condition from branches of two types.
func (c *compilation) conditional(e ast.Expr, plain []string) {
	operands := children(e)
	if plain[0] != "bool" && plain[0] != "any" {
		c.reportSpan(Problem{
			Code:    "wrong-type",
			Summary: "Before `?` stands a condition",
			Detail:  capitalised(c.named(operands[0])) + " is " + withArticle(plain[0]) + ".",
			Remedy:  "Compare it with something, or ask filled(…).",
		}, operands[0])
		return
	}
	c.report(Problem{
		Code:    "wrong-type",
		Summary: "Both sides of `:` must be of one type",
		Detail:  "On its left is " + withArticle(plain[1]) + ", on its right " + withArticle(plain[2]) + ".",
		Remedy:  "Convert one of them, for example with string(…). For nothing, write null.",
	}, e)
}

// wrongArguments is about a function: what it takes, and what it was given.
func (c *compilation) wrongArguments(e ast.Expr, m mismatch, plain []string) (summary, detail, remedy string) {
	name := "`" + m.function + "`"
	forms := c.env.forms(m.function)
	remedy = "Write " + strings.Join(forms, ", or ") + "."
	given := children(e)
	if m.function == "coalesce" && len(given) > 1 && len(given) < 6 && !m.member || m.function == "orValue" && len(given) == 2 {
		return name + " goes with values of one type", c.operandsInWords(e, plain),
			"Convert one of them, for example with string(…)."
	}
	takes := c.env.receivers(m.function)
	switch {
	case m.member && len(takes) == 0:
		return name + " is not called on a value", "It takes everything between its parentheses.", remedy
	case !m.member && len(given) > 0 && len(takes) > 0 && c.env.onlyMember(m.function):
		return name + " is called on a value", "The value stands in front, followed by a dot.", remedy
	}
	if !c.env.takesCount(m.function, len(plain), m.member) {
		return name + " is given a wrong number of values", "It is given " + countOf(len(plain)-receiverCount(m)) + ".", remedy
	}
	if i := c.env.firstWrong(m); i >= 0 {
		wanted := c.env.wantedAt(m, i)
		return name + " takes " + wanted,
			capitalised(name) + " takes " + wanted + "; " + c.named(given[i]) + " is " + withArticle(plain[i]) + ".",
			conversionRemedy(wanted, plain[i], remedy)
	}
	return name + " does not go with these types", c.operandsInWords(e, plain), remedy
}

func receiverCount(m mismatch) int {
	if m.member {
		return 1
	}
	return 0
}

func countOf(n int) string {
	switch n {
	case 0:
		return "none"
	case 1:
		return "one"
	case 2:
		return "two"
	case 3:
		return "three"
	}
	return "more than three"
}

func conversionRemedy(wanted, given, forms string) string {
	switch {
	case wanted == "a string" && !strings.HasPrefix(given, "list") && !strings.HasPrefix(given, "map") && given != "object" && given != "record":
		return "Convert it with string(…). " + forms
	case wanted == "a date" && given == "string":
		return "Read it with date(…, 'dd/MM/yyyy'). " + forms
	}
	return forms
}
