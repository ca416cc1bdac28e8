package reference

import (
	"fmt"
	"strings"

	"passerelle/engine/lang"
)

// Language is the page of the words of mapping files.
func Language() string {
	var b strings.Builder
	b.WriteString(heading("Language", `Every word of a mapping file, version 1. A word that is not here is an error, but
in connection, source and target, where it is a setting of the connector. *Later* marks a word
that belongs to the language and that this version refuses rather than ignore.

The same words are read from *.hcl.json, HCL's form in JSON.`))
	b.WriteString(languagePrimer)
	for _, block := range lang.Vocabulary() {
		fmt.Fprintf(&b, "\n## %s\n\n", block.Block)
		if block.About != "" {
			fmt.Fprintf(&b, "%s\n\n", block.About)
		}
		b.WriteString("| word | |\n|---|---|\n")
		for _, w := range block.Words {
			fmt.Fprintf(&b, "| %s | %s |\n", cell(written(w)), about(w))
		}
		if block.Settings {
			b.WriteString("| *others* | Settings of the connector: see its own documentation. |\n")
		}
	}
	return b.String()
}

func written(w lang.WordDoc) string {
	switch {
	case w.Later:
		return w.Word
	case w.Block:
		return w.Word + strings.Repeat(` "name"`, w.Names) + " { … }"
	}
	return w.Word + " = …"
}

func about(w lang.WordDoc) string {
	text := strings.ReplaceAll(w.About, "|", `\|`)
	if w.Later {
		return "*Later.* " + text
	}
	return text
}

const languagePrimer = `
## Expressions

These are CEL: map, where, when, that, shown_as, the right side of on, from and to of window, in
and id of each, value of transform. In map a quoted text is always an expression, inside lists
and objects too; a constant is a bare value (true, 12) or text("…"). input.x and local.x are the
same words in HCL and in CEL. Nothing is interpolated. [Functions](functions.md) lists what an
expression may call; engine eval tries one out.

## Types

| type | holds |
|---|---|
| ` + "`string`" + ` | a text |
| ` + "`int`" + ` | a whole number of 64 bits |
| ` + "`double`" + ` | a floating-point number |
| ` + "`decimal`" + ` | an exact number: money |
| ` + "`bool`" + ` | true or false |
| ` + "`date`" + ` | a day, without hour or zone |
| ` + "`timestamp`" + ` | a moment |
| ` + "`choice`" + ` | an entry of a list: .code and .label |
| ` + "`list(T)`" + ` | several |
| ` + "`map(T)`" + ` | values by name, all of one type |
| ` + "`object({ a = T, … })`" + ` | named values, each of its own type |

A value becomes another type only without loss: a number and its text in digits; a date takes
the day of an ISO date-time as it is written there. Everything else is converted in an
expression. What does not become its declared type holds the record.

## Empty

Null, a missing field and "" are one: empty; [] is a value. Empty passes through copies,
operators and functions as empty. In map it is left out on create; on update a field that was
sent before is cleared. A required field holds the record. A condition without an answer holds
the record too, and is never taken as false.
`
