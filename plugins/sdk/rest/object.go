package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// object is a JSON object whose members keep their order and their bytes.
type object struct {
	names  []string
	values map[string]json.RawMessage
}

var errNoObject = errors.New("not a JSON object")

func parseObject(data []byte) (object, error) {
	o := object{values: map[string]json.RawMessage{}}
	decoder := json.NewDecoder(bytes.NewReader(data))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return o, errNoObject
	}
	for decoder.More() {
		token, err := decoder.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return o, errNoObject
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return o, errNoObject
		}
		o.set(name, value)
	}
	if _, err := decoder.Token(); err != nil {
		return o, errNoObject
	}
	return o, nil
}

func (o *object) set(name string, value json.RawMessage) {
	if _, there := o.values[name]; !there {
		o.names = append(o.names, name)
	}
	o.values[name] = value
}

// only is a new object of those members that keep accepts.
func (o object) only(keep func(name string) bool) object {
	out := object{values: map[string]json.RawMessage{}}
	for _, name := range o.names {
		if keep(name) {
			out.set(name, o.values[name])
		}
	}
	return out
}

func (o object) encode() []byte {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, name := range o.names {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(quote(name))
		b.WriteByte(':')
		b.Write(o.values[name])
	}
	b.WriteByte('}')
	return b.Bytes()
}

// lookUp finds a member: by its whole name first, so that a name may hold a dot,
// then down a dotted path.
func lookUp(data json.RawMessage, path string) (json.RawMessage, bool) {
	if path == "" {
		return data, true
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil {
		return nil, false
	}
	if value, ok := members[path]; ok {
		return value, true
	}
	for at := strings.IndexByte(path, '.'); at > 0; {
		if inner, ok := members[path[:at]]; ok {
			return lookUp(inner, path[at+1:])
		}
		next := strings.IndexByte(path[at+1:], '.')
		if next < 0 {
			break
		}
		at += 1 + next
	}
	return nil, false
}

// scalar is the text of a string, number or bool. ok is false for null, "" and
// anything else.
func scalar(value json.RawMessage) (text string, ok bool) {
	value = bytes.TrimSpace(value)
	if len(value) == 0 {
		return "", false
	}
	switch value[0] {
	case '"':
		if json.Unmarshal(value, &text) != nil {
			return "", false
		}
		return text, text != ""
	case '{', '[', 'n':
		return "", false
	}
	return string(value), true
}

// quote encodes a string without the escapes that are for HTML.
func quote(s string) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a string always encodes
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func isNull(value json.RawMessage) bool { return string(bytes.TrimSpace(value)) == "null" }
