package personio

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// report is a custom report: it shows its columns whatever is ticked on the
// credential.
type report struct {
	ID, Name string
	Columns  []string
}

func (c *call) report(id string) *report {
	i := slices.IndexFunc(c.reports, func(r report) bool { return r.ID == id })
	if i < 0 {
		return nil
	}
	return &c.reports[i]
}

func (c *call) enabled(id string) bool {
	return c.rights.Enabled == nil || slices.Contains(c.rights.Enabled, id)
}

// reportError is the form of errors that v2's reports have for themselves.
func (c *call) reportError(detail string) {
	c.json(http.StatusBadRequest, object{"errors": []object{{"status": "400", "title": "Bad Request", "id": uuid("error", 1), "detail": detail}}})
}

// reportsV2 gives rows as lists, aligned with the columns of _meta.
func (c *call) reportsV2(rest []string) {
	if c.style.NoReportsV2 {
		c.problem(http.StatusNotFound, "Not Found", "The endpoint with "+c.r.URL.Path+" was not found.", "apinot_found")
		return
	}
	if !c.mayV2("reports", "r") {
		return
	}
	if len(rest) == 0 {
		var items []object
		for _, r := range c.reports {
			items = append(items, object{"id": r.ID, "name": r.Name})
		}
		c.list(listing{path: "/v2/reports", items: items, most: 100, otherwise: 100})
		return
	}
	r := c.report(rest[0])
	if r == nil || !c.enabled(r.ID) {
		c.reportError("Report with id " + rest[0] + " not found.")
		return
	}
	rows := [][]object{}
	for _, p := range c.persons {
		row := []object{}
		for _, column := range r.Columns {
			row = append(row, c.cell(p, column))
		}
		rows = append(rows, row)
	}
	limit, offset, ok := c.cursorOf(100, 100)
	if !ok {
		return
	}
	columns := []object{}
	for _, column := range r.Columns {
		columns = append(columns, object{"name": column, "display": c.labelOf(column), "type": "string"})
	}
	links := object{"self": object{"href": c.base() + "/v2/reports/" + r.ID}}
	if offset+limit < len(rows) {
		links["next"] = object{"href": c.base() + "/v2/reports/" + r.ID + "?cursor=" + c.cursor(page{limit: limit, offset: offset + limit})}
	}
	c.json(http.StatusOK, object{"report_config": object{"id": r.ID, "name": r.Name}, "_data": window(rows, offset, limit),
		"_meta": object{"columns": columns, "links": links}})
}

func (c *call) labelOf(key string) string {
	for _, a := range c.attributes() {
		if a.Key == key {
			return a.Labels[c.style.Language]
		}
	}
	return key
}

func (c *call) cell(p *person, column string) object {
	cell := object{"attribute_id": column}
	switch column {
	case "department":
		if u, ok := c.unit("department", p.Employment.Department); ok {
			cell["options_value"] = object{"options": []object{{"key": strconv.Itoa(u.ID), "value": u.Name}}}
		}
	case "fix_salary":
		cell["numeric_value"] = object{"number": p.Salary}
	case "first_name":
		cell["string_value"] = object{"value": p.FirstName}
	}
	return cell
}

// reportsV1 counts pages from 1, by the parameter page. Its errors are a list.
func (c *call) reportsV1(rest []string) {
	if !c.mayV1("reports", "r") {
		return
	}
	switch {
	case len(rest) == 1 && rest[0] == "columns":
		columns := []object{}
		for _, a := range c.attributes() {
			columns = append(columns, object{"attribute_id": a.Key, "human_readable": a.Labels[c.style.Language], "data_type": "TEXT"})
		}
		c.json(http.StatusOK, object{"success": true, "data": object{"type": "Column", "attributes": columns}})
	case len(rest) == 1:
		data := []object{}
		for _, r := range c.reports {
			data = append(data, object{"type": "Report", "attributes": c.reportAttributes(r)})
		}
		c.json(http.StatusOK, object{"success": true, "data": data})
	case len(rest) == 2:
		c.reportV1(rest[1])
	default:
		c.fail(http.StatusNotFound, 0, "Not found")
	}
}

func (c *call) reportAttributes(r report) object {
	at := c.now().Format(time.RFC3339)
	return object{"id": r.ID, "name": r.Name, "description": "", "author_first_name": "Robert", "author_last_name": "Sirano", "type": "point_in_time",
		"status": "up_to_date", "start_date": c.today(), "end_date": c.today(), "created_at": at, "updated_at": at, "data_refreshed_at": at,
		"columns": r.Columns, "filters": []object{}, "period_type": "fixed"}
}

func (c *call) reportV1(id string) {
	r := c.report(id)
	if r == nil {
		c.json(http.StatusNotFound, []object{{"status": 404, "trace_id": "ABCXXX", "timestamp": c.now().Format(time.RFC3339),
			"errors": []object{{"title": "Not Found", "details": "Report not found", "type": "search", "_meta": []any{}}}}})
		return
	}
	number, limit := 1, 100
	for name, into := range map[string]*int{"page": &number, "limit": &limit} {
		if n, err := strconv.Atoi(c.r.URL.Query().Get(name)); err == nil && n > 0 {
			*into = n
		}
	}
	items := []object{}
	for _, p := range window(c.persons, (number-1)*limit, limit) {
		cells := []object{}
		for _, column := range r.Columns {
			cells = append(cells, c.cellV1(p, column))
		}
		items = append(items, object{"employee_id": p.ID, "attributes": cells})
	}
	attributes := c.reportAttributes(*r)
	attributes["items"] = items
	c.json(http.StatusOK, object{"success": true, "data": []object{{"type": "Report", "attributes": attributes}},
		"metadata": object{"total_elements": len(c.persons), "current_page": number, "total_pages": pages(len(c.persons), limit)}})
}

func (c *call) cellV1(p *person, column string) object {
	cell := object{"attribute_id": column, "employee_id": p.ID, "data_type": "TEXT"}
	switch column {
	case "department":
		u, _ := c.unit("department", p.Employment.Department)
		cell["data_type"], cell["entity_id"], cell["value"] = "ENTITY", strconv.Itoa(u.ID), u.Name
	case "fix_salary":
		cell["data_type"], cell["amount"], cell["currency_symbol"] = "SALARY", strconv.FormatFloat(p.Salary, 'f', -1, 64), "€"
	case "first_name":
		cell["value"] = p.FirstName
	}
	return cell
}
