package main

import (
	"context"
	"encoding/json"
	"net/url"
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

func (d *decoder) custom(code string, raw json.RawMessage) (json.RawMessage, *sdk.Error) {
	if raw[0] != '[' {
		return d.choices.resolve(code, bare(raw))
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

// choices are the entries of the tenant's lists, by code and entry id.
type choices struct {
	entries map[string]map[string]string
	// refused is why they could not be read; a number in a custom field may then
	// be an entry's id, and is not passed on as if it were a value.
	refused *sdk.Error
}

// resolve turns an entry's id into {code, label}.
func (c *choices) resolve(code string, raw json.RawMessage) (json.RawMessage, *sdk.Error) {
	if c == nil || isNull(raw) {
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

type definitionPage struct {
	Data struct {
		Count *int64
		Items []struct {
			ID                               string
			ExtensionUserPropertyListEntries []struct {
				ID   json.RawMessage
				Name string
			}
		}
	}
}

const (
	definitionsPath   = "/api/v3/extensionuserdefinitions"
	definitionsAtOnce = 1000
)

// readChoices fetches the lists of the tenant's custom fields. An API that is
// busy or away fails the read; one that refuses is remembered as such.
func (c *connection) readChoices(ctx context.Context) (*choices, int64, *sdk.Error) {
	all := &choices{entries: map[string]map[string]string{}}
	calls := int64(0)
	for offset := 0; ; {
		response, complaint := c.client.JSON(ctx, "GET", definitionsPath, url.Values{
			"formatKey": {"select"},
			"fields":    {"id,formatKey,extensionUserPropertyListEntries[id,name],collection.count"},
			"paging":    {paging(offset, definitionsAtOnce)},
		}, nil)
		calls += int64(response.Attempts)
		if complaint != nil && complaint.Retry == protocol.Retry_RETRY_LATER {
			return nil, calls, complaint
		}
		if complaint != nil {
			all.refused = explain(response, complaint, "the definitions of custom fields")
			return all, calls, nil
		}
		var page definitionPage
		if json.Unmarshal(response.Body, &page) != nil {
			return nil, calls, badAnswer("the definitions of custom fields can't be read")
		}
		for _, definition := range page.Data.Items {
			entries := map[string]string{}
			for _, entry := range definition.ExtensionUserPropertyListEntries {
				entries[text(entry.ID)] = entry.Name
			}
			all.entries[strings.ToLower(definition.ID)] = entries
		}
		offset += len(page.Data.Items)
		if len(page.Data.Items) == 0 || (page.Data.Count != nil && int64(offset) >= *page.Data.Count) {
			return all, calls, nil
		}
	}
}
