package main

import (
	"encoding/json"
	"net/url"
	"slices"

	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
	"passerelle/plugins/sdk"
)

const employeesV1 = "/v1/company/employees"

// few is how many employees are fetched one by one; more are looked for in the
// whole list, a hundred a call.
const few = 10

// wanted is one declared path of the flat employee.
type wanted struct {
	attribute
	custom string // key or label, of a custom attribute
	inside bool   // below customPath
	seen   bool   // some record had it, filled or not
}

func (w *wanted) label() string {
	if w.custom != "" {
		return w.custom
	}
	return w.en
}

// employees reads v1: one call a hundred people, labels and names resolved.
func (r *reading) employees() *sdk.Error {
	want, complaint := wantedOf(r.request.Projection)
	if complaint != nil {
		return complaint
	}
	switch {
	case r.request.Cursor != "":
		return notSupported("employees are read whole")
	case len(r.request.IDs) > 0:
		complaint = r.employeesByID(want, sameRefs(r.request.IDs))
	case len(r.request.Keys) > 0:
		want, complaint = r.employeesByKey(want)
	default:
		complaint = r.allEmployees(want, func(_ string, data json.RawMessage) bool {
			r.record(data)
			return true
		})
	}
	if complaint != nil || r.failed != nil {
		return complaint
	}
	return r.permitted(want)
}

// wantedOf reads the declared paths. A name that nobody knows is a custom
// attribute: a target declares those so.
func wantedOf(projection []string) ([]*wanted, *sdk.Error) {
	want := []*wanted{}
	for _, declared := range projection {
		path, err := record.ParsePath(declared)
		if err != nil || path[0].IsIndex {
			path = record.Path{{Name: declared}} // a label as it is, such as a check names a target's field
		}
		w := &wanted{}
		known := false
		if w.attribute, known = attributeNamed(path[0].Name); !known {
			w.custom = path[0].Name
			if w.custom == customPath {
				if len(path) < 2 || path[1].IsIndex {
					return nil, &sdk.Error{Code: "bad-path", Summary: "a path names no custom attribute", Detail: declared,
						Remedy: `write custom.dynamic_305, or custom["the label"]`, Retry: protocol.Retry_RETRY_AFTER_FIX}
				}
				w.custom, w.inside = path[1].Name, true
			}
		}
		if !slices.ContainsFunc(want, func(o *wanted) bool { return o.name == w.name && o.custom == w.custom && o.inside == w.inside }) {
			want = append(want, w)
		}
	}
	return want, nil
}

// keys are what to ask v1 for; none where a label has to be looked for first.
func keysOf(want []*wanted) []string {
	keys := []string{"id", "email"}
	for _, w := range want {
		key := w.v1
		if w.custom != "" {
			key = w.custom
			if !isKey(key) {
				return nil
			}
		}
		if key != "" && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// allEmployees reads the whole list; take says whether to go on.
func (r *reading) allEmployees(want []*wanted, take func(id string, data json.RawMessage) bool) *sdk.Error {
	query := url.Values{}
	if keys := keysOf(want); keys != nil {
		query["attributes[]"] = keys
	}
	stop := false
	complaint := r.listV1(employeesV1, query, byRecord, readEmployees, dataList, employeeID, func(item json.RawMessage) *sdk.Error {
		id, data, complaint := r.flatten(item, want)
		if complaint != nil || stop {
			return complaint
		}
		stop = !take(id, data)
		return nil
	})
	return complaint
}

func employeeID(item json.RawMessage) string { return text(at(item, "attributes", "id", "value")) }

// flatten turns v1's {key: {label, value, type}} into the published record, and
// notes which attributes came at all.
func (r *reading) flatten(item json.RawMessage, want []*wanted) (id string, data json.RawMessage, _ *sdk.Error) {
	var attributes map[string]struct {
		Label, Type string
		Value       json.RawMessage
	}
	if json.Unmarshal(at(item, "attributes"), &attributes) != nil || employeeID(item) == "" {
		return "", nil, badAnswer("an employee has no attributes or no id")
	}
	id = employeeID(item)
	r.people++
	out := []member{{"id", quote(id)}}
	var inside []member
	for _, w := range want {
		key, kind := w.v1, ""
		if w.custom != "" {
			var all []custom
			for k, a := range attributes {
				all = append(all, custom{Key: k, Label: a.Label, Type: a.Type})
			}
			found, is, complaint := customNamed(all, w.custom)
			if complaint != nil {
				return "", nil, complaint
			}
			if !is {
				continue
			}
			key, kind = found.Key, found.Type
			if kind == "" { // old accounts say it in the list of attributes alone
				if kind, complaint = r.kindOf(key); complaint != nil {
					return "", nil, complaint
				}
			}
		}
		if key == "cost_centers" && !hasKey(attributes, key) {
			key = "cost_center" // as the schema has it; in the wild it is the other
		}
		value, there := attributes[key]
		if w.name == "id" || key == "" || !there {
			continue
		}
		w.seen = true
		m := member{w.name, null}
		switch {
		case w.custom != "":
			m = member{w.custom, shapeCustom(value.Value, kind)}
		case !empty(value.Value):
			m.value = w.shape(value.Value)
		}
		if w.inside {
			inside = append(inside, m)
			continue
		}
		out = append(out, m)
	}
	if inside != nil {
		out = append(out, member{customPath, encode(inside)})
	}
	return id, encode(out), nil
}

func hasKey[V any](m map[string]V, key string) bool { _, there := m[key]; return there }

// permitted refuses a read of attributes that nobody showed: Personio leaves out
// what isn't ticked, and says nothing. Where nobody came there is nothing to see.
func (r *reading) permitted(want []*wanted) *sdk.Error {
	if r.people == 0 {
		return nil
	}
	for _, w := range want {
		if w.name != "id" && !w.seen && (w.v1 != "" || w.custom != "") {
			return notReadable(w.label(), w.custom == "")
		}
	}
	return nil
}
