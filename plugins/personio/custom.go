package main

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// custom is an attribute as v1 lists those that the credential may read.
type custom struct {
	Key, Label, Type string
	Options          []string
}

// attributesV1 lists what the credential may read, once a connection. listed is
// false where Personio refuses to say, as it does to some credentials.
func (c *connection) attributesV1(w asker) (all []custom, listed bool, _ *sdk.Error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.listed != nil || c.unlined {
		return c.listed, !c.unlined, nil
	}
	_, answer, complaint := callV1(c.v1, w, rest.Request{Method: "GET", Path: "/v1/company/employees/attributes"}, readEmployees)
	switch {
	case complaint != nil && complaint.Code == "forbidden":
		c.unlined = true
		return nil, false, nil
	case complaint != nil:
		return nil, false, complaint
	case json.Unmarshal(answer.Data, &all) != nil || all == nil:
		return nil, false, badAnswer("it holds no list of attributes")
	}
	c.listed = all
	return all, true, nil
}

// kindOf is an attribute's type as the list of attributes has it; "" where it isn't
// to be known.
func (r *reading) kindOf(key string) (string, *sdk.Error) {
	all, _, complaint := r.attributesV1(r)
	for _, a := range all {
		if a.Key == key {
			return a.Type, complaint
		}
	}
	return "", complaint
}

// readableAttributes is the list of attributes or, where Personio refuses to say,
// those of the first employee: v1 shows every one that is ticked, filled in or not.
// listed is false where nobody is there to look at.
func (c *connection) readableAttributes(w asker) (all []custom, listed bool, _ *sdk.Error) {
	if all, listed, complaint := c.attributesV1(w); listed || complaint != nil {
		return all, listed, complaint
	}
	_, answer, complaint := callV1(c.v1, w, rest.Request{Method: "GET", Path: employeesV1, Query: url.Values{"limit": {"1"}}}, readEmployees)
	if complaint != nil {
		return nil, false, complaint
	}
	items, complaint := dataList(answer)
	if complaint != nil || len(items) == 0 {
		return nil, false, complaint
	}
	first, complaint := objectOf(at(items[0], "attributes"))
	for key, attribute := range first {
		all = append(all, custom{Key: key, Label: text(at(attribute, "label")), Type: text(at(attribute, "type"))})
	}
	return all, complaint == nil, complaint
}

// sameName compares labels as people write them: accents composed or not, any case.
func normal(s string) string { return norm.NFC.String(strings.TrimSpace(s)) }

func sameName(a, b string) bool {
	return a == b || strings.EqualFold(normal(a), normal(b))
}

// customNamed finds a custom attribute by its key or else by its label.
func customNamed(all []custom, name string) (custom, bool, *sdk.Error) {
	if i := slices.IndexFunc(all, func(a custom) bool { return a.Key == name }); i >= 0 {
		return all[i], true, nil
	}
	var found []custom
	for _, a := range all {
		if sameName(a.Label, name) {
			found = append(found, a)
		}
	}
	switch len(found) {
	case 0:
		return custom{}, false, nil
	case 1:
		return found[0], true, nil
	}
	return custom{}, false, &sdk.Error{Code: "ambiguous-attribute", Summary: "Personio: several attributes have the label “" + name + "”",
		Remedy: "Use the key of the one you mean: " + found[0].Key + ", for example.", Retry: protocol.Retry_RETRY_AFTER_FIX}
}

// isKey: custom attributes are called dynamic_305, or dynamic_6f….12.
func isKey(name string) bool { return strings.HasPrefix(name, "dynamic_") }

// shapeCustom gives a custom attribute's value its type. Tags come as "A,B" or as a
// list inside a string; what is empty as null, "" or [].
func shapeCustom(value json.RawMessage, kind string) json.RawMessage {
	if empty(value) {
		return null
	}
	switch kind {
	case "tags":
		return tags(value)
	case "date":
		return day(value)
	}
	return value
}

func tags(value json.RawMessage) json.RawMessage {
	if value[0] == '[' {
		return value
	}
	s := text(value)
	var all []string
	if json.Unmarshal([]byte(s), &all) != nil {
		all = nil
		for _, tag := range strings.Split(s, ",") {
			if tag = strings.TrimSpace(tag); tag != "" {
				all = append(all, tag)
			}
		}
	}
	if len(all) == 0 {
		return null
	}
	out, _ := json.Marshal(all) // strings always encode
	return out
}

// typeOf is the language's type for an attribute of Personio's.
func typeOf(kind string) string {
	switch kind {
	case "date":
		return "date"
	case "integer":
		return "int"
	case "decimal":
		return "decimal"
	case "tags":
		return "list(string)"
	}
	return "string"
}
