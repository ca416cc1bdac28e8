package reference

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"passerelle/engine/expr"
)

// Functions is the page of the functions that expressions may call.
func Functions() (string, error) {
	env, err := expr.New(expr.Options{Zone: time.UTC})
	if err != nil {
		return "", err
	}
	docs := env.Functions()
	var b strings.Builder
	b.WriteString(heading("Functions", `What an expression may call, in version 1 of the language. An empty value, which
null, a missing field and "" are alike, goes through every function as empty, but for filled,
empty, coalesce, orValue and past. A failure holds the record back, with its code; what would
fail for every record is refused before anything runs. Every example here is a test.`))
	for _, kind := range kinds {
		var links []string
		for _, d := range docs {
			if kindOf(d) == kind {
				links = append(links, fmt.Sprintf("[%s](#%s)", d.Name, strings.ToLower(d.Name)))
			}
		}
		if len(links) > 0 {
			fmt.Fprintf(&b, "\n*%s:* %s\n", kind, strings.Join(links, ", "))
		}
	}
	for _, d := range docs {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n```\n%s\n```\n\n", d.Name, d.Doc, strings.Join(d.Signatures, "\n"))
		b.WriteString("| example | gives |\n|---|---|\n")
		for _, x := range d.Examples {
			fmt.Fprintf(&b, "| %s | %s |\n", cell(x.Expression), cell(x.Result))
		}
	}
	return b.String(), nil
}

var kinds = []string{"On texts", "On dates and moments", "On numbers", "On true and false", "On lists", "On any value", "Of their own"}

// kindOf sorts a function by what it is called on first.
func kindOf(d expr.FunctionDoc) string {
	receiver, _, member := strings.Cut(d.Signatures[0], "."+d.Name+"(")
	switch {
	case !member:
		return "Of their own"
	case receiver == "string":
		return "On texts"
	case receiver == "bool":
		return "On true and false"
	case slices.Contains([]string{"date", "timestamp"}, receiver):
		return "On dates and moments"
	case slices.Contains([]string{"int", "double", "decimal"}, receiver):
		return "On numbers"
	case strings.HasPrefix(receiver, "list"):
		return "On lists"
	}
	return "On any value"
}

// cell quotes code for a table, whose columns a bar would part.
func cell(code string) string { return "`" + strings.ReplaceAll(code, "|", `\|`) + "`" }
