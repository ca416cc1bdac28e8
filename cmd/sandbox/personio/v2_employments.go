package personio

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// employments is a person's only employment, to list, read and change.
func (c *call) employments(person string, rest []string) {
	if len(c.style.EmploymentsBad) > 0 && c.r.Method == http.MethodGet {
		status := c.style.EmploymentsBad[0]
		c.style.EmploymentsBad = c.style.EmploymentsBad[1:]
		c.problem(status, http.StatusText(status), "There was a problem while processing this request. Please try again later.", "common.internal")
		return
	}
	what := "r"
	if c.r.Method != http.MethodGet {
		what = "w"
	}
	if !c.mayV2("employees", what) {
		return
	}
	p := c.personByID(person)
	if p == nil || (len(rest) > 0 && rest[0] != p.Employment.ID) {
		c.notFound()
		return
	}
	if len(rest) == 0 {
		c.method(map[string]func(){http.MethodGet: func() {
			c.list(listing{path: "/v2/persons/" + person + "/employments", items: []object{c.employmentV2(p)}, most: 50, otherwise: 10,
				filters: map[string][]string{"id": {""}, "updated_at": {"", ".gt", ".lt"}}, show: c.readableEmployment})
		}})
		return
	}
	c.method(map[string]func(){
		http.MethodGet:   func() { c.one(c.readableEmployment(c.employmentV2(p))) },
		http.MethodPatch: func() { c.patchEmployment(p) },
	})
}

func (c *call) employmentV2(p *person) object {
	e := &p.Employment
	id := strconv.Itoa(p.ID)
	links := object{"person": object{"href": c.base() + "/v2/persons/" + id}}
	out := object{"id": e.ID, "status": e.Status, "person": object{"id": id}, "created_at": p.Created.Format(time.RFC3339),
		"updated_at": e.Updated.Format(time.RFC3339), "_meta": object{"links": links}}
	units := []object{}
	for kind, unit := range map[string]int{"department": e.Department, "team": e.Team} {
		if unit != 0 {
			units = append(units, object{"type": kind, "id": strconv.Itoa(unit)})
		}
	}
	if e.Supervisor != 0 {
		links["supervisor"] = object{"href": c.base() + "/v2/persons/" + strconv.Itoa(e.Supervisor)}
	}
	c.unset(out, "weekly_working_hours", e.Weekly, e.Weekly != nil)
	c.unset(out, "full_time_weekly_working_hours", e.FullTime, e.FullTime != nil)
	c.unset(out, "employment_start_date", e.Start, e.Start != "")
	c.unset(out, "contract_end_date", e.ContractEnd, e.ContractEnd != "")
	c.unset(out, "probation_end_date", e.ProbationEnd, e.ProbationEnd != "")
	c.unset(out, "type", e.Type, e.Type != "")
	c.unset(out, "position", object{"title": e.Position}, e.Position != "")
	c.unset(out, "supervisor", object{"id": strconv.Itoa(e.Supervisor)}, e.Supervisor != 0)
	c.unset(out, "office", object{"id": e.Office}, e.Office != "")
	c.unset(out, "legal_entity", object{"id": e.LegalEntity}, e.LegalEntity != "")
	c.unset(out, "org_units", units, len(units) > 0)
	c.unset(out, "cost_centers", e.CostCenters, len(e.CostCenters) > 0)
	c.unset(out, "termination", object{"termination_date": e.TerminationDate, "last_working_date": e.TerminationDate, "type": "QUIT", "reason": e.TerminationReason}, e.TerminationDate != "")
	return out
}

// readableEmployment leaves out what isn't ticked; id, status, person and _meta
// always come, and the links still betray the supervisor.
func (c *call) readableEmployment(item object) object {
	for name, key := range map[string]string{"created_at": "created_at", "updated_at": "last_modified_at", "weekly_working_hours": "weekly_working_hours",
		"full_time_weekly_working_hours": "weekly_working_hours", "employment_start_date": "hire_date", "contract_end_date": "contract_end_date",
		"probation_end_date": "probation_period_end", "type": "employment_type", "position": "position", "supervisor": "supervisor", "office": "office",
		"legal_entity": "subcompany", "cost_centers": "cost_centers", "termination": "termination_date"} {
		if !c.rights.readable(key) {
			delete(item, name)
		}
	}
	if units, is := item["org_units"].([]object); is {
		units = slices.DeleteFunc(units, func(u object) bool { return !c.rights.readable(u["type"].(string)) })
		if item["org_units"] = units; len(units) == 0 {
			delete(item, "org_units")
		}
	}
	return item
}

