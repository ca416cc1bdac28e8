package personio

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// createV1 is POST /company/employees: relations by name, unknown ones ignored
// with a word in meta, under 200.
func (c *call) createV1() {
	var body struct{ Employee map[string]any }
	if !c.mayV1("employees", "w") {
		return
	}
	if !c.body(&body) {
		c.fail(http.StatusUnprocessableEntity, 0, "The given data was invalid.")
		return
	}
	sent := body.Employee
	email, _ := sent["email"].(string)
	for _, name := range []string{"email", "first_name", "last_name"} {
		if text, _ := sent[name].(string); strings.TrimSpace(text) == "" {
			c.fail(http.StatusUnprocessableEntity, http.StatusUnprocessableEntity, "The "+name+" field is required.")
			return
		}
	}
	if c.byEmail(email) != nil {
		status, err := strconv.Atoi(c.style.Duplicate)
		if err != nil {
			c.fail(http.StatusUnprocessableEntity, 0, "The given data was invalid.")
			return
		}
		c.fail(status, status, "The email has already been taken.")
		return
	}
	p := &person{Email: email, Employment: employment{Type: "INTERNAL"}}
	meta, ok := c.applyV1(p, sent)
	if !ok {
		return
	}
	if p.Employment.Status == "" {
		p.Employment.Status = "ONBOARDING"
		if p.Employment.Start != "" && p.Employment.Start <= c.today() {
			p.Employment.Status = "ACTIVE"
		}
	}
	c.add(p, c.now())
	c.tell("person.created", object{"id": strconv.Itoa(p.ID)})
	c.json(http.StatusOK, withMeta(object{"success": true, "data": object{"id": p.ID, "message": "success"}}, meta))
}

// patchV1 leaves out what it doesn't know, the e-mail included.
func (c *call) patchV1(p *person) {
	var body struct{ Employee map[string]any }
	if !c.mayV1("employees", "w") {
		return
	}
	if !c.body(&body) {
		c.fail(http.StatusUnprocessableEntity, 0, "The given data was invalid.")
		return
	}
	changed := *p
	meta, ok := c.applyV1(&changed, body.Employee)
	if !ok {
		return
	}
	changed.Updated, changed.Employment.Updated = c.now(), c.now()
	*p = changed
	c.tell("person.updated", object{"id": strconv.Itoa(p.ID)})
	out := object{"success": true, "data": object{"id": p.ID}, "meta": []string{}}
	c.json(http.StatusOK, withMeta(out, meta))
}

func withMeta(out object, meta []string) object {
	if len(meta) > 0 {
		out["meta"] = meta
	}
	return out
}

// applyV1 puts what v1 knows into the person; what it says is about relations that
// don't exist. false: it was refused, and nothing is kept.
func (c *call) applyV1(p *person, sent map[string]any) (meta []string, ok bool) {
	e := &p.Employment
	for name, into := range map[string]*string{"first_name": &p.FirstName, "last_name": &p.LastName, "preferred_name": &p.PreferredName, "position": &e.Position} {
		if text, is := sent[name].(string); is {
			*into = text
		}
	}
	for name, into := range map[string]*string{"gender": &p.Gender, "status": &e.Status} {
		if text, is := sent[name].(string); is {
			*into = strings.ToUpper(text)
		}
	}
	if text, is := sent["hire_date"].(string); is {
		e.Start = text[:min(len(text), len(time.DateOnly))]
	}
	if hours, is := sent["weekly_working_hours"].(float64); is {
		e.Weekly = &hours
	}
	for _, relation := range []struct {
		name string
		set  func(string) bool
	}{
		{"subcompany", func(n string) bool { return keepPlace(c.legalEntities, n, &e.LegalEntity) }},
		{"office", func(n string) bool { return keepPlace(c.offices, n, &e.Office) }},
		{"department", func(n string) bool {
			was := e.Department
			return c.setUnit("department", n, &e.Department) || restore(&e.Department, was)
		}},
	} {
		if name, is := sent[relation.name].(string); is && name != "" && !relation.set(name) {
			meta = append(meta, "The "+relation.name+" with name "+name+" was not found and has been ignored.")
		}
	}
	slices.Sort(meta)
	if boss, named := sent["supervisor_id"]; named {
		id, _ := boss.(float64)
		switch {
		case boss == nil:
			e.Supervisor = 0
		case c.person(int(id)) == nil || int(id) == p.ID:
			c.fail(http.StatusUnprocessableEntity, http.StatusUnprocessableEntity, "Supervisor with ID "+strconv.Itoa(int(id))+" not found")
			return nil, false
		default:
			e.Supervisor = int(id)
		}
	}
	custom, _ := sent["custom_attributes"].(map[string]any)
	p.Custom = mergeCustom(p.Custom, custom)
	return meta, true
}

func restore(into *int, was int) bool { *into = was; return false }

func keepPlace(places []place, name string, into *string) bool {
	id, ok := idOf(places, name)
	if ok {
		*into = id
	}
	return ok
}

func mergeCustom(held, sent map[string]any) map[string]any {
	merged := map[string]any{}
	for key, value := range held {
		merged[key] = value
	}
	for key, value := range sent {
		if value == nil || value == "" {
			delete(merged, key)
			continue
		}
		merged[key] = value
	}
	return merged
}
