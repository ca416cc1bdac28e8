package expr

import (
	"cmp"
	"slices"
)

// Functions describes every function of the language, by name.
func (e *Env) Functions() []FunctionDoc {
	var docs []FunctionDoc
	for _, f := range e.functions {
		if f.hidden {
			continue
		}
		d := FunctionDoc{Name: f.name, Doc: f.doc, Examples: f.examples}
		for _, o := range f.overloads {
			d.Signatures = append(d.Signatures, o.signature(e.provider))
		}
		for _, more := range celFunctions() {
			if more.Name == f.name {
				d.Signatures = append(d.Signatures, more.Signatures...)
			}
		}
		docs = append(docs, d)
	}
	for _, d := range celFunctions() {
		if d.Doc != "" {
			docs = append(docs, d)
		}
	}
	slices.SortFunc(docs, func(a, b FunctionDoc) int { return cmp.Compare(a.Name, b.Name) })
	return docs
}

// celFunctions are those that CEL brings. Without Doc: more ways to call a
// function of ours.
func celFunctions() []FunctionDoc {
	return []FunctionDoc{
		{Name: "string", Signatures: []string{"string(int) string", "string(double) string", "string(bool) string", "string(timestamp) string"}},
		{Name: "int", Signatures: []string{"int(string) int", "int(double) int", "int(timestamp) int"}},
		{Name: "double", Signatures: []string{"double(string) double", "double(int) double"}},
		{Name: "bool", Signatures: []string{"bool(string) bool"}, Doc: "True or false, from the text 'true' or 'false'.",
			Examples: []Example{{"bool('true')", "true"}, {"bool('oui')", "failure bad-bool"}}},
		{Name: "contains", Signatures: []string{"string.contains(part string) bool"}, Doc: "True when the text holds part.",
			Examples: []Example{{"'Lyon 3'.contains('Lyon')", "true"}}},
		{Name: "startsWith", Signatures: []string{"string.startsWith(start string) bool"}, Doc: "True when the text begins with start.",
			Examples: []Example{{"'FR76'.startsWith('FR')", "true"}}},
		{Name: "endsWith", Signatures: []string{"string.endsWith(end string) bool"}, Doc: "True when the text ends with end.",
			Examples: []Example{{"'zoe@example.org'.endsWith('@example.org')", "true"}}},
		{Name: "matches", Signatures: []string{"string.matches(pattern string) bool"}, Doc: "True when the pattern, a regular expression as RE2 has it, is found in the text. The pattern is a constant.",
			Examples: []Example{{"'69003'.matches('^[0-9]{5}$')", "true"}}},
		{Name: "size", Signatures: []string{"size(string) int", "size(list) int", "size(map) int"}, Doc: "The number of characters of a text, or of elements of a list or map.",
			Examples: []Example{{"size('Zoé')", "3"}, {"size(['a', 'b'])", "2"}}},
		{Name: "has", Signatures: []string{"has(source.field) bool"}, Doc: "True when a field is filled; filled takes more than fields.",
			Examples: []Example{{"has({'a': 1}.a)", "true"}}},
		{Name: "all", Signatures: []string{"list.all(x, condition) bool"}, Doc: "True when the condition holds for every element, named x in it.",
			Examples: []Example{{"['a', 'b'].all(x, filled(x))", "true"}, {"['a', ''].all(x, filled(x))", "false"}}},
		{Name: "exists", Signatures: []string{"list.exists(x, condition) bool"}, Doc: "True when the condition holds for an element, named x in it.",
			Examples: []Example{{"[1, 2].exists(x, x > 1)", "true"}}},
		{Name: "exists_one", Signatures: []string{"list.exists_one(x, condition) bool"}, Doc: "True when the condition holds for exactly one element, named x in it.",
			Examples: []Example{{"[1, 2, 3].exists_one(x, x > 1)", "false"}}},
		{Name: "filter", Signatures: []string{"list.filter(x, condition) list"}, Doc: "The elements, each named x in turn, for which the condition holds.",
			Examples: []Example{{"['a', ''].filter(x, filled(x))", `["a"]`}}},
		{Name: "map", Signatures: []string{"list.map(x, expression) list"}, Doc: "What the expression gives for every element, named x in it. Empty results keep their place.",
			Examples: []Example{{"['a', '', 'b'].map(x, x.upper())", `["A", empty, "B"]`}}},
		{Name: "timestamp", Signatures: []string{"timestamp(string) timestamp"}, Doc: "A moment, from a text such as 2026-09-01T08:00:00+02:00. A day without an hour is a date.",
			Examples: []Example{{"timestamp('2026-09-01T08:00:00+02:00') < timestamp('2026-09-01T07:00:00Z')", "true"}}},
		{Name: "duration", Signatures: []string{"duration(string) duration"}, Doc: "A length of time between moments, from a text such as 36h.",
			Examples: []Example{{"timestamp('2026-09-01T08:00:00Z') - timestamp('2026-09-01T07:00:00Z') == duration('1h')", "true"}}},
	}
}