func (c *call) patchEmployment(p *person) {
	var body map[string]any
	e := p.Employment
	if !c.body(&body) || body["status"] == nil || body["employment_start_date"] == nil || body["type"] == nil {
		c.badRequest("Invalid request content.")
		return
	}
	if !c.applyEmployment(p, &e, body) {
		return
	}
	e.Updated = c.now()
	p.Employment = e
	p.Updated = c.now()
	c.tell("employment.updated", object{"id": e.ID, "person": object{"id": strconv.Itoa(p.ID)}})
	c.w.WriteHeader(http.StatusNoContent)
}

// applyEmployment takes v2's fields of an employment; null clears. A termination
// can't be set; nor does anything say so.
func (c *call) applyEmployment(p *person, e *employment, body map[string]any) bool {
	bad := func() bool {
		c.badRequest("Provided request parameters are invalid.")
		return false
	}
	for _, f := range []struct {
		name  string
		into  *string
		oneOf []string
		date  bool
	}{
		{"status", &e.Status, statuses, false}, {"type", &e.Type, []string{"INTERNAL", "EXTERNAL"}, false},
		{"employment_start_date", &e.Start, nil, true}, {"contract_end_date", &e.ContractEnd, nil, true}, {"probation_end_date", &e.ProbationEnd, nil, true},
	} {
		value, named := body[f.name]
		text, is := value.(string)
		if !named {
			continue
		}
		if _, err := time.Parse(time.DateOnly, text); (f.date && is && err != nil) || (f.oneOf != nil && !slices.Contains(f.oneOf, text)) || (!is && value != nil) {
			return bad()
		}
		*f.into = text
	}
	for name, into := range map[string]**float64{"weekly_working_hours": &e.Weekly, "full_time_weekly_working_hours": &e.FullTime} {
		value, named := body[name]
		hours, is := value.(float64)
		switch {
		case !named:
		case value == nil:
			*into = nil
		case !is:
			return bad()
		default:
			*into = &hours
		}
	}
	if value, named := body["position"]; named {
		inner, _ := value.(map[string]any)
		e.Position, _ = inner["title"].(string)
	}
	for _, relation := range []struct {
		name   string
		places []place
		into   *string
	}{{"office", c.offices, &e.Office}, {"legal_entity", c.legalEntities, &e.LegalEntity}} {
		value, named := body[relation.name]
		if !named {
			continue
		}
		id, has := idIn(value)
		if _, known := nameOf(relation.places, id); (has && !known) || (!has && value != nil) {
			return bad()
		}
		*relation.into = id
	}
	if value, named := body["supervisor"]; named {
		id, has := idIn(value)
		boss := c.personByID(id)
		if has && (boss == nil || boss == p) {
			return bad()
		}
		e.Supervisor = 0
		if boss != nil {
			e.Supervisor = boss.ID
		}
	}
	return c.applyUnits(e, body, bad) && c.applyCostCenters(e, body, bad)
}

func (c *call) applyUnits(e *employment, body map[string]any, bad func() bool) bool {
	value, named := body["org_units"]
	if !named {
		return true
	}
	list, is := value.([]any)
	if !is && value != nil {
		return bad()
	}
	e.Department, e.Team = 0, 0
	for _, entry := range list {
		given, _ := entry.(map[string]any)
		kind, _ := given["type"].(string)
		id, _ := idIn(entry)
		if _, known := c.unit(kind, numeric(id)); !known {
			return bad()
		}
		if kind == "team" {
			e.Team = numeric(id)
		} else {
			e.Department = numeric(id)
		}
	}
	return true
}

func (c *call) applyCostCenters(e *employment, body map[string]any, bad func() bool) bool {
	value, named := body["cost_centers"]
	if !named {
		return true
	}
	var given []costCenter
	text, _ := json.Marshal(value) // it was JSON before
	if json.Unmarshal(text, &given) != nil {
		return bad()
	}
	sum := 0.0
	for _, center := range given {
		if _, known := nameOf(c.costCenters, center.ID); !known {
			return bad()
		}
		sum += center.Weight
	}
	if len(given) > 0 && sum != 100 {
		return bad()
	}
	e.CostCenters = given
	return true
}
