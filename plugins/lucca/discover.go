package main

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
	"passerelle/plugins/sdk"
)

// chosen are the native properties whose values come from a short list that each
// tenant words in its own way: what a mapping's tables translate.
var chosen = []string{"civilTitle", "gender", "nationality.name", "csp.name", "legalEntity.name", "culture.name"}

// Discover implements sdk.Discoverer: this tenant's custom fields with their type
// and the entries of their lists, and the values that choices really have among
// the people who were looked at. Lucca's API doesn't say which section of the
// employee file a field is in.
func (c *connection) Discover(ctx context.Context, name string) ([]*protocol.CustomField, error) {
	res, complaint := resourceNamed(name)
	if complaint != nil {
		return nil, complaint
	}
	if name != usersResource {
		return nil, nil
	}
	r, complaint := c.reading(ctx, sdk.ReadRequest{Resource: name}, nil)
	if complaint != nil {
		return nil, complaint
	}
	all, complaint := r.definitions(nil)
	if complaint != nil {
		return nil, complaint
	}
	out := all.described()
	values, complaint := c.valuesInUse(ctx, res)
	if complaint != nil {
		return nil, complaint
	}
	return append(out, values...), nil
}

// described gives the custom fields in the order of their codes.
func (c *choices) described() []*protocol.CustomField {
	var out []*protocol.CustomField
	for _, code := range slices.Sorted(maps.Keys(c.fields)) {
		field := c.fields[code]
		path, _ := json.Marshal(field.code) // a string always encodes
		custom := &protocol.CustomField{Field: &protocol.Field{
			Path: sectionPath + "[" + string(path) + "]", Type: field.languageType(), ReadOnly: true, Right: rightFile,
			Label: &sdk.Text{Fr: field.name, En: field.name},
		}}
		for _, e := range c.order[code] {
			custom.Choices = append(custom.Choices, &protocol.Choice{Code: e.id, Label: e.name})
		}
		out = append(out, custom)
	}
	return out
}

// languageType is the type to declare. The inside of a composite field is not
// documented: a map takes what scalars there are.
func (c custom) languageType() string {
	kind := "string"
	switch {
	case c.isChoice():
		kind = "choice"
	case c.kind >= 0 && c.kind < len(kinds):
		kind = kinds[c.kind]
	}
	if c.rows == several {
		return "list(" + kind + ")"
	}
	return kind
}

// kinds by Lucca's number.
var kinds = []string{"bool", "int", "decimal", "date", "string", "map(string)"}

// valuesInUse looks at people and says which values of native choices they have.
func (c *connection) valuesInUse(ctx context.Context, res *resource) ([]*protocol.CustomField, *sdk.Error) {
	paths := slices.Clone(chosen)
	for {
		_, seen, complaint := c.sampleOf(ctx, res, paths, sdk.Settings{})
		if seen.unknown != "" {
			others := slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return names(p, seen.unknown) })
			if len(others) < len(paths) {
				paths = others
				continue
			}
		}
		if complaint != nil {
			return nil, complaint
		}
		var out []*protocol.CustomField
		for _, path := range paths {
			out = append(out, &protocol.CustomField{Field: res.field(path), Choices: distinct(seen.items, path)})
		}
		return out, nil
	}
}

func (r *resource) field(path string) *sdk.Field {
	for _, field := range r.about.GetFields() {
		if field.GetPath() == path {
			return field
		}
	}
	return nil
}

// names reports whether a path goes through a property, whatever its case.
func names(text, property string) bool {
	path, err := record.ParsePath(text)
	return err == nil && slices.ContainsFunc(path, func(step record.Step) bool { return strings.EqualFold(step.Name, property) })
}

// distinct values at a path, sorted.
func distinct(items []json.RawMessage, text string) []*protocol.Choice {
	found := map[string]bool{}
	for _, item := range items {
		if value := valueAt(item, strings.Split(text, ".")); value != "" {
			found[value] = true
		}
	}
	var out []*protocol.Choice
	for _, value := range slices.Sorted(maps.Keys(found)) {
		out = append(out, &protocol.Choice{Code: value, Label: value})
	}
	return out
}

func valueAt(raw json.RawMessage, names []string) string {
	for _, name := range names {
		var members map[string]json.RawMessage
		if json.Unmarshal(raw, &members) != nil {
			return ""
		}
		raw = members[name]
	}
	return text(raw)
}
