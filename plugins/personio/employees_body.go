package main

import (
	"encoding/json"
	"net/url"
	"slices"

	"passerelle/plugins/sdk"
)

// personMembers are v2's names for what a person has of the flat employee.
var personMembers = map[string]string{"email": "email", "first_name": "first_name", "last_name": "last_name", "preferred_name": "preferred_name",
	"gender": "gender", "language": "language_code"}

// employmentMembers are those that an employment takes as they are. The others
// refer to something.
var employmentMembers = map[string]string{"status": "status", "hire_date": "employment_start_date", "type": "type", "contract_end_date": "contract_end_date",
	"probation_end_date": "probation_end_date", "probation_period_length": "probation_period_length",
	"weekly_working_hours": "weekly_working_hours", "full_time_weekly_working_hours": "full_time_weekly_working_hours"}

var relationKinds = map[string]kind{"office": officeKind, "legal_entity": legalEntityKind}

// neverEmpty can't be emptied in Personio.
var neverEmpty = []string{"email", "first_name", "last_name", "language", "status", "hire_date", "type"}

var otherEmploymentFields = []string{"position", "department", "team", "office", "legal_entity", "supervisor", "cost_center", "cost_centers"}

func touchesEmployment(fields object) bool {
	for name := range fields {
		if _, plain := employmentMembers[name]; plain || slices.Contains(otherEmploymentFields, name) {
			return true
		}
	}
	return false
}

