package main

import (
	"encoding/json"
	"net/http"
	"slices"

	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// batchV1 is how many periods v1 takes at once.
const batchV1 = 100

// attendancesV1 sends creates in a row as one batch, the rest one by one.
func (w *writing) attendancesV1(records []sdk.WriteRecord) []sdk.WriteResult {
	results := make([]sdk.WriteResult, 0, len(records))
	for len(results) < len(records) {
		rest := records[len(results):]
		n := slices.IndexFunc(rest, func(r sdk.WriteRecord) bool { return r.Operation != opCreate })
		if n < 0 {
			n = len(rest)
		}
		var some []sdk.WriteResult
		if n == 0 {
			some = w.each(rest[:1], w.attendanceV1)
		} else {
			some = w.batch(rest[:min(n, batchV1)])
		}
		results = append(results, some...)
		if last := some[len(some)-1]; last.Err != nil && endings[last.Err.Code] {
			for len(results) < len(records) {
				results = append(results, failure(last.Err))
			}
		}
	}
	return results
}

// batch sends creates. Where a row of it is bad, v1 answers 400 and has stored the
// good ones all the same: its list of rows says which.
func (w *writing) batch(records []sdk.WriteRecord) []sdk.WriteResult {
	results := make([]sdk.WriteResult, len(records))
	var rows []map[string]any
	var of []int
	for i, record := range records {
		fields, complaint := fieldsOf(record)
		row := map[string]any(nil)
		if complaint == nil {
			row, complaint = w.rowV1(fields)
		}
		if complaint != nil {
			results[i] = failure(complaint)
			continue
		}
		rows, of = append(rows, row), append(of, i)
	}
	if rows == nil {
		return results
	}
	body, _ := json.Marshal(map[string]any{"attendances": rows, "skip_approval": w.session.Settings.Bool("skip_approval")}) // what was JSON before
	response, answer, complaint := callV1(w.v1, w, rest.Request{Method: http.MethodPost, Path: "/v1/company/attendances", Body: body}, writeAttendances)
	if detailed := list(at(response.Body, "error", "detailed_message")); response.Status == http.StatusBadRequest && len(detailed) == len(rows) {
		for i, said := range detailed {
			results[of[i]] = rowResult(said, response)
		}
		return together(results, of)
	}
	ids := list(at(answer.Data, "id"))
	for i, at := range of {
		results[at] = answered("", response, complaint)
		switch {
		case complaint != nil:
		case len(ids) == len(rows):
			results[at].ID = text(ids[i])
		default:
			results[at].Outcome = unknown
		}
	}
	return together(results, of)
}

// together says of records that they went in one request.
func together(results []sdk.WriteResult, of []int) []sdk.WriteResult {
	for _, at := range of[1:] {
		results[at].Shared = true
	}
	return results
}

func rowResult(said json.RawMessage, response *rest.Response) sdk.WriteResult {
	if string(at(said, "success")) == "true" && text(at(said, "id")) != "" {
		return sdk.WriteResult{Outcome: applied, ID: text(at(said, "id")), Status: response.Status, Attempts: response.Attempts}
	}
	e := badValue("a period")
	if saidBy(at(said, "error_msg")) == "existing overlapping attendances periods" {
		e = explainAttendance(http.StatusConflict, e)
	}
	return sdk.WriteResult{Outcome: refused, Err: e, Status: response.Status, Attempts: response.Attempts}
}

// rowV1 is a period as v1 takes one: a day and two times of day.
func (w *writing) rowV1(fields object) (map[string]any, *sdk.Error) {
	row := map[string]any{}
	if person := text(fields["person"]); fields.filled("person") {
		if !isNumber(person) {
			return nil, badValue("person")
		}
		row["employee"] = json.RawMessage(person)
	}
	for name, to := range map[string]string{"start": "start_time", "end": "end_time"} {
		if !fields.filled(name) {
			continue
		}
		moment, ok := local(fields[name], w.zone)
		if !ok {
			return nil, badValue(name)
		}
		row[to] = moment[len("2006-01-02T"):len("2006-01-02T15:04")]
		if name == "start" {
			row["date"] = moment[:len("2006-01-02")]
		}
	}
	if fields.filled("break_minutes") {
		row["break"] = fields["break_minutes"]
	}
	if fields.has("comment") {
		row["comment"] = text(fields["comment"])
	}
	if project := text(fields["project"]); isNumber(project) {
		row["project_id"] = json.RawMessage(project)
	}
	return row, nil
}

// attendanceV1 changes or deletes one.
func (w *writing) attendanceV1(record sdk.WriteRecord, fields object) sdk.WriteResult {
	request := rest.Request{Method: http.MethodDelete, Path: "/v1/company/attendances/" + escaped(record.ID), Shown: "/v1/company/attendances/{id}"}
	if record.Operation == opUpdate {
		row, complaint := w.rowV1(fields)
		if complaint != nil {
			return failure(complaint)
		}
		row["skip_approval"] = w.session.Settings.Bool("skip_approval")
		request.Method = http.MethodPatch
		request.Body, _ = json.Marshal(row) // what was JSON before
	} else if record.Operation != opDelete {
		return wrongOperation(attendances)
	}
	response, _, complaint := callV1(w.v1, w, request, writeAttendances)
	return answered(record.ID, response, complaint)
}
