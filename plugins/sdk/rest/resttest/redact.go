package resttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// redactor replaces every value that isn't to be kept. One that it has seen
// before gets the same replacement.
type redactor struct {
	keep  []string
	texts map[string]string
	same  string // in the place of everything, where only the form counts
}

func newRedactor(keep []string) *redactor {
	return &redactor{keep: keep, texts: map[string]string{}}
}

// json redacts a body. One that is no JSON is not kept at all.
func (r *redactor) json(body []byte) json.RawMessage {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	var value any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if decoder.Decode(&value) != nil {
		return json.RawMessage(`"(this was no JSON, and is not kept)"`)
	}
	out, err := json.Marshal(r.value(value, false))
	if err != nil {
		return nil
	}
	return out
}

// value redacts one value; kept says that the member it belongs to is kept.
func (r *redactor) value(value any, kept bool) any {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range maps.Clone(v) {
			delete(v, name)
			v[r.name(name)] = r.value(member, slices.Contains(r.keep, name))
		}
		return v
	case []any:
		for i := range v {
			v[i] = r.value(v[i], kept)
		}
		return v
	case string:
		if kept || v == "" {
			return v
		}
		return r.text(v)
	case json.Number:
		if kept {
			return v
		}
		if r.same != "" {
			return r.same
		}
		return json.Number(r.text(v.String()))
	}
	return value // true, false and null are no one's
}

// name is that of a member, unless an id or an address stands in its place.
func (r *redactor) name(name string) string {
	if !slices.Contains(r.keep, name) && isID(name) {
		return r.text(name)
	}
	return name
}

func isID(text string) bool {
	return number.MatchString(text) || uuid.MatchString(text) || strings.Contains(text, "@")
}

var (
	number  = regexp.MustCompile(`^-?\d+$`)
	decimal = regexp.MustCompile(`^-?\d+\.\d+$`)
	day     = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}`)
	uuid    = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-`)
)

// text gives the replacement of a text or a number: another of the same kind.
func (r *redactor) text(original string) string {
	if r.same != "" {
		return r.same
	}
	if replaced, ok := r.texts[original]; ok {
		return replaced
	}
	n := len(r.texts) + 1
	replaced := fmt.Sprintf("text-%d", n)
	switch {
	case number.MatchString(original):
		replaced = fmt.Sprint(1000 + n)
	case decimal.MatchString(original):
		replaced = fmt.Sprintf("%d.5", 1000+n)
	case uuid.MatchString(original):
		replaced = fmt.Sprintf("00000000-0000-4000-8000-%012d", n)
	case day.MatchString(original):
		replaced = fmt.Sprintf("20%02d-%02d-%02d", n%30, n%12+1, n%28+1) + original[10:]
		if len(original) > 10 {
			replaced = replaced[:10] + "T00:00:00"
		}
	case strings.HasPrefix(original, "http://"), strings.HasPrefix(original, "https://"):
		replaced = fmt.Sprintf("https://api.example.com/%d", n)
	case strings.Contains(original, "@"):
		replaced = fmt.Sprintf("person-%d@example.com", n)
	}
	r.texts[original] = replaced
	return replaced
}

// address redacts what a path and a query hold of values: parameters that aren't
// kept, and parts of the path that were seen as a value, or look like an id.
func (r *redactor) address(path string) string {
	before, query, asked := strings.Cut(path, "?")
	parts := strings.Split(before, "/")
	for i, part := range parts {
		plain, err := url.PathUnescape(part)
		if err != nil {
			plain = part
		}
		_, seen := r.texts[plain]
		if seen || isID(plain) {
			parts[i] = url.PathEscape(r.text(plain))
		}
	}
	before = strings.Join(parts, "/")
	if !asked {
		return before
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return before
	}
	for name, list := range values {
		for i, value := range list {
			if !slices.Contains(r.keep, name) && value != "" {
				list[i] = r.text(value)
			}
		}
	}
	return before + "?" + values.Encode()
}
