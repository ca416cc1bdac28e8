package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// absence writes one period.
func (w *writing) absence(record sdk.WriteRecord, fields object) sdk.WriteResult {
	q := requestV2{path: "/v2/absence-periods", right: writeAbsences}
	switch record.Operation {
	case opDelete:
		q.method, q.path, q.shown = http.MethodDelete, q.path+"/"+escaped(record.ID), q.path+"/{id}"
		response, complaint := w.callV2(w, q)
		return answered(record.ID, response, complaint)
	case opCreate, opUpdate:
	default:
		return wrongOperation(absences)
	}
	held := object{}
	if record.Operation == opUpdate && touchesTime(fields) {
		// Date and half day are one member: what isn't changed is sent as it is.
		response, complaint := w.callV2(w, requestV2{method: http.MethodGet, path: q.path + "/" + escaped(record.ID), shown: q.path + "/{id}", right: readAbsences})
		if complaint != nil {
			return failure(complaint)
		}
		if held, complaint = objectOf(response.Body); complaint != nil {
			return failure(complaint)
		}
	}
	body, missing, complaint := w.absenceBody(fields, held)
	if complaint != nil {
		return failure(complaint)
	}
	if record.Operation == opUpdate {
		for _, fixed := range []string{"person", "absence_type"} {
			if body[fixed] != nil {
				delete(body, fixed)
				missing = append(missing, leftOut(fixed, "fixed", "Personio can't change the "+strings.ReplaceAll(fixed, "_", " ")+" of an absence", "Delete the absence and create another one."))
			}
		}
		if len(body) == 0 {
			return sdk.WriteResult{Outcome: applied, ID: record.ID, LeftOut: missing}
		}
		q.method, q.path, q.shown, q.body = http.MethodPatch, q.path+"/"+escaped(record.ID), q.path+"/{id}", body
		response, complaint := w.callV2(w, q)
		result := answered(record.ID, response, explainAbsence(response.Status, complaint))
		result.LeftOut = missing
		return result
	}
	q.method, q.body = http.MethodPost, body
	q.query = url.Values{"skip_approval": {fmt.Sprint(w.session.Settings.Bool("skip_approval"))}}
	response, complaint := w.callV2(w, q)
	result := createdAs(response, explainAbsence(response.Status, complaint), "id")
	result.LeftOut = missing
	return result
}

func explainAbsence(status int, complaint *sdk.Error) *sdk.Error {
	if complaint == nil {
		return nil
	}
	better := *complaint
	switch status {
	case http.StatusConflict:
		better.Code, better.Summary = "overlap", "Personio: the absence overlaps with another one, or the substitute isn't free"
		better.Remedy = "Look at the person's absences in Personio for these days."
	case http.StatusUnprocessableEntity:
		better.Code, better.Summary = "substitute", "Personio: this absence type wants a substitute, or doesn't allow one"
		better.Remedy = "Map substitute, or take it out, for absences of this type."
	default:
		return complaint
	}
	return &better
}

func (w *writing) absenceBody(fields, held object) (map[string]any, []*sdk.Error, *sdk.Error) {
	body := map[string]any{}
	for _, name := range []string{"person", "substitute"} {
		if fields.filled(name) {
			body[name] = reference(text(fields[name]))
		}
	}
	if fields.filled("absence_type") {
		id, unresolved, complaint := w.names.id(w, absenceTypeKind, text(fields["absence_type"]))
		if complaint != nil {
			return nil, nil, complaint
		}
		if unresolved != nil {
			return nil, nil, unresolved.refusal() // without its type an absence is none
		}
		body["absence_type"] = reference(id)
	}
	if fields.has("comment") {
		body["comment"] = text(fields["comment"])
	}
	for _, end := range []struct{ to, date, half, at, whole, midday string }{
		{"starts_from", "start_date", "start_half", "starts_at", "FIRST_HALF", "SECOND_HALF"}, {"ends_at", "end_date", "end_half", "ends_at", "SECOND_HALF", "FIRST_HALF"}} {
		switch {
		case fields.filled(end.at):
			moment, ok := local(fields[end.at], w.zone)
			if !ok {
				return nil, nil, badValue(end.at)
			}
			body[end.to] = map[string]any{"date_time": moment}
		case fields.filled(end.date) || fields.filled(end.half):
			date, half := text(fields[end.date]), text(at(held[end.to], "type"))
			if date == "" {
				date = text(day(at(held[end.to], "date_time")))
			}
			if half == "" {
				half = end.whole
			}
			if fields.has(end.half) {
				half = map[bool]string{true: end.midday, false: end.whole}[string(fields[end.half]) == "true"]
			}
			if date == "" {
				return nil, nil, badValue(end.date)
			}
			body[end.to] = map[string]any{"date_time": date + "T00:00:00", "type": half}
		case fields.has(end.date) || fields.has(end.at):
			body[end.to] = nil // open-ended
		}
	}
	return body, nil, nil
}

func touchesTime(fields object) bool {
	for _, name := range []string{"start_date", "start_half", "end_date", "end_half"} {
		if fields.has(name) {
			return true
		}
	}
	return false
}

func badValue(field string) *sdk.Error {
	return &sdk.Error{Code: "bad-value", Summary: "Personio: the value of " + field + " has no form that Personio takes", Remedy: "Look at the field's type in the connector's documentation.", Retry: protocol.Retry_RETRY_AFTER_FIX}
}
