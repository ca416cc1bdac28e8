package lucca

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"passerelle/cmd/sandbox/people"
)

// definition5 is one attribute that employees may have.
type definition5 struct {
	id, name, format string
	section          string
	several          bool
	entries          []people.Entry
	values           func(view, person) []any
}

func (v view) definitions5() []definition5 {
	one := func(get func(person) any) func(view, person) []any {
		return func(_ view, e person) []any {
			if value := get(e); value != nil {
				return []any{value}
			}
			return nil
		}
	}
	all := []definition5{
		{id: "employee.givenName", name: "Prénom", format: "short-text", values: one(func(e person) any { return orNull(e.FirstName) })},
		{id: "employee.familyName", name: "Nom", format: "short-text", values: one(func(e person) any { return orNull(e.LastName) })},
		{id: "personal.legalGender", name: "Sexe", format: "short-text", section: SectionGeneral, values: one(func(e person) any { return orNull(strings.ToLower(e.Gender)) })},
		{id: "jobPosition.manager", name: "Manager", format: "employee-reference", section: SectionCareer, values: one(func(e person) any { return v.ref("employee", "employees", e.ManagerID) })},
		{id: "jobPosition.department", name: "Département", format: "department-reference", values: one(func(e person) any { return v.ref("department", "departments", e.DepartmentID) })},
		{id: "employment.start", name: "Début du contrat", format: "legacy-date", values: one(func(e person) any { return orNull(e.ContractStart) })},
	}
	for _, section := range v.company.Sections {
		for _, field := range section.Fields {
			format := map[string]string{"text": "short-text", "date": "legacy-date", "select": "taxonomy-label-reference", "file": "file-reference", "object": "object"}[field.Format]
			all = append(all, definition5{id: field.Code, name: field.Name, format: format, section: section.Name, several: field.Multiple, entries: field.Entries,
				values: func(v view, e person) []any { return v.custom5(e, field) }})
		}
	}
	return all
}

// custom5 gives one value a row.
func (v view) custom5(e person, field people.CustomField) []any {
	value, has := e.Extended[field.Code]
	if !has {
		return nil
	}
	if rows, several := value.([]string); several {
		out := make([]any, len(rows))
		for i, row := range rows {
			out[i] = row
		}
		return out
	}
	written, isText := value.(string)
	switch {
	case isText && field.Format == "select":
		entry, _ := field.Entry(written)
		return []any{object{{"id", strconv.Itoa(entry.ID)}, {"type", "taxonomy-label-reference"}}}
	case isText && field.Format == "file":
		return []any{object{{"id", written}, {"type", "file-reference"}}}
	}
	return []any{value}
}

func (v view) attributeDefinitions5(url.Values) []item5 {
	var all []item5
	for i, d := range v.definitions5() {
		if !v.rights.section(d.section) {
			continue
		}
		all = append(all, item5{id: i + 1, filter: map[string]string{"id": d.id}, show: func() object { return v.definition5(d) }})
	}
	return all
}

func (v view) definition5(d definition5) object {
	var rows any
	if d.several {
		rows = object{{"sorting", "ascending"}, {"sortingProperty", nil}}
	}
	return object{{"id", d.id}, {"type", "employee-attribute-definition"}, {"url", v.base + "/lucca-api/employee-attribute-definitions/" + d.id}, {"name", d.name},
		{"schema", object{{"title", d.format}}}, {"multipleValueHandling", rows}, {"isArchived", false}, {"links", object{}}}
}

// attributes5 are one item a value; those of sections that the client wasn't given
// are left out without a word.
func (v view) attributes5(query url.Values) []item5 {
	wanted := strings.Split(query.Get("definition.id"), ",")
	definitions := v.definitions5()
	var all []item5
	for _, e := range v.people5() {
		for n, d := range definitions {
			if (wanted[0] != "" && !slices.Contains(wanted, d.id)) || !v.rights.section(d.section) {
				continue
			}
			for row, value := range d.values(v, e) {
				id := e.ID*10_000 + n*100 + row
				all = append(all, item5{id: id, filter: map[string]string{"employee.id": strconv.Itoa(e.ID)},
					show: func() object { return v.attribute5(id, e, d, value) },
					embed: func(add func(string, int, object)) {
						for _, entry := range d.entries {
							add("taxonomy-label", entry.ID, object{{"id", strconv.Itoa(entry.ID)}, {"type", "taxonomy-label"}, {"url", v.url5("taxonomy-labels", entry.ID)}, {"taxonomy", nil},
								{"name", entry.Name}, {"remoteId", nil}, {"isArchived", false}, {"t9n", object{}}, {"links", object{}}})
						}
					}})
			}
		}
	}
	return all
}

func (v view) attribute5(id int, e person, d definition5, value any) object {
	return object{{"id", strconv.Itoa(id)}, {"type", "employee-attribute"}, {"url", v.url5("employee-attributes", id)},
		{"definition", object{{"id", d.id}, {"type", "employee-attribute-definition"}, {"url", v.base + "/lucca-api/employee-attribute-definitions/" + d.id}}},
		{"employee", v.ref("employee", "employees", e.ID)}, {"applicability", object{{"start", e.ContractStart}, {"end", nil}}}, {"value", value},
		{"createdAt", e.ContractStart + "T08:00:00Z"}, {"lastUpdatedAt", e.ModifiedAt + "Z"}, {"links", object{}}}
}
