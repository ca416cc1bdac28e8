package lucca

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"passerelle/cmd/sandbox/people"
)

type department = *people.Department

func (s *schema) describeOrganisation() {
	s.department.properties = []property{
		{name: "id", kind: number, value: of(func(_ view, d department) any { return d.ID })},
		{name: "name", value: of(func(_ view, d department) any { return d.Name })},
		{name: "url", value: of(func(v view, d department) any { return v.url(s.department, d.ID) })},
		{name: "code", value: of(func(_ view, d department) any { return d.Code })},
		{name: "hierarchy", value: of(func(v view, d department) any { return v.hierarchy(d) })},
		{name: "parentId", irregular: "parentID", value: of(func(v view, d department) any {
			if parent, ok := v.company.Department(d.Parent); ok {
				return v.hierarchy(parent) // the parent's place in the tree, not its id
			}
			return "/"
		})},
		// Larger than 64 bits hold, as on the real thing.
		{name: "position", kind: number, value: of(func(_ view, d department) any { return json.Number(fmt.Sprintf("%d0000000000000000000", d.Sort)) })},
		{name: "sortOrder", kind: number, value: of(func(_ view, d department) any { return d.Sort })},
		{name: "level", kind: number, value: of(func(_ view, d department) any { return d.Level })},
		{name: "isActive", kind: boolean, value: of(func(_ view, d department) any { return d.IsActive })},
		{name: "headID", irregular: "headId", kind: number, value: of(func(_ view, d department) any { return unlessZero(d.HeadID) })},
		{name: "head", kind: reference, entity: s.user, value: of(func(v view, d department) any { return found(v.company.Employee(d.HeadID)) })},
		{name: "users", kind: list, entity: s.user, value: of(func(v view, d department) any { return v.members(d, true) })},
		{name: "currentUsers", kind: list, entity: s.user, value: of(func(v view, d department) any { return v.members(d, false) })},
		{name: "currentUsersCount", kind: number, value: of(func(v view, d department) any { return len(v.members(d, false)) })},
	}
	s.legalEntity.properties = []property{
		{name: "id", kind: number, value: of(func(_ view, e *people.Establishment) any { return e.ID })},
		{name: "name", value: of(func(_ view, e *people.Establishment) any { return e.Name })},
		{name: "url", value: of(func(v view, e *people.Establishment) any { return v.url(s.legalEntity, e.ID) })},
	}
	s.country.properties = []property{
		{name: "id", kind: number, value: of(func(_ view, c *people.Country) any { return c.ID })},
		{name: "name", value: of(func(_ view, c *people.Country) any { return c.Name })},
		{name: "url", value: of(func(v view, c *people.Country) any { return v.url(s.country, c.ID) })},
	}
	s.plain.properties = []property{
		{name: "id", kind: number, value: of(func(_ view, n named) any { return n.id })},
		{name: "name", value: of(func(_ view, n named) any { return n.name })},
		{name: "url", value: of(func(v view, n named) any { return fmt.Sprintf("%s/api/v3/%s/%d", v.base, n.path, n.id) })},
	}
}

// hierarchy is the place in the tree: /1.0/2.0/ is the second child of the
// first root.
func (v view) hierarchy(d department) string {
	above := "/"
	if parent, ok := v.company.Department(d.Parent); ok {
		above = v.hierarchy(parent)
	}
	return fmt.Sprintf("%s%d.0/", above, d.Sort)
}

// members are the people of a department whom the key may see; with all,
// leavers too.
func (v view) members(d department, all bool) []any {
	out := []any{}
	for _, subject := range v.population(nil, all) {
		if subject.(person).DepartmentID == d.ID {
			out = append(out, subject)
		}
	}
	return out
}

func departmentsOf(company *people.Company) []any {
	all := make([]any, len(company.Departments))
	for i := range company.Departments {
		all[i] = &company.Departments[i]
	}
	return all
}

func legalEntitiesOf(company *people.Company) []any {
	all := make([]any, len(company.Establishments))
	for i := range company.Establishments {
		all[i] = &company.Establishments[i]
	}
	return all
}

// tree serves departments nested in each other: active ones, or with
// isActive=false archived ones.
func (v view) tree(w http.ResponseWriter, r *http.Request) {
	s, err := v.selected(r.URL.Query(), v.schema.department)
	if err != nil {
		refuse(w, err)
		return
	}
	active := !strings.EqualFold(parameter(r.URL.Query(), "isActive"), "false")
	v.envelope(w, object{{"node", nil}, {"children", v.branches(0, active, s)}})
}

// branches are the departments right below a parent. An archived one whose
// parent is not archived stands at the root.
func (v view) branches(parent int, active bool, s *selection) []object {
	out := []object{}
	for _, subject := range departmentsOf(v.company) {
		d := subject.(department)
		if d.IsActive != active {
			continue
		}
		above := d.Parent
		if p, ok := v.company.Department(above); ok && p.IsActive != active {
			above = 0
		}
		if above == parent {
			out = append(out, object{{"node", v.render(v.schema.department, d, s)}, {"children", v.branches(d.ID, active, s)}})
		}
	}
	return out
}