// sorted names, so that the same record makes the same request.
func (o object) names() []string {
	var out []string
	for name := range o {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// personBody is what v2 takes of a person, custom attributes included.
func (w *writing) personBody(fields object) (body map[string]any, missing []*sdk.Error, _ *sdk.Error) {
	body = map[string]any{}
	var attributes []map[string]any
	for _, name := range fields.names() {
		value := orNull(fields[name])
		if member, is := personMembers[name]; is {
			if empty(value) && slices.Contains(neverEmpty, name) {
				missing = append(missing, cantEmpty(name))
				continue
			}
			body[member] = value
			continue
		}
		if _, known := attributeNamed(name); known {
			continue // the employment's
		}
		key, unresolved, complaint := w.customKey(name)
		if complaint != nil {
			return nil, nil, complaint
		}
		if unresolved != nil {
			missing = append(missing, unresolved)
			continue
		}
		attributes = append(attributes, map[string]any{"id": key, "value": value})
	}
	if attributes != nil {
		body["custom_attributes"] = attributes
	}
	return body, missing, nil
}

// customKey is the id of a custom attribute that the mapping names by key or label.
func (w *writing) customKey(name string) (string, *sdk.Error, *sdk.Error) {
	if isKey(name) {
		return name, nil, nil
	}
	all, listed, complaint := w.attributesV1(w)
	if complaint != nil {
		return "", nil, complaint
	}
	if !listed {
		return "", leftOut(name, "unknown-attribute", "Personio doesn't list its attributes to this credential, so that the label "+name+" can't be found",
			"Name the attribute by its key (dynamic_…)."), nil
	}
	found, is, complaint := customNamed(all, name)
	switch {
	case complaint != nil:
		return "", leftOut(name, complaint.Code, complaint.Summary, complaint.Remedy), nil
	case !is:
		e := notReadable(name, false)
		return "", leftOut(name, "unknown-attribute", e.Summary, e.Remedy), nil
	}
	return found.Key, nil, nil
}

// employmentBody is what v2 takes of an employment; nil when nothing is left to
// say. held is the employment there is, nil for one that is made with its person.
func (w *writing) employmentBody(fields, held object) (body map[string]any, missing []*sdk.Error, _ *sdk.Error) {
	body = map[string]any{}
	for _, name := range fields.names() {
		value := orNull(fields[name])
		if empty(value) && slices.Contains(neverEmpty, name) {
			if _, person := personMembers[name]; !person {
				missing = append(missing, cantEmpty(name))
			}
			continue
		}
		if member, plain := employmentMembers[name]; plain {
			body[member] = value
		}
		if name == "position" {
			body["position"] = nil
			if !empty(value) {
				body["position"] = map[string]any{"title": value}
			}
		}
	}
	relations := []func(object, map[string]any) ([]*sdk.Error, *sdk.Error){w.places, w.supervisor, w.costCenters,
		func(fields object, body map[string]any) ([]*sdk.Error, *sdk.Error) {
			return w.units(fields, held, body)
		}}
	for _, relation := range relations {
		more, complaint := relation(fields, body)
		if complaint != nil {
			return nil, nil, complaint
		}
		missing = append(missing, more...)
	}
	if held == nil {
		return body, missing, nil
	}
	if len(body) == 0 {
		return nil, missing, nil
	}
	for _, always := range []string{"status", "employment_start_date", "type"} {
		if _, given := body[always]; !given {
			body[always] = held[always]
		}
	}
	return body, missing, nil
}

func reference(id string) map[string]any { return map[string]any{"id": id} }

func (w *writing) places(fields object, body map[string]any) (missing []*sdk.Error, _ *sdk.Error) {
	for _, name := range []string{"office", "legal_entity"} {
		switch {
		case !fields.has(name):
		case !fields.filled(name):
			body[name] = nil
		default:
			id, unresolved, complaint := w.names.id(w, relationKinds[name], text(fields[name]))
			if complaint != nil {
				return nil, complaint
			}
			if unresolved != nil {
				missing = append(missing, unresolved.leftOut(name))
				continue
			}
			body[name] = reference(id)
		}
	}
	return missing, nil
}

func (w *writing) supervisor(fields object, body map[string]any) (missing []*sdk.Error, _ *sdk.Error) {
	if !fields.has("supervisor") {
		return nil, nil
	}
	if !fields.filled("supervisor") {
		body["supervisor"] = nil
		return nil, nil
	}
	id, unresolved, complaint := w.names.person(w, text(fields["supervisor"]))
	if complaint != nil {
		return nil, complaint
	}
	if unresolved != nil {
		return []*sdk.Error{unresolved.leftOut("supervisor")}, nil
	}
	body["supervisor"] = reference(id)
	return nil, nil
}

// units are department and team, which Personio takes as one list: what isn't
// changed is sent as it is.
func (w *writing) units(fields, held object, body map[string]any) (missing []*sdk.Error, _ *sdk.Error) {
	if !fields.has("department") && !fields.has("team") {
		return nil, nil
	}
	units := []map[string]any{}
	changed := false
	for _, unit := range []struct {
		name string
		kind kind
	}{{"department", departmentKind}, {"team", teamKind}} {
		id := unitOf(held, unit.name)
		if fields.has(unit.name) {
			wanted := ""
			if fields.filled(unit.name) {
				found, unresolved, complaint := w.names.id(w, unit.kind, text(fields[unit.name]))
				if complaint != nil {
					return nil, complaint
				}
				if unresolved != nil {
					missing = append(missing, unresolved.leftOut(unit.name))
					found = id
				}
				wanted = found
			}
			changed = changed || wanted != id
			id = wanted
		}
		if id != "" {
			units = append(units, map[string]any{"type": unit.name, "id": id})
		}
	}
	if changed {
		body["org_units"] = units
	}
	return missing, nil
}

// unitOf is the department or the team that an employment has.
func unitOf(employment object, kind string) string {
	for _, unit := range list(employment["org_units"]) {
		if text(at(unit, "type")) == kind {
			return text(at(unit, "id"))
		}
	}
	return ""
}

// costCenters are sent together; their weights sum up to 100, which Personio checks.
func (w *writing) costCenters(fields object, body map[string]any) (missing []*sdk.Error, _ *sdk.Error) {
	type share struct {
		name   string
		weight json.RawMessage
	}
	var shares []share
	field := ""
	switch {
	case fields.has("cost_centers"):
		field = "cost_centers"
		for _, center := range list(fields[field]) {
			shares = append(shares, share{text(at(center, "name")), at(center, "weight")})
		}
	case fields.has("cost_center"):
		field = "cost_center"
		if fields.filled(field) {
			shares = append(shares, share{text(fields[field]), json.RawMessage("100")})
		}
	default:
		return nil, nil
	}
	centers := []map[string]any{}
	for _, s := range shares {
		id, unresolved, complaint := w.names.id(w, costCenterKind, s.name)
		if complaint != nil {
			return nil, complaint
		}
		if unresolved != nil {
			return []*sdk.Error{unresolved.leftOut(field)}, nil
		}
		centers = append(centers, map[string]any{"id": id, "weight": s.weight})
	}
	body["cost_centers"] = centers
	return nil, nil
}

func escaped(id string) string { return url.PathEscape(id) }

func objectOf(raw json.RawMessage) (object, *sdk.Error) {
	var members object
	if json.Unmarshal(raw, &members) != nil || members == nil {
		return nil, badAnswer("an item of a list is no object")
	}
	return members, nil
}
