package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// employees applies a batch. Before anybody is created, all e-mails of the batch
// are looked for at once: somebody who is there already isn't created twice.
func (w *writing) employees(records []sdk.WriteRecord) []sdk.WriteResult {
	var emails []string
	for _, record := range records {
		if fields, complaint := fieldsOf(record); complaint == nil && record.Operation == opCreate {
			emails = append(emails, text(fields["email"]))
		}
	}
	there := map[string]bool{}
	found, looked := w.personsByEmail(w, emails)
	for _, p := range found {
		there[strings.ToLower(p.email)] = true
	}
	return w.each(records, func(record sdk.WriteRecord, fields object) sdk.WriteResult {
		switch record.Operation {
		case opCreate:
			email := strings.ToLower(text(fields["email"]))
			switch {
			case looked != nil:
				return failure(looked)
			case email == "":
				return failure(&sdk.Error{Code: "missing-email", Summary: "Personio takes nobody without an e-mail", Remedy: "Fill it at the source, or make email required.", Retry: protocol.Retry_RETRY_AFTER_FIX})
			case there[email]:
				return sdk.WriteResult{Outcome: refused, Err: duplicateEmail()}
			}
			there[email] = true
			return w.employee(record, fields)
		case opUpdate, opDeactivate, opReactivate:
			return w.employee(record, fields)
		case opDelete:
			return w.deletePerson(record)
		}
		return wrongOperation(employees)
	})
}

// employee applies one operation in the generation that the mapping chose.
func (w *writing) employee(record sdk.WriteRecord, fields object) sdk.WriteResult {
	v1 := w.session.Settings.String("api") == "v1"
	switch record.Operation {
	case opCreate:
		if v1 {
			return w.createV1(fields)
		}
		return w.createPerson(fields)
	case opUpdate:
		if v1 {
			return w.updateV1(record.ID, fields)
		}
		return w.updateEmployee(record.ID, fields)
	}
	return w.setActive(record.ID, record.Operation == opReactivate)
}

// createPerson sends a person and the one employment, which only then can be made.
func (w *writing) createPerson(fields object) sdk.WriteResult {
	if !fields.filled("status") {
		fields["status"] = quote("ACTIVE")
		if text(fields["hire_date"]) > w.today() {
			fields["status"] = quote("ONBOARDING")
		}
	}
	person, missing, complaint := w.personBody(fields)
	if complaint != nil {
		return failure(complaint)
	}
	employment, more, complaint := w.employmentBody(fields, nil)
	if complaint != nil {
		return failure(complaint)
	}
	person["employments"] = []any{employment}
	response, gone, complaint := w.sendEmployment(requestV2{method: http.MethodPost, path: "/v2/persons", body: person, right: writeEmployees}, employment)
	result := createdAs(response, complaint, "id")
	if complaint != nil {
		result.Err = w.explainPerson(response, complaint, "", fields, person)
		return result
	}
	more = append(more, gone...)
	result.LeftOut = append(missing, more...)
	return result
}

// updateEmployee changes the person, then the employment, as far as each is
// touched. Of an employment all that Personio wants every time is read first.
func (w *writing) updateEmployee(id string, fields object) sdk.WriteResult {
	result := sdk.WriteResult{Outcome: applied, ID: id}
	body, missing, complaint := w.personBody(fields)
	if complaint != nil {
		return failure(complaint)
	}
	result.LeftOut = missing
	if len(body) > 0 {
		response, complaint := w.callV2(w, requestV2{method: http.MethodPatch, path: "/v2/persons/" + escaped(id), shown: "/v2/persons/{id}", body: body, right: writeEmployees})
		result.Outcome, result.Status, result.Err = response.Outcome, response.Status, complaint
		if complaint != nil {
			result.Err = w.explainPerson(response, complaint, id, fields, body)
			return result
		}
	}
	if !touchesEmployment(fields) {
		return result
	}
	personSent := len(body) > 0
	missing, outcome, status, complaint := w.patchEmployment(id, fields)
	result.LeftOut = append(result.LeftOut, missing...)
	if complaint != nil {
		failed := *complaint
		if personSent {
			failed.Detail = strings.TrimSpace(failed.Detail + " What is about the person was applied; sending it again is harmless.")
			if outcome == notSent {
				outcome = refused
			}
		}
		return sdk.WriteResult{Outcome: outcome, ID: id, Status: status, Err: &failed}
	}
	result.Status = max(result.Status, status)
	return result
}

