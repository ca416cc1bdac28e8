package rest

import (
	"encoding/json"
	"strings"

	"passerelle/plugins/sdk"
)

// empties say how an endpoint writes a field that was emptied.
type empties struct {
	clear  string // null (also ""), empty, omit
	schema []*sdk.Field
}

// of is what stands for an emptied field; keep is false where it is left out.
// The empty value of a list is a list.
func (e empties) of(name string) (value json.RawMessage, keep bool) {
	switch e.clear {
	case "omit":
		return nil, false
	case "empty":
		for _, field := range e.schema {
			if field.GetPath() == name && strings.HasPrefix(field.GetType(), "list(") {
				return json.RawMessage("[]"), true
			}
		}
		return json.RawMessage(`""`), true
	}
	return json.RawMessage("null"), true
}

// known: the mapping sends this field, or a part of it.
func (e empties) known(name string) bool {
	for _, field := range e.schema {
		if field.GetPath() == name || strings.HasPrefix(field.GetPath(), name+".") {
			return true
		}
	}
	return false
}

// write puts emptied fields of a record as the endpoint wants them.
func (e empties) write(fields object) object {
	out := object{values: map[string]json.RawMessage{}}
	for _, name := range fields.names {
		value, keep := fields.values[name], true
		if isNull(value) {
			value, keep = e.of(name)
		}
		if keep {
			out.set(name, value)
		}
	}
	return out
}
