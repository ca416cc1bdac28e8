package compile

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"passerelle/engine/diag"
	"passerelle/plugins/record"
)

// quote writes a name as the file does. strconv.Quote would write an invisible
// sign as an escape; rendering does that for everything.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `\"`) + `"` }

// quoted lists names in a sentence.
func quoted(names []string, last string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = quote(n)
	}
	if len(out) < 2 {
		return strings.Join(out, "")
	}
	return strings.Join(out[:len(out)-1], ", ") + " " + last + " " + out[len(out)-1]
}

// article is a type in a sentence: a string, an int, an object. What an object
// holds would not fit into one.
func article(t record.Type) string {
	name := t.String()
	switch t.Kind {
	case record.Empty:
		return "a value of any type"
	case record.Object:
		return "an object"
	case record.Int:
		return "an int"
	}
	return "a " + name
}

// typeNamed is the type that a text of a file names; any when it names none.
func typeNamed(text string) record.Type {
	t, _ := record.ParseType(text)
	return t
}

// fewEnough is how many names a person reads rather than searches.
const fewEnough = 12

// suggestion is a sentence that names the nearest candidate, or lists them when
// they are few, or "".
func suggestion(given string, candidates []string) string {
	return suggestionOr(given, candidates, "")
}

// suggestionOr is suggestion, or another sentence where that would be "".
func suggestionOr(given string, candidates []string, otherwise string) string {
	if near := near(given, candidates); near != "" {
		return "Did you mean " + quote(near) + "?"
	}
	switch n := len(candidates); {
	case n == 0 || n > fewEnough:
		return otherwise
	case n == 1:
		return "There is only " + quote(candidates[0]) + "."
	}
	return "There are " + quoted(candidates, "and") + "."
}

// join puts sentences together, leaving out those that are empty.
func join(sentences ...string) string {
	var out []string
	for _, s := range sentences {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// sentence begins with a capital and ends with a full stop. A quoted beginning
// stays as it is.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:] + "."
}

// nearest is "Did you mean …?", or "".
func nearest(given string, candidates []string) string {
	if near := near(given, candidates); near != "" {
		return "Did you mean " + quote(near) + "?"
	}
	return ""
}

// near is the candidate that is spelled most like what was given, else one that is
// a word for the same thing.
func near(given string, candidates []string) string {
	if near := diag.DidYouMean(given, candidates); near != "" {
		return near
	}
	if at := slices.IndexFunc(candidates, func(c string) bool { return sameThing(given, c) }); at >= 0 {
		return candidates[at]
	}
	return ""
}

func line(r diag.Range) string { return strconv.Itoa(r.Start.Line) }