// patchEmployment reads the employment and writes what changes, with what Personio
// wants every time.
func (w *writing) patchEmployment(id string, fields object) (missing []*sdk.Error, _ protocol.Outcome, status int, _ *sdk.Error) {
	held, complaint := w.employmentOf(id)
	if complaint != nil {
		return nil, notSent, 0, complaint
	}
	if complaint := w.readableForWriting(held, fields); complaint != nil {
		return nil, notSent, 0, complaint
	}
	if fields.filled("supervisor") && text(fields["supervisor"]) == id {
		missing = append(missing, leftOut("supervisor", "own-supervisor", "Personio lets nobody be his own supervisor", "Correct the supervisor at the source."))
		fields = maps.Clone(fields)
		delete(fields, "supervisor")
	}
	body, more, complaint := w.employmentBody(fields, held)
	missing = append(missing, more...)
	if complaint != nil {
		return nil, notSent, 0, complaint
	}
	if body == nil {
		return missing, applied, 0, nil // all that was to change was left out
	}
	response, gone, complaint := w.sendEmployment(requestV2{method: http.MethodPatch, path: "/v2/persons/" + escaped(id) + "/employments/" + escaped(text(held["id"])),
		shown: "/v2/persons/{id}/employments/{id}", body: body, right: writeEmployees}, body)
	return append(missing, gone...), response.Outcome, response.Status, complaint
}

// setActive changes an employment's status, the API's only way to say that
// somebody has left or is back.
func (w *writing) setActive(id string, active bool) sdk.WriteResult {
	held, complaint := w.employmentOf(id)
	if complaint != nil {
		return failure(complaint)
	}
	if inactive := text(held["status"]) == "INACTIVE"; inactive != active {
		return sdk.WriteResult{Outcome: applied, ID: id} // it is so already
	}
	if complaint := w.readableForWriting(held, object{}); complaint != nil {
		return failure(complaint)
	}
	status := "INACTIVE"
	if active {
		status = "ACTIVE"
		if text(held["employment_start_date"]) > w.today() {
			status = "ONBOARDING"
		}
	}
	body := map[string]any{"status": status, "employment_start_date": held["employment_start_date"], "type": held["type"]}
	response, complaint := w.callV2(w, requestV2{method: http.MethodPatch, path: "/v2/persons/" + escaped(id) + "/employments/" + escaped(text(held["id"])),
		shown: "/v2/persons/{id}/employments/{id}", body: body, right: writeEmployees})
	return answered(id, response, complaint)
}

// deletePerson erases somebody and everything about them: only where the mapping
// says so.
func (w *writing) deletePerson(record sdk.WriteRecord) sdk.WriteResult {
	if !w.session.Settings.Bool("allow_delete") {
		return failure(&sdk.Error{Code: "delete-not-allowed", Summary: "Personio would erase the person and everything about them",
			Detail: "That can't be undone, so it needs a word in the mapping.", Remedy: `Write allow_delete = true in the target, or do = "deactivate".`, Retry: protocol.Retry_RETRY_AFTER_FIX})
	}
	response, complaint := w.callV2(w, requestV2{method: http.MethodDelete, path: "/v2/persons/" + escaped(record.ID), shown: "/v2/persons/{id}", right: writeEmployees})
	return answered(record.ID, response, complaint)
}

// employmentOf reads the newest employment. Now and then the API answers 404 for
// one that is there: it is asked twice.
func (w *writing) employmentOf(person string) (object, *sdk.Error) {
	for attempt := 1; ; attempt++ {
		response, complaint := w.callV2(w, employmentsRequest(person))
		if complaint != nil && response.Status == http.StatusNotFound && attempt == 1 {
			continue
		}
		if complaint != nil {
			return nil, complaint
		}
		var page listedV2
		_ = json.Unmarshal(response.Body, &page) // what isn't there is missed below
		employments, ok := page.items()
		if !ok {
			return nil, badAnswer("it holds no list of employments")
		}
		if len(employments) == 0 {
			return nil, &sdk.Error{Code: "no-employment", Summary: "Personio: the person has no employment", Detail: "The API can't add one.", Remedy: "Look at the person in Personio.", Retry: protocol.Retry_RETRY_AFTER_FIX}
		}
		held, complaint := objectOf(employments[0])
		if complaint != nil || text(held["id"]) == "" {
			return nil, badAnswer("an employment has no id")
		}
		return held, nil
	}
}

func employmentsRequest(person string) requestV2 {
	return requestV2{method: http.MethodGet, path: "/v2/persons/" + escaped(person) + "/employments", shown: "/v2/persons/{id}/employments", right: readEmployees}
}

// pairs are written together: who changes the first sends the second as it is.
var pairs = [][2]string{{"department", "team"}, {"team", "department"}}

// readableForWriting refuses to write an employment that can't be read: Personio
// wants start and type every time, and department and team together.
func (w *writing) readableForWriting(held, fields object) *sdk.Error {
	for name, label := range map[string]string{"employment_start_date": "Hire date", "type": "Employment type"} {
		mapped := map[string]string{"employment_start_date": "hire_date", "type": "type"}[name]
		if empty(held[name]) && !fields.filled(mapped) {
			return notReadable(label, true)
		}
	}
	for _, pair := range pairs {
		if !fields.has(pair[0]) || fields.has(pair[1]) || unitOf(held, pair[1]) != "" {
			continue
		}
		listed, known, complaint := w.attributesV1(w)
		if complaint != nil {
			return complaint
		}
		if known && !slices.ContainsFunc(listed, func(a custom) bool { return a.Key == pair[1] }) {
			e := notReadable(pair[1], true)
			e.Detail = fmt.Sprintf("Personio writes department and team together: without seeing the %s it would be emptied.", pair[1])
			return e
		}
	}
	return nil
}
