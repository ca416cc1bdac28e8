package main

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// extended reduces the custom fields to the declared codes, each as its value or
// the list of its values. Lucca sends a value bare, as {id, value}, or as a list
// of those for several rows; the id there is the row's and means nothing outside.
//
// nil: there are none (no right on the section, or nothing filled in).
func (d *decoder) extended(raw json.RawMessage) (json.RawMessage, *sdk.Error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil || members == nil {
		return nil, nil
	}
	d.note(members)
	n, values := &node{}, map[string]json.RawMessage{}
	for _, code := range d.sections {
		value, _ := member(members, code)
		if value == nil {
			continue
		}
		shaped, complaint := d.custom(code, value)
		if complaint != nil {
			return nil, complaint
		}
		n.children = append(n.children, &node{name: code})
		values[code] = shaped
	}
	return encode(n, values, nil), nil
}

// note remembers, for a check, what the key may see without any mapping asking.
func (d *decoder) note(members map[string]json.RawMessage) {
	if d.others == nil {
		return
	}
	for code := range members {
		if !slices.ContainsFunc(d.sections, func(declared string) bool { return strings.EqualFold(declared, code) }) {
			d.others[code] = true
		}
	}
}

// custom gives a field's value the form that its definition says: a list where it
// may have several rows, though Lucca sends a single one bare; one value where it
// may not. Where the definitions can't be read it stays as it came.
func (d *decoder) custom(code string, raw json.RawMessage) (json.RawMessage, *sdk.Error) {
	if raw[0] != '[' {
		value, complaint := d.choices.resolve(code, bare(raw))
		if complaint == nil && !isNull(value) && d.choices.multiple(code) == several {
			value = list([]json.RawMessage{value})
		}
		return value, complaint
	}
	var rows []json.RawMessage
	if json.Unmarshal(raw, &rows) != nil {
		return nil, badAnswer("a custom field can't be read")
	}
	for i, row := range rows {
		value, complaint := d.choices.resolve(code, bare(row))
		if complaint != nil {
			return nil, complaint
		}
		rows[i] = value
	}
	if len(rows) == 1 && d.choices.multiple(code) == single {
		return rows[0], nil
	}
	return list(rows), nil
}

// bare takes the value out of {id, value}. An object with anything else in it is
// a value itself.
func bare(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 || raw[0] != '{' {
		return raw
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return raw
	}
	value, _ := member(members, "value")
	_, identified := members["id"]
	if value != nil && (len(members) == 1 || (len(members) == 2 && identified)) {
		return value
	}
	return raw
}

// resolve turns an entry's id into {code, label}.
func (c *choices) resolve(code string, raw json.RawMessage) (json.RawMessage, *sdk.Error) {
	if c == nil || isNull(raw) || !c.mayBeEntry(code) {
		return raw, nil
	}
	if c.refused != nil {
		if _, err := strconv.ParseInt(text(raw), 10, 64); err == nil && raw[0] != '"' {
			return nil, c.unreadable(code)
		}
		return raw, nil
	}
	entries, isChoice := c.entries[strings.ToLower(code)]
	if !isChoice {
		return raw, nil
	}
	id, label := text(raw), ""
	if raw[0] == '{' {
		id, label = entryOf(raw)
	}
	if known, ok := entries[id]; ok {
		label = known
	}
	if id == "" || label == "" {
		// Neither a number nor nothing may stand for an entry that is not listed:
		// the engine finds this unusable and holds the one person back.
		return json.RawMessage(`{"unlisted":true}`), nil
	}
	return json.RawMessage(`{"code":` + string(quote(id)) + `,"label":` + string(quote(label)) + `}`), nil
}

func entryOf(raw json.RawMessage) (id, label string) {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return "", ""
	}
	idRaw, _ := member(members, "id")
	name, _ := member(members, "name")
	return text(idRaw), text(name)
}

func (c *choices) unreadable(code string) *sdk.Error {
	return &sdk.Error{
		Code:    "choices-unreadable",
		Summary: "Lucca: the lists of the employee file can't be read",
		Detail:  code + " holds numbers, which may be entries of a list, and their labels were refused: " + c.refused.Summary,
		Remedy:  "give the key the right to read the employee file's fields, or take " + code + " out of the mapping",
		Retry:   protocol.Retry_RETRY_CREDENTIALS,
	}
}
