package expr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
)

// plainType writes a type that the checker named as the language does.
func plainType(name string) string {
	for _, wrap := range []string{"list", "map", "type", "wrapper", "optional_type"} {
		inner, ok := strings.CutPrefix(name, wrap+"(")
		if !ok {
			continue
		}
		parts := splitTypes(strings.TrimSuffix(inner, ")"))
		if len(parts) == 0 {
			return "value of another kind"
		}
		elem := plainType(parts[len(parts)-1])
		switch {
		case wrap == "type":
			return "name of a type"
		case wrap == "wrapper" || wrap == "optional_type":
			return elem
		case elem == "any":
			return wrap
		}
		return wrap + "(" + elem + ")"
	}
	switch name {
	case "string", "int", "double", "bool":
		return name
	case "@date", "@decimal", "@choice":
		return name[1:]
	case "timestamp", "google.protobuf.Timestamp":
		return "timestamp"
	case "duration", "google.protobuf.Duration":
		return "duration"
	case "uint":
		return "unsigned int"
	case "bytes":
		return "text of bytes"
	case "null":
		return "empty value"
	}
	switch {
	case strings.HasPrefix(name, "@source:"):
		return "record"
	case strings.HasPrefix(name, "@"):
		return "object"
	}
	return "any"
}

// withArticle writes "a string", "an int", "a list(date)".
func withArticle(typ string) string {
	switch {
	case typ == "any":
		return "a value of any type"
	case strings.ContainsRune("aeiou", rune(typ[0])):
		return "an " + typ
	}
	return "a " + typ
}

// named says what an expression is, for the middle of a sentence: `person.age`,
// the result of `upper`, a text.
func (c *compilation) named(e ast.Expr) string {
	switch e.Kind() {
	case ast.IdentKind, ast.SelectKind:
		if path, ok := pathOf(e); ok {
			return "`" + path + "`"
		}
		return "this part"
	case ast.CallKind:
		if name := e.AsCall().FunctionName(); !isOperator(name) {
			return "the result of `" + name + "`"
		}
		return "this part"
	case ast.LiteralKind:
		return "this constant"
	case ast.ListKind:
		return "this list"
	case ast.ComprehensionKind:
		return "the result of this loop"
	}
	return "this part"
}

func pathOf(e ast.Expr) (string, bool) {
	switch e.Kind() {
	case ast.IdentKind:
		return e.AsIdent(), true
	case ast.SelectKind:
		base, ok := pathOf(e.AsSelect().Operand())
		return base + "." + e.AsSelect().FieldName(), ok
	}
	return "", false
}

func isOperator(function string) bool {
	_, ok := operators.FindReverse(function)
	return ok || strings.HasPrefix(function, "@") || strings.HasPrefix(function, "_") || strings.HasPrefix(function, "!")
}

// inWords writes names as "`a`, `b` and `c`", at most twenty of them.
func inWords(names []string) string {
	const most = 20
	marked := make([]string, 0, len(names))
	for _, n := range names {
		marked = append(marked, "`"+n+"`")
	}
	if more := len(marked) - most; more > 0 {
		marked = append(slices.Clip(marked[:most]), fmt.Sprintf("%d more", more))
	}
	if len(marked) < 2 {
		return strings.Join(marked, "")
	}
	last := len(marked) - 1
	return strings.Join(marked[:last], ", ") + " and " + marked[last]
}

func capitalised(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// quoted is the first text in single quotes, lastQuoted the last.
func quoted(message string) string {
	_, rest, _ := strings.Cut(message, "'")
	word, _, _ := strings.Cut(rest, "'")
	return word
}

func lastQuoted(message string) string {
	message = strings.TrimSuffix(message, "'")
	return message[strings.LastIndex(message, "'")+1:]
}
