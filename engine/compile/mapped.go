package compile

import (
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// targetType is a field that may be sent: the connector's, or one the mapping
// declares.
type targetType struct {
	of        record.Type
	described *protocol.Field
	declared  *lang.TargetField
}

// targetSchema are all fields that map may name.
func (c *compiler) targetSchema(r *protocol.Resource, decl *lang.Target, in []string) map[string]targetType {
	fields := map[string]targetType{}
	for _, f := range r.GetFields() {
		if of, err := record.ParseType(f.GetType()); err == nil && !f.GetReadOnly() {
			fields[f.GetPath()] = targetType{of: of, described: f}
		}
	}
	for _, f := range decl.Fields {
		if known, ok := fields[f.Name]; ok && known.described != nil {
			c.report(diag.Diagnostic{
				Code: "known-field", Subject: &f.Range, In: in,
				Summary: "The connector already knows the field " + quote(f.Name),
				Detail:  "It is " + article(known.of) + " there.",
				Remedy:  "Remove this declaration.",
			})
			continue
		}
		of, err := record.ParseType(f.Type)
		if err != nil {
			c.report(diag.Diagnostic{
				Code: "wrong-type", Subject: &f.TypeR, In: in,
				Summary: "Unknown type of field " + quote(f.Name),
				Detail:  err.Error() + ".",
				Remedy:  "Write one of these types, without quotes.",
			})
			continue
		}
		fields[f.Name] = targetType{of: of, declared: f}
	}
	return fields
}

// mapEntry compiles one line of map, and what is nested in it.
func (c *compiler) mapEntry(out *Target, fields map[string]targetType, above []string, entry *lang.MapEntry, in []string) {
	path := append(slices.Clone(above), entry.Name)
	name := strings.Join(path, ".")
	if entry.Entries != nil {
		for _, nested := range entry.Entries {
			c.mapEntry(out, fields, path, nested, in)
		}
		return
	}
	field, ok := fields[name]
	if !ok {
		var names []string
		for n := range fields {
			names = append(names, n)
		}
		slices.Sort(names)
		c.report(diag.Diagnostic{
			Code: "unknown-target-field", Subject: &entry.Range, In: in,
			Summary: "Unknown target field " + quote(name),
			Detail:  "The connector does not know this field of " + quote(out.Resource.GetName()) + ".",
			Remedy:  join(suggestion(name, names), `If the target really has it, declare it: field `+quote(name)+` { type = string }.`),
		})
		return
	}
	compiled := TargetField{
		Name:        name,
		Path:        path,
		Type:        field.of,
		KeepsFilled: keepsFilled(field),
		Sharp:       sharp(field),
		Place:       entry.ValueR,
	}
	value, of, ok := c.value(entry, in)
	if !ok {
		return
	}
	if !assignable(of, field.of) {
		c.report(diag.Diagnostic{
			Code: "wrong-type", Subject: &entry.ValueR, In: in,
			Summary: "The target field " + quote(name) + " takes " + article(field.of) + ", not " + article(of),
			Detail:  "Nothing turns one into the other without loss.",
			Remedy:  conversion(of, field.of),
		})
		return
	}
	value.exact = of.Equal(field.of) && of.Kind != record.Empty
	compiled.value = value
	out.Fields = append(out.Fields, compiled)
	schema := &protocol.Field{Path: name, Type: field.of.String()}
	if field.described != nil {
		schema = field.described
	}
	out.Schema = append(out.Schema, schema)
}

// value compiles the right side of a line and says its type.
func (c *compiler) value(entry *lang.MapEntry, in []string) (valueOf, record.Type, bool) {
	out := valueOf{place: entry.ValueR}
	switch {
	case entry.CEL != nil:
		program := c.program(entry.CEL, expr.Transform)
		if program == nil {
			return out, record.Type{}, false
		}
		out.program, out.cel = program, entry.CEL
		out.copyOf, out.copies = program.CopyOf()
		return out, program.Type(), true
	case entry.Items != nil:
		out.items = []valueOf{}
		of := record.Type{}
		for i, entryItem := range entry.Items {
			item, itemType, ok := c.value(entryItem, in)
			if !ok {
				return out, record.Type{}, false
			}
			if i == 0 {
				of = itemType
			} else if !of.Equal(itemType) {
				of = record.Type{}
			}
			out.items = append(out.items, item)
		}
		return out, record.ListOf(of), true
	case entry.Const != nil && entry.Const.IsWhollyKnown():
		out.fixed = valueFrom(*entry.Const)
		if out.fixed.IsEmpty() {
			c.report(diag.Diagnostic{
				Severity: diag.Warning,
				Code:     "empty-constant", Subject: &entry.ValueR, In: in,
				Summary: "The constant of " + quote(entry.Name) + " is empty",
				Detail:  "An empty value is left out on create and never sent.",
				Remedy:  "Give it a value, or remove the line.",
			})
			return out, record.Type{}, true
		}
		return out, constantType(out.fixed, *entry.Const), true
	}
	// A constant that names an input, before inputs are given: any type for now.
	return out, record.Type{}, true
}

func constantType(v record.Value, from cty.Value) record.Type {
	switch v.Kind() {
	case record.List, record.Map, record.Object:
		return typeOf(from.Type())
	}
	return record.Basic(v.Kind())
}

// keepsFilled is the default of never_clear: bank, social security, login and
// e-mail.
func keepsFilled(f targetType) bool {
	class, sharp := classOf(f)
	return class == "bank" || class == "social-security" || sharp == "login" || sharp == "e-mail"
}

func sharp(f targetType) bool {
	class, sharp := classOf(f)
	return sharp != "" || class == "bank" || class == "social-security"
}

func classOf(f targetType) (class, sharp string) {
	if f.declared != nil {
		return f.declared.Class, f.declared.Sharp
	}
	return f.described.GetClass(), f.described.GetSharp()
}

// assignable reports whether a value of one type can ever become another
// without loss; whether this record's value does shows when it is there.
func assignable(from, to record.Type) bool {
	if from.Kind == record.Empty || to.Kind == record.Empty || from.Equal(to) {
		return true
	}
	switch to.Kind {
	case record.String:
		return from.Kind == record.Int || from.Kind == record.Decimal || from.Kind == record.Choice
	case record.Int:
		return from.Kind == record.String || from.Kind == record.Decimal || from.Kind == record.Double
	case record.Decimal:
		return from.Kind == record.String || from.Kind == record.Int
	case record.Double:
		return from.Kind == record.Int || from.Kind == record.Decimal || from.Kind == record.String
	case record.Date:
		return from.Kind == record.String
	case record.Timestamp:
		return from.Kind == record.String
	case record.Choice:
		return from.Kind == record.String
	case record.List, record.Map:
		return from.Kind == to.Kind && from.Elem != nil && to.Elem != nil && assignable(*from.Elem, *to.Elem)
	}
	return from.Kind == to.Kind
}

func conversion(from, to record.Type) string {
	switch {
	case from.Kind == record.Date && to.Kind == record.String:
		return "Write the form the target wants: add .format('dd/MM/yyyy')."
	case from.Kind == record.List && to.Kind == record.String:
		return "Join the list: add .join(', ')."
	case to.Kind == record.String:
		return "Convert it: string(…)."
	case to.Kind == record.List:
		return "Put it into a list: write [ … ] around it."
	}
	return "Convert the value in CEL, or map another field."
}

func join(sentences ...string) string {
	return strings.TrimSpace(strings.Join(sentences, " "))
}

func sortFields(fields []record.TypeField) {
	slices.SortFunc(fields, func(a, b record.TypeField) int { return strings.Compare(a.Name, b.Name) })
}
