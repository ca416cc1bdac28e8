package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"passerelle/plugins/sdk"
)

// attendances reads periods of work and breaks, each for itself. Their times have
// neither offset nor zone: they are taken to be in the connection's.
func (r *reading) attendances() *sdk.Error {
	q := requestV2{path: "/v2/attendance-periods", right: readAttendances}
	switch {
	case len(r.request.IDs) > 0:
		return r.byID(q.path, readAttendances, r.attendance)
	case len(r.request.Keys) > 0:
		return r.byKeys(q, r.attendance)
	}
	return r.listV2(q, 100, r.attendance)
}

func (r *reading) attendance(item json.RawMessage) (json.RawMessage, *sdk.Error) {
	id := text(at(item, "id"))
	if id == "" {
		return nil, badAnswer("an attendance has no id")
	}
	return encode([]member{{"id", quote(id)}, {"person", asText(at(item, "person", "id"))}, {"type", orNull(at(item, "type"))},
		{"start", withOffset(at(item, "start", "date_time"), r.zone)}, {"end", withOffset(at(item, "end", "date_time"), r.zone)},
		{"date", orNull(at(item, "attribution_date"))}, {"comment", orNull(at(item, "comment"))}, {"project", asText(at(item, "project", "id"))},
		{"approval", orNull(at(item, "approval", "status"))}, {"is_auto_generated", orNull(at(item, "is_auto_generated"))},
		{"created_at", orNull(at(item, "created_at"))}, {"updated_at", orNull(at(item, "updated_at"))}}), nil
}

func (w *writing) attendances(records []sdk.WriteRecord) []sdk.WriteResult {
	if w.session.Settings.String("api") == "v1" {
		return w.attendancesV1(records)
	}
	return w.each(records, w.attendance)
}

// attendance writes one period through v2, which has no batches.
func (w *writing) attendance(record sdk.WriteRecord, fields object) sdk.WriteResult {
	q := requestV2{path: "/v2/attendance-periods", right: writeAttendances, query: url.Values{"skip_approval": {fmt.Sprint(w.session.Settings.Bool("skip_approval"))}}}
	switch record.Operation {
	case opDelete:
		q.method, q.path, q.shown = http.MethodDelete, q.path+"/"+escaped(record.ID), q.path+"/{id}"
		response, complaint := w.callV2(w, q)
		return answered(record.ID, response, complaint)
	case opCreate, opUpdate:
	default:
		return wrongOperation(attendances)
	}
	body, missing, complaint := w.attendanceBody(fields)
	if complaint != nil {
		return failure(complaint)
	}
	if record.Operation == opCreate {
		if !fields.filled("type") {
			body["type"] = "WORK"
		}
		q.method, q.body = http.MethodPost, body
		response, complaint := w.callV2(w, q)
		result := createdAs(response, explainAttendance(response.Status, complaint), "id")
		result.LeftOut = missing
		return result
	}
	for _, fixed := range []string{"person", "type"} {
		if body[fixed] != nil {
			delete(body, fixed)
			missing = append(missing, leftOut(fixed, "fixed", "Personio can't change the "+fixed+" of an attendance", "Delete the attendance and create another one."))
		}
	}
	if len(body) == 0 {
		return sdk.WriteResult{Outcome: applied, ID: record.ID, LeftOut: missing}
	}
	q.method, q.path, q.shown, q.body = http.MethodPatch, q.path+"/"+escaped(record.ID), q.path+"/{id}", body
	response, complaint := w.callV2(w, q)
	result := answered(record.ID, response, explainAttendance(response.Status, complaint))
	result.LeftOut = missing
	return result
}

func explainAttendance(status int, complaint *sdk.Error) *sdk.Error {
	if complaint == nil || status != http.StatusConflict {
		return complaint
	}
	better := *complaint
	better.Code, better.Summary = "overlap", "Personio: the attendance overlaps with another one of the same kind"
	better.Remedy = "Look at the person's attendances in Personio for this day."
	return &better
}

func (w *writing) attendanceBody(fields object) (body map[string]any, missing []*sdk.Error, _ *sdk.Error) {
	body = map[string]any{}
	if fields.filled("person") {
		body["person"] = reference(text(fields["person"]))
	}
	for _, name := range []string{"start", "end"} {
		switch {
		case fields.filled(name):
			moment, ok := local(fields[name], w.zone)
			if !ok {
				return nil, nil, badValue(name)
			}
			body[name] = map[string]any{"date_time": moment}
		case fields.has(name) && name == "end":
			body[name] = nil // still running
		}
	}
	for _, name := range []string{"type", "comment"} {
		if fields.has(name) {
			body[name] = orNull(fields[name])
		}
	}
	if fields.filled("project") {
		id, unresolved, complaint := w.names.id(w, projectKind, text(fields["project"]))
		if complaint != nil {
			return nil, nil, complaint
		}
		if unresolved != nil {
			missing = append(missing, unresolved.leftOut("project"))
		} else {
			body["project"] = reference(id)
		}
	} else if fields.has("project") {
		body["project"] = nil
	}
	if fields.filled("break_minutes") {
		missing = append(missing, leftOut("break_minutes", "not-in-v2", "v2 of Personio's API has no minutes of break", "Send each break as a record of its own, type BREAK."))
	}
	return body, missing, nil
}
