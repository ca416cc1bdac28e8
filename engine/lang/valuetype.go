package lang

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"passerelle/engine/diag"
)

// valueType is a type as the language writes it.
type valueType struct {
	kind   string
	elem   *valueType // of list and map
	names  []string   // of an object, in order
	fields []*valueType
}

var plainTypes = []string{"string", "int", "double", "decimal", "bool", "date", "timestamp", "choice"}

// valueType reads a type; nil when it is wrong, which is then reported.
func (c *content) valueType(e hcl.Expression) *valueType {
	e = bare(e)
	if word := hcl.ExprAsKeyword(e); word != "" {
		if slices.Contains(plainTypes, word) {
			return &valueType{kind: word}
		}
		c.unknownType(e, word)
		return nil
	}
	call, found := hcl.ExprCall(e)
	if found.HasErrors() {
		c.unknownType(e, "")
		return nil
	}
	if len(call.Arguments) != 1 || !slices.Contains([]string{"list", "map", "object"}, call.Name) {
		c.unknownType(e, call.Name)
		return nil
	}
	if call.Name != "object" {
		elem := c.valueType(call.Arguments[0])
		if elem == nil {
			return nil
		}
		return &valueType{kind: call.Name, elem: elem}
	}
	return c.objectType(call.Arguments[0])
}

func (c *content) objectType(e hcl.Expression) *valueType {
	pairs, found := hcl.ExprMap(e)
	if found.HasErrors() {
		c.unknownType(e, "")
		return nil
	}
	t := &valueType{kind: "object"}
	for _, p := range pairs {
		name, _, ok := c.key(p.Key)
		field := c.valueType(p.Value)
		if !ok || field == nil {
			return nil
		}
		t.names, t.fields = append(t.names, name), append(t.fields, field)
	}
	return t
}

func (c *content) unknownType(e hcl.Expression, word string) {
	summary := "This is no type"
	if word != "" {
		summary = fmt.Sprintf("Unknown type %q", word)
	}
	hint := diag.Suggest(word, append([]string{"list", "map", "object"}, plainTypes...))
	if word == "number" {
		hint = " A number is an int, a double or a decimal."
	}
	c.refuse(place{c.file.inner(e.Range()), c.in}, "unknown-type", summary,
		"Types are "+strings.Join(plainTypes, ", ")+", list(T), map(T) and object({ name = T })."+hint, "Write one of these, without quotes.")
}

// String writes the type as the language does: list(string), object({a = int}).
func (t *valueType) String() string {
	switch t.kind {
	case "list", "map":
		return t.kind + "(" + t.elem.String() + ")"
	case "object":
		var parts []string
		for i, f := range t.fields {
			parts = append(parts, t.names[i]+" = "+f.String())
		}
		return "object({" + strings.Join(parts, ", ") + "})"
	}
	return t.kind
}

func (t *valueType) has(kind string) bool {
	return t.kind == kind || (t.elem != nil && t.elem.has(kind)) ||
		slices.ContainsFunc(t.fields, func(f *valueType) bool { return f.has(kind) })
}

// cty is the type that holds such a value: dates and timestamps are strings in
// their ISO form.
func (t *valueType) cty() cty.Type {
	switch t.kind {
	case "int", "double", "decimal":
		return cty.Number
	case "bool":
		return cty.Bool
	case "list":
		return cty.List(t.elem.cty())
	case "map":
		return cty.Map(t.elem.cty())
	case "object":
		attrs := map[string]cty.Type{}
		for i, f := range t.fields {
			attrs[t.names[i]] = f.cty()
		}
		return cty.Object(attrs)
	}
	return cty.String
}

// accept converts a value to the input's type and checks what cty's types
// can't say: whole numbers, real dates. A null is no value. On false the result
// is unknown of the right type. Marks are left to the caller.
func (in *Input) accept(v cty.Value) (cty.Value, bool) {
	if in.kind == nil { // its type was refused already
		return cty.DynamicVal, true
	}
	v, _ = v.UnmarkDeep()
	out, err := convert.Convert(v, in.Type)
	if err != nil || !in.kind.holds(out) {
		return cty.UnknownVal(in.Type), false
	}
	return out, true
}

func (t *valueType) holds(v cty.Value) bool {
	if !v.IsKnown() {
		return true
	}
	if v.IsNull() {
		return false
	}
	switch t.kind {
	case "int":
		n, _ := v.AsBigFloat().Int(nil)
		return v.AsBigFloat().IsInt() && n.IsInt64()
	case "date":
		_, err := time.Parse(time.DateOnly, v.AsString())
		return err == nil
	case "timestamp":
		_, err := time.Parse(time.RFC3339, v.AsString())
		return err == nil
	case "list", "map":
		for _, e := range v.Elements() {
			if !t.elem.holds(e) {
				return false
			}
		}
	case "object":
		for i, f := range t.fields {
			if !f.holds(v.GetAttr(t.names[i])) {
				return false
			}
		}
	}
	return true
}
