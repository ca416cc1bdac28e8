package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// membersV1 are v1's names for the flat employee. What isn't here v1 can't set:
// team, cost centre, language, dates other than hire_date; the e-mail only at
// creation.
var membersV1 = map[string]string{"email": "email", "first_name": "first_name", "last_name": "last_name", "preferred_name": "preferred_name", "gender": "gender",
	"position": "position", "legal_entity": "subcompany", "department": "department", "office": "office", "hire_date": "hire_date",
	"weekly_working_hours": "weekly_working_hours", "status": "status", "supervisor": "supervisor_id"}

// bodyV1 is an employee as v1 takes one: relations by name. v1 tells nothing apart
// from null and a name that it doesn't know, so relations aren't emptied.
func (w *writing) bodyV1(fields object, creating bool) (body map[string]any, missing []*sdk.Error, _ *sdk.Error) {
	body = map[string]any{}
	attributes := map[string]any{}
	for _, name := range fields.names() {
		value := orNull(fields[name])
		member, is := membersV1[name]
		_, known := attributeNamed(name)
		switch {
		case known && !is, name == "email" && !creating:
			if creating && slices.Contains([]string{"language", "type"}, name) {
				continue // v1 sets them itself
			}
			missing = append(missing, leftOut(name, "not-in-v1", fmt.Sprintf("v1 of Personio's API can't set %s", name), `Take api = "v1" out of the target: v2 can.`))
		case known && empty(value) && (slices.Contains(neverEmpty, name) || slices.Contains([]string{"department", "office", "legal_entity"}, name)):
			missing = append(missing, cantEmpty(name))
		case name == "supervisor":
			body[member] = nil
			if !empty(value) {
				id, unresolved, complaint := w.names.person(w, text(value))
				if complaint != nil {
					return nil, nil, complaint
				}
				if unresolved != nil {
					delete(body, member)
					missing = append(missing, unresolved.leftOut(name))
					continue
				}
				body[member] = json.RawMessage(id) // a number here
			}
		case name == "gender" || name == "status":
			body[member] = strings.ToLower(text(value))
		case is:
			body[member] = value
		default:
			key, unresolved, complaint := w.customKey(name)
			if complaint != nil {
				return nil, nil, complaint
			}
			if unresolved != nil {
				missing = append(missing, unresolved)
				continue
			}
			attributes[key] = value
		}
	}
	if len(attributes) > 0 {
		body["custom_attributes"] = attributes
	}
	return body, missing, nil
}

func (w *writing) createV1(fields object) sdk.WriteResult {
	body, missing, complaint := w.bodyV1(fields, true)
	if complaint != nil {
		return failure(complaint)
	}
	response, answer, gone, complaint := w.sendV1(http.MethodPost, employeesV1, employeesV1, body)
	missing = append(missing, gone...)
	result := createdAs(response, complaint, "data", "id")
	if complaint != nil {
		result.Err = w.explainEmail(response, complaint, "", text(fields["email"]))
		return result
	}
	result.LeftOut = append(missing, ignored(answer.Meta, fields)...)
	return result
}

func (w *writing) updateV1(id string, fields object) sdk.WriteResult {
	body, missing, complaint := w.bodyV1(fields, false)
	if complaint != nil {
		return failure(complaint)
	}
	if len(body) == 0 {
		return sdk.WriteResult{Outcome: applied, ID: id, LeftOut: missing}
	}
	response, answer, gone, complaint := w.sendV1(http.MethodPatch, employeesV1+"/"+escaped(id), employeesV1+"/{id}", body)
	result := answered(id, response, complaint)
	if complaint == nil {
		missing = append(missing, gone...)
		result.LeftOut = append(missing, ignored(answer.Meta, fields)...)
	}
	return result
}

// sendV1 sends an employee. One who is refused for his supervisor, which v1 says in
// words, goes again without.
func (w *writing) sendV1(method, path, shown string, employee map[string]any) (*rest.Response, envelope, []*sdk.Error, *sdk.Error) {
	var gone []*sdk.Error
	for {
		body, _ := json.Marshal(map[string]any{"employee": employee}) // made of strings and what was JSON before
		response, answer, complaint := callV1(w.v1, w, rest.Request{Method: method, Path: path, Shown: shown, Body: body}, writeEmployees)
		if employee["supervisor_id"] == nil || response.Status != http.StatusUnprocessableEntity || !strings.Contains(saidBy(response.Body), "supervisor") {
			return response, answer, gone, complaint
		}
		delete(employee, "supervisor_id")
		gone = append(gone, leftOut("supervisor", "person-not-found", "Personio takes nobody of this id as the supervisor",
			"Look whether the person was deleted in Personio, or is his own supervisor. The next run sends it again."))
	}
}

// ignored reads meta, where v1 says under 200 that it ignored a relation. Where it
// doesn't name the field, every relation that was sent may be the one.
func ignored(meta json.RawMessage, fields object) []*sdk.Error {
	if empty(meta) || string(meta) == "{}" {
		return nil
	}
	said := strings.ToLower(string(meta))
	var all, named []*sdk.Error
	for _, name := range []string{"department", "office", "legal_entity", "supervisor"} {
		if !fields.filled(name) {
			continue
		}
		e := leftOut(name, "name-not-found", fmt.Sprintf("Personio ignored the %s: it probably has none of this name", strings.ReplaceAll(name, "_", " ")),
			"Add it in Personio, or correct the name at the source: the next run sends it again.")
		all = append(all, e)
		if strings.Contains(said, strings.TrimSuffix(membersV1[name], "_id")) {
			named = append(named, e)
		}
	}
	if named != nil {
		return named
	}
	return all
}
