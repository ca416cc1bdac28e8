package personio

import (
	"net/http"
	"strconv"
)

// v2 routes the second generation.
func (c *call) v2(path []string) {
	if len(path) == 2 && path[0] == "auth" {
		if c.admit("v2", "v2/auth/"+path[1]) {
			c.method(map[string]func(){http.MethodPost: map[bool]func(){true: c.revoke, false: c.authV2}[path[1] == "revoke"]})
		}
		return
	}
	if len(path) == 0 || !c.admit("v2", endpointOf(path)) {
		return
	}
	if !c.authorisedV2() {
		return
	}
	rest := path[1:]
	switch path[0] {
	case "persons":
		c.personsV2(rest)
	case "absence-types":
		c.absenceTypesV2(rest)
	case "absence-periods":
		c.absencesV2(rest)
	case "attendance-periods":
		c.attendancesV2(rest)
	case "document-management":
		c.documentsV2(rest[min(1, len(rest)):])
	case "reports":
		c.reportsV2(rest)
	case "webhooks":
		c.webhooks(rest)
	case "org-units", "workplaces", "cost-centers", "legal-entities", "projects":
		c.organisationV2(path[0], rest)
	default:
		c.nowhere()
	}
}

func (c *call) nowhere() {
	c.answer(http.StatusNotFound, "application/problem+json", object{"errors": []object{{"title": "Not Found",
		"detail": "The endpoint with " + c.r.URL.Path + " was not found.", "type": "https://developer.personio.de/reference/errors#apinot_found",
		"_meta": object{"path": c.r.URL.Path}}}})
}

// endpointOf is the pattern that limits count by: ids left out.
func endpointOf(path []string) string {
	out := "v2/" + path[0]
	for i, step := range path[1:] {
		if i%2 == 1 || (path[0] == "document-management" && i == 0) {
			out += "/" + step
		}
	}
	return out
}

// organisationV2 lists what persons refer to. Some of it is beta, and hidden
// without its header.
func (c *call) organisationV2(what string, rest []string) {
	beta := what != "legal-entities" && what != "projects" && !(what == "org-units" && len(rest) == 1)
	if beta && (c.r.Header.Get("Beta") != "true" || c.style.NoLists) {
		c.nowhere()
		return
	}
	right := "organisation"
	if what == "projects" {
		right = what
	}
	if !c.mayV2(right, "r") {
		return
	}
	if what == "org-units" {
		c.orgUnits(rest)
		return
	}
	var items []object
	for _, p := range map[string][]place{"workplaces": c.offices, "cost-centers": c.costCenters, "legal-entities": c.legalEntities, "projects": c.projects}[what] {
		item := object{"id": p.ID, "name": p.Name}
		if what == "projects" {
			item["status"] = "ACTIVE"
			if p.ID == "568" {
				item["status"] = "ARCHIVED"
			}
		}
		items = append(items, item)
	}
	c.listOrGet("/v2/"+what, rest, listing{items: items, most: 100, otherwise: 100})
}

func (c *call) orgUnits(rest []string) {
	query := c.r.URL.Query()
	var items []object
	for _, u := range c.units {
		if kind := query.Get("type"); kind != "" && kind != u.Kind {
			continue
		}
		item := object{"id": strconv.Itoa(u.ID), "type": u.Kind, "name": u.Name, "abbreviation": "", "description": ""}
		if u.Parent != 0 {
			item["parent_id"] = strconv.Itoa(u.Parent)
		}
		items = append(items, item)
	}
	if len(rest) == 1 && query.Get("type") == "" {
		c.badRequest("Provided request parameters are invalid.")
		return
	}
	// The next page's address repeats the filters.
	c.listOrGet("/v2/org-units", rest, listing{items: items, most: 100, otherwise: 100, keep: []string{"type"}})
}
