package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// object is a JSON object whose values stay as they are written.
type object map[string]json.RawMessage

// has reports whether a field is named, and filled whether it has a value.
func (o object) has(name string) bool    { _, there := o[name]; return there }
func (o object) filled(name string) bool { return o.has(name) && !empty(o[name]) }

// at walks into objects; nil where there is nothing.
func at(raw json.RawMessage, path ...string) json.RawMessage {
	for _, name := range path {
		var members object
		if json.Unmarshal(raw, &members) != nil {
			return nil
		}
		raw = members[name]
	}
	return raw
}

// text is a string's or number's text: ids come as either. "" for anything else.
func text(raw json.RawMessage) string {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return ""
	}
	switch raw[0] {
	case '"':
		var s string
		_ = json.Unmarshal(raw, &s) // part of a document already parsed
		return s
	case '{', '[', 'n', 't', 'f':
		return ""
	}
	return string(raw)
}

// empty is what Personio writes where nothing is filled in: null, "" or [].
func empty(raw json.RawMessage) bool {
	return slices.Contains([]string{"", "null", `""`, "[]"}, string(bytes.TrimSpace(raw)))
}

func list(raw json.RawMessage) []json.RawMessage {
	var items []json.RawMessage
	_ = json.Unmarshal(raw, &items) // anything else is none
	return items
}

func quote(s string) json.RawMessage {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a string always encodes
	return bytes.TrimSpace(b.Bytes())
}

var null = json.RawMessage("null")

// orNull turns what stands for empty into null.
func orNull(raw json.RawMessage) json.RawMessage {
	if empty(raw) {
		return null
	}
	return raw
}

// member is one member of a record, in the order in which it is written.
type member struct {
	name  string
	value json.RawMessage
}

func encode(members []member) json.RawMessage {
	out := []byte{'{'}
	for _, m := range members {
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(out, quote(m.name)...), ':'), m.value...)
	}
	return append(out, '}')
}

// day is the civil date that a date-time begins with.
func day(raw json.RawMessage) json.RawMessage {
	s := text(raw)
	if len(s) < len("2006-01-02") {
		return null
	}
	return quote(s[:len("2006-01-02")])
}

func upper(raw json.RawMessage) json.RawMessage {
	if s := text(raw); s != "" {
		return quote(strings.ToUpper(s))
	}
	return null
}
