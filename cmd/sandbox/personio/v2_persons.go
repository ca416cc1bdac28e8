package personio

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (c *call) personsV2(rest []string) {
	switch {
	case len(rest) == 0:
		c.method(map[string]func(){
			http.MethodGet:  func() { c.mayThen("employees", "r", c.listPersons) },
			http.MethodPost: func() { c.mayThen("employees", "w", c.createPerson) },
		})
		return
	case len(rest) > 1 && rest[1] == "employments":
		c.employments(rest[0], rest[2:])
		return
	}
	p := c.personByID(rest[0])
	do := func(what string, then func(*person)) func() {
		return func() {
			c.mayThen("employees", what, func() {
				if p == nil {
					c.notFound()
					return
				}
				then(p)
			})
		}
	}
	c.method(map[string]func(){
		http.MethodGet:   do("r", func(p *person) { c.one(c.readable(c.personV2(p))) }),
		http.MethodPatch: do("w", c.patchPerson),
		http.MethodDelete: do("w", func(p *person) {
			c.erase(p.ID)
			c.tell("person.deleted", object{"id": strconv.Itoa(p.ID)})
			c.w.WriteHeader(http.StatusNoContent)
		}),
	})
}

func (c *call) mayThen(resource, what string, then func()) {
	if c.mayV2(resource, what) {
		then()
	}
}

func (c *call) listPersons() {
	var items []object
	for _, p := range c.persons {
		items = append(items, c.personV2(p))
	}
	c.list(listing{path: "/v2/persons", items: items, most: 50, otherwise: 10, show: c.readable, filters: map[string][]string{
		"id": {""}, "email": {""}, "first_name": {""}, "last_name": {""}, "preferred_name": {""}, "status": {""},
		"created_at": {"", ".gt", ".lt"}, "updated_at": {"", ".gt", ".lt"}}})
}

// personV2 is a person with everything; readable leaves out what isn't ticked.
func (c *call) personV2(p *person) object {
	self := fmt.Sprintf("%s/v2/persons/%d", c.base(), p.ID)
	out := object{"id": strconv.Itoa(p.ID), "email": p.Email, "created_at": p.Created.Format(time.RFC3339), "updated_at": p.Updated.Format(time.RFC3339),
		"first_name": p.FirstName, "last_name": p.LastName, "status": "ACTIVE", "custom_attributes": c.customV2(p),
		"profile_picture": object{"url": fmt.Sprintf("%s/v1/company/employees/%d/profile-picture", c.base(), p.ID)},
		"employments":     []object{{"id": p.Employment.ID}},
		"_meta":           object{"links": object{"employments": object{"href": self + "/employments"}}}}
	if p.Employment.Status == "INACTIVE" {
		out["status"] = "INACTIVE"
	}
	c.unset(out, "preferred_name", p.PreferredName, p.PreferredName != "")
	c.unset(out, "gender", p.Gender, slices.Contains([]string{"MALE", "FEMALE", "DIVERSE"}, p.Gender))
	return out
}

// unset sets a member, or shows in the account's style that it has no value.
func (c *call) unset(out object, name string, value any, has bool) {
	switch {
	case has:
		out[name] = value
	case c.style.Unset == "null":
		out[name] = nil
	}
}

// customV2 has types in lower case, unlike the documentation, and no labels.
func (c *call) customV2(p *person) []object {
	types := map[string]string{"standard": "string", "list": "string", "tags": "string_list", "date": "date", "decimal": "double", "integer": "int"}
	out := []object{}
	for _, a := range c.custom {
		if value, has := p.Custom[a.Key]; has {
			out = append(out, object{"id": a.Key, "type": types[a.Type], "value": value, "global_id": strings.ToLower(strings.ReplaceAll(a.Labels["en"], " ", "_"))})
		}
	}
	return out
}

// readable leaves out what isn't ticked; id, employments and _meta always come.
func (c *call) readable(item object) object {
	keys := map[string]string{"created_at": "created_at", "updated_at": "last_modified_at", "email": "email", "first_name": "first_name", "last_name": "last_name",
		"preferred_name": "preferred_name", "gender": "gender", "status": "status", "profile_picture": "profile_picture"}
	for name, key := range keys {
		if !c.rights.readable(key) {
			delete(item, name)
		}
	}
	custom, _ := item["custom_attributes"].([]object)
	custom = slices.DeleteFunc(custom, func(a object) bool { return !c.rights.readable(a["id"].(string)) })
	item["custom_attributes"] = custom
	if len(custom) == 0 && c.rights.Attributes != nil {
		delete(item, "custom_attributes")
	}
	return item
}

