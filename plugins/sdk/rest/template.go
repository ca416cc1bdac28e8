package rest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"sort"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// placeholder is {id} or {field}; a field's name may hold spaces and accents.
var placeholder = regexp.MustCompile(`\{[^{}]+\}`)

// values are what placeholders stand for: the record's members, and id.
type values struct {
	id      string
	key     string // of a look-up
	record  json.RawMessage
	empties empties
	cleared map[string]bool // fields that were emptied
	partial bool            // the record holds nothing but what changed
}

func (v values) get(name string) (json.RawMessage, bool) {
	if name == "id" && v.id != "" {
		return quote(v.id), true
	}
	if name == "key" && v.key != "" {
		return quote(v.key), true
	}
	return lookUp(v.record, name)
}

// missing is about the declaration, so it names the field and never a value.
func missing(name, where string) *sdk.Error {
	return &sdk.Error{
		Code:    "missing-field",
		Summary: fmt.Sprintf("the %s needs %q, which is empty or not sent", where, name),
		Remedy:  fmt.Sprintf("map %q and require it, or take {%s} out of the endpoint", name, name),
		Retry:   protocol.Retry_RETRY_AFTER_FIX,
	}
}

// fillText puts scalars into a text, each through escape. An empty one is an
// error: /users/ is another address than /users/7.
func fillText(text, where string, v values, escape func(string) string) (string, *sdk.Error) {
	var failed *sdk.Error
	filled := placeholder.ReplaceAllStringFunc(text, func(match string) string {
		name := match[1 : len(match)-1]
		value, _ := v.get(name)
		s, ok := scalar(value)
		if !ok && failed == nil {
			failed = missing(name, where)
		}
		return escape(s)
	})
	return filled, failed
}

// fillPath escapes each value as one segment. "." and ".." can't be escaped and
// would lead elsewhere.
func fillPath(path string, v values) (string, *sdk.Error) {
	dots := false
	filled, err := fillText(path, "path", v, func(s string) string {
		dots = dots || s == "." || s == ".."
		return url.PathEscape(s)
	})
	if err == nil && dots {
		return "", &sdk.Error{Code: "bad-path", Summary: "a value in the endpoint's path is only dots",
			Detail: "such a path leads to another address", Remedy: "mend the record, or use another field in the path", Retry: protocol.Retry_RETRY_AFTER_FIX}
	}
	return filled, err
}

func fillQuery(query map[string]string, v values) (url.Values, *sdk.Error) {
	out := url.Values{}
	for _, name := range sortedKeys(query) {
		value, err := fillText(query[name], "query", v, func(s string) string { return s })
		if err != nil {
			return nil, err
		}
		out.Set(name, value)
	}
	return out, nil
}

func fillHeaders(headers map[string]string, v values) (map[string][]string, *sdk.Error) {
	out := map[string][]string{}
	for _, name := range sortedKeys(headers) {
		value, err := fillText(headers[name], "header", v, func(s string) string { return s })
		if err != nil {
			return nil, err
		}
		out[name] = []string{value}
	}
	return out, nil
}

// fillBody fills a JSON template. A string that is one placeholder becomes the
// value with its type. One that stands for an empty field is written as the
// endpoint wants empty fields, or left out: members and elements alike. Inside a
// longer string only a scalar makes sense, and it must be there.
func fillBody(template []byte, v values) ([]byte, *sdk.Error) {
	filled, keep, complaint := fillValue(bytes.TrimSpace(template), v)
	if complaint == nil && !keep {
		return []byte("null"), nil
	}
	return filled, complaint
}

func fillValue(template []byte, v values) (filled []byte, keep bool, _ *sdk.Error) {
	switch {
	case len(template) == 0:
		return template, true, nil
	case template[0] == '{':
		return fillObject(template, v)
	case template[0] == '[':
		return fillList(template, v)
	case template[0] == '"':
		var text string
		if json.Unmarshal(template, &text) != nil {
			return nil, false, badTemplate()
		}
		return fillBodyText(text, v)
	}
	return template, true, nil
}

func fillObject(template []byte, v values) ([]byte, bool, *sdk.Error) {
	o, err := parseObject(template)
	if err != nil {
		return nil, false, badTemplate()
	}
	out := object{values: map[string]json.RawMessage{}}
	for _, name := range o.names {
		filled, keep, complaint := fillValue(bytes.TrimSpace(o.values[name]), v)
		if complaint != nil {
			return nil, false, complaint
		}
		if keep {
			out.set(name, filled)
		}
	}
	return out.encode(), true, nil
}

func fillList(template []byte, v values) ([]byte, bool, *sdk.Error) {
	var items, out []json.RawMessage
	if json.Unmarshal(template, &items) != nil {
		return nil, false, badTemplate()
	}
	for _, item := range items {
		filled, keep, complaint := fillValue(bytes.TrimSpace(item), v)
		if complaint != nil {
			return nil, false, complaint
		}
		if keep {
			out = append(out, filled)
		}
	}
	return encodeList(out), true, nil
}

func fillBodyText(text string, v values) ([]byte, bool, *sdk.Error) {
	if whole := placeholder.FindString(text); whole == text && whole != "" {
		return v.inBody(text[1 : len(text)-1])
	}
	filled, err := fillText(text, "body", v, func(s string) string { return s })
	if err != nil {
		return nil, false, err
	}
	return quote(filled), true, nil
}

// inBody is what a placeholder that is a whole value becomes. An empty field that
// was not cleared is left out; one that merely isn't there, because the engine
// sends nothing but changes, is an error: a body that replaces the record would
// empty it.
func (v values) inBody(name string) (value []byte, keep bool, _ *sdk.Error) {
	raw, there := v.get(name)
	switch {
	case there && !isNull(raw):
		return raw, true, nil
	case there || v.cleared[name]:
		value, keep = v.empties.of(name)
		return value, keep, nil
	case v.empties.known(name) && !v.partial:
		return nil, false, nil
	}
	return nil, false, missing(name, "body")
}

func encodeList(items []json.RawMessage) []byte {
	out := []byte{'['}
	for i, item := range items {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, item...)
	}
	return append(out, ']')
}

func badTemplate() *sdk.Error {
	return &sdk.Error{Code: "bad-body", Summary: "the endpoint's body is not JSON",
		Remedy: "write the body as an object, like { active = false }", Retry: protocol.Retry_RETRY_AFTER_FIX}
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
