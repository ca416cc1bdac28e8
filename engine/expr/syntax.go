package expr

import (
	"strings"

	"github.com/google/cel-go/common"
)

// syntaxProblem puts the parser's first complaint into our words. The others
// are mostly its consequences.
func (c *compilation) syntaxProblem(issue *common.Error) Problem {
	runes := []rune(c.text)
	at := offsetOf(runes, issue.Location.Line(), issue.Location.Column())
	start, end := written(runes).word(at)
	p := Problem{Code: "cel-syntax", Start: start, End: end}
	message := issue.Message
	switch {
	case strings.TrimSpace(c.text) == "":
		p.Start, p.End = 0, len(runes)
		p.Summary, p.Detail = "The expression is empty", "An expression says where a value comes from."
		p.Remedy = "Write a field, such as source.field, or remove the line."
	case strings.HasPrefix(message, "reserved identifier: "):
		word := strings.TrimPrefix(message, "reserved identifier: ")
		p.Summary, p.Detail = "`"+word+"` is a word that expressions keep for themselves", "It cannot name anything."
		p.Remedy = "Use another name; an input is written input.name."
	case strings.Contains(message, "recursion") || strings.Contains(message, "exceeds limit") || strings.Contains(message, "exceeded"):
		return tooComplex("Its parts stand in each other more deeply, or are more, than an expression may have.", len(runes))
	case strings.HasPrefix(message, "unsupported syntax"):
		p.Summary, p.Detail = "This form is no part of the language", "Optional fields need no mark: an empty value passes through."
		p.Remedy = "Write a plain dot, and orValue(…) for what stands in for an empty value."
	case strings.Contains(message, "argument is not an identifier") || strings.Contains(message, "must be a simple name"):
		p.Summary, p.Detail = "A loop needs the name of its variable first", "`all`, `exists`, `map` and `filter` take a name, then what is done with it."
		p.Remedy = "Write, for example, list.map(x, x.upper())."
	case strings.HasPrefix(message, "invalid argument to has() macro"):
		p.Summary, p.Detail = "`has` asks for a field", "Its argument must be a field, such as person.site."
		p.Remedy = "Write has(source.field), or filled(…), which takes anything."
	case strings.HasPrefix(message, "invalid ") && strings.HasSuffix(message, "literal"):
		p.Summary, p.Detail = "This constant is not valid", "A number is too large, or written in a way that has no meaning."
		p.Remedy = "Numbers have 64 bits; longer ones are texts, for decimal('…')."
	default:
		c.brokenSyntax(&p, runes, message, at)
	}
	return p
}

// brokenSyntax is about text that the grammar does not hold.
func (c *compilation) brokenSyntax(p *Problem, runes []rune, message string, at int) {
	atEnd := at >= len(runes)
	switch {
	case strings.Contains(message, "token recognition error") && !atEnd && (runes[at] == '\'' || runes[at] == '"'):
		p.End = len(runes)
		p.Summary = "This text is not closed, or holds a `\\` that means nothing"
		p.Detail = "A text begins and ends with the same quote; in it, \\ may stand before a quote, \\, n, r or t."
		p.Remedy = "Close the quote, or write \\\\ for one \\."
	case !atEnd && runes[at] == '=':
		p.Summary, p.Detail, p.Remedy = "`=` is no comparison", "Two values are compared with two signs.", "Write `==`."
	case strings.Contains(message, "token recognition error"):
		p.Summary, p.Detail = "This character means nothing in an expression", "Only names, numbers, texts in quotes and operators stand in one."
		p.Remedy = "Remove it; if it belongs to a text, put the text in quotes."
	case atEnd:
		// What is missing belongs behind the last token.
		start := len(runes)
		for start > 0 && isNameRune(runes[start-1]) {
			start--
		}
		if start == len(runes) {
			start = max(0, start-1)
		}
		p.Start, p.End = start, len(runes)
		p.Summary, p.Detail = "The expression ends too early", "Something is missing after this: a value, or a closing parenthesis or bracket."
		p.Remedy = "Complete the expression."
		if strings.Contains(message, "missing ')'") {
			p.Detail = "A parenthesis is not closed."
			p.Remedy = "Add `)`."
		}
	default:
		p.Summary, p.Detail = "This does not belong here", "The expression makes sense up to this point; then comes something else than an operator, a dot or its end."
		p.Remedy = "Remove it, or join the parts with an operator such as + or &&. A text stands in quotes."
	}
}

// offsetOf turns a line (from 1) and a column (from 0, in runes) into an offset.
func offsetOf(runes []rune, line, column int) int {
	at := 0
	for i := 0; i < len(runes) && line > 1; i++ {
		if runes[i] == '\n' {
			line--
			at = i + 1
		}
	}
	return min(max(at+column, 0), len(runes))
}
