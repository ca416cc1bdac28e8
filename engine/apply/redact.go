package apply

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sentValue is one value that was sent, and the name of its field.
type sentValue struct{ text, field string }

// redact replaces in a target's answer every value of the record that was sent
// by the name of its field: ‹email›. A value is found whatever its case, and as
// JSON and URLs write it. One of three characters or fewer is replaced only
// where it stands alone, or nothing could be read any more. What the answer says
// of other people can't be known here: connectors don't quote answers.
func redact(text string, body []byte) string {
	if text == "" || len(body) == 0 {
		return text
	}
	for _, v := range sentValues(body) {
		text = replace(text, v.text, "‹"+v.field+"›")
	}
	return text
}

// sentValues are the values of a body, longest first: one may be part of another.
func sentValues(body []byte) []sentValue {
	var root any
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.UseNumber()
	if decoder.Decode(&root) != nil {
		return nil
	}
	var out []sentValue
	add := func(text, field string) {
		if text = strings.TrimSpace(text); text != "" {
			out = append(out, sentValue{text, field})
		}
	}
	var walk func(v any, field string)
	walk = func(v any, field string) {
		switch v := v.(type) {
		case string:
			add(v, field)
			quoted, _ := json.Marshal(v)
			add(string(quoted[1:len(quoted)-1]), field)
			add(url.QueryEscape(v), field)
			add(url.PathEscape(v), field)
		case json.Number:
			add(v.String(), field)
		case []any:
			for _, e := range v {
				walk(e, field)
			}
		case map[string]any:
			for name, e := range v {
				walk(e, strings.TrimPrefix(field+"."+name, "."))
			}
		}
	}
	walk(root, "")
	slices.SortFunc(out, func(a, b sentValue) int {
		if len(a.text) != len(b.text) {
			return len(b.text) - len(a.text)
		}
		return strings.Compare(a.text+a.field, b.text+b.field)
	})
	return slices.Compact(out)
}

// shortest is how many characters a value has that is replaced inside a word,
// too.
const shortest = 4

func replace(text, value, with string) string {
	alone := utf8.RuneCountInString(value) < shortest
	var out strings.Builder
	var before rune
	for i := 0; i < len(text); {
		if strings.HasPrefix(text[i:], "‹") { // what was replaced already stays
			if end := strings.Index(text[i:], "›"); end > 0 {
				end += i + len("›")
				out.WriteString(text[i:end])
				before, i = '›', end
				continue
			}
		}
		if n := matches(text[i:], value); n > 0 && !(alone && (isWord(before) || isWord(first(text[i+n:])))) {
			out.WriteString(with)
			before, i = '›', i+n
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		out.WriteString(text[i : i+size])
		before, i = r, i+size
	}
	return out.String()
}

// matches is how many bytes of text are value, whatever the case; 0 when it
// doesn't begin with it.
func matches(text, value string) int {
	n := 0
	for _, want := range value {
		got, size := utf8.DecodeRuneInString(text[n:])
		if size == 0 || unicode.ToLower(got) != unicode.ToLower(want) {
			return 0
		}
		n += size
	}
	return n
}

func first(text string) rune {
	r, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return 0
	}
	return r
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
