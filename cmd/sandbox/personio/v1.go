package personio

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// v1 routes the first generation.
func (c *call) v1(path []string) {
	if len(path) == 1 && path[0] == "auth" {
		if c.admit("v1", "v1/auth") {
			c.method(map[string]func(){http.MethodPost: c.authV1})
		}
		return
	}
	if len(path) < 2 || path[0] != "company" || !c.admit("v1", "v1/company/"+path[1]) {
		if len(path) < 2 || path[0] != "company" {
			c.fail(http.StatusNotFound, 0, "Not found")
		}
		return
	}
	// Attendances and profile pictures don't echo the token.
	if !c.authorisedV1(path[1] != "attendances" && !slices.Contains(path, "profile-picture")) {
		return
	}
	rest := path[2:]
	switch path[1] {
	case "employees":
		c.employeesV1(rest)
	case "time-off-types":
		c.absenceTypesV1()
	case "time-offs":
		c.timeOffs(rest)
	case "absence-periods":
		c.periodsV1(rest)
	case "attendances":
		c.attendancesV1(rest)
	case "document-categories":
		c.categoriesV1()
	case "documents":
		c.method(map[string]func(){http.MethodPost: c.upload})
	case "custom-reports":
		c.reportsV1(rest)
	default:
		c.fail(http.StatusNotFound, 0, "Not found")
	}
}

func (c *call) employeesV1(rest []string) {
	switch {
	case len(rest) == 0:
		c.method(map[string]func(){http.MethodGet: c.listV1, http.MethodPost: c.createV1})
	case rest[0] == "attributes" || rest[0] == "custom-attributes":
		c.attributesV1()
	case len(rest) == 1, rest[1] == "absences", rest[1] == "profile-picture":
		p := c.personByID(rest[0])
		if p == nil {
			message := "Something went wrong"
			if c.style.Language == "de" {
				message = "Es ist ein Problem aufgetreten "
			}
			c.fail(http.StatusNotFound, http.StatusNotFound, message)
			return
		}
		if len(rest) > 1 {
			c.method(map[string]func(){http.MethodGet: map[bool]func(){true: c.picture, false: func() { c.balance(p) }}[rest[1] == "profile-picture"]})
			return
		}
		c.method(map[string]func(){
			http.MethodGet: func() {
				if c.mayV1("employees", "r") {
					c.json(http.StatusOK, object{"success": true, "data": c.employeeV1(p, nil)})
				}
			},
			http.MethodPatch: func() { c.patchV1(p) },
		})
	default:
		c.fail(http.StatusNotFound, 0, "Not found")
	}
}

// limitOffset reads v1's paging; false: it has been refused.
func (c *call) limitOffset(limit, most int) (int, int, bool) {
	query := c.r.URL.Query()
	offset := 0
	for name, into := range map[string]*int{"limit": &limit, "offset": &offset} {
		if !query.Has(name) {
			continue
		}
		n, err := strconv.Atoi(query.Get(name))
		if err != nil || n < 0 || (name == "limit" && (n < 1 || n > most)) {
			c.fail(http.StatusUnprocessableEntity, 0, "The limit must be between 1 and "+strconv.Itoa(most)+".")
			return 0, 0, false
		}
		*into = n
	}
	return limit, offset, true
}

// listV1 is GET /company/employees: offset counts records, current_page is 0 on
// every page.
func (c *call) listV1() {
	limit, offset, ok := c.limitOffset(10, 200)
	if !ok || !c.mayV1("employees", "r") {
		return
	}
	query := c.r.URL.Query()
	asked := query["attributes[]"]
	since := query.Get("updated_since")
	var found []*person
	for _, p := range c.persons {
		switch {
		case since != "" && p.Updated.Format("2006-01-02T15:04:05") < since[:min(len(since), 19)]:
		case since == "" && query.Has("email") && p.Email != query.Get("email"):
		default:
			found = append(found, p)
		}
	}
	data := []object{}
	for _, p := range window(found, offset, limit) {
		data = append(data, c.employeeV1(p, asked))
	}
	c.json(http.StatusOK, object{"success": true, "offset": offset, "limit": limit, "data": data,
		"metadata": object{"total_elements": len(found), "current_page": offset / limit, "total_pages": pages(len(found), limit)}})
}

func window[T any](all []T, offset, limit int) []T {
	from := min(offset, len(all))
	return all[from:min(from+limit, len(all))]
}

func pages(records, limit int) int { return (records + limit - 1) / limit }

// attributesV1 lists what this credential may read.
func (c *call) attributesV1() {
	if c.style.NoAttributes || !c.rights.may("employees", "r") {
		c.fail(http.StatusForbidden, 0, "personio.core.api.exceptions.api.forbidden.http.exception")
		return
	}
	data := []object{}
	for _, a := range c.attributes() {
		if !c.rights.readable(a.Key) {
			continue
		}
		data = append(data, object{"key": a.Key, "label": a.Labels[c.style.Language], "type": a.Type, "universal_id": universal(a.Key), "options": slices.Concat([]string{}, a.Options)})
	}
	c.json(http.StatusOK, object{"success": true, "data": data})
}

func universal(key string) any {
	if strings.HasPrefix(key, "dynamic_") {
		return nil
	}
	return key
}
