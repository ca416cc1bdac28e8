package lucca

import (
	"passerelle/cmd/sandbox/people"
)

type custom = *people.CustomField

// userProperty is one item of the property catalogue.
type userProperty struct {
	id, name, format string
	multiple         bool
	category, typ    int
}

// Categories and types of the catalogue, as documented.
const (
	native, extension                                   = 0, 3
	typeBool, typeInt, typeDate, typeText, typeComposed = 0, 1, 3, 4, 5
)

func (s *schema) describeDefinitions() {
	s.definition.properties = []property{
		{name: "id", value: of(func(_ view, f custom) any { return f.Code })},
		{name: "name", value: of(func(_ view, f custom) any { return f.Name })},
		{name: "url", value: of(func(v view, f custom) any { return v.url(s.definition, f.Code) })},
		{name: "formatKey", value: of(func(_ view, f custom) any { return f.Format })},
		{name: "isMultivalue", kind: boolean, value: of(func(_ view, f custom) any { return f.Multiple })},
		{name: "extensionUserPropertyListEntries", kind: list, entity: s.entry, value: of(func(_ view, f custom) any {
			entries := []any{}
			for _, entry := range f.Entries {
				entries = append(entries, entry)
			}
			return entries
		})},
	}
	s.entry.properties = []property{
		{name: "id", kind: number, value: of(func(_ view, e people.Entry) any { return e.ID })},
		{name: "name", value: of(func(_ view, e people.Entry) any { return e.Name })},
	}
	s.userProperty.properties = []property{
		{name: "id", value: of(func(_ view, p userProperty) any { return p.id })},
		{name: "name", value: of(func(_ view, p userProperty) any { return p.name })},
		{name: "url", value: of(func(v view, p userProperty) any { return v.url(s.userProperty, p.id) })},
		{name: "isMultivalue", kind: boolean, value: of(func(_ view, p userProperty) any { return p.multiple })},
		{name: "isNullable", kind: boolean, value: of(func(_ view, p userProperty) any { return p.id != "id" })},
		{name: "isReadOnly", kind: boolean, value: of(func(_ view, p userProperty) any { return p.id == "id" })},
		{name: "category", kind: number, value: of(func(_ view, p userProperty) any { return p.category })},
		{name: "type", kind: number, value: of(func(_ view, p userProperty) any { return p.typ })},
		{name: "format", kind: reference, entity: s.format, value: func(_ view, subject any) any { return subject }},
	}
	s.format.properties = []property{
		{name: "key", value: of(func(_ view, p userProperty) any { return p.format })},
	}
}

// definitionsOf lists the custom fields, whoever may read their values.
func definitionsOf(company *people.Company) []any {
	var all []any
	for _, section := range company.Sections {
		for i := range section.Fields {
			all = append(all, &section.Fields[i])
		}
	}
	return all
}

// userPropertiesOf lists what this tenant's users have, natively and by
// extension.
func (v view) userPropertiesOf() []any {
	formats := map[kind]struct {
		key string
		typ int
	}{
		text: {"text", typeText}, number: {"integer", typeInt}, date: {"date", typeDate}, boolean: {"boolean", typeBool},
		reference: {"object", typeComposed}, list: {"object", typeComposed}, dictionary: {"object", typeComposed},
	}
	custom := map[string]kind{"text": text, "file": text, "date": date, "select": number, "object": dictionary}

	var all []any
	for _, p := range v.schema.user.properties {
		if p.name == "extendedData" || (p.expenses && !v.style.Expenses) {
			continue
		}
		format := formats[p.kind]
		all = append(all, userProperty{id: p.name, name: p.name, format: format.key, multiple: p.kind == list, category: native, typ: format.typ})
	}
	for _, section := range v.company.Sections {
		for _, field := range section.Fields {
			all = append(all, userProperty{
				id: field.Code, name: field.Name, format: field.Format, multiple: field.Multiple,
				category: extension, typ: formats[custom[field.Format]].typ,
			})
		}
	}
	return all
}
