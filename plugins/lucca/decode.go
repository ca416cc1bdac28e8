package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// decoder gives users the shape that Describe publishes. Bytes that have it
// already go through untouched.
type decoder struct {
	*projection
	choices *choices
	local   *time.Location // of date-times without offset
	// trim: the API gives all properties, asked for or not; what nobody declared is
	// taken out.
	trim bool
	// others collects custom fields that the key sees and nobody declared; nil:
	// nobody wants to know.
	others map[string]bool
}

// user is one decoded record.
type user struct {
	data  json.RawMessage
	id    string
	start string // contract start, yyyy-MM-dd; "" when unknown
}

func (d *decoder) user(raw json.RawMessage) (user, *sdk.Error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil || members == nil {
		return user{}, badAnswer("an item of the list is no object")
	}
	values, same, complaint := d.properties(members)
	if complaint != nil {
		return user{}, complaint
	}
	u := user{id: text(values["id"]), start: text(values["dtContractStart"])}
	if u.id == "" {
		return user{}, badAnswer("a user has no id")
	}
	if len(u.start) > len("2006-01-02") {
		u.start = u.start[:len("2006-01-02")]
	}
	same = !dropOwnManager(values, u.id) && same
	if same && len(d.added) == 0 {
		u.data = raw
		return u, nil
	}
	u.data = encode(d.root, values, d.added)
	return u, nil
}

// properties finds each wanted property whatever its case, in its final shape.
// same: nothing had to be changed.
func (d *decoder) properties(members map[string]json.RawMessage) (values map[string]json.RawMessage, same bool, complaint *sdk.Error) {
	values, same = map[string]json.RawMessage{}, true
	for _, n := range d.root.children {
		value, exact := member(members, n.name)
		same = same && exact
		if value == nil {
			continue
		}
		shaped, unchanged := value, true
		if n.name == sectionPath {
			shaped, complaint = d.extended(value)
			if complaint != nil {
				return nil, false, complaint
			}
			unchanged = shaped == nil
		} else {
			shaped, unchanged = d.conform(value, n)
		}
		if shaped != nil {
			values[n.name] = shaped
		}
		same = same && unchanged
	}
	return values, same, nil
}

// member finds a property by its name, else by its name in another case: v3
// tenants answer managerID or managerId. exact: there is nothing to rename.
func member(members map[string]json.RawMessage, name string) (value json.RawMessage, exact bool) {
	value, there := members[name]
	exact = true
	for other, v := range members {
		if other == name || !strings.EqualFold(other, name) {
			continue
		}
		exact = false
		if !there || (isNull(value) && !isNull(v)) {
			value, there = v, true
		}
	}
	return value, exact
}

// conform shapes a property's value: an object keeps the wanted properties, a
// list has each element shaped, and a bare value where a reference is expected
// becomes one ("French" for nationality is {"name":"French"}).
func (d *decoder) conform(raw json.RawMessage, n *node) (shaped json.RawMessage, same bool) {
	if n.moment && len(raw) > 0 && raw[0] == '"' {
		return d.zoned(raw)
	}
	if len(n.children) == 0 || isNull(raw) {
		return raw, true
	}
	switch raw[0] {
	case '{':
		return d.conformObject(raw, n)
	case '[':
		return d.conformList(raw, n)
	case '"':
		if n.has("name") {
			return join(`{"name":`, raw, `}`), false
		}
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		if n.has("id") {
			return join(`{"id":`, raw, `}`), false
		}
	}
	return raw, true
}

// zoned gives a local date-time the offset that its tenant has on that day. What
// has one, or is no date-time, stays as it is.
func (d *decoder) zoned(raw json.RawMessage) (json.RawMessage, bool) {
	at, err := time.ParseInLocation("2006-01-02T15:04:05.999999999", text(raw), d.local)
	if err != nil {
		return raw, true
	}
	return json.RawMessage(`"` + at.Format(time.RFC3339Nano) + `"`), false
}

func (d *decoder) conformObject(raw json.RawMessage, n *node) (json.RawMessage, bool) {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return raw, true
	}
	values, same := map[string]json.RawMessage{}, !d.trim || len(members) == len(n.children)
	for _, c := range n.children {
		value, exact := member(members, c.name)
		same = same && exact
		if value == nil {
			continue
		}
		shaped, unchanged := d.conform(value, c)
		values[c.name], same = shaped, same && unchanged
	}
	if same {
		return raw, true
	}
	return encode(n, values, nil), false
}

func (d *decoder) conformList(raw json.RawMessage, n *node) (json.RawMessage, bool) {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return raw, true
	}
	same := true
	for i, item := range items {
		shaped, unchanged := d.conform(item, n)
		items[i], same = shaped, same && unchanged
	}
	if same {
		return raw, true
	}
	return list(items), false
}

// dropOwnManager: in Lucca, to be one's own manager is to have none.
func dropOwnManager(values map[string]json.RawMessage, id string) bool {
	dropped := false
	if text(values["managerId"]) == id {
		values["managerId"], dropped = json.RawMessage("null"), true
	}
	var manager map[string]json.RawMessage
	if json.Unmarshal(values["manager"], &manager) == nil {
		if own, _ := member(manager, "id"); own != nil && text(own) == id {
			values["manager"], dropped = json.RawMessage("null"), true
		}
	}
	return dropped
}

// encode writes the wanted properties in declared order, without those of skip.
func encode(n *node, values map[string]json.RawMessage, skip map[string]bool) json.RawMessage {
	out := []byte{'{'}
	for _, c := range n.children {
		value, there := values[c.name]
		if !there || skip[c.name] {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(out, quote(c.name)...), ':'), value...)
	}
	return append(out, '}')
}

func list(items []json.RawMessage) json.RawMessage {
	out := []byte{'['}
	for i, item := range items {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, item...)
	}
	return append(out, ']')
}

func join(before string, raw json.RawMessage, after string) json.RawMessage {
	return append(append([]byte(before), raw...), after...)
}

// text is a string's or number's text: ids come as either. "" for anything else.
func text(raw json.RawMessage) string {
	if len(raw) == 0 {
		return ""
	}
	switch raw[0] {
	case '"':
		var s string
		_ = json.Unmarshal(raw, &s) // already parsed once: it is a string
		return s
	case '{', '[', 'n', 't', 'f':
		return ""
	}
	return string(raw)
}

func quote(s string) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a string always encodes
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

func badAnswer(why string) *sdk.Error {
	return &sdk.Error{Code: "bad-answer", Summary: "Lucca: the answer has another form than expected", Detail: why,
		Remedy: "check that the url is Lucca's; if it is, report this with the date", Retry: protocol.Retry_RETRY_AFTER_FIX}
}