var (
	languages = strings.Fields("de en es fi fr it nl sv")
	genders   = strings.Fields("MALE FEMALE DIVERSE UNKNOWN UNDEFINED")
	statuses  = strings.Fields("ACTIVE INACTIVE ONBOARDING LEAVE")
)

func (c *call) createPerson() {
	var body map[string]any
	if !c.body(&body) {
		c.badRequest("Invalid request content.")
		return
	}
	employments, _ := body["employments"].([]any)
	var first map[string]any
	if len(employments) == 1 {
		first, _ = employments[0].(map[string]any)
	}
	for _, missing := range []bool{absent(body, "first_name"), absent(body, "last_name"), absent(body, "email"), absent(body, "language_code"),
		first == nil, absent(first, "status"), absent(first, "employment_start_date"), absent(first, "type")} {
		if missing {
			c.badRequest("Invalid request content.")
			return
		}
	}
	p := &person{}
	if !c.applyPerson(p, body) {
		return
	}
	e := employment{}
	if !c.applyEmployment(p, &e, first) {
		return
	}
	p.Employment = e
	c.add(p, c.now())
	id := strconv.Itoa(p.ID)
	c.tell("person.created", object{"id": id})
	c.created(id, "/v2/persons/"+id)
}

func absent(body map[string]any, name string) bool {
	text, _ := body[name].(string)
	return strings.TrimSpace(text) == ""
}

func (c *call) patchPerson(p *person) {
	var body map[string]any
	changed := *p
	if !c.body(&body) {
		c.badRequest("Invalid request content.")
		return
	}
	if !c.applyPerson(&changed, body) {
		return
	}
	changed.Updated = c.now()
	*p = changed
	c.tell("person.updated", object{"id": strconv.Itoa(p.ID)})
	c.w.WriteHeader(http.StatusNoContent)
}

// applyPerson takes v2's fields of a person; false: it was refused.
func (c *call) applyPerson(p *person, body map[string]any) bool {
	if email, is := body["email"].(string); is {
		if other := c.byEmail(email); other != nil && other.ID != p.ID {
			c.duplicate()
			return false
		}
	}
	for _, f := range []struct {
		name  string
		into  *string
		oneOf []string
		must  bool
	}{
		{"email", &p.Email, nil, true}, {"first_name", &p.FirstName, nil, true}, {"last_name", &p.LastName, nil, true},
		{"preferred_name", &p.PreferredName, nil, false}, {"gender", &p.Gender, genders, false}, {"language_code", &p.Language, languages, false},
	} {
		value, named := body[f.name]
		text, is := value.(string)
		if !named {
			continue
		}
		if (!is && value != nil) || (f.must && strings.TrimSpace(text) == "") || (is && f.oneOf != nil && !slices.Contains(f.oneOf, text)) {
			c.badRequest("Provided request parameters are invalid.")
			return false
		}
		*f.into = text
	}
	list, _ := body["custom_attributes"].([]any)
	sent := map[string]any{}
	for _, entry := range list {
		given, _ := entry.(map[string]any)
		id, _ := given["id"].(string)
		i := slices.IndexFunc(c.custom, func(a attribute) bool { return a.Key == id })
		_, isList := given["value"].([]any)
		if i < 0 || (given["value"] != nil && isList != (c.custom[i].Type == "tags")) {
			c.badRequest("Provided request parameters are invalid.")
			return false
		}
		sent[id] = given["value"]
	}
	p.Custom = mergeCustom(p.Custom, sent)
	return true
}

// duplicate refuses a second person with one e-mail. How Personio does isn't
// published.
func (c *call) duplicate() {
	switch c.style.Duplicate {
	case "terse":
		c.badRequest("Provided request parameters are invalid.")
	case "409":
		c.problem(http.StatusConflict, "Conflict", "A person with this email already exists.", "common.conflict")
	case "422":
		c.json(http.StatusUnprocessableEntity, object{"error": object{"message": "The email has already been taken."}})
	default:
		c.badRequest("The provided email is already in use.")
	}
}
